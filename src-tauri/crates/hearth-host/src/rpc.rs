//! Commands over HTTP, the same for the browser and the owner's socket: `POST /rpc/{command}`. Owns status codes and
//! limits; must not know who may call.

use axum::body::Body as HttpBody;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Response, StatusCode};
use hearth_core::commands::{Body, dispatch};
use hearth_core::{ApiError, App, ErrorCode};
use serde_json::Value;

/// Largest request: an event of 6 MB may be several times as long as JSON inside JSON.
pub(crate) const REQUEST_LIMIT: usize = 64 * 1024 * 1024;

/// Runs a command to its end, even when the caller goes away meanwhile, and survives a panic in it.
pub(crate) async fn run(app: &App, command: &str, payload: Value) -> hearth_core::Result<Body> {
    let (app, command) = (app.clone(), command.to_owned());
    let name = command.clone();
    let task = tokio::spawn(async move { dispatch(&app, &command, payload).await });
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, command = name, "a command ended without an answer");
        Err(ApiError::new(ErrorCode::Internal, format!("`{name}` ended without an answer"))
            .with_hint("This is a mistake of Hearth: the log has more.")
            .with_detail(error.to_string()))
    })
}

/// Runs a command whose request is `bytes` of JSON, and answers over HTTP.
pub(crate) async fn answer(app: &App, command: &str, bytes: &[u8]) -> Response<HttpBody> {
    let payload = if bytes.is_empty() { Ok(serde_json::json!({})) } else { serde_json::from_slice(bytes) };
    let payload = match payload {
        Ok(payload) => payload,
        Err(error) => {
            return refusal(
                &ApiError::new(ErrorCode::InvalidInput, "the request is not JSON")
                    .with_detail(error.to_string()),
            );
        }
    };
    match run(app, command, payload).await {
        Ok(Body::Json(text)) => typed(StatusCode::OK, "application/json", text.into()),
        Ok(Body::Bytes(bytes)) => typed(StatusCode::OK, "application/octet-stream", bytes.into()),
        Err(error) => refusal(&error),
    }
}

/// An error as JSON with the status that fits it.
pub(crate) fn refusal(error: &ApiError) -> Response<HttpBody> {
    refusal_as(status(error.code), error)
}

/// An error as JSON with a status of the caller's choice.
pub(crate) fn refusal_as(status: StatusCode, error: &ApiError) -> Response<HttpBody> {
    let text = serde_json::to_string(error).unwrap_or_default();
    typed(status, "application/json", text.into())
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::InvalidInput => StatusCode::BAD_REQUEST,
        ErrorCode::InvalidPackage => StatusCode::UNPROCESSABLE_ENTITY,
        // 401 and 403 are about this host; an account's sign-in is somebody else's.
        ErrorCode::EngineMissing | ErrorCode::SignIn | ErrorCode::NotAllowed => StatusCode::FAILED_DEPENDENCY,
        ErrorCode::Locked => StatusCode::LOCKED,
        ErrorCode::Conflict | ErrorCode::PlanChanged | ErrorCode::Cancelled | ErrorCode::Owned => {
            StatusCode::CONFLICT
        }
        ErrorCode::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Network => StatusCode::BAD_GATEWAY,
        ErrorCode::Ledger | ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

pub(crate) fn typed(status: StatusCode, kind: &'static str, body: HttpBody) -> Response<HttpBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
