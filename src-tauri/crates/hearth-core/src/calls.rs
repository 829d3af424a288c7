//! Calls that run now and those that ended just before, by request id. Owns that one id runs once. Must not run
//! anything itself.

use crate::Result;
use bytes::Bytes;
use hearth_model::{FunctionId, Invocation, RequestId};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Ended calls that are remembered, so that a repeated request is answered before the ledger has it.
const REMEMBERED: usize = 64;
/// Larger answers are looked up in the ledger instead.
const REMEMBERED_BYTES: usize = 64 * 1024;

/// How a call went, with its answer byte for byte.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    pub(crate) invocation: Invocation,
    pub(crate) response: Bytes,
    pub(crate) function_error: Option<String>,
    pub(crate) log_tail: String,
}

/// What everybody who waits for a call gets.
pub(crate) type Ended = Option<Result<Arc<Finished>>>;

/// All calls.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: HashMap<RequestId, (Invocation, watch::Receiver<Ended>)>,
    ended: VecDeque<Arc<Finished>>,
}

/// What is known of a request id.
pub(crate) enum Known {
    /// It is new; the sender tells those who wait.
    New(watch::Sender<Ended>),
    /// It runs; wait here. It is a call of this function.
    Running(FunctionId, watch::Receiver<Ended>),
    /// It ended.
    Ended(Arc<Finished>),
}

impl Calls {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a call, unless its id is known.
    pub(crate) fn enter(&self, invocation: &Invocation) -> Known {
        let mut state = self.state();
        if let Some((running, receiver)) = state.running.get(&invocation.request_id) {
            return Known::Running(running.function_id.clone(), receiver.clone());
        }
        if let Some(ended) =
            state.ended.iter().find(|ended| ended.invocation.request_id == invocation.request_id)
        {
            return Known::Ended(Arc::clone(ended));
        }
        let (sender, receiver) = watch::channel(None);
        state.running.insert(invocation.request_id.clone(), (invocation.clone(), receiver));
        Known::New(sender)
    }

    /// Takes a call out that has ended.
    pub(crate) fn leave(&self, request_id: &RequestId, finished: Option<&Arc<Finished>>) {
        let mut state = self.state();
        state.running.remove(request_id);
        if let Some(finished) = finished.filter(|finished| finished.response.len() <= REMEMBERED_BYTES) {
            state.ended.push_back(Arc::clone(finished));
            if state.ended.len() > REMEMBERED {
                state.ended.pop_front();
            }
        }
    }

    /// Calls that run now, of one function or of all.
    pub(crate) fn running(&self, function: Option<&FunctionId>) -> Vec<Invocation> {
        let state = self.state();
        state
            .running
            .values()
            .map(|(invocation, _)| invocation)
            .filter(|invocation| function.is_none_or(|id| *id == invocation.function_id))
            .cloned()
            .collect()
    }
}
