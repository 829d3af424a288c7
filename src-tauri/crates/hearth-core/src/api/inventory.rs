//! Reading what accounts hold: how far it is, what was read and how old that is, and servers that logs tell of.

use hearth_cloud::{CloudFunction, Fault, Metric};
use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Starts reading what accounts hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct SyncStart {
    /// The accounts; empty: all that can be signed in to.
    pub accounts: Vec<String>,
    /// Also the figures of the last 24 hours that the provider measured. AWS bills $0.01 for 1,000 metrics, and each
    /// function has four.
    pub metrics: bool,
    /// Also calls, from the logs that the vendor keeps: those since the last reading, at first those of the last 24
    /// hours. No vendor bills these requests, but a busy function has many lines.
    pub logs: bool,
    /// Regions that were read within this many seconds are not read again, so that a reading which was broken off goes
    /// on where it was.
    pub fresh_s: u32,
}

/// How far reading a region is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// Not begun.
    Waiting,
    /// Going on.
    Reading,
    /// Read.
    Done,
    /// Could not be read.
    Failed,
    /// Read a short time ago.
    Fresh,
    /// Cancelled.
    Cancelled,
}

/// A region that is read.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SyncPart {
    /// The account's id.
    pub account: String,
    /// The region.
    pub location: String,
    /// How far.
    pub state: SyncState,
    /// Functions that were found.
    pub functions: u32,
    /// Series of metrics that the vendor gave; AWS gives, and bills, one for each that was asked for.
    pub metrics: u32,
    /// New calls that logs told of.
    pub calls: u32,
    /// Functions whose log could not be read, and why.
    pub unread: Vec<LogUnread>,
    /// Why it could not be read.
    pub fault: Option<Fault>,
}

/// A function whose log could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogUnread {
    /// The function.
    pub name: String,
    /// Why.
    pub fault: Fault,
}

/// What reading the log of one function brought into the ledger.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallsRead {
    /// The function, as the ledger names it: account, region and name.
    pub function: String,
    /// Calls that are new.
    pub calls: u32,
    /// From when on lines were read.
    pub from_us: Micros,
    /// Until when.
    pub to_us: Micros,
}

/// How reading goes.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SyncStatus {
    /// Whether it goes on.
    pub running: bool,
    /// When it began; none before the first.
    pub started_us: Option<Micros>,
    /// When it ended.
    pub ended_us: Option<Micros>,
    /// The regions.
    pub parts: Vec<SyncPart>,
    /// Accounts that cannot be read, and why.
    pub skipped: Vec<(String, String)>,
}

/// A figure of a function that its provider measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Of what.
    pub metric: Metric,
    /// How much.
    pub value: f64,
}

/// A function of an account, as it was read last.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InventoryFunction {
    /// The account's id.
    pub account: String,
    /// What a person calls the account.
    pub account_name: String,
    /// The function.
    pub function: CloudFunction,
    /// When it was read.
    pub read_us: Option<Micros>,
    /// Calls of the last 24 hours as the provider measured them; none when they were not asked for.
    pub calls_24h: Option<f64>,
    /// Errors of the last 24 hours, likewise.
    pub errors_24h: Option<f64>,
    /// Every figure of the last 24 hours that the provider measured: the sum, and the most for servers at once.
    pub measured: Vec<Measured>,
}

/// How reading a region went last.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InventoryAge {
    /// The account's id.
    pub account: String,
    /// The region.
    pub location: String,
    /// When what is shown was read; none: never.
    pub read_us: Option<Micros>,
    /// The last try.
    pub tried_us: Micros,
    /// Why the last try failed.
    pub fault: Option<Fault>,
}

/// What accounts hold, as far as it was read. Asks nobody.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// The functions, by account, region and name.
    pub functions: Vec<InventoryFunction>,
    /// The age of each region.
    pub ages: Vec<InventoryAge>,
    /// Hearth's clock now.
    pub now_us: Micros,
}

/// A call as a log tells it; what no line says is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeenCall {
    /// Its id.
    pub request_id: String,
    /// The vendor's id of its line, where several calls can share an id.
    pub line: String,
    /// Its START line.
    pub started_us: Option<Micros>,
    /// Its REPORT line.
    pub reported_us: Option<Micros>,
    /// How long the handler ran.
    pub duration_us: Option<Micros>,
    /// Billed milliseconds.
    pub billed_ms: Option<u32>,
    /// Memory size.
    pub memory_mb: Option<u32>,
    /// Most memory used.
    pub max_memory_mb: Option<u32>,
    /// Whether the server was born for it.
    pub cold: bool,
    /// Whether it ran into its timeout.
    pub timed_out: bool,
    /// How long the init or the restoring took that it waited for.
    pub init_us: Option<Micros>,
    /// Whether that was the restoring of a snapshot.
    pub restored: bool,
    /// Whether the time of that is part of its duration, since the request came first and waited.
    pub waited: bool,
    /// Whether it failed in another way, as far as the lines tell.
    pub failed: bool,
    /// Whether it was refused before a server had it.
    pub refused: bool,
    /// The type of the error, in the function's or the vendor's word.
    pub error_type: Option<String>,
    /// The error in one line.
    pub error_message: Option<String>,
}

/// A server as its log stream tells it: its first and last line, not its birth and end, which no line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeenEnvironment {
    /// The stream.
    pub stream: String,
    /// Its first line among those that were read.
    pub first_us: Micros,
    /// Its last line.
    pub last_us: Micros,
    /// Its INIT_START line.
    pub init_started_us: Option<Micros>,
    /// How long init or restoring took.
    pub init_us: Option<Micros>,
    /// Its calls, oldest first.
    pub calls: Vec<SeenCall>,
}

/// Servers that were rebuilt from a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeenEnvironments {
    /// The servers, oldest first.
    pub environments: Vec<SeenEnvironment>,
    /// Whether all lines of the time were read.
    pub complete: bool,
}
