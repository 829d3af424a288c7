//! The local runtime: a Lambda Runtime API server for each environment, environments as process groups, and the
//! processes kept ready for them.
//!
//! Owns processes, signals and loopback ports. Must not know storage, prices, packages or user interfaces.

mod error;
mod job;
mod options;
pub mod quickjs;
mod runtime;

pub use error::{Error, Result};
pub use job::{Completion, FunctionSpec, Job, PAYLOAD_LIMIT};
pub use options::{EngineStatus, ParkedCounts, RuntimeOptions};
pub use runtime::Runtime;
