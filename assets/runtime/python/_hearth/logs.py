"""Standard output, the root logger and the log form of an error.

Owns how user code's words reach the log. Every line goes out when it ends, so
that all of them are in the pipe before the answer leaves.
"""

import io
import json
import logging
import os
import sys
import time
import traceback

_DATE = "%Y-%m-%dT%H:%M:%S"
_INDENT = "\u00a0"  # AWS keeps indentation with no-break spaces.
_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "aws_request_id",
    "tenant_id",
}

request_id = ""
tenant_id = None


def open_streams():
    """Makes stdout and stderr UTF-8 and line-buffered, whatever the host's locale."""
    for name, descriptor, errors in (
        ("stdout", 1, "strict"),
        ("stderr", 2, "backslashreplace"),
    ):
        raw = io.FileIO(descriptor, "w", closefd=False)
        stream = io.TextIOWrapper(
            io.BufferedWriter(raw), "utf-8", errors, line_buffering=True
        )
        stream.mode = "w"
        setattr(sys, name, stream)
        setattr(sys, "__{}__".format(name), stream)


def flush():
    """Writes out a last line without an end. A closed stream has nothing to write."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            # User code replaced or closed the stream: its lines are its own.
            continue


class _Handler(logging.Handler):
    is_hearth_handler = True

    def emit(self, record):
        self.write(self.format(record))

    @staticmethod
    def write(text):
        sys.stdout.write(text)


class _RequestFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = request_id
        record.tenant_id = tenant_id
        return True


class _TextFormatter(logging.Formatter):
    converter = time.gmtime

    def __init__(self):
        super().__init__(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t"
            "%(aws_request_id)s\t%(message)s\n",
            _DATE,
        )


class _JsonFormatter(logging.Formatter):
    converter = time.gmtime

    def format(self, record):
        level = logging.getLevelName(min(50, max(0, record.levelno)) // 10 * 10)
        message = record.getMessage()
        if isinstance(record.msg, dict) and not record.args:
            message = record.msg
        fields = {
            "timestamp": self.formatTime(record, _DATE + "Z"),
            "level": level,
            "message": message,
            "logger": record.name,
        }
        if record.exc_info and record.exc_info[0] is not None:
            fields["stackTrace"] = traceback.format_tb(record.exc_info[2])
            fields["errorType"] = record.exc_info[0].__name__
            fields["errorMessage"] = str(record.exc_info[1])
        fields["requestId"] = record.aws_request_id
        if record.exc_info:
            fields["location"] = "{}:{}:{}".format(
                record.pathname, record.funcName, record.lineno
            )
        if record.tenant_id is not None:
            fields["tenantId"] = record.tenant_id
        for name, value in vars(record).items():
            if name not in _OWN_FIELDS and name not in fields and value is not None:
                fields[name] = value
        return json.dumps(fields, ensure_ascii=False, default=str) + "\n"


def is_json():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def set_up_logging():
    """Gives the root logger AWS's handler; called once the environment is known."""
    logging.Formatter.converter = time.gmtime
    root = logging.getLogger()
    handler = _Handler()
    handler.setFormatter(_JsonFormatter() if is_json() else _TextFormatter())
    handler.addFilter(_RequestFilter())
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = "DEBUG" if level == "TRACE" else level
    if level in ("DEBUG", "INFO", "WARNING", "WARN", "ERROR", "CRITICAL", "FATAL"):
        root.setLevel(level)
    root.addHandler(handler)


def write_error(body):
    """Logs an error body in AWS's words: `[ERROR] Kind: message` and the traceback."""
    if is_json():
        fields = {"timestamp": time.strftime(_DATE + "Z", time.gmtime()), "level": "ERROR"}
        fields.update(body)
        sys.stdout.write(json.dumps(fields) + "\n")
        return
    title = "[ERROR]"
    if body["errorType"]:
        title += " " + body["errorType"] + (":" if body["errorMessage"] else "")
    if body["errorMessage"]:
        title += " " + body["errorMessage"]
    lines = [title, "Traceback (most recent call last):"]
    for entry in body["stackTrace"]:
        for line in entry.splitlines():
            text = line.lstrip(" ")
            lines.append(_INDENT * (len(line) - len(text)) + text)
    sys.stdout.write("\n".join(lines) + "\n")
