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
    /// The table that holds what was billed, for a vendor that keeps it in one; none: the one that is found.
    #[serde(default)]
    pub table: Option<String>,
}

/// What a vendor reads to answer, where it bills for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BilledQuestion {
    /// The table that is read.
    pub table: String,
    /// How many bytes of it.
    pub reads_bytes: u64,
    /// How many bytes the vendor bills at most.
    pub billed_bytes: u64,
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
    /// What was metered, where the vendor says it beside the resource.
    pub meter: Option<String>,
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
    /// What to know, in sentences.
    pub notes: Vec<String>,
}
