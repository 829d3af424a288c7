//! Which environments a function has and which one serves next. Owns the limit, the order of reuse, retirement and
//! the list of running calls; must not know how a call goes.

use crate::api::Signal;
use crate::attention::Attention;
use crate::live::Live;
use crate::outbox::lock;
use crate::parked::Parked;
use crate::site::Site;
use crate::slot::Slot;
use crate::{FunctionSpec, Job, variables};
use hearth_model::{EnvironmentId, FunctionId, Micros, RequestId, ServerStart, StartTier};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};

/// What "at once" means for freezing. An environment that is called again sooner would only be stopped and woken
/// for nothing, and each of the two costs a call more than its own work.
const FREEZE_GRACE: Duration = Duration::from_millis(2);

pub(crate) struct Pool {
    pub(crate) site: Arc<Site>,
    pub(crate) parked: Arc<Parked>,
    lanes: Mutex<HashMap<FunctionId, Lanes>>,
    running: Mutex<HashMap<RequestId, Running>>,
    keep_alive: AtomicI64,
    freeze_after: AtomicI64,
    pub(crate) init_limit: AtomicI64,
    closing: AtomicBool,
    attention: Arc<Attention>,
    /// Wakes the housekeeper earlier than it meant to.
    pub(crate) nudge: Arc<Notify>,
    pub(crate) wakes_at: Mutex<Option<Instant>>,
    /// Wakes the memory watch.
    pub(crate) busy: Arc<Notify>,
    /// Told when a call ends.
    pub(crate) quiet: Notify,
}

/// The environments of one function.
struct Lanes {
    next_number: u32,
    newest: u32,
    live: HashMap<EnvironmentId, Arc<Live>>,
    /// Last used last.
    idle: Vec<Arc<Live>>,
}

#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) signals: mpsc::UnboundedSender<Signal>,
    pub(crate) live: Option<Arc<Live>>,
}

/// Where a call sits.
pub(crate) enum Seat {
    /// An idle environment, already busy with it.
    Idle(Arc<Live>, ServerStart),
    /// One that was just born for it, with a parked process when there was one.
    New(Arc<Live>, Option<Arc<Slot>>),
    /// The limit is reached.
    Throttled,
    /// Hearth closes.
    Closing,
}

impl Pool {
    pub(crate) fn new(
        site: Arc<Site>,
        parked: Arc<Parked>,
        keep_alive: Micros,
        freeze_after: Micros,
    ) -> Self {
        Self {
            site,
            parked,
            lanes: Mutex::default(),
            running: Mutex::default(),
            keep_alive: AtomicI64::new(keep_alive.0),
            freeze_after: AtomicI64::new(freeze_after.0),
            init_limit: AtomicI64::new(Micros::from_seconds(10).0),
            closing: AtomicBool::new(false),
            attention: Arc::new(Attention::new()),
            nudge: Arc::default(),
            wakes_at: Mutex::new(None),
            busy: Arc::default(),
            quiet: Notify::new(),
        }
    }

    pub(crate) fn keep_alive(&self) -> Duration {
        micros(&self.keep_alive)
    }

    pub(crate) fn freeze_after(&self) -> Duration {
        micros(&self.freeze_after).max(FREEZE_GRACE)
    }

    pub(crate) fn init_limit(&self) -> Duration {
        micros(&self.init_limit)
    }

    pub(crate) fn set_timing(&self, keep_alive: Micros, freeze_after: Micros) {
        self.keep_alive.store(keep_alive.0, Ordering::Relaxed);
        self.freeze_after.store(freeze_after.0, Ordering::Relaxed);
        self.nudge.notify_one();
    }

    /// Notes a call, so that it can be cancelled and its memory watched.
    pub(crate) fn enter(&self, request: &RequestId, signals: mpsc::UnboundedSender<Signal>) {
        lock(&self.running).insert(request.clone(), Running { signals, live: None });
    }

    /// Notes where the call runs.
    pub(crate) fn seat_of(&self, request: &RequestId, live: &Arc<Live>) {
        if let Some(running) = lock(&self.running).get_mut(request) {
            running.live = Some(live.clone());
        }
        self.busy.notify_one();
    }

    pub(crate) fn leave(&self, request: &RequestId) {
        lock(&self.running).remove(request);
        self.quiet.notify_waiters();
    }

    pub(crate) fn running(&self) -> Vec<Running> {
        lock(&self.running).values().cloned().collect()
    }

    pub(crate) fn at_work(&self) -> Vec<(RequestId, u32)> {
        let running = lock(&self.running);
        let pid = |one: &Running| Some(one.live.as_ref()?.slot()?.process.pid());
        running.iter().filter_map(|(request, one)| Some((request.clone(), pid(one)?))).collect()
    }

    /// Stays awake for a moment when one call runs or none: with more of them, there is something to do anyway.
    pub(crate) fn attend(&self) {
        if lock(&self.running).len() <= 1 {
            self.attention.stay();
        }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        lock(&self.running).is_empty()
    }

    pub(crate) fn cancel(&self, request: &RequestId) -> bool {
        lock(&self.running)
            .get(request)
            .is_some_and(|running| running.signals.send(Signal::Cancelled).is_ok())
    }

    /// Finds an environment for `job`, or lets one be born.
    pub(crate) fn acquire(&self, job: &Job) -> Seat {
        let function = &job.function;
        let mut lanes = lock(&self.lanes);
        if self.closing.load(Ordering::Acquire) {
            return Seat::Closing;
        }
        let lanes = lanes.entry(function.id.clone()).or_insert_with(|| Lanes {
            next_number: function.first_environment_number.max(1),
            newest: function.version,
            live: HashMap::new(),
            idle: Vec::new(),
        });
        if function.version > lanes.newest {
            lanes.newest = function.version;
            lanes.retire(&format!("version {} was deployed", function.version));
        }
        if !job.cold {
            while let Some(at) = lanes.idle.iter().rposition(|live| live.function.version == function.version)
            {
                let live = lanes.idle.remove(at);
                if let Some(start) = live.assign(&job.request_id) {
                    return Seat::Idle(live, start);
                }
                lanes.live.remove(&live.id);
            }
        }
        while lanes.live.len() >= function.concurrency_limit as usize {
            if lanes.idle.is_empty() {
                return Seat::Throttled;
            }
            let live = lanes.idle.remove(0);
            lanes.live.remove(&live.id);
            live.reap("made room for a new one");
        }
        let slot = self.parked_for(function);
        let tier = if slot.is_some() { StartTier::Parked } else { StartTier::Spawned };
        Seat::New(lanes.birth(&self.site, function, tier, &job.request_id), slot)
    }

    fn parked_for(&self, function: &FunctionSpec) -> Option<Arc<Slot>> {
        if variables::need_own_process(&function.environment) {
            return None;
        }
        self.parked.take(function.engine)
    }

    /// A second environment for a call whose first one did not get through Init.
    pub(crate) fn rebirth(&self, job: &Job) -> Option<Arc<Live>> {
        let mut lanes = lock(&self.lanes);
        let lanes = lanes.get_mut(&job.function.id)?;
        Some(lanes.birth(&self.site, &job.function, StartTier::Spawned, &job.request_id))
    }

    /// An environment is free again.
    pub(crate) fn release(&self, live: &Arc<Live>) {
        {
            let mut all = lock(&self.lanes);
            let Some(lanes) = all.get_mut(&live.function.id) else { return };
            let reason = if self.closing.load(Ordering::Acquire) {
                Some("Hearth closes".to_owned())
            } else if live.function.version < lanes.newest {
                Some(format!("version {} was deployed", lanes.newest))
            } else {
                live.retired()
            };
            if let Some(reason) = reason {
                lanes.live.remove(&live.id);
                drop(all);
                live.reap(&reason);
                return;
            }
            lanes.idle.push(live.clone());
        }
        // Its process may have died between its answer and now, and nobody looks at a busy one.
        if live.slot().is_none_or(|slot| slot.process.has_ended()) {
            live.died_idle("its process ended after it had answered");
            self.forget(live);
            return;
        }
        let freeze_after = self.freeze_after();
        live.try_freeze(freeze_after);
        if let Some(due) = live.due(freeze_after, self.keep_alive())
            && lock(&self.wakes_at).is_none_or(|at| due < at)
        {
            self.nudge.notify_one();
        }
    }

    /// Takes an environment out for good; its record says why elsewhere.
    pub(crate) fn forget(&self, live: &Live) {
        if let Some(lanes) = lock(&self.lanes).get_mut(&live.function.id) {
            lanes.live.remove(&live.id);
            lanes.idle.retain(|idle| idle.id != live.id);
        }
    }

    /// Its process ended while nobody used it.
    pub(crate) fn ended_idle(&self, live: &Live, reason: &str) {
        if live.died_idle(reason) {
            self.forget(live);
        }
    }

    pub(crate) fn live(&self) -> Vec<Arc<Live>> {
        lock(&self.lanes).values().flat_map(|lanes| lanes.live.values().cloned()).collect()
    }

    pub(crate) fn idle(&self) -> Vec<Arc<Live>> {
        lock(&self.lanes).values().flat_map(|lanes| lanes.idle.iter().cloned()).collect()
    }

    /// Removes the environments that were idle since before `deadline` and still are.
    pub(crate) fn reap_idle_since(&self, keep_alive: Duration) {
        let mut expired = Vec::new();
        for lanes in lock(&self.lanes).values_mut() {
            lanes.idle.retain(|live| {
                let keep = live.idle_since().is_none_or(|since| since.elapsed() < keep_alive);
                if !keep {
                    lanes.live.remove(&live.id);
                    expired.push(live.clone());
                }
                keep
            });
        }
        for live in expired {
            live.reap("idle for the keep-alive time");
        }
    }

    /// Removes one environment; a busy one is ended with its call.
    pub(crate) fn reap(&self, id: &EnvironmentId) -> bool {
        let idle = {
            let mut all = lock(&self.lanes);
            let Some(lanes) = all.values_mut().find(|lanes| lanes.live.contains_key(id)) else {
                return false;
            };
            let idle = lanes.idle.iter().position(|live| live.id == *id).map(|at| lanes.idle.remove(at));
            if idle.is_some() {
                lanes.live.remove(id);
            }
            idle
        };
        if let Some(live) = idle {
            live.reap("stopped by hand");
            return true;
        }
        lock(&self.running).values().any(|running| {
            running.live.as_ref().is_some_and(|live| live.id == *id)
                && running.signals.send(Signal::Cancelled).is_ok()
        })
    }

    /// Removes a function's environments, the busy ones once they have answered.
    pub(crate) fn reap_function(&self, function: &FunctionId, reason: &str) {
        if let Some(lanes) = lock(&self.lanes).get_mut(function) {
            lanes.retire(reason);
        }
    }

    /// Lets nothing new begin and removes what is idle.
    pub(crate) fn close(&self) {
        let mut lanes = lock(&self.lanes);
        self.closing.store(true, Ordering::Release);
        for lanes in lanes.values_mut() {
            lanes.retire("Hearth closes");
        }
    }
}

impl Lanes {
    fn birth(
        &mut self,
        site: &Arc<Site>,
        function: &Arc<FunctionSpec>,
        tier: StartTier,
        request: &RequestId,
    ) -> Arc<Live> {
        let live = Live::born(site.clone(), function.clone(), self.next_number, tier, request);
        self.next_number += 1;
        self.live.insert(live.id.clone(), live.clone());
        live
    }

    fn retire(&mut self, reason: &str) {
        for live in self.idle.drain(..) {
            self.live.remove(&live.id);
            live.reap(reason);
        }
        for live in self.live.values() {
            live.retire(reason);
        }
    }
}

fn micros(value: &AtomicI64) -> Duration {
    Duration::from_micros(u64::try_from(value.load(Ordering::Relaxed)).unwrap_or(0))
}
