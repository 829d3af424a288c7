//! Log lines of functions and of the platform. Must not know how they are captured or stored.

use crate::{EnvironmentId, FunctionId, Micros, RequestId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How loud a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Details.
    Debug,
    /// The usual.
    Info,
    /// Worth a look.
    Warn,
    /// Broken.
    Error,
}

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum LogOrigin {
    /// The function, through standard output or error.
    Function,
    /// The platform: `INIT_START`, `START`, `END`, `REPORT` and notices.
    Platform,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When it was read.
    pub at_us: Micros,
    /// Whose it is.
    pub function_id: FunctionId,
    /// Which server wrote it.
    pub environment_id: EnvironmentId,
    /// The invocation it was written during; none between invocations.
    pub request_id: Option<RequestId>,
    /// Who wrote it.
    pub origin: LogOrigin,
    /// How loud it is.
    pub level: LogLevel,
    /// The text without its line end.
    pub text: String,
}
