//! Functions of an account, asked now: listing, one, calling, logs. Each region is asked for itself, so that one that
//! does not answer hides no other.

use super::{Clouds, api_error, pieces};
use crate::api::{
    CloudFunctionName, CloudFunctions, CloudFunctionsQuery, CloudInvoke, CloudInvoked, CloudLogs,
    CloudLogsQuery, CloudStanding, LocationFault,
};
use crate::invoke::{check_event, decoded};
use crate::{App, Result};
use futures_util::StreamExt as _;
use futures_util::stream;
use hearth_cloud::{Account, CallMode, CallRequest, CloudFunction, FunctionAddress, LogsRequest, Provider};
use hearth_cost::{Reported, parse_report};
use hearth_model::Micros;
use rust_decimal::prelude::ToPrimitive as _;
use std::cmp::Reverse;

/// Regions that are asked at once.
const AT_ONCE: usize = 6;
/// The region of an account that names none.
const USUAL_REGION: &str = "us-east-1";
const HOUR: Micros = Micros::from_seconds(3_600);

/// The region that a person means.
pub(crate) fn location(account: &Account, asked: Option<&str>) -> String {
    asked.map(str::to_owned).or_else(|| account.location.clone()).unwrap_or_else(|| USUAL_REGION.to_owned())
}

/// The regions of an account that are looked in.
pub(crate) fn locations(app: &App, account: &Account) -> Vec<String> {
    let chosen = app.clouds().choices().of(&account.id).locations;
    if chosen.is_empty() { vec![location(account, None)] } else { chosen }
}

/// The address of a function, and its open account.
pub(super) async fn open(
    app: &App,
    named: &CloudFunctionName,
) -> Result<(Account, FunctionAddress, std::sync::Arc<dyn Provider>)> {
    let account = Clouds::account(app, &named.account).await?;
    let provider = Clouds::open(app, &account).await?;
    let address = FunctionAddress::new(location(&account, named.region.as_deref()), &named.name);
    Ok((account, address, provider))
}

pub(crate) async fn list(app: &App, request: CloudFunctionsQuery) -> Result<CloudFunctions> {
    let account = Clouds::account(app, &request.account).await?;
    let provider = Clouds::open(app, &account).await?;
    let wanted = if request.regions.is_empty() { locations(app, &account) } else { request.regions };
    let provider = provider.as_ref();
    let answers: Vec<_> = stream::iter(wanted)
        .map(|location| async move {
            let listed = all(provider, &location, request.versions).await;
            (location, listed)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let (mut functions, mut faults) = (Vec::new(), Vec::new());
    for (location, listed) in answers {
        match listed {
            Ok(listed) => functions.extend(listed),
            Err(fault) => faults.push(LocationFault { location, fault }),
        }
    }
    // The newest code has no number and comes first, then the newest version.
    let number =
        |function: &CloudFunction| function.version.as_ref().and_then(|version| version.parse().ok());
    let newest = |function: &CloudFunction| Reverse(number(function).unwrap_or(u64::MAX));
    functions
        .sort_by(|one, other| one.address.cmp(&other.address).then_with(|| newest(one).cmp(&newest(other))));
    faults.sort_by(|one, other| one.location.cmp(&other.location));
    // When nothing at all could be read, that is the answer.
    match faults.first() {
        Some(first) if functions.is_empty() && faults.len() == 1 => {
            Err(api_error(&account, first.fault.clone()))
        }
        _ => Ok(CloudFunctions { account: account.id.0, functions, faults }),
    }
}

/// Every function of a region, page by page; of each its newest code, or every version.
async fn all(
    provider: &dyn Provider,
    location: &str,
    versions: bool,
) -> hearth_cloud::Result<Vec<CloudFunction>> {
    let mut functions = Vec::new();
    let mut cursor = None;
    loop {
        let page = if versions {
            provider.versions(location, cursor.as_deref()).await?
        } else {
            provider.functions(location, cursor.as_deref()).await?
        };
        functions.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(functions);
        }
    }
}

pub(crate) async fn get(app: &App, request: CloudFunctionName) -> Result<CloudStanding> {
    let (account, address, provider) = open(app, &request).await?;
    provider.standing(&address).await.map_err(|fault| api_error(&account, fault))
}

/// A call that was answered, with the REPORT line in the end of its log.
pub(crate) struct Called {
    pub(crate) account: Account,
    pub(crate) address: FunctionAddress,
    pub(crate) answer: CloudInvoked,
    pub(crate) report: Option<Reported>,
}

pub(crate) async fn invoke(app: &App, request: CloudInvoke) -> Result<CloudInvoked> {
    Ok(call(app, request).await?.answer)
}

/// Calls a function once.
pub(crate) async fn call(app: &App, request: CloudInvoke) -> Result<Called> {
    check_event(request.event.as_bytes())?;
    let (account, address, provider) = open(app, &request.function).await?;
    // A call does whatever the code does, which may be a change.
    if request.mode != CallMode::DryRun {
        Clouds::check_unlocked(app, &account)?;
    }
    let call =
        CallRequest { mode: request.mode, event: request.event.into_bytes(), qualifier: request.qualifier };
    let outcome = match &request.stream {
        None => provider.call(&address, call).await,
        Some(run_id) => {
            let outcome = provider.call_streamed(&address, call, pieces::teller(app, run_id)).await;
            pieces::end(app, run_id);
            outcome
        }
    };
    let outcome = outcome.map_err(|fault| api_error(&account, fault))?;
    let report = outcome
        .log_tail
        .as_deref()
        .and_then(|tail| tail.lines().rev().find_map(|line| parse_report(line).ok()));
    let answer = CloudInvoked {
        request_id: outcome.request_id,
        status: outcome.status,
        payload: decoded(&outcome.payload),
        function_error: outcome.function_error,
        log_tail: outcome.log_tail,
        version: outcome.version,
        round_trip_us: outcome.round_trip_us,
        billed_ms: report.as_ref().and_then(|report| report.printed_billed_ms?.to_u32()),
        cold_start: report.as_ref().map(|report| report.init_ms.is_some()),
    };
    Ok(Called { account, address, answer, report })
}

pub(crate) async fn logs(app: &App, request: CloudLogsQuery) -> Result<CloudLogs> {
    let (account, address, provider) = open(app, &request.function).await?;
    // A page goes on from the same instant as the first one, which the cursor carries.
    let (begun, cursor) = match request.cursor.as_deref().and_then(|cursor| cursor.split_once(':')) {
        Some((since, token)) => (since.parse().ok().map(Micros), Some(token.to_owned())),
        None => (None, None),
    };
    let since = begun.or(request.since_us).unwrap_or_else(|| Micros(app.now().0.saturating_sub(HOUR.0)));
    let wanted = LogsRequest {
        since_us: Some(since),
        until_us: None,
        filter: request.filter,
        cursor,
        limit: request.limit.unwrap_or(1_000),
    };
    let page = provider.logs(&address, &wanted).await.map_err(|fault| api_error(&account, fault))?;
    Ok(CloudLogs { lines: page.items, next: page.next.map(|token| format!("{}:{token}", since.0)) })
}
