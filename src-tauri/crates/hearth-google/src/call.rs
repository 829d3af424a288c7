//! Calling a function at its own address. A call is made once: whether a broken one ran is not known, so it is never
//! repeated.

use crate::GoogleAccount;
use crate::client::{Ask, Service, may_have_a_token, whole};
use crate::fault::{Asked, masked};
use crate::functions::{Kept, last};
use crate::standing::{behind, existing};
use crate::wire::Tested;
use hearth_cloud::{CallMode, CallOutcome, CallRequest, FaultKind, FunctionAddress, Result, Told};
use hearth_model::Micros;
use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// Cloud Run lets a request take an hour; the rest is for the way.
const LONGEST: Duration = Duration::from_secs(60 * 60 + 30);
/// Set by our adapter when the function itself failed.
const FAILED: &str = "hearth-function-error";

pub(crate) async fn call(
    account: &GoogleAccount,
    function: &FunctionAddress,
    request: CallRequest,
) -> Result<CallOutcome> {
    let asked = Asked { operation: "run.routes.invoke", location: &function.location };
    if request.mode == CallMode::Event {
        let words = "Google has no calls that nobody waits for; send an event to what triggers the function";
        return Err(asked.fault(FaultKind::Unable, words));
    }
    let kept = existing(account, function, asked.operation).await?;
    if request.mode == CallMode::DryRun {
        return check(account, function, &kept).await;
    }
    let url = match &request.qualifier {
        None => kept.url().map(str::to_owned),
        Some(tag) => tagged(account, function, &kept, tag).await?,
    };
    let none = || asked.fault(FaultKind::Unable, "it has no address: only what triggers it can call it");
    let url = Url::parse(&url.ok_or_else(none)?)
        .map_err(|_| asked.fault(FaultKind::Other, "Google names no address for it that can be read"))?;
    let token = if may_have_a_token(&url) {
        account.client.tokens.identity(audience(&url).as_str()).await?
    } else {
        None
    };
    // The call's own name: the function sees it, and its line in the log has it.
    let id = format!("{:032x}", rand::random::<u128>());
    let mut sending = account
        .client
        .http
        .post(url)
        .timeout(LONGEST)
        .header("content-type", "application/json")
        .header("x-cloud-trace-context", format!("{id}/1"))
        .header(Told::EVENT, "1")
        .body(request.event);
    if let Some(token) = &token {
        sending = sending.header("authorization", format!("Bearer {token}"));
    }
    let secret = token.unwrap_or_default();
    account.client.own.sent(&function.location, "run", asked.operation);
    let begun = Instant::now();
    let answer = sending.send().await.map_err(|error| masked(asked.broken(error), &[&secret]))?;
    let status = answer.status().as_u16();
    let headers = answer.headers().clone();
    let payload = whole(answer, &asked).await?;
    let took = begun.elapsed();
    if let Some(fault) = of_google(status, &headers, &asked) {
        return Err(fault);
    }
    let header = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
    let failed = header(FAILED).or_else(|| (status >= 400).then(|| format!("HTTP {status}")));
    Ok(CallOutcome {
        request_id: Some(id),
        told: Told::read(header),
        status,
        payload,
        function_error: failed,
        log_tail: None,
        version: None,
        round_trip_us: Micros(i64::try_from(took.as_micros()).unwrap_or(i64::MAX)),
    })
}

/// A token is for the address without a path.
fn audience(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Google's own front door answers in HTML; what a function answers is the function's.
fn of_google(status: u16, headers: &HeaderMap, asked: &Asked<'_>) -> Option<hearth_cloud::Fault> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_page = text("content-type").starts_with("text/html") && !text("server").is_empty();
    let is_front = text("server").eq_ignore_ascii_case("Google Frontend") && is_page;
    let words = match status {
        401 => "Cloud Run does not take this sign-in's token",
        403 => "Cloud Run lets this account not call it: it needs the role roles/run.invoker",
        404 => "nothing answers at its address",
        429 => "no server was free and no more may start",
        500 | 503 => "its server did not answer; look at its logs",
        _ => return None,
    };
    if !is_front {
        return None;
    }
    let fault = asked.refused(status, b"");
    Some(hearth_cloud::Fault { message: words.to_owned(), ..fault })
}

/// The address of a tag.
async fn tagged(
    account: &GoogleAccount,
    function: &FunctionAddress,
    kept: &Kept,
    tag: &str,
) -> Result<Option<String>> {
    let asked = Asked { operation: "run.services.get", location: &function.location };
    let service = behind(account, function, kept).await?;
    let statuses = service.map(|service| service.traffic_statuses).unwrap_or_default();
    let found = statuses.iter().find(|status| status.tag == tag && !status.uri.is_empty());
    let untagged = || {
        let tags: Vec<&str> =
            statuses.iter().map(|one| one.tag.as_str()).filter(|tag| !tag.is_empty()).collect();
        let is_revision = statuses.iter().any(|one| last(&one.revision) == tag);
        let words = if is_revision {
            format!(
                "the revision `{tag}` has no address of its own; give it a tag first: hearth alias {} TAG {tag}",
                function.name
            )
        } else {
            format!(
                "there is no tag `{tag}`; it has {}",
                if tags.is_empty() { "none".to_owned() } else { tags.join(", ") }
            )
        };
        asked.fault(FaultKind::Invalid, words)
    };
    found.map(|status| Some(status.uri.clone())).ok_or_else(untagged)
}

/// Asks whether a call would be allowed, and makes none.
async fn check(account: &GoogleAccount, function: &FunctionAddress, kept: &Kept) -> Result<CallOutcome> {
    let (service, path, permission) = match kept {
        Kept::Old(_) => {
            let path = format!("v1/{}:testIamPermissions", account.name_of(function, "functions")?);
            (Service::Functions, path, "cloudfunctions.functions.invoke")
        }
        Kept::New(_) | Kept::Run(_) => {
            let path = format!("v2/{}:testIamPermissions", account.name_of(function, "services")?);
            (Service::Run, path, "run.routes.invoke")
        }
    };
    let asked = Asked { operation: permission, location: &function.location };
    let begun = Instant::now();
    let ask = Ask::post(asked, service, path, json!({ "permissions": [permission] }));
    let tested: Tested = account.client.send(&ask).await?;
    let took = begun.elapsed();
    if !tested.permissions.iter().any(|name| name == permission) {
        let kind = FaultKind::NotAllowed { permission: permission.to_owned() };
        return Err(asked.fault(kind, "Google says that this account may not call it"));
    }
    Ok(CallOutcome {
        status: 204,
        round_trip_us: Micros(i64::try_from(took.as_micros()).unwrap_or(i64::MAX)),
        ..CallOutcome::default()
    })
}
