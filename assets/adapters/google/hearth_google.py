"""Lets Google call a handler that was written for AWS Lambda. Hearth added this file; the rest of the folder is yours.

A POST of JSON to / is an event. Any other request is turned into the event that a Lambda function URL gives. A call
that Hearth itself makes says so, and is told how long the handler took and whether the server was new.
"""

import base64
import importlib
import json
import os
import sys
import time
import traceback
import uuid

MODULE = "HEARTH_MODULE"
HANDLER = "HEARTH_HANDLER"
MEMORY_MB = "HEARTH_MEMORY_MB"
TIMEOUT_S = "HEARTH_TIMEOUT_S"

handler = getattr(importlib.import_module(MODULE), HANDLER)
first = [True]


class Context:
    """What a handler may ask about its call."""

    def __init__(self, request):
        trace = request.headers.get("X-Cloud-Trace-Context", "").split("/")[0]
        self.aws_request_id = trace or str(uuid.uuid4())
        self.function_name = os.environ.get("K_SERVICE", MODULE)
        self.function_version = os.environ.get("K_REVISION", "$LATEST")
        self.invoked_function_arn = self.function_name
        self.memory_limit_in_mb = MEMORY_MB
        self.log_group_name = self.log_stream_name = ""
        self.identity = self.client_context = None
        self._end = time.monotonic() + float(TIMEOUT_S)

    def get_remaining_time_in_millis(self):
        return max(0, int((self._end - time.monotonic()) * 1000))


def event_of(request):
    """The event, and whether it is a web request."""
    body = request.get_data()
    if request.method == "POST" and request.path == "/" and request.is_json:
        try:
            return json.loads(body or b"null"), False
        except ValueError:
            pass
    try:
        text, is_base64 = body.decode(), False
    except UnicodeDecodeError:
        text, is_base64 = base64.b64encode(body).decode(), True
    query = request.query_string.decode()
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": query,
        "headers": {name.lower(): value for name, value in request.headers},
        "queryStringParameters": {name: ",".join(request.args.getlist(name)) for name in request.args},
        "requestContext": {
            "http": {"method": request.method, "path": request.path, "sourceIp": request.remote_addr or ""}
        },
        "body": text,
        "isBase64Encoded": is_base64,
    }
    return event, True


def hearth(request):
    """What Google calls."""
    is_first = bool(first and first.pop())
    event, is_web = event_of(request)
    begun = time.perf_counter()
    try:
        answer = handler(event, Context(request))
        took_us = int((time.perf_counter() - begun) * 1e6)
        if is_web and isinstance(answer, dict) and "statusCode" in answer:
            body = answer.get("body") or ""
            if answer.get("isBase64Encoded"):
                body = base64.b64decode(body)
            elif not isinstance(body, (str, bytes)):
                body = json.dumps(body)
            return body, int(answer["statusCode"]), dict(answer.get("headers") or {})
        headers = {"Content-Type": "application/json"}
        if "Hearth-Event" in request.headers:
            headers["Hearth-Handler-Us"] = str(took_us)
            headers["Hearth-First-Call"] = str(int(is_first))
        return json.dumps(answer), 200, headers
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        failure = {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": traceback.format_tb(error.__traceback__),
        }
        headers = {"Content-Type": "application/json", "Hearth-Function-Error": "Unhandled"}
        return json.dumps(failure), 500, headers
