//! Rollups as SQLite keeps them: adding to rows and reading them. Owns the tables `rollups` and `usage`; distributions
//! are [`crate::sketch_rows`]'s. Must not know what counts as what.

use crate::error::Result;
use crate::packed::{self, packed};
use crate::pieces::{ManyRows, Values};
use crate::rollup::{Billed, Rollup, StepKey, Sums};
use crate::sketch::{Distribution, Sketch};
use crate::sketch_rows;
use crate::types::{Figures, UsedQuantities};
use crate::words;
use hearth_model::{Grain, Micros};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, SqlitePool};

static SUMS: ManyRows = ManyRows::new(
    "INSERT INTO rollups (grain, scope, at_us, invocations, errors, throttles, cold_starts, x86_compute_mb_ms,
         x86_init_mb_ms, arm_compute_mb_ms, arm_init_mb_ms, storage_mb_ms, duration_sum_us, init_sum_us,
         event_bytes, response_bytes, log_lines, log_bytes, last_call_us) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    " ON CONFLICT DO UPDATE SET invocations = invocations + excluded.invocations,
         errors = errors + excluded.errors, throttles = throttles + excluded.throttles,
         cold_starts = cold_starts + excluded.cold_starts,
         x86_compute_mb_ms = x86_compute_mb_ms + excluded.x86_compute_mb_ms,
         x86_init_mb_ms = x86_init_mb_ms + excluded.x86_init_mb_ms,
         arm_compute_mb_ms = arm_compute_mb_ms + excluded.arm_compute_mb_ms,
         arm_init_mb_ms = arm_init_mb_ms + excluded.arm_init_mb_ms,
         storage_mb_ms = storage_mb_ms + excluded.storage_mb_ms,
         duration_sum_us = duration_sum_us + excluded.duration_sum_us,
         init_sum_us = init_sum_us + excluded.init_sum_us, event_bytes = event_bytes + excluded.event_bytes,
         response_bytes = response_bytes + excluded.response_bytes, log_lines = log_lines + excluded.log_lines,
         log_bytes = log_bytes + excluded.log_bytes,
         last_call_us = MAX(COALESCE(last_call_us, excluded.last_call_us),
             COALESCE(excluded.last_call_us, last_call_us))",
    32,
);

static USAGE: ManyRows = ManyRows::new(
    "INSERT INTO usage (grain, scope, at_us, memory_mb, architecture, requests, compute_ms, init_ms, storage_mb_ms,
         event_bytes, response_bytes) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    " ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
         compute_ms = compute_ms + excluded.compute_ms, init_ms = init_ms + excluded.init_ms,
         storage_mb_ms = storage_mb_ms + excluded.storage_mb_ms, event_bytes = event_bytes + excluded.event_bytes,
         response_bytes = response_bytes + excluded.response_bytes",
    64,
);

/// Adds steps to the stored rows.
pub(crate) async fn add(connection: &mut SqliteConnection, steps: &[(StepKey, Rollup)]) -> Result<()> {
    let bind = |values: &mut Values, ((grain, scope, at), rollup): &(StepKey, Rollup)| {
        values.word(grain)?;
        for number in [*scope, *at].into_iter().chain(numbers(&rollup.sums)) {
            values.add(number)?;
        }
        Ok(values.add(rollup.sums.last_call_us)?)
    };
    SUMS.run(connection, steps, bind).await?;
    sketch_rows::add(connection, steps).await?;
    add_usage(connection, steps).await
}

/// The columns of `rollups` from `invocations` to `log_bytes`.
fn numbers(sums: &Sums) -> [i64; 15] {
    [
        sums.invocations,
        sums.errors,
        sums.throttles,
        sums.cold_starts,
        sums.x86_compute_mb_ms,
        sums.x86_init_mb_ms,
        sums.arm_compute_mb_ms,
        sums.arm_init_mb_ms,
        sums.storage_mb_ms,
        sums.duration_sum_us,
        sums.init_sum_us,
        sums.event_bytes,
        sums.response_bytes,
        sums.log_lines,
        sums.log_bytes,
    ]
}

type UsageRow<'a> = (&'static str, i64, i64, u32, &'static str, &'a Billed);

/// Hours and days of functions: what accounts and all together use is their sum, and nobody prices a minute.
async fn add_usage(connection: &mut SqliteConnection, steps: &[(StepKey, Rollup)]) -> Result<()> {
    let mut rows = Vec::new();
    for ((grain, scope, at), rollup) in steps {
        if *grain != Grain::Minute.as_str() {
            for ((memory_mb, architecture), billed) in &rollup.billed {
                rows.push((*grain, *scope, *at, *memory_mb, words::architecture(*architecture), billed));
            }
        }
    }
    let bind = |values: &mut Values, row: &UsageRow<'_>| {
        let (grain, scope, at, memory_mb, architecture, billed) = row;
        values.word(grain)?;
        values.add(*scope)?;
        values.add(*at)?;
        values.add(*memory_mb)?;
        values.word(architecture)?;
        for number in [
            billed.requests,
            billed.compute_ms,
            billed.init_ms,
            billed.storage_mb_ms,
            billed.event_bytes,
            billed.response_bytes,
        ] {
            values.add(number)?;
        }
        Ok(())
    };
    USAGE.run(connection, &rows, bind).await
}

/// The sums of one row, or of several together.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct SumsRow {
    pub(crate) at_us: i64,
    invocations: i64,
    errors: i64,
    throttles: i64,
    cold_starts: i64,
    x86_compute_mb_ms: i64,
    x86_init_mb_ms: i64,
    arm_compute_mb_ms: i64,
    arm_init_mb_ms: i64,
    storage_mb_ms: i64,
    duration_sum_us: i64,
    init_sum_us: i64,
    event_bytes: i64,
    response_bytes: i64,
    log_lines: i64,
    log_bytes: i64,
    last_call_us: Option<i64>,
}

impl SumsRow {
    /// From numbers in the order of the fields.
    fn unpacked(mut row: packed::Row<'_>) -> Self {
        Self {
            at_us: row.next(),
            invocations: row.next(),
            errors: row.next(),
            throttles: row.next(),
            cold_starts: row.next(),
            x86_compute_mb_ms: row.next(),
            x86_init_mb_ms: row.next(),
            arm_compute_mb_ms: row.next(),
            arm_init_mb_ms: row.next(),
            storage_mb_ms: row.next(),
            duration_sum_us: row.next(),
            init_sum_us: row.next(),
            event_bytes: row.next(),
            response_bytes: row.next(),
            log_lines: row.next(),
            log_bytes: row.next(),
            last_call_us: row.next_some(),
        }
    }

    pub(crate) fn sums(&self) -> Sums {
        Sums {
            invocations: self.invocations,
            errors: self.errors,
            throttles: self.throttles,
            cold_starts: self.cold_starts,
            x86_compute_mb_ms: self.x86_compute_mb_ms,
            x86_init_mb_ms: self.x86_init_mb_ms,
            arm_compute_mb_ms: self.arm_compute_mb_ms,
            arm_init_mb_ms: self.arm_init_mb_ms,
            storage_mb_ms: self.storage_mb_ms,
            duration_sum_us: self.duration_sum_us,
            init_sum_us: self.init_sum_us,
            event_bytes: self.event_bytes,
            response_bytes: self.response_bytes,
            log_lines: self.log_lines,
            log_bytes: self.log_bytes,
            last_call_us: self.last_call_us,
        }
    }
}

/// The stored sums of one scope from `from` until `to`, oldest first.
pub(crate) async fn sums(
    pool: &SqlitePool,
    scope: i64,
    from: Micros,
    to: Micros,
    grain: Grain,
) -> Result<Vec<SumsRow>> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT ");
    query.push(packed(&[
        "at_us",
        "invocations",
        "errors",
        "throttles",
        "cold_starts",
        "x86_compute_mb_ms",
        "x86_init_mb_ms",
        "arm_compute_mb_ms",
        "arm_init_mb_ms",
        "storage_mb_ms",
        "duration_sum_us",
        "init_sum_us",
        "event_bytes",
        "response_bytes",
        "log_lines",
        "log_bytes",
        "COALESCE(last_call_us, '')",
    ]));
    query
        .push(" FROM rollups WHERE grain = ")
        .push_bind(grain.as_str())
        .push(" AND scope = ")
        .push_bind(scope);
    query.push(" AND at_us >= ").push_bind(from.0).push(" AND at_us < ").push_bind(to.0);
    let steps: Option<String> = query.build_query_scalar().fetch_one(pool).await?;
    let mut steps: Vec<SumsRow> =
        steps.iter().flat_map(|steps| packed::rows(steps)).map(SumsRow::unpacked).collect();
    steps.sort_unstable_by_key(|step| step.at_us);
    Ok(steps)
}

/// Figures of each stored step of one scope from `from` until `to`, oldest first.
pub(crate) async fn figures(
    pool: &SqlitePool,
    scope: i64,
    from: Micros,
    to: Micros,
    grain: Grain,
) -> Result<Vec<(Micros, Figures)>> {
    let sums = sums(pool, scope, from, to, grain).await?;
    let mut sketches = sketch_rows::sketches(pool, scope, from, to, grain).await?.into_iter().peekable();
    let mut steps = Vec::with_capacity(sums.len());
    for row in sums {
        let (mut duration, mut init) = (Sketch::default(), Sketch::default());
        while let Some(sketch) = sketches.next_if(|sketch| sketch.at_us <= row.at_us) {
            if sketch.at_us == row.at_us {
                duration = Sketch::read(sketch.duration.as_deref())?;
                init = Sketch::read(sketch.init.as_deref())?;
            }
        }
        let (duration, init) = (duration.quantiles(DURATIONS), init.quantiles(STARTS));
        steps.push((Micros(row.at_us), told(&row.sums(), duration, init)));
    }
    Ok(steps)
}

/// Sums and distributions that are read together.
pub(crate) struct Total {
    pub(crate) sums: Sums,
    pub(crate) duration: Distribution,
    pub(crate) init: Distribution,
}

impl Total {
    pub(crate) fn empty() -> Self {
        Self { sums: Sums::default(), duration: Distribution::empty(), init: Distribution::empty() }
    }

    pub(crate) fn figures(&self) -> Figures {
        told(&self.sums, self.duration.quantiles(DURATIONS), self.init.quantiles(STARTS))
    }
}

/// Shares of durations and of starts that figures tell.
const DURATIONS: [f64; 3] = [0.5, 0.95, 0.99];
const STARTS: [f64; 2] = [0.5, 0.95];

fn told(sums: &Sums, duration: [Option<f64>; 3], init: [Option<f64>; 2]) -> Figures {
    let ([p50, p95, p99], [init_p50, init_p95]) = (duration, init);
    Figures {
        invocations: sums.invocations as u64,
        errors: sums.errors as u64,
        throttles: sums.throttles as u64,
        cold_starts: sums.cold_starts as u64,
        duration_sum_us: sums.duration_sum_us,
        init_sum_us: sums.init_sum_us,
        p50,
        p95,
        p99,
        init_p50,
        init_p95,
        used: used(sums),
        last_call: sums.last_call_us.map(Micros),
    }
}

pub(crate) fn used(sums: &Sums) -> UsedQuantities {
    UsedQuantities {
        requests: sums.invocations as u64,
        x86_compute_mb_ms: sums.x86_compute_mb_ms as u128,
        x86_init_mb_ms: sums.x86_init_mb_ms as u128,
        arm_compute_mb_ms: sums.arm_compute_mb_ms as u128,
        arm_init_mb_ms: sums.arm_init_mb_ms as u128,
        storage_mb_ms: sums.storage_mb_ms as u128,
        event_bytes: sums.event_bytes as u64,
        response_bytes: sums.response_bytes as u64,
        log_lines: sums.log_lines as u64,
        log_bytes: sums.log_bytes as u64,
    }
}
