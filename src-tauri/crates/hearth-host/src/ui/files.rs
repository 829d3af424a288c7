//! The built UI out of the binary. Must not know who may see it.

use super::CONTENT_POLICY;
use crate::{guard, rpc};
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue};
use axum::http::{Response, StatusCode};
use hearth_core::{ApiError, ErrorCode};
use include_dir::{Dir, include_dir};

static UI: Dir<'_> = include_dir!("$OUT_DIR/ui");

/// Where the page wants the word that lets its editor write styles. Tauri puts its own there, in the window.
const NONCE_PLACE: &str = "__TAURI_STYLE_NONCE__";

/// The page, with a word of its own each time. It is asked for again each time, since it names the files of its build.
pub(super) fn index() -> Response<Body> {
    let Some(page) = UI.get_file("index.html").and_then(|file| file.contents_utf8()) else {
        return missing("index.html");
    };
    let nonce = guard::secret();
    let body = Body::from(page.replace(NONCE_PLACE, &nonce));
    let mut response = cached(rpc::typed(StatusCode::OK, "text/html; charset=utf-8", body), "no-store");
    // Browsers write style attributes themselves while a person types in an editor; those run nothing.
    let policy =
        format!("{CONTENT_POLICY}; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
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
