//! The local runtime: a Lambda Runtime API server for each environment, environments as process groups, and the
//! processes kept ready for them.
//!
//! Owns processes, signals and loopback ports. Must not know storage, prices, packages or user interfaces.

mod api;
mod attention;
mod clients;
mod ending;
mod error;
mod housekeeping;
mod interpreters;
mod invocation;
mod job;
mod live;
mod logs;
mod options;
mod outbox;
mod parked;
mod pool;
mod process;
pub mod quickjs;
mod runtime;
mod site;
mod slot;
mod spawn;
mod strays;
mod sys;
mod variables;
mod zygote;

pub use error::{Error, Result};
pub use job::{Completion, FunctionSpec, Job, PAYLOAD_LIMIT};
pub use options::{EngineStatus, ParkedCounts, RuntimeOptions};
pub use runtime::Runtime;
