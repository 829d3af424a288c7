//! Upkeep: what the ledger does in the background, in steps of a few milliseconds between which others write. It
//! makes log lines findable and lets go of what is too old. Owns when; must not know how.

use crate::backlog::{Backlog, MOST, Turn};
use crate::database::Database;
use crate::log_rows;
use crate::retention::{self, Deleted, Retention};
use hearth_model::Clock;
use sqlx::SqlitePool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Between two steps, so that a call that waits to be written goes first.
const PAUSE: Duration = Duration::from_millis(4);
const RETENTION_EVERY: Duration = Duration::from_hours(1);
/// A start, or a person who changes a setting, is not disturbed.
const RETENTION_FIRST: Duration = Duration::from_secs(30);
/// After a refusal, for instance of a full disk.
const RETRY: Duration = Duration::from_secs(30);

/// The task and how to talk to it.
pub(crate) struct Upkeep {
    backlog: Arc<Backlog>,
    end: CancellationToken,
    retention: Arc<Mutex<Option<Retention>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

struct Work {
    pool: SqlitePool,
    clock: Arc<dyn Clock>,
    backlog: Arc<Backlog>,
    end: CancellationToken,
    retention: Arc<Mutex<Option<Retention>>>,
}

impl Upkeep {
    /// Starts the task. Nothing is deleted before a retention is set.
    pub(crate) fn start(database: &Database, clock: Arc<dyn Clock>, backlog: Arc<Backlog>) -> Self {
        let end = CancellationToken::new();
        let retention = Arc::new(Mutex::new(None));
        let work = Work {
            pool: database.write.clone(),
            clock,
            backlog: Arc::clone(&backlog),
            end: end.clone(),
            retention: Arc::clone(&retention),
        };
        let task = Mutex::new(Some(tokio::spawn(work.run())));
        Self { backlog, end, retention, task }
    }

    /// Something was stored past the task that writes, with so many log lines.
    pub(crate) fn stored(&self, lines: usize) {
        self.backlog.stored(lines);
    }

    pub(crate) fn set_retention(&self, retention: Retention) {
        *self.retention.lock().unwrap_or_else(PoisonError::into_inner) = Some(retention);
        self.backlog.wake();
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
        // Lines of an earlier life may wait.
        let mut went_well = self.count().await;
        let (mut worked, mut ended) = (Duration::ZERO, Instant::now());
        loop {
            if !went_well && !self.pause(RETRY).await {
                return;
            }
            let turn = self.backlog.turn(worked, ended);
            let next = match turn {
                Turn::Idle => due,
                Turn::Wait(time) => due.min(Instant::now() + time),
                Turn::Piece => Instant::now() + PAUSE,
                Turn::CatchUp => Instant::now(),
            };
            tokio::select! {
                () = self.end.cancelled() => return,
                () = self.backlog.changed() => {}
                () = tokio::time::sleep_until(next) => {}
            }
            let retention = *self.retention.lock().unwrap_or_else(PoisonError::into_inner);
            if retention != known {
                known = retention;
                due = due.min(Instant::now() + RETENTION_FIRST);
            }
            went_well = true;
            let turn = self.backlog.turn(worked, ended);
            if matches!(turn, Turn::Piece | Turn::CatchUp) {
                let begun = Instant::now();
                went_well = self.index(turn == Turn::CatchUp).await;
                (worked, ended) = (begun.elapsed(), Instant::now());
            }
            if Instant::now() >= due {
                due = Instant::now() + RETENTION_EVERY;
                if let Some(retention) = retention {
                    went_well &= self.retain(&retention).await;
                }
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

    /// Asks the ledger how many lines wait.
    async fn count(&self) -> bool {
        let counted = self.backlog.waiting();
        match log_rows::unindexed(&self.pool).await {
            Ok(there) => {
                self.backlog.correct(counted, there);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the ledger does not say which log lines are indexed");
                false
            }
        }
    }

    async fn index(&self, catch_up: bool) -> bool {
        let most = if catch_up { self.backlog.waiting() - MOST } else { 0 };
        match log_rows::index_some(&self.pool, most).await {
            // What was counted is not there any more, for instance since it was removed with a demo.
            Ok(0) => self.count().await,
            Ok(lines) => {
                self.backlog.indexed(lines);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "log lines are not findable by the index yet");
                false
            }
        }
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
