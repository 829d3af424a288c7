//! What an account is asked only when a person says so, since the vendor bills it: a live log, and what was billed.

use super::CloudFunctionName;
use hearth_model::{Micros, RequestId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a vendor bills each time it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ByUse {
    /// Asking what was billed: AWS's Cost Explorer, a question to Google's BigQuery.
    Bill,
    /// A live log on AWS (Live Tail).
    LiveTail,
}

/// What it costs, to be told before it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ByUsePrice {
    /// What.
    pub what: ByUse,
    /// Dollars for one, an exact decimal in text.
    pub usd: String,
    /// What one is: `request`, `minute`, `question`.
    pub each: String,
    /// The whole of it, in a sentence for people.
    pub words: String,
    /// Where the price is from.
    pub source: String,
}

/// Begins a live log of a function of an account.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LiveTailStart {
    /// Which function.
    #[serde(flatten)]
    pub function: CloudFunctionName,
    /// An id of the caller's own, under which the lines come as `cloud_pieces`.
    pub run_id: RequestId,
    /// Text or pattern in the vendor's language.
    #[serde(default)]
    pub filter: Option<String>,
    /// Minutes after which it ends by itself, 1 to 180.
    pub minutes: u32,
    /// The person was told the price and said yes.
    #[serde(default)]
    pub agreed: bool,
}

/// Names a live log.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LiveTailName {
    /// Its id.
    pub run_id: RequestId,
}

/// A live log as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LiveTail {
    /// Its id.
    pub run_id: RequestId,
    /// When it began.
    pub since_us: Micros,
    /// When it ends by itself.
    pub until_us: Micros,
    /// Why it ended; none while it goes on.
    pub ended: Option<String>,
    /// Lines that came.
    pub lines: u32,
    /// Minutes that it is billed for, begun ones whole.
    pub minutes: u32,
    /// What they cost beyond the free minutes, an exact decimal in text.
    pub usd: String,
}

/// Compares what Hearth worked out for a month with what the vendor billed.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostActual {
    /// The account.
    pub account: String,
    /// `2026-11`; none for the current month.
    #[serde(default)]
    pub month: Option<String>,
    /// The table of Google's billing export, `PROJECT.DATASET.TABLE`; none: the one in the account's project.
    #[serde(default)]
    #[ts(optional)]
    pub table: Option<String>,
    /// The person was told the price and said yes.
    #[serde(default)]
    pub agreed: bool,
}

/// One meter in both views.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ComparedLine {
    /// For people: `Duration`, or the vendor's own name where Hearth has none.
    pub label: String,
    /// The vendor's service.
    pub service: String,
    /// The vendor's names of it, one for each region and processor.
    pub meters: Vec<String>,
    /// How much the vendor counted, a decimal; none where it does not say.
    pub billed_quantity: Option<String>,
    /// How much Hearth counted; none where it counts none.
    pub own_quantity: Option<String>,
    /// What one of it is.
    pub unit: String,
    /// What the vendor billed; none where it billed nothing under that name.
    pub billed: Option<String>,
    /// What Hearth worked out, after grants; none where it works out none.
    pub own: Option<String>,
    /// Billed less worked out, where there are both.
    pub difference: Option<String>,
}

/// A month in both views.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostCompared {
    /// The account's id.
    pub account: String,
    /// The month.
    pub month: String,
    /// The currency of what was billed.
    pub currency: String,
    /// Line by line, the largest first.
    pub lines: Vec<ComparedLine>,
    /// Everything that was billed.
    pub billed: String,
    /// Everything that was worked out.
    pub own: String,
    /// Billed less worked out.
    pub difference: String,
    /// Requests that were made for it.
    pub requests: u32,
    /// What they cost, at most.
    pub asked_usd: String,
    /// Whether the vendor may still change it.
    pub estimated: bool,
    /// What to know, in sentences.
    pub notes: Vec<String>,
}
