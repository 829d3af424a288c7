//! From price lists of vendors to rows of the book. Owns exact selectors, and what must wait for a person's yes. Must
//! not fetch anything.

mod aws;
mod azure;
mod google;
#[cfg(test)]
mod tests;

pub use aws::{aws_price_list, aws_price_products};
pub use azure::{AzurePage, azure_retail_prices};
pub use google::{GooglePage, google_meter, google_skus};

use crate::Day;
use crate::book::{BookDiff, Change, ChangeKind, MOVE_THAT_NEEDS_A_YES, PriceBook, Row};
use crate::error::{Error, Result};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one list, with their source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceList {
    /// Key of the source, `aws-price-list-AWSLambda`.
    pub source: String,
    /// The source in words, with the list's own date.
    pub words: String,
    /// The prices that Hearth uses.
    pub rows: Vec<Row>,
    /// What looked like one of them and was left out, and why.
    pub remarks: Vec<String>,
}

/// A book after a refresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refreshed {
    /// The new book, without what waits.
    #[serde(skip)]
    pub book: PriceBook,
    /// What changed and counts.
    pub changes: Vec<Change>,
    /// What waits for a person's yes: the book keeps the old price.
    pub waiting: Vec<Change>,
    /// The prices that wait, as a book of their own; none when nothing waits.
    #[serde(skip)]
    pub pending: Option<PriceBook>,
    /// How many prices are the same.
    pub same: u32,
    /// What was left out, and why.
    pub remarks: Vec<String>,
}

/// The book of `day`: `old` with the prices of `lists`. A price that moved by more than a quarter, or that is new and
/// far from what it costs elsewhere, keeps its old value unless its key is in `confirmed`.
pub fn refresh(
    old: &PriceBook,
    day: Day,
    lists: &[PriceList],
    confirmed: &BTreeSet<String>,
) -> Result<Refreshed> {
    let mut sources = BTreeMap::new();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut remarks = Vec::new();
    for list in lists {
        sources.insert(list.source.clone(), list.words.clone());
        remarks.extend(list.remarks.iter().cloned());
        for row in &list.rows {
            if row.effective_from.is_some_and(|from| from > day) {
                remarks.push(format!("{} holds from a later day and is left for then", row.key()));
                continue;
            }
            rows.insert(row.key(), row.clone());
        }
    }
    let all = old.revised(day, rows.values().cloned().collect(), &sources)?;
    let mut diff = BookDiff::between(old, &all);
    for change in &mut diff.changes {
        if change.kind == ChangeKind::Added
            && let Some(row) = rows.get(&change.key)
            && (is_far_from_elsewhere(old, row) || is_far_from_everywhere(old, row))
        {
            change.needs_yes = true;
        }
    }
    let (waiting, changes): (Vec<Change>, Vec<Change>) =
        diff.changes.into_iter().partition(|change| change.needs_yes && !confirmed.contains(&change.key));
    let held: Vec<Row> = waiting.iter().filter_map(|change| rows.remove(&change.key)).collect();
    let pending = if held.is_empty() {
        None
    } else {
        Some(PriceBook::new(day, "waiting for a yes".to_owned(), sources.clone(), held)?)
    };
    let book = old.revised(day, rows.into_values().collect(), &sources)?;
    Ok(Refreshed { book, changes, waiting, pending, same: diff.same, remarks })
}

/// Whether a price of a region is more than a quarter from the one that held everywhere until now.
fn is_far_from_everywhere(book: &PriceBook, row: &Row) -> bool {
    let first = |row: &Row| row.unit_tiers().iter().map(|tier| tier.price).find(|price| !price.is_zero());
    let hidden = book.rows().iter().find(|other| {
        other.region == "global"
            && row.region != "global"
            && (other.meter, other.architecture, other.currency)
                == (row.meter, row.architecture, row.currency)
            && other.effective_to.is_none()
    });
    match (hidden.and_then(first), first(row)) {
        (Some(before), Some(price)) => {
            (price - before).abs() * Decimal::ONE_HUNDRED > before * Decimal::from(MOVE_THAT_NEEDS_A_YES)
        }
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Whether a price that the book does not have yet is more than twice, or less than half, of any it has for the meter.
fn is_far_from_elsewhere(book: &PriceBook, row: &Row) -> bool {
    let first = |row: &Row| row.unit_tiers().iter().map(|tier| tier.price).find(|price| !price.is_zero());
    let known: Vec<Decimal> = book
        .rows()
        .iter()
        .filter(|other| other.meter == row.meter && other.currency == row.currency)
        .filter_map(first)
        .collect();
    match (first(row), known.iter().min(), known.iter().max()) {
        (Some(price), Some(least), Some(most)) => {
            price * Decimal::TWO < *least || price > *most * Decimal::TWO
        }
        (None, Some(_), _) => true,
        _ => false,
    }
}

fn wrong<T>(vendor: &'static str, what: impl Into<String>) -> Result<T> {
    Err(Error::PriceList { vendor, what: what.into() })
}

/// The day of `2026-09-19T08:00:00Z`.
fn day_of(text: &str) -> Option<Day> {
    text.get(..10)?.parse().ok()
}

/// A number of a list as an exact decimal; JSON floats are taken as they are written.
fn number(value: &serde_json::Value) -> Option<Decimal> {
    let text = match value {
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::String(text) => text.clone(),
        _ => return None,
    };
    Decimal::from_str_exact(&text)
        .or_else(|_| Decimal::from_scientific(&text))
        .ok()
        .map(|value| value.normalize())
}
