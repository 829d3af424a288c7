"""Taking on a function: its variables, its folder, its place on the path.

Owns what turns a process that could serve any function into one that serves
this one, up to but without its code.
"""

import os
import sys
import time

from . import bytecode, context, contract, preload

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def become(given, compiled):
    """Takes on the environment of the function this process was assigned to."""
    api = os.environ["AWS_LAMBDA_RUNTIME_API"]
    _take_on(given["environment"])
    os.environ["AWS_LAMBDA_RUNTIME_API"] = api
    os.environ.setdefault("_HANDLER", given["handler"])
    os.environ.setdefault("LAMBDA_TASK_ROOT", given["taskRoot"])
    contract.forget_environment()
    context.forget_environment()
    if hasattr(time, "tzset"):
        time.tzset()
    enter(given["taskRoot"], compiled)


def _take_on(environment):
    """Makes the variables these; setting one that is as it was costs as much as any."""
    for name in [name for name in os.environ if name not in environment]:
        del os.environ[name]
    for name, value in environment.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def enter(task_root, compiled):
    """Puts the function's folder, then PYTHONPATH, in front of the library."""
    os.chdir(task_root)
    extra = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    rest = [
        p for p in sys.path if p not in ("", _OWN, task_root) and p not in extra
    ]
    sys.path[:] = [task_root] + extra + rest
    sys.pycache_prefix = os.environ.get("PYTHONPYCACHEPREFIX") or None
    bytecode.keep_below(compiled, task_root)
    preload.make_room_for([task_root] + extra)
