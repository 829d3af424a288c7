//! Errors in the shape that AWS gives them: a status, `x-amzn-errortype`, and a small JSON body. Must not know what
//! was asked.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use hearth_core::{ApiError, ErrorCode};
use serde_json::{Value, json};

/// An error of the Lambda API.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    kind: &'static str,
    body: Value,
}

impl Fault {
    fn user(status: StatusCode, kind: &'static str, message: &str) -> Self {
        Self { status, kind, body: json!({ "Type": "User", "message": message }) }
    }

    pub(super) fn not_found(message: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            kind: "ResourceNotFoundException",
            body: json!({ "Type": "User", "Message": message }),
        }
    }

    pub(super) fn function_not_found(arn: &str) -> Self {
        Self::not_found(&format!("Function not found: {arn}"))
    }

    pub(super) fn conflict(message: &str) -> Self {
        Self::user(StatusCode::CONFLICT, "ResourceConflictException", message)
    }

    pub(super) fn precondition(message: &str) -> Self {
        Self::user(StatusCode::PRECONDITION_FAILED, "PreconditionFailedException", message)
    }

    pub(super) fn invalid(message: &str) -> Self {
        Self::user(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message)
    }

    pub(super) fn bad_content(message: &str) -> Self {
        Self::user(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
    }

    pub(super) fn too_large(limit: usize, operation: &str) -> Self {
        let message = format!("Request must be smaller than {limit} bytes for the {operation} operation");
        Self::user(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &message)
    }

    /// `brake` says that Hearth's brake refused it, and why.
    pub(super) fn throttled(brake: Option<&str>) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            kind: "TooManyRequestsException",
            body: json!({
                "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
                "Type": "User",
                "message": brake.unwrap_or(
                    "Rate exceeded: every server of this function is busy and its limit is reached"
                ),
            }),
        }
    }

    pub(super) fn missing_token() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            kind: "MissingAuthenticationTokenException",
            body: json!({ "message": "Missing Authentication Token: sign requests with any AWS key" }),
        }
    }

    pub(super) fn bad_signature() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            kind: "UnrecognizedClientException",
            body: json!({ "message": "The request is not signed with AWS4-HMAC-SHA256; any key will do" }),
        }
    }

    pub(super) fn access_denied(message: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            kind: "AccessDeniedException",
            body: json!({ "message": message }),
        }
    }

    pub(super) fn unknown_operation(method: &str, path: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            kind: "UnknownOperationException",
            body: json!({ "message": format!("Hearth does not know {method} {path}") }),
        }
    }
}

impl From<ApiError> for Fault {
    fn from(error: ApiError) -> Self {
        let message = match &error.hint {
            Some(hint) => format!("{}. {hint}", error.message),
            None => error.message.clone(),
        };
        match error.code {
            ErrorCode::NotFound => Self::not_found(&message),
            ErrorCode::InvalidInput | ErrorCode::InvalidPackage | ErrorCode::EngineMissing => {
                Self::invalid(&message)
            }
            ErrorCode::Conflict => Self::conflict(&message),
            ErrorCode::Owned
            | ErrorCode::Ledger
            | ErrorCode::DiskFull
            // Nothing behind this API asks an account.
            | ErrorCode::SignIn
            | ErrorCode::NotAllowed
            | ErrorCode::Locked
            | ErrorCode::PlanChanged
            | ErrorCode::Cancelled
            | ErrorCode::Network
            | ErrorCode::Internal => {
                tracing::error!(%message, detail = error.detail.as_deref().unwrap_or(""), "a Lambda API call failed");
                Self {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    kind: "ServiceException",
                    body: json!({ "Type": "Service", "Message": message }),
                }
            }
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response<Body> {
        let mut response = super::json(self.status, &self.body);
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(self.kind));
        response
    }
}
