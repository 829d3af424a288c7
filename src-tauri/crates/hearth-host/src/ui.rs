//! The browser host: the UI, the command table, events and uploads on 127.0.0.1. Owns signing in; must not hold
//! behaviour that the window would lack.

mod files;
mod upload;

use crate::{Listening, Result, guard, http, listening, rpc, sse};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, SET_COOKIE};
use axum::http::{Method, Response, StatusCode};
use axum::middleware::{self, Next};
use axum::routing::{get, post};
use futures_util::future::BoxFuture;
use hearth_core::{ApiError, App, ErrorCode};
use serde::Deserialize;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

const CONTENT_POLICY: &str = "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const NOT_SIGNED_IN: &str = "This browser is not signed in to Hearth.";

#[derive(Clone)]
struct Host {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    port: u16,
    cookie: String,
    token: String,
    session: String,
    stop: CancellationToken,
}

/// Serves the UI on `address`, which must be on 127.0.0.1. The answer's URL carries the token that signs a browser in.
pub fn serve(app: App, address: SocketAddr) -> BoxFuture<'static, Result<Listening>> {
    Box::pin(serving(app, address))
}

async fn serving(app: App, address: SocketAddr) -> Result<Listening> {
    let (listener, address) = listening::bind(address).await?;
    let stop = CancellationToken::new();
    let token = guard::secret();
    let url = format!("http://{address}/?token={token}");
    let host = Host {
        inner: Arc::new(Inner {
            app,
            port: address.port(),
            cookie: format!("hearth_{}", address.port()),
            token,
            session: guard::secret(),
            stop: stop.clone(),
        }),
    };
    let router = Router::new()
        .route("/", get(enter))
        .route("/rpc/{command}", post(call))
        .route("/events", get(events))
        .route("/upload", post(upload::receive))
        .fallback(get(files::file))
        .layer(DefaultBodyLimit::max(rpc::REQUEST_LIMIT))
        .layer(middleware::from_fn_with_state(host.clone(), protect))
        .with_state(host);
    Ok(Listening::start(listener, address, url, router, stop))
}

/// Checks every request before anything else sees it, and puts the protecting headers on every answer.
async fn protect(State(host): State<Host>, request: Request, next: Next) -> Response<Body> {
    let mut response = match refuse(&host, &request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    // The page brings its own, with the word that lets its editor write styles.
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_POLICY));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry("cache-control").or_insert(HeaderValue::from_static("no-store"));
    response
}

fn refuse(host: &Host, request: &Request) -> Option<Response<Body>> {
    let inner = &host.inner;
    let headers = request.headers();
    if !guard::host_is_own(headers, inner.port) {
        return Some(forbidden("this address is not served here"));
    }
    if !guard::origin_is_own(headers, inner.port) {
        return Some(forbidden("requests of other pages are refused"));
    }
    // A link on another page may open the UI, which does nothing by itself; anything else must come from the UI.
    let is_entry = request.method() == Method::GET
        && request.uri().path() == "/"
        && headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    if !guard::site_is_own(headers) && !is_entry {
        return Some(forbidden("requests of other pages are refused"));
    }
    let signed_in = guard::cookie(headers, &inner.cookie)
        .is_some_and(|session| guard::same_secret(session, &inner.session));
    // `/` decides for itself: it is where a token becomes a cookie.
    if signed_in || request.uri().path() == "/" {
        return None;
    }
    let wants_page = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    Some(if wants_page.is_some_and(|accept| accept.contains("text/html")) {
        page(StatusCode::UNAUTHORIZED, NOT_SIGNED_IN)
    } else {
        rpc::refusal_as(StatusCode::UNAUTHORIZED, &not_signed_in())
    })
}

fn forbidden(message: &str) -> Response<Body> {
    rpc::refusal_as(StatusCode::FORBIDDEN, &ApiError::new(ErrorCode::InvalidInput, message))
}

fn not_signed_in() -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, "this browser is not signed in to Hearth")
        .with_hint("Open the address that hearth serve printed, with its token.")
}

#[derive(Deserialize)]
struct Entry {
    token: Option<String>,
}

/// The way in: a right token becomes a cookie, a right cookie gets the page.
async fn enter(State(host): State<Host>, Query(entry): Query<Entry>, request: Request) -> Response<Body> {
    let inner = &host.inner;
    if let Some(token) = entry.token {
        if !guard::same_secret(&token, &inner.token) {
            return page(
                StatusCode::FORBIDDEN,
                "This token is not right, or Hearth was started again since.",
            );
        }
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", inner.cookie, inner.session);
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        response.headers_mut().insert(LOCATION, HeaderValue::from_static("/"));
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(SET_COOKIE, value);
        }
        return response;
    }
    let signed_in = guard::cookie(request.headers(), &inner.cookie)
        .is_some_and(|session| guard::same_secret(session, &inner.session));
    if signed_in { files::index() } else { page(StatusCode::UNAUTHORIZED, NOT_SIGNED_IN) }
}

/// A page for people that never loads itself again.
fn page(status: StatusCode, message: &str) -> Response<Body> {
    let text = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Hearth</title>\
         <p>{message}</p><p>Open the address that <code>hearth serve</code> printed, with its token.</p></html>\n"
    );
    rpc::typed(status, "text/html; charset=utf-8", text.into())
}

async fn call(State(host): State<Host>, Path(command): Path<String>, request: Request) -> Response<Body> {
    if !request.headers().get(CONTENT_TYPE).is_some_and(http::is_json) {
        return rpc::refusal_as(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            &ApiError::new(ErrorCode::InvalidInput, "a command wants content-type application/json"),
        );
    }
    match http::read(request.into_body(), rpc::REQUEST_LIMIT).await {
        Ok(bytes) => rpc::answer(&host.inner.app, &command, &bytes).await,
        Err(refusal) => refusal.into_response("a request"),
    }
}

async fn events(State(host): State<Host>) -> Response<Body> {
    sse::stream_events(&host.inner.app, host.inner.stop.child_token())
}
