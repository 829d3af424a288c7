//! `POST /upload`: a zip that a browser made of a dropped folder, written to the data folder piece by piece.
//! Must not know what is inside.

use super::Host;
use crate::http::{Unread, drain};
use crate::{guard, rpc};
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use futures_util::StreamExt as _;
use hearth_core::{ApiError, ErrorCode};
use std::path::Path;
use tokio::io::AsyncWriteExt as _;

/// Longest zip; AWS lets a package have 250 MB unpacked.
const UPLOAD_LIMIT: usize = 256 * 1024 * 1024;

enum Failure {
    Unread(Unread),
    Disk(std::io::Error),
}

pub(super) async fn receive(State(host): State<Host>, request: Request) -> Response<Body> {
    let body = request.into_body();
    if body.size_hint().lower() > UPLOAD_LIMIT as u64 {
        drain(body).await;
        return Unread::TooLong(UPLOAD_LIMIT).into_response("a zip");
    }
    let folder = host.inner.app.uploads_dir();
    let id = guard::random_name();
    let path = folder.join(format!("{id}.zip"));
    match write(&folder, &path, body).await {
        Ok(()) => {
            let answer = serde_json::json!({ "upload": id }).to_string();
            rpc::typed(StatusCode::OK, "application/json", answer.into())
        }
        Err(failure) => {
            // What is left of it would only take room.
            tokio::fs::remove_file(&path).await.ok();
            match failure {
                Failure::Unread(unread) => unread.into_response("a zip"),
                Failure::Disk(error) => rpc::refusal(&disk(&error)),
            }
        }
    }
}

async fn write(folder: &Path, path: &Path, body: Body) -> Result<(), Failure> {
    tokio::fs::create_dir_all(folder).await.map_err(Failure::Disk)?;
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path).await.map_err(Failure::Disk)?;
    let mut written = 0_usize;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| Failure::Unread(Unread::Broken(error.to_string())))?;
        written += piece.len();
        if written > UPLOAD_LIMIT {
            drain(Body::from_stream(pieces)).await;
            return Err(Failure::Unread(Unread::TooLong(UPLOAD_LIMIT)));
        }
        file.write_all(&piece).await.map_err(Failure::Disk)?;
    }
    file.flush().await.map_err(Failure::Disk)
}

fn disk(error: &std::io::Error) -> ApiError {
    let full = error.kind() == std::io::ErrorKind::StorageFull;
    let code = if full { ErrorCode::DiskFull } else { ErrorCode::Internal };
    ApiError::new(code, "the uploaded zip could not be written")
        .with_hint("Free some space in the data folder.")
        .with_detail(error.to_string())
}
