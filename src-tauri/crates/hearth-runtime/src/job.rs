//! What goes into the runtime and what comes out of it.

use bytes::Bytes;
use hearth_model::{Architecture, Engine, FunctionId, Invocation, InvocationSource, Micros, RequestId};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Most bytes of a synchronous event or answer.
pub const PAYLOAD_LIMIT: usize = 6_291_556;

/// Everything that is needed to run one version of a function.
#[derive(Clone)]
pub struct FunctionSpec {
    /// Its id.
    pub id: FunctionId,
    /// Its name.
    pub name: String,
    /// The version; when it rises, idle environments of older ones are reaped.
    pub version: u32,
    /// The ARN that the function sees.
    pub arn: String,
    /// What runs it.
    pub engine: Engine,
    /// Runtime identifier, for instance `python3.11`.
    pub runtime: String,
    /// Handler, for instance `app.handler`.
    pub handler: String,
    /// Memory size.
    pub memory_mb: u32,
    /// Timeout of one invocation.
    pub timeout: Micros,
    /// Most environments at once.
    pub concurrency_limit: u32,
    /// Environment variables of the person. The values are secrets.
    pub environment: BTreeMap<String, String>,
    /// The unpacked package.
    pub code_dir: PathBuf,
    /// Architecture that receipts are priced for.
    pub architecture: Architecture,
    /// The number that the first environment of this run gets, so that numbers continue over restarts.
    pub first_environment_number: u32,
}

impl fmt::Debug for FunctionSpec {
    /// Prints the names of the environment variables only: their values are secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FunctionSpec")
            .field("name", &self.name)
            .field("version", &self.version)
            .field("runtime", &self.runtime)
            .field("handler", &self.handler)
            .field("memory_mb", &self.memory_mb)
            .field("timeout", &self.timeout)
            .field("environment", &self.environment.keys().collect::<Vec<_>>())
            .field("code_dir", &self.code_dir)
            .finish_non_exhaustive()
    }
}

/// One call.
#[derive(Clone, Debug)]
pub struct Job {
    /// Of what.
    pub function: Arc<FunctionSpec>,
    /// Its id.
    pub request_id: RequestId,
    /// The event, JSON.
    pub event: Bytes,
    /// Whether it must meet a new environment.
    pub cold: bool,
    /// Who asked.
    pub source: InvocationSource,
    /// The caller's client context, JSON or its base64 as in `X-Amz-Client-Context`.
    pub client_context: Option<String>,
}

/// How one call went. A failing function is data.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The record of it.
    pub invocation: Invocation,
    /// The answer, or the error body as AWS words it.
    pub response: Bytes,
    /// `Unhandled` when the function failed; none when it answered or was refused.
    pub function_error: Option<String>,
    /// The last 4 KB of its log, START, END and REPORT included.
    pub log_tail: Vec<u8>,
}
