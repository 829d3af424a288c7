//! Rollups: counts, sums and sketches of one scope in one step of time. Owns what counts as what, and how the
//! facts of one transaction become steps. Must not know SQL or when transactions begin or end.

use crate::error::Result;
use crate::scopes::FunctionScopes;
use crate::sketch::Sketch;
use hearth_model::{Architecture, Grain, Invocation, LogLine, Micros, Outcome, ServerStart};
use std::collections::HashMap;

/// Whole days before today for which minutes are kept. Minutes of 500 functions over 90 days would be as many
/// rows as the invocations themselves; nobody looks at a minute of last month.
pub(crate) const MINUTE_DAYS: i64 = 3;
/// Storage that costs nothing.
const FREE_STORAGE_MB: i64 = 512;

/// The first instant for which minutes are complete.
pub(crate) fn minutes_from(now: Micros) -> Micros {
    Grain::Day.floor(now) - Micros(MINUTE_DAYS * Grain::Day.length().0)
}

/// Counts and sums that add up exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) invocations: i64,
    pub(crate) errors: i64,
    pub(crate) throttles: i64,
    pub(crate) cold_starts: i64,
    pub(crate) x86_compute_mb_ms: i64,
    pub(crate) x86_init_mb_ms: i64,
    pub(crate) arm_compute_mb_ms: i64,
    pub(crate) arm_init_mb_ms: i64,
    pub(crate) storage_mb_ms: i64,
    pub(crate) duration_sum_us: i64,
    pub(crate) init_sum_us: i64,
    pub(crate) event_bytes: i64,
    pub(crate) response_bytes: i64,
    pub(crate) log_lines: i64,
    pub(crate) log_bytes: i64,
    pub(crate) last_call_us: Option<i64>,
}

impl Sums {
    pub(crate) fn merge(&mut self, other: &Self) {
        self.invocations += other.invocations;
        self.errors += other.errors;
        self.throttles += other.throttles;
        self.cold_starts += other.cold_starts;
        self.x86_compute_mb_ms += other.x86_compute_mb_ms;
        self.x86_init_mb_ms += other.x86_init_mb_ms;
        self.arm_compute_mb_ms += other.arm_compute_mb_ms;
        self.arm_init_mb_ms += other.arm_init_mb_ms;
        self.storage_mb_ms += other.storage_mb_ms;
        self.duration_sum_us += other.duration_sum_us;
        self.init_sum_us += other.init_sum_us;
        self.event_bytes += other.event_bytes;
        self.response_bytes += other.response_bytes;
        self.log_lines += other.log_lines;
        self.log_bytes += other.log_bytes;
        self.last_call_us = self.last_call_us.max(other.last_call_us);
    }
}

/// What is billed at one memory size and architecture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Billed {
    pub(crate) requests: i64,
    pub(crate) compute_ms: i64,
    pub(crate) init_ms: i64,
    pub(crate) storage_mb_ms: i64,
    pub(crate) event_bytes: i64,
    pub(crate) response_bytes: i64,
}

impl Billed {
    fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.compute_ms += other.compute_ms;
        self.init_ms += other.init_ms;
        self.storage_mb_ms += other.storage_mb_ms;
        self.event_bytes += other.event_bytes;
        self.response_bytes += other.response_bytes;
    }
}

/// Memory size in MB and architecture.
pub(crate) type Size = (u32, Architecture);

/// One step of one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rollup {
    pub(crate) sums: Sums,
    pub(crate) duration: Sketch,
    pub(crate) init: Sketch,
    /// By size: few, mostly one.
    pub(crate) billed: Vec<(Size, Billed)>,
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
    /// Counts one invocation that has ended.
    pub(crate) fn add(&mut self, invocation: &Invocation, storage_mb: i64) {
        let sums = &mut self.sums;
        sums.last_call_us = sums.last_call_us.max(Some(invocation.started_us.0));
        if invocation.outcome == Outcome::Throttled {
            sums.throttles += 1;
            return;
        }
        sums.invocations += 1;
        sums.errors += i64::from(invocation.outcome.is_error());
        if invocation.start == ServerStart::Cold {
            sums.cold_starts += 1;
            sums.init_sum_us += invocation.phases.init_us.0;
            self.init.add(invocation.phases.init_us.0);
        }
        if has_duration(invocation.outcome) {
            sums.duration_sum_us += invocation.phases.invoke_us.0;
            self.duration.add(invocation.phases.invoke_us.0);
        }
        let (compute_ms, init_ms) = invocation.billed_split();
        let billed = Billed {
            requests: 1,
            compute_ms: compute_ms as i64,
            init_ms: init_ms as i64,
            storage_mb_ms: (compute_ms + init_ms) as i64 * (storage_mb - FREE_STORAGE_MB).max(0),
            event_bytes: invocation.event_bytes as i64,
            response_bytes: invocation.response_bytes as i64,
        };
        sums.storage_mb_ms += billed.storage_mb_ms;
        sums.event_bytes += billed.event_bytes;
        sums.response_bytes += billed.response_bytes;
        let memory_mb = i64::from(invocation.memory_mb);
        let (compute_mb_ms, init_mb_ms) = (billed.compute_ms * memory_mb, billed.init_ms * memory_mb);
        match invocation.architecture {
            Architecture::X86_64 => {
                sums.x86_compute_mb_ms += compute_mb_ms;
                sums.x86_init_mb_ms += init_mb_ms;
            }
            Architecture::Arm64 => {
                sums.arm_compute_mb_ms += compute_mb_ms;
                sums.arm_init_mb_ms += init_mb_ms;
            }
        }
        self.add_billed((invocation.memory_mb, invocation.architecture), &billed);
    }

    pub(crate) fn add_billed(&mut self, size: Size, billed: &Billed) {
        match self.billed.iter_mut().find(|(known, _)| *known == size) {
            Some((_, sum)) => sum.merge(billed),
            None => self.billed.push((size, *billed)),
        }
    }

    pub(crate) fn add_log(&mut self, lines: i64, bytes: i64) {
        self.sums.log_lines += lines;
        self.sums.log_bytes += bytes;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.merge_figures(other);
        for (size, billed) in &other.billed {
            self.add_billed(*size, billed);
        }
    }

    /// Without what is billed by size, which is kept for functions only.
    fn merge_figures(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        self.duration.merge(&other.duration);
        self.init.merge(&other.init);
    }
}

/// A step of a scope.
pub(crate) type StepKey = (&'static str, i64, i64);

/// What one transaction adds to the rollups, gathered at the finest step that is kept.
pub(crate) struct RollupChanges {
    minutes_from: Micros,
    finest: HashMap<(FunctionScopes, Grain, i64), Rollup>,
}

impl RollupChanges {
    /// For facts that are stored at `now`.
    pub(crate) fn at(now: Micros) -> Self {
        Self { minutes_from: minutes_from(now), finest: HashMap::new() }
    }

    fn step(&mut self, scopes: FunctionScopes, at: Micros) -> &mut Rollup {
        let grain = if at >= self.minutes_from { Grain::Minute } else { Grain::Hour };
        self.finest.entry((scopes, grain, grain.floor(at).0)).or_default()
    }

    pub(crate) fn add(&mut self, scopes: FunctionScopes, invocation: &Invocation, storage_mb: i64) {
        self.step(scopes, invocation.started_us).add(invocation, storage_mb);
    }

    pub(crate) fn add_line(&mut self, scopes: FunctionScopes, line: &LogLine) {
        self.add_lines(scopes, line.at_us, 1, line.text.len() as i64);
    }

    /// Lines that were logged at one time.
    pub(crate) fn add_lines(&mut self, scopes: FunctionScopes, at: Micros, lines: i64, bytes: i64) {
        self.step(scopes, at).add_log(lines, bytes);
    }

    /// Adds figures whose invocations are not there any more, of one hour.
    pub(crate) fn add_hour(&mut self, scopes: FunctionScopes, at: Micros, rollup: &Rollup) {
        self.finest.entry((scopes, Grain::Hour, Grain::Hour.floor(at).0)).or_default().merge(rollup);
    }

    /// Every step of every scope that these facts count into, in the order of the table.
    pub(crate) fn steps(self) -> Vec<(StepKey, Rollup)> {
        let mut steps: HashMap<StepKey, Rollup> = HashMap::new();
        let mut hours: HashMap<(FunctionScopes, i64), Rollup> = HashMap::new();
        let mut add = |grain: Grain, scopes: FunctionScopes, at: i64, rollup: &Rollup| {
            steps.entry((grain.as_str(), scopes.function, at)).or_default().merge(rollup);
            for scope in [scopes.account, scopes.all] {
                steps.entry((grain.as_str(), scope, at)).or_default().merge_figures(rollup);
            }
        };
        for ((scopes, grain, at), rollup) in self.finest {
            if grain == Grain::Minute {
                add(Grain::Minute, scopes, at, &rollup);
            }
            hours.entry((scopes, Grain::Hour.floor(Micros(at)).0)).or_default().merge(&rollup);
        }
        for ((scopes, at), rollup) in hours {
            add(Grain::Hour, scopes, at, &rollup);
            add(Grain::Day, scopes, Grain::Day.floor(Micros(at)).0, &rollup);
        }
        let mut steps: Vec<(StepKey, Rollup)> = steps.into_iter().collect();
        steps.sort_unstable_by_key(|(key, _)| *key);
        steps
    }

    /// Adds to the stored rows, inside the transaction that stores the invocations themselves.
    pub(crate) async fn write(self, connection: &mut sqlx::SqliteConnection) -> Result<()> {
        crate::rollup_rows::add(connection, &self.steps()).await
    }
}
