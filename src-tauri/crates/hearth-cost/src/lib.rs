//! Prices and cost arithmetic. Pure: integers in, exact decimals out, no I/O, no clock.
//!
//! Must not know the ledger, the runtime or a user interface.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One line of a receipt: quantity × rate = amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptLine {
    /// What is paid for: `request`, `compute`, `init`.
    pub name: String,
    /// The same for people: "1 request", "49 ms × 0.5 GB".
    pub label: String,
    /// Quantity in `unit`, an exact decimal.
    pub quantity: String,
    /// `request` or `GB-second`.
    pub unit: String,
    /// US dollars for one unit, an exact decimal.
    pub rate_usd: String,
    /// US dollars, an exact decimal.
    pub amount_usd: String,
}

/// What one invocation would cost on AWS Lambda at list price, and why.
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
    /// Region of the prices.
    pub price_region: String,
    /// Day of the price book, `2026-11-20`.
    pub price_date: String,
    /// Where the prices come from.
    pub source: String,
}
