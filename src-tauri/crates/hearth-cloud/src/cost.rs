//! What a vendor says it billed. Money is exact, as the vendor wrote it. Must not compute a price.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostRequest {
    /// The first day, for instance `2026-11-01`.
    pub since: String,
    /// The last day.
    pub until: String,
}

/// What one resource cost on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BilledRow {
    /// The day, for instance `2026-11-01`.
    pub day: String,
    /// The service, where the vendor says it.
    pub service: Option<String>,
    /// The vendor's full name of the resource; AWS does not say it, but what was metered, for instance `Request`.
    pub resource: String,
    /// The amount as a decimal number in text.
    pub amount: String,
    /// Its currency, for instance `EUR`.
    pub currency: String,
    /// How much was used as a decimal number in text, where the vendor says it.
    pub quantity: Option<String>,
    /// What one of it is.
    pub unit: Option<String>,
}

/// What was billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BilledCost {
    /// By day and resource.
    pub rows: Vec<BilledRow>,
    /// How many requests it took.
    pub requests: u32,
    /// Whether the vendor may still change it.
    pub estimated: bool,
}
