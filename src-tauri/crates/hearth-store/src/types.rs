//! What is asked of the ledger and what it answers, besides the domain model. Must not know SQL.

use crate::scopes::Scope;
use hearth_model::{Architecture, Clock, FunctionId, LogLevel, LogLine, Micros, Outcome, RequestId};
use std::path::PathBuf;
use std::sync::Arc;

/// Where the ledger lives and where its time comes from.
#[derive(Clone)]
pub struct StoreOptions {
    /// The data folder: `ledger.db`, `journal/` and `backups/` are inside.
    pub data_dir: PathBuf,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Which invocations to list. The default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvocationFilter {
    /// Of one function, else of all of the scope.
    pub function_id: Option<FunctionId>,
    /// Of these functions when none is named: all real ones unless somebody says otherwise.
    pub scope: Scope,
    /// With one of these outcomes, else with any.
    pub outcomes: Vec<Outcome>,
    /// Only those for which a server was born.
    pub cold_only: bool,
    /// Beginning of the request id, or part of the function's name, the error type or the error message.
    pub search: String,
    /// Not before this instant.
    pub from_us: Option<Micros>,
    /// Before this instant.
    pub to_us: Option<Micros>,
}

/// How many rows a filter finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// So many.
    pub rows: u64,
    /// There may be more: counting stopped there, since it would take too long.
    pub at_least: bool,
}

/// Which log lines to list. The default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Of one function, else of all of the scope.
    pub function_id: Option<FunctionId>,
    /// Of these functions when none is named: all real ones unless somebody says otherwise.
    pub scope: Scope,
    /// Of one invocation.
    pub request_id: Option<RequestId>,
    /// Part of the text; of very long lines the first 8 KiB are looked at.
    pub search: String,
    /// At least this loud.
    pub min_level: Option<LogLevel>,
    /// Lines before this cursor: the page that is older.
    pub cursor: Option<String>,
    /// Lines after this cursor, oldest first: to follow.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// A page of log lines, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    /// The lines.
    pub lines: Vec<LogLine>,
    /// Cursor for the lines before them; none when there are none.
    pub older: Option<String>,
    /// Cursor to follow from; none only while the ledger has no line at all.
    pub newest: Option<String>,
}

/// An event that a person keeps to use again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedEvent {
    /// Name, unique within the function.
    pub name: String,
    /// The JSON text.
    pub body: String,
    /// When it was saved.
    pub saved_us: Micros,
}

/// A question that a person keeps to ask again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedQuery {
    /// Its name.
    pub name: String,
    /// The SQL text.
    pub sql: String,
    /// When it was saved.
    pub saved_us: Micros,
}

/// What was used, as integers: memory × time in MB·ms, split as it is priced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsedQuantities {
    /// Requests that were not refused.
    pub requests: u64,
    /// Handlers on 64-bit x86.
    pub x86_compute_mb_ms: u128,
    /// Init on 64-bit x86.
    pub x86_init_mb_ms: u128,
    /// Handlers on 64-bit ARM.
    pub arm_compute_mb_ms: u128,
    /// Init on 64-bit ARM.
    pub arm_init_mb_ms: u128,
    /// Storage above the free 512 MB × billed time.
    pub storage_mb_ms: u128,
    /// Bytes of the events.
    pub event_bytes: u64,
    /// Bytes of the answers.
    pub response_bytes: u64,
    /// Log lines, of the function and of the platform. A log service may add bytes of its own to each.
    pub log_lines: u64,
    /// Bytes of their text.
    pub log_bytes: u64,
}

impl UsedQuantities {
    /// Adds what was used elsewhere.
    pub fn add(&mut self, more: &Self) {
        self.requests += more.requests;
        self.x86_compute_mb_ms += more.x86_compute_mb_ms;
        self.x86_init_mb_ms += more.x86_init_mb_ms;
        self.arm_compute_mb_ms += more.arm_compute_mb_ms;
        self.arm_init_mb_ms += more.arm_init_mb_ms;
        self.storage_mb_ms += more.storage_mb_ms;
        self.event_bytes += more.event_bytes;
        self.response_bytes += more.response_bytes;
        self.log_lines += more.log_lines;
        self.log_bytes += more.log_bytes;
    }

    /// Takes off a part of it.
    pub fn take(&mut self, part: &Self) {
        let less = |whole: &mut u64, part: u64| *whole = whole.saturating_sub(part);
        let less_time = |whole: &mut u128, part: u128| *whole = whole.saturating_sub(part);
        less(&mut self.requests, part.requests);
        less_time(&mut self.x86_compute_mb_ms, part.x86_compute_mb_ms);
        less_time(&mut self.x86_init_mb_ms, part.x86_init_mb_ms);
        less_time(&mut self.arm_compute_mb_ms, part.arm_compute_mb_ms);
        less_time(&mut self.arm_init_mb_ms, part.arm_init_mb_ms);
        less_time(&mut self.storage_mb_ms, part.storage_mb_ms);
        less(&mut self.event_bytes, part.event_bytes);
        less(&mut self.response_bytes, part.response_bytes);
        less(&mut self.log_lines, part.log_lines);
        less(&mut self.log_bytes, part.log_bytes);
    }
}

/// Figures of a stretch of time. Durations are those of handlers that ran, in microseconds; a percentile of
/// nothing is none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Requests that ended and were not refused.
    pub invocations: u64,
    /// Of these, how many failed.
    pub errors: u64,
    /// Requests that were refused.
    pub throttles: u64,
    /// Requests for which a server was born.
    pub cold_starts: u64,
    /// Sum of the durations.
    pub duration_sum_us: i64,
    /// Sum of the inits.
    pub init_sum_us: i64,
    /// Half of the durations were shorter.
    pub p50: Option<f64>,
    /// 95 % were shorter.
    pub p95: Option<f64>,
    /// 99 % were shorter.
    pub p99: Option<f64>,
    /// Half of the inits were shorter.
    pub init_p50: Option<f64>,
    /// 95 % of the inits were shorter.
    pub init_p95: Option<f64>,
    /// What was used.
    pub used: UsedQuantities,
    /// Arrival of the last request, refused ones included.
    pub last_call: Option<Micros>,
}

/// What one function used in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionUsage {
    /// The function.
    pub function_id: FunctionId,
    /// Its name.
    pub name: String,
    /// Its account.
    pub account: String,
    /// Requests that failed.
    pub errors: u64,
    /// Requests that were refused.
    pub throttles: u64,
    /// Requests for which a server was born.
    pub cold_starts: u64,
    /// Sum of the durations.
    pub duration_sum_us: i64,
    /// What was used.
    pub used: UsedQuantities,
}

/// What was used at one memory size and architecture. Time is billed time, not yet multiplied with memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizedUsage {
    /// Memory size.
    pub memory_mb: u32,
    /// Architecture.
    pub architecture: Architecture,
    /// Requests that were not refused.
    pub requests: u64,
    /// Billed milliseconds of handlers.
    pub compute_ms: u64,
    /// Billed milliseconds of inits.
    pub init_ms: u64,
    /// Storage above the free 512 MB × billed time.
    pub storage_mb_ms: u128,
    /// Bytes of the events.
    pub event_bytes: u64,
    /// Bytes of the answers.
    pub response_bytes: u64,
}

impl SizedUsage {
    /// Adds what was used at another time at the same size.
    pub fn add(&mut self, more: &Self) {
        self.requests += more.requests;
        self.compute_ms += more.compute_ms;
        self.init_ms += more.init_ms;
        self.storage_mb_ms += more.storage_mb_ms;
        self.event_bytes += more.event_bytes;
        self.response_bytes += more.response_bytes;
    }
}

/// What one function used in one hour or day at one memory size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageStep {
    /// Start of the step.
    pub at_us: Micros,
    /// The function.
    pub function_id: FunctionId,
    /// What it used.
    pub usage: SizedUsage,
}

/// What a list of functions shows of one. Times in microseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionOverview {
    /// Requests of the 24 hours that end with the current one, without those that were refused.
    pub invocations: u64,
    /// Of these, how many failed.
    pub errors: u64,
    /// Requests that were refused.
    pub throttles: u64,
    /// Requests for which a server was born.
    pub cold_starts: u64,
    /// Half of the durations were shorter.
    pub p50: Option<f64>,
    /// 95 % were shorter.
    pub p95: Option<f64>,
    /// 99 % were shorter.
    pub p99: Option<f64>,
    /// Calls in each of the hours, oldest first.
    pub calls_by_hour: [u64; 24],
    /// Errors in each of them.
    pub errors_by_hour: [u64; 24],
    /// Arrival of the last request ever.
    pub last_call: Option<Micros>,
}

/// One step of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesPoint {
    /// Start of the step.
    pub at_us: Micros,
    /// Its figures.
    pub figures: Figures,
}

/// Calls of one function in one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourlyCalls {
    /// The function.
    pub function_id: FunctionId,
    /// Start of the hour.
    pub at_us: Micros,
    /// Requests that were not refused.
    pub calls: u64,
    /// Of these, how many failed.
    pub errors: u64,
    /// Requests that were refused.
    pub throttles: u64,
}

/// One bar of a histogram of durations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistogramBar {
    /// Longest duration in it, in milliseconds.
    pub upper_ms: f64,
    /// Calls that met a server which existed.
    pub warm: u64,
    /// Calls for which a server was born.
    pub cold: u64,
}
