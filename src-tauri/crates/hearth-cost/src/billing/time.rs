//! Billed time of many runs: exact from the runs, bounded from sums and averages. Owns "sum of ceilings, never the
//! ceiling of an average". Must not know prices.

use super::rules::{InitBilling, Rule};
use crate::charge::Quantity;
use crate::error::{Error, Result, usage};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is known of how long runs took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "known")]
pub enum Time {
    /// Every run: its length and how many took so long. Exact for every plan.
    Runs {
        /// Length in microseconds without init, and count.
        #[ts(type = "Array<[number, number]>")]
        runs: Vec<(u64, u64)>,
        /// Init of all of them together, in milliseconds.
        #[ts(type = "number")]
        init_ms: u64,
    },
    /// The sum of lengths that were each rounded up to a millisecond. Exact for plans that bill by 1 ms.
    Sum {
        /// Milliseconds of handlers, each run rounded up.
        #[ts(type = "number")]
        handler_ms: u64,
        /// Milliseconds of init that were billed on top.
        #[ts(type = "number")]
        init_ms: u64,
    },
    /// Only the average. Never exact.
    Average {
        /// Milliseconds, as a decimal.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        milliseconds: Decimal,
    },
}

/// Milliseconds billed for `requests` runs under `rule`.
pub fn billed_time(rule: &Rule, requests: u64, time: &Time) -> Result<Quantity> {
    let billed = match time {
        Time::Runs { runs, init_ms } => {
            let counted: u128 = runs.iter().map(|(_, count)| u128::from(*count)).sum();
            if counted != u128::from(requests) {
                return usage(format!("there are {requests} requests and {counted} runs"));
            }
            let total: u128 = runs
                .iter()
                .map(|(length_us, count)| u128::from(rule.billed_ms(*length_us, 0)) * u128::from(*count))
                .sum();
            with_init(rule, Quantity::exact(decimal(total)?), *init_ms)
        }
        Time::Sum { handler_ms, init_ms } => {
            let sum = Decimal::from(*handler_ms);
            // One millisecond each is the least that a rounded run can be; a run of no time is possible.
            with_init(rule, bounded(rule, requests, sum, Decimal::ZERO)?, *init_ms)
        }
        Time::Average { milliseconds } => {
            if milliseconds.is_sign_negative() && !milliseconds.is_zero() {
                return usage(format!("a duration cannot be negative: {milliseconds} ms"));
            }
            let sum = Decimal::from(requests)
                .checked_mul(*milliseconds)
                .ok_or_else(|| Error::TooLarge(milliseconds.to_string()))?;
            bounded(rule, requests, sum, Decimal::ONE)?
        }
    };
    Ok(billed)
}

/// Bounds of the billed time when only the sum of `requests` lengths is known, each of which lost less than
/// `rounding` ms to rounding already.
fn bounded(rule: &Rule, requests: u64, sum: Decimal, rounding: Decimal) -> Result<Quantity> {
    let count = Decimal::from(requests);
    let step = Decimal::from(rule.step_ms.max(1));
    let minimum = Decimal::from(rule.minimum_ms);
    let too_large = || Error::TooLarge(sum.to_string());
    let times = |each: Decimal| count.checked_mul(each).ok_or_else(too_large);
    let plus = |one: Decimal, other: Decimal| one.checked_add(other).ok_or_else(too_large);
    // Rounding up adds less than a step; a sum of whole milliseconds loses one of those less.
    let most_added = step - Decimal::ONE + rounding;
    let low = sum.max(times(minimum)?);
    let raised = (minimum - step).max(Decimal::ZERO);
    let high = plus(plus(sum, times(most_added)?)?, times(raised)?)?.max(low);
    // The best guess has every run near the mean, half a step above it.
    let best = plus(sum, times(most_added / Decimal::TWO)?)?.max(low).min(high);
    Ok(Quantity { value: best.normalize(), low: low.normalize(), high: high.normalize() })
}

/// Adds init as the rule bills it.
fn with_init(rule: &Rule, handlers: Quantity, init_ms: u64) -> Quantity {
    let init = Decimal::from(init_ms);
    match rule.init {
        InitBilling::Billed => handlers.plus(Quantity::exact(init)),
        InitBilling::Free => handlers,
        InitBilling::Unclear => {
            handlers.plus(Quantity { value: Decimal::ZERO, low: Decimal::ZERO, high: init })
        }
    }
}

fn decimal(value: u128) -> Result<Decimal> {
    i128::try_from(value)
        .ok()
        .and_then(|value| Decimal::try_from_i128_with_scale(value, 0).ok())
        .ok_or_else(|| Error::TooLarge(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::rules::{Package, Plan, rule};
    use super::*;
    use crate::Day;
    use proptest::prelude::*;

    const NOW: Day = Day::constant(2026, 11, 1);

    #[test]
    fn an_average_has_bounds_of_one_millisecond_each() {
        let rule = rule(Plan::LambdaOnDemand, Package::Zip, NOW);
        let time = Time::Average { milliseconds: Decimal::new(125, 1) };
        let billed = billed_time(&rule, 1_000, &time).unwrap();
        assert_eq!((billed.low, billed.high), (Decimal::from(12_500), Decimal::from(13_500)));
        assert!(billed.low < billed.value && billed.value < billed.high);
    }

    #[test]
    fn a_sum_of_billed_milliseconds_is_exact_where_one_millisecond_is_the_step() {
        let time = Time::Sum { handler_ms: 1_234, init_ms: 100 };
        let lambda = billed_time(&rule(Plan::LambdaOnDemand, Package::Zip, NOW), 10, &time).unwrap();
        assert!(lambda.is_exact());
        assert_eq!(lambda.value, Decimal::from(1_334));
        let google = billed_time(&rule(Plan::GoogleGen1, Package::Zip, NOW), 10, &time).unwrap();
        assert_eq!((google.low, google.high), (Decimal::from(1_234), Decimal::from(1_234 + 990)));
    }

    #[test]
    fn counts_that_disagree_and_negative_averages_are_errors() {
        let rule = rule(Plan::LambdaOnDemand, Package::Zip, NOW);
        let runs = Time::Runs { runs: vec![(1_000, 2)], init_ms: 0 };
        assert!(billed_time(&rule, 3, &runs).unwrap_err().to_string().contains("3 requests and 2 runs"));
        let average = Time::Average { milliseconds: Decimal::NEGATIVE_ONE };
        assert!(billed_time(&rule, 3, &average).unwrap_err().to_string().contains("-1 ms"));
    }

    fn plans() -> impl Strategy<Value = Plan> {
        prop::sample::select(vec![
            Plan::LambdaOnDemand,
            Plan::AzureConsumption,
            Plan::AzureFlex,
            Plan::GoogleGen1,
            Plan::CloudRunRequest,
            Plan::CloudflareWorkers,
        ])
    }

    proptest! {
        #[test]
        fn what_sums_and_averages_say_holds_the_truth(
            plan in plans(), runs in prop::collection::vec((1_u64..5_000_000, 1_u64..100), 1..20),
        ) {
            let rule = rule(plan, Package::Zip, NOW);
            let requests: u64 = runs.iter().map(|(_, count)| count).sum();
            let handler_ms: u64 = runs.iter().map(|(us, count)| us.div_ceil(1_000) * count).sum();
            let total_us: u64 = runs.iter().map(|(us, count)| us * count).sum();
            let average = Decimal::from(total_us) / Decimal::from(requests) / Decimal::from(1_000);
            let truth = billed_time(&rule, requests, &Time::Runs { runs, init_ms: 0 }).unwrap().value;
            // A mean that has no end was rounded at its 28th digit.
            let slack = Decimal::new(1, 9);
            for time in [Time::Sum { handler_ms, init_ms: 0 }, Time::Average { milliseconds: average }] {
                let told = billed_time(&rule, requests, &time).unwrap();
                prop_assert!(told.low - slack <= truth && truth <= told.high + slack, "{told:?} holds {truth}");
                prop_assert!(told.low <= told.value && told.value <= told.high, "{told:?}");
            }
        }
    }
}
