//! Money of functions and accounts, exact, and what it was for: sums of shares of bills. Must not know tiers.

use super::bill::{Bill, Group, Used};
use super::bounds::{self, Bounds};
use super::plans::{Part, part};
use crate::api::{CostAmount, CostParts};
use hearth_cost::{Decimal, Unit, allocate};
use hearth_model::{Architecture, FunctionId};
use hearth_store::SizedUsage;
use std::collections::HashMap;

/// Money of a function or an account, exact.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) list: Decimal,
    pub(crate) after_grants: Decimal,
    pub(crate) requests: Decimal,
    pub(crate) compute: Decimal,
    pub(crate) start_up: Decimal,
    pub(crate) storage: Decimal,
    pub(crate) always_on: Decimal,
    pub(crate) bounds: Bounds,
}

impl Sums {
    pub(crate) fn add(&mut self, other: &Self) {
        self.list += other.list;
        self.after_grants += other.after_grants;
        self.requests += other.requests;
        self.compute += other.compute;
        self.start_up += other.start_up;
        self.storage += other.storage;
        self.always_on += other.always_on;
        self.bounds.add(&other.bounds);
    }

    pub(crate) fn amount(&self) -> CostAmount {
        bounds::amount(self.list, self.after_grants, &self.bounds)
    }

    pub(crate) fn parts(&self) -> CostParts {
        CostParts {
            requests_usd: plain(self.requests),
            compute_usd: plain(self.compute),
            start_up_usd: plain(self.start_up),
            storage_usd: plain(self.storage),
            always_on_usd: plain(self.always_on),
        }
    }
}

/// A decimal without zeros that say nothing.
pub(crate) fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

impl Bill {
    /// GB-seconds that a function's bill counts: memory over time, of calls and of tasks.
    pub(crate) fn gb_seconds(&self, id: &FunctionId) -> Decimal {
        let counted = |group: &Group| {
            let share = group.shares.get(id)?;
            match (part(group.meter), group.meter.unit()) {
                (Part::Time, Unit::GbSecond) => Some(share.quantity),
                (Part::AlwaysOn, Unit::GbHour) => Some((share.quantity * Decimal::from(3_600)).round_dp(3)),
                _ => None,
            }
        };
        self.groups.iter().filter_map(counted).sum()
    }

    /// What the bill would be less without a function.
    pub(crate) fn marginal(&self, id: &FunctionId) -> Decimal {
        self.marginal.get(id.as_str()).copied().unwrap_or_default()
    }

    /// Every function's sums of one of the stretches. Time is split into handlers and starts by what each was billed.
    pub(crate) fn sums(&self, place: usize, used: &[Used]) -> HashMap<FunctionId, Sums> {
        used.iter()
            .map(|function| {
                let mut sums = Sums::default();
                for group in self.groups.iter().filter(|group| group.place == place) {
                    let Some(share) = group.shares.get(&function.id) else { continue };
                    sums.list += share.list;
                    sums.after_grants += share.after_grants;
                    sums.bounds.add(&share.bounds());
                    match part(group.meter) {
                        Part::Requests => sums.requests += share.list,
                        Part::Storage => sums.storage += share.list,
                        Part::AlwaysOn => sums.always_on += share.list,
                        Part::Time => {
                            let split = time_weights(&function.sizes, group.architecture);
                            let parts = allocate(share.list, &split);
                            sums.compute += parts[0];
                            sums.start_up += parts[1];
                        }
                    }
                }
                (function.id.clone(), sums)
            })
            .collect()
    }
}

/// Memory × time of handlers and of starts, of one architecture where the price depends on it.
fn time_weights(sizes: &[SizedUsage], architecture: Option<Architecture>) -> [Decimal; 2] {
    let mut weights = [Decimal::ZERO; 2];
    for size in sizes.iter().filter(|size| architecture.is_none_or(|wanted| wanted == size.architecture)) {
        let memory = Decimal::from(size.memory_mb);
        weights[0] += Decimal::from(size.compute_ms) * memory;
        weights[1] += Decimal::from(size.init_ms) * memory;
    }
    if weights[0].is_zero() && weights[1].is_zero() {
        weights[0] = Decimal::ONE;
    }
    weights
}
