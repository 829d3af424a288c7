//! Retention: how long raw rows and rollups are kept, and letting go of them in small steps that give the disk
//! back. Raw rows go by whole days, so that the rollups of every day that has raw rows equal them. Today is never
//! deleted. Must not know when it is called.

use crate::database;
use crate::error::Result;
use crate::log_rows::INDEXED_TO;
use crate::record::first_id;
use crate::rollup::minutes_from;
use crate::scopes::Scope;
use crate::state;
use crate::store::Store;
use crate::types::InvocationFilter;
use hearth_model::{Grain, Micros};
use sqlx::{SqliteConnection, SqlitePool};

/// The first day whose raw rows are there, in `ledger_state`.
pub(crate) const RAW_FROM: &str = "raw_from_us";
/// The first day whose rollups are known to equal its raw rows: those of earlier days may hold imported figures.
pub(crate) const WHOLE_FROM: &str = "whole_from_us";
const ROLLUPS_FROM: &str = "rollups_from_us";
const MINUTES_FROM: &str = "minutes_from_us";
const DELETED_CALLS: &str = "deleted_invocations";
const DELETED_LINES: &str = "deleted_log_lines";
/// Rows of one step: a few milliseconds.
const STEP_ROWS: i64 = 1_000;
const STEP_SCOPES: usize = 16;
/// Pages that one step gives back: 1 MiB.
const STEP_PAGES: i64 = 256;
/// Days for which servers' changes of state are kept: lanes look back minutes.
const LANE_DAYS: i64 = 7;

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days for which invocations, payloads, log lines and servers are kept.
    pub raw_days: u32,
    /// Size of the file above which the oldest days of them go earlier, in MiB.
    pub max_ledger_mb: u64,
    /// Days for which charts and costs are kept.
    pub rollup_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { raw_days: 90, max_ledger_mb: 4_096, rollup_days: 800 }
    }
}

/// What one step, or several, deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Invocations with their payloads.
    pub invocations: u64,
    /// Log lines.
    pub log_lines: u64,
    /// Servers that ended, and changes of state.
    pub environments: u64,
    /// Steps of charts.
    pub rollups: u64,
    /// Bytes that the file is smaller by.
    pub freed_bytes: u64,
}

impl Deleted {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.invocations += other.invocations;
        self.log_lines += other.log_lines;
        self.environments += other.environments;
        self.rollups += other.rollups;
        self.freed_bytes += other.freed_bytes;
    }
}

/// How much the ledger takes and since when it has raw rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// Bytes of the database file.
    pub file_bytes: u64,
    /// Bytes inside it that are free.
    pub free_bytes: u64,
    /// Invocations that are there.
    pub invocations: u64,
    /// The first day whose raw rows are there, if older ones were deleted.
    pub raw_from: Option<Micros>,
    /// Invocations that were deleted since the ledger began.
    pub deleted_invocations: u64,
    /// Log lines that were deleted since the ledger began.
    pub deleted_log_lines: u64,
    /// Log lines that cannot be found by the index of texts yet; they are looked at one by one.
    pub unindexed_lines: u64,
}

/// One step. Nothing deleted means that nothing is left to do.
pub(crate) async fn step(pool: &SqlitePool, now: Micros, retention: &Retention) -> Result<Deleted> {
    let mut connection = pool.acquire().await?;
    database::begin(&mut connection).await?;
    let mut deleted = Deleted::default();
    let written = async {
        deleted = delete_some(&mut connection, now, retention).await?;
        Ok(())
    };
    let written = written.await;
    database::end(&mut connection, written).await?;
    if deleted.is_nothing() {
        deleted.freed_bytes = give_back(&mut connection).await?;
    }
    Ok(deleted)
}

async fn delete_some(
    connection: &mut SqliteConnection,
    now: Micros,
    retention: &Retention,
) -> Result<Deleted> {
    let from = choose_raw_from(connection, now, retention).await?;
    let deleted = delete_raw(connection, from, now).await?;
    if !deleted.is_nothing() {
        return Ok(deleted);
    }
    let day = Grain::Day.length().0;
    let rollups_from = Micros((Grain::Day.floor(now).0 - i64::from(retention.rollup_days) * day).min(from.0));
    let mut rollups = delete_rollups(connection, MINUTES_FROM, minutes_from(now), &["minute"]).await?;
    if rollups == 0 && rollups_from.0 > i64::MIN / 2 {
        rollups = delete_rollups(connection, ROLLUPS_FROM, rollups_from, &["hour", "day"]).await?;
    }
    Ok(Deleted { rollups, ..Deleted::default() })
}

/// The first day that stays, moved on where age or size want it and everything before it is gone.
async fn choose_raw_from(
    connection: &mut SqliteConnection,
    now: Micros,
    retention: &Retention,
) -> Result<Micros> {
    let day = Grain::Day.length();
    let today = Grain::Day.floor(now);
    let stored = state::get(connection, RAW_FROM).await?.map_or(Micros(i64::MIN), Micros);
    let Some(oldest) = oldest_day(connection).await? else { return Ok(stored) };
    if oldest < stored || oldest >= today {
        return Ok(stored);
    }
    let by_age = Micros(today.0 - i64::from(retention.raw_days) * day.0);
    let too_large = used_bytes(connection).await? > retention.max_ledger_mb << 20;
    let from = if by_age > oldest {
        by_age
    } else if too_large {
        oldest + day
    } else {
        return Ok(stored);
    };
    tracing::info!(from_us = from.0, too_large, "invocations and logs before this day are deleted");
    state::set(connection, RAW_FROM, from.0).await?;
    Ok(from)
}

/// The first instant from which on rollups equal raw rows: a day's begin.
pub(crate) async fn whole_from(connection: &mut SqliteConnection) -> Result<Micros> {
    let raw = state::get(connection, RAW_FROM).await?;
    let whole = state::get(connection, WHOLE_FROM).await?;
    Ok(Micros(raw.max(whole).unwrap_or(i64::MIN)))
}

async fn oldest_day(connection: &mut SqliteConnection) -> Result<Option<Micros>> {
    let oldest: Option<i64> = sqlx::query_scalar(
        "SELECT MIN(at) FROM (SELECT (SELECT started_us FROM invocations ORDER BY id LIMIT 1) AS at
         UNION ALL SELECT (SELECT at_us FROM log_lines ORDER BY at_us / 86400000000 LIMIT 1))",
    )
    .fetch_one(connection)
    .await?;
    Ok(oldest.map(|at| Grain::Day.floor(Micros(at))))
}

async fn pragma(connection: &mut SqliteConnection, statement: &'static str) -> Result<i64> {
    Ok(sqlx::query_scalar(statement).fetch_one(connection).await?)
}

async fn used_bytes(connection: &mut SqliteConnection) -> Result<u64> {
    let pages =
        pragma(connection, "PRAGMA page_count").await? - pragma(connection, "PRAGMA freelist_count").await?;
    Ok((pages * pragma(connection, "PRAGMA page_size").await?) as u64)
}

async fn delete_raw(connection: &mut SqliteConnection, from: Micros, now: Micros) -> Result<Deleted> {
    let mut deleted =
        Deleted { environments: delete_lanes(connection, from, now).await?, ..Deleted::default() };
    if from.0 == i64::MIN {
        return Ok(deleted);
    }
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT MAX(id) FROM (SELECT id FROM invocations WHERE id < ? ORDER BY id LIMIT ?)",
    )
    .bind(first_id(from))
    .bind(STEP_ROWS)
    .fetch_one(&mut *connection)
    .await?;
    if let Some(last) = last {
        for statement in [
            "DELETE FROM invocation_search WHERE rowid IN (SELECT id FROM invocations
                 WHERE id <= ? AND (error_type IS NOT NULL OR error_message IS NOT NULL))",
            "DELETE FROM invocation_payloads WHERE id <= ?",
        ] {
            sqlx::query(statement).bind(last).execute(&mut *connection).await?;
        }
        let gone =
            sqlx::query("DELETE FROM invocations WHERE id <= ?").bind(last).execute(&mut *connection).await?;
        deleted.invocations = gone.rows_affected();
        state::add(connection, DELETED_CALLS, deleted.invocations as i64).await?;
    }
    deleted.log_lines = delete_lines(connection, from).await?;
    Ok(deleted)
}

async fn delete_lines(connection: &mut SqliteConnection, from: Micros) -> Result<u64> {
    let indexed = state::get(connection, INDEXED_TO).await?.unwrap_or(0);
    let ids: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM log_lines WHERE at_us / 86400000000 < ? ORDER BY at_us / 86400000000 LIMIT ?",
    )
    .bind(from.0 / Grain::Day.length().0)
    .bind(STEP_ROWS)
    .fetch_all(&mut *connection)
    .await?;
    for id in &ids {
        if *id <= indexed {
            sqlx::query("DELETE FROM log_search WHERE rowid = ?").bind(id).execute(&mut *connection).await?;
        }
        sqlx::query("DELETE FROM log_lines WHERE id = ?").bind(id).execute(&mut *connection).await?;
    }
    state::add(connection, DELETED_LINES, ids.len() as i64).await?;
    Ok(ids.len() as u64)
}

async fn delete_lanes(connection: &mut SqliteConnection, from: Micros, now: Micros) -> Result<u64> {
    let lanes_from = from.max(Micros(now.0 - LANE_DAYS * Grain::Day.length().0));
    let gone = sqlx::query(
        "DELETE FROM environment_transitions WHERE id IN (
             SELECT id FROM environment_transitions WHERE at_us < ? ORDER BY at_us LIMIT ?)",
    )
    .bind(lanes_from.0)
    .bind(STEP_ROWS)
    .execute(&mut *connection)
    .await?
    .rows_affected();
    let ended = sqlx::query(
        "DELETE FROM environments WHERE id IN (
             SELECT id FROM environments WHERE ended_us < ? ORDER BY ended_us LIMIT ?)",
    )
    .bind(from.0)
    .bind(STEP_ROWS)
    .execute(connection)
    .await?
    .rows_affected();
    Ok(gone + ended)
}

/// Deletes the steps of some scopes before an instant. `done` remembers up to where that was done for all.
async fn delete_rollups(
    connection: &mut SqliteConnection,
    done: &str,
    from: Micros,
    grains: &[&str],
) -> Result<u64> {
    if state::get(connection, done).await? == Some(from.0) {
        return Ok(0);
    }
    let scopes: Vec<i64> =
        sqlx::query_scalar("SELECT key FROM scopes ORDER BY key").fetch_all(&mut *connection).await?;
    let mut deleted = 0;
    for scopes in scopes.chunks(STEP_SCOPES) {
        for scope in scopes {
            for grain in grains {
                for statement in [
                    "DELETE FROM rollups WHERE grain = ? AND scope = ? AND at_us < ?",
                    "DELETE FROM rollup_sketches WHERE grain = ? AND scope = ? AND at_us < ?",
                    "DELETE FROM usage WHERE grain = ? AND scope = ? AND at_us < ?",
                ] {
                    let gone = sqlx::query(statement).bind(*grain).bind(scope).bind(from.0);
                    deleted += gone.execute(&mut *connection).await?.rows_affected();
                }
            }
        }
        if deleted > 0 {
            return Ok(deleted);
        }
    }
    state::set(connection, done, from.0).await?;
    Ok(0)
}

/// Makes the file smaller by a few pages that are free. The bytes are the disk's after the next checkpoint.
pub(crate) async fn give_back(connection: &mut SqliteConnection) -> Result<u64> {
    const INCREMENTAL: i64 = 2;
    let free = pragma(connection, "PRAGMA freelist_count").await?;
    if free <= STEP_PAGES || pragma(connection, "PRAGMA auto_vacuum").await? != INCREMENTAL {
        return Ok(0);
    }
    sqlx::query("PRAGMA incremental_vacuum(256)").fetch_all(&mut *connection).await?;
    let given = free - pragma(connection, "PRAGMA freelist_count").await?;
    Ok((given * pragma(connection, "PRAGMA page_size").await?) as u64)
}

impl Store {
    /// Keeps things so long from now on, and lets go of older ones in the background.
    pub fn set_retention(&self, retention: Retention) {
        self.upkeep().set_retention(retention);
    }

    /// Lets go of everything that is too old now, step by step, and tells what it was.
    pub async fn retain(&self, retention: &Retention) -> Result<Deleted> {
        let mut total = Deleted::default();
        loop {
            let deleted = step(self.writer(), self.now(), retention).await?;
            if deleted.is_nothing() {
                return Ok(total);
            }
            total.add(deleted);
        }
    }

    /// The first instant from which on rollups equal raw rows.
    pub(crate) async fn whole_from(&self) -> Result<Micros> {
        let mut connection = self.reader().acquire().await?;
        whole_from(&mut connection).await
    }

    /// How much the ledger takes, and what was deleted.
    pub async fn storage(&self) -> Result<Storage> {
        let mut connection = self.reader().acquire().await?;
        let page = pragma(&mut connection, "PRAGMA page_size").await?;
        let count = |value: Option<i64>| value.unwrap_or(0) as u64;
        let last: Option<i64> =
            sqlx::query_scalar("SELECT MAX(id) FROM log_lines").fetch_one(&mut *connection).await?;
        let indexed = state::get(&mut connection, INDEXED_TO).await?.unwrap_or(0);
        let storage = Storage {
            file_bytes: (page * pragma(&mut connection, "PRAGMA page_count").await?) as u64,
            free_bytes: (page * pragma(&mut connection, "PRAGMA freelist_count").await?) as u64,
            raw_from: state::get(&mut connection, RAW_FROM).await?.map(Micros),
            deleted_invocations: count(state::get(&mut connection, DELETED_CALLS).await?),
            deleted_log_lines: count(state::get(&mut connection, DELETED_LINES).await?),
            unindexed_lines: (last.unwrap_or(0) - indexed).max(0) as u64,
            invocations: 0,
        };
        drop(connection);
        let mut invocations = 0;
        for scope in [Scope::All, Scope::Demo] {
            let filter = InvocationFilter { scope, ..InvocationFilter::default() };
            invocations += self.count_invocations(&filter).await?.rows;
        }
        Ok(Storage { invocations, ..storage })
    }
}
