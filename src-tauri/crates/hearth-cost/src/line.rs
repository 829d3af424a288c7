//! A breakdown: lines that open to rate × quantity, tier by tier, with source and date. Owns the one form in which
//! amounts leave this crate. Must not know how a service counts.

use crate::book::{Confidence, Currency, PriceBook, Row, plain};
use crate::error::{Error, Result};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a figure came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// Counted or reported.
    Exact,
    /// Chosen by a person, for instance a number of instances.
    Entered,
    /// Worked out from averages or assumptions; has bounds.
    Estimated,
    /// Not known. Never zero.
    Unknown,
}

/// Whether people expect a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LineKind {
    /// The service itself.
    Service,
    /// What comes with it and is easily forgotten: logs, data out, addresses, polling.
    Hidden,
}

/// Where a price comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PriceSource {
    /// Provider, service and meter, `aws/lambda/duration`.
    pub meter: String,
    /// Region whose price it is; `global` when it is the same everywhere.
    pub region: String,
    /// Where it was read.
    pub source: String,
    /// The day it was read, `2026-11-23`.
    pub retrieved: String,
    /// The day of the price book.
    pub book: String,
    /// First day in force, when it was published.
    pub effective_from: Option<String>,
    /// In what it is paid.
    pub currency: Currency,
    /// How sure it is.
    pub confidence: Confidence,
    /// The vendor's id of the price.
    pub sku: Option<String>,
    /// What one should know.
    pub note: Option<String>,
}

impl PriceSource {
    pub(crate) fn of(book: &PriceBook, row: &Row) -> Self {
        Self {
            meter: row.meter.to_string(),
            region: row.region.clone(),
            source: book.source_of(row),
            retrieved: row.retrieved.to_string(),
            book: book.date().to_owned(),
            effective_from: row.effective_from.map(|day| day.to_string()),
            currency: row.currency,
            confidence: row.confidence,
            sku: row.sku.clone(),
            note: row.note.clone(),
        }
    }
}

/// One step of a line: quantity × rate = amount. A grant or a discount is a step with a negative rate or rate 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// In words: "first 6 billion", "free each month", "Compute Savings Plan".
    pub label: String,
    /// In the unit of the line, except for discounts, which count money.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub quantity: Decimal,
    /// For one unit.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub rate: Decimal,
    /// Their product.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub amount: Decimal,
}

impl Step {
    /// A step; refuses what cannot be exact.
    pub(crate) fn new(label: impl Into<String>, quantity: Decimal, rate: Decimal) -> Result<Self> {
        let (quantity, rate) = (quantity.normalize(), rate.normalize());
        let amount = quantity.checked_mul(rate).ok_or_else(|| Error::TooLarge(plain(quantity)))?.normalize();
        Ok(Self { label: label.into(), quantity, rate, amount })
    }
}

/// One line of a bill or an estimate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// For programs: `requests`, `duration`, `logs`.
    pub name: String,
    /// For people: "Requests", "Duration, arm64, 512 MB".
    pub label: String,
    /// Whether people expect it.
    pub kind: LineKind,
    /// How its quantity came to be.
    pub basis: Basis,
    /// How much of it was used; none when unknown.
    #[serde(with = "rust_decimal::serde::str_option", default)]
    #[ts(type = "string | null")]
    pub quantity: Option<Decimal>,
    /// What one of it is, `GB-second`.
    pub unit: String,
    /// Steps that add up to the amount.
    pub steps: Vec<Step>,
    /// At list price, before grants and discounts; none when unknown.
    #[serde(with = "rust_decimal::serde::str_option", default)]
    #[ts(type = "string | null")]
    pub list: Option<Decimal>,
    /// What it costs; none when unknown.
    #[serde(with = "rust_decimal::serde::str_option", default)]
    #[ts(type = "string | null")]
    pub amount: Option<Decimal>,
    /// The least it can be, when it is estimated.
    #[serde(with = "rust_decimal::serde::str_option", default)]
    #[ts(type = "string | null")]
    pub low: Option<Decimal>,
    /// The most it can be, when it is estimated.
    #[serde(with = "rust_decimal::serde::str_option", default)]
    #[ts(type = "string | null")]
    pub high: Option<Decimal>,
    /// Where the price comes from; none when there is none, or a person entered it.
    pub price: Option<PriceSource>,
    /// Why it is unknown, or what was assumed.
    pub note: Option<String>,
}

impl Line {
    /// A line that must not be left out although nobody knows its amount.
    pub fn unknown(name: &str, label: &str, kind: LineKind, unit: &str, why: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            basis: Basis::Unknown,
            quantity: None,
            unit: unit.to_owned(),
            steps: Vec::new(),
            list: None,
            amount: None,
            low: None,
            high: None,
            price: None,
            note: Some(why.into()),
        }
    }

    /// A line of steps at prices that a person gave.
    pub(crate) fn entered(name: &str, label: &str, unit: &str, steps: Vec<Step>) -> Self {
        let amount: Decimal = steps.iter().map(|step| step.amount).sum();
        let quantity: Decimal = steps.iter().map(|step| step.quantity).sum();
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            kind: LineKind::Service,
            basis: Basis::Entered,
            quantity: Some(quantity.normalize()),
            unit: unit.to_owned(),
            steps,
            list: Some(amount.normalize()),
            amount: Some(amount.normalize()),
            low: None,
            high: None,
            price: None,
            note: None,
        }
    }

    /// The same line, hidden.
    pub(crate) fn hidden(mut self) -> Self {
        self.kind = LineKind::Hidden;
        self
    }

    /// The least and the most it can be; the amount itself when it is exact.
    pub fn bounds(&self) -> Option<(Decimal, Decimal)> {
        let amount = self.amount?;
        Some((self.low.unwrap_or(amount), self.high.unwrap_or(amount)))
    }
}

/// Lines with their sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Breakdown {
    /// Services first, what is hidden after them.
    pub lines: Vec<Line>,
    /// In what it is paid.
    pub currency: Currency,
    /// At list price: the sum of what is known.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub list: Decimal,
    /// What it costs: the sum of what is known.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub total: Decimal,
    /// The least that the known lines can be.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub low: Decimal,
    /// The most that the known lines can be.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub high: Decimal,
    /// Names of lines whose amount is unknown: the total is "at least" while there are any.
    pub unknown: Vec<String>,
    /// What was assumed, for people.
    pub assumptions: Vec<String>,
    /// The day of the price book.
    pub price_date: String,
}

impl Breakdown {
    /// The sum of `lines`.
    pub(crate) fn of(
        book: &PriceBook,
        currency: Currency,
        lines: Vec<Line>,
        assumptions: Vec<String>,
    ) -> Self {
        let sum =
            |part: fn(&Line) -> Option<Decimal>| lines.iter().filter_map(part).sum::<Decimal>().normalize();
        Self {
            currency,
            list: sum(|line| line.list),
            total: sum(|line| line.amount),
            low: sum(|line| line.bounds().map(|(low, _)| low)),
            high: sum(|line| line.bounds().map(|(_, high)| high)),
            unknown: lines
                .iter()
                .filter(|line| line.amount.is_none())
                .map(|line| line.name.clone())
                .collect(),
            assumptions,
            price_date: book.date().to_owned(),
            lines,
        }
    }

    /// The line of that name.
    pub fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }
}

/// Rounded half up to cents, as vendors print amounts.
pub fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}
