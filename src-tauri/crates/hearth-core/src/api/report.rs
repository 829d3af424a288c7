//! The cost report: one page for people who pay.
//!
//! Money is US dollars as exact decimals in text; numbers (`f64`) are for drawing only.

use super::{CostBounds, CostForecast};
use hearth_cost::Line;
use hearth_model::{FunctionId, Micros};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// A page that needs no other file.
    Html,
    /// A page of A4 to print.
    Pdf,
    /// The page as a scalable picture.
    Svg,
    /// The page as pixels.
    Png,
    /// A table: accounts, functions and days.
    Csv,
    /// Everything, as [`CostReport`].
    Json,
}

/// Asks for a report.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostReportQuery {
    /// First day, `2026-11-01`, UTC.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// `all` for everything that is shown, else the id of an account, or the name of a function.
    #[serde(default)]
    #[ts(optional)]
    pub scope: Option<String>,
    /// Kind of file.
    pub format: ReportFormat,
}

/// An amount in two views, and what it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportAmount {
    /// At list price with tiers, without grants.
    pub list_usd: String,
    /// After the free grants of its billing account.
    pub after_grants_usd: String,
    /// What it can be at least and at most, where sums of calls are all that is known; none when it is exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub bounds: Option<CostBounds>,
    /// Requests that were not refused.
    pub requests: u64,
    /// Of them, how many failed.
    pub errors: u64,
    /// Of them, how many had a server born.
    pub cold_starts: u64,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportAccount {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// `local`, `aws`, `azure`, `google`.
    pub provider: String,
    /// What it cost.
    pub amount: ReportAmount,
    /// What is easily forgotten, in its regions: always all lines, unknown where nothing is known.
    pub hidden: Vec<ReportHidden>,
}

/// Lines that are easily forgotten, of one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportHidden {
    /// The region.
    pub region: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// One function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportFunction {
    /// Its id.
    pub id: FunctionId,
    /// Its name.
    pub name: String,
    /// Id of its account.
    pub account: String,
    /// The plan whose prices hold.
    pub plan: String,
    /// The region whose prices hold.
    pub region: String,
    /// What it cost.
    pub amount: ReportAmount,
}

/// One day, dollars at list price; days add up to the whole but for rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportDay {
    /// The day, `2026-11-23`.
    pub day: String,
    /// For requests.
    pub requests_usd: f64,
    /// For the time of handlers.
    pub compute_usd: f64,
    /// For billed time of starts.
    pub start_up_usd: f64,
    /// For ephemeral storage.
    pub storage_usd: f64,
    /// For tasks that run whether they are called or not.
    pub always_on_usd: f64,
}

/// Everything that a report tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostReport {
    /// Whether this is made-up data.
    pub demo: bool,
    /// What it is about, for people.
    pub scope: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Until when usage is known.
    pub until_us: Micros,
    /// All of it.
    pub total: ReportAmount,
    /// By account, dearest first.
    pub accounts: Vec<ReportAccount>,
    /// By function, dearest first.
    pub functions: Vec<ReportFunction>,
    /// Day by day.
    pub days: Vec<ReportDay>,
    /// Where this month will end, of all that the scope holds; none when the report ends before this month.
    pub forecast: Option<CostForecast>,
    /// What was assumed, for people.
    pub assumptions: Vec<String>,
    /// The day of the price book.
    pub price_date: String,
    /// Where its prices come from.
    pub price_source: String,
}
