//! Power tuning: plan, preview, and what was found.

use hearth_cloud::Call;
use hearth_model::{FunctionConfiguration, FunctionId, Micros, TuningId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An event to tune with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningEvent {
    /// The event as JSON text.
    pub event: String,
    /// How often it is sent in proportion to the others, 1 to 1000.
    #[serde(default = "one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

/// What to measure. Nothing is run by asking for a preview of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningPlan {
    /// The function.
    pub name: String,
    /// Memory sizes in MB, 128 to 10240, at most 20; measured in ascending order.
    pub memory_mb: Vec<u32>,
    /// Warm calls at each size, 1 to 1000.
    pub runs: u32,
    /// Cold starts at each size, 0 to 100.
    #[serde(default)]
    pub cold_runs: u32,
    /// The events, at most 50.
    pub events: Vec<TuningEvent>,
    /// Whether warm calls of a size are made at the same time.
    #[serde(default)]
    pub parallel: bool,
    /// The account that the function is in; none for this computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub account: Option<String>,
    /// Its region there; none: the account's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub region: Option<String>,
    /// To begin in an account: the digest of the preview that a person saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub digest: Option<String>,
}

/// What a tuning does in an account, before anything is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningReview {
    /// What a person calls the account.
    pub account_name: String,
    /// Whether the account must be unlocked first.
    pub locked: bool,
    /// The calls that change the function, in their order: each size, and the one of now at the end.
    pub calls: Vec<Call>,
    /// The same with the vendor's own command line.
    pub command_lines: Vec<String>,
    /// Names what was seen: what is begun must have the same.
    pub digest: String,
}

/// What a tuning will do and cost, before anything is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningPreview {
    /// The plan, with its sizes sorted and each only once.
    pub plan: TuningPlan,
    /// Memory size now, which is set again afterwards.
    pub memory_mb: u32,
    /// Calls altogether.
    pub calls: u32,
    /// What they cost where they run, US dollars: `0` on this computer; none in an account, where the two figures below
    /// are what they cost.
    pub here_usd: Option<String>,
    /// What they cost on AWS when each takes the median of the last 24 hours, US dollars, exact decimal; none
    /// without calls to know that from.
    pub expected_usd: Option<String>,
    /// What they cost on AWS when each runs until its timeout, US dollars, exact decimal.
    pub at_most_usd: String,
    /// How long it takes when each call takes that median.
    pub expected_us: Option<Micros>,
    /// How long it takes when each call runs until its timeout.
    pub at_most_us: Micros,
    /// Region of the prices.
    pub price_region: String,
    /// Day of the price book.
    pub price_date: String,
    /// What the figures stand on, and what the measurement cannot say.
    pub remarks: Vec<String>,
    /// What is done in the account; none on this computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub review: Option<TuningReview>,
}

/// How a tuning is going, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TuningStatus {
    /// It goes on.
    Running,
    /// Every size was measured or skipped.
    Done,
    /// A person ended it; what was measured stays.
    Cancelled,
    /// It could not go on.
    Failed,
    /// Hearth ended while it ran.
    Interrupted,
}

/// What became of the function's memory size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TuningRestore {
    /// It is still to be put back.
    Pending,
    /// The size before is set, and was read back.
    Verified,
    /// Somebody else set another size meanwhile; that one stays.
    ChangedByOthers,
    /// The function is gone for good.
    Gone,
}

/// Times and money of the calls of one kind at one size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TunedCalls {
    /// How many.
    pub calls: u32,
    /// Median time in the handler.
    pub duration_p50_us: Micros,
    /// The time that 95 of 100 stayed under.
    pub duration_p95_us: Micros,
    /// Mean time in the handler, rounded.
    pub duration_mean_us: Micros,
    /// Median init; 0 for warm calls.
    pub init_p50_us: Micros,
    /// 95th percentile of init; 0 for warm calls.
    pub init_p95_us: Micros,
    /// Median of billed milliseconds, init included.
    pub billed_p50_ms: u64,
    /// 95th percentile of billed milliseconds.
    pub billed_p95_ms: u64,
    /// Sum of billed milliseconds.
    pub billed_ms: u64,
    /// What one of them costs on AWS at list price, their mean, US dollars, a decimal of at most 18 places.
    pub usd_per_call: String,
    /// What a million of them cost, US dollars, a decimal of at most 12 places.
    pub usd_per_million: String,
}

/// What was found at one size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TunedSize {
    /// The size.
    pub memory_mb: u32,
    /// Why it was skipped; none when it was measured.
    pub skipped: Option<String>,
    /// Warm calls.
    pub warm: Option<TunedCalls>,
    /// Cold starts.
    pub cold: Option<TunedCalls>,
    /// Most memory that a call used, in MB.
    pub max_memory_mb: u32,
}

/// A power tuning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tuning {
    /// Its id.
    pub id: TuningId,
    /// The function.
    pub function_id: FunctionId,
    /// The version that was measured; 0 in an account, where what changed is told by its code.
    pub version: u32,
    /// Where it ran: `local` for this computer, else the id of the account.
    pub account: String,
    /// What was to be measured.
    pub plan: TuningPlan,
    /// The configuration before, which holds again afterwards.
    pub configuration: FunctionConfiguration,
    /// How it is going.
    pub status: TuningStatus,
    /// What became of the memory size.
    pub restore: TuningRestore,
    /// When it began.
    pub started_us: Micros,
    /// When it ended.
    pub ended_us: Option<Micros>,
    /// Calls that have ended.
    pub done: u32,
    /// Calls that there will be.
    pub total: u32,
    /// The size that is measured now.
    pub current_mb: Option<u32>,
    /// What was found, by size.
    pub sizes: Vec<TunedSize>,
    /// The size whose warm calls cost least.
    pub cheapest_mb: Option<u32>,
    /// The size with the lowest median of warm calls.
    pub fastest_mb: Option<u32>,
    /// The size with the lowest sum of time and cost, each as a share of the largest.
    pub balanced_mb: Option<u32>,
    /// Region of the prices.
    pub price_region: String,
    /// Day of the price book.
    pub price_date: String,
    /// What the measurement cannot say, and what is odd about it.
    pub remarks: Vec<String>,
    /// Why it did not go on, or what was done about it.
    pub problem: Option<String>,
}

/// Names one tuning.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TuningName {
    /// Its id.
    pub id: TuningId,
}

/// Asks for tunings.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct TuningsQuery {
    /// Only of this function.
    pub name: Option<String>,
    /// How many, newest first, 1 to 500; 100 when none is given.
    pub limit: Option<u32>,
}
