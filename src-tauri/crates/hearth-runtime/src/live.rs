//! One environment that lives: its record, its steps through the state machine, and its process. Every change of
//! state is one event. Must not know which invocation comes next.

use crate::FunctionSpec;
use crate::outbox::lock;
use crate::site::Site;
use crate::slot::Slot;
use hearth_model::{
    Environment, EnvironmentEvent, EnvironmentId, EnvironmentState, EnvironmentTransition, HearthEvent,
    IllegalTransition, Micros, RequestId, ServerStart, StartTier,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

pub(crate) struct Live {
    pub(crate) id: EnvironmentId,
    pub(crate) number: u32,
    pub(crate) function: Arc<FunctionSpec>,
    site: Arc<Site>,
    slot: OnceLock<Arc<Slot>>,
    record: Mutex<Record>,
    max_memory: AtomicU64,
}

struct Record {
    environment: Environment,
    idle_since: Option<Instant>,
    /// Why it must not serve again.
    retired: Option<String>,
    /// Stopping failed once; it is not tried again.
    unfreezable: bool,
}

impl Live {
    /// A new environment in Init, born for `request`.
    pub(crate) fn born(
        site: Arc<Site>,
        function: Arc<FunctionSpec>,
        number: u32,
        tier: StartTier,
        request: &RequestId,
    ) -> Arc<Self> {
        let now = site.clock.now();
        let id = EnvironmentId::generate();
        let environment = Environment {
            id: id.clone(),
            function_id: function.id.clone(),
            function_name: function.name.clone(),
            version: function.version,
            number,
            engine: function.engine,
            tier,
            pid: None,
            state: EnvironmentState::Init,
            state_since_us: now,
            born_us: now,
            init_us: None,
            ended_us: None,
            end_reason: None,
            invocations: 0,
            busy_us: Micros::ZERO,
            memory_mb: function.memory_mb,
            max_memory_bytes: 0,
        };
        let live = Arc::new(Self {
            id,
            number,
            function,
            site,
            slot: OnceLock::new(),
            record: Mutex::new(Record { environment, idle_since: None, retired: None, unfreezable: false }),
            max_memory: AtomicU64::new(0),
        });
        live.tell(&mut lock(&live.record), Some(request));
        live
    }

    /// Gives it its process and its `/tmp`.
    pub(crate) fn attach(&self, slot: Arc<Slot>) {
        lock(&self.record).environment.pid = Some(slot.process.pid());
        slot.limit_memory(self.function.memory_mb);
        // Attached once, right after birth.
        drop(self.slot.set(slot));
    }

    pub(crate) fn slot(&self) -> Option<&Arc<Slot>> {
        self.slot.get()
    }

    /// How it is now.
    pub(crate) fn environment(&self) -> Environment {
        let mut environment = lock(&self.record).environment.clone();
        environment.max_memory_bytes = self.max_memory();
        environment
    }

    pub(crate) fn max_memory(&self) -> u64 {
        self.max_memory.load(Ordering::Relaxed)
    }

    /// Remembers the most memory.
    pub(crate) fn saw_memory(&self, bytes: u64) {
        self.max_memory.fetch_max(bytes, Ordering::Relaxed);
    }

    /// Since when it has been idle.
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        lock(&self.record).idle_since
    }

    /// Lets it finish and then serve no more.
    pub(crate) fn retire(&self, reason: &str) {
        lock(&self.record).retired.get_or_insert_with(|| reason.to_owned());
    }

    pub(crate) fn retired(&self) -> Option<String> {
        lock(&self.record).retired.clone()
    }

    /// Init is done.
    pub(crate) fn ready(&self, init: Micros) -> bool {
        let mut record = lock(&self.record);
        record.environment.init_us = Some(init);
        self.step(&mut record, EnvironmentEvent::Ready, None)
    }

    /// Takes an invocation, waking up when it has to; none when it cannot.
    pub(crate) fn assign(&self, request: &RequestId) -> Option<ServerStart> {
        let mut record = lock(&self.record);
        let start = if record.environment.state == EnvironmentState::Frozen {
            if let Some(slot) = self.slot() {
                slot.process.thaw();
            }
            self.step(&mut record, EnvironmentEvent::Thaw, Some(request));
            ServerStart::Thawed
        } else {
            ServerStart::Warm
        };
        record.idle_since = None;
        self.step(&mut record, EnvironmentEvent::Assign, Some(request)).then_some(start)
    }

    /// The answer came; false when the process is gone already.
    pub(crate) fn finish(&self, request: &RequestId, busy: Micros) -> bool {
        let mut record = lock(&self.record);
        record.environment.invocations += 1;
        record.environment.busy_us = record.environment.busy_us + busy;
        record.idle_since = Some(Instant::now());
        let finished = self.step(&mut record, EnvironmentEvent::Finish, Some(request));
        finished && self.slot().is_some_and(|slot| !slot.process.has_ended())
    }

    /// Counts an invocation that ended with the environment.
    pub(crate) fn count(&self, busy: Micros) {
        let mut record = lock(&self.record);
        record.environment.invocations += 1;
        record.environment.busy_us = record.environment.busy_us + busy;
    }

    /// Stops it when it has been idle for `after` and waits for work; its log is read empty first.
    pub(crate) fn try_freeze(&self, after: Duration) {
        let Some(slot) = self.slot() else { return };
        let mut record = lock(&self.record);
        let due = record.idle_since.is_some_and(|since| since.elapsed() >= after);
        if record.environment.state != EnvironmentState::Warm
            || record.unfreezable
            || !due
            || !slot.desk.is_waiting()
        {
            return;
        }
        slot.log.drain_now();
        if slot.process.freeze() {
            self.step(&mut record, EnvironmentEvent::Freeze, None);
        } else {
            record.unfreezable = true;
        }
    }

    /// When it should next be looked at: to freeze it, or to reap it.
    pub(crate) fn due(&self, freeze_after: Duration, keep_alive: Duration) -> Option<Instant> {
        let record = lock(&self.record);
        let since = record.idle_since?;
        let freeze = since.checked_add(freeze_after).filter(|at| {
            record.environment.state == EnvironmentState::Warm && !record.unfreezable && *at > Instant::now()
        });
        let reap = since.checked_add(keep_alive);
        [freeze, reap].into_iter().flatten().min()
    }

    /// The process died while nobody used it.
    pub(crate) fn died_idle(&self, reason: &str) -> bool {
        let mut record = lock(&self.record);
        record.environment.state.is_assignable()
            && self.end(&mut record, EnvironmentEvent::Fail, None, reason)
    }

    /// It broke; its process group is ended.
    pub(crate) fn fail(&self, request: Option<&RequestId>, reason: &str) {
        self.end(&mut lock(&self.record), EnvironmentEvent::Fail, request, reason);
    }

    /// It is removed; its process group is ended.
    pub(crate) fn reap(&self, reason: &str) {
        self.end(&mut lock(&self.record), EnvironmentEvent::Reap, None, reason);
    }

    fn end(
        &self,
        record: &mut Record,
        event: EnvironmentEvent,
        request: Option<&RequestId>,
        reason: &str,
    ) -> bool {
        if record.environment.state.is_final() {
            return false;
        }
        record.environment.end_reason = Some(reason.to_owned());
        record.environment.ended_us = Some(self.site.clock.now());
        record.idle_since = None;
        if let Some(slot) = self.slot() {
            slot.process.kill();
            let scratch = slot.scratch.clone();
            // Off this thread: a function may have filled its /tmp with thousands of files.
            tokio::task::spawn_blocking(move || {
                if let Err(error) = std::fs::remove_dir_all(&scratch) {
                    tracing::debug!(%error, "could not remove an environment's scratch folder");
                }
            });
        }
        self.step(record, event, request)
    }

    fn step(&self, record: &mut Record, event: EnvironmentEvent, request: Option<&RequestId>) -> bool {
        match record.environment.state.step(event) {
            Ok(state) => {
                record.environment.state = state;
                record.environment.state_since_us = self.site.clock.now();
                self.tell(record, request);
                true
            }
            Err(IllegalTransition { from, event }) => {
                tracing::error!(?from, ?event, environment = %self.id, "an environment was led wrongly");
                false
            }
        }
    }

    fn tell(&self, record: &mut Record, request: Option<&RequestId>) {
        record.environment.max_memory_bytes = self.max_memory();
        let environment = record.environment.clone();
        let transition = EnvironmentTransition {
            environment_id: self.id.clone(),
            function_id: self.function.id.clone(),
            at_us: environment.state_since_us,
            state: environment.state,
            request_id: request.cloned(),
        };
        self.site.outbox.push(HearthEvent::EnvironmentChanged { environment, transition });
    }
}
