//! Bills at the scope that tiers and grants have: an account, a subscription, a billing account. Owns pooling what
//! functions used, pricing the pool, and giving every function its share in three views. Must not know where
//! quantities were counted.

mod allocate;
mod grants;
mod metered;
#[cfg(test)]
mod tests;

pub use allocate::allocate;
pub use metered::metered;

use crate::Day;
use crate::book::{Currency, PriceBook, Row};
use crate::charge::{SavingsPlan, tiered, without_grant};
use crate::error::{Error, Result, usage};
use crate::line::{PriceSource, Step};
use crate::meter::Meter;
use crate::services::Grants;
use grants::{Pool, pools};
use hearth_model::Architecture;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// How much of a meter one function used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    /// The function, by any name that tells it from the others.
    pub function: String,
    /// What was counted.
    pub meter: Meter,
    /// The vendor's name of the region.
    pub region: String,
    /// Processors, where the price depends on them.
    pub architecture: Option<Architecture>,
    /// How much, in the unit of the meter.
    pub quantity: Decimal,
}

/// Everything in the scope that shares tiers: one meter in one region on one architecture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScopeGroup {
    /// Provider, service and meter.
    pub meter: String,
    /// Region of the price.
    pub region: String,
    /// All that was used.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub quantity: Decimal,
    /// What one of it is.
    pub unit: String,
    /// Steps that add up to the amount.
    pub steps: Vec<Step>,
    /// With tiers, without grants and discounts.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub list: Decimal,
    /// What it costs.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub amount: Decimal,
    /// Where the price comes from.
    pub price: PriceSource,
}

/// What a function has of the bill, in three views.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionShare {
    /// The function.
    pub function: String,
    /// Its share at list price.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub list: Decimal,
    /// Its share of the bill after grants and discounts; all of them add up to the bill.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub after_grants: Decimal,
    /// What the bill would be less without it.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub marginal: Decimal,
}

/// The bill of a scope for one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScopeBill {
    /// By meter, region and architecture.
    pub groups: Vec<ScopeGroup>,
    /// By function, in the order of their names.
    pub functions: Vec<FunctionShare>,
    /// In what it is paid.
    pub currency: Currency,
    /// At list price.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub list: Decimal,
    /// What it costs.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub total: Decimal,
}

/// One price and all that is counted at it.
struct Group<'a> {
    row: &'a Row,
    quantity: Decimal,
}

/// What a group costs.
struct Priced {
    steps: Vec<Step>,
    list: Decimal,
    amount: Decimal,
}

/// The bill of everything in `items`, which one account, subscription or billing account used in one month.
///
/// Tiers are those of each meter, region and architecture; grants are pooled as the vendor pools them and spread in
/// proportion; shares are by list cost with the largest remainders, so that they add up exactly.
pub fn bill_scope(
    book: &PriceBook,
    day: Day,
    items: &[Metered],
    grants: &Grants,
    savings_plan: Option<&SavingsPlan>,
) -> Result<ScopeBill> {
    let mut rows: BTreeMap<String, Group<'_>> = BTreeMap::new();
    let mut keys = Vec::with_capacity(items.len());
    for item in items {
        if item.quantity.is_sign_negative() && !item.quantity.is_zero() {
            return usage(format!(
                "`{}` cannot have used {} of {}",
                item.function, item.quantity, item.meter
            ));
        }
        let row = book.price(item.meter, &item.region, item.architecture, day)?;
        let group = rows.entry(row.key()).or_insert(Group { row, quantity: Decimal::ZERO });
        group.quantity = group
            .quantity
            .checked_add(item.quantity)
            .ok_or_else(|| Error::TooLarge(item.quantity.to_string()))?;
        keys.push(row.key());
    }
    let names: Vec<String> = rows.keys().cloned().collect();
    let groups: Vec<Group<'_>> = rows.into_values().collect();
    let currency = groups.first().map_or(Currency::Usd, |group| group.row.currency);
    if let Some(other) = groups.iter().find(|group| group.row.currency != currency) {
        return usage(format!("one bill cannot be in {} and {}", currency.code(), other.row.currency.code()));
    }
    let rules = Rules { book, day, grants, savings: savings_plan.map(|plan| plan.percent) };
    let quantities: Vec<Decimal> = groups.iter().map(|group| group.quantity).collect();
    let priced = rules.price(&groups, &quantities)?;
    let total: Decimal = priced.iter().map(|group| group.amount).sum();

    let place_of = |key: &String| names.binary_search(key).unwrap_or_default();
    let mut functions: BTreeMap<&str, Share> = BTreeMap::new();
    for (place, group) in priced.iter().enumerate() {
        let members: Vec<usize> = (0..items.len()).filter(|item| place_of(&keys[*item]) == place).collect();
        let weights: Vec<Decimal> = members.iter().map(|item| items[*item].quantity).collect();
        let (lists, amounts) = (allocate(group.list, &weights), allocate(group.amount, &weights));
        for ((item, list), amount) in members.iter().zip(lists).zip(amounts) {
            let share = functions.entry(items[*item].function.as_str()).or_default();
            share.list += list;
            share.amount += amount;
            *share.used.entry(place).or_default() += items[*item].quantity;
        }
    }
    let functions = functions
        .into_iter()
        .map(|(function, share)| {
            let without: Vec<Decimal> = quantities
                .iter()
                .enumerate()
                .map(|(place, quantity)| quantity - share.used.get(&place).copied().unwrap_or_default())
                .collect();
            let rest: Decimal = rules.price(&groups, &without)?.iter().map(|group| group.amount).sum();
            Ok(FunctionShare {
                function: function.to_owned(),
                list: share.list.normalize(),
                after_grants: share.amount.normalize(),
                marginal: (total - rest).normalize(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let list = priced.iter().map(|group| group.list).sum::<Decimal>().normalize();
    let groups = groups
        .iter()
        .zip(priced)
        .map(|(group, priced)| ScopeGroup {
            meter: group.row.meter.to_string(),
            region: group.row.region.clone(),
            quantity: group.quantity.normalize(),
            unit: group.row.meter.unit().name().to_owned(),
            steps: priced.steps,
            list: priced.list,
            amount: priced.amount,
            price: PriceSource::of(book, group.row),
        })
        .collect();
    Ok(ScopeBill { groups, functions, currency, list, total: total.normalize() })
}

#[derive(Default)]
struct Share {
    list: Decimal,
    amount: Decimal,
    used: BTreeMap<usize, Decimal>,
}

/// What holds for the whole scope.
struct Rules<'a> {
    book: &'a PriceBook,
    day: Day,
    grants: &'a Grants,
    savings: Option<Decimal>,
}

impl Rules<'_> {
    /// What each group costs when `quantities` were used.
    fn price(&self, groups: &[Group<'_>], quantities: &[Decimal]) -> Result<Vec<Priced>> {
        let meters: Vec<Meter> = groups.iter().map(|group| group.row.meter).collect();
        let mut priced = groups
            .iter()
            .zip(quantities)
            .map(|(group, quantity)| {
                let tiers = without_grant(&group.row.unit_tiers());
                let steps = tiered(&tiers, Decimal::ZERO, *quantity)?;
                let list: Decimal = steps.iter().map(|step| step.amount).sum();
                Ok(Priced { steps, list: list.normalize(), amount: list.normalize() })
            })
            .collect::<Result<Vec<_>>>()?;
        for pool in pools(self.book, self.day, self.grants, groups.iter().map(|group| group.row)) {
            let members: Vec<usize> = (0..groups.len()).filter(|place| pool.covers(meters[*place])).collect();
            match pool {
                Pool::Units { units, .. } => {
                    // Each region and architecture has its part of the grant taken off before its tiers.
                    let used: Vec<Decimal> = members.iter().map(|place| quantities[*place]).collect();
                    let free = units.min(used.iter().sum());
                    for (place, free) in members.into_iter().zip(allocate(free, &used)) {
                        let tiers = without_grant(&groups[place].row.unit_tiers());
                        let mut steps = vec![Step::new("free each month", free, Decimal::ZERO)?];
                        steps.extend(tiered(&tiers, Decimal::ZERO, quantities[place] - free)?);
                        priced[place].set(steps);
                    }
                }
                Pool::Money { worth, .. } => {
                    let charges: Vec<Decimal> = members.iter().map(|place| priced[*place].amount).collect();
                    let taken = worth.min(charges.iter().sum());
                    for (place, taken) in members.into_iter().zip(allocate(taken, &charges)) {
                        let mut steps = std::mem::take(&mut priced[place].steps);
                        steps.push(Step::new("free each month, as money", Decimal::ONE, -taken)?);
                        priced[place].set(steps);
                    }
                }
            }
        }
        if let Some(percent) = self.savings {
            let covered = [Meter::LambdaDuration, Meter::LambdaProvisioned, Meter::LambdaProvisionedDuration];
            for (place, meter) in meters.iter().enumerate() {
                if covered.contains(meter) {
                    let mut steps = std::mem::take(&mut priced[place].steps);
                    let label = format!("savings plan, {} % off", percent.normalize());
                    steps.push(Step::new(label, priced[place].amount, -(percent / Decimal::ONE_HUNDRED))?);
                    priced[place].set(steps);
                }
            }
        }
        Ok(priced)
    }
}

impl Priced {
    fn set(&mut self, steps: Vec<Step>) {
        self.amount = steps.iter().map(|step| step.amount).sum::<Decimal>().normalize();
        self.steps = steps;
    }
}
