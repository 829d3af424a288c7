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
