//! From which traffic on something that runs all the time is cheaper than paying by the request. Must not draw.

use super::{FunctionUsage, Target, project};
use crate::Day;
use crate::book::PriceBook;
use crate::error::{Result, usage as wrong};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where two targets cost the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BreakEven {
    /// Requests a month from which on the second target costs no more.
    #[ts(type = "number")]
    pub requests_per_month: u64,
    /// The same as a steady rate, requests a second, a decimal.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub requests_per_second: Decimal,
    /// How many times the traffic of the usage that is.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub times_traffic: Decimal,
    /// What the first target costs there.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub first: Decimal,
    /// What the second target costs there.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub second: Decimal,
    /// What was assumed for both.
    pub assumptions: Vec<String>,
}

/// One point of a cost curve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CurvePoint {
    /// Requests a month.
    #[ts(type = "number")]
    pub requests: u64,
    /// What they cost.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub total: Decimal,
}

/// Nobody sends more requests in a month.
const MOST_REQUESTS: u64 = 1_000_000_000_000;

/// The first traffic, counted in whole requests a month, from which on `second` costs no more than `first`; none when
/// that never happens. Usage is scaled: every request stays as it was. Where instances are added step by step, a
/// later step may cost more again for a moment.
pub fn break_even(
    book: &PriceBook,
    day: Day,
    usage: &FunctionUsage,
    first: &Target,
    second: &Target,
) -> Result<Option<BreakEven>> {
    let totals = |requests: u64| -> Result<(Decimal, Decimal)> {
        let one = project(book, day, usage, &scaled(usage, first, requests)?)?;
        let other = project(book, day, usage, &scaled(usage, second, requests)?)?;
        Ok((one.total, other.total))
    };
    let pays = |requests: u64| totals(requests).map(|(one, other)| other <= one);
    let mut high = 1_u64;
    while !pays(high)? {
        high *= 4;
        if high > MOST_REQUESTS {
            return Ok(None);
        }
    }
    let mut low = high / 4;
    // `low` does not pay, or is zero; `high` does.
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if pays(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    let (one, other) = totals(high)?;
    let there = project(book, day, usage, &scaled(usage, second, high)?)?;
    let mut assumptions = project(book, day, usage, &scaled(usage, first, high)?)?.assumptions;
    let said = |words: &String| !words.ends_with("times the traffic");
    assumptions.extend(there.assumptions);
    assumptions.retain(said);
    assumptions.dedup();
    Ok(Some(BreakEven {
        requests_per_month: high,
        requests_per_second: (Decimal::from(high) / second.month.seconds()).round_dp(6).normalize(),
        times_traffic: (Decimal::from(high) / Decimal::from(usage.requests)).round_dp(6).normalize(),
        first: one,
        second: other,
        assumptions,
    }))
}

/// What `target` costs at each of these traffics, requests a month.
pub fn cost_curve(
    book: &PriceBook,
    day: Day,
    usage: &FunctionUsage,
    target: &Target,
    traffics: &[u64],
) -> Result<Vec<CurvePoint>> {
    traffics
        .iter()
        .map(|requests| {
            let total = project(book, day, usage, &scaled(usage, target, *requests)?)?.total;
            Ok(CurvePoint { requests: *requests, total })
        })
        .collect()
}

/// `target` with the traffic that makes `requests` of the usage.
fn scaled(usage: &FunctionUsage, target: &Target, requests: u64) -> Result<Target> {
    if usage.requests == 0 {
        return wrong("a break-even needs usage with at least one request: what each takes is not known");
    }
    let traffic = Decimal::from(requests) / Decimal::from(usage.requests);
    if traffic.to_f64().is_none() {
        return wrong(format!("{requests} requests are absurd"));
    }
    Ok(Target { traffic, ..target.clone() })
}
