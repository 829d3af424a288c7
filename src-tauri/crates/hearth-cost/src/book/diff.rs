//! What changed from one book to another, and what a person must confirm. Must not decide for the person.

use super::row::{architecture_name, plain};
use super::{PriceBook, Row, Tier};
use crate::Day;
use crate::error::Result;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// A price that moves by more than this share, in percent, waits for a person's yes.
pub const MOVE_THAT_NEEDS_A_YES: u32 = 25;

/// What happened to a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// The book had no such price.
    Added,
    /// The newer book has no such price any more.
    Gone,
    /// The price or its tiers are others.
    Moved,
}

/// One price that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Names the price: `aws/lambda/duration us-east-1 arm64`.
    pub key: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The tiers as they were, `0.0000166667` or `0.0000166667, from 6000000000 0.000015`.
    pub before: Option<String>,
    /// The tiers as they are.
    pub after: Option<String>,
    /// By how many percent the tier that moved furthest did; none when it was not there or was free.
    pub percent: Option<String>,
    /// Whether it moved so far that a person must say yes before it counts.
    pub needs_yes: bool,
}

/// What changed between two books.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BookDiff {
    /// Every price that changed, by its key.
    pub changes: Vec<Change>,
    /// How many did not.
    pub same: u32,
}

impl BookDiff {
    /// From `old` to `new`, as both are on the day of the newer one.
    pub fn between(old: &PriceBook, new: &PriceBook) -> Self {
        let day = new.day().max(old.day());
        let (before, after) = (by_key(old, day), by_key(new, day));
        let mut diff = Self::default();
        let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            match compare(key, before.get(key).copied(), after.get(key).copied()) {
                Some(change) => diff.changes.push(change),
                None => diff.same += 1,
            }
        }
        diff
    }

    /// Those that wait for a person's yes.
    pub fn waiting(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.needs_yes)
    }
}

impl Row {
    /// What names this price in a diff and in a confirmation.
    pub fn key(&self) -> String {
        let architecture = self.architecture.map(architecture_name).map(|name| format!(" {name}"));
        format!("{} {}{}", self.meter, self.region, architecture.unwrap_or_default())
    }
}

impl PriceBook {
    /// This book with `rows` in place of those of the same key that are in force on `day`, as the book of `day`.
    /// What was replaced stays in the older book.
    pub fn revised(
        &self,
        day: Day,
        rows: Vec<Row>,
        fresh_sources: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let mut fresh: BTreeMap<String, Row> = rows.into_iter().map(|row| (row.key(), row)).collect();
        let mut all = Vec::with_capacity(self.rows().len() + fresh.len());
        for row in self.rows() {
            // Rows that ended long ago are history and stay.
            let replaced = if row.is_in_force(day) { fresh.remove(&row.key()) } else { None };
            all.push(replaced.unwrap_or_else(|| row.clone()));
        }
        all.extend(fresh.into_values());
        let mut sources = self.sources().clone();
        sources.extend(fresh_sources.iter().map(|(key, words)| (key.clone(), words.clone())));
        Self::new(day, self.source().to_owned(), sources, all)
    }
}

fn by_key(book: &PriceBook, day: Day) -> BTreeMap<String, &Row> {
    book.rows().iter().filter(|row| row.is_in_force(day)).map(|row| (row.key(), row)).collect()
}

fn compare(key: &str, before: Option<&Row>, after: Option<&Row>) -> Option<Change> {
    let kind = match (before, after) {
        (None, None) => return None,
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Gone,
        (Some(old), Some(new)) if prices(old) == prices(new) && old.currency == new.currency => return None,
        (Some(_), Some(_)) => ChangeKind::Moved,
    };
    let percent = before.zip(after).and_then(|(old, new)| furthest(&prices(old), &prices(new)));
    let limit = Decimal::from(MOVE_THAT_NEEDS_A_YES);
    let needs_yes = match (before, after) {
        (Some(old), Some(new)) => {
            old.currency != new.currency
                || percent.is_none_or(|percent| percent.abs() > limit)
                // A boundary that moves changes bills as much as a price does.
                || boundaries(old) != boundaries(new)
        }
        _ => false,
    };
    Some(Change {
        key: key.to_owned(),
        kind,
        before: before.map(words),
        after: after.map(words),
        percent: percent.map(|percent| plain(percent.round_dp(1))),
        needs_yes,
    })
}

/// Tiers per unit; an allowance counts as a price of its own.
fn prices(row: &Row) -> Vec<Tier> {
    match row.allowance {
        Some(free) => vec![Tier { from: Decimal::ZERO, price: free.normalize() }],
        None => row.unit_tiers(),
    }
}

fn boundaries(row: &Row) -> Vec<Decimal> {
    prices(row).into_iter().map(|tier| tier.from).collect()
}

/// The largest relative move over all tiers, in percent with its sign; none when a price came from or went to
/// nothing.
fn furthest(old: &[Tier], new: &[Tier]) -> Option<Decimal> {
    let mut largest = Decimal::ZERO;
    let edges = old.iter().chain(new).map(|tier| tier.from);
    for edge in edges {
        let (was, is) = (at(old, edge), at(new, edge));
        if was == is {
            continue;
        }
        if was.is_zero() || is.is_zero() {
            return None;
        }
        let percent = (is - was) / was * Decimal::ONE_HUNDRED;
        if percent.abs() > largest.abs() {
            largest = percent;
        }
    }
    Some(largest)
}

/// The price of the unit at `quantity`.
fn at(tiers: &[Tier], quantity: Decimal) -> Decimal {
    tiers.iter().rev().find(|tier| tier.from <= quantity).map(|tier| tier.price).unwrap_or_default()
}

fn words(row: &Row) -> String {
    let mut text = String::new();
    for tier in prices(row) {
        if !text.is_empty() {
            text.push_str(", from ");
            text.push_str(&plain(tier.from));
            text.push(' ');
        }
        text.push_str(&plain(tier.price));
    }
    format!("{text} {}", row.currency.code())
}
