//! Reading requests within limits. Must not know commands.

use crate::rpc;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::{HeaderValue, Response, StatusCode};
use futures_util::StreamExt as _;
use hearth_core::{ApiError, ErrorCode};

/// How much of a request that is too long is still read, so that the client sees the refusal and no broken connection.
const DRAIN_LIMIT: u64 = 1024 * 1024 * 1024;

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It is longer than this.
    TooLong(usize),
    /// The connection broke.
    Broken(String),
}

impl Unread {
    /// The refusal for people; `what` names what was sent.
    pub(crate) fn into_response(self, what: &str) -> Response<Body> {
        match self {
            Self::TooLong(limit) => rpc::refusal_as(
                StatusCode::PAYLOAD_TOO_LARGE,
                &ApiError::new(
                    ErrorCode::InvalidInput,
                    format!("{what} may have {} MB at most", limit / 1024 / 1024),
                ),
            ),
            Self::Broken(detail) => rpc::refusal(
                &ApiError::new(ErrorCode::InvalidInput, format!("{what} broke off")).with_detail(detail),
            ),
        }
    }
}

/// Reads a whole body.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Unread> {
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if expected > limit {
        drain(body).await;
        return Err(Unread::TooLong(limit));
    }
    let mut read = Vec::with_capacity(expected);
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| Unread::Broken(error.to_string()))?;
        if read.len() + piece.len() > limit {
            drain(Body::from_stream(pieces)).await;
            return Err(Unread::TooLong(limit));
        }
        read.extend_from_slice(&piece);
    }
    Ok(read.into())
}

/// Throws the rest of a body away.
pub(crate) async fn drain(body: Body) {
    let mut pieces = body.into_data_stream();
    let mut drained = 0;
    while let Some(Ok(piece)) = pieces.next().await {
        drained += piece.len() as u64;
        if drained > DRAIN_LIMIT {
            return;
        }
    }
}

/// Whether a content type is JSON, with or without a charset.
pub(crate) fn is_json(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|text| {
        text.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json")
    })
}
