"""The context object a handler receives beside its event.

Its attribute names are AWS's; it reads the environment and the headers of one
invocation and knows nothing else.
"""

import json
import logging
import os
import sys
import time

from .contract import Fault

_W3C_FIELDS = ("traceparent", "tracestate", "baggage")
_FROM_ENVIRONMENT = {
    "log_group_name": "AWS_LAMBDA_LOG_GROUP_NAME",
    "log_stream_name": "AWS_LAMBDA_LOG_STREAM_NAME",
    "function_name": "AWS_LAMBDA_FUNCTION_NAME",
    "memory_limit_in_mb": "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "function_version": "AWS_LAMBDA_FUNCTION_VERSION",
}

_environment = None


def forget_environment():
    """Called when the environment was replaced: what was read from it is stale."""
    global _environment
    _environment = None


def _of_environment():
    """What every context of this process has; read once."""
    global _environment
    if _environment is None:
        _environment = {
            name: os.environ.get(variable)
            for name, variable in _FROM_ENVIRONMENT.items()
        }
    return _environment


class _Fields:
    """An object with fixed attributes, each of them None when absent."""

    __slots__ = ()

    def __init__(self, values=None):
        for name in self.__slots__:
            setattr(self, name, (values or {}).get(name))

    def __repr__(self):
        shown = ",".join("{}={}".format(n, getattr(self, n)) for n in self.__slots__)
        return "{}([{}])".format(type(self).__name__, shown)


class CognitoIdentity(_Fields):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Fields):
    __slots__ = (
        "installation_id",
        "app_title",
        "app_version_name",
        "app_version_code",
        "app_package_name",
    )


class ClientContext(_Fields):
    __slots__ = ("custom", "env", "client")


class LambdaContext:
    """Who is called, by whom, and how long it may still take."""

    def __init__(self, headers):
        vars(self).update(_of_environment())
        self.aws_request_id = headers.get("lambda-runtime-aws-request-id")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        self._w3c_fields = {}
        self.client_context = self._client_context(
            headers.get("lambda-runtime-client-context")
        )
        self.identity = _identity(headers.get("lambda-runtime-cognito-identity"))
        self._epoch_deadline_time_in_ms = int(
            headers.get("lambda-runtime-deadline-ms") or 0
        )

    def get_remaining_time_in_millis(self):
        left = self._epoch_deadline_time_in_ms - int(time.time() * 1000)
        return left if left > 0 else 0

    def w3c(self):
        return dict(self._w3c_fields)

    def log(self, message):
        for handler in logging.getLogger().handlers:
            if getattr(handler, "is_hearth_handler", False):
                handler.write(str(message))
                return
        sys.stdout.write(str(message))

    def _client_context(self, text):
        if not text:
            return None
        values = _parse(text, "Client Context")
        if values is None:
            return None
        trace = values.pop("w3c", None)
        if isinstance(trace, dict):
            self._w3c_fields = {
                name: trace[name]
                for name in _W3C_FIELDS
                if isinstance(trace.get(name), str)
            }
        context = ClientContext(values)
        if context.client is not None:
            context.client = Client(context.client)
        return context

    def __repr__(self):
        shown = (
            "aws_request_id",
            "log_group_name",
            "log_stream_name",
            "function_name",
            "memory_limit_in_mb",
            "function_version",
            "invoked_function_arn",
            "client_context",
            "identity",
            "tenant_id",
        )
        fields = ",".join("{}={}".format(n, getattr(self, n)) for n in shown)
        return "LambdaContext([{}])".format(fields)


def _identity(text):
    identity = CognitoIdentity()
    if text:
        values = _parse(text, "Cognito Identity") or {}
        identity.cognito_identity_id = values.get("cognitoIdentityId")
        identity.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")
    return identity


def _parse(text, name):
    try:
        return json.loads(text)
    except Exception as error:
        raise Fault(
            "Runtime.LambdaContextUnmarshalError",
            "Unable to parse {} JSON: {}".format(name, error),
        ) from None
