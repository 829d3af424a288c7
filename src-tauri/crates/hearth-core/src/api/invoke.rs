//! Invoking a function, and the events to invoke it with.

use hearth_cost::Receipt;
use hearth_model::{EnvironmentId, Invocation, InvocationSource, Phases, RequestId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use ts_rs::TS;

/// Runs a function once and waits for the answer.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InvokeRequest {
    /// The function.
    pub name: String,
    /// The event as JSON text.
    pub event: String,
    /// Whether a new server must be born for it.
    #[serde(default)]
    pub cold: bool,
    /// Who asks.
    pub source: InvocationSource,
    /// Id chosen by the caller, so that it can cancel and so that a repeated request is not run twice.
    #[serde(default)]
    pub request_id: Option<RequestId>,
}

/// The document of `hearth invoke`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InvokeAnswer {
    /// Request id.
    pub request_id: RequestId,
    /// The answer as the function wrote it, or a text when it is not JSON; the error body when the function failed.
    #[ts(type = "unknown")]
    pub payload: Box<RawValue>,
    /// `Unhandled` when the function failed, as AWS names it.
    pub function_error: Option<String>,
    /// Last 4 KB of the log of this invocation.
    pub log_tail: String,
    /// Whether a server was born for it.
    pub cold_start: bool,
    /// Where the time went.
    pub phases: Phases,
    /// The server; none when it was refused.
    pub environment_id: Option<EnvironmentId>,
    /// Billed milliseconds on Lambda.
    pub billed_ms: u64,
    /// Its price.
    pub receipt: Receipt,
    /// Everything the ledger keeps of it.
    pub invocation: Invocation,
    /// One line on what went wrong and what to do, when it failed.
    pub explanation: Option<Explanation>,
}

/// Why an invocation failed, and what to do.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// What happened, in one sentence.
    pub cause: String,
    /// What to do, cheapest first.
    pub fixes: Vec<String>,
}

/// Sends several invocations at once and does not wait.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendRequest {
    /// The function.
    pub name: String,
    /// The event as JSON text.
    pub event: String,
    /// How many, 1 to 1000.
    pub count: u32,
}

/// Ids of what was sent.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    /// One id for each.
    pub request_ids: Vec<RequestId>,
}

/// Names one invocation.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InvocationName {
    /// Its request id.
    pub request_id: RequestId,
}

/// An event of the library.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SampleEvent {
    /// Short name, for instance `s3-put`.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Service that sends it.
    pub service: String,
    /// The event as pretty JSON text.
    pub body: String,
}

/// An event that a person saved for a function.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedEvent {
    /// The function.
    pub function: String,
    /// What the person calls it.
    pub name: String,
    /// The event as JSON text.
    pub body: String,
}

/// Names a saved event.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedEventName {
    /// The function.
    pub function: String,
    /// What the person calls it.
    pub name: String,
}
