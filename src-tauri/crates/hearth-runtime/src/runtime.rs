//! The handle that Hearth's core holds, and the order of starting and closing. Must not know storage, prices or
//! transports.

use crate::api::Signal;
use crate::parked::Parked;
use crate::pool::Pool;
use crate::site::Site;
use crate::{Completion, EngineStatus, Job, Result, RuntimeOptions, housekeeping, invocation, sys};
use hearth_model::{Engine, Environment, EnvironmentId, FunctionId, HearthEvent, Micros, RequestId};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long running calls may go on while Hearth closes.
const GRACE: Duration = Duration::from_secs(2);
/// How long ended processes and last events may take after that.
const LAST_WORDS: Duration = Duration::from_millis(400);

/// The local runtime. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    pool: Arc<Pool>,
}

impl Runtime {
    /// Sweeps what a crashed run left behind, looks for interpreters and begins to prepare processes.
    pub async fn start(options: RuntimeOptions) -> Result<Self> {
        let site = Arc::new(Site::prepare(&options).await?);
        let parked = Parked::new(site.clone(), options.parked);
        parked.fill();
        let pool = Arc::new(Pool::new(site, parked, options.keep_alive, options.freeze_after));
        tokio::spawn(housekeeping::keep(Arc::downgrade(&pool)));
        tokio::spawn(housekeeping::watch_memory(Arc::downgrade(&pool)));
        Ok(Self { pool })
    }

    /// What happens from now on. Nothing is reported before this was called, and each call ends the receiver
    /// of the one before. A full receiver slows functions that log down; nothing is lost.
    pub fn events(&self) -> mpsc::Receiver<HearthEvent> {
        self.pool.site.outbox.receiver()
    }

    /// Runs one call to its end, also when the returned future is dropped.
    pub async fn invoke(&self, job: Job) -> Completion {
        let pool = self.pool.clone();
        match tokio::spawn(invocation::run(pool, job)).await {
            Ok(completion) => completion,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The tokio runtime is shutting down: there is nobody left to answer.
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// Ends a running call; false when it is not running.
    #[expect(clippy::unused_async, reason = "the handle may come to wait for its tasks")]
    pub async fn cancel(&self, request: &RequestId) -> bool {
        self.pool.cancel(request)
    }

    /// The calls that run now, each with the process that works on it. A process that is still being started has none.
    pub fn at_work(&self) -> Vec<(RequestId, u32)> {
        self.pool.at_work()
    }

    /// Environments that live now, oldest first.
    pub fn environments(&self) -> Vec<Environment> {
        let mut environments: Vec<_> = self.pool.live().iter().map(|live| live.environment()).collect();
        environments.sort_by(|one, other| (one.born_us, &one.id).cmp(&(other.born_us, &other.id)));
        environments
    }

    /// Removes an environment, ending what it runs; false when it does not live.
    #[expect(clippy::unused_async, reason = "the handle may come to wait for its tasks")]
    pub async fn reap(&self, id: &EnvironmentId) -> bool {
        self.pool.reap(id)
    }

    /// Removes a function's idle environments now and its busy ones once they have answered.
    #[expect(clippy::unused_async, reason = "the handle may come to wait for its tasks")]
    pub async fn reap_function(&self, id: &FunctionId, reason: &str) {
        self.pool.reap_function(id, reason);
    }

    /// Changes keep-alive and freezing, also for environments that are idle already.
    pub fn set_timing(&self, keep_alive: Micros, freeze_after: Micros) {
        self.pool.set_timing(keep_alive, freeze_after);
    }

    /// Changes how long Init may take before it is begun again; ten seconds at first, as on Lambda.
    pub fn set_init_limit(&self, limit: Micros) {
        self.pool.init_limit.store(limit.0, std::sync::atomic::Ordering::Relaxed);
    }

    /// Resident memory of all environments now, in bytes. Pages that processes share count for each.
    pub async fn memory_bytes(&self) -> u64 {
        let leaders: Vec<u32> =
            self.pool.live().iter().filter_map(|live| live.slot().map(|slot| slot.process.pid())).collect();
        let sum = move || leaders.into_iter().map(|leader| sys::group_memory(leader, false)).sum();
        tokio::task::spawn_blocking(sum).await.unwrap_or(0)
    }

    /// Who holds environments to their memory size: the kernel, or else why not.
    pub fn memory_limit(&self) -> std::result::Result<(), &str> {
        self.pool.site.cgroups.as_ref().map(|_| ()).map_err(String::as_str)
    }

    /// What was found on this computer.
    pub fn engines(&self) -> Vec<EngineStatus> {
        [Engine::Python, Engine::Node, Engine::Provided, Engine::Quickjs]
            .into_iter()
            .map(|engine| self.pool.site.status(engine, self.pool.parked.count(engine)))
            .collect()
    }

    /// Lets calls finish for a moment, then ends every process. Takes at most three seconds.
    pub async fn shutdown(&self) {
        self.pool.close();
        self.pool.parked.close();
        if tokio::time::timeout(GRACE, self.quiet()).await.is_err() {
            for running in self.pool.running() {
                // A call that ends by itself at this moment needs no word.
                let _ = running.signals.send(Signal::Closing);
            }
            if tokio::time::timeout(LAST_WORDS, self.quiet()).await.is_err() {
                tracing::warn!("calls did not end while Hearth closed");
            }
        }
        for live in self.pool.live() {
            live.reap("Hearth closes");
            self.pool.forget(&live);
        }
        self.pool.parked.end();
        self.pool.site.end_strays();
        if tokio::time::timeout(LAST_WORDS, self.pool.site.outbox.flushed()).await.is_err() {
            tracing::warn!("the last events were not taken");
        }
    }

    async fn quiet(&self) {
        loop {
            let quiet = self.pool.quiet.notified();
            tokio::pin!(quiet);
            quiet.as_mut().enable();
            if self.pool.is_quiet() {
                return;
            }
            quiet.await;
        }
    }
}
