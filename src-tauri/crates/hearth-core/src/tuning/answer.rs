//! What an answer of a vendor says of the call that was measured: by its REPORT line, or by Hearth's adapter and the rule
//! of the plan. Must not call anything.

use super::tunable::Measured;
use hearth_cloud::CallOutcome;
use hearth_cost::{Reported, Rule, parse_report};
use hearth_model::{Invocation, Micros, Outcome, RequestId, ServerStart};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// The call with what its answer says; `rule` where the vendor does not say what it billed.
pub(super) fn measured(mut call: Invocation, rule: Option<&Rule>, outcome: &CallOutcome) -> Measured {
    call.response_bytes = outcome.payload.len() as u64;
    if let Some(id) = &outcome.request_id {
        call.request_id = RequestId::from(id.as_str());
    }
    let unmeasured = match rule {
        Some(rule) => {
            by_rule(&mut call, rule, outcome);
            None
        }
        None => by_report(&mut call, outcome.log_tail.as_deref().unwrap_or_default()),
    };
    let Some(kind) = &outcome.function_error else {
        return Measured { invocation: call, problem: unmeasured };
    };
    call.outcome = Outcome::FunctionError;
    Measured { invocation: call, problem: Some(words_of(kind, &outcome.payload)) }
}

/// Without the adapter only the whole way is known, and not whether a server was started.
fn by_rule(call: &mut Invocation, rule: &Rule, outcome: &CallOutcome) {
    let took = outcome.told.map_or(outcome.round_trip_us, |told| told.handler_us);
    call.phases.invoke_us = took;
    call.billed_ms = rule.billed_ms(u64::try_from(took.0).unwrap_or(0), 0);
    if outcome.told.is_some_and(|told| told.is_first) {
        call.start = ServerStart::Cold;
    }
}

/// Answers why a call that went well says nothing about the size.
fn by_report(call: &mut Invocation, log_tail: &str) -> Option<String> {
    let report = log_tail.lines().rev().find_map(|line| parse_report(line).ok());
    let Some(report) = report.filter(|report| report.printed_billed_ms.is_some()) else {
        return Some("its answer does not say what was billed, so its time is not known".to_owned());
    };
    let wanted = call.memory_mb;
    take(call, &report);
    let ran = report.memory_mb.filter(|size| *size != wanted)?;
    Some(format!("a call ran with {ran} MB, although {wanted} MB is set"))
}

fn take(call: &mut Invocation, report: &Reported) {
    let init = report.init_ms.or(report.restore_ms);
    call.start = if init.is_some() { ServerStart::Cold } else { ServerStart::Warm };
    call.phases.init_us = init.map_or(Micros::ZERO, micros);
    call.phases.invoke_us = micros(report.duration_ms);
    call.billed_ms = report.printed_billed_ms.unwrap_or(0);
    call.max_memory_mb = report.max_memory_mb.unwrap_or(0);
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
