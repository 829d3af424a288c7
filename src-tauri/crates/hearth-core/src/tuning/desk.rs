//! A tuning while it runs: its state, kept in the ledger and told to listeners. Owns the order "noted, then changed".
//! Must not know what is measured.

use crate::Result;
use crate::api::{Tuning, TuningRestore, TuningStatus};
use hearth_model::{Clock, HearthEvent, Micros};
use hearth_store::{Store, TuningRecord};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;

/// Where a tuning's state lies.
pub(crate) struct Desk {
    store: Store,
    clock: Arc<dyn Clock>,
    listeners: broadcast::Sender<HearthEvent>,
    state: Mutex<Tuning>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    pub(crate) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        listeners: broadcast::Sender<HearthEvent>,
        tuning: Tuning,
    ) -> Self {
        Self { store, clock, listeners, state: Mutex::new(tuning) }
    }

    /// The tuning as it is now.
    pub(crate) fn now(&self) -> Tuning {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn instant(&self) -> Micros {
        self.clock.now()
    }

    /// Changes the state and tells.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Tuning)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.tell();
    }

    /// Commits the state, and with it the size that is about to be set.
    pub(crate) async fn keep(&self, set_memory_mb: Option<u32>) -> Result<()> {
        Ok(self.store.put_tuning(&record(&self.now(), set_memory_mb)?).await?)
    }

    pub(crate) fn tell(&self) {
        let tuning = self.now();
        // Nobody listening is fine.
        self.listeners
            .send(HearthEvent::TuningChanged {
                tuning_id: tuning.id,
                function_name: tuning.plan.name,
                done: tuning.done,
                total: tuning.total,
                running: tuning.status == TuningStatus::Running,
            })
            .ok();
    }
}

/// What the ledger keeps of a tuning.
pub(crate) fn record(tuning: &Tuning, set_memory_mb: Option<u32>) -> Result<TuningRecord> {
    let document = serde_json::to_string(tuning).map_err(|error| {
        crate::ApiError::internal("a tuning could not be written as JSON").with_detail(error.to_string())
    })?;
    Ok(TuningRecord {
        id: tuning.id.clone(),
        function_id: tuning.function_id.clone(),
        started_us: tuning.started_us,
        is_complete: tuning.status == TuningStatus::Done,
        is_restored: tuning.restore != TuningRestore::Pending,
        configuration: tuning.configuration.clone(),
        set_memory_mb,
        document,
    })
}
