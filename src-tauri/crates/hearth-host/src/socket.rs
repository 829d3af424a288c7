//! The owner's socket: the command table and events for other processes of the same person. Owns where it is and who
//! may connect; must not know what commands do.
//!
//! Each connection carries one request, so that the end of the server loses none: it stops being found, answers
//! everybody who had connected, and only then closes.

mod client;
mod place;

pub use client::Client;

use crate::{Error, Result, guard, http, rpc, sse};
use axum::body::Body;
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, Request, Response, StatusCode};
use hearth_core::{ApiError, App, ErrorCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use place::{Listener, Stream};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long requests of clients may take when the owner ends: longer than the longest function.
const DRAIN: Duration = Duration::from_mins(16);
/// How long the owner waits for one more client that had already found the socket.
const LAST_CALL: Duration = Duration::from_millis(2);

/// The socket of a running owner.
#[derive(Debug)]
pub struct Socket {
    data_dir: PathBuf,
    closing: CancellationToken,
    accepting: JoinHandle<()>,
    requests: TaskTracker,
    stop: CancellationToken,
}

/// Serves `app` on the socket of `data_dir`, whose owner this process must be.
pub async fn serve(app: App, data_dir: &Path) -> Result<Socket> {
    let (listener, token) = place::listen(data_dir).await.map_err(|source| Error::Socket {
        path: data_dir.join(place::SOCKET).display().to_string(),
        source,
    })?;
    let (closing, stop, requests) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let served = Served { app, token: token.map(Into::into), stop: stop.clone() };
    let accepting = tokio::spawn(accept(listener, served, requests.clone(), closing.clone()));
    Ok(Socket { data_dir: data_dir.to_owned(), closing, accepting, requests, stop })
}

impl Socket {
    /// Ends it after everybody who had connected has an answer; event streams end at once.
    pub async fn close(self) {
        self.end(DRAIN).await;
    }

    /// Ends it within `grace`: what is not answered by then is given up.
    pub async fn end(self, grace: Duration) {
        place::remove(&self.data_dir);
        self.closing.cancel();
        self.accepting.await.ok();
        self.stop.cancel();
        self.requests.close();
        if tokio::time::timeout(grace, self.requests.wait()).await.is_err() {
            tracing::warn!("requests on the owner's socket were given up");
        }
    }
}

#[derive(Clone)]
struct Served {
    app: App,
    token: Option<Arc<str>>,
    stop: CancellationToken,
}

async fn accept(listener: Listener, served: Served, requests: TaskTracker, closing: CancellationToken) {
    loop {
        tokio::select! {
            biased;
            () = closing.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(stream) => { requests.spawn(one_request(stream, served.clone())); }
                Err(error) => {
                    tracing::warn!(%error, "a client of the owner's socket was not accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            },
        }
    }
    // Nobody finds the socket any more; those who found it before are still answered.
    while let Ok(Ok(stream)) = tokio::time::timeout(LAST_CALL, listener.accept()).await {
        requests.spawn(one_request(stream, served.clone()));
    }
}

async fn one_request(stream: Stream, served: Served) {
    let service = service_fn(move |request| {
        let served = served.clone();
        async move { Ok::<_, Infallible>(answer(served, request).await) }
    });
    let connection = http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a client of the owner's socket went away");
    }
}

async fn answer(served: Served, request: Request<Incoming>) -> Response<Body> {
    if let Some(token) = &served.token {
        let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !guard::same_secret(given.strip_prefix("Bearer ").unwrap_or(""), token) {
            let error = ApiError::new(ErrorCode::InvalidInput, "the owner's token is missing or wrong");
            return rpc::refusal_as(StatusCode::UNAUTHORIZED, &error);
        }
    }
    let path = request.uri().path().to_owned();
    match (request.method(), path.strip_prefix("/rpc/")) {
        (&Method::POST, Some(command)) => {
            match http::read(Body::new(request.into_body()), rpc::REQUEST_LIMIT).await {
                Ok(bytes) => rpc::answer(&served.app, command, &bytes).await,
                Err(refusal) => refusal.into_response("a request"),
            }
        }
        (&Method::GET, None) if path == "/events" => sse::stream_events(&served.app, served.stop),
        _ => rpc::refusal(&ApiError::new(ErrorCode::NotFound, format!("there is no `{path}` here"))),
    }
}
