//! One event on several functions, here and in accounts, and the folder of events that a person chose.

use crate::api::Explanation;
use hearth_model::{InvocationSource, Micros, Outcome, RequestId, ServerStart};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// A function to send an event to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventTarget {
    /// The account's id or name; none: this computer.
    #[serde(default)]
    pub account: Option<String>,
    /// The region; none: the account's own.
    #[serde(default)]
    pub region: Option<String>,
    /// The function.
    pub name: String,
}

/// Sends an event to one of several targets and waits for its answer. Each is asked for by itself, so that none holds
/// another up.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventRun {
    /// Where.
    pub target: EventTarget,
    /// The event, JSON text.
    pub event: String,
    /// Who asks.
    pub source: InvocationSource,
    /// Id chosen by the caller, so that it can be cancelled. It is the request id of a call on this computer.
    pub run_id: RequestId,
}

/// What came of it. What nobody said is none.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventAnswer {
    /// What a person calls the place.
    pub place: String,
    /// The region; none on this computer.
    pub region: Option<String>,
    /// The function.
    pub name: String,
    /// The id that the place gave the call.
    pub request_id: Option<String>,
    /// How it ended, as far as the answer tells.
    pub outcome: Outcome,
    /// The decoded answer; the error body when the function failed.
    #[ts(type = "unknown")]
    pub payload: Value,
    /// How the function failed, in the platform's word.
    pub function_error: Option<String>,
    /// One line on what went wrong, and what to do.
    pub explanation: Option<Explanation>,
    /// The end of its log.
    pub log_tail: Option<String>,
    /// From sending it until the answer was here. On this computer waiting, start-up and run, as the ledger has them.
    pub took_us: Micros,
    /// Time in the handler, as the platform measured it.
    pub handler_us: Option<Micros>,
    /// Start-up that it waited for, likewise.
    pub init_us: Option<Micros>,
    /// Whether a server was born for it.
    pub cold_start: Option<bool>,
    /// What kind of server it met, as the ledger has it; none where only a cold start is told.
    pub start: Option<ServerStart>,
    /// Billed milliseconds, as the platform says.
    pub billed_ms: Option<u64>,
    /// Most memory used, in MB.
    pub max_memory_mb: Option<u32>,
    /// Memory size.
    pub memory_mb: Option<u32>,
    /// What it cost at list price, US dollars, exact decimal. On this computer what Lambda would take for the same.
    pub cost_usd: Option<String>,
    /// What that stands on, or why it is not known.
    pub cost_words: String,
}

/// The folder of events that a person chose in the settings, and the events in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventsFolder {
    /// The folder; none while nobody chose one.
    pub folder: Option<String>,
    /// Its JSON files, by name.
    pub events: Vec<FolderEvent>,
    /// Files beyond the first thousand, which are not listed.
    pub more: u32,
    /// Why it cannot be read.
    pub problem: Option<String>,
}

/// A file of that folder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FolderEvent {
    /// The file's name.
    pub file: String,
    /// Its size.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Names a file of that folder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FolderEventName {
    /// The file's name, without a folder.
    pub file: String,
}

/// The event in a file.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FolderEventText {
    /// The file's name.
    pub file: String,
    /// The event, JSON text.
    pub body: String,
}
