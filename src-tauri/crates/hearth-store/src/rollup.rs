//! Rollups: counts, sums and sketches of one function in one step of time. Owns what counts as what, and adding
//! to the stored rows. Must not know when transactions begin or end.

use crate::error::Result;
use crate::sketch::Sketch;
use crate::types::{Figures, UsedQuantities};
use hearth_model::{Architecture, Grain, Invocation, Micros, Outcome, ServerStart};
use sqlx::{SqliteConnection, SqlitePool};
use std::collections::BTreeMap;

/// The function id of the rows for all functions together.
pub(crate) const ALL_FUNCTIONS: &str = "*";

/// Figures that merge exactly.
#[derive(Clone)]
pub(crate) struct Rollup {
    pub(crate) invocations: i64,
    pub(crate) errors: i64,
    pub(crate) throttles: i64,
    pub(crate) cold_starts: i64,
    pub(crate) x86_compute_mb_ms: i64,
    pub(crate) x86_init_mb_ms: i64,
    pub(crate) arm_compute_mb_ms: i64,
    pub(crate) arm_init_mb_ms: i64,
    pub(crate) duration_sum_us: i64,
    pub(crate) init_sum_us: i64,
    pub(crate) last_call_us: i64,
    pub(crate) duration: Sketch,
    pub(crate) init: Sketch,
}

/// Whether the handler's time is a duration: it ran, and it was not Hearth or a person that ended it.
pub(crate) fn has_duration(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Succeeded
        | Outcome::FunctionError
        | Outcome::TimedOut
        | Outcome::OutOfMemory
        | Outcome::Crashed => true,
        Outcome::Running | Outcome::InitFailed | Outcome::Throttled | Outcome::Lost | Outcome::Cancelled => {
            false
        }
    }
}

impl Rollup {
    pub(crate) fn empty() -> Self {
        Self {
            invocations: 0,
            errors: 0,
            throttles: 0,
            cold_starts: 0,
            x86_compute_mb_ms: 0,
            x86_init_mb_ms: 0,
            arm_compute_mb_ms: 0,
            arm_init_mb_ms: 0,
            duration_sum_us: 0,
            init_sum_us: 0,
            last_call_us: i64::MIN,
            duration: Sketch::empty(),
            init: Sketch::empty(),
        }
    }

    /// Counts one invocation that has ended.
    pub(crate) fn add(&mut self, invocation: &Invocation) {
        self.last_call_us = self.last_call_us.max(invocation.started_us.0);
        if invocation.outcome == Outcome::Throttled {
            self.throttles += 1;
            return;
        }
        self.invocations += 1;
        self.errors += i64::from(invocation.outcome.is_error());
        if invocation.start == ServerStart::Cold {
            self.cold_starts += 1;
            self.init_sum_us += invocation.phases.init_us.0;
            self.init.add(invocation.phases.init_us.0);
        }
        if has_duration(invocation.outcome) {
            self.duration_sum_us += invocation.phases.invoke_us.0;
            self.duration.add(invocation.phases.invoke_us.0);
        }
        let (compute_ms, init_ms) = invocation.billed_split();
        let mb_ms = |milliseconds: u64| milliseconds as i64 * i64::from(invocation.memory_mb);
        match invocation.architecture {
            Architecture::X86_64 => {
                self.x86_compute_mb_ms += mb_ms(compute_ms);
                self.x86_init_mb_ms += mb_ms(init_ms);
            }
            Architecture::Arm64 => {
                self.arm_compute_mb_ms += mb_ms(compute_ms);
                self.arm_init_mb_ms += mb_ms(init_ms);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<()> {
        self.invocations += other.invocations;
        self.errors += other.errors;
        self.throttles += other.throttles;
        self.cold_starts += other.cold_starts;
        self.x86_compute_mb_ms += other.x86_compute_mb_ms;
        self.x86_init_mb_ms += other.x86_init_mb_ms;
        self.arm_compute_mb_ms += other.arm_compute_mb_ms;
        self.arm_init_mb_ms += other.arm_init_mb_ms;
        self.duration_sum_us += other.duration_sum_us;
        self.init_sum_us += other.init_sum_us;
        self.last_call_us = self.last_call_us.max(other.last_call_us);
        self.duration.merge(&other.duration)?;
        self.init.merge(&other.init)
    }

    pub(crate) fn figures(&self) -> Figures {
        Figures {
            invocations: self.invocations as u64,
            errors: self.errors as u64,
            throttles: self.throttles as u64,
            cold_starts: self.cold_starts as u64,
            duration_sum_us: self.duration_sum_us,
            init_sum_us: self.init_sum_us,
            p50: self.duration.quantile(0.5),
            p95: self.duration.quantile(0.95),
            p99: self.duration.quantile(0.99),
            init_p50: self.init.quantile(0.5),
            init_p95: self.init.quantile(0.95),
            used: UsedQuantities {
                requests: self.invocations as u64,
                x86_compute_mb_ms: self.x86_compute_mb_ms as u128,
                x86_init_mb_ms: self.x86_init_mb_ms as u128,
                arm_compute_mb_ms: self.arm_compute_mb_ms as u128,
                arm_init_mb_ms: self.arm_init_mb_ms as u128,
            },
            last_call: (self.last_call_us != i64::MIN).then_some(Micros(self.last_call_us)),
        }
    }
}

/// A row as SQLite keeps it.
pub(crate) struct RollupRow {
    pub(crate) at_us: i64,
    invocations: i64,
    errors: i64,
    throttles: i64,
    cold_starts: i64,
    x86_compute_mb_ms: i64,
    x86_init_mb_ms: i64,
    arm_compute_mb_ms: i64,
    arm_init_mb_ms: i64,
    duration_sum_us: i64,
    init_sum_us: i64,
    last_call_us: i64,
    duration_sketch: Option<Vec<u8>>,
    init_sketch: Option<Vec<u8>>,
}

impl RollupRow {
    pub(crate) fn rollup(&self) -> Result<Rollup> {
        Ok(Rollup {
            invocations: self.invocations,
            errors: self.errors,
            throttles: self.throttles,
            cold_starts: self.cold_starts,
            x86_compute_mb_ms: self.x86_compute_mb_ms,
            x86_init_mb_ms: self.x86_init_mb_ms,
            arm_compute_mb_ms: self.arm_compute_mb_ms,
            arm_init_mb_ms: self.arm_init_mb_ms,
            duration_sum_us: self.duration_sum_us,
            init_sum_us: self.init_sum_us,
            last_call_us: self.last_call_us,
            duration: Sketch::from_blob(self.duration_sketch.as_deref())?,
            init: Sketch::from_blob(self.init_sketch.as_deref())?,
        })
    }
}

/// What one transaction adds to the rollups.
#[derive(Default)]
pub(crate) struct RollupChanges(BTreeMap<(&'static str, String, i64), Rollup>);

impl RollupChanges {
    pub(crate) fn add(&mut self, invocation: &Invocation) {
        for grain in Grain::ALL {
            let at = grain.floor(invocation.started_us).0;
            for function in [invocation.function_id.as_str(), ALL_FUNCTIONS] {
                self.0
                    .entry((grain.as_str(), function.to_owned(), at))
                    .or_insert_with(Rollup::empty)
                    .add(invocation);
            }
        }
    }

    /// Adds to the stored rows, inside the transaction that stores the invocations themselves.
    pub(crate) async fn write(self, connection: &mut SqliteConnection) -> Result<()> {
        for ((grain, function, at), mut rollup) in self.0 {
            if let Some(stored) = stored(connection, grain, &function, at).await? {
                rollup.merge(&stored)?;
            }
            replace(connection, grain, &function, at, &rollup).await?;
        }
        Ok(())
    }
}

/// The stored rows of one function from `from` until `to`, oldest first.
pub(crate) async fn rows(
    pool: &SqlitePool,
    function: &str,
    from: Micros,
    to: Micros,
    grain: Grain,
) -> Result<Vec<RollupRow>> {
    let grain = grain.as_str();
    Ok(sqlx::query_as!(
        RollupRow,
        "SELECT at_us, invocations, errors, throttles, cold_starts, x86_compute_mb_ms, x86_init_mb_ms,
             arm_compute_mb_ms, arm_init_mb_ms, duration_sum_us, init_sum_us, last_call_us, duration_sketch,
             init_sketch
         FROM rollups WHERE grain = ? AND function_id = ? AND at_us >= ? AND at_us < ? ORDER BY at_us",
        grain,
        function,
        from.0,
        to.0
    )
    .fetch_all(pool)
    .await?)
}

async fn stored(
    connection: &mut SqliteConnection,
    grain: &str,
    function: &str,
    at: i64,
) -> Result<Option<Rollup>> {
    let row = sqlx::query_as!(
        RollupRow,
        "SELECT at_us, invocations, errors, throttles, cold_starts, x86_compute_mb_ms, x86_init_mb_ms,
             arm_compute_mb_ms, arm_init_mb_ms, duration_sum_us, init_sum_us, last_call_us, duration_sketch,
             init_sketch
         FROM rollups WHERE grain = ? AND function_id = ? AND at_us = ?",
        grain,
        function,
        at
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| row.rollup()).transpose()
}

async fn replace(
    connection: &mut SqliteConnection,
    grain: &str,
    function: &str,
    at: i64,
    rollup: &Rollup,
) -> Result<()> {
    let (duration, init) = (rollup.duration.to_blob(), rollup.init.to_blob());
    sqlx::query!(
        "INSERT OR REPLACE INTO rollups (grain, function_id, at_us, invocations, errors, throttles, cold_starts,
             x86_compute_mb_ms, x86_init_mb_ms, arm_compute_mb_ms, arm_init_mb_ms, duration_sum_us, init_sum_us,
             last_call_us, duration_sketch, init_sketch)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        grain,
        function,
        at,
        rollup.invocations,
        rollup.errors,
        rollup.throttles,
        rollup.cold_starts,
        rollup.x86_compute_mb_ms,
        rollup.x86_init_mb_ms,
        rollup.arm_compute_mb_ms,
        rollup.arm_init_mb_ms,
        rollup.duration_sum_us,
        rollup.init_sum_us,
        rollup.last_call_us,
        duration,
        init
    )
    .execute(connection)
    .await?;
    Ok(())
}
