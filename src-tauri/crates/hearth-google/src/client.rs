//! One request to one of Google's services: address, token, quota project, time limits, and asking again when a reading
//! request broke off or was refused for a moment. Must not know what the answer means.

use crate::fault::{Asked, masked};
use crate::token::{Tokens, is_loopback, safe};
use hearth_cloud::pace::{Backoff, Flow};
use hearth_cloud::{Fault, FaultKind, OwnTally, Result};
use reqwest::{Method, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::sleep;

/// Longest that one try of a request may take.
const ATTEMPT: Duration = Duration::from_mins(1);
/// Longest that uploading code may take.
const UPLOAD: Duration = Duration::from_mins(10);
/// Largest answer.
const LARGEST: usize = 64 * 1024 * 1024;
/// How a reading request is asked again.
const AGAIN: Backoff =
    Backoff { first: Duration::from_millis(250), longest: Duration::from_secs(8), tries: 4 };
/// Longest that Google may ask us to wait; beyond it the fault is told at once.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Google's services that are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Service {
    Functions,
    Run,
    Monitoring,
    Logging,
    Resources,
    BigQuery,
}

impl Service {
    pub(crate) const ALL: [Self; 6] =
        [Self::Functions, Self::Run, Self::Monitoring, Self::Logging, Self::Resources, Self::BigQuery];

    /// Its name in hosts and in gcloud's `api_endpoint_overrides`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Functions => "cloudfunctions",
            Self::Run => "run",
            Self::Monitoring => "monitoring",
            Self::Logging => "logging",
            Self::Resources => "cloudresourcemanager",
            Self::BigQuery => "bigquery",
        }
    }
}

/// Where the services are.
#[derive(Clone, Debug)]
pub(crate) enum Bases {
    /// At Google, but for those that a configuration of gcloud sends elsewhere.
    Google(BTreeMap<Service, String>),
    /// All of them at one address.
    One(String),
}

impl Bases {
    fn of(&self, service: Service) -> String {
        match self {
            Self::One(url) => url.clone(),
            Self::Google(elsewhere) => elsewhere
                .get(&service)
                .cloned()
                .unwrap_or_else(|| format!("https://{}.googleapis.com", service.name())),
        }
    }
}

/// A client with an account's sign-in.
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) bases: Bases,
    pub(crate) tokens: Tokens,
    pub(crate) quota_project: Option<String>,
    pub(crate) own: OwnTally,
}

/// A request.
pub(crate) struct Ask<'a> {
    pub(crate) asked: Asked<'a>,
    pub(crate) service: Service,
    pub(crate) method: Method,
    /// Below the service's address, for instance `v2/projects/tea/locations/-/functions`.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    /// Whether it only reads, so that it may be asked again.
    pub(crate) reads: bool,
}

impl<'a> Ask<'a> {
    /// A reading request.
    pub(crate) fn get(asked: Asked<'a>, service: Service, path: impl Into<String>) -> Self {
        Self {
            asked,
            service,
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            body: None,
            reads: true,
        }
    }

    /// A reading request that Google wants as a POST.
    pub(crate) fn post(asked: Asked<'a>, service: Service, path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::get(asked, service, path) }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

/// Why one try brought nothing.
struct Missed {
    fault: Fault,
    /// How long Google asks to wait.
    wait: Option<Duration>,
    /// Whether Google did not take the token, so that nothing was done.
    is_of_token: bool,
}

impl From<Fault> for Missed {
    fn from(fault: Fault) -> Self {
        Self { fault, wait: None, is_of_token: false }
    }
}

impl Client {
    /// Sends it and reads the answer.
    pub(crate) async fn send<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T> {
        let (mut number, mut is_renewed) = (1, false);
        loop {
            let Missed { fault, wait, is_of_token } = match self.once(ask).await {
                Ok(answer) => return Ok(answer),
                Err(missed) => missed,
            };
            // A token may end before its time, for instance while this computer slept.
            if is_of_token && !is_renewed && self.tokens.can_be_renewed() {
                is_renewed = true;
                continue;
            }
            // What was refused for a moment was not done; what broke off may have been.
            let again = fault.may_pass() && (ask.reads || fault.kind == FaultKind::Throttled);
            if !again || number >= AGAIN.tries || wait.is_some_and(|wait| wait > LONGEST_WAIT) {
                return Err(fault);
            }
            let pause = AGAIN.pause(number, rand::random::<f64>());
            sleep(wait.map_or(pause, |wait| wait.max(pause))).await;
            number += 1;
        }
    }

    async fn once<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> std::result::Result<T, Missed> {
        let url = self.url(ask)?;
        let token = self.tokens.access().await?;
        let mut request = self
            .http
            .request(ask.method.clone(), url)
            .timeout(ATTEMPT)
            .header("authorization", format!("Bearer {token}"))
            .header("accept", "application/json");
        if let Some(project) = &self.quota_project {
            request = request.header("x-goog-user-project", project);
        }
        if let Some(body) = &ask.body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let hidden = |fault: Fault| masked(fault, &[&token]);
        self.own.sent(ask.asked.location, ask.service.name(), ask.asked.operation);
        let answer = request.send().await.map_err(|error| hidden(ask.asked.broken(error)))?;
        let status = answer.status().as_u16();
        let wait = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = flowing(answer, &ask.asked).await.map_err(hidden)?;
        if !(200..300).contains(&status) {
            if status == 401 {
                self.tokens.refused(&token).await;
            }
            return Err(Missed {
                fault: hidden(ask.asked.refused(status, &bytes)),
                wait: wait.map(Duration::from_secs),
                is_of_token: status == 401,
            });
        }
        let bytes = if bytes.is_empty() { b"{}" } else { bytes.as_slice() };
        serde_json::from_slice(bytes).map_err(|error| {
            // Where and what kind, but not the text itself.
            let words =
                format!("Google's answer cannot be read ({:?} at byte {})", error.classify(), error.column());
            ask.asked.fault(FaultKind::BrokenOff, words).into()
        })
    }

    fn url(&self, ask: &Ask<'_>) -> Result<Url> {
        let base = self.bases.of(ask.service);
        let mut url = safe_unless_any(&base, &self.bases).and_then(|url| {
            url.join(&ask.path).map_err(|_| ask.asked.fault(FaultKind::Invalid, "no such address"))
        })?;
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(ask.query.iter().map(|(name, value)| (*name, value.as_str())));
        }
        Ok(url)
    }

    /// Puts a zip where Google said; its address is signed, so no token goes along.
    pub(crate) async fn upload(&self, asked: &Asked<'_>, to: &str, zip: Vec<u8>) -> Result<()> {
        let hidden = |fault: Fault| masked(fault, &[to]);
        self.own.sent(asked.location, "storage", asked.operation);
        let answer = self
            .http
            .put(safe(to)?)
            .timeout(UPLOAD)
            .header("content-type", "application/zip")
            .body(zip)
            .send()
            .await
            .map_err(|error| hidden(asked.broken(error)))?;
        let status = answer.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(());
        }
        Err(asked.refused(status, b""))
    }
}

/// An endpoint that takes any token may be asked over an open line: there is nothing to lose.
fn safe_unless_any(base: &str, bases: &Bases) -> Result<Url> {
    let base = format!("{}/", base.trim_end_matches('/'));
    match bases {
        Bases::Google(_) => safe(&base),
        Bases::One(_) => Url::parse(&base).or_else(|_| safe(&base)),
    }
}

/// The whole answer of a function, which may think between two pieces.
pub(crate) async fn whole(mut answer: reqwest::Response, asked: &Asked<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| asked.broken(error))? {
        add(&mut bytes, &part, asked)?;
    }
    Ok(bytes)
}

/// The whole answer of Google itself, which is left when it only drips.
pub(crate) async fn flowing(mut answer: reqwest::Response, asked: &Asked<'_>) -> Result<Vec<u8>> {
    let (mut bytes, mut flow) = (Vec::new(), Flow::begin());
    loop {
        let part = flow.piece(answer.chunk()).await;
        let part = part.ok_or_else(|| asked.fault(FaultKind::TimedOut, Flow::too_slow()))?;
        let Some(part) = part.map_err(|error| asked.broken(error))? else { return Ok(bytes) };
        flow.came(part.len());
        add(&mut bytes, &part, asked)?;
    }
}

/// Adds a piece, unless the answer is larger than any should be.
fn add(bytes: &mut Vec<u8>, part: &[u8], asked: &Asked<'_>) -> Result<()> {
    if bytes.len() + part.len() > LARGEST {
        let words = format!("the answer has more than {} MB", LARGEST / 1024 / 1024);
        return Err(asked.fault(FaultKind::Other, words));
    }
    bytes.extend_from_slice(part);
    Ok(())
}

/// Whether a function's address may be given a token that says who calls.
pub(crate) fn may_have_a_token(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_google = host.ends_with(".run.app") || host.ends_with(".cloudfunctions.net");
    (url.scheme() == "https" && is_google) || is_loopback(url)
}
