//! The plan of a tuning: what may be asked, in which order events are sent, and what it will cost. Must not run
//! anything.

use super::place::Subject;
use super::price::Server;
use super::tunable::Tunable as _;
use crate::api::{TuningEvent, TuningPlan, TuningPreview};
use crate::invoke::check_event;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cost::Decimal;
use hearth_model::Micros;
use hearth_store::Scope;

const DAY: Micros = Micros::from_seconds(86_400);
const MOST_SIZES: usize = 20;
const MOST_EVENTS: usize = 50;
const MOST_WEIGHT: u32 = 1_000;
const MOST_RUNS: u32 = 1_000;
const MOST_COLD_RUNS: u32 = 100;

/// The plan with its sizes in order and each only once, or why it cannot be.
pub(crate) fn checked(mut plan: TuningPlan) -> Result<TuningPlan> {
    let refuse = |message: String| Err(ApiError::new(ErrorCode::InvalidInput, message));
    plan.memory_mb.sort_unstable();
    plan.memory_mb.dedup();
    if plan.memory_mb.is_empty() || plan.memory_mb.len() > MOST_SIZES {
        return refuse(format!("a tuning has 1 to {MOST_SIZES} sizes, not {}", plan.memory_mb.len()));
    }
    if let Some(size) = plan.memory_mb.iter().find(|size| !(128..=10_240).contains(*size)) {
        return refuse(format!("the memory is 128 to 10240 MB, not {size} MB"));
    }
    if !(1..=MOST_RUNS).contains(&plan.runs) {
        return refuse(format!("a size is measured with 1 to {MOST_RUNS} calls, not {}", plan.runs));
    }
    if plan.cold_runs > MOST_COLD_RUNS {
        return refuse(format!(
            "a size is measured with at most {MOST_COLD_RUNS} cold starts, not {}",
            plan.cold_runs
        ));
    }
    if plan.events.is_empty() || plan.events.len() > MOST_EVENTS {
        return refuse(format!("a tuning has 1 to {MOST_EVENTS} events, not {}", plan.events.len()));
    }
    for event in &plan.events {
        if !(1..=MOST_WEIGHT).contains(&event.weight) {
            return refuse(format!("an event weighs 1 to {MOST_WEIGHT}, not {}", event.weight));
        }
        check_event(event.event.as_bytes())?;
    }
    Ok(plan)
}

/// Calls of one size.
pub(crate) fn calls_of_size(plan: &TuningPlan) -> u32 {
    plan.runs + plan.cold_runs
}

/// Calls altogether.
pub(crate) fn calls(plan: &TuningPlan) -> u32 {
    calls_of_size(plan) * u32::try_from(plan.memory_mb.len()).unwrap_or(u32::MAX)
}

/// Init is ended after this and begun again within the call, whose timeout holds then.
/// Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html, read 2026-11.
const LONGEST_INIT: Micros = Micros::from_seconds(10);

/// Which event each of `count` calls sends: every event in proportion to its weight, spread evenly.
pub(crate) fn order(events: &[TuningEvent], count: u32) -> Vec<usize> {
    let total: i64 = events.iter().map(|event| i64::from(event.weight)).sum();
    let mut credit = vec![0_i64; events.len()];
    (0..count)
        .map(|_| {
            for (credit, event) in credit.iter_mut().zip(events) {
                *credit += i64::from(event.weight);
            }
            // The first of those with most credit.
            let next = (0..credit.len()).rev().max_by_key(|index| credit[*index]).unwrap_or(0);
            if let Some(credit) = credit.get_mut(next) {
                *credit -= total;
            }
            next
        })
        .collect()
}

/// What a plan will do and cost.
pub(crate) async fn preview(app: &App, request: TuningPlan) -> Result<TuningPreview> {
    let Subject { place, plan, id, configuration, prices, remarks: of_place, review, .. } =
        Box::pin(Subject::of(app, checked(request)?)).await?;
    let since = app.now() - DAY;
    let figures = app.store().totals(&Scope::from(&id), since, app.now() + Micros(1)).await?;
    let median = figures.p50.map(|median| Micros(median.round() as i64));
    let timeout = Micros::from_seconds(i64::from(configuration.timeout_s));
    // A cloud bills a start too; here nothing is billed, and what is told is what AWS would bill for the calls.
    let longest_init = if review.is_some() { LONGEST_INIT } else { Micros::ZERO };
    let usd = |each: Micros, init: Micros| -> Result<Decimal> {
        let calls = [(prices.billed_ms(init, each), u64::from(calls_of_size(&plan)))];
        let architecture = configuration.architecture;
        let of_size = |memory_mb: &u32| {
            prices.of(Server { memory_mb: *memory_mb, architecture, vcpu: place.vcpu() }, &calls)
        };
        plan.memory_mb.iter().map(of_size).sum()
    };
    let expected_usd = median.map(|median| usd(median, Micros::ZERO)).transpose()?;
    let longest = |each: Micros| Micros(each.0.saturating_mul(i64::from(calls(&plan))));
    let mut remarks = vec![match median {
        Some(_) => "Each call is taken to last the median of the last 24 hours, without init.".to_owned(),
        None => {
            "There are no calls of the last 24 hours, so only the most is known: each call until its timeout."
                .to_owned()
        }
    }];
    remarks.push("While it runs, other calls of the function run with the size that is measured.".to_owned());
    remarks.extend(of_place);
    if let Some(region) = plan.region.as_ref().filter(|region| *region != prices.region()) {
        remarks.push(format!("There are no prices for {region}; those of {} are used.", prices.region()));
    }
    Ok(TuningPreview {
        memory_mb: configuration.memory_mb,
        calls: calls(&plan),
        here_usd: review.is_none().then(|| "0".to_owned()),
        expected_usd: expected_usd.map(|usd| usd.to_string()),
        at_most_usd: usd(timeout, longest_init)?.to_string(),
        expected_us: median.map(longest),
        at_most_us: longest(timeout),
        price_region: prices.region().to_owned(),
        price_date: prices.date().to_owned(),
        remarks,
        review,
        plan,
    })
}
