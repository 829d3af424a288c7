//! Quantities of many invocations and what they cost together. Owns the exact arithmetic from integers to
//! dollars. Must not round, and must not know where the quantities were counted.

use crate::book::{LambdaPrices, PriceBook};
use crate::error::{Error, Result};
use hearth_model::Architecture;
use rust_decimal::Decimal;

/// MB·ms in one GB-second: 1024 MB for 1000 ms.
const MB_MS_PER_GB_SECOND: i64 = 1_024_000;

/// Memory × time of one architecture, in MB·ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryTime {
    /// While handlers ran.
    pub compute_mb_ms: u128,
    /// During init.
    pub init_mb_ms: u128,
}

/// What was used: integers only, priced when they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Requests that were not refused.
    pub requests: u64,
    /// On 64-bit x86.
    pub x86_64: MemoryTime,
    /// On 64-bit ARM.
    pub arm64: MemoryTime,
}

/// US dollars, exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// For requests.
    pub request: Decimal,
    /// For the time of handlers.
    pub compute: Decimal,
    /// For the time of init.
    pub init: Decimal,
}

impl Cost {
    /// Everything together.
    pub fn total(&self) -> Decimal {
        self.request + self.compute + self.init
    }
}

/// MB·ms as GB-seconds, exact: the divisor has no other prime factors than 2 and 5.
pub(crate) fn gb_seconds(mb_ms: u128) -> Result<Decimal> {
    // Thirteen decimal places follow from 1 / 1 024 000 = 2⁻¹³ · 5⁻³, and 28 digits are all there are.
    const MOST: u128 = 100_000_000_000_000_000_000;
    if mb_ms > MOST {
        return Err(Error::TooLarge(mb_ms.to_string()));
    }
    let quantity = Decimal::from_i128_with_scale(mb_ms as i128, 0);
    Ok((quantity / Decimal::from(MB_MS_PER_GB_SECOND)).normalize())
}

pub(crate) fn amount(quantity: Decimal, rate: Decimal, mb_ms: u128) -> Result<Decimal> {
    quantity.checked_mul(rate).map(|usd| usd.normalize()).ok_or_else(|| Error::TooLarge(mb_ms.to_string()))
}

fn part(prices: &LambdaPrices, x86_64: u128, arm64: u128) -> Result<Decimal> {
    let of = |architecture, mb_ms| amount(gb_seconds(mb_ms)?, prices.gb_second_usd(architecture), mb_ms);
    Ok(of(Architecture::X86_64, x86_64)? + of(Architecture::Arm64, arm64)?)
}

/// What `usage` costs in `region` at list price of the first tier, without any free grant.
pub fn cost_of(book: &PriceBook, region: &str, usage: &Usage) -> Result<Cost> {
    let prices = book.lambda(region)?;
    Ok(Cost {
        request: amount(Decimal::from(usage.requests), prices.request_usd(), u128::from(usage.requests))?,
        compute: part(prices, usage.x86_64.compute_mb_ms, usage.arm64.compute_mb_ms)?,
        init: part(prices, usage.x86_64.init_mb_ms, usage.arm64.init_mb_ms)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(requests: u64, mb_ms: u128) -> Cost {
        let book = PriceBook::bundled().unwrap();
        let x86_64 = MemoryTime { compute_mb_ms: mb_ms, init_mb_ms: 0 };
        cost_of(&book, "us-east-1", &Usage { requests, x86_64, arm64: MemoryTime::default() }).unwrap()
    }

    #[test]
    fn agrees_with_published_totals() {
        for (requests, milliseconds, megabytes, expected) in [
            (1_000_000, 100, 128, "0.40833375"),
            (1_000_000, 200, 256, "1.033335"),
            (60_000_000, 28, 1_024, "40.0000560"),
            (30_000_000, 200, 128, "18.5000250"),
        ] {
            let total = cost(requests, u128::from(requests) * milliseconds * megabytes).total();
            assert_eq!(total, expected.parse().unwrap(), "{requests} × {milliseconds} ms × {megabytes} MB");
        }
    }

    #[test]
    fn a_quantity_that_cannot_be_exact_is_an_error() {
        assert_eq!(gb_seconds(u128::MAX), Err(Error::TooLarge(u128::MAX.to_string())));
    }

    proptest! {
        #[test]
        fn splitting_usage_does_not_change_its_cost(
            first in 0_u64..1_000_000_000_000, second in 0_u64..1_000_000_000_000,
            one in 0_u64..1_000_000, two in 0_u64..1_000_000,
        ) {
            let (first, second) = (u128::from(first), u128::from(second));
            prop_assert_eq!(
                cost(one, first).total() + cost(two, second).total(),
                cost(one + two, first + second).total()
            );
        }

        #[test]
        fn more_usage_never_costs_less(mb_ms in 0_u64..1_000_000_000_000, more in 0_u64..1_000_000) {
            let (mb_ms, more) = (u128::from(mb_ms), u128::from(more));
            prop_assert!(cost(1, mb_ms + more).total() >= cost(1, mb_ms).total());
        }

        #[test]
        fn arithmetic_is_exact(mb_ms in 0_u64..10_000_000_000_000) {
            let quantity = gb_seconds(u128::from(mb_ms)).unwrap();
            prop_assert_eq!(quantity * Decimal::from(MB_MS_PER_GB_SECOND), Decimal::from(mb_ms));
        }
    }
}
