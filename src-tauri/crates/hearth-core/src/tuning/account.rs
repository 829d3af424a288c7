//! A function in an account as something to tune. Owns how a memory size is set there: by the reviewed change that sets
//! it by hand, with the digest of what a person saw. Must not know sizes to come, statistics or money.

use super::tunable::{Measured, Setting, Tunable};
use crate::api::{TuningPlan, TuningReview};
use crate::clouds::functions::location;
use crate::clouds::{Clouds, api_error};
use crate::{ApiError, App, ErrorCode, Result};
use bytes::Bytes;
use hearth_aws::AWS;
use hearth_cloud::{
    Account, CallMode, CallOutcome, CallRequest, Capability, Change, CloudFunction, Course, FaultKind,
    FunctionAddress, Provider, Settings, SignIn, plan_digest,
};
use hearth_cost::{Reported, parse_report};
use hearth_model::{
    Architecture, FunctionId, Invocation, InvocationSource, Micros, Outcome, Phases, RequestId, ServerStart,
};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_util::sync::CancellationToken;

/// Most calls at once: what a new account may run at the same time.
const AT_ONCE: usize = 10;

/// One function in an account.
pub(crate) struct There {
    app: App,
    account: Account,
    address: FunctionAddress,
    /// What tells that somebody gave it other code; none when only its size is put back.
    code_hash: Option<String>,
    architecture: Architecture,
    /// The digest of the reviewed change to each size; empty when only a size is put back.
    digests: BTreeMap<u32, String>,
    /// The size that calls are to run with.
    set_mb: AtomicU32,
}

/// What a measurement in an account cannot say, and what it does to others.
pub(crate) fn remarks() -> Vec<String> {
    vec![
        "A cloud starts servers by itself: the cold calls of a size are made at the same time right after it was set. \
         Those that started a server count as cold starts, the others as warm calls."
            .to_owned(),
        "Durations, init and billed time are those of the REPORT line that AWS answers with.".to_owned(),
    ]
}

/// The account that a plan names; none for this computer.
pub(crate) async fn named(app: &App, plan: &TuningPlan) -> Result<Option<Account>> {
    let Some(named) = &plan.account else { return Ok(None) };
    let account = Clouds::account(app, named).await?;
    Ok((account.sign_in != SignIn::Local).then_some(account))
}

impl There {
    /// The function that a plan names, with the review of every change that tuning it makes.
    pub(crate) async fn reviewed(
        app: &App,
        account: Account,
        plan: &TuningPlan,
    ) -> Result<(Self, CloudFunction, TuningReview)> {
        let provider = Clouds::open(app, &account).await?;
        let can = provider.capabilities();
        if account.provider != AWS || !can.can(Capability::Configure) || !can.can(Capability::Invoke) {
            let message = format!(
                "functions of `{}` cannot be tuned: only AWS answers what a call was billed",
                account.name
            );
            return Err(ApiError::new(ErrorCode::InvalidInput, message));
        }
        let address = FunctionAddress::new(location(&account, plan.region.as_deref()), &plan.name);
        let fault = |fault| api_error(&account, fault);
        let function = provider.standing(&address).await.map_err(fault)?.function;
        let original_mb = function.configuration.memory_mb;
        let (mut digests, mut calls, mut command_lines) = (BTreeMap::new(), Vec::new(), Vec::new());
        for memory_mb in plan.memory_mb.iter().copied().chain([original_mb]) {
            let review = provider.review(&change(&address, memory_mb)).await.map_err(fault)?;
            digests.insert(memory_mb, review.digest);
            calls.extend(review.calls);
            command_lines.extend(review.command_lines);
        }
        let calls_of_size = super::plan::calls_of_size(plan);
        let named = digests.iter().map(|(size, digest)| format!("{size} {digest}"));
        let events = plan.events.iter().map(|event| format!("{} {}", event.weight, event.event));
        let whole = [account.id.0.clone(), format!("{address:?}"), format!("{calls_of_size} {original_mb}")];
        let digest = plan_digest(whole.into_iter().chain(named).chain(events));
        let review = TuningReview {
            account_name: account.name.clone(),
            locked: Clouds::check_unlocked(app, &account).is_err(),
            calls,
            command_lines,
            digest,
        };
        let there = Self {
            app: app.clone(),
            account,
            address,
            code_hash: Some(function.code_hash.clone()),
            architecture: function.configuration.architecture,
            digests,
            set_mb: AtomicU32::new(original_mb),
        };
        Ok((there, function, review))
    }

    /// A function whose size an earlier Hearth left, in an account that may be changed.
    pub(crate) async fn left(app: &App, id: &FunctionId, architecture: Architecture) -> Result<Self> {
        let (account, location, name) =
            id.place().ok_or_else(|| ApiError::internal("a tuning in an account names no place"))?;
        let account = Clouds::account(app, account).await?;
        Clouds::check_unlocked(app, &account)?;
        Ok(Self {
            app: app.clone(),
            account,
            address: FunctionAddress::new(location, name),
            code_hash: None,
            architecture,
            digests: BTreeMap::new(),
            set_mb: AtomicU32::new(0),
        })
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    pub(crate) fn id(&self) -> FunctionId {
        FunctionId::in_account(self.account.id.as_str(), &self.address.location, &self.address.name)
    }

    async fn provider(&self) -> Result<Arc<dyn Provider>> {
        Clouds::open(&self.app, &self.account).await
    }

    async fn set(&self, memory_mb: u32) -> Result<()> {
        let provider = self.provider().await?;
        let change = change(&self.address, memory_mb);
        let fault = |fault| api_error(&self.account, fault);
        // What is only put back was agreed to when the tuning began.
        let digest = match self.digests.get(&memory_mb) {
            Some(digest) => digest.clone(),
            None => provider.review(&change).await.map_err(fault)?.digest,
        };
        // Ends when AWS says that the size is in place.
        provider.apply(&change, &digest, Course::unwatched()).await.map_err(fault)?;
        self.set_mb.store(memory_mb, Ordering::Relaxed);
        Ok(())
    }

    fn measured(&self, event_bytes: u64, outcome: &CallOutcome) -> Measured {
        let tail = outcome.log_tail.as_deref().unwrap_or_default();
        let report = tail.lines().rev().find_map(|line| parse_report(line).ok());
        let problem = match &outcome.function_error {
            Some(kind) => Some(words_of(kind, &outcome.payload)),
            None => self.unmeasured(report.as_ref()),
        };
        let failed =
            if outcome.function_error.is_some() { Outcome::FunctionError } else { Outcome::Succeeded };
        let mut invocation = self.call(event_bytes, failed);
        invocation.response_bytes = outcome.payload.len() as u64;
        if let Some(id) = &outcome.request_id {
            invocation.request_id = RequestId::from(id.as_str());
        }
        if let Some(report) = report {
            let init = report.init_ms.or(report.restore_ms);
            invocation.start = if init.is_some() { ServerStart::Cold } else { ServerStart::Warm };
            invocation.phases.init_us = init.map_or(Micros::ZERO, micros);
            invocation.phases.invoke_us = micros(report.duration_ms);
            invocation.billed_ms = report.printed_billed_ms.unwrap_or(0);
            invocation.max_memory_mb = report.max_memory_mb.unwrap_or(0);
        }
        Measured { invocation, problem }
    }

    /// Why a call that went well says nothing about the size.
    fn unmeasured(&self, report: Option<&Reported>) -> Option<String> {
        let Some(report) = report.filter(|report| report.printed_billed_ms.is_some()) else {
            return Some("its answer does not say what was billed, so its time is not known".to_owned());
        };
        let wanted = self.set_mb.load(Ordering::Relaxed);
        let ran = report.memory_mb.filter(|size| *size != wanted)?;
        Some(format!("a call ran with {ran} MB, although {wanted} MB is set"))
    }

    fn call(&self, event_bytes: u64, outcome: Outcome) -> Invocation {
        Invocation {
            request_id: RequestId::generate(),
            function_id: self.id(),
            function_name: self.address.name.clone(),
            version: 0,
            environment_id: None,
            environment_number: None,
            started_us: self.app.now(),
            outcome,
            start: ServerStart::Warm,
            phases: Phases::default(),
            billed_ms: 0,
            memory_mb: self.set_mb.load(Ordering::Relaxed),
            max_memory_mb: 0,
            architecture: self.architecture,
            event_bytes,
            response_bytes: 0,
            error_type: None,
            error_message: None,
            source: InvocationSource::Tuning,
        }
    }
}

fn change(function: &FunctionAddress, memory_mb: u32) -> Change {
    let settings = Settings { memory_mb: Some(memory_mb), ..Settings::default() };
    Change::Configure { function: function.clone(), settings }
}

/// How a function failed, in its own words where it has some.
fn words_of(kind: &str, payload: &[u8]) -> String {
    let said: Option<serde_json::Value> = serde_json::from_slice(payload).ok();
    let said = said.as_ref().and_then(|said| said.get("errorMessage")?.as_str());
    said.map_or_else(|| format!("it failed: {kind}"), |said| format!("it failed: {said}"))
}

fn micros(milliseconds: Decimal) -> Micros {
    Micros((milliseconds * Decimal::ONE_THOUSAND).to_i64().unwrap_or(i64::MAX))
}

impl Tunable for There {
    async fn read(&self) -> Result<Option<Setting>> {
        match self.provider().await?.standing(&self.address).await {
            Ok(standing) => {
                let now = standing.function;
                let is_other = self.code_hash.as_ref().is_some_and(|hash| *hash != now.code_hash);
                Ok(Some(Setting { memory_mb: now.configuration.memory_mb, version: u32::from(is_other) }))
            }
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(api_error(&self.account, fault)),
        }
    }

    async fn set_memory(&self, memory_mb: u32) -> Result<()> {
        Clouds::check_unlocked(&self.app, &self.account)?;
        self.set(memory_mb).await
    }

    async fn put_back(&self, memory_mb: u32) -> Result<()> {
        self.set(memory_mb).await
    }

    async fn invoke(&self, event: Bytes, _cold: bool, cancel: &CancellationToken) -> Result<Measured> {
        Clouds::check_unlocked(&self.app, &self.account)?;
        let provider = self.provider().await?;
        let bytes = event.len() as u64;
        let request = CallRequest { mode: CallMode::Wait, event: event.to_vec(), qualifier: None };
        let answered = tokio::select! {
            answered = provider.call(&self.address, request) => answered,
            () = cancel.cancelled() => {
                return Err(ApiError::new(ErrorCode::Cancelled, "the call is not waited for any more"));
            }
        };
        match answered {
            Ok(outcome) => Ok(self.measured(bytes, &outcome)),
            Err(fault) if fault.kind == FaultKind::Throttled => {
                let problem = Some("too many calls ran at once".to_owned());
                Ok(Measured { invocation: self.call(bytes, Outcome::Throttled), problem })
            }
            Err(fault) => Err(api_error(&self.account, fault)),
        }
    }

    fn concurrency(&self) -> usize {
        AT_ONCE
    }

    fn starts_servers(&self) -> bool {
        false
    }
}
