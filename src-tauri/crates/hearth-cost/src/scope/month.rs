//! A month that is being billed: its stretches, what is counted at which price in each, and what every function has of
//! it. Must not know tiers or grants.

use super::allocate::allocate;
use super::price::{Before, Priced, Rules};
use super::{FunctionShare, Metered, ScopeBill, ScopeGroup, Stretch};
use crate::book::{Currency, Row};
use crate::error::{Error, Result, usage};
use crate::line::PriceSource;
use crate::savings::SavingsPlan;
use crate::services::Grants;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// One price and all that is counted at it.
pub(super) struct Group<'a> {
    pub(super) row: &'a Row,
    pub(super) key: String,
    members: Vec<&'a Metered>,
}

#[derive(Default)]
pub(super) struct Share {
    pub(super) list: Decimal,
    amount: Decimal,
    pub(super) marginal: Decimal,
    pub(super) used: BTreeMap<usize, Decimal>,
}

/// A month that is being billed.
pub(super) struct Month<'a> {
    rules: Vec<Rules<'a>>,
    groups: Vec<Vec<Group<'a>>>,
    pub(super) quantities: Vec<Vec<Decimal>>,
    pub(super) priced: Vec<Vec<Priced>>,
    currency: Currency,
}

impl<'a> Month<'a> {
    pub(super) fn new(
        stretches: &[Stretch<'a>],
        grants: &'a Grants,
        savings_plan: Option<&SavingsPlan>,
    ) -> Result<Self> {
        let groups = stretches.iter().map(groups).collect::<Result<Vec<_>>>()?;
        let mut all = groups.iter().flatten();
        let currency = all.next().map_or(Currency::Usd, |group| group.row.currency);
        if let Some(other) = all.find(|group| group.row.currency != currency) {
            return usage(format!(
                "one bill cannot be in {} and {}",
                currency.code(),
                other.row.currency.code()
            ));
        }
        let savings = savings_plan.map(|plan| plan.percent);
        let rules = stretches
            .iter()
            .map(|stretch| Rules { book: stretch.book, day: stretch.day, grants, savings })
            .collect();
        let quantities = groups
            .iter()
            .map(|groups| groups.iter().map(Group::quantity).collect::<Result<Vec<_>>>())
            .collect::<Result<Vec<_>>>()?;
        let mut month = Self { rules, groups, quantities, priced: Vec::new(), currency };
        month.priced = month.price(&month.quantities)?;
        Ok(month)
    }

    /// What each group costs when `quantities` were used.
    pub(super) fn price(&self, quantities: &[Vec<Decimal>]) -> Result<Vec<Vec<Priced>>> {
        let mut before = Before::default();
        let stretches = self.rules.iter().zip(&self.groups).zip(quantities);
        stretches.map(|((rules, groups), quantities)| rules.price(groups, quantities, &mut before)).collect()
    }

    pub(super) fn totals(priced: &[Vec<Priced>]) -> Vec<Decimal> {
        priced.iter().map(|groups| groups.iter().map(|group| group.amount).sum()).collect()
    }

    /// What each function has of each stretch.
    pub(super) fn shares(&self) -> Vec<BTreeMap<&'a str, Share>> {
        let mut all = Vec::with_capacity(self.groups.len());
        for (groups, priced) in self.groups.iter().zip(&self.priced) {
            let mut functions: BTreeMap<&str, Share> = BTreeMap::new();
            for (place, (group, priced)) in groups.iter().zip(priced).enumerate() {
                let weights: Vec<Decimal> = group.members.iter().map(|item| item.quantity).collect();
                let (lists, amounts) = (allocate(priced.list, &weights), allocate(priced.amount, &weights));
                for ((item, list), amount) in group.members.iter().zip(lists).zip(amounts) {
                    let share = functions.entry(item.function.as_str()).or_default();
                    share.list += list;
                    share.amount += amount;
                    *share.used.entry(place).or_default() += item.quantity;
                }
            }
            all.push(functions);
        }
        all
    }

    pub(super) fn bills(self, shares: Vec<BTreeMap<&'a str, Share>>, totals: &[Decimal]) -> Vec<ScopeBill> {
        let currency = self.currency;
        let stretches = self.groups.into_iter().zip(self.quantities).zip(self.priced);
        stretches
            .zip(self.rules)
            .zip(shares)
            .zip(totals)
            .map(|(((((groups, quantities), priced), rules), shares), total)| ScopeBill {
                list: priced.iter().map(|group| group.list).sum::<Decimal>().normalize(),
                total: total.normalize(),
                currency,
                functions: shares
                    .into_iter()
                    .map(|(function, share)| FunctionShare {
                        function: function.to_owned(),
                        list: share.list.normalize(),
                        after_grants: share.amount.normalize(),
                        marginal: share.marginal.normalize(),
                    })
                    .collect(),
                groups: groups
                    .into_iter()
                    .zip(quantities)
                    .zip(priced)
                    .map(|((group, quantity), priced)| ScopeGroup {
                        meter: group.row.meter.to_string(),
                        region: group.row.region.clone(),
                        quantity: quantity.normalize(),
                        unit: group.row.meter.unit().name().to_owned(),
                        steps: priced.steps,
                        list: priced.list,
                        amount: priced.amount,
                        price: PriceSource::of(rules.book, group.row),
                    })
                    .collect(),
            })
            .collect()
    }
}

/// The items of a stretch by their price, in the order of the keys of prices.
fn groups<'a>(stretch: &Stretch<'a>) -> Result<Vec<Group<'a>>> {
    let mut rows: BTreeMap<String, Group<'a>> = BTreeMap::new();
    for item in stretch.items {
        if item.quantity.is_sign_negative() && !item.quantity.is_zero() {
            return usage(format!(
                "`{}` cannot have used {} of {}",
                item.function, item.quantity, item.meter
            ));
        }
        let row = stretch.book.price(item.meter, &item.region, item.architecture, stretch.day)?;
        let key = row.key();
        rows.entry(key.clone()).or_insert_with(|| Group { row, key, members: Vec::new() }).members.push(item);
    }
    Ok(rows.into_values().collect())
}

impl Group<'_> {
    fn quantity(&self) -> Result<Decimal> {
        let add = |sum: Decimal, item: &&Metered| {
            sum.checked_add(item.quantity).ok_or_else(|| Error::TooLarge(item.quantity.to_string()))
        };
        self.members.iter().try_fold(Decimal::ZERO, add)
    }
}
