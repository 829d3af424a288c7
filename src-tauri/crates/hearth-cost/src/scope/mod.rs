//! Bills at the scope that tiers and grants have: an account, a subscription, a billing account. Owns pooling what
//! functions used, pricing the pool, and giving every function its share in three views. Must not know where
//! quantities were counted.

mod allocate;
mod grants;
mod metered;
mod month;
mod price;
#[cfg(test)]
mod tests;

pub use allocate::allocate;
pub use metered::metered;

use crate::Day;
use crate::book::{Currency, PriceBook};
use crate::error::{Result, usage};
use crate::line::{PriceSource, Step};
use crate::meter::Meter;
use crate::savings::SavingsPlan;
use crate::services::Grants;
use hearth_model::Architecture;
use month::Month;
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
    /// The least and the most that it can be, where only sums are known of what is billed call by call.
    pub bounds: Option<(Decimal, Decimal)>,
}

impl Metered {
    /// The least it can be.
    pub fn low(&self) -> Decimal {
        self.bounds.map_or(self.quantity, |(low, _)| low)
    }

    /// The most it can be.
    pub fn high(&self) -> Decimal {
        self.bounds.map_or(self.quantity, |(_, high)| high)
    }

    /// More of the same.
    pub fn add(&mut self, more: &Self) {
        if self.bounds.is_some() || more.bounds.is_some() {
            self.bounds = Some((self.low() + more.low(), self.high() + more.high()));
        }
        self.quantity += more.quantity;
    }
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

/// A part of a month with prices of its own: after a change of a price, tiers and grants go on where they were.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// The book of these days.
    pub book: &'a PriceBook,
    /// A day of them: what is in force on it holds for all.
    pub day: Day,
    /// What was used.
    pub items: &'a [Metered],
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
    match bill_month(&[Stretch { book, day, items }], grants, savings_plan)?.pop() {
        Some(bill) => Ok(bill),
        None => usage("a bill needs a stretch of time"),
    }
}

/// The same for a month in which prices changed: a bill for each stretch, oldest first, that add up to the month's.
pub fn bill_month(
    stretches: &[Stretch<'_>],
    grants: &Grants,
    savings_plan: Option<&SavingsPlan>,
) -> Result<Vec<ScopeBill>> {
    let month = Month::new(stretches, grants, savings_plan)?;
    let mut shares = month.shares();
    let totals = Month::totals(&month.priced);
    let mut names: Vec<&str> = shares.iter().flat_map(|shares| shares.keys().copied()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let quantities = month.quantities.iter().zip(&shares).map(|(all, shares)| {
            let used = shares.get(name).map(|share| &share.used);
            let without = |(place, quantity): (usize, &Decimal)| {
                quantity - used.and_then(|used| used.get(&place)).copied().unwrap_or_default()
            };
            all.iter().enumerate().map(without).collect()
        });
        let rest = Month::totals(&month.price(&quantities.collect::<Vec<_>>())?);
        for ((shares, total), rest) in shares.iter_mut().zip(&totals).zip(rest) {
            shares.entry(name).or_default().marginal = total - rest;
        }
    }
    Ok(month.bills(shares, &totals))
}

/// What each function has of the list price of a month, with the tiers of all of them together, without grants.
pub fn list_month(stretches: &[Stretch<'_>]) -> Result<BTreeMap<String, Decimal>> {
    let mut lists: BTreeMap<String, Decimal> = BTreeMap::new();
    for shares in Month::new(stretches, &Grants::default(), None)?.shares() {
        for (name, share) in shares {
            *lists.entry(name.to_owned()).or_default() += share.list;
        }
    }
    Ok(lists)
}
