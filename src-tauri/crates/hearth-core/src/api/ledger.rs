//! The ledger itself: what it takes, checking and moving it, and questions in SQL.

use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// What the ledger takes and since when it has single calls.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerInfo {
    /// The file.
    pub path: String,
    /// Its bytes.
    pub file_bytes: u64,
    /// Bytes inside it that are free and will be used again.
    pub free_bytes: u64,
    /// Invocations that are there.
    pub invocations: u64,
    /// Invocations and logs before this instant were deleted; their figures stay. None: nothing was deleted yet.
    pub raw_from_us: Option<Micros>,
    /// Invocations that were deleted since the ledger began.
    pub deleted_invocations: u64,
    /// Log lines that were deleted since the ledger began.
    pub deleted_log_lines: u64,
    /// Log lines that a search looks at one by one, since they are not indexed yet.
    pub unindexed_lines: u64,
    /// How long things are kept, in words.
    pub keeps: String,
    /// Why recording stopped, when it has.
    pub recording_problem: Option<String>,
}

/// What checking the ledger has found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerChecked {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// What is wrong.
    pub problems: Vec<String>,
    /// Days whose figures were compared with their single calls.
    pub days: u64,
    /// Calls that were read for it.
    pub invocations: u64,
}

/// How to check the ledger.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct LedgerCheck {
    /// Build figures anew from single calls first.
    pub rebuild: bool,
}

/// What rewriting the file has brought.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerVacuumed {
    /// Bytes of the file before.
    pub before_bytes: u64,
    /// Bytes of the file now.
    pub after_bytes: u64,
    /// Invocations that were too old or too many and are deleted.
    pub deleted_invocations: u64,
    /// Log lines that were too old or too many and are deleted.
    pub deleted_log_lines: u64,
}

/// A file on the computer that runs Hearth.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerFile {
    /// Its whole path.
    pub path: String,
}

/// A copy of the ledger.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerExported {
    /// The file.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
}

/// What an import has brought that was not there.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerImported {
    /// Functions.
    pub functions: u64,
    /// Invocations.
    pub invocations: u64,
    /// Log lines.
    pub log_lines: u64,
    /// Hours of which only the figures were there.
    pub hours: u64,
}

/// A question to the ledger: one statement that reads.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerQuery {
    /// SQL that begins with SELECT, WITH, VALUES or EXPLAIN.
    pub sql: String,
    /// Most rows, 1 to 100,000; 1,000 when nobody says.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<u32>,
    /// Longest time in milliseconds, 1 to 60,000; 5,000 when nobody says.
    #[serde(default)]
    #[ts(optional)]
    pub timeout_ms: Option<u32>,
}

/// What a question found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LedgerAnswer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows of values: null, number or text. Whole numbers that JavaScript cannot hold come as text, bytes as text
    /// of the form `x'0a1b'`.
    #[ts(type = "Array<Array<string | number | null>>")]
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows than these.
    pub truncated: bool,
    /// Milliseconds that it took.
    pub elapsed_ms: f64,
}

/// A question that is kept.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedQuery {
    /// Its name.
    pub name: String,
    /// The SQL.
    pub sql: String,
}

/// The name of a question that is kept.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedQueryName {
    /// The name.
    pub name: String,
}
