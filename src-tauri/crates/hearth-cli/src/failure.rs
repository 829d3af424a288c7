//! How a command ends. Must not know exit codes.

use hearth_core::{ApiError, ErrorCode};
use std::io;

/// A command that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All is well.
    Well,
    /// The function itself failed, which is no error of Hearth.
    FunctionFailed,
    /// Hearth could not do it, and has said so in its answer.
    Unable,
}

/// Why a command did not run to its end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error to show.
    Api(ApiError),
    /// Nobody reads standard output any more.
    PipeClosed,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<hearth_host::Error> for Failure {
    fn from(error: hearth_host::Error) -> Self {
        Self::Api(error.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::PipeClosed
        } else {
            let message = "the answer could not be written to standard output";
            Self::Api(ApiError::new(ErrorCode::Internal, message).with_detail(error.to_string()))
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        if error.io_error_kind() == Some(io::ErrorKind::BrokenPipe) {
            Self::PipeClosed
        } else {
            let message = "the answer could not be written as JSON";
            Self::Api(ApiError::new(ErrorCode::Internal, message).with_detail(error.to_string()))
        }
    }
}
