//! Tokens of an account: asked for when they are needed, held in memory while they are good, never printed. A person's
//! own sign-in is renewed with its refresh token, a service account signs a statement (RS256), and an account that may
//! act as a service account asks IAM for that one's token.

use crate::client::flowing;
use crate::fault::{Asked, masked};
use crate::key::Key;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use hearth_cloud::{Fault, FaultKind, Result, shortened};
use hearth_model::{Clock, Micros};
use reqwest::Url;
use rustls::SignatureScheme;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// A token is not used any more when it ends this soon.
const MARGIN: Duration = Duration::from_mins(1);
/// Longest that asking for one may take.
const LIMIT: Duration = Duration::from_secs(20);
/// The token for endpoints that take any: there is nothing to keep secret.
const ANY: &str = "hearth";
const ASKED: Asked<'static> = Asked { operation: "signing in to Google", location: "" };

/// Where an account's tokens come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// An endpoint that takes any.
    Any,
    /// A file, and the service account that it acts as, if any.
    File { path: PathBuf, acts_as: Option<String> },
}

/// A token that is good now.
#[derive(Clone)]
struct Held {
    access: String,
    identity: Option<String>,
    until: Instant,
}

/// The tokens of one open account.
pub(crate) struct Tokens {
    source: Source,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    held: Mutex<Option<Held>>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    id_token: Option<String>,
    expires_in: Option<u64>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Tokens {
    pub(crate) fn new(source: Source, http: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self { source, http, clock, held: Mutex::new(None) }
    }

    /// A token for Google's APIs.
    pub(crate) async fn access(&self) -> Result<String> {
        let Source::File { path, acts_as } = &self.source else { return Ok(ANY.to_owned()) };
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| held.until > Instant::now() + MARGIN) {
            return Ok(held.access.clone());
        }
        *held = None;
        let key = Self::read(path, acts_as.as_deref())?;
        let answer = self.ask(&key, None).await?;
        let access = answer.access_token.ok_or_else(no_token)?;
        let until = Instant::now() + Duration::from_secs(answer.expires_in.unwrap_or(3_600));
        *held = Some(Held { access: access.clone(), identity: answer.id_token, until });
        Ok(access)
    }

    /// Whether another token can be asked for in the place of one that is not taken.
    pub(crate) fn can_be_renewed(&self) -> bool {
        matches!(self.source, Source::File { .. })
    }

    /// Google did not take this token: the next request asks for a new one, unless another did meanwhile.
    pub(crate) async fn refused(&self, token: &str) {
        let mut held = self.held.lock().await;
        if held.as_ref().is_some_and(|held| held.access == token) {
            *held = None;
        }
    }

    /// A token that says who calls, for a function at `audience`; none for an endpoint that takes any.
    pub(crate) async fn identity(&self, audience: &str) -> Result<Option<String>> {
        let Source::File { path, acts_as } = &self.source else { return Ok(None) };
        let key = Self::read(path, acts_as.as_deref())?;
        if matches!(key, Key::AuthorizedUser { .. }) {
            // A person's token is for the tool that signed in, whatever is called; Cloud Run takes it.
            self.access().await?;
            let held = self.held.lock().await;
            return Ok(Some(held.as_ref().and_then(|held| held.identity.clone()).ok_or_else(no_token)?));
        }
        let answer = self.ask(&key, Some(audience)).await?;
        Ok(Some(answer.id_token.ok_or_else(no_token)?))
    }

    /// The file as it is now, so that a sign-in which was renewed outside counts at once.
    fn read(path: &std::path::Path, acts_as: Option<&str>) -> Result<Key> {
        let missing =
            |words: &str| ASKED.fault(FaultKind::NotSignedIn, format!("`{}` {words}", path.display()));
        let bytes = std::fs::read(path).map_err(|_| missing("cannot be read"))?;
        // The parser's message could quote a secret, so it is dropped.
        let key = serde_json::from_slice(&bytes).map_err(|_| missing("is no sign-in of Google's tools"))?;
        Ok(match acts_as {
            None => key,
            Some(account) => Key::ImpersonatedServiceAccount {
                service_account_impersonation_url: format!(
                    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{account}:generateAccessToken"
                ),
                source_credentials: Box::new(key),
                delegates: Vec::new(),
            },
        })
    }

    fn ask<'a>(&'a self, key: &'a Key, audience: Option<&'a str>) -> BoxFuture<'a, Result<Answer>> {
        Box::pin(async move {
            let answer = match key {
                Key::AuthorizedUser { client_id, client_secret, refresh_token, token_uri } => {
                    let form = [
                        ("grant_type", "refresh_token"),
                        ("client_id", client_id),
                        ("client_secret", client_secret),
                        ("refresh_token", refresh_token),
                    ];
                    self.form(token_uri.as_deref(), &form).await.map_err(|(fault, _)| fault)
                }
                Key::ServiceAccount { client_email, private_key, private_key_id, token_uri } => {
                    let to = token_uri.as_deref().unwrap_or(TOKEN_URI);
                    let now = self.clock.now().0.div_euclid(1_000_000);
                    let mut claims =
                        json!({ "iss": client_email, "aud": to, "iat": now, "exp": now + 3_600 });
                    match audience {
                        Some(audience) => claims["target_audience"] = json!(audience),
                        None => claims["scope"] = json!(SCOPE),
                    }
                    let signed = sign(private_key, private_key_id.as_deref(), &claims)?;
                    let form = [
                        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                        ("assertion", signed.as_str()),
                    ];
                    self.form(Some(to), &form).await.map_err(|refused| self.by_the_clock(refused))
                }
                Key::ImpersonatedServiceAccount {
                    service_account_impersonation_url: url,
                    source_credentials,
                    delegates,
                } => {
                    let own = self.ask(source_credentials, None).await?.access_token.ok_or_else(no_token)?;
                    self.act_as(url, &own, delegates, audience).await
                }
                Key::Other => Err(ASKED.fault(
                    FaultKind::NotSignedIn,
                    "Hearth cannot use this kind of sign-in; sign in with `gcloud auth application-default login`",
                )),
            };
            answer.map_err(|fault| masked(fault, &key.secrets()))
        })
    }

    /// What is signed has a time in it, which Google holds against its own clock.
    fn by_the_clock(&self, (fault, there): (Fault, Option<Micros>)) -> Fault {
        let there = there.filter(|_| fault.kind == FaultKind::Expired);
        there.and_then(|there| fault.of_clock(self.clock.now(), there)).unwrap_or(fault)
    }

    async fn act_as(
        &self,
        url: &str,
        own: &str,
        delegates: &[String],
        audience: Option<&str>,
    ) -> Result<Answer> {
        let (url, body) = match audience {
            None => {
                (url.to_owned(), json!({ "scope": [SCOPE], "lifetime": "3600s", "delegates": delegates }))
            }
            Some(audience) => (
                url.replace(":generateAccessToken", ":generateIdToken"),
                json!({ "audience": audience, "includeEmail": true, "delegates": delegates }),
            ),
        };
        let request = self
            .http
            .post(safe(&url)?)
            .header("authorization", format!("Bearer {own}"))
            .header("content-type", "application/json")
            .body(body.to_string());
        let Sent { status, bytes, .. } = send(request).await?;
        if status != 200 {
            let asked = Asked { operation: "iam.serviceAccounts.getAccessToken", location: "" };
            return Err(masked(asked.refused(status, &bytes), &[own]));
        }
        let answer: Value = serde_json::from_slice(&bytes).map_err(|_| no_token())?;
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        Ok(Answer { access_token: text("accessToken"), id_token: text("token"), expires_in: Some(3_600) })
    }

    /// What is refused comes with Google's time, if it said that.
    async fn form(
        &self,
        to: Option<&str>,
        fields: &[(&str, &str)],
    ) -> std::result::Result<Answer, (Fault, Option<Micros>)> {
        let plain = |fault: Fault| (fault, None);
        let mut form = Url::parse("form:").map_err(|_| plain(no_token()))?;
        form.query_pairs_mut().extend_pairs(fields);
        let request = self
            .http
            .post(safe(to.unwrap_or(TOKEN_URI)).map_err(plain)?)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.query().unwrap_or_default().to_owned());
        let Sent { status, bytes, at } = send(request).await.map_err(plain)?;
        if status == 200 {
            return serde_json::from_slice(&bytes).map_err(|_| plain(no_token()));
        }
        Err((refusal(status, &bytes), at))
    }
}

/// What came back, and when it was by Google's clock.
struct Sent {
    status: u16,
    bytes: Vec<u8>,
    at: Option<Micros>,
}

async fn send(request: reqwest::RequestBuilder) -> Result<Sent> {
    let answer = request.timeout(LIMIT).send().await.map_err(|error| ASKED.broken(error))?;
    let status = answer.status().as_u16();
    let date =
        answer.headers().get("date").and_then(|date| jiff::fmt::rfc2822::parse(date.to_str().ok()?).ok());
    let at = date.map(|date| Micros(date.timestamp().as_microsecond()));
    Ok(Sent { status, bytes: flowing(answer, &ASKED).await?, at })
}

fn refusal(status: u16, bytes: &[u8]) -> Fault {
    let Ok(refusal) = serde_json::from_slice::<Refusal>(bytes) else { return ASKED.refused(status, b"") };
    let kind = match refusal.error.as_str() {
        "invalid_grant" => FaultKind::Expired,
        "" => return ASKED.refused(status, b""),
        _ if status >= 500 => FaultKind::BrokenOff,
        _ => FaultKind::NotSignedIn,
    };
    let why = if refusal.error_description.is_empty() { refusal.error } else { refusal.error_description };
    ASKED.fault(kind, shortened(&why))
}

fn no_token() -> Fault {
    ASKED.fault(FaultKind::NotSignedIn, "Google's answer holds no token")
}

/// An address that a secret may be sent to: encrypted, or on this computer.
pub(crate) fn safe(url: &str) -> Result<Url> {
    let refused = || {
        ASKED.fault(
            FaultKind::Invalid,
            "the address that a token would go to is not encrypted; nothing was sent",
        )
    };
    let url = Url::parse(url).map_err(|_| refused())?;
    if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) {
        Ok(url)
    } else {
        Err(refused())
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A signed statement, as RFC 7519 has it.
fn sign(private_key: &str, key_id: Option<&str>, claims: &Value) -> Result<String> {
    let unusable = || ASKED.fault(FaultKind::NotSignedIn, "the private key in the file cannot be used");
    let mut head = json!({ "alg": "RS256", "typ": "JWT" });
    if let Some(id) = key_id {
        head["kid"] = json!(id);
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(&head), encode(claims));
    let key = PrivateKeyDer::from_pem_slice(private_key.as_bytes()).map_err(|_| unusable())?;
    let key = rustls::crypto::ring::sign::any_supported_type(&key).map_err(|_| unusable())?;
    let signer = key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]).ok_or_else(unusable)?;
    let signature = signer.sign(text.as_bytes()).map_err(|_| unusable())?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_over_no_open_line() {
        assert!(safe("https://oauth2.googleapis.com/token").is_ok());
        assert!(safe("http://127.0.0.1:99/token").is_ok() && safe("http://[::1]:99/token").is_ok());
        for url in
            ["http://oauth2.googleapis.com/token", "http://127.0.0.1.example.com/", "ftp://127.0.0.1/", "x"]
        {
            assert!(safe(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_revoked_sign_in_has_ended_and_a_broken_key_is_not_quoted() {
        let body = br#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#;
        assert_eq!(refusal(400, body).kind, FaultKind::Expired);
        assert_eq!(refusal(503, b"<html>").kind, FaultKind::BrokenOff);
        let fault = sign("PLANTED", None, &json!({})).unwrap_err();
        assert!(!fault.to_string().contains("PLANTED"), "{fault}");
    }
}
