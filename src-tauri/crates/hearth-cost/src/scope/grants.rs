//! Which meters share a monthly grant, and what it is. AWS: requests and GB-seconds of an account, over all regions
//! and architectures. Azure: the first tier of a meter, for a subscription. Google: units at the price of tier 1,
//! deducted as money, for a billing account, once for the first generation and Cloud Run together.

use crate::Day;
use crate::book::{PriceBook, Row};
use crate::meter::{Meter, Provider};
use crate::services::{Grant, Grants};
use rust_decimal::Decimal;

/// A grant that several groups share.
pub(super) enum Pool {
    /// This many units are free.
    Units { meter: Meter, units: Decimal },
    /// So much money is taken off.
    Money { meter: Meter, worth: Decimal },
}

impl Pool {
    pub(super) fn covers(&self, other: Meter) -> bool {
        match self {
            Self::Units { meter, .. } => *meter == other,
            Self::Money { meter, .. } => *meter == shared(other),
        }
    }
}

/// The first generation and Cloud Run share their grants; the meter of Cloud Run stands for both.
fn shared(meter: Meter) -> Meter {
    match meter {
        Meter::Gen1Invocations => Meter::RunRequests,
        Meter::Gen1Cpu => Meter::RunRequestCpu,
        Meter::Gen1Memory => Meter::RunRequestMemory,
        other => other,
    }
}

/// The grants of the meters of `rows`.
pub(super) fn pools<'a>(
    book: &PriceBook,
    day: Day,
    grants: &Grants,
    rows: impl Iterator<Item = &'a Row>,
) -> Vec<Pool> {
    let mut seen: Vec<Meter> = Vec::new();
    let mut pools = Vec::new();
    for row in rows {
        let meter = row.meter;
        if seen.contains(&meter) {
            continue;
        }
        seen.push(meter);
        let (allowance, grant) = granted(book, day, grants, row);
        let units = grant.units(allowance);
        if units.is_zero() {
            continue;
        }
        if meter.provider() == Provider::Gcp {
            let rate = book
                .price(meter, "tier1", None, day)
                .map(|row| row.unit_tiers()[0].price)
                .unwrap_or_default();
            let (meter, own) = (shared(meter), units.checked_mul(rate).unwrap_or_default().normalize());
            let there = pools.iter_mut().find_map(|pool| match pool {
                Pool::Money { meter: there, worth } if *there == meter => Some(worth),
                _ => None,
            });
            // Which of the two grants counts where both are used Google does not say: the larger, once.
            match there {
                Some(worth) => *worth = own.max(*worth),
                None => pools.push(Pool::Money { meter, worth: own }),
            }
        } else {
            pools.push(Pool::Units { meter, units });
        }
    }
    pools
}

/// The whole monthly allowance of a meter, and how much of it is left.
fn granted<'a>(book: &PriceBook, day: Day, grants: &'a Grants, row: &Row) -> (Decimal, &'a Grant) {
    const NONE: &Grant = &Grant::None;
    const WHOLE: &Grant = &Grant::Whole;
    let allowance = |meter| book.allowance(meter, day).map(|(units, _)| units).unwrap_or_default();
    match row.meter {
        Meter::LambdaRequests => (allowance(Meter::LambdaFreeRequests), &grants.requests),
        Meter::LambdaDuration => (allowance(Meter::LambdaFreeGbSeconds), &grants.compute),
        Meter::RunRequests => (allowance(Meter::RunFreeRequests), &grants.requests),
        Meter::RunRequestCpu => (allowance(Meter::RunFreeRequestVcpuSeconds), &grants.compute),
        Meter::RunRequestMemory => (allowance(Meter::RunFreeRequestGbSeconds), &grants.compute),
        Meter::Gen1Invocations => (allowance(Meter::Gen1FreeRequests), &grants.requests),
        Meter::Gen1Cpu => (allowance(Meter::Gen1FreeGhzSeconds), &grants.compute),
        Meter::Gen1Memory => (allowance(Meter::Gen1FreeGbSeconds), &grants.compute),
        meter => {
            // Azure writes its grants as a first tier at no price.
            let tiers = row.unit_tiers();
            match tiers.as_slice() {
                [free, paid, ..] if free.price.is_zero() => {
                    let grant = match (meter.provider(), meter.unit()) {
                        (Provider::Azure, crate::Unit::Request) => &grants.requests,
                        (Provider::Azure, _) => &grants.compute,
                        _ if grants.others => WHOLE,
                        _ => NONE,
                    };
                    (paid.from, grant)
                }
                _ => (Decimal::ZERO, NONE),
            }
        }
    }
}
