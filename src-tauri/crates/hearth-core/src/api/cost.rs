//! Requests and answers about money: a month of a scope, one function's bill, what-if.
//!
//! Money is US dollars as exact decimals in text; numbers (`f64`) are for drawing only.

use hearth_cost::{Basis, Line, PriceSource, Step};
use hearth_model::{Architecture, FunctionId, Micros};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whose cost is asked for. Demo data is never mixed with real data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CostScope {
    /// All functions of real accounts.
    #[default]
    All,
    /// All functions of the demo.
    Demo,
    /// One account.
    Account {
        /// Its id.
        id: String,
    },
    /// One function.
    Function {
        /// Its name on this computer, or the id of any function.
        name: String,
    },
}

/// Asks for a month.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct CostQuery {
    /// Whose.
    pub scope: CostScope,
    /// `2026-11`; none for the current month.
    pub month: Option<String>,
}

/// Asks for the bill of one function.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostFunctionQuery {
    /// Its name on this computer, or the id of any function.
    pub name: String,
    /// `2026-11`; none for the current month.
    #[serde(default)]
    pub month: Option<String>,
}

/// An amount in two views.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostAmount {
    /// At list price with tiers, without grants.
    pub list_usd: String,
    /// After the free grants of its billing account, shared out so that all parts add up exactly.
    pub after_grants_usd: String,
    /// The least and the most that they can be; none when they are exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub bounds: Option<CostBounds>,
}

/// Bounds of an amount that is estimated: its plan bills each call in steps with a minimum, and only sums of calls are
/// known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostBounds {
    /// The least at list price.
    pub list_low_usd: String,
    /// The most at list price.
    pub list_high_usd: String,
    /// The least after grants.
    pub after_grants_low_usd: String,
    /// The most after grants.
    pub after_grants_high_usd: String,
}

/// What an amount is made of, at list price. The parts add up to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostParts {
    /// For requests.
    pub requests_usd: String,
    /// For the time of handlers.
    pub compute_usd: String,
    /// For billed time of starts.
    pub start_up_usd: String,
    /// For ephemeral storage above what is free.
    pub storage_usd: String,
    /// For tasks that run whether they are called or not.
    pub always_on_usd: String,
}

/// The month asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostMonth {
    /// `2026-11`.
    pub name: String,
    /// First instant, UTC. Accounts of Google begin with the Pacific day.
    pub from_us: Micros,
    /// First instant of the next month.
    pub to_us: Micros,
    /// Until when usage is known: now in the current month.
    pub until_us: Micros,
    /// Whether it is still going on.
    pub current: bool,
    /// Months that have usage in this scope, newest first, the current one always.
    pub months: Vec<String>,
}

/// Where the month will end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "known", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CostForecast {
    /// At list price, with an interval that nine of ten months would end in.
    Yes {
        /// Most likely end of the month.
        expected_usd: String,
        /// Lower end of the interval.
        low_usd: String,
        /// Upper end of the interval.
        high_usd: String,
        /// Dollars that each day still to come is expected to add; the first entry is the rest of today.
        days_usd: Vec<f64>,
        /// Whole days of history behind it.
        history_days: u32,
        /// How it was made, for people.
        reason: String,
    },
    /// No forecast, and why.
    No {
        /// For people.
        reason: String,
    },
}

/// What a function's cost did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostMover {
    /// The function.
    pub function_id: FunctionId,
    /// Its name.
    pub name: String,
    /// Dollars a day before.
    pub before_a_day_usd: f64,
    /// Dollars a day since.
    pub since_a_day_usd: f64,
    /// Change in percent; none when there was nothing before.
    pub percent: Option<f64>,
    /// From when on the second figure holds.
    pub since_us: Micros,
    /// What is compared: `since v41 on 17 Nov`, `vs October`.
    pub words: String,
}

/// One account's share of the month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostAccount {
    /// Id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// `local`, `aws`, `azure`, `google`.
    pub provider: String,
    /// Whether somebody pays it. What ran on this computer cost nothing, and the amount is what it would have cost.
    pub paid: bool,
    /// The amount.
    pub cost: CostAmount,
    /// What it is made of.
    pub parts: CostParts,
    /// Requests that were not refused.
    pub requests: u64,
}

/// One function's share of the month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostFunction {
    /// The function.
    pub function_id: FunctionId,
    /// Its name.
    pub name: String,
    /// Its account.
    pub account: String,
    /// `local`, `aws`, `azure`, `google`.
    pub provider: String,
    /// The plan whose prices hold, `AWS Lambda`.
    pub plan: String,
    /// The region whose prices hold.
    pub region: String,
    /// The amount.
    pub cost: CostAmount,
    /// What the bill would be less without it, after grants.
    pub marginal_usd: String,
    /// What it is made of.
    pub parts: CostParts,
    /// Requests that were not refused.
    pub requests: u64,
    /// Requests for which a server was born.
    pub cold_starts: u64,
    /// GB-seconds of billed memory and time as its bill counts them, a decimal.
    pub gb_seconds: String,
    /// Percent that a day of this month costs more than a day of the month before; none when there was nothing.
    pub change_percent: Option<f64>,
    /// Dollars of each day of the month so far, for drawing.
    pub days_usd: Vec<f64>,
}

/// One meter of one account: everything that shares a price and its tiers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostMeter {
    /// The account whose bill it is on.
    pub account: String,
    /// Provider, service and meter, `aws/lambda/duration`.
    pub meter: String,
    /// For people: `Duration, arm64`.
    pub label: String,
    /// Region of the price.
    pub region: String,
    /// How much was used, a decimal.
    pub quantity: String,
    /// What one of it is.
    pub unit: String,
    /// Exact, or estimated from sums: then the amount has bounds.
    pub basis: Basis,
    /// The amount.
    pub cost: CostAmount,
    /// Rate × quantity, tier by tier, at list price.
    pub list_steps: Vec<Step>,
    /// The same after grants.
    pub steps: Vec<Step>,
    /// Where the price comes from.
    pub price: PriceSource,
}

/// Lines that are easily forgotten, of one account in one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostHidden {
    /// The account.
    pub account: String,
    /// The region whose prices hold.
    pub region: String,
    /// Logs, data out, storage, addresses, polling: always all of them, unknown where nothing is known.
    pub lines: Vec<Line>,
    /// Sum of those that are known; not part of the other totals.
    pub known_usd: String,
}

/// The days of the month so far as columns of equal length, dollars at list price.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostDays {
    /// Start of each day, seconds since 1970 UTC.
    pub time: Vec<f64>,
    /// For requests.
    pub requests: Vec<f64>,
    /// For the time of handlers.
    pub compute: Vec<f64>,
    /// For billed time of starts.
    pub start_up: Vec<f64>,
    /// For ephemeral storage.
    pub storage: Vec<f64>,
    /// For tasks that run whether they are called or not.
    pub always_on: Vec<f64>,
    /// The dearest functions, then `other` when there are more.
    pub functions: Vec<CostColumn>,
    /// Accounts.
    pub accounts: Vec<CostColumn>,
}

/// One named column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostColumn {
    /// For programs: an id, or empty for the others.
    pub id: String,
    /// For people.
    pub name: String,
    /// Dollars of each day.
    pub usd: Vec<f64>,
}

/// A deploy or a change of configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostFlag {
    /// When.
    pub at_us: Micros,
    /// The function.
    pub function_id: FunctionId,
    /// Its name.
    pub name: String,
    /// The version it made.
    pub version: u32,
    /// Whether it changed what is billed: memory, architecture.
    pub billed: bool,
    /// In words: `search-index v41, 1 024 to 1 536 MB`.
    pub words: String,
}

/// An account that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostAccountName {
    /// Id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// `local`, `aws`, `azure`, `google`.
    pub provider: String,
}

/// A month of a scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostOverview {
    /// Which month.
    pub month: CostMonth,
    /// Whether this is made-up data.
    pub demo: bool,
    /// What was spent so far.
    pub cost: CostAmount,
    /// What that is made of.
    pub parts: CostParts,
    /// Requests that were not refused.
    pub requests: u64,
    /// Requests for which a server was born.
    pub cold_starts: u64,
    /// Where the month will end.
    pub forecast: CostForecast,
    /// What changed most, largest change first; at most five.
    pub movers: Vec<CostMover>,
    /// Every account that is shown when all are, by name: what the scope can be narrowed to.
    pub scopes: Vec<CostAccountName>,
    /// By account, dearest first.
    pub accounts: Vec<CostAccount>,
    /// By function, dearest first.
    pub functions: Vec<CostFunction>,
    /// By meter, dearest first.
    pub meters: Vec<CostMeter>,
    /// What is easily forgotten, for each account.
    pub hidden: Vec<CostHidden>,
    /// Day by day.
    pub days: CostDays,
    /// Deploys and changes of the month, oldest first.
    pub flags: Vec<CostFlag>,
    /// What was assumed, for people.
    pub assumptions: Vec<String>,
    /// The day of the price book.
    pub price_date: String,
    /// Where its prices come from.
    pub price_source: String,
}

/// A line of one function's bill that opens to rate × quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostLine {
    /// Provider, service and meter.
    pub meter: String,
    /// For people.
    pub label: String,
    /// Region of the price.
    pub region: String,
    /// How much the function used, a decimal.
    pub quantity: String,
    /// How much its whole account used, which decides tiers and grants.
    pub account_quantity: String,
    /// What one of it is.
    pub unit: String,
    /// Exact, or estimated from sums: then the amount has bounds.
    pub basis: Basis,
    /// The amount.
    pub cost: CostAmount,
    /// The function's share of each tier at list price; the amounts add up.
    pub list_steps: Vec<Step>,
    /// The same after grants.
    pub steps: Vec<Step>,
    /// Where the price comes from.
    pub price: PriceSource,
}

/// What was used at one size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostSize {
    /// Memory.
    pub memory_mb: u32,
    /// Processors.
    pub architecture: Architecture,
    /// Requests.
    pub requests: u64,
    /// Billed milliseconds of handlers.
    pub compute_ms: u64,
    /// Billed milliseconds of starts.
    pub start_up_ms: u64,
}

/// One function's bill of a month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostFunctionDetail {
    /// Which month.
    pub month: CostMonth,
    /// Its share.
    pub function: CostFunction,
    /// Line by line.
    pub lines: Vec<CostLine>,
    /// What is easily forgotten; of the function where it can be told.
    pub hidden: CostHidden,
    /// By memory size and architecture, the largest first.
    pub sizes: Vec<CostSize>,
    /// Memory now.
    pub memory_mb: Option<u32>,
    /// Processors now.
    pub architecture: Option<Architecture>,
    /// A thousand calls at list price; none without calls.
    pub thousand_calls_usd: Option<String>,
    /// Its deploys and changes of the month, oldest first.
    pub flags: Vec<CostFlag>,
    /// What was assumed, for people.
    pub assumptions: Vec<String>,
    /// The day of the price book.
    pub price_date: String,
}

/// Which part of the Cost screen to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CostTable {
    /// By function.
    Functions,
    /// By account.
    Accounts,
    /// By meter.
    Meters,
    /// Day by day.
    Days,
}

/// Asks for a file of the Cost screen: a table as CSV, or its chart as a picture.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "file", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CostExport {
    /// A table.
    Csv {
        /// Which month of what.
        query: CostQuery,
        /// Which table.
        table: CostTable,
    },
    /// The chart of the month, with its forecast.
    Picture {
        /// Which month of what.
        query: CostQuery,
        /// Kind of picture.
        format: super::ImageFormat,
        /// `dark` or `light`.
        theme: String,
    },
}
