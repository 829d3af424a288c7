//! The built UI out of the binary. Must not know who may see it.

use crate::rpc;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::http::{Response, StatusCode};
use hearth_core::{ApiError, ErrorCode};
use include_dir::{Dir, include_dir};

static UI: Dir<'_> = include_dir!("$OUT_DIR/ui");

/// The page. It is asked for again each time, since it names the files of its build.
pub(super) fn index() -> Response<Body> {
    match UI.get_file("index.html") {
        Some(file) => {
            let body = Body::from(file.contents());
            cached(rpc::typed(StatusCode::OK, "text/html; charset=utf-8", body), "no-cache")
        }
        None => missing("index.html"),
    }
}

/// A file of the build; a path without an ending is a place inside the UI and gets the page.
pub(super) async fn file(request: Request) -> Response<Body> {
    let path = request.uri().path().trim_start_matches('/');
    if let Some(file) = UI.get_file(path) {
        let response = rpc::typed(StatusCode::OK, kind(path), Body::from(file.contents()));
        // Names under assets carry a hash of their content.
        let keep =
            if path.starts_with("assets/") { "private, max-age=31536000, immutable" } else { "no-cache" };
        return cached(response, keep);
    }
    let is_place = !path.rsplit('/').next().unwrap_or("").contains('.');
    let is_page = request.headers().get("accept").and_then(|accept| accept.to_str().ok());
    if is_place && is_page.is_some_and(|accept| accept.contains("text/html")) {
        return index();
    }
    missing(path)
}

fn missing(path: &str) -> Response<Body> {
    rpc::refusal(&ApiError::new(ErrorCode::NotFound, format!("there is no `{path}` here")))
}

fn cached(mut response: Response<Body>, value: &'static str) -> Response<Body> {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
