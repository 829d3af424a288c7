//! What Hearth itself asked of accounts, and what vendors bill for that.

use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks for a month of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnRequestsMonth {
    /// `2026-11`; none for the current month.
    #[serde(default)]
    #[ts(optional)]
    pub month: Option<String>,
}

/// How a vendor bills a kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OwnBilling {
    /// Each has a price.
    Billed,
    /// It is a call of a function, which is in the cost of that function.
    Call,
    /// The vendor's price list has no price for it.
    Free,
    /// The vendor may bill it; how much is not known here.
    Unknown,
}

/// Requests of one kind to one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnRequestsRow {
    /// The account's id.
    pub account: String,
    /// The vendor's service, for instance `CloudWatch`.
    pub service: String,
    /// Its operation, for instance `GetMetricData`.
    pub operation: String,
    /// The regions that were asked; empty where the vendor has none for it.
    pub locations: Vec<String>,
    /// Requests, each try for itself; none when only what is billed was counted, by an older Hearth.
    #[ts(type = "number | null")]
    pub requests: Option<u64>,
    /// How much is billed, where that is not requests.
    #[ts(type = "number | null")]
    pub quantity: Option<u64>,
    /// What `quantity` counts: `metrics`, `minutes`, `bytes`.
    pub unit: Option<String>,
    /// How it is billed.
    pub billing: OwnBilling,
    /// Dollars at list price, an exact decimal in text; none where it is not known or stands elsewhere.
    pub usd: Option<String>,
    /// The price in a sentence for people.
    pub price: String,
    /// Where the price is from.
    pub source: Option<String>,
}

/// A month of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnRequestsTable {
    /// `2026-11`, UTC.
    pub month: String,
    /// The first day on which anything was counted; none when nothing was.
    pub since_us: Option<Micros>,
    /// What costs most first, then by account and operation.
    pub rows: Vec<OwnRequestsRow>,
    /// All requests.
    #[ts(type = "number")]
    pub requests: u64,
    /// What is known of the price of all of them, an exact decimal in text.
    pub usd: String,
}
