//! The overview: what a list of all functions shows, for all of them at once. Must not know how it is shown.

use crate::error::Result;
use crate::packed::{self, packed};
use crate::scopes::{Scope, push_functions};
use crate::sketch::{Distribution, Sketch};
use crate::store::Store;
use crate::types::{FunctionOverview, UsedQuantities};
use hearth_model::{FunctionId, Grain, Micros};
use sqlx::{QueryBuilder, Sqlite};
use std::collections::HashMap;

/// Hours that the overview looks at, the current one included.
pub const OVERVIEW_HOURS: usize = 24;

/// Function, last call and sums.
type UsedRow = (String, Option<i64>, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);

/// Some hours of one function; the percentiles of the overview are worked out of the durations.
#[derive(Clone, Default)]
struct Hours {
    overview: FunctionOverview,
    durations: Sketch,
}

/// Some days of one function.
#[derive(Clone, Copy, Default)]
struct Days {
    used: UsedQuantities,
    last_call: Option<Micros>,
}

impl Store {
    /// Figures of every function of a scope that ever did anything: of the 24 hours that end with the current one, of
    /// the days since `month`, which begins a day, and its last call. Hours and days that are over are kept in memory;
    /// the current ones are one statement each, with a row a function.
    pub async fn overview(
        &self,
        scope: &Scope,
        month: Micros,
    ) -> Result<HashMap<FunctionId, FunctionOverview>> {
        let now = self.now();
        let (first, hour, today) = (self.overview_from(), Grain::Hour.floor(now), Grain::Day.floor(now));
        let hours_of = |from, to| self.hours_between(scope, first, from, to);
        let mut hours =
            (*self.past().of(("hours", scope.clone(), first, hour), hours_of(first, hour)).await?).clone();
        for (id, current) in hours_of(hour, Micros(i64::MAX)).await? {
            hours.entry(id).or_default().merge(&current);
        }
        let mut functions: HashMap<FunctionId, FunctionOverview> =
            hours.into_iter().map(|(id, hours)| (id, hours.told())).collect();

        let days_of = |from, to| self.days_since(scope, from, to);
        let month = month.min(today);
        let past = self.past().of(("month", scope.clone(), month, today), days_of(month, today)).await?;
        for (id, days) in past.iter() {
            functions.entry(id.clone()).or_default().month = days.used;
        }
        let begin = Micros(i64::MIN);
        let last =
            self.past().of(("last", scope.clone(), begin, today), self.last_before(scope, today)).await?;
        for (id, last) in last.iter() {
            functions.entry(id.clone()).or_default().last_call = *last;
        }
        for (id, days) in days_of(today, Micros(i64::MAX)).await? {
            let overview = functions.entry(id).or_default();
            overview.month.add(&days.used);
            overview.last_call = overview.last_call.max(days.last_call);
        }
        Ok(functions)
    }

    /// The first of the hours that the overview looks at.
    pub fn overview_from(&self) -> Micros {
        Grain::Hour.floor(self.now()) - Micros((OVERVIEW_HOURS as i64 - 1) * Grain::Hour.length().0)
    }

    /// Hours from `from` until `to`, counted from `first`.
    async fn hours_between(
        &self,
        scope: &Scope,
        first: Micros,
        from: Micros,
        to: Micros,
    ) -> Result<HashMap<FunctionId, Hours>> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT s.id, ");
        query.push(packed(&[
            "r.at_us",
            "r.invocations",
            "r.errors",
            "r.throttles",
            "r.cold_starts",
            "hex(k.duration)",
        ]));
        query.push(
            " FROM scopes s CROSS JOIN rollups r ON r.grain = 'hour' AND r.scope = s.key AND r.at_us >= ",
        );
        query.push_bind(from.0).push(" AND r.at_us < ").push_bind(to.0).push(
            " LEFT JOIN rollup_sketches k ON k.grain = 'hour' AND k.scope = s.key AND k.at_us = r.at_us WHERE ",
        );
        push_functions(&mut query, scope);
        // The order of the index by which functions are found: nothing has to be sorted.
        query.push(" GROUP BY s.id");
        let rows: Vec<(String, String)> = query.build_query_as().fetch_all(self.reader()).await?;
        rows.into_iter().map(|(id, hours)| Ok((FunctionId(id), Hours::read(&hours, first)?))).collect()
    }

    /// What was used from `from` until `to`, both at the start of a day.
    async fn days_since(&self, scope: &Scope, from: Micros, to: Micros) -> Result<HashMap<FunctionId, Days>> {
        if from >= to {
            return Ok(HashMap::new());
        }
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT s.id, MAX(r.last_call_us), SUM(r.invocations), SUM(r.x86_compute_mb_ms), SUM(r.x86_init_mb_ms),
                 SUM(r.arm_compute_mb_ms), SUM(r.arm_init_mb_ms), SUM(r.storage_mb_ms), SUM(r.event_bytes),
                 SUM(r.response_bytes), SUM(r.log_lines), SUM(r.log_bytes)
             FROM scopes s CROSS JOIN rollups r ON r.grain = 'day' AND r.scope = s.key AND r.at_us >= ",
        );
        query.push_bind(from.0).push(" AND r.at_us < ").push_bind(to.0).push(" WHERE ");
        push_functions(&mut query, scope);
        query.push(" GROUP BY s.id");
        let rows: Vec<UsedRow> = query.build_query_as().fetch_all(self.reader()).await?;
        let days = |row: UsedRow| {
            let used = UsedQuantities {
                requests: row.2 as u64,
                x86_compute_mb_ms: row.3 as u128,
                x86_init_mb_ms: row.4 as u128,
                arm_compute_mb_ms: row.5 as u128,
                arm_init_mb_ms: row.6 as u128,
                storage_mb_ms: row.7 as u128,
                event_bytes: row.8 as u64,
                response_bytes: row.9 as u64,
                log_lines: row.10 as u64,
                log_bytes: row.11 as u64,
            };
            (FunctionId(row.0), Days { used, last_call: row.1.map(Micros) })
        };
        Ok(rows.into_iter().map(days).collect())
    }

    /// The last call of each function before a day. The newest row of each function is the first that is looked at.
    async fn last_before(&self, scope: &Scope, day: Micros) -> Result<Vec<(FunctionId, Option<Micros>)>> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT s.id, (SELECT r.last_call_us FROM rollups r WHERE r.grain = 'day' AND r.scope = s.key
                 AND r.last_call_us IS NOT NULL AND r.at_us < ",
        );
        query.push_bind(day.0).push(" ORDER BY r.at_us DESC LIMIT 1) FROM scopes s WHERE ");
        push_functions(&mut query, scope);
        let rows: Vec<(String, Option<i64>)> = query.build_query_as().fetch_all(self.reader()).await?;
        Ok(rows.into_iter().map(|(id, last)| (FunctionId(id), last.map(Micros))).collect())
    }
}

impl Hours {
    /// Reads packed hours.
    fn read(packed_hours: &str, first: Micros) -> Result<Self> {
        let mut read = Self::default();
        let overview = &mut read.overview;
        for mut hour in packed::rows(packed_hours) {
            let place = (hour.next::<i64>() - first.0) / Grain::Hour.length().0;
            let (calls, errors) = (hour.next::<u64>(), hour.next::<u64>());
            if let Some(place) = usize::try_from(place).ok().filter(|place| *place < OVERVIEW_HOURS) {
                overview.calls_by_hour[place] += calls;
                overview.errors_by_hour[place] += errors;
            }
            overview.invocations += calls;
            overview.errors += errors;
            overview.throttles += hour.next::<u64>();
            overview.cold_starts += hour.next::<u64>();
            read.durations.merge_blob(hour.next_bytes().as_deref())?;
        }
        Ok(read)
    }

    fn merge(&mut self, other: &Self) {
        let (sum, more) = (&mut self.overview, &other.overview);
        for place in 0..OVERVIEW_HOURS {
            sum.calls_by_hour[place] += more.calls_by_hour[place];
            sum.errors_by_hour[place] += more.errors_by_hour[place];
        }
        sum.invocations += more.invocations;
        sum.errors += more.errors;
        sum.throttles += more.throttles;
        sum.cold_starts += more.cold_starts;
        self.durations.merge(&other.durations);
    }

    fn told(self) -> FunctionOverview {
        let mut durations = Distribution::empty();
        durations.add_sketch(&self.durations);
        let [p50, p95, p99] = durations.quantiles([0.5, 0.95, 0.99]);
        FunctionOverview { p50, p95, p99, ..self.overview }
    }
}
