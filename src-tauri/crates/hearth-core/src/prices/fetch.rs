//! Fetching text over HTTPS: time limit, size limit, errors in words without secrets. Owns the one outbound HTTP client
//! of prices. Must not know what the text means.

use super::PriceSources;
use crate::{ApiError, ErrorCode, Result};
use reqwest::{Client, Url, redirect};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Longest that one answer may take.
const LIMIT: Duration = Duration::from_mins(1);
/// Longest that a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// Largest answer: the price list of a region is some megabytes.
const LARGEST: usize = 64 * 1024 * 1024;

/// A client for one refresh. It remembers whom it asked.
pub(super) struct Fetcher {
    client: Client,
    pub(super) sources: PriceSources,
    hosts: Mutex<BTreeSet<String>>,
}

impl Fetcher {
    pub(super) fn new(sources: PriceSources) -> Result<Self> {
        // Taken already is fine: whoever came first chose the same one.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = Client::builder()
            .user_agent(concat!("Hearth/", env!("CARGO_PKG_VERSION")))
            .timeout(LIMIT)
            .connect_timeout(CONNECT)
            // A price list that moved to another host is not followed unseen.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| {
                ApiError::new(ErrorCode::Network, "HTTPS cannot be used on this computer")
                    .with_hint(
                        "Install the system's certificates (ca-certificates). The old prices stay in use.",
                    )
                    .with_detail(chain(&error))
            })?;
        Ok(Self { client, sources, hosts: Mutex::new(BTreeSet::new()) })
    }

    /// Hosts that were asked.
    pub(super) fn hosts(&self) -> Vec<String> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The text at `url`; `key` goes into a header, so that no address holds it.
    pub(super) async fn text(&self, url: Url, key: Option<&str>) -> Result<String> {
        let host = host(&url);
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).insert(host.clone());
        let shown = format!("{host}{}", url.path());
        let mut request = self.client.get(url);
        if let Some(key) = key {
            request = request.header("X-Goog-Api-Key", key);
        }
        let mut response = request.send().await.map_err(|error| unreachable(&shown, error))?;
        let status = response.status();
        if !status.is_success() {
            let hint = match status.as_u16() {
                401 | 403 => "The key is not accepted, or the API is not enabled for it.",
                429 => "The host asks for patience; try again later.",
                _ => "Try again later. The old prices stay in use.",
            };
            return Err(
                ApiError::new(ErrorCode::Network, format!("`{shown}` answered {status}")).with_hint(hint)
            );
        }
        let mut bytes = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| unreachable(&shown, error))? {
            if bytes.len() + part.len() > LARGEST {
                let message = format!("`{shown}` answers more than {} MB", LARGEST / 1024 / 1024);
                return Err(ApiError::new(ErrorCode::Network, message));
            }
            bytes.extend_from_slice(&part);
        }
        String::from_utf8(bytes)
            .map_err(|_| ApiError::new(ErrorCode::Network, format!("`{shown}` did not answer text")))
    }
}

/// An address below `base`. Whatever a list says, it must stay on the host that was asked.
pub(super) fn below(base: &str, path: &str) -> Result<Url> {
    let wrong = || ApiError::new(ErrorCode::Network, format!("`{path}` is no address below {base}"));
    let base_url = Url::parse(base).map_err(|_| wrong())?;
    let url = base_url.join(path).map_err(|_| wrong())?;
    if url.origin() == base_url.origin() { Ok(url) } else { Err(wrong()) }
}

fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

fn unreachable(shown: &str, error: reqwest::Error) -> ApiError {
    // Addresses may hold what a person typed: the cause is told without them.
    let error = error.without_url();
    let what = if error.is_timeout() { "did not answer in time" } else { "cannot be reached" };
    ApiError::new(ErrorCode::Network, format!("`{shown}` {what}"))
        .with_hint("Look at the network and try again. The old prices stay in use.")
        .with_detail(chain(&error))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
