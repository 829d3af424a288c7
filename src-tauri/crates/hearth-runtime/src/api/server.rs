//! HTTP of the Runtime API over hyper: paths, headers and bodies. Host and port only, no path prefix, since
//! official clients take nothing else. Must not know what an answer leads to.

use super::desk::{Delivery, Desk, Refusal, Signal};
use crate::PAYLOAD_LIMIT;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::time::Instant;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
/// Our own clients send it with an answer: what they get back is the next event, which saves an exchange.
const WANTS_NEXT: &str = "hearth-next";
type Reply = Response<Full<Bytes>>;

/// Serves one process until `closed`.
pub(crate) async fn serve(listener: TcpListener, desk: Weak<Desk>, closed: CancellationToken) {
    loop {
        let stream = tokio::select! {
            () = closed.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "could not accept a runtime's connection");
                    // Out of file handles, most likely: give others time to close theirs.
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let Some(desk) = desk.upgrade() else { return };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a runtime's connection was closed at once");
        }
        let closed = closed.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(desk.clone(), request));
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                () = closed.cancelled() => {}
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a runtime's connection ended");
                },
            }
        });
    }
}

async fn answer(desk: Arc<Desk>, request: Request<Incoming>) -> Result<Reply, Infallible> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let reply = match (&head.method, path) {
        (&Method::GET, "/2018-06-01/runtime/invocation/next") => next(&desk).await,
        (&Method::POST, "/2018-06-01/runtime/init/error") => {
            let body = collect(body).await;
            let kind = error_type(&head.headers);
            outcome(body.and_then(|body| desk.init_error(body.kept, kind).map_err(Failure::Refused)))
        }
        (&Method::GET, "/hearth/assignment") => assignment(&desk).await,
        (&Method::POST, "/hearth/rehearsal") => {
            let answered = outcome(collect(body).await.map(|_| desk.rehearsal_answered()));
            if answered.status() == StatusCode::ACCEPTED && head.headers.contains_key(WANTS_NEXT) {
                assignment(&desk).await
            } else {
                answered
            }
        }
        (&Method::GET, "/ping") => json(StatusCode::OK, Bytes::from_static(b"pong")),
        (&Method::POST, path) => match path.strip_prefix(INVOCATION).and_then(|rest| rest.split_once('/')) {
            Some((id, what @ ("response" | "error"))) => {
                let kind = error_type(&head.headers);
                let answered = if what == "response" {
                    response(&desk, id, body).await
                } else {
                    failure(&desk, id, kind, body).await
                };
                if answered.status() == StatusCode::ACCEPTED && head.headers.contains_key(WANTS_NEXT) {
                    next(&desk).await
                } else {
                    answered
                }
            }
            _ => unknown(),
        },
        _ => unknown(),
    };
    Ok(reply)
}

async fn assignment(desk: &Desk) -> Reply {
    match desk.ask_assignment().await {
        Ok(message) => json(StatusCode::OK, message),
        Err(_) => refused(Refusal::State),
    }
}

async fn next(desk: &Arc<Desk>) -> Reply {
    /// Gives the event back when the connection breaks before it was taken.
    struct Waiting<'a>(&'a Desk, tokio::sync::oneshot::Receiver<Delivery>);
    impl Drop for Waiting<'_> {
        fn drop(&mut self) {
            self.1.close();
            if let Ok(delivery) = self.1.try_recv() {
                self.0.give_back(delivery);
            }
        }
    }
    let mut waiting = match desk.ask_next(Instant::now()) {
        Ok(receiver) => Waiting(desk, receiver),
        Err(refusal) => return refused(refusal),
    };
    let Ok(delivery) = (&mut waiting.1).await else { return refused(Refusal::State) };
    let mut reply = json(StatusCode::OK, delivery.event);
    let headers = reply.headers_mut();
    let mut put = |name: &'static str, value: &str| match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.insert(HeaderName::from_static(name), value);
        }
        Err(error) => tracing::warn!(%error, name, "a header was left out"),
    };
    put("lambda-runtime-aws-request-id", delivery.request_id.as_str());
    put("lambda-runtime-deadline-ms", &delivery.deadline_ms.to_string());
    put("lambda-runtime-invoked-function-arn", &delivery.arn);
    put("lambda-runtime-trace-id", &delivery.trace_id);
    if let Some(context) = &delivery.client_context {
        put("lambda-runtime-client-context", context);
    }
    reply
}

async fn response(desk: &Desk, id: &str, body: Incoming) -> Reply {
    let body = match collect(body).await {
        Ok(body) => body,
        Err(failure) => return outcome(Err(failure)),
    };
    let at = Instant::now();
    if body.bytes > PAYLOAD_LIMIT as u64 {
        return match desk.answer(id, Signal::TooLarge { bytes: body.bytes, at }) {
            Ok(()) => error(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                &format!("Exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."),
            ),
            Err(refusal) => refused(refusal),
        };
    }
    outcome(desk.answer(id, Signal::Response { body: body.kept, at }).map_err(Failure::Refused))
}

async fn failure(desk: &Desk, id: &str, kind: Option<String>, body: Incoming) -> Reply {
    let body = collect(body).await;
    let at = Instant::now();
    outcome(body.and_then(|body| {
        desk.answer(id, Signal::Error { body: body.kept, kind, at }).map_err(Failure::Refused)
    }))
}

/// A body, kept up to the limit but read to its end: a client that is still writing would see a broken
/// connection instead of the answer.
struct Collected {
    kept: Bytes,
    bytes: u64,
}

enum Failure {
    Refused(Refusal),
    Broken,
}

async fn collect(mut body: Incoming) -> Result<Collected, Failure> {
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    let mut bytes = 0_u64;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Failure::Broken) };
        let Ok(data) = frame.into_data() else { continue };
        bytes += data.len() as u64;
        if bytes > PAYLOAD_LIMIT as u64 {
            continue;
        }
        if first.is_empty() {
            first = data;
        } else {
            if more.is_empty() {
                more.extend_from_slice(&first);
            }
            more.extend_from_slice(&data);
        }
    }
    Ok(Collected { kept: if more.is_empty() { first } else { more.freeze() }, bytes })
}

fn error_type(headers: &HeaderMap) -> Option<String> {
    headers.get(ERROR_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn outcome(result: Result<(), Failure>) -> Reply {
    match result {
        Ok(()) => json(StatusCode::ACCEPTED, Bytes::from_static(b"{\"status\":\"OK\"}\n")),
        Err(Failure::Refused(refusal)) => refused(refusal),
        Err(Failure::Broken) => {
            error(StatusCode::BAD_REQUEST, "InvalidRequest", "The body did not arrive whole")
        }
    }
}

fn refused(refusal: Refusal) -> Reply {
    match refusal {
        Refusal::State => {
            error(StatusCode::FORBIDDEN, "InvalidStateTransition", "State transition is not allowed")
        }
        Refusal::Request => error(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
    }
}

fn unknown() -> Reply {
    error(StatusCode::NOT_FOUND, "NotFound", "404 page not found")
}

fn error(status: StatusCode, kind: &str, message: &str) -> Reply {
    let body = serde_json::json!({ "errorMessage": message, "errorType": kind }).to_string();
    json(status, Bytes::from(body))
}

fn json(status: StatusCode, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}
