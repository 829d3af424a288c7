//! Azure Resource Manager: reading, paging, and changes that go on after the answer. Owns the versions of its APIs. Must
//! not know what a resource means.

use crate::AzureAccount;
use crate::action::Request;
use crate::fault::{Asked, said};
use crate::secret::{Secret, scrub};
use crate::token::Audience;
use crate::wire::{Answer, Ask, Body, Host};
use hearth_cloud::{Course, Fault, FaultKind, Result};
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Versions of the APIs, as Microsoft's own clients of today ask for them.
pub(crate) const WEB: &str = "2025-05-01";
pub(crate) const SUBSCRIPTIONS: &str = "2022-12-01";
pub(crate) const GROUPS: &str = "2025-04-01";
pub(crate) const TAGS: &str = "2025-04-01";
pub(crate) const STORAGE: &str = "2024-01-01";
pub(crate) const WORKSPACES: &str = "2025-07-01";
pub(crate) const COMPONENTS: &str = "2020-02-02";
pub(crate) const METRICS: &str = "2024-02-01";
pub(crate) const PERMISSIONS: &str = "2022-04-01";
pub(crate) const COST: &str = "2025-03-01";

/// Longest that Azure is given for a change.
const IN_PLACE: Duration = Duration::from_mins(10);
/// Most pages of a list; Azure's pages hold hundreds.
const MOST_PAGES: u32 = 1_000;

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed<T> {
    value: Vec<T>,
    next_link: Option<String>,
}

/// How far a change is that goes on.
#[derive(Deserialize)]
struct Going {
    status: Option<String>,
}

/// Path and version of a resource.
pub(crate) fn at(path: &str, version: &str) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}api-version={version}")
}

impl AzureAccount {
    /// Asks Resource Manager, and refuses what is no success.
    pub(crate) async fn ask(&self, asked: &Asked<'_>, mut ask: Ask) -> Result<Answer> {
        let audience = match &ask.host {
            Host::Named(name) if name == crate::logs::HOST => Audience::Logs,
            _ => Audience::Management,
        };
        let token = self.tokens.token(audience).await?;
        ask.token = Some(token.clone());
        let mut answer = self.wire.send(asked, &ask).await?;
        // A token may end before its time, for instance while this computer slept. Nothing was done with it.
        if answer.status == 401
            && let Some(other) = self.tokens.instead_of(&token, audience).await?
        {
            ask.token = Some(other);
            answer = self.wire.send(asked, &ask).await?;
        }
        if answer.status < 400 {
            return Ok(answer);
        }
        let fault = asked.refused(&answer);
        // Tools hold a token against the clock of this computer, and Azure holds it against its own.
        let there = answer.at().filter(|_| answer.status == 401);
        Err(there.and_then(|there| fault.of_clock(self.clock.now(), there)).unwrap_or(fault))
    }

    /// Reads a resource.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        asked: &Asked<'_>,
        path: &str,
        version: &str,
    ) -> Result<T> {
        self.ask(asked, Ask::new(Method::GET, Host::Management, at(path, version))).await?.json(asked)
    }

    /// Reads a resource that may not be there.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        asked: &Asked<'_>,
        path: &str,
        version: &str,
    ) -> Result<Option<T>> {
        match self.get(asked, path, version).await {
            Ok(found) => Ok(Some(found)),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Reads what Azure only gives to a POST: keys, values of settings.
    pub(crate) async fn list_secret<T: DeserializeOwned>(
        &self,
        asked: &Asked<'_>,
        path: &str,
        version: &str,
    ) -> Result<T> {
        let mut ask = Ask::new(Method::POST, Host::Management, at(path, version));
        ask.reads = true;
        self.ask(asked, ask).await?.json(asked)
    }

    /// Reads a list to its end.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        asked: &Asked<'_>,
        path: &str,
        version: &str,
    ) -> Result<Vec<T>> {
        let mut items = Vec::new();
        let mut next = Some(at(path, version));
        for _ in 0..MOST_PAGES {
            let Some(path) = next.take() else { return Ok(items) };
            let (page, following) = self.page(asked, &path).await?;
            items.extend(page);
            next = following;
        }
        Err(asked.fault(FaultKind::Other, format!("the list has more than {MOST_PAGES} pages")))
    }

    /// Reads one page, and says where the next one is.
    pub(crate) async fn page<T: DeserializeOwned>(
        &self,
        asked: &Asked<'_>,
        path: &str,
    ) -> Result<(Vec<T>, Option<String>)> {
        let answer = self.ask(asked, Ask::new(Method::GET, Host::Management, path)).await?;
        let listed: Listed<T> = answer.json(asked)?;
        let next = listed.next_link.filter(|link| !link.is_empty());
        let next = next.map(|link| self.wire.path_of(asked, &Host::Management, &link)).transpose()?;
        Ok((listed.value, next))
    }

    /// Changes something, and waits until Azure has done it or the course is cancelled.
    pub(crate) async fn change(
        &self,
        asked: &Asked<'_>,
        request: Request,
        secrets: &[Secret],
        course: &Course,
    ) -> Result<()> {
        let mut ask = Ask::new(request.method, Host::Management, at(&request.path, request.version));
        ask.limit = Duration::from_mins(4);
        ask.body = request.body.map_or(Body::None, Body::Json);
        let done = async {
            let answer = self.ask(asked, ask).await?;
            course.watch(self.wait(asked, &answer)).await
        };
        done.await.map_err(|fault| without(fault, secrets))
    }

    /// Waits until a change that goes on has ended.
    async fn wait(&self, asked: &Asked<'_>, answer: &Answer) -> Result<()> {
        let status = answer.header("azure-asyncoperation");
        let says_status = status.is_some();
        let Some(address) = status.or_else(|| answer.header("location").filter(|_| answer.status == 202))
        else {
            return Ok(());
        };
        let (host, path) = self.wire.follow(asked, &address)?;
        let begun = Instant::now();
        let mut pause = Duration::from_secs(answer.wait_s().unwrap_or(1));
        loop {
            if begun.elapsed() > IN_PLACE {
                return Err(asked.fault(FaultKind::TimedOut, "Azure has not done it after 10 minutes"));
            }
            sleep(pause.min(Duration::from_secs(30))).await;
            let answer = self.ask(asked, Ask::new(Method::GET, host.clone(), path.clone())).await?;
            if says_status {
                let document: Value = answer.json(asked)?;
                let going: Going =
                    serde_json::from_value(document.clone()).map_err(|error| asked.odd(&error))?;
                match going.status.as_deref().unwrap_or_default().to_ascii_lowercase().as_str() {
                    "succeeded" => return Ok(()),
                    "failed" | "canceled" | "cancelled" => return Err(failed(asked, &document)),
                    _ => {}
                }
            } else if answer.status != 202 {
                return Ok(());
            }
            let wait = answer.wait_s().map(Duration::from_secs);
            pause =
                wait.unwrap_or_else(|| (pause * 2).clamp(Duration::from_millis(200), Duration::from_secs(5)));
        }
    }
}

/// What a change that failed says.
fn failed(asked: &Asked<'_>, document: &Value) -> Fault {
    let (code, message) = said(document);
    let mut fault = asked.said(0, &code, &scrub(&message, &[]));
    if fault.message == "status 0" {
        "Azure says that it failed, and not why".clone_into(&mut fault.message);
    }
    fault
}

/// The fault without secrets that were sent.
pub(crate) fn without(mut fault: Fault, secrets: &[Secret]) -> Fault {
    fault.message = scrub(&fault.message, secrets);
    fault
}
