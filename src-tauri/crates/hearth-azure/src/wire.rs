//! Requests over HTTP: hosts, time limits, sizes, and asking again when Azure asks for patience. With an added endpoint,
//! every host is that endpoint and the `Host` header says which one is meant. Must not know what is asked.

use crate::fault::Asked;
use crate::secret::{Secret, scrub};
use bytes::Bytes;
use hearth_cloud::pace::{Backoff, Flow};
use hearth_cloud::{FaultKind, OwnTally, Result};
use hearth_model::Micros;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap};
use reqwest::{Client, Method, Response, Url, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use tokio::time::sleep;

/// Azure's own host for managing things.
const MANAGEMENT: &str = "management.azure.com";
/// Longest that connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
/// Largest answer.
const LARGEST: usize = 64 * 1024 * 1024;
/// Longest pause that is made because Azure asks for it; a longer one is told to the person instead.
const PATIENCE_S: u64 = 30;
/// How reading is asked again.
const AGAIN: Backoff =
    Backoff { first: Duration::from_millis(250), longest: Duration::from_secs(10), tries: 4 };

/// Whom to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// Azure Resource Manager.
    Management,
    /// Another host of Azure, by its name.
    Named(String),
}

/// What is sent.
#[derive(Clone)]
pub(crate) enum Body {
    None,
    Json(Value),
    Zip(Bytes),
}

/// One request.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) host: Host,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) body: Body,
    pub(crate) token: Option<Secret>,
    /// The key of a function.
    pub(crate) key: Option<Secret>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) limit: Duration,
    /// Whether it changes nothing, so that it may be sent again after it broke off.
    pub(crate) reads: bool,
    /// Whether a refusal for being too much is waited out.
    pub(crate) patient: bool,
}

impl Ask {
    pub(crate) fn new(method: Method, host: Host, path: impl Into<String>) -> Self {
        Self {
            reads: method == Method::GET,
            method,
            host,
            path: path.into(),
            body: Body::None,
            token: None,
            key: None,
            headers: Vec::new(),
            limit: Duration::from_mins(1),
            patient: true,
        }
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)?.to_str().ok().map(str::to_owned)
    }

    /// How long Azure asks to wait: `Retry-After`, and the headers of Cost Management, of which the longest counts.
    pub(crate) fn wait_s(&self) -> Option<u64> {
        let waits = self.headers.iter().filter(|(name, _)| {
            let name = name.as_str();
            name == "retry-after"
                || (name.starts_with("x-ms-ratelimit-microsoft.costmanagement-")
                    && name.ends_with("retry-after"))
        });
        waits.filter_map(|(_, value)| value.to_str().ok()?.trim().parse().ok()).max()
    }

    /// When it was by Azure's clock.
    pub(crate) fn at(&self) -> Option<Micros> {
        let date = jiff::fmt::rfc2822::parse(&self.header("date")?).ok()?;
        Some(Micros(date.timestamp().as_microsecond()))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, asked: &Asked<'_>) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| asked.odd(&error))
    }
}

/// The way to Azure, or to an endpoint that speaks as Azure does.
#[derive(Clone)]
pub(crate) struct Wire {
    client: Client,
    endpoint: Option<Url>,
    own: OwnTally,
}

impl Wire {
    /// The one client of the process.
    pub(crate) fn client() -> Option<Client> {
        // Taken already is fine: whoever came first chose the same one.
        rustls::crypto::ring::default_provider().install_default().ok();
        Client::builder()
            .user_agent(concat!("Hearth/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            // A token goes where it was meant to go.
            .redirect(redirect::Policy::none())
            .build()
            .ok()
    }

    pub(crate) fn new(client: Client, endpoint: Option<Url>, own: OwnTally) -> Self {
        Self { client, endpoint, own }
    }

    /// Sends a request to Azure itself, whose answer may not drip. Reading is sent again with growing pauses when it
    /// broke off or brought nothing in time; what Azure refused for being too much is sent again in any case, since
    /// nothing was done.
    pub(crate) async fn send(&self, asked: &Asked<'_>, ask: &Ask) -> Result<Answer> {
        let mut number = 1;
        loop {
            let sent = self.ask(asked, ask, Some(Flow::begin)).await;
            let pause = match &sent {
                Ok(answer) if answer.status == 429 && !ask.patient => return sent,
                Ok(answer) if answer.status == 429 || (ask.reads && answer.status >= 500) => {
                    match answer.wait_s() {
                        Some(seconds) if seconds > PATIENCE_S => return sent,
                        Some(seconds) => Duration::from_secs(seconds),
                        None => AGAIN.pause(number, rand::random()),
                    }
                }
                Err(fault) if ask.reads && fault.may_pass() => AGAIN.pause(number, rand::random()),
                _ => return sent,
            };
            if number >= AGAIN.tries {
                return sent;
            }
            sleep(pause).await;
            number += 1;
        }
    }

    /// Sends a request once, whatever comes of it. A function's answer may come as slowly as it likes.
    pub(crate) async fn once(&self, asked: &Asked<'_>, ask: &Ask) -> Result<Answer> {
        self.ask(asked, ask, None).await
    }

    async fn ask(&self, asked: &Asked<'_>, ask: &Ask, flow: Option<fn() -> Flow>) -> Result<Answer> {
        let url = self.url(asked, ask)?;
        let mut request = self.client.request(ask.method.clone(), url).timeout(ask.limit);
        if let (Some(_), Host::Named(name)) = (&self.endpoint, &ask.host) {
            request = request.header(HOST, name);
        }
        if let Some(token) = &ask.token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        if let Some(key) = &ask.key {
            request = request.header("x-functions-key", key.reveal());
        }
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        request = match &ask.body {
            // Azure wants a length of POST and PUT also where nothing is sent.
            Body::None if ask.method == Method::GET || ask.method == Method::DELETE => request,
            Body::None => request.body(Vec::new()),
            Body::Json(document) => {
                request.header(CONTENT_TYPE, "application/json").body(document.to_string())
            }
            Body::Zip(zip) => request.header(CONTENT_TYPE, "application/zip").body(zip.clone()),
        };
        self.own.sent("", service(asked.operation, &ask.host), asked.operation);
        let response = request.send().await.map_err(|error| asked.broken(error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = whole(response, asked, flow.map(|begin| begin())).await?;
        if status >= 400 {
            let known: Vec<Secret> = ask.token.iter().chain(&ask.key).cloned().collect();
            body = scrub(&String::from_utf8_lossy(&body), &known).into_bytes();
        }
        Ok(Answer { status, headers, body })
    }

    fn url(&self, asked: &Asked<'_>, ask: &Ask) -> Result<Url> {
        let wrong = || asked.fault(FaultKind::Invalid, "the request would go to an address that is none");
        let base = match (&self.endpoint, &ask.host) {
            (Some(endpoint), _) => endpoint.clone(),
            (None, Host::Management) => Url::parse(&format!("https://{MANAGEMENT}")).map_err(|_| wrong())?,
            (None, Host::Named(name)) => Url::parse(&format!("https://{name}")).map_err(|_| wrong())?,
        };
        // A path that begins with two slashes, or that is an address of its own, would lead to another host.
        if !ask.path.starts_with('/') || ask.path.starts_with("//") {
            return Err(wrong());
        }
        let url = base.join(&ask.path).map_err(|_| wrong())?;
        if url.origin() == base.origin() { Ok(url) } else { Err(wrong()) }
    }

    /// Where a change that goes on can be asked for: a region's own host of Resource Manager stays that host.
    pub(crate) fn follow(&self, asked: &Asked<'_>, address: &str) -> Result<(Host, String)> {
        let path = self.path_of(asked, &Host::Management, address)?;
        let url = Url::parse(address).ok();
        let name = url.as_ref().and_then(Url::host_str).unwrap_or(MANAGEMENT);
        let is_regional = self.endpoint.is_none() && name != MANAGEMENT;
        Ok((if is_regional { Host::Named(name.to_owned()) } else { Host::Management }, path))
    }

    /// Path and query of an address that Azure answered, for instance a next page, if the token may go there.
    pub(crate) fn path_of(&self, asked: &Asked<'_>, host: &Host, address: &str) -> Result<String> {
        let wrong =
            || asked.fault(FaultKind::Other, "Azure answered an address on another host, which is not asked");
        let url = Url::parse(address).map_err(|_| wrong())?;
        let is_ours = match (&self.endpoint, host) {
            (Some(endpoint), _) => url.origin() == endpoint.origin(),
            (None, Host::Management) => {
                let name = url.host_str().unwrap_or_default();
                let regional =
                    name.strip_suffix(MANAGEMENT).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
                url.scheme() == "https" && regional
            }
            (None, Host::Named(name)) => url.scheme() == "https" && url.host_str() == Some(name),
        };
        if !is_ours {
            return Err(wrong());
        }
        Ok(url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())))
    }
}

/// The whole answer, unless it is larger than any should be, or drips where it may not.
async fn whole(mut response: Response, asked: &Asked<'_>, mut flow: Option<Flow>) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let part = match &flow {
            Some(flow) => flow.piece(response.chunk()).await,
            None => Some(response.chunk().await),
        };
        let part = part.ok_or_else(|| asked.fault(FaultKind::TimedOut, Flow::too_slow()))?;
        let Some(part) = part.map_err(|error| asked.broken(error))? else { return Ok(body) };
        if body.len() + part.len() > LARGEST {
            return Err(asked.fault(FaultKind::Other, "the answer has more than 64 MB"));
        }
        if let Some(flow) = &mut flow {
            flow.came(part.len());
        }
        body.extend_from_slice(&part);
    }
}

/// Whose request it is: the resource provider of the operation, else who is asked.
fn service<'a>(operation: &'a str, host: &'a Host) -> &'a str {
    match (operation.split_once('/'), host) {
        (Some((service, _)), _) => service,
        (None, Host::Management) => "Azure Resource Manager",
        (None, Host::Named(_)) => "the app itself",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_cloud::{AccountId, Tally};
    use std::sync::Arc;

    const ASKED: Asked<'static> = Asked { operation: "Microsoft.Web/sites/read", about: "" };

    fn wire(endpoint: Option<&str>) -> Wire {
        {
            let own = Arc::new(Tally::default()).of(&AccountId("azure:a".into()));
            Wire::new(Wire::client().unwrap(), endpoint.map(|url| Url::parse(url).unwrap()), own)
        }
    }

    #[test]
    fn a_token_goes_to_azure_and_to_nobody_else() {
        let cloud = wire(None);
        let path = cloud.path_of(&ASKED, &Host::Management, "https://management.azure.com/a?b=c").unwrap();
        assert_eq!(path, "/a?b=c");
        assert!(cloud.path_of(&ASKED, &Host::Management, "https://eastus.management.azure.com/a").is_ok());
        for address in [
            "https://evilmanagement.azure.com/a",
            "https://management.azure.com.example.com/a",
            "http://management.azure.com/a",
            "https://example.com",
            "/a",
        ] {
            assert!(cloud.path_of(&ASKED, &Host::Management, address).is_err(), "{address}");
        }
        let (host, path) = cloud.follow(&ASKED, "https://eastus.management.azure.com/a?b=c").unwrap();
        assert_eq!((host, path.as_str()), (Host::Named("eastus.management.azure.com".into()), "/a?b=c"));
        let fake = wire(Some("http://127.0.0.1:5701"));
        assert!(fake.path_of(&ASKED, &Host::Management, "http://127.0.0.1:5701/a").is_ok());
        assert!(fake.path_of(&ASKED, &Host::Management, "https://management.azure.com/a").is_err());
    }

    #[test]
    fn a_path_cannot_lead_away() {
        for path in ["//example.com/a", "https://example.com/a", "a", "@example.com"] {
            let ask = Ask::new(Method::GET, Host::Management, path);
            assert!(wire(None).url(&ASKED, &ask).is_err(), "{path}");
        }
    }
}
