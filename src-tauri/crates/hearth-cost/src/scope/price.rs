//! What the prices of a month make of quantities: tiers and grants, which go on from one stretch to the next. Must not know
//! whose quantities they are.

use super::allocate::allocate;
use super::grants::{Pool, pools};
use super::month::Group;
use crate::Day;
use crate::book::PriceBook;
use crate::charge::{tiered, without_grant};
use crate::error::Result;
use crate::line::Step;
use crate::meter::Meter;
use crate::services::Grants;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What a group costs.
pub(super) struct Priced {
    pub(super) steps: Vec<Step>,
    pub(super) list: Decimal,
    pub(super) amount: Decimal,
}

/// What earlier stretches of a month have used up.
#[derive(Default)]
pub(super) struct Before {
    /// Of the tiers of each price, by its key: of all units, and of those that were not free.
    tiers: BTreeMap<String, (Decimal, Decimal)>,
    /// Of each grant: units or money.
    grants: Vec<(Meter, Decimal)>,
}

impl Before {
    /// Takes of a grant what is left of it, `wanted` at most.
    fn take(&mut self, meter: Meter, whole: Decimal, wanted: Decimal) -> Decimal {
        let place = self.grants.iter().position(|(known, _)| *known == meter).unwrap_or_else(|| {
            self.grants.push((meter, Decimal::ZERO));
            self.grants.len() - 1
        });
        let taken = (whole - self.grants[place].1).max(Decimal::ZERO).min(wanted);
        self.grants[place].1 += taken;
        taken
    }
}

/// What holds for the whole scope in one stretch.
pub(super) struct Rules<'a> {
    pub(super) book: &'a PriceBook,
    pub(super) day: Day,
    pub(super) grants: &'a Grants,
    pub(super) savings: Option<Decimal>,
}

impl Rules<'_> {
    /// What each group costs when `quantities` were used after what was used `before`.
    pub(super) fn price(
        &self,
        groups: &[Group<'_>],
        quantities: &[Decimal],
        before: &mut Before,
    ) -> Result<Vec<Priced>> {
        let meters: Vec<Meter> = groups.iter().map(|group| group.row.meter).collect();
        let mut free = vec![Decimal::ZERO; groups.len()];
        let earlier: Vec<(Decimal, Decimal)> =
            groups.iter().map(|group| before.tiers.get(&group.key).copied().unwrap_or_default()).collect();
        let mut priced = groups
            .iter()
            .zip(quantities)
            .zip(&earlier)
            .map(|((group, quantity), (all, _))| {
                let tiers = without_grant(&group.row.unit_tiers());
                let steps = tiered(&tiers, *all, *quantity)?;
                let list: Decimal = steps.iter().map(|step| step.amount).sum();
                Ok(Priced { steps, list: list.normalize(), amount: list.normalize() })
            })
            .collect::<Result<Vec<_>>>()?;
        for pool in pools(self.book, self.day, self.grants, groups.iter().map(|group| group.row)) {
            let members: Vec<usize> = (0..groups.len()).filter(|place| pool.covers(meters[*place])).collect();
            match pool {
                Pool::Units { meter, units } => {
                    // Each region and architecture has its part of the grant taken off before its tiers.
                    let used: Vec<Decimal> = members.iter().map(|place| quantities[*place]).collect();
                    let taken = before.take(meter, units, used.iter().sum());
                    for (place, taken) in members.into_iter().zip(allocate(taken, &used)) {
                        let tiers = without_grant(&groups[place].row.unit_tiers());
                        let mut steps = Vec::new();
                        // A grant that earlier days used up is not told again.
                        if !taken.is_zero() || quantities[place].is_zero() {
                            steps.push(Step::new("free each month", taken, Decimal::ZERO)?);
                        }
                        steps.extend(tiered(&tiers, earlier[place].1, quantities[place] - taken)?);
                        priced[place].set(steps);
                        free[place] = taken;
                    }
                }
                Pool::Money { meter, worth } => {
                    let charges: Vec<Decimal> = members.iter().map(|place| priced[*place].amount).collect();
                    let taken = before.take(meter, worth, charges.iter().sum());
                    for (place, taken) in members.into_iter().zip(allocate(taken, &charges)) {
                        let mut steps = std::mem::take(&mut priced[place].steps);
                        steps.push(Step::new("free each month, as money", Decimal::ONE, -taken)?);
                        priced[place].set(steps);
                    }
                }
            }
        }
        for ((group, quantity), free) in groups.iter().zip(quantities).zip(free) {
            let sums = before.tiers.entry(group.key.clone()).or_default();
            sums.0 += quantity;
            sums.1 += quantity - free;
        }
        self.save(&meters, &mut priced)?;
        Ok(priced)
    }

    fn save(&self, meters: &[Meter], priced: &mut [Priced]) -> Result<()> {
        let Some(percent) = self.savings else { return Ok(()) };
        let covered = [Meter::LambdaDuration, Meter::LambdaProvisioned, Meter::LambdaProvisionedDuration];
        for (priced, _) in priced.iter_mut().zip(meters).filter(|(_, meter)| covered.contains(meter)) {
            let mut steps = std::mem::take(&mut priced.steps);
            let label = format!("savings plan, {} % off", percent.normalize());
            steps.push(Step::new(label, priced.amount, -(percent / Decimal::ONE_HUNDRED))?);
            priced.set(steps);
        }
        Ok(())
    }
}

impl Priced {
    fn set(&mut self, steps: Vec<Step>) {
        self.amount = steps.iter().map(|step| step.amount).sum::<Decimal>().normalize();
        self.steps = steps;
    }
}
