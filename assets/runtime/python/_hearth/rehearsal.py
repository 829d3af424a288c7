"""Rehearsals: a parked process serves a built-in function, and is as it was.

They run what a first call will run and touch the pages that it will touch,
which after a fork, or in a process that never ran, is most of what a first
call costs.
"""

import contextlib
import logging
import os
import sys

from . import assignment, bytecode, contract, logs
from .context import LambdaContext

_MODULE = "rehearsed"
_ROOT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), _MODULE)
# Where nothing is, so that each rehearsal compiles, as a first call does.
_COMPILED = os.path.join(_ROOT, "nothing")
_API = "AWS_LAMBDA_RUNTIME_API"


def rehearse(event):
    """Takes the built-in function on, calls it, and returns its answer as bytes."""
    text = event.encode("utf-8") if isinstance(event, str) else event
    with _as_it_was():
        # A zygote has no Runtime API; its children have.
        os.environ.setdefault(_API, "")
        handler_name = _MODULE + ".handler"
        given = {
            "environment": dict(os.environ),
            "handler": handler_name,
            "taskRoot": _ROOT,
        }
        assignment.become(given, _COMPILED)
        logs.set_up_logging()
        handler = contract.resolve_handler(handler_name)
        headers = {"lambda-runtime-aws-request-id": "rehearsal"}
        result, _ = contract.write_result(
            handler(contract.parse_event(text, None), LambdaContext(headers))
        )
    return result


@contextlib.contextmanager
def _as_it_was():
    environment, path, hooks = dict(os.environ), list(sys.path), list(sys.path_hooks)
    folder, prefix, root = os.getcwd(), sys.pycache_prefix, logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        sys.modules.pop(_MODULE, None)
        bytecode.forget()
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:], sys.path_hooks[:] = path, hooks
        sys.pycache_prefix = prefix
        for known in [p for p in sys.path_importer_cache if p.startswith(_ROOT)]:
            del sys.path_importer_cache[known]
        root.handlers[:] = handlers
        root.setLevel(level)
        os.chdir(folder)
