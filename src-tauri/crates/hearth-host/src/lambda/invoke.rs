//! `Invoke`: synchronous, in the background, or only checked.

use super::fault::Fault;
use super::name::FunctionRef;
use super::{Answer, Api, body};
use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hearth_core::{ErrorCode, lambda};
use hearth_model::{Outcome, function_arn};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::net::SocketAddr;

/// Longest event of a synchronous call.
const EVENT_LIMIT: usize = 6 * 1024 * 1024;
/// Longest event of a call in the background.
const BACKGROUND_LIMIT: usize = 1024 * 1024;
/// Longest client context, encoded.
const CONTEXT_LIMIT: usize = 3_583;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    RequestResponse,
    Event,
    DryRun,
}

#[derive(Deserialize)]
pub(super) struct Qualifier {
    #[serde(rename = "Qualifier")]
    pub(super) qualifier: Option<String>,
}

pub(super) async fn invoke(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(query): Query<Qualifier>,
    request: Request,
) -> Answer {
    let function = FunctionRef::parse(&name, query.qualifier)?;
    let headers = request.headers().clone();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.port());
    let kind = kind(&headers)?;
    let limit = if kind == Kind::Event { BACKGROUND_LIMIT } else { EVENT_LIMIT };
    let payload = body(request, limit, "InvokeFunction").await?;
    if !payload.is_empty()
        && let Err(error) = serde_json::from_slice::<IgnoredAny>(&payload)
    {
        return Err(Fault::bad_content(&format!("Could not parse request body into json: {error}")));
    }
    let (version, arn) =
        lambda::target(&api.app, &function.name).await.map_err(|error| match error.code {
            ErrorCode::NotFound => {
                Fault::function_not_found(&function_arn(&api.app.price_region(), &function.name))
            }
            _ => error.into(),
        })?;
    let executed = function.executed(version, &arn)?;
    let trace = match (trace(&headers), peer) {
        // Whoever only asks makes no call.
        (None, Some(peer)) if kind != Kind::DryRun => {
            lambda::trace_of_caller(&api.app, &function.name, peer, api.port).await
        }
        (trace, _) => trace,
    };
    match kind {
        Kind::DryRun => Ok(empty(StatusCode::NO_CONTENT, &executed)),
        Kind::Event => {
            let id = lambda::invoke_later(&api.app, &function.name, payload, trace).await?;
            let mut response = empty(StatusCode::ACCEPTED, &executed);
            set(&mut response, "x-amzn-requestid", id.as_str());
            Ok(response)
        }
        Kind::RequestResponse => {
            // The core sees the call to its end even when the client hangs up, as it is at AWS.
            let context = context(&headers)?;
            let call = lambda::invoke_with_context(&api.app, &function.name, payload, context, trace);
            let answer = Box::pin(call).await?;
            if answer.invocation.outcome == Outcome::Throttled {
                return Err(Fault::throttled(lambda::brake_words(&answer.invocation)));
            }
            let mut response = empty(StatusCode::OK, &executed);
            *response.body_mut() = answer.payload.into();
            set(&mut response, "content-type", "application/json");
            set(&mut response, "x-amzn-requestid", answer.invocation.request_id.as_str());
            if let Some(error) = &answer.function_error {
                set(&mut response, "x-amz-function-error", error);
            }
            if headers.get("x-amz-log-type").is_some_and(|kind| kind == "Tail") {
                set(&mut response, "x-amz-log-result", &STANDARD.encode(&answer.log_tail));
            }
            Ok(response)
        }
    }
}

/// The call that made this one: AWS's clients pass it on from inside a function.
fn trace(headers: &HeaderMap) -> Option<String> {
    headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn kind(headers: &HeaderMap) -> Result<Kind, Fault> {
    match headers.get("x-amz-invocation-type").map(|value| value.to_str().unwrap_or("unreadable")) {
        None | Some("RequestResponse") => Ok(Kind::RequestResponse),
        Some("Event") => Ok(Kind::Event),
        Some("DryRun") => Ok(Kind::DryRun),
        Some(other) => Err(Fault::invalid(&format!(
            "`{other}` is not an invocation type: RequestResponse, Event or DryRun"
        ))),
    }
}

/// The caller's client context as the function's runtime gets it: JSON.
fn context(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(context) = headers.get("x-amz-client-context") else { return Ok(None) };
    if context.len() > CONTEXT_LIMIT {
        return Err(Fault::invalid(&format!("the client context may have {CONTEXT_LIMIT} bytes at most")));
    }
    let text = STANDARD.decode(context.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match text.filter(|text| serde_json::from_str::<IgnoredAny>(text).is_ok()) {
        Some(text) => Ok(Some(text)),
        None => Err(Fault::bad_content("the client context is not JSON in base64")),
    }
}

fn empty(status: StatusCode, executed: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    set(&mut response, "x-amz-executed-version", executed);
    response
}

fn set(response: &mut Response<Body>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}
