//! Loopback transports of a running Hearth: the browser host, the owner's socket with its client, and the AWS Lambda
//! API. Owns HTTP and who may speak it; must not hold behaviour of its own, and must not name Tauri or SQL.

mod caller;
mod error;
mod guard;
mod http;
pub mod lambda;
mod listening;
mod noted;
mod rpc;
pub mod socket;
mod sse;
pub mod ui;

pub use caller::{Caller, Events};
pub use error::{Error, Result};
pub use listening::Listening;
pub use noted::log_filter;

use std::path::PathBuf;

/// The data folder to use when nobody names one: `HEARTH_DATA_DIR`, else Hearth's folder in the system's data folder.
pub fn data_dir() -> PathBuf {
    std::env::var_os("HEARTH_DATA_DIR")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .or_else(|| dirs::data_dir().map(|folder| folder.join("hearth")))
        .unwrap_or_else(|| PathBuf::from(".hearth"))
}
