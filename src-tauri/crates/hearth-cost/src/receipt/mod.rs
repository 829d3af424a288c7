//! The receipt of one invocation on the plan that its function has: its lines and their sum. Must not know how an
//! invocation was measured.

mod counted;
#[cfg(test)]
mod tests;
mod words;

use crate::billing::Plan;
use crate::book::{PriceBook, Row, Tier, plain};
use crate::charge::{tiered, without_grant};
use crate::error::{Error, Result, usage};
use counted::Counted;
use hearth_model::{Invocation, Outcome};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One line of a receipt: quantity × rate = amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptLine {
    /// What is paid for: `request`, `compute`, `init`, and `processors` and `memory` where each has a price.
    pub name: String,
    /// The same for people: "1 request", "49 ms × 0.5 GB".
    pub label: String,
    /// Quantity in `unit`, an exact decimal.
    pub quantity: String,
    /// What one of it is: `request`, `GB-second`, `vCPU-second`.
    pub unit: String,
    /// US dollars for one unit, an exact decimal.
    pub rate_usd: String,
    /// US dollars, an exact decimal.
    pub amount_usd: String,
    /// The tier of the month that the rate is of, in words: "first 6 billion".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub tier: Option<String>,
    /// Where the rate was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub source: Option<String>,
}

/// What one invocation costs at list price on the plan of its function, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The lines, which add up to the total.
    pub lines: Vec<ReceiptLine>,
    /// Their sum in US dollars, an exact decimal.
    pub total_usd: String,
    /// How many of these 1 USD buys, rounded down; none when the total is zero.
    pub per_usd: Option<u64>,
    /// What it costs where it ran: `0` on this computer.
    pub here_usd: String,
    /// In words, for people: "$1 buys 1.9 million of these".
    pub words: String,
    /// The plan that it is priced on: "AWS Lambda", "Azure Functions Flex".
    #[serde(default)]
    pub plan: String,
    /// Region of the prices.
    pub price_region: String,
    /// Day of the price book, `2026-11-20`.
    pub price_date: String,
    /// Where the prices come from.
    pub source: String,
    /// The whole receipt in one sentence, with what was assumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub explained: Option<String>,
}

/// Where and how a call is billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BilledAt {
    /// The plan.
    pub plan: Plan,
    /// The vendor's name of the region.
    pub region: String,
    /// Processors of a server of Cloud Run; none where nobody told.
    pub vcpu: Option<Decimal>,
}

impl BilledAt {
    /// On AWS Lambda, on demand.
    pub fn lambda(region: impl Into<String>) -> Self {
        Self { plan: Plan::LambdaOnDemand, region: region.into(), vcpu: None }
    }
}

/// The receipt of `invocation` on AWS Lambda at the prices of `region`. A refused request costs nothing, one that still
/// runs is charged for what is known.
pub fn receipt(book: &PriceBook, region: &str, invocation: &Invocation) -> Result<Receipt> {
    receipt_at(book, &BilledAt::lambda(region), invocation)
}

/// The receipt of `invocation` where it is billed, before grants. An error where a call has no price of its own, since
/// servers are billed, or where the book has no price.
pub fn receipt_at(book: &PriceBook, at: &BilledAt, invocation: &Invocation) -> Result<Receipt> {
    if at.plan.bills_servers() {
        return usage(format!("{} bills servers, so a call has no price of its own", at.plan.words()));
    }
    if at.plan == Plan::LambdaOnDemand {
        // Lambda must have prices there, whatever other rows name the region.
        book.lambda(&at.region)?;
    }
    let mut lines = Vec::with_capacity(3);
    let mut total = Decimal::ZERO;
    let counted = if invocation.outcome == Outcome::Throttled {
        Vec::new()
    } else {
        counted::counted(book, at, invocation)?
    };
    for one in &counted {
        let row = book.price(one.meter, &at.region, one.architecture, book.day())?;
        total += push(book, row, &mut lines, one)?;
    }
    let of_lambda = at.plan == Plan::LambdaOnDemand;
    let own = lines.last().filter(|_| !of_lambda).and_then(|line: &ReceiptLine| line.source.clone());
    let source = own.unwrap_or_else(|| book.source().to_owned());
    let per_usd = (!total.is_zero()).then(|| (Decimal::ONE / total).floor().to_u64()).flatten();
    Ok(Receipt {
        total_usd: plain(total),
        per_usd,
        here_usd: "0".to_owned(),
        words: words::bought(total, per_usd),
        explained: words::explained(book, at, invocation, &lines, total),
        plan: at.plan.words().to_owned(),
        price_region: at.region.clone(),
        price_date: book.date().to_owned(),
        source,
        lines,
    })
}

/// Adds the line of what was counted, which alone never leaves the first tier, and returns its amount. Units that the
/// price gives away each month are a grant, and a receipt is before grants.
fn push(book: &PriceBook, row: &Row, lines: &mut Vec<ReceiptLine>, one: &Counted) -> Result<Decimal> {
    let tiers: Vec<Tier> = without_grant(&row.unit_tiers());
    let steps = tiered(&tiers, Decimal::ZERO, one.quantity)?;
    let [step] = steps.as_slice() else { return Err(Error::TooLarge(plain(one.quantity))) };
    lines.push(ReceiptLine {
        name: one.name.to_owned(),
        label: one.label.clone(),
        quantity: plain(step.quantity),
        unit: row.meter.unit().name().to_owned(),
        rate_usd: plain(step.rate),
        amount_usd: plain(step.amount),
        tier: (tiers.len() > 1).then(|| step.label.clone()),
        source: Some(book.source_of(row)),
    });
    Ok(step.amount)
}
