//! The one error that leaves Hearth. Owns the codes that a user interface branches on; secrets must never reach it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of failure it is. A code exists only when somebody branches on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// No such function, invocation, version or file.
    NotFound,
    /// The request itself is wrong: a bad name, a size out of range, an event that is not JSON.
    InvalidInput,
    /// The folder, file or zip cannot be deployed.
    InvalidPackage,
    /// The runtime it needs is not on this computer.
    EngineMissing,
    /// The function exists already.
    Conflict,
    /// Another Hearth owns the data folder.
    Owned,
    /// The ledger cannot be opened: damaged, or made by a newer Hearth.
    Ledger,
    /// Recording stopped: the disk is full.
    DiskFull,
    /// A mistake of Hearth.
    Internal,
}

/// What happened, what can be done, and the chain of causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct ApiError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// What happened, with the value.
    pub message: String,
    /// What the person can do.
    pub hint: Option<String>,
    /// The chain of causes, for copying.
    pub detail: Option<String>,
}

/// What use cases return.
pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// An error with a message only.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, detail: None }
    }

    /// Adds what the person can do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the chain of causes.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
