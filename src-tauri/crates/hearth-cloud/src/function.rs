//! Functions as a provider shows them. Values of environment variables are not here: only names are.

use hearth_model::{FunctionConfiguration, Micros};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use ts_rs::TS;

/// Names a function inside an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionAddress {
    /// The location: a region, or `local`.
    pub location: String,
    /// The name.
    pub name: String,
}

impl FunctionAddress {
    /// An address.
    pub fn new(location: impl Into<String>, name: impl Into<String>) -> Self {
        Self { location: location.into(), name: name.into() }
    }
}

/// Whether a function can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FunctionState {
    /// Calls are answered.
    Active,
    /// It is being made or changed.
    Pending,
    /// It was not used for long; the next call wakes it.
    Inactive,
    /// A person stopped it; calls are refused until it is started.
    Stopped,
    /// Making it failed.
    Failed,
    /// The provider does not say.
    Unknown,
}

/// A function, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudFunction {
    /// Where and what.
    #[serde(flatten)]
    pub address: FunctionAddress,
    /// The vendor's full name of it.
    pub resource: String,
    /// How it is run.
    pub configuration: FunctionConfiguration,
    /// Whether it can be called.
    pub state: FunctionState,
    /// Why not.
    pub state_reason: Option<String>,
    /// Size of its packed code.
    #[ts(type = "number")]
    pub code_bytes: u64,
    /// The vendor's hash of its code.
    pub code_hash: String,
    /// When it changed last.
    pub changed_us: Option<Micros>,
    /// The role it runs as.
    pub role: Option<String>,
    /// Which version this is, where every version is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub version: Option<String>,
}

/// The code of a function as it runs now. `Debug` leaves the code out, since it may hold a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct FunctionCode {
    /// The function.
    pub function: CloudFunction,
    /// The zip.
    pub zip: Vec<u8>,
}

impl fmt::Debug for FunctionCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (function, bytes) = (&self.function, self.zip.len());
        formatter.debug_struct("FunctionCode").field("function", function).field("zip_bytes", &bytes).finish()
    }
}

/// A version that never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PublishedVersion {
    /// Its number, as the vendor writes it.
    pub version: String,
    /// One line for people.
    pub description: String,
    /// When it was made.
    pub made_us: Option<Micros>,
    /// The vendor's hash of its code.
    pub code_hash: String,
}

/// A name that points at a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// The version that gets what the others do not.
    pub version: String,
    /// Parts of the traffic that other versions get, 0 to 1.
    pub weights: BTreeMap<String, f64>,
}

/// A function's own HTTPS address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionUrl {
    /// The address.
    pub url: String,
    /// Whether anybody may call it.
    pub public: bool,
}

/// A queue or stream that calls a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventSource {
    /// The vendor's id.
    pub id: String,
    /// What calls.
    pub source: String,
    /// Its state, in the vendor's words.
    pub state: String,
    /// Most events in one call.
    pub batch_size: Option<u32>,
}

/// A function with everything around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The function.
    pub function: CloudFunction,
    /// Versions, newest first.
    pub versions: Vec<PublishedVersion>,
    /// Aliases, by name.
    pub aliases: Vec<Alias>,
    /// Its address, when it has one.
    pub url: Option<FunctionUrl>,
    /// What calls it.
    pub event_sources: Vec<EventSource>,
    /// Environments kept ready, by alias or version.
    pub provisioned: BTreeMap<String, u32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// What could not be read, and why; the rest is true.
    pub unread: Vec<crate::Fault>,
}
