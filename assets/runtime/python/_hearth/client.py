"""The life of one execution environment: wait, run, answer, again.

Owns the order of things: parked or not, init, the loop of invocations. The
contract, the assignment, the log forms and the socket are in their own modules.
"""

import builtins
import os
import sys

from . import assignment, bytecode, contract, logs, rehearsal
from .context import LambdaContext
from .transport import Closed, Connection

_RUNTIME = "/2018-06-01/runtime"
_CAUSE_LIMIT = 1 << 20


def main():
    """Runs this process as a runtime client until the Runtime API goes away."""
    logs.open_streams()
    _add_site_builtins()
    connection = Connection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    compiled = os.environ.pop("HEARTH_PYCACHE", None)
    try:
        if os.environ.get("HEARTH_PARKED") == "1":
            given = _wait_for_assignment(connection)
            handler_name = given["handler"]
            assignment.become(given, compiled)
        else:
            handler_name = os.environ.get("_HANDLER", "")
            assignment.enter(os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd(), compiled)
        handler = _init(connection, handler_name)
        while True:
            _serve_one(connection, handler)
            bytecode.write()
    except (Closed, ConnectionError):
        # The supervisor closed this environment's port: there is no more work.
        logs.flush()
        sys.exit(0)


def _wait_for_assignment(connection):
    while True:
        status, _, body = connection.next_assignment()
        if status != 200:
            raise SystemExit(
                "hearth: no assignment, the runtime api answered {}".format(status)
            )
        message = contract.parse_event(body, None)
        if message["kind"] == "rehearse":
            connection.post("/hearth/rehearsal", rehearsal.rehearse(message["event"]))
        elif message["kind"] == "assign":
            return message
        else:
            raise SystemExit("hearth: unknown assignment `{}`".format(message["kind"]))


def _init(connection, handler_name):
    """Loads user code; a failure is reported as AWS reports it and ends the process."""
    logs.set_up_logging()
    try:
        return contract.resolve_handler(handler_name)
    except Exception as error:
        body, _ = contract.describe_exception(error)
    logs.write_error(body)
    logs.flush()
    connection.post(
        _RUNTIME + "/init/error",
        _error_text(body),
        headers=(("Lambda-Runtime-Function-Error-Type", body["errorType"]),),
    )
    sys.exit(1)


def _serve_one(connection, handler):
    status, headers, body = connection.next_invocation()
    if status != 200:
        raise SystemExit("hearth: no event, the runtime api answered {}".format(status))
    request_id = headers["lambda-runtime-aws-request-id"]
    logs.request_id = request_id
    logs.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
    _set_trace(headers.get("lambda-runtime-trace-id"))
    path = _RUNTIME + "/invocation/" + request_id
    try:
        given = LambdaContext(headers)
        event = contract.parse_event(body, headers.get("content-type"))
        body = None  # A large event should not be held twice while user code runs.
        result, content_type = contract.write_result(handler(event, given))
    except Exception as error:
        _answer_error(connection, path, error, request_id)
        return
    logs.flush()
    _answer(connection, path + "/response", result, content_type)


def _answer_error(connection, path, error, request_id):
    body, frames = contract.describe_exception(error, request_id)
    logs.write_error(body)
    logs.flush()
    cause = contract.write_json(contract.xray_cause(body, frames))
    headers = [("Lambda-Runtime-Function-Error-Type", body["errorType"])]
    if len(cause) < _CAUSE_LIMIT and cause.isascii():
        headers.append(("Lambda-Runtime-Function-XRay-Error-Cause", cause))
    _answer(connection, path + "/error", _error_text(body), headers=headers)


def _answer(connection, path, body, content_type="application/json", headers=()):
    try:
        connection.answer(path, body, content_type, headers)
    except (Closed, ConnectionError) as error:
        # A result over the limit may be refused before it was sent whole; the
        # platform has answered then, and this process may go on.
        sys.stderr.write("hearth: the answer was not taken whole: {}\n".format(error))
        connection.drop()


def _error_text(body):
    return contract.write_json(body).encode("utf-8", "replace")


def _set_trace(trace):
    if trace is not None:
        os.environ["_X_AMZN_TRACE_ID"] = trace
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)


def _add_site_builtins():
    """`exit` and `quit` come with `site`, which a lean start leaves out."""
    if not hasattr(builtins, "exit"):
        import _sitebuiltins

        builtins.exit = _sitebuiltins.Quitter("exit", "Ctrl-D")
        builtins.quit = _sitebuiltins.Quitter("quit", "Ctrl-D")
