//! The overview: what a list of all functions shows, for all of them at once. Must not know how it is shown.

use crate::error::Result;
use crate::sketch::Distribution;
use crate::store::Store;
use crate::types::{FunctionOverview, UsedQuantities};
use hearth_model::{FunctionId, Grain, Micros};
use std::collections::HashMap;

/// Hours that the overview looks at, the current one included.
pub const OVERVIEW_HOURS: usize = 24;

/// Function, hour, calls, errors, refused ones, cold starts and durations.
type HourRow = (String, i64, i64, i64, i64, i64, Option<Vec<u8>>);

/// Function and sums.
type UsedRow = (String, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);

impl Store {
    /// Figures of every function that ever did anything: of the 24 hours that end with the current one, of the
    /// days since `month`, which begins a day, and its last call. Always four statements.
    pub async fn overview(&self, month: Micros) -> Result<HashMap<FunctionId, FunctionOverview>> {
        let first = self.overview_from();
        let mut functions: HashMap<FunctionId, FunctionOverview> = HashMap::new();
        let hours: Vec<HourRow> = sqlx::query_as(
            "SELECT s.id, r.at_us, r.invocations, r.errors, r.throttles, r.cold_starts, k.duration FROM scopes s
             CROSS JOIN rollups r ON r.grain = 'hour' AND r.scope = s.key AND r.at_us >= ?
             LEFT JOIN rollup_sketches k ON k.grain = 'hour' AND k.scope = s.key AND k.at_us = r.at_us
             WHERE s.kind = 'function' ORDER BY s.key",
        )
        .bind(first.0)
        .fetch_all(self.reader())
        .await?;
        for rows in hours.chunk_by(|left, right| left.0 == right.0) {
            let mut overview = FunctionOverview::default();
            let mut durations = Distribution::empty();
            for (_, at, calls, errors, throttles, cold_starts, duration) in rows {
                let hour = (at - first.0) / Grain::Hour.length().0;
                if let Some(index) = usize::try_from(hour).ok().filter(|index| *index < OVERVIEW_HOURS) {
                    overview.calls_by_hour[index] += *calls as u64;
                    overview.errors_by_hour[index] += *errors as u64;
                }
                overview.invocations += *calls as u64;
                overview.errors += *errors as u64;
                overview.throttles += *throttles as u64;
                overview.cold_starts += *cold_starts as u64;
                durations.add_blob(duration.as_deref())?;
            }
            [overview.p50, overview.p95, overview.p99] = durations.quantiles([0.5, 0.95, 0.99]);
            functions.insert(FunctionId(rows[0].0.clone()), overview);
        }
        for (id, month) in self.used_since(month).await? {
            functions.entry(id).or_default().month = month;
        }
        let last: Vec<(String, Option<i64>)> = sqlx::query_as(
            "SELECT s.id, (SELECT r.last_call_us FROM rollups r WHERE r.grain = 'day' AND r.scope = s.key
                 AND r.last_call_us IS NOT NULL ORDER BY r.at_us DESC LIMIT 1)
             FROM scopes s WHERE s.kind = 'function'",
        )
        .fetch_all(self.reader())
        .await?;
        for (id, last) in last {
            functions.entry(FunctionId(id)).or_default().last_call = last.map(Micros);
        }
        Ok(functions)
    }

    /// The first of the hours that the overview looks at.
    pub fn overview_from(&self) -> Micros {
        Grain::Hour.floor(self.now()) - Micros((OVERVIEW_HOURS as i64 - 1) * Grain::Hour.length().0)
    }

    async fn used_since(&self, month: Micros) -> Result<Vec<(FunctionId, UsedQuantities)>> {
        let rows: Vec<UsedRow> = sqlx::query_as(
            "SELECT s.id, SUM(r.invocations), SUM(r.x86_compute_mb_ms), SUM(r.x86_init_mb_ms),
                 SUM(r.arm_compute_mb_ms), SUM(r.arm_init_mb_ms), SUM(r.storage_mb_ms), SUM(r.event_bytes),
                 SUM(r.response_bytes), SUM(r.log_lines), SUM(r.log_bytes)
             FROM scopes s CROSS JOIN rollups r ON r.grain = 'day' AND r.scope = s.key AND r.at_us >= ?
             WHERE s.kind = 'function' GROUP BY s.key",
        )
        .bind(month.0)
        .fetch_all(self.reader())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let used = UsedQuantities {
                    requests: row.1 as u64,
                    x86_compute_mb_ms: row.2 as u128,
                    x86_init_mb_ms: row.3 as u128,
                    arm_compute_mb_ms: row.4 as u128,
                    arm_init_mb_ms: row.5 as u128,
                    storage_mb_ms: row.6 as u128,
                    event_bytes: row.7 as u64,
                    response_bytes: row.8 as u64,
                    log_lines: row.9 as u64,
                    log_bytes: row.10 as u64,
                };
                (FunctionId(row.0), used)
            })
            .collect())
    }
}
