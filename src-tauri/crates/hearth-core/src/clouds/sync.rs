//! Reading what accounts hold into the ledger: regions of accounts at once, each for itself, so that one that is broken
//! holds no other up. Shows how far it is and can be cancelled; what was read by then stays, and the next reading goes
//! on from there. Must not know requests of a vendor.

use super::Clouds;
use super::functions::locations;
use super::logs::{self, LOGS_PER_SECOND, Log};
use super::own_requests;
use super::services;
use crate::api::{Empty, LogUnread, SyncPart, SyncStart, SyncState, SyncStatus};
use crate::{ApiError, App, ErrorCode, Result};
use futures_util::StreamExt as _;
use futures_util::stream;
use hearth_cloud::pace::{Backoff, Rate};
use hearth_cloud::{
    Account, Capability, CloudFunction, Fault, FaultKind, Metric, MetricsRequest, Provider, SignIn,
    SignInState,
};
use hearth_model::{HearthEvent, Micros};
use hearth_store::CloudMetric;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Regions that are read at once, over all accounts.
const AT_ONCE: usize = 8;
/// Listing requests in a second for each account; AWS begins to refuse at 15.
const LISTS_PER_SECOND: u32 = 8;
/// Requests for figures in a second for each account, each of them for hundreds of functions.
const METRICS_PER_SECOND: u32 = 4;
/// Logs that are read at once in a region.
const LOGS_AT_ONCE: usize = 4;
/// Longest that a region may take.
const LONGEST: Duration = Duration::from_mins(5);
/// How a page is asked for again; a vendor's SDK has tried some times itself by then.
pub(super) const AGAIN: Backoff =
    Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(20), tries: 3 };
pub(super) const DAY_US: i64 = 86_400_000_000;
const HOUR_S: u32 = 3_600;

/// The reading that goes on, or the last one.
#[derive(Default)]
pub(crate) struct Syncing {
    now: Mutex<(SyncStatus, CancellationToken)>,
}

impl Syncing {
    fn status(&self) -> SyncStatus {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Begins, unless one goes on.
    fn begin(&self, status: SyncStatus) -> Option<CancellationToken> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.0.running {
            return None;
        }
        let token = CancellationToken::new();
        *now = (status, token.clone());
        Some(token)
    }

    fn change(&self, change: impl FnOnce(&mut SyncStatus)) {
        change(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner).0);
    }

    /// Ends the one that goes on.
    pub(crate) fn cancel(&self) {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).1.cancel();
    }
}

/// One region to read.
struct Part {
    index: usize,
    account: Account,
    location: String,
    provider: Arc<dyn Provider>,
    rates: Arc<Rates>,
}

/// How often each service of an account is asked: a vendor counts them apart.
struct Rates {
    lists: Rate,
    containers: Rate,
    metrics: Rate,
    logs: Rate,
}

impl Rates {
    fn new() -> Self {
        Self {
            lists: Rate::per_second(LISTS_PER_SECOND),
            containers: Rate::per_second(LISTS_PER_SECOND),
            metrics: Rate::per_second(METRICS_PER_SECOND),
            logs: Rate::per_second(LOGS_PER_SECOND),
        }
    }
}

/// What is read besides functions.
#[derive(Clone, Copy)]
struct What {
    metrics: bool,
    logs: bool,
}

pub(crate) async fn status(app: &App, _request: Empty) -> Result<SyncStatus> {
    Ok(app.clouds().syncing.status())
}

pub(crate) async fn cancel(app: &App, _request: Empty) -> Result<SyncStatus> {
    app.clouds().syncing.cancel();
    Ok(app.clouds().syncing.status())
}

pub(crate) async fn start(app: &App, request: SyncStart) -> Result<SyncStatus> {
    let mut accounts = Vec::new();
    if request.accounts.is_empty() {
        // What is here needs no reading: it is in the ledger already.
        accounts = Clouds::accounts(app).await?;
        accounts.retain(|account| account.sign_in != SignIn::Local);
    } else {
        for named in &request.accounts {
            accounts.push(Clouds::account(app, named).await?);
        }
    }
    let fresh = fresh(app, request.fresh_s).await?;
    let (mut parts, mut todo, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for account in accounts {
        let provider = match ready(app, &account).await {
            Ok(provider) => provider,
            Err(problem) => {
                skipped.push((account.id.0.clone(), problem));
                continue;
            }
        };
        let rates = Arc::new(Rates::new());
        for location in locations(app, &account) {
            let is_fresh = fresh.contains(&(account.id.0.clone(), location.clone()));
            parts.push(SyncPart {
                account: account.id.0.clone(),
                location: location.clone(),
                state: if is_fresh { SyncState::Fresh } else { SyncState::Waiting },
                functions: 0,
                metrics: 0,
                calls: 0,
                unread: Vec::new(),
                fault: None,
            });
            if !is_fresh {
                todo.push(Part {
                    index: parts.len() - 1,
                    account: account.clone(),
                    location,
                    provider: Arc::clone(&provider),
                    rates: Arc::clone(&rates),
                });
            }
        }
    }
    let status = SyncStatus { running: true, started_us: Some(app.now()), ended_us: None, parts, skipped };
    let Some(token) = app.clouds().syncing.begin(status) else {
        return Err(ApiError::new(ErrorCode::Conflict, "accounts are being read already")
            .with_hint("Wait for it, or cancel it."));
    };
    let reader = app.clone();
    app.tasks().spawn(async move {
        run(&reader, todo, What { metrics: request.metrics, logs: request.logs }, token).await;
    });
    Ok(app.clouds().syncing.status())
}

/// The account opened, or why it is left out.
async fn ready(app: &App, account: &Account) -> std::result::Result<Arc<dyn Provider>, String> {
    match account.state {
        SignInState::Present => {}
        SignInState::Expired => return Err("its sign-in has ended".to_owned()),
        SignInState::Missing => return Err("nobody is signed in".to_owned()),
        SignInState::Broken => {
            return Err(account.problem.clone().unwrap_or_else(|| "it cannot be used".to_owned()));
        }
    }
    Clouds::open(app, account).await.map_err(|error| error.message)
}

/// Regions that were read a short time ago.
async fn fresh(app: &App, seconds: u32) -> Result<Vec<(String, String)>> {
    if seconds == 0 {
        return Ok(Vec::new());
    }
    let since = app.now().0.saturating_sub(i64::from(seconds) * 1_000_000);
    let reads = app.store().inventory_reads().await?;
    let fresh =
        reads.into_iter().filter(|read| read.fault.is_none() && read.read_us.is_some_and(|at| at.0 >= since));
    Ok(fresh.map(|read| (read.account, read.location)).collect())
}

async fn run(app: &App, todo: Vec<Part>, what: What, token: CancellationToken) {
    let reading = stream::iter(todo)
        .map(|part| {
            let token = token.clone();
            async move { read(app, part, what, &token).await }
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>();
    reading.await;
    own_requests::settle(app).await;
    let now = app.now();
    app.clouds().syncing.change(|status| {
        status.running = false;
        status.ended_us = Some(now);
    });
    app.tell(HearthEvent::AccountsChanged);
}

/// Reads one region and says how it went.
async fn read(app: &App, part: Part, what: What, token: &CancellationToken) {
    let change = |change: &dyn Fn(&mut SyncPart)| {
        app.clouds().syncing.change(|status| {
            if let Some(shown) = status.parts.get_mut(part.index) {
                change(shown);
            }
        });
        app.tell(HearthEvent::AccountsChanged);
    };
    let end = |state: SyncState, fault: Option<Fault>| {
        change(&|shown| {
            shown.state = state;
            shown.fault.clone_from(&fault);
        });
    };
    if token.is_cancelled() {
        return end(SyncState::Cancelled, None);
    }
    end(SyncState::Reading, None);
    let read = tokio::select! {
        () = token.cancelled() => return end(SyncState::Cancelled, None),
        () = app.ending().cancelled() => return end(SyncState::Cancelled, None),
        read = tokio::time::timeout(LONGEST, functions(&part)) => read,
    };
    let slow = || {
        Fault::new(FaultKind::TimedOut, format!("reading {}", part.location), "it took longer than 5 minutes")
    };
    let functions = match read.unwrap_or_else(|_| Err(slow())) {
        Ok(functions) => functions,
        Err(fault) => {
            note(app, &part, &fault).await;
            return end(SyncState::Failed, Some(fault));
        }
    };
    let count = u32::try_from(functions.len()).unwrap_or(u32::MAX);
    change(&|shown| shown.functions = count);
    if let Err(error) = keep(app, &part, &functions).await {
        let fault = Fault::new(FaultKind::Other, "writing to the ledger", error.message);
        return end(SyncState::Failed, Some(fault));
    }
    services(app, &part).await;
    let can = |capability| part.provider.capabilities().can(capability) && !functions.is_empty();
    // What fails from here on leaves the functions read; only what was asked besides is missing.
    let mut fault = None;
    if what.metrics && can(Capability::Metrics) {
        let measured = tokio::select! {
            () = token.cancelled() => return end(SyncState::Cancelled, None),
            measured = measure(app, &part, &functions) => measured,
        };
        match measured {
            Ok(given) => change(&|shown| shown.metrics = given),
            Err(problem) => fault = Some(problem),
        }
    }
    if what.logs && can(Capability::Logs) {
        let told = |calls: u32, unread: Option<LogUnread>| {
            change(&|shown| {
                shown.calls = shown.calls.saturating_add(calls);
                shown.unread.extend(unread.clone());
            });
        };
        tokio::select! {
            () = token.cancelled() => return end(SyncState::Cancelled, None),
            () = app.ending().cancelled() => return end(SyncState::Cancelled, None),
            () = calls(app, &part, &functions, &told) => {}
        }
    }
    end(if fault.is_some() { SyncState::Failed } else { SyncState::Done }, fault);
}

/// Reads the services of the region, where the account has such and may look. That it may not is no fault of what was
/// asked for: nobody asked for containers.
async fn services(app: &App, part: &Part) {
    let Some(containers) = part.provider.containers() else { return };
    let reading = services::read(app, &part.account, containers, &part.location, &part.rates.containers);
    match tokio::time::timeout(LONGEST, reading).await {
        Ok(Ok(_)) => {}
        Ok(Err(fault)) => tracing::debug!(?fault, "services of a region were not read"),
        Err(_) => tracing::debug!(location = part.location, "reading the services of a region took too long"),
    }
}

/// Reads the logs of all functions, a few at once. One that cannot be read holds no other up.
async fn calls(
    app: &App,
    part: &Part,
    functions: &[CloudFunction],
    told: &(impl Fn(u32, Option<LogUnread>) + Sync),
) {
    let reading = stream::iter(0..functions.len()).for_each_concurrent(LOGS_AT_ONCE, |place| async move {
        let function = &functions[place];
        let log = Log {
            account: &part.account,
            provider: part.provider.as_ref(),
            function,
            rate: &part.rates.logs,
        };
        match logs::read(app, log).await {
            Ok(brought) => told(brought.calls, None),
            Err(fault) => told(0, Some(LogUnread { name: function.address.name.clone(), fault })),
        }
    });
    reading.await;
}

/// Every function of the region, a page at a time.
async fn functions(part: &Part) -> hearth_cloud::Result<Vec<CloudFunction>> {
    let mut functions = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = AGAIN
            .ask(chance, || async {
                part.rates.lists.turn().await;
                part.provider.functions(&part.location, cursor.as_deref()).await
            })
            .await?;
        functions.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(functions);
        }
    }
}

/// 0 to 1, for pauses: the seed of a hash table is random enough.
pub(super) fn chance() -> f64 {
    (RandomState::new().hash_one(0_u8) >> 11) as f64 / (1_u64 << 53) as f64
}

async fn note(app: &App, part: &Part, fault: &Fault) {
    let text = serde_json::to_string(fault).unwrap_or_default();
    let noted =
        app.store().put_inventory_fault(part.account.id.as_str(), &part.location, app.now(), &text).await;
    if let Err(error) = noted {
        tracing::warn!(%error, "that a region could not be read is not noted");
    }
}

async fn keep(app: &App, part: &Part, functions: &[CloudFunction]) -> Result<()> {
    let mut rows = Vec::with_capacity(functions.len());
    for function in functions {
        let text = serde_json::to_string(function).map_err(|error| {
            ApiError::internal("a function could not be written down").with_detail(error.to_string())
        })?;
        rows.push((function.address.name.clone(), text));
    }
    app.store().put_inventory(part.account.id.as_str(), &part.location, app.now(), &rows).await?;
    Ok(())
}

/// Asks for the figures of the last 24 hours and keeps them; answers how many series the vendor gave.
async fn measure(app: &App, part: &Part, functions: &[CloudFunction]) -> hearth_cloud::Result<u32> {
    let now = app.now();
    let hour_us = i64::from(HOUR_S) * 1_000_000;
    let until = Micros((now.0.div_euclid(hour_us) + 1) * hour_us);
    let request = MetricsRequest {
        functions: functions.iter().map(|function| function.address.name.clone()).collect(),
        since_us: Micros(until.0 - DAY_US),
        until_us: until,
        step_s: HOUR_S,
    };
    part.rates.metrics.turn().await;
    let series = part.provider.metrics(&part.location, &request).await?;
    let given = u32::try_from(series.len()).unwrap_or(u32::MAX);
    let figures: Vec<CloudMetric> = series
        .into_iter()
        .flat_map(|series| {
            let (name, metric) = (series.name, word(series.metric));
            series.points.into_iter().map(move |(at_us, value)| CloudMetric {
                name: name.clone(),
                metric: metric.to_owned(),
                step_s: HOUR_S,
                at_us,
                value,
            })
        })
        .collect();
    let source = format!("measured by {}", part.account.provider);
    let kept =
        app.store().put_cloud_metrics(part.account.id.as_str(), &part.location, now, &source, &figures).await;
    kept.map_err(|error| Fault::new(FaultKind::Other, "writing to the ledger", error.to_string()))?;
    Ok(given)
}

fn word(metric: Metric) -> &'static str {
    match metric {
        Metric::Invocations => "invocations",
        Metric::Errors => "errors",
        Metric::Throttles => "throttles",
        Metric::DurationMs => "duration_ms",
        Metric::ColdStarts => "cold_starts",
        Metric::InitMs => "init_ms",
        Metric::Environments => "environments",
        Metric::ComputeMbMs => "compute_mb_ms",
    }
}
