//! Tokens for Azure: asked of the vendor's own tools as processes, or exchanged for the secret of a service principal.
//! A token is kept while an account is open and no longer. What a tool printed is never shown: it may hold a token.
//!
//! Why not Microsoft's `azure_identity` 1.0: its credentials for tools run the same two commands and quote what these
//! print, its exchange of a secret refuses every authority without TLS, so that no test on this computer could judge
//! it, and it took 63 s of processor time to compile with what it needs.

use crate::fault::{Asked, said};
use crate::secret::Secret;
use hearth_cloud::{FaultKind, Result};
use hearth_model::{Clock, Micros};
use reqwest::{Client, Url};
use serde::Deserialize;
use std::ffi::OsStr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;

/// Longest that a tool may take.
const LIMIT: Duration = Duration::from_mins(1);
/// A token that ends within this time is renewed first.
const SPARE_US: i64 = 120 * 1_000_000;
/// A tool's token is used for this long at least, also when it seems to have ended: where the clock of this computer is
/// ahead, the tool would be started for each request.
const LEAST_S: i64 = 60;
const AUTHORITY: &str = "https://login.microsoftonline.com";
const ASKED: Asked<'static> = Asked { operation: "signing in", about: "" };

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    Management,
    Logs,
}

impl Audience {
    fn resource(self) -> &'static str {
        match self {
            Self::Management => "https://management.azure.com",
            Self::Logs => "https://api.loganalytics.io",
        }
    }
}

/// Where tokens come from.
#[derive(Clone)]
pub(crate) enum Source {
    /// The Azure CLI, for a subscription.
    Cli { subscription: String },
    /// The Azure Developer CLI.
    Developer,
    /// A service principal.
    Principal { tenant: String, client: String, secret: Secret, authority: Option<String> },
    /// An endpoint that takes any: there is nothing to keep secret.
    Known,
}

/// Tokens of an open account.
pub(crate) struct Tokens {
    source: Source,
    /// The `PATH` that tools are looked for in.
    path: Option<String>,
    client: Client,
    clock: Arc<dyn Clock>,
    kept: tokio::sync::Mutex<Vec<(Audience, Secret, Micros)>>,
}

impl Tokens {
    pub(crate) fn new(source: Source, path: Option<String>, client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { source, path, client, clock, kept: tokio::sync::Mutex::new(Vec::new()) }
    }

    /// A token that holds for some time yet.
    pub(crate) async fn token(&self, audience: Audience) -> Result<Secret> {
        // Held while it is asked for, so that many questions at once ask for one token.
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        kept.retain(|(_, _, end)| end.0 - SPARE_US > now.0);
        if let Some((_, token, _)) = kept.iter().find(|(of, _, _)| *of == audience) {
            return Ok(token.clone());
        }
        let (token, lasts_s) = match &self.source {
            Source::Known => (Secret::new("any"), 3_600),
            Source::Cli { subscription } => {
                let arguments =
                    ["account", "get-access-token", "--output", "json", "--resource", audience.resource()];
                let arguments = [&arguments[..], &["--subscription", subscription]].concat();
                self.of_tool("az", &arguments, now).await?
            }
            Source::Developer => {
                let scope = format!("{}/.default", audience.resource());
                self.of_tool("azd", &["auth", "token", "--output", "json", "--scope", &scope], now).await?
            }
            Source::Principal { tenant, client, secret, authority } => {
                self.exchanged(tenant, client, secret, authority.as_deref(), audience).await?
            }
        };
        let end = Micros(now.0.saturating_add(lasts_s.saturating_mul(1_000_000)));
        kept.push((audience, token.clone(), end));
        Ok(token)
    }

    /// Another token in the place of one that Azure did not take; none when there is no other.
    pub(crate) async fn instead_of(&self, refused: &Secret, audience: Audience) -> Result<Option<Secret>> {
        if matches!(self.source, Source::Known) {
            return Ok(None);
        }
        self.kept.lock().await.retain(|(_, token, _)| token.reveal() != refused.reveal());
        let other = self.token(audience).await?;
        Ok(Some(other).filter(|other| other.reveal() != refused.reveal()))
    }

    /// A token that a tool prints, and for how many seconds it holds.
    #[expect(
        clippy::disallowed_methods,
        reason = "the vendor's own tool, which needs the person's environment"
    )]
    async fn of_tool(&self, tool: &str, arguments: &[&str], now: Micros) -> Result<(Secret, i64)> {
        /// `az` says the end in seconds since 1970, `azd` as a date.
        #[derive(Deserialize)]
        struct Printed {
            #[serde(alias = "accessToken")]
            token: String,
            expires_on: Option<i64>,
            #[serde(rename = "expiresOn")]
            at: Option<String>,
        }
        // On Windows the tool is a script with an extension.
        let program = if cfg!(windows) && tool == "az" { "az.cmd".to_owned() } else { tool.to_owned() };
        let mut command = Command::new(&program);
        command.args(arguments.iter().map(OsStr::new)).stdin(Stdio::null()).kill_on_drop(true);
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        let ran = match tokio::time::timeout(LIMIT, command.output()).await {
            Err(_) => {
                return Err(ASKED.fault(FaultKind::TimedOut, format!("`{tool}` gave no token within 60 s")));
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(
                    ASKED.fault(FaultKind::NotSignedIn, format!("the program `{tool}` is not installed"))
                );
            }
            Ok(Err(error)) => {
                return Err(
                    ASKED.fault(FaultKind::NotSignedIn, format!("`{tool}` could not be started: {error}"))
                );
            }
            Ok(Ok(ran)) => ran,
        };
        if !ran.status.success() {
            let lower = String::from_utf8_lossy(&ran.stderr).to_lowercase();
            // The codes of Microsoft's sign-in for sessions that ended.
            let ended =
                ["aadsts700082", "aadsts50173", "aadsts70043", "aadsts50078", "expired", "interactive"];
            return Err(if ended.iter().any(|word| lower.contains(word)) {
                ASKED.fault(FaultKind::Expired, format!("`{tool}` says that one must sign in again"))
            } else {
                ASKED.fault(FaultKind::NotSignedIn, format!("`{tool}` gave no token"))
            });
        }
        let printed: Printed = serde_json::from_slice(&ran.stdout).map_err(|_| {
            ASKED.fault(FaultKind::NotSignedIn, format!("`{tool}` printed something that is no token"))
        })?;
        let at = printed.at.as_deref().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        let end_s = printed.expires_on.or_else(|| Some(at?.as_second()));
        // A tool that does not say when a token ends is asked again soon.
        let lasts_s = end_s.map_or(300, |end_s| end_s - now.0.div_euclid(1_000_000));
        Ok((Secret::new(printed.token), lasts_s.max(SPARE_US / 1_000_000 + LEAST_S)))
    }

    /// The exchange of a service principal's secret ("client credentials").
    async fn exchanged(
        &self,
        tenant: &str,
        client: &str,
        secret: &Secret,
        authority: Option<&str>,
        audience: Audience,
    ) -> Result<(Secret, i64)> {
        #[derive(Deserialize)]
        struct Given {
            access_token: String,
            expires_in: i64,
        }
        let wrong = |words: &str| ASKED.fault(FaultKind::Invalid, words.to_owned());
        let plain =
            |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-.".contains(letter));
        if tenant.is_empty() || !plain(tenant) {
            return Err(wrong("AZURE_TENANT_ID is not the id of a tenant"));
        }
        let mut url = Url::parse(authority.unwrap_or(AUTHORITY))
            .map_err(|_| wrong("AZURE_AUTHORITY_HOST is not an address"))?;
        let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !is_here {
            return Err(wrong("AZURE_AUTHORITY_HOST is not encrypted, and a secret may not go there"));
        }
        url.set_path(&format!("/{tenant}/oauth2/v2.0/token"));
        // The parser of addresses knows how a form is written.
        let mut form = Url::parse("http://form").map_err(|_| wrong("a form could not be written"))?;
        form.query_pairs_mut()
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", client)
            .append_pair("client_secret", secret.reveal())
            .append_pair("scope", &format!("{}/.default", audience.resource()));
        let request = self
            .client
            .post(url)
            .timeout(LIMIT)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.query().unwrap_or_default().to_owned());
        let response = request.send().await.map_err(|error| ASKED.broken(error))?;
        let status = response.status();
        let body = response.bytes().await.map_err(|error| ASKED.broken(error))?;
        if !status.is_success() {
            let (code, message) = said(&serde_json::from_slice(&body).unwrap_or_default());
            let message = crate::secret::scrub(&message, std::slice::from_ref(secret));
            let mut fault = ASKED.said(status.as_u16(), &code, &message);
            if status.is_client_error() && status.as_u16() != 429 {
                fault.kind = if message.contains("AADSTS7000222") {
                    FaultKind::Expired
                } else {
                    FaultKind::NotSignedIn
                };
            }
            return Err(fault);
        }
        let given: Given = serde_json::from_slice(&body).map_err(|error| ASKED.odd(&error))?;
        Ok((Secret::new(given.access_token), given.expires_in))
    }
}
