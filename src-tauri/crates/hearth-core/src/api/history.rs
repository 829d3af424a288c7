//! What happened: invocations, logs, servers and their lives, and exports.

use crate::api::{Explanation, FunctionsQuery};
use hearth_cost::Receipt;
use hearth_model::{
    Architecture, Environment, EnvironmentId, EnvironmentTransition, Invocation, LogLevel, LogLine, Micros,
    Outcome, RequestId, SeriesQuery,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks for a page of invocations, newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct InvocationsQuery {
    /// Only this function.
    pub function: Option<String>,
    /// Only these outcomes; empty for all.
    pub outcomes: Vec<Outcome>,
    /// Only cold starts.
    pub cold_only: bool,
    /// Text that request id, function name or error message contain.
    pub search: String,
    /// Only what started at or after this.
    pub from_us: Option<Micros>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Rows of a page, 1 to 1000; 200 when left out.
    pub limit: Option<u32>,
}

/// A page of invocations.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InvocationsPage {
    /// The rows, newest first.
    pub invocations: Vec<Invocation>,
    /// Pass it as `cursor` for what is older; none at the end.
    pub next: Option<String>,
    /// How many match in all.
    pub total: u64,
    /// There may be more than `total`: counting a filter stops at 10,000.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub total_at_least: bool,
}

/// One invocation with everything kept of it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InvocationDetail {
    /// The invocation.
    pub invocation: Invocation,
    /// The event as text, perhaps cut.
    pub event: Option<String>,
    /// The answer as text, perhaps cut.
    pub response: Option<String>,
    /// Whether event or answer were cut.
    pub truncated: bool,
    /// Its price at list, on the plan of its function; none when a call has no price of its own, or an unknown one.
    pub receipt: Option<Receipt>,
    /// Why it has no receipt, in words without a full stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub unpriced: Option<String>,
    /// Its log lines, oldest first, at most 5000.
    pub logs: Vec<LogLine>,
    /// How many log lines it has in all.
    pub log_count: u64,
    /// Why it failed.
    pub explanation: Option<Explanation>,
}

/// Asks for log lines, newest page first, lines of a page oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct LogsQuery {
    /// Only this function.
    pub function: Option<String>,
    /// Only this invocation.
    pub request_id: Option<RequestId>,
    /// Text that a line contains.
    pub search: String,
    /// Only lines at least this loud.
    pub min_level: Option<LogLevel>,
    /// `older` of the page before.
    pub cursor: Option<String>,
    /// `newest` of an earlier page: only lines after it, oldest first.
    pub after: Option<String>,
    /// Lines of a page, 1 to 5000; 500 when left out.
    pub limit: Option<u32>,
}

/// A page of log lines.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogsPage {
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
    /// Pass it as `cursor` for what is older; none at the beginning.
    pub older: Option<String>,
    /// Pass it as `after` for what comes later.
    pub newest: Option<String>,
}

/// Asks for servers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvironmentsQuery {
    /// Only this function.
    pub function: Option<String>,
    /// Also those that ended.
    pub include_ended: bool,
}

/// Names one server.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentName {
    /// Its id.
    pub environment_id: EnvironmentId,
}

/// Asks for the lives of servers.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LanesQuery {
    /// Only this function; none for all.
    pub function: Option<String>,
    /// First instant.
    pub from_us: Micros,
}

/// Everything lanes draw: what happened since an instant, and how each server was then.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LanesSnapshot {
    /// Hearth's clock now, for aligning the window's.
    pub now_us: Micros,
    /// Servers alive at any time since `fromUs`, oldest first.
    pub environments: Vec<Environment>,
    /// Their changes, oldest first: those since `fromUs`, and the last one before it.
    pub transitions: Vec<EnvironmentTransition>,
    /// Invocations that were going on since `fromUs`, oldest first, refused and running ones included.
    pub invocations: Vec<Invocation>,
    /// How many invocations there are since `fromUs`; more than `invocations` holds when `truncated`.
    pub total: u64,
    /// Whether the oldest invocations were left out, because a snapshot holds 10 000 at most.
    pub truncated: bool,
    /// Most servers at once.
    pub limit: u32,
    /// List prices, one entry an architecture that occurs, so that lanes can add costs up while calls end.
    pub prices: Vec<LanePrice>,
}

/// Unit prices of AWS Lambda on demand for one architecture, the same that receipts use.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LanePrice {
    /// Which.
    pub architecture: Architecture,
    /// US dollars for one request, an exact decimal.
    pub request_usd: String,
    /// US dollars for one GB-second, an exact decimal.
    pub gb_second_usd: String,
}

/// Kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// Scalable.
    Svg,
    /// Pixels.
    Png,
}

/// Which chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Invocations, errors and throttles.
    Invocations,
    /// Cold starts and init duration.
    ColdStarts,
    /// Duration percentiles.
    Durations,
    /// Cost on AWS.
    Cost,
}

/// Asks for a chart as a picture.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChartExport {
    /// Which chart.
    pub chart: ChartKind,
    /// Which stretch of which function.
    pub query: SeriesQuery,
    /// Kind of picture.
    pub format: ImageFormat,
    /// `dark`, `light` or `hc`.
    pub theme: String,
}

/// Asks for a table as CSV.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum TableExport {
    /// The functions.
    Functions {
        /// Which.
        query: FunctionsQuery,
    },
    /// The invocations, all pages.
    Invocations {
        /// Which.
        query: InvocationsQuery,
    },
    /// The servers.
    Environments {
        /// Which.
        query: EnvironmentsQuery,
    },
    /// The log lines, all pages.
    Logs {
        /// Which.
        query: LogsQuery,
    },
    /// The numbers behind a chart.
    Series {
        /// Which.
        query: SeriesQuery,
    },
}
