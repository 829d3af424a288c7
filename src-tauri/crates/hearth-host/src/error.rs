//! What can go wrong before anybody is served. Must not know commands.

use std::net::SocketAddr;

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else listens there, or the system refuses.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address can be reached from other computers.
    #[error("{0} is not 127.0.0.1: Hearth listens on this computer only")]
    NotLoopback(SocketAddr),
    /// The owner's socket could not be made.
    #[error("cannot open the owner's socket `{path}`: {source}")]
    Socket {
        /// Where.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What starting a server returns.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Error> for hearth_core::ApiError {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::Listen { .. } => "Choose another port, or 0 for any free one.",
            Error::NotLoopback(_) => "Use 127.0.0.1.",
            Error::Socket { .. } => "Choose a data folder that you may write to with --data-dir.",
        };
        Self::new(hearth_core::ErrorCode::Internal, error.to_string()).with_hint(hint)
    }
}
