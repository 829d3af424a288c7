"""Hearth's adapter: answers on Azure Functions with a handler that was written for AWS Lambda.

`hearth.json` beside this file names the handler. A request with the header `hearth-event` has the event itself as its
body, as when Lambda is invoked, and is told how long the handler took and whether the server was new. Any other request
becomes the event of a function URL (payload version 2.0).
"""

import base64
import importlib
import json
import pathlib
import time
import traceback

import azure.functions as func

ABOUT = json.loads((pathlib.Path(__file__).parent / "hearth.json").read_text(encoding="utf-8"))
MODULE, _, FUNCTION = ABOUT["handler"].rpartition(".")

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)


class Context:
    """What Lambda tells a handler about a call."""

    function_version = "$LATEST"
    log_stream_name = ""
    identity = None
    client_context = None

    def __init__(self, request_id):
        self.aws_request_id = request_id
        self.function_name = ABOUT["name"]
        self.memory_limit_in_mb = str(ABOUT["memory_mb"])
        self.invoked_function_arn = f"azure:{ABOUT['name']}"
        self.log_group_name = f"/azure/{ABOUT['name']}"
        self._end = time.monotonic() + ABOUT["timeout_s"]

    def get_remaining_time_in_millis(self):
        return max(0, int((self._end - time.monotonic()) * 1000))


def load():
    """The handler, or why it cannot be loaded: without it Azure would only say that there is no function."""
    try:
        return getattr(importlib.import_module(MODULE.replace("/", ".")), FUNCTION), None
    except BaseException as error:  # noqa: BLE001
        return None, failure(error, "Runtime.ImportModuleError")


def failure(error, kind=None):
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return {
        "errorMessage": str(error),
        "errorType": kind or type(error).__name__,
        "stackTrace": [line.rstrip("\n") for line in lines[1:-1]],
    }


HANDLER, BROKEN = load()
FIRST = [True]


def web_event(request, request_id):
    """The event of a function URL."""
    body = request.get_body() or b""
    headers = {name.lower(): value for name, value in request.headers.items()}
    # Azure's key is not the function's business.
    headers.pop("x-functions-key", None)
    query = {name: value for name, value in request.params.items() if name != "code"}
    path = "/" + (request.route_params.get("path") or "")
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in query.items()),
        "headers": headers,
        "requestContext": {
            "http": {"method": request.method, "path": path, "protocol": "HTTP/1.1"},
            "requestId": request_id,
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = query
    if body:
        try:
            event["body"] = body.decode("utf-8")
        except UnicodeDecodeError:
            event["body"] = base64.b64encode(body).decode("ascii")
            event["isBase64Encoded"] = True
    return event


def answer(body, status, request_id, failed=False, headers=None):
    headers = {"hearth-request-id": request_id, **(headers or {})}
    if failed:
        headers["hearth-function-error"] = "Unhandled"
    kind = next((headers.pop(name) for name in list(headers) if name.lower() == "content-type"), "application/json")
    return func.HttpResponse(body, status_code=status, headers=headers, mimetype=kind)


def web_answer(result, request_id):
    """What a function URL makes of a result."""
    if not isinstance(result, dict) or "statusCode" not in result:
        return answer(json.dumps(result), 200, request_id)
    body = result.get("body", "")
    if result.get("isBase64Encoded"):
        body = base64.b64decode(body)
    elif not isinstance(body, str):
        body = json.dumps(body)
    return answer(body, int(result["statusCode"]), request_id, headers=result.get("headers"))


@app.function_name("handler")
@app.route(route=ABOUT["name"] + "/{*path}")
def handler(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    request_id = context.invocation_id
    if BROKEN:
        return answer(json.dumps(BROKEN), 500, request_id, failed=True)
    is_event = req.headers.get("hearth-event") is not None
    is_first = bool(FIRST and FIRST.pop())
    try:
        event = json.loads(req.get_body() or b"null") if is_event else web_event(req, request_id)
        begun = time.perf_counter()
        result = HANDLER(event, Context(request_id))
        took_us = int((time.perf_counter() - begun) * 1e6)
        if not is_event:
            return web_answer(result, request_id)
        told = {"hearth-handler-us": str(took_us), "hearth-first-call": str(int(is_first))}
        return answer(json.dumps(result), 200, request_id, headers=told)
    except Exception as error:  # noqa: BLE001
        traceback.print_exc()
        # Over the web a stack is nobody's business.
        told = failure(error) if is_event else {"message": "Internal Server Error"}
        return answer(json.dumps(told), 500, request_id, failed=True)
