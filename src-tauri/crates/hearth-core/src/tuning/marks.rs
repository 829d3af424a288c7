//! From measured calls to figures and marks: percentiles, price, cheapest, fastest, balanced. Pure. Must not know where
//! calls ran.

use super::price::{Prices, Server};
use super::tunable::Measured;
use crate::Result;
use crate::api::{TunedCalls, TunedSize, Tuning};
use hearth_cost::Decimal;
use hearth_model::{Micros, ServerStart};
use rust_decimal::prelude::ToPrimitive as _;

/// Medians that differ by less than this share are not told apart by the few calls of a tuning.
const APART: f64 = 0.10;

/// The value that `percent` of 100 values stay at or under, by nearest rank; `values` are sorted and not empty.
fn percentile<T: Copy + Default>(values: &[T], percent: usize) -> T {
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied().unwrap_or_default()
}

/// Figures of the calls of one kind; none without calls.
fn figures(calls: &[&Measured], server: Server, prices: &Prices) -> Result<Option<TunedCalls>> {
    let count = u32::try_from(calls.len()).unwrap_or(u32::MAX);
    if count == 0 {
        return Ok(None);
    }
    let sorted = |value: fn(&Measured) -> i64| {
        let mut values: Vec<i64> = calls.iter().map(|call| value(call)).collect();
        values.sort_unstable();
        values
    };
    let durations = sorted(|call| call.invocation.phases.invoke_us.0);
    let inits = sorted(|call| call.invocation.phases.init_us.0);
    let billed = sorted(|call| i64::try_from(call.invocation.billed_ms).unwrap_or(i64::MAX));
    let billed_ms = calls.iter().map(|call| call.invocation.billed_ms).sum();
    let each: Vec<(u64, u64)> = calls.iter().map(|call| (call.invocation.billed_ms, 1)).collect();
    let usd = prices.of(server, &each)?;
    let each = usd / Decimal::from(count);
    let milliseconds = |value: i64| u64::try_from(value).unwrap_or(0);
    Ok(Some(TunedCalls {
        calls: count,
        duration_p50_us: Micros(percentile(&durations, 50)),
        duration_p95_us: Micros(percentile(&durations, 95)),
        duration_mean_us: Micros(durations.iter().sum::<i64>() / i64::from(count)),
        init_p50_us: Micros(percentile(&inits, 50)),
        init_p95_us: Micros(percentile(&inits, 95)),
        billed_p50_ms: milliseconds(percentile(&billed, 50)),
        billed_p95_ms: milliseconds(percentile(&billed, 95)),
        billed_ms,
        usd_per_call: each.round_dp(18).normalize().to_string(),
        usd_per_million: (each * Decimal::from(1_000_000)).round_dp(12).normalize().to_string(),
    }))
}

/// What was found at one size: cold starts apart from warm calls, by what each call met.
pub(crate) fn size(
    server: Server,
    calls: &[Measured],
    skipped: Option<String>,
    prices: &Prices,
) -> Result<TunedSize> {
    let good = || calls.iter().filter(|call| call.problem.is_none() && !call.is_throttled());
    let is_cold = |call: &&Measured| call.invocation.start == ServerStart::Cold;
    let cold: Vec<&Measured> = good().filter(is_cold).collect();
    let warm: Vec<&Measured> = good().filter(|call| !is_cold(call)).collect();
    Ok(TunedSize {
        memory_mb: server.memory_mb,
        skipped,
        warm: figures(&warm, server, prices)?,
        cold: figures(&cold, server, prices)?,
        max_memory_mb: calls.iter().map(|call| call.invocation.max_memory_mb).max().unwrap_or(0),
    })
}

/// Marks the cheapest, fastest and balanced size among those that were measured whole.
pub(crate) fn mark(tuning: &mut Tuning) {
    let measured: Vec<(u32, i64, Decimal)> = tuning
        .sizes
        .iter()
        .filter(|size| size.skipped.is_none())
        .filter_map(|size| {
            let warm = size.warm.as_ref()?;
            Some((size.memory_mb, warm.duration_p50_us.0, warm.usd_per_call.parse().ok()?))
        })
        .collect();
    // Of equals, the one that is better at the other thing, then the smaller one.
    tuning.cheapest_mb =
        measured.iter().min_by_key(|(size, time, usd)| (*usd, *time, *size)).map(|(size, ..)| *size);
    tuning.fastest_mb =
        measured.iter().min_by_key(|(size, time, usd)| (*time, *usd, *size)).map(|(size, ..)| *size);
    let slowest = measured.iter().map(|(_, time, _)| *time).max().unwrap_or(0);
    let dearest = measured.iter().map(|(_, _, usd)| *usd).max().unwrap_or_default();
    let share = |time: i64, usd: Decimal| {
        let of_time = time as f64 / slowest.max(1) as f64;
        let of_cost = if dearest.is_zero() { 0.0 } else { (usd / dearest).to_f64().unwrap_or(0.0) };
        of_time + of_cost
    };
    tuning.balanced_mb = measured
        .iter()
        .min_by(|one, other| share(one.1, one.2).total_cmp(&share(other.1, other.2)))
        .map(|(size, ..)| *size);
    let fastest = measured.iter().map(|(_, time, _)| *time).min().unwrap_or(0);
    if measured.len() > 1 && (slowest - fastest) as f64 <= APART * slowest as f64 {
        tuning.remarks.push(format!(
            "The medians of all sizes lie within {:.0} %: the sizes are equally fast here, and fastest says little.",
            APART * 100.0
        ));
    }
}

impl Tuning {
    /// By what durations at `from_mb` are multiplied to get those at `to_mb`, from the means of warm calls; none when
    /// either was not measured.
    pub fn duration_factor(&self, from_mb: u32, to_mb: u32) -> Option<Decimal> {
        let mean = |memory_mb: u32| {
            let size =
                self.sizes.iter().find(|size| size.memory_mb == memory_mb && size.skipped.is_none())?;
            size.warm.as_ref().map(|warm| Decimal::from(warm.duration_mean_us.0))
        };
        mean(to_mb)?.checked_div(mean(from_mb)?).map(|factor| factor.round_dp(6))
    }
}
