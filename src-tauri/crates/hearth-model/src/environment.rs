//! The execution environment and its pure state machine. Owns which step may follow which; must not know
//! processes, signals or time sources.

use crate::{Engine, EnvironmentId, FunctionId, Micros, RequestId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What an environment is doing. On screen an environment is called a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentState {
    /// Process start and everything outside the handler.
    Init,
    /// Started from a snapshot, otherwise like [`Self::Init`].
    Restored,
    /// The handler runs.
    Busy,
    /// Idle and awake.
    Warm,
    /// Stopped, memory kept.
    Frozen,
    /// On the way from frozen to awake.
    Thaw,
    /// Crashed, timed out or out of memory. Final.
    Failed,
    /// Removed after idling, or because its function changed. Final.
    Reaped,
}

/// What can happen to an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentEvent {
    /// Its code is loaded and it asks for the next invocation.
    Ready,
    /// An invocation was given to it.
    Assign,
    /// The answer came.
    Finish,
    /// The process group was stopped.
    Freeze,
    /// The process group is being continued.
    Thaw,
    /// It crashed, timed out, or outgrew its memory.
    Fail,
    /// It is being removed.
    Reap,
}

/// A step that the state machine does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an environment that is {from:?} cannot take {event:?}")]
pub struct IllegalTransition {
    /// The state it was in.
    pub from: EnvironmentState,
    /// What was tried.
    pub event: EnvironmentEvent,
}

impl EnvironmentState {
    /// Every state, for tests and legends.
    pub const ALL: [Self; 8] = [
        Self::Init,
        Self::Restored,
        Self::Busy,
        Self::Warm,
        Self::Frozen,
        Self::Thaw,
        Self::Failed,
        Self::Reaped,
    ];

    /// The state after `event`.
    pub fn step(self, event: EnvironmentEvent) -> Result<Self, IllegalTransition> {
        use EnvironmentEvent as E;
        let next = match (self, event) {
            (Self::Init | Self::Restored, E::Ready) | (Self::Busy, E::Finish) => Self::Warm,
            (Self::Warm | Self::Thaw, E::Assign) => Self::Busy,
            (Self::Warm, E::Freeze) => Self::Frozen,
            (Self::Frozen, E::Thaw) => Self::Thaw,
            (Self::Init | Self::Restored | Self::Busy | Self::Warm | Self::Frozen | Self::Thaw, E::Fail) => {
                Self::Failed
            }
            (Self::Init | Self::Restored | Self::Warm | Self::Frozen | Self::Thaw | Self::Busy, E::Reap) => {
                Self::Reaped
            }
            _ => return Err(IllegalTransition { from: self, event }),
        };
        Ok(next)
    }

    /// Whether nothing can happen any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Failed | Self::Reaped)
    }

    /// Whether an invocation may be given to it, perhaps after a thaw.
    pub fn is_assignable(self) -> bool {
        matches!(self, Self::Warm | Self::Frozen)
    }

    /// The word stored and sent for this state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Restored => "restored",
            Self::Busy => "busy",
            Self::Warm => "warm",
            Self::Frozen => "frozen",
            Self::Thaw => "thaw",
            Self::Failed => "failed",
            Self::Reaped => "reaped",
        }
    }

    /// The state for a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// How an environment's process came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum StartTier {
    /// A new process was started for it.
    Spawned,
    /// A parked process, started before anyone asked, was taken.
    Parked,
}

/// An execution environment: one process group that serves one invocation at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// Its id.
    pub id: EnvironmentId,
    /// Whose it is.
    pub function_id: FunctionId,
    /// That function's name.
    pub function_name: String,
    /// The version it loaded.
    pub version: u32,
    /// Counted from 1 for each function: "Server 3" on screen.
    pub number: u32,
    /// What runs the code.
    pub engine: Engine,
    /// How it was started.
    pub tier: StartTier,
    /// Process id, while it has one.
    pub pid: Option<u32>,
    /// What it does now.
    pub state: EnvironmentState,
    /// Since when.
    pub state_since_us: Micros,
    /// When it was asked for.
    pub born_us: Micros,
    /// How long init took, once known.
    pub init_us: Option<Micros>,
    /// When it ended.
    pub ended_us: Option<Micros>,
    /// Why it ended, in words.
    pub end_reason: Option<String>,
    /// Invocations it has finished.
    pub invocations: u32,
    /// Sum of its busy time.
    pub busy_us: Micros,
    /// Memory size of its configuration.
    pub memory_mb: u32,
    /// Most memory seen in its process group, in bytes.
    pub max_memory_bytes: u64,
}

/// One change of state, as lanes draw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentTransition {
    /// Which environment.
    pub environment_id: EnvironmentId,
    /// Whose it is.
    pub function_id: FunctionId,
    /// When.
    pub at_us: Micros,
    /// The state from then on.
    pub state: EnvironmentState,
    /// The invocation that it serves, when it is busy, or that it is born or woken for.
    pub request_id: Option<RequestId>,
}

#[cfg(test)]
mod tests {
    use super::{EnvironmentEvent as Event, EnvironmentState as State};
    use proptest::prelude::*;

    const EVENTS: [Event; 7] =
        [Event::Ready, Event::Assign, Event::Finish, Event::Freeze, Event::Thaw, Event::Fail, Event::Reap];

    fn events() -> impl Strategy<Value = Vec<Event>> {
        prop::collection::vec(prop::sample::select(EVENTS.to_vec()), 0..60)
    }

    /// Every legal step of a walk; refused events leave the state as it was.
    fn walk(events: &[Event]) -> Vec<(State, Event, State)> {
        let mut state = State::Init;
        let mut steps = Vec::new();
        for event in events {
            if let Ok(next) = state.step(*event) {
                steps.push((state, *event, next));
                state = next;
            }
        }
        steps
    }

    proptest! {
        #[test]
        fn nothing_follows_a_final_state(events in events()) {
            for (from, _, _) in walk(&events) {
                prop_assert!(!from.is_final());
            }
        }

        #[test]
        fn each_answer_belongs_to_one_assignment(events in events()) {
            let mut open = false;
            for (_, event, _) in walk(&events) {
                match event {
                    Event::Assign => {
                        prop_assert!(!open, "one invocation at a time");
                        open = true;
                    }
                    Event::Finish => {
                        prop_assert!(open, "an answer without an invocation");
                        open = false;
                    }
                    Event::Freeze => prop_assert!(!open, "frozen with an invocation"),
                    _ => {}
                }
            }
        }

        #[test]
        fn init_happens_once_and_first(events in events()) {
            let steps = walk(&events);
            for (at, (_, event, next)) in steps.iter().enumerate() {
                prop_assert!(at == 0 || *event != Event::Ready, "ready twice");
                prop_assert!(!matches!(next, State::Init | State::Restored), "back to init");
            }
        }

        #[test]
        fn every_freeze_is_thawed_before_work(events in events()) {
            let mut frozen = false;
            for (_, event, next) in walk(&events) {
                match event {
                    Event::Freeze => frozen = true,
                    Event::Thaw => {
                        prop_assert!(frozen, "thawed what was awake");
                        frozen = false;
                    }
                    _ => prop_assert!(next != State::Busy || !frozen, "works while frozen"),
                }
            }
        }
    }

    #[test]
    fn every_living_state_can_fail_and_be_reaped() {
        for state in State::ALL {
            for (event, end) in [(Event::Fail, State::Failed), (Event::Reap, State::Reaped)] {
                assert_eq!(state.step(event).ok(), (!state.is_final()).then_some(end), "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn an_assignable_state_leads_to_busy() {
        for state in State::ALL.into_iter().filter(|state| state.is_assignable()) {
            let awake = state.step(Event::Thaw).unwrap_or(state);
            assert_eq!(awake.step(Event::Assign), Ok(State::Busy), "from {state:?}");
        }
    }

    #[test]
    fn stored_words_come_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse("boiling"), None);
    }
}
