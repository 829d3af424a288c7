//! Upkeep: what the ledger does in the background, in steps of a few milliseconds between which others write. It
//! makes log lines findable and lets go of what is too old. Owns when; must not know how.

use crate::database::Database;
use crate::log_rows;
use crate::retention::{self, Deleted, Retention};
use hearth_model::Clock;
use sqlx::SqlitePool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Lines gather so long before they are indexed: together that costs less.
const GATHER: Duration = Duration::from_millis(400);
/// Between two steps, so that a call that waits to be written goes first.
const PAUSE: Duration = Duration::from_millis(4);
const RETENTION_EVERY: Duration = Duration::from_hours(1);
/// A start, or a person who changes a setting, is not disturbed.
const RETENTION_FIRST: Duration = Duration::from_secs(30);
/// After a refusal, for instance of a full disk.
const RETRY: Duration = Duration::from_secs(30);

/// The task and how to talk to it.
pub(crate) struct Upkeep {
    stored: Arc<Notify>,
    end: CancellationToken,
    retention: Arc<Mutex<Option<Retention>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

struct Work {
    pool: SqlitePool,
    clock: Arc<dyn Clock>,
    stored: Arc<Notify>,
    end: CancellationToken,
    retention: Arc<Mutex<Option<Retention>>>,
}

impl Upkeep {
    /// Starts the task. Nothing is deleted before a retention is set.
    pub(crate) fn start(database: &Database, clock: Arc<dyn Clock>, stored: Arc<Notify>) -> Self {
        let end = CancellationToken::new();
        let retention = Arc::new(Mutex::new(None));
        let work = Work {
            pool: database.write.clone(),
            clock,
            stored: Arc::clone(&stored),
            end: end.clone(),
            retention: Arc::clone(&retention),
        };
        // Lines of an earlier life may wait.
        stored.notify_one();
        let task = Mutex::new(Some(tokio::spawn(work.run())));
        Self { stored, end, retention, task }
    }

    /// There are new lines, or there is a new retention.
    pub(crate) fn wake(&self) {
        self.stored.notify_one();
    }

    pub(crate) fn set_retention(&self, retention: Retention) {
        *self.retention.lock().unwrap_or_else(PoisonError::into_inner) = Some(retention);
        self.wake();
    }

    pub(crate) async fn end(&self) {
        self.end.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the upkeep of the ledger ended badly");
        }
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

impl Work {
    async fn run(self) {
        let mut due = Instant::now() + RETENTION_FIRST;
        let mut known = None;
        loop {
            tokio::select! {
                () = self.end.cancelled() => return,
                () = self.stored.notified() => {
                    if !self.pause(GATHER).await {
                        return;
                    }
                }
                () = tokio::time::sleep_until(due) => {}
            }
            let retention = *self.retention.lock().unwrap_or_else(PoisonError::into_inner);
            if retention != known {
                known = retention;
                due = due.min(Instant::now() + RETENTION_FIRST);
            }
            let mut went_well = self.index().await;
            if Instant::now() >= due {
                due = Instant::now() + RETENTION_EVERY;
                if let Some(retention) = retention {
                    went_well &= self.retain(&retention).await;
                }
            }
            if !went_well && !self.pause(RETRY).await {
                return;
            }
        }
    }

    /// False when it is time to end.
    async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.end.cancelled() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    async fn index(&self) -> bool {
        while !self.end.is_cancelled() {
            match log_rows::index_some(&self.pool).await {
                Ok(true) => {}
                Ok(false) => return true,
                Err(error) => {
                    tracing::warn!(%error, "log lines are not findable by the index yet");
                    return false;
                }
            }
            self.pause(PAUSE).await;
        }
        true
    }

    async fn retain(&self, retention: &Retention) -> bool {
        let mut total = Deleted::default();
        while !self.end.is_cancelled() {
            match retention::step(&self.pool, self.clock.now(), retention).await {
                Ok(deleted) if deleted == Deleted::default() => break,
                Ok(deleted) => total.add(deleted),
                Err(error) => {
                    tracing::warn!(%error, "the ledger could not let go of old rows");
                    return false;
                }
            }
            self.pause(PAUSE).await;
        }
        if total != Deleted::default() {
            tracing::info!(?total, "the ledger has let go of what was too old");
        }
        true
    }
}
