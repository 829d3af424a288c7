//! Brings code to an app through its deployment host: One Deploy for Flex, zip deploy for the others, both built by Azure.
//! Waits for the end, and brings the end of the build's log when it failed.

use crate::AzureAccount;
use crate::arm::without;
use crate::fault::Asked;
use crate::secret::{Secret, scrub};
use crate::sites::{PlanKind, Site};
use crate::wire::{Ask, Body, Host};
use bytes::Bytes;
use hearth_cloud::pace::Backoff;
use hearth_cloud::{Course, FaultKind, Result};
use reqwest::Method;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The permission that it needs, which is also the word for it.
pub(crate) const PUBLISH: &str = "Microsoft.Web/sites/publish/action";
/// Longest that a build may take.
const LONGEST: Duration = Duration::from_mins(15);
/// A new app's deployment host is not known everywhere at once, and answers 503 while it starts. The same code sent
/// twice is the same app.
const HOST_KNOWN: Backoff =
    Backoff { first: Duration::from_secs(2), longest: Duration::from_secs(15), tries: 6 };
/// Lines of a build's log that are shown.
const LINES: usize = 15;

/// The deployment that began last.
const LATEST: &str = "/api/deployments/latest";
/// Kudu's word for how a deployment ended.
const FAILED: [i64; 2] = [3, -1];
const SUCCEEDED: i64 = 4;

#[derive(Deserialize)]
struct Deployment {
    id: Option<String>,
    status: i64,
    #[serde(default)]
    status_text: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    #[serde(default)]
    message: Option<String>,
    details_url: Option<String>,
}

/// Where a plan takes code.
pub(crate) fn path(kind: PlanKind) -> &'static str {
    match kind {
        PlanKind::Flex => "/api/publish?RemoteBuild=true&Deployer=Hearth",
        PlanKind::Consumption | PlanKind::Premium | PlanKind::Other => {
            "/api/zipdeploy?isAsync=true&Deployer=Hearth"
        }
    }
}

/// Sends code and waits until it is built and in place.
pub(crate) async fn publish(
    account: &AzureAccount,
    site: &Site,
    zip: &Arc<[u8]>,
    secrets: &[Secret],
    course: &Course,
) -> Result<()> {
    let asked = Asked { operation: PUBLISH, about: &site.name };
    let Some(host) = site.code_host().map(Host::Named) else {
        return Err(asked.fault(FaultKind::Other, "Azure names no host that takes the app's code"));
    };
    let kind = site.plan_kind();
    let mut ask = Ask::new(Method::POST, host.clone(), path(kind));
    ask.body = Body::Zip(Bytes::copy_from_slice(zip));
    ask.limit = Duration::from_mins(10);
    let mut number = 1;
    let sent = loop {
        match account.ask(&asked, ask.clone()).await {
            Err(fault)
                if fault.may_pass()
                    && number < HOST_KNOWN.tries
                    && course.pause(HOST_KNOWN.pause(number, rand::random())).await =>
            {
                number += 1;
            }
            sent => break sent.map_err(|fault| without(fault, secrets))?,
        }
    };
    let status_path = match kind {
        PlanKind::Flex => {
            // The id of the deployment, as JSON text or bare.
            let id = String::from_utf8_lossy(&sent.body);
            let id = id.trim().trim_matches('"').to_owned();
            if is_id(&id) { format!("/api/deployments/{id}") } else { LATEST.to_owned() }
        }
        // An address on another host is not followed: this one knows its newest deployment as well.
        _ => sent
            .header("location")
            .and_then(|address| account.wire.path_of(&asked, &host, &address).ok())
            .unwrap_or_else(|| LATEST.to_owned()),
    };
    course.watch(ended(account, &asked, &host, &status_path, secrets)).await
}

async fn ended(
    account: &AzureAccount,
    asked: &Asked<'_>,
    host: &Host,
    path: &str,
    secrets: &[Secret],
) -> Result<()> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(200);
    loop {
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
        let answer = account.ask(asked, Ask::new(Method::GET, host.clone(), path)).await;
        let deployment: Deployment = match answer {
            // The deployment is listed a moment after it was taken.
            Err(fault) if fault.kind == FaultKind::NotFound && begun.elapsed() < Duration::from_mins(1) => {
                continue;
            }
            answer => answer?.json(asked)?,
        };
        if deployment.status == SUCCEEDED {
            return Ok(());
        }
        if FAILED.contains(&deployment.status) {
            let id = deployment.id.unwrap_or_else(|| "latest".to_owned());
            let log = log(account, asked, host, &id).await.unwrap_or_default();
            let log = scrub(&log, secrets);
            let said =
                deployment.status_text.filter(|text| !text.is_empty()).unwrap_or_else(|| "failed".to_owned());
            let words = if log.is_empty() {
                format!("the build failed ({}), and Azure gives no log of it", scrub(&said, secrets))
            } else {
                format!("the build failed; the end of its log:\n{log}")
            };
            return Err(asked.fault(FaultKind::Invalid, words));
        }
        if begun.elapsed() > LONGEST {
            return Err(asked.fault(FaultKind::TimedOut, "the build has not ended after 15 minutes"));
        }
    }
}

/// The end of a build's log: its lines, each with the lines below it.
async fn log(account: &AzureAccount, asked: &Asked<'_>, host: &Host, id: &str) -> Result<String> {
    if !is_id(id) {
        return Ok(String::new());
    }
    let read = async |path: String| -> Result<Vec<Line>> {
        account.ask(asked, Ask::new(Method::GET, host.clone(), path)).await?.json(asked)
    };
    let mut lines: Vec<String> = Vec::new();
    for line in read(format!("/api/deployments/{id}/log")).await? {
        lines.extend(line.message.clone());
        if line.details_url.is_some()
            && let Some(of) = line.id.filter(|of| is_id(of))
        {
            let below = read(format!("/api/deployments/{id}/log/{of}")).await.unwrap_or_default();
            lines.extend(below.into_iter().filter_map(|line| line.message));
        }
    }
    let lines: Vec<&str> = lines
        .iter()
        .flat_map(|text| text.lines())
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    Ok(lines[lines.len().saturating_sub(LINES)..].join("\n"))
}

/// Whether it may be put into a path.
fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
}
