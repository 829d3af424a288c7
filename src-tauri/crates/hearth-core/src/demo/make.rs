//! Making the demo: accounts, functions with their versions, calls and some log lines, through the ledger's ingest.
//! Must not know whether it is shown.

use super::calls::{Calls, start};
use super::functions::{ACCOUNTS, functions};
use super::services::SERVICES;
use super::versions::Versions;
use crate::api::DemoStatus;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{FunctionId, Grain, Invocation, Micros, Outcome, ServerStart};
use hearth_store::{Batch, DEMO_FUNCTION_PREFIX};
use hearth_trace::{Random, line_of};
use tokio_util::sync::CancellationToken;

/// Calls of one batch: progress is told and cancelling is seen after each.
const BATCH: usize = 5_000;
/// Days before the end that have log lines.
const LOG_DAYS: i64 = 7;

pub(super) async fn make(
    app: &App,
    status: &mut DemoStatus,
    wanted: u32,
    cancelled: &CancellationToken,
) -> Result<()> {
    let store = app.store();
    // What a making that was cut off may have left.
    store.remove_demo().await?;
    let end = status.made_us.unwrap_or_else(|| app.now());
    let from = start(end);
    status.from_us = Some(from);
    for (id, name, provider) in ACCOUNTS {
        store.put_account(id, name, provider).await?;
    }
    let mut random = Random::new(status.seed);
    let mut made = Vec::new();
    for (index, function) in functions(&mut random).into_iter().enumerate() {
        let id = FunctionId(format!("{DEMO_FUNCTION_PREFIX}{index:022}"));
        let versions = Versions::of(&function, from, end, &mut random);
        for (record, cause) in versions.records(&id, &function) {
            store.put_function(&record, &cause).await?;
        }
        made.push((id, function, versions));
    }
    for (index, service) in SERVICES.iter().enumerate() {
        let id = FunctionId(format!("{DEMO_FUNCTION_PREFIX}SERVICE{index:015}"));
        for (record, cause) in service.records(&id, end) {
            store.put_function(&record, &cause).await?;
        }
    }
    status.functions = (made.len() + SERVICES.len()) as u32;
    let mut calls = Calls::new(status.seed, made, end, wanted);
    let logs_from = end - Micros(LOG_DAYS * Grain::Day.length().0);
    loop {
        if cancelled.is_cancelled() || app.ending().is_cancelled() {
            return Err(ApiError::new(ErrorCode::Conflict, "making the demo was cancelled"));
        }
        let taken = calls.take(BATCH);
        let Some(last) = taken.last() else { return Ok(()) };
        let done = (last.started_us - from).0 as f64 / (end - from).0.max(1) as f64;
        let lines = taken.iter().filter(|call| call.started_us >= logs_from && speaks(call)).map(line_of);
        let batch = Batch {
            lines: lines.collect(),
            invocations: taken.into_iter().map(|call| (call, None)).collect(),
        };
        status.calls += store.ingest(&batch).await?;
        status.percent = (done * 100.0).clamp(0.0, 99.0) as u32;
        app.demo().set(status.clone());
    }
}

/// Whether a call logs: those that went wrong or began cold do, and every fourth of the others.
fn speaks(call: &Invocation) -> bool {
    call.outcome != Outcome::Succeeded
        || call.start == ServerStart::Cold
        || call.event_bytes.is_multiple_of(4)
}
