//! Calls a function once: finds where it answers, takes its key for the moment of the call, and sends the event. A key
//! is never kept. A function that is not called over HTTP is given its event through the host's own address.

use crate::AzureAccount;
use crate::account::check;
use crate::arm::WEB;
use crate::fault::Asked;
use crate::functions::{Access, Inside, one};
use crate::secret::Secret;
use crate::sites::{Site, existing, parts};
use crate::wire::{Answer, Ask, Body, Host};
use hearth_cloud::{CallMode, CallOutcome, CallRequest, FaultKind, FunctionAddress, Result, Told};
use hearth_model::Micros;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Azure's load balancer breaks a call off after 230 seconds.
const LIMIT: Duration = Duration::from_mins(4);
/// How the adapter says that the function failed.
const ERROR_HEADER: &str = "hearth-function-error";

/// The keys of an app.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HostKeys {
    master_key: Option<String>,
    #[serde(default)]
    function_keys: BTreeMap<String, String>,
}

pub(crate) async fn call(
    account: &AzureAccount,
    address: &FunctionAddress,
    request: CallRequest,
) -> Result<CallOutcome> {
    check(&address.location)?;
    let asked = Asked { operation: "calling a function", about: &address.location };
    let unable = |words: &str| Err(asked.fault(FaultKind::Unable, words));
    if request.mode == CallMode::DryRun {
        return unable("Azure cannot tell whether a call would be allowed without making it");
    }
    if request.qualifier.is_some() {
        return unable("Azure Functions has no versions and no aliases");
    }
    let site = existing(account, address, asked.operation).await?;
    if site.is_stopped() {
        let words = format!("the app `{}` is stopped; start it first", site.name);
        return Err(asked.fault(FaultKind::Conflict, words));
    }
    let Some(host) = site.host().map(str::to_owned) else {
        return Err(asked.fault(FaultKind::Other, "Azure names no host of the app"));
    };
    let function = one(account, &site, parts(address).1).await?;
    let ask = if function.is_http() {
        if request.mode == CallMode::Event {
            return unable("a function that is called over HTTP always answers; call it without --no-wait");
        }
        over_http(account, &site, &function, &host, request.event, &asked).await?
    } else {
        handed_over(account, &site, &function, &host, &request.event, &asked).await?
    };
    let begun = Instant::now();
    // Once: a call is never repeated.
    let answer = account.wire.once(&asked, &ask).await?;
    let round_trip_us = Micros(i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX));
    refused_by_the_host(&asked, &answer)?;
    let said = answer.header(ERROR_HEADER);
    let function_error = said.or_else(|| (answer.status >= 400).then(|| format!("HTTP {}", answer.status)));
    Ok(CallOutcome {
        request_id: answer.header("hearth-request-id").or_else(|| answer.header("x-ms-request-id")),
        told: Told::read(|name| answer.header(name)),
        status: answer.status,
        function_error,
        log_tail: None,
        version: None,
        round_trip_us,
        payload: answer.body,
    })
}

async fn over_http(
    account: &AzureAccount,
    site: &Site,
    function: &Inside,
    host: &str,
    event: Vec<u8>,
    asked: &Asked<'_>,
) -> Result<Ask> {
    let path = function.path();
    if path.contains(['{', '}']) {
        let words = format!("its address `{path}` has parts that an event does not name");
        return Err(asked.fault(FaultKind::Invalid, words));
    }
    let method = Method::from_bytes(function.method().as_bytes()).unwrap_or(Method::POST);
    let has_body = method != Method::GET && method != Method::HEAD;
    let mut ask = Ask::new(method, Host::Named(host.to_owned()), path);
    ask.limit = LIMIT;
    ask.headers.push((Told::EVENT, "1".to_owned()));
    if has_body {
        let document: Value = serde_json::from_slice(&event)
            .map_err(|error| asked.fault(FaultKind::Invalid, format!("the event is not JSON: {error}")))?;
        ask.body = Body::Json(document);
    }
    ask.key = match function.access() {
        Access::Anybody => None,
        Access::Key => Some(function_key(account, site, function).await?),
        Access::MasterKey => Some(master_key(account, site).await?),
    };
    Ok(ask)
}

/// A timer, a queue: the host takes an event for it and answers at once.
async fn handed_over(
    account: &AzureAccount,
    site: &Site,
    function: &Inside,
    host: &str,
    event: &[u8],
    asked: &Asked<'_>,
) -> Result<Ask> {
    let text =
        std::str::from_utf8(event).map_err(|_| asked.fault(FaultKind::Invalid, "the event is not text"))?;
    let path = format!("/admin/functions/{}", function.name());
    let mut ask = Ask::new(Method::POST, Host::Named(host.to_owned()), path);
    ask.limit = LIMIT;
    ask.body = Body::Json(json!({ "input": text }));
    ask.key = Some(master_key(account, site).await?);
    Ok(ask)
}

/// A key of the function, else one that holds for all functions of the app.
async fn function_key(account: &AzureAccount, site: &Site, function: &Inside) -> Result<Secret> {
    let asked = Asked { operation: "Microsoft.Web/sites/functions/listkeys/action", about: &site.name };
    let path = format!("{}/functions/{}/listkeys", site.id, function.name());
    let keys: BTreeMap<String, String> = account.list_secret(&asked, &path, WEB).await?;
    if let Some(key) = keys.get("default").or_else(|| keys.values().next()) {
        return Ok(Secret::new(key));
    }
    let keys = host_keys(account, site).await?.function_keys;
    let key = keys.get("default").or_else(|| keys.values().next());
    key.map(Secret::new).ok_or_else(|| asked.fault(FaultKind::NotFound, "the function has no key"))
}

async fn master_key(account: &AzureAccount, site: &Site) -> Result<Secret> {
    let asked = Asked { operation: "Microsoft.Web/sites/host/listkeys/action", about: &site.name };
    let keys = host_keys(account, site).await?;
    keys.master_key
        .map(Secret::new)
        .ok_or_else(|| asked.fault(FaultKind::NotFound, "the app has no master key"))
}

async fn host_keys(account: &AzureAccount, site: &Site) -> Result<HostKeys> {
    let asked = Asked { operation: "Microsoft.Web/sites/host/listkeys/action", about: &site.name };
    account.list_secret(&asked, &format!("{}/host/default/listkeys", site.id), WEB).await
}

/// Answers that come from Azure in front of the function, and not from it.
fn refused_by_the_host(asked: &Asked<'_>, answer: &Answer) -> Result<()> {
    match answer.status {
        // Nobody answered: the function's own failures have a body or the adapter's header.
        429 | 502..=504 if answer.header(ERROR_HEADER).is_none() => Err(asked.refused(answer)),
        _ => Ok(()),
    }
}
