//! A client of the owner's socket. Must not know commands.

use super::place;
use crate::sse::Decoder;
use futures_util::{Stream, stream};
use hearth_core::commands::Body;
use hearth_core::{ApiError, ErrorCode};
use hearth_model::EventBatch;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So soon an owner answers that is not stopped.
const ANSWERS: Duration = Duration::from_secs(10);

/// Speaks to the owner of a data folder; each call is a connection of its own.
#[derive(Clone, Debug)]
pub struct Client {
    data_dir: PathBuf,
}

impl Client {
    /// A client of the owner of `data_dir`, or none when nobody listens there. An owner that listens and says nothing,
    /// as one that was stopped, is told: whoever waits for it would wait for ever.
    pub async fn connect(data_dir: &Path) -> hearth_core::Result<Option<Self>> {
        let Ok(connected) = place::connect(data_dir).await else { return Ok(None) };
        let asked = send(connected, Method::GET, "/alive", Bytes::new());
        match tokio::time::timeout(ANSWERS, asked).await {
            // Whatever it says, it is there; one that ends at this moment is found out by the next request.
            Ok(_) => Ok(Some(Self { data_dir: data_dir.to_owned() })),
            Err(_) => Err(silent(data_dir)),
        }
    }

    /// Runs a command, or none when nobody listens any more, so that nothing was sent.
    pub async fn call(&self, command: &str, payload: &Value) -> Option<hearth_core::Result<Body>> {
        let connected = place::connect(&self.data_dir).await.ok()?;
        Some(Self::ask(connected, command, payload).await)
    }

    async fn ask(
        connected: (place::Stream, Option<String>),
        command: &str,
        payload: &Value,
    ) -> hearth_core::Result<Body> {
        let path = format!("/rpc/{command}");
        let response = send(connected, Method::POST, &path, payload.to_string().into()).await?;
        let status = response.status();
        let is_json = response.headers().get(CONTENT_TYPE).is_some_and(crate::http::is_json);
        let bytes = response.into_body().collect().await.map_err(|error| gone(&error))?.to_bytes();
        if status != StatusCode::OK {
            return Err(serde_json::from_slice(&bytes).unwrap_or_else(|_| {
                ApiError::new(ErrorCode::Internal, format!("the owner of the data folder answered {status}"))
            }));
        }
        if is_json {
            String::from_utf8(bytes.into()).map(Body::Json).map_err(|error| gone(&error))
        } else {
            Ok(Body::Bytes(bytes.into()))
        }
    }

    /// Batches of events from now on; it ends when the owner does.
    pub async fn events(
        &self,
    ) -> hearth_core::Result<impl Stream<Item = EventBatch> + Send + 'static + use<>> {
        let connected = place::connect(&self.data_dir).await.map_err(|error| gone(&error))?;
        let response = send(connected, Method::GET, "/events", Bytes::new()).await?;
        if response.status() != StatusCode::OK {
            return Err(ApiError::new(
                ErrorCode::Internal,
                format!("the owner of the data folder answered {}", response.status()),
            ));
        }
        let state = (response.into_body(), Decoder::default());
        Ok(stream::unfold(state, |(mut body, mut decoder)| async move {
            loop {
                if let Some(batch) = decoder.next() {
                    return Some((batch, (body, decoder)));
                }
                if let Some(piece) = body.frame().await?.ok()?.data_ref() {
                    decoder.push(piece);
                }
            }
        }))
    }
}

async fn send(
    (stream, token): (place::Stream, Option<String>),
    method: Method,
    path: &str,
    body: Bytes,
) -> hearth_core::Result<Response<Incoming>> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| gone(&error))?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to the owner broke");
        }
    });
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, "hearth")
        .header(CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Full::new(body)).map_err(|error| gone(&error))?;
    sender.send_request(request).await.map_err(|error| gone(&error))
}

fn silent(data_dir: &Path) -> ApiError {
    let owner = hearth_core::read_owner(data_dir).map_or(0, |owner| owner.pid);
    ApiError::new(
        ErrorCode::Owned,
        format!("the Hearth that owns the data folder (process {owner}) does not answer"),
    )
    .with_hint("It may be stopped, for instance by Ctrl-Z: `fg` in its terminal lets it go on; else end it.")
}

fn gone(error: &dyn std::error::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal, "the Hearth that owns the data folder ended before it answered")
        .with_hint("Run the command again: what was answered is kept.")
        .with_detail(error.to_string())
}
