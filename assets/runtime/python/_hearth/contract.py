"""What AWS promises a Python function: handler, event, result, context, errors.

Pure with respect to the Runtime API: nothing here talks to a socket.
"""

import importlib
import json
import os
import sys
import traceback

_HERE = os.path.dirname(os.path.abspath(__file__))
# Of these Python versions AWS sends text as it is instead of \u escapes.
_UNESCAPED_SINCE = (3, 12)


class Fault(Exception):
    """An error of the contract itself, named as AWS names it (`Runtime.…`)."""

    def __init__(self, kind, message, trace=None):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = trace


def resolve_handler(handler):
    """Imports the module of `package/module.function` and returns the function."""
    module_name, dot, function_name = handler.rpartition(".")
    if not dot:
        # The wording of the failed unpacking is part of AWS's message.
        raise Fault(
            "Runtime.MalformedHandlerName",
            "Bad handler '{}': not enough values to unpack (expected 2, got 1)".format(
                handler
            ),
        )
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module {} as a handler module".format(module_name),
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault(
            "Runtime.ImportModuleError",
            "Unable to import module '{}': {}".format(module_name, error),
        ) from None
    except SyntaxError as error:
        place = '  File "{}" Line {}\n    {}'.format(
            error.filename, error.lineno, error.text
        )
        raise Fault(
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module '{}': {}".format(module_name, error),
            [place],
        ) from None
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault(
            "Runtime.HandlerNotFound",
            "Handler '{}' missing on module '{}'".format(function_name, module_name),
        ) from None


def parse_event(body, content_type):
    """The event as Python data; anything but JSON is passed on as bytes."""
    if content_type is not None and content_type.split(";")[0] != "application/json":
        return body
    try:
        return json.loads(body)
    except Exception as error:
        raise Fault(
            "Runtime.UnmarshalError", "Unable to unmarshal input: {}".format(error)
        ) from None


class _Encoder(json.JSONEncoder):
    """JSON as AWS's client writes it, which allows decimals and bytes too."""

    def __init__(self, ensure_ascii):
        super().__init__(ensure_ascii=ensure_ascii, default=self._other)
        self._numbers = []
        self._mark = None

    def write(self, value):
        del self._numbers[:]
        text = self.encode(value)
        # The standard encoder cannot write a number it does not know, so each
        # decimal went out as a marked string and its digits go in here.
        for index, number in enumerate(self._numbers):
            text = text.replace('"{}{}"'.format(self._mark, index), number, 1)
        if not self.ensure_ascii and ("\u2028" in text or "\u2029" in text):
            text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        return text

    def _other(self, value):
        # Who has a decimal has imported the module; the others need not pay for it.
        decimal = sys.modules.get("decimal")
        if decimal is not None and isinstance(value, decimal.Decimal):
            if value.is_nan():
                return float("nan")
            if self._mark is None:
                self._mark = "hearth-number-{}-".format(os.urandom(12).hex())
            self._numbers.append(str(value))
            return self._mark + str(len(self._numbers) - 1)
        if isinstance(value, bytes):
            return value.decode("utf-8")
        return json.JSONEncoder.default(self, value)


_encoder = None


def write_json(value):
    """The JSON text of a result or an error body."""
    global _encoder
    if _encoder is None:
        _encoder = _Encoder(_python_version() < _UNESCAPED_SINCE)
    return _encoder.write(value)


def forget_environment():
    """Called when the environment was replaced: what was read from it is stale."""
    global _encoder
    _encoder = None


def _python_version():
    name = os.environ.get("AWS_EXECUTION_ENV", "")
    if name.startswith("AWS_Lambda_python"):
        try:
            major, minor = name[len("AWS_Lambda_python") :].split(".")[:2]
            return (int(major), int(minor))
        except ValueError:
            return sys.version_info[:2]
    # AWS's client escapes when it does not know where it runs.
    return (0, 0)


def write_result(result):
    """The body and content type of what a handler returned."""
    if isinstance(result, bytes):
        return result, "application/unknown"
    try:
        return write_json(result).encode("utf-8"), "application/json"
    except Exception as error:
        raise Fault(
            "Runtime.MarshalError", "Unable to marshal response: {}".format(error)
        ) from None


def error_body(message, kind, trace, request_id):
    """The document AWS answers with; the order of its keys is part of it."""
    return {
        "errorMessage": message or "",
        "errorType": kind or "",
        "requestId": request_id or "",
        "stackTrace": trace or [],
    }


def describe_exception(error, request_id=None):
    """The error body of whatever user code raised, and its frames."""
    if isinstance(error, Fault):
        return error_body(error.message, error.kind, error.trace, request_id), []
    frames = [
        (frame.filename, frame.lineno, frame.name, frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    for index, frame in enumerate(frames):
        if not frame[0].startswith(_HERE):
            frames = frames[index:]
            break
    trace = traceback.format_list(frames)
    return error_body(_message(error), type(error).__name__, trace, request_id), frames


def _message(error):
    try:
        return str(error)
    except Exception as second:
        # A broken __str__ of user code must not take the whole process with it.
        return "<the message of the error raised {}>".format(type(second).__name__)


def xray_cause(body, frames):
    """The X-Ray view of an error, which travels in a header."""
    exception = {
        "message": body["errorMessage"],
        "type": body["errorType"],
        "stack": [{"label": f[2], "path": f[0], "line": f[1]} for f in frames],
    }
    return {
        "working_directory": os.getcwd(),
        "exceptions": [exception],
        "paths": sorted({f[0] for f in frames}),
    }
