//! The AWS Lambda API on 127.0.0.1, so that the AWS SDKs and command line work with it as their endpoint. Owns paths,
//! the shapes AWS gives to requests, answers and errors, and who may ask; functions themselves are the core's.

mod concurrency;
mod fault;
mod functions;
mod invoke;
mod name;
mod shape;
mod versions;

use crate::{Listening, Result, guard, http, listening};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use axum::middleware::{self, Next};
use axum::routing::{get, post, put};
use fault::Fault;
use futures_util::future::BoxFuture;
use hearth_core::App;
use serde_json::Value;
use std::net::SocketAddr;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
struct Api {
    app: App,
    port: u16,
}

type Answer = std::result::Result<Response<Body>, Fault>;

/// Serves the Lambda API on `address`, which must be on 127.0.0.1.
pub fn serve(app: App, address: SocketAddr) -> BoxFuture<'static, Result<Listening>> {
    Box::pin(async move {
        let lane = app.lane().clone();
        lane.spawn(serve_here(app, address)).await.unwrap_or_else(|error| {
            let source = std::io::Error::other(error);
            Err(crate::Error::Listen { address, source })
        })
    })
}

async fn serve_here(app: App, address: SocketAddr) -> Result<Listening> {
    let (listener, address) = listening::bind(address).await?;
    let api = Api { app, port: address.port() };
    let router = Router::new()
        .route("/2015-03-31/functions", get(functions::list).post(functions::create))
        .route("/2015-03-31/functions/", get(functions::list).post(functions::create))
        .route("/2015-03-31/functions/{name}", get(functions::get).delete(functions::delete))
        .route(
            "/2015-03-31/functions/{name}/configuration",
            get(functions::get_configuration).put(functions::update_configuration),
        )
        .route("/2015-03-31/functions/{name}/code", put(functions::update_code))
        .route("/2015-03-31/functions/{name}/versions", get(versions::list).post(versions::publish))
        .route("/2017-10-31/functions/{name}/concurrency", put(concurrency::put).delete(concurrency::delete))
        .route("/2019-09-30/functions/{name}/concurrency", get(concurrency::get))
        .route("/2016-08-19/account-settings", get(concurrency::account))
        .route("/2016-08-19/account-settings/", get(concurrency::account))
        .route("/2015-03-31/functions/{name}/invocations", post(invoke::invoke))
        .fallback(unknown)
        .layer(middleware::from_fn_with_state(api.clone(), protect))
        .with_state(api);
    Ok(Listening::start(listener, address, format!("http://{address}"), router, CancellationToken::new()))
}

async fn unknown(request: Request) -> Fault {
    Fault::unknown_operation(request.method().as_str(), request.uri().path())
}

/// No web page may create or run a function: pages cannot leave out Origin and Sec-Fetch-Site, nor send an AWS
/// Authorization header without asking first, which is never granted.
async fn protect(State(api): State<Api>, request: Request, next: Next) -> Response<Body> {
    let mut response = match refuse(request.headers(), api.port) {
        Some(fault) => axum::response::IntoResponse::into_response(fault),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    if !headers.contains_key("x-amzn-requestid")
        && let Ok(id) = HeaderValue::from_str(hearth_model::RequestId::generate().as_str())
    {
        headers.insert("x-amzn-requestid", id);
    }
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

fn refuse(headers: &HeaderMap, port: u16) -> Option<Fault> {
    if !guard::host_is_own(headers, port) {
        return Some(Fault::access_denied(
            "this Host is not served here: use 127.0.0.1 or localhost with the port",
        ));
    }
    if headers.contains_key("origin") || !matches!(guard::fetch_site(headers), None | Some("none")) {
        return Some(Fault::access_denied("web pages may not use the Lambda API"));
    }
    let Some(authorization) = headers.get(AUTHORIZATION) else {
        return Some(Fault::missing_token());
    };
    let signed =
        authorization.to_str().ok().and_then(|text| text.strip_prefix("AWS4-HMAC-SHA256 ")).is_some_and(
            |rest| ["Credential=", "SignedHeaders=", "Signature="].iter().all(|part| rest.contains(part)),
        );
    (!signed).then(Fault::bad_signature)
}

/// A request body within the limit that AWS has for `operation`.
async fn body(request: Request, limit: usize, operation: &str) -> std::result::Result<Bytes, Fault> {
    http::read(request.into_body(), limit).await.map_err(|unread| match unread {
        http::Unread::TooLong(limit) => Fault::too_large(limit, operation),
        http::Unread::Broken(detail) => Fault::bad_content(&format!("the request broke off: {detail}")),
    })
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn json(status: StatusCode, value: &Value) -> Response<Body> {
    crate::rpc::typed(status, "application/json", value.to_string().into())
}
