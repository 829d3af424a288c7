//! Calling a function, and what it left: logs and metrics. Times are the provider's.

use crate::Result;
use futures_util::stream::BoxStream;
use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use ts_rs::TS;

/// How a function is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallMode {
    /// Wait for the answer.
    #[default]
    Wait,
    /// Only hand the event over.
    Event,
    /// Only ask whether it would be allowed.
    DryRun,
}

/// A call to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// How.
    pub mode: CallMode,
    /// The event, JSON text.
    pub event: Vec<u8>,
    /// A version or an alias; none means the newest code.
    pub qualifier: Option<String>,
}

/// Who is given each piece of an answer as it comes.
pub type Pieces = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// Log lines as they are written, some at a time, until the vendor ends it. Ended by being dropped.
pub type LiveLines = BoxStream<'static, Result<Vec<LogRow>>>;

/// What came of a call. A function that failed is here too: that is data, not a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOutcome {
    /// The vendor's id of the call.
    pub request_id: Option<String>,
    /// The vendor's status, for instance 200 or 202.
    pub status: u16,
    /// The answer.
    pub payload: Vec<u8>,
    /// How the function failed, in the vendor's word.
    pub function_error: Option<String>,
    /// The end of its log.
    pub log_tail: Option<String>,
    /// The version that answered.
    pub version: Option<String>,
    /// How long the whole call took, seen from here.
    pub round_trip_us: Micros,
    /// What its server said of the call, where Hearth's adapter runs there.
    pub told: Option<Told>,
}

/// What Hearth's adapter, inside the function's server, says of a call that Hearth made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// How long the handler took.
    pub handler_us: Micros,
    /// Whether it was the first call of its server.
    pub is_first: bool,
}

impl Told {
    /// The header that has it from Hearth that a call is an event and that its time is to be told.
    pub const EVENT: &'static str = "hearth-event";
    const HANDLER_US: &'static str = "hearth-handler-us";
    const FIRST_CALL: &'static str = "hearth-first-call";

    /// Read from the headers of an answer; none where there is no such adapter.
    pub fn read(header: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let handler_us = header(Self::HANDLER_US)?.parse().ok().filter(|us| *us >= 0)?;
        Some(Self { handler_us: Micros(handler_us), is_first: header(Self::FIRST_CALL)? == "1" })
    }
}

/// Which log lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogsRequest {
    /// From this instant.
    pub since_us: Option<Micros>,
    /// Until this instant.
    pub until_us: Option<Micros>,
    /// Text or pattern in the vendor's language.
    pub filter: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// Most lines.
    pub limit: u32,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogRow {
    /// When.
    pub at_us: Micros,
    /// The stream it is in; on AWS one environment writes one stream.
    pub stream: String,
    /// The vendor's id of the line.
    pub id: String,
    /// The text.
    pub text: String,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Calls.
    Invocations,
    /// Calls that failed.
    Errors,
    /// Calls that were refused.
    Throttles,
    /// Summed duration in milliseconds.
    DurationMs,
    /// Environments that were started.
    ColdStarts,
    /// Summed time of starting them in milliseconds.
    InitMs,
    /// Most environments at once.
    Environments,
    /// Memory times duration in MB milliseconds, as a vendor bills it that does not say the duration itself.
    ComputeMbMs,
}

/// Which figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsRequest {
    /// The functions, in one location.
    pub functions: Vec<String>,
    /// From this instant.
    pub since_us: Micros,
    /// Until this instant.
    pub until_us: Micros,
    /// Seconds in one figure.
    pub step_s: u32,
}

/// Figures of one function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MetricSeries {
    /// The function.
    pub name: String,
    /// What.
    pub metric: Metric,
    /// Beginning of each step and the figure, oldest first. A step without a figure is left out: it is unknown or zero.
    pub points: Vec<(Micros, f64)>,
}
