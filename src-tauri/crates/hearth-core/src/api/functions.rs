//! Functions: the list, one function, its code and its versions.

use hearth_model::{Environment, FunctionRecord, FunctionVersion, Micros};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names one function.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionName {
    /// Its name.
    pub name: String,
}

/// Figures of one function for the list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionStats {
    /// Invocations of the last 24 hours.
    pub calls_24h: u64,
    /// Of them, errors.
    pub errors_24h: u64,
    /// Of them, refused.
    pub throttles_24h: u64,
    /// Of them, cold starts.
    pub cold_starts_24h: u64,
    /// Median duration of the last 24 hours, none without calls.
    pub p50_us: Option<Micros>,
    /// 95th percentile of the last 24 hours.
    pub p95_us: Option<Micros>,
    /// 99th percentile of the last 24 hours.
    pub p99_us: Option<Micros>,
    /// What this month costs at list price on its own plan, US dollars, exact decimal; on this computer, what AWS Lambda
    /// would take for the same.
    pub month_list_usd: String,
    /// Invocations in each of the last 24 hours, oldest first.
    pub calls_by_hour: Vec<u64>,
    /// Errors in each of the last 24 hours, oldest first.
    pub errors_by_hour: Vec<u64>,
    /// Arrival of the newest invocation.
    pub last_call_us: Option<Micros>,
}

/// A row of the Functions table.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionSummary {
    /// The function.
    pub function: FunctionRecord,
    /// What a person calls its account.
    pub account_name: String,
    /// Who runs the account: `local`, `aws`, `azure`, `google`.
    pub provider: String,
    /// Its figures.
    pub stats: FunctionStats,
    /// Its servers that exist now, oldest first.
    pub servers: Vec<Environment>,
}

/// Asks for the list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionsQuery {
    /// Text that name, runtime or handler contain.
    pub filter: String,
}

/// All functions that match; never cut.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionsList {
    /// The rows, by name.
    pub functions: Vec<FunctionSummary>,
    /// Functions of accounts whose calls were read from logs, by name. Their id names them wherever a function is named.
    pub of_accounts: Vec<FunctionSummary>,
    /// How many functions there are without the filter.
    pub total: u32,
}

/// One function with what its page shows.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionDetail {
    /// Row of the list.
    pub summary: FunctionSummary,
    /// The ARN it sees.
    pub arn: String,
    /// All versions, newest first.
    pub versions: Vec<FunctionVersion>,
    /// What a typical call costs on AWS: one of the median duration of all calls, if there were any.
    pub typical_receipt: Option<hearth_cost::Receipt>,
    /// Durations of the last 24 hours, counted in steps that double: `[upper bound in ms, warm, cold]`.
    pub duration_histogram: Vec<(f64, u64, u64)>,
}

/// Changes a function's configuration; what is left out stays. Makes a new version.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConfigureRequest {
    /// The function.
    pub name: String,
    /// New handler.
    #[serde(default)]
    pub handler: Option<String>,
    /// New runtime identifier.
    #[serde(default)]
    pub runtime: Option<String>,
    /// New memory size, 128 to 10240.
    #[serde(default)]
    pub memory_mb: Option<u32>,
    /// New timeout, 1 to 900.
    #[serde(default)]
    pub timeout_s: Option<u32>,
    /// Most servers at once; 0 takes the limit away.
    #[serde(default)]
    pub reserved_concurrency: Option<u32>,
    /// New description.
    #[serde(default)]
    pub description: Option<String>,
    /// Environment variables to set (a value) or take away (null).
    #[serde(default)]
    pub environment: std::collections::BTreeMap<String, Option<String>>,
}

/// A file of a package.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeFile {
    /// Path inside the package, with `/`.
    pub path: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Whether it can be shown and edited as text (UTF-8, at most 1 MiB).
    pub editable: bool,
}

/// The files of a function's newest package.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeListing {
    /// The files, by path.
    pub files: Vec<CodeFile>,
    /// The file that holds the handler, when there is one.
    pub handler_file: Option<String>,
}

/// Asks for one file.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeReadRequest {
    /// The function.
    pub name: String,
    /// Path inside the package.
    pub path: String,
}

/// One file's text.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeText {
    /// Path inside the package.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Replaces files and deploys the result as a new version.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeSaveRequest {
    /// The function.
    pub name: String,
    /// Files to write; others stay.
    pub files: Vec<CodeText>,
}

/// Goes back to the code and configuration of an older version, as a new version.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RollbackRequest {
    /// The function.
    pub name: String,
    /// The version to go back to.
    pub version: u32,
}
