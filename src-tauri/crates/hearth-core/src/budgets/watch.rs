//! What the watch knows between two looks: the calls since the last one, live rates, and the brake. Owns the lock
//! around it, which is never held while anything is awaited.

use super::brake::{Act, Brake, Held};
use super::callers::Looking;
use super::elsewhere::Stopped;
use super::of_demo::Told;
use super::runaway::{Episode, LiveRate};
use super::signatures::{Chains, LOOP_CALLS, Retries};
use super::standing::Usual;
use crate::api::BrakeMode;
use crate::{ApiError, App, Result};
use hearth_cost::Usage;
use hearth_model::{Architecture, FunctionId, Invocation, Micros, Outcome, RequestId};
use hearth_store::{Scope, Store, StoredBudget};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

const KEY: &str = "brake";

/// What is kept of the brake besides what it holds.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) mode: BrakeMode,
    /// Accounts in which it may stop functions by itself, by their ids.
    #[serde(default)]
    pub(super) may_stop: BTreeMap<String, Allowed>,
}

/// A person's consent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Allowed {
    /// What the account was called.
    pub(super) name: String,
    pub(super) at_us: Micros,
}

/// The calls of one function since the last look.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) name: String,
    pub(super) usage: Usage,
}

/// A function that would be stopped if the brake were armed.
#[derive(Clone, Debug)]
pub(super) struct Suggested {
    pub(super) name: String,
    pub(super) reason: String,
    pub(super) since: Micros,
    /// When it was last found; old ones are forgotten.
    pub(super) seen: Micros,
}

/// Everything behind the lock.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) brake: Brake,
    pub(super) tallies: HashMap<FunctionId, Tally>,
    /// Names and chains of functions that call themselves.
    pub(super) loops: HashMap<FunctionId, (String, u32)>,
    pub(super) rates: HashMap<FunctionId, (String, LiveRate)>,
    pub(super) retries: HashMap<FunctionId, (String, Retries)>,
    pub(super) chains: Chains,
    /// Whether calls of a function, by its name, are looked up for who made them.
    pub(super) callers: HashMap<String, Looking>,
    pub(super) episodes: HashMap<Scope, Episode>,
    /// Usual rates with when they were worked out.
    pub(super) usual: HashMap<Scope, (Micros, Usual)>,
    pub(super) suggested: BTreeMap<FunctionId, Suggested>,
    pub(super) budgets: Arc<Vec<StoredBudget>>,
    pub(super) last_look: Micros,
    /// Functions in accounts that are stopped, oldest first.
    pub(super) elsewhere: Vec<Stopped>,
    /// Accounts in which the brake may stop functions by itself.
    pub(super) may_stop: BTreeMap<String, Allowed>,
    pub(super) told_of_demo: Told,
}

/// The watch over budgets, with the brake.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    seen: Mutex<Seen>,
    /// Told when there is something to look at.
    pub(super) woken: Notify,
    /// Told when the armed brake is to stop a loop now: one is thousands of calls long before the next look.
    pub(super) urgent: Notify,
}

impl Watch {
    /// What was kept: the mode, and what the brake held when Hearth ended.
    pub(crate) async fn load(store: &Store) -> Result<Self> {
        let kept = match store.setting(KEY).await? {
            Some(text) => serde_json::from_str::<Kept>(&text).unwrap_or_else(|error| {
                tracing::warn!(%error, "the brake's mode cannot be read; it suggests");
                Kept::default()
            }),
            None => Kept::default(),
        };
        let braked = store.braked_functions().await?;
        let elsewhere: Vec<Stopped> = braked.iter().filter_map(Stopped::read).collect();
        let local = braked.into_iter().filter(|it| Stopped::read(it).is_none());
        let held = local.map(|it| {
            let held = Held {
                former: it.former_concurrency,
                name: it.name,
                version: it.version,
                since: it.pulled_us,
                by: it.pulled_by,
                reason: it.reason,
            };
            (it.function_id, held)
        });
        let brake = Brake::new(kept.mode, held.collect());
        let budgets = Arc::new(store.budgets().await?);
        let watch = Self {
            seen: Mutex::new(Seen { brake, budgets, elsewhere, may_stop: kept.may_stop, ..Seen::default() }),
            woken: Notify::new(),
            urgent: Notify::new(),
        };
        let something = { !watch.seen().brake.held().is_empty() || !watch.seen().budgets.is_empty() };
        if something {
            watch.wake();
        }
        Ok(watch)
    }

    /// Writes down what a restart must know, as it is about to become.
    pub(super) async fn keep(app: &App, change: impl FnOnce(&mut Kept)) -> Result<()> {
        let mut kept = {
            let seen = app.budgets().seen();
            Kept { mode: seen.brake.mode(), may_stop: seen.may_stop.clone() }
        };
        change(&mut kept);
        let text = serde_json::to_string(&kept).map_err(|error| {
            ApiError::internal("the brake's mode could not be written").with_detail(error.to_string())
        })?;
        Ok(app.store().set_setting(KEY, &text).await?)
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the watch look soon: a function changed.
    pub(crate) fn wake(&self) {
        self.woken.notify_one();
    }

    /// Why the brake holds a function; none when it does not.
    pub(crate) fn holds(&self, function: &FunctionId) -> Option<String> {
        self.seen().brake.held().get(function).map(|held| held.reason.clone())
    }

    /// A call with a trace header of its caller began.
    pub(crate) fn begun(
        &self,
        function: &FunctionId,
        name: &str,
        request: &RequestId,
        caller: &str,
        now: Micros,
    ) {
        let mut seen = self.seen();
        let calls = seen.chains.begin(request.as_str(), Some(caller));
        if calls >= LOOP_CALLS {
            let (_, longest) = seen.loops.entry(function.clone()).or_insert_with(|| (name.to_owned(), calls));
            *longest = calls.max(*longest);
            let act = seen.brake.act(function, now);
            drop(seen);
            self.wake();
            if act == Act::Pull {
                self.urgent.notify_one();
            }
        }
    }

    /// A call ended.
    pub(crate) fn ended(&self, invocation: &Invocation) {
        // Refused ones cost nothing, and say nothing about the function.
        if invocation.outcome == Outcome::Throttled {
            return;
        }
        let (compute_ms, init_ms) = invocation.billed_split();
        let memory = u128::from(invocation.memory_mb);
        let failure = invocation
            .outcome
            .is_error()
            .then(|| (invocation.error_type.clone().unwrap_or_default(), invocation.event_bytes));
        let mut seen = self.seen();
        let tally = seen.tallies.entry(invocation.function_id.clone()).or_default();
        if tally.name != invocation.function_name {
            tally.name.clone_from(&invocation.function_name);
        }
        tally.usage.requests += 1;
        let time = match invocation.architecture {
            Architecture::X86_64 => &mut tally.usage.x86_64,
            Architecture::Arm64 => &mut tally.usage.arm64,
        };
        time.compute_mb_ms += u128::from(compute_ms) * memory;
        time.init_mb_ms += u128::from(init_ms) * memory;
        // Functions that never fail are not followed.
        if failure.is_some() || seen.retries.contains_key(&invocation.function_id) {
            let (_, retries) = seen
                .retries
                .entry(invocation.function_id.clone())
                .or_insert_with(|| (invocation.function_name.clone(), Retries::default()));
            retries.note(invocation.started_us, failure);
        }
        drop(seen);
        self.wake();
    }
}
