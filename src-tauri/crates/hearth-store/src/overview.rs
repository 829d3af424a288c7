//! The overview: what a list of all functions shows, for all of them at once. Must not know how it is shown.

use crate::error::Result;
use crate::packed::{self, packed};
use crate::scopes::{Scope, push_functions};
use crate::sketch::Sketch;
use crate::store::Store;
use crate::types::FunctionOverview;
use hearth_model::{FunctionId, Grain, Micros};
use sqlx::{QueryBuilder, Sqlite};
use std::collections::HashMap;

/// Hours that the overview looks at, the current one included.
pub const OVERVIEW_HOURS: usize = 24;

/// Some hours of one function; the percentiles of the overview are worked out of the durations.
#[derive(Clone, Default)]
struct Hours {
    overview: FunctionOverview,
    durations: Sketch,
}

impl Store {
    /// Figures of every function of a scope that ever did anything: of the 24 hours that end with the current one, and
    /// its last call. What is over is kept in memory; the current hour is one statement with a row a function.
    pub async fn overview(&self, scope: &Scope) -> Result<HashMap<FunctionId, FunctionOverview>> {
        let now = self.now();
        let (first, hour, today) = (self.overview_from(), Grain::Hour.floor(now), Grain::Day.floor(now));
        let read = |from, to| self.hours_between(scope, first, from, to);
        let past = self.past().of(("hours", scope.clone(), first, hour), read(first, hour)).await?;
        let mut functions: HashMap<FunctionId, FunctionOverview> = HashMap::with_capacity(past.len());
        for (id, mut hours) in read(hour, hour + Grain::Hour.length()).await? {
            if let Some(past) = past.get(&id) {
                hours.merge(past);
            }
            functions.insert(id, hours.told());
        }
        for (id, hours) in past.iter() {
            if !functions.contains_key(id) {
                functions.insert(id.clone(), hours.told());
            }
        }
        // The hours above begin before today.
        let begin = Micros(i64::MIN);
        let last =
            self.past().of(("last", scope.clone(), begin, today), self.last_before(scope, today)).await?;
        for (id, last) in last.iter() {
            let overview = functions.entry(id.clone()).or_default();
            overview.last_call = overview.last_call.max(*last);
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
            "COALESCE(r.last_call_us, 0)",
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
            overview.last_call = overview.last_call.max(Some(Micros(hour.next())).filter(|at| at.0 > 0));
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
        sum.last_call = sum.last_call.max(more.last_call);
        self.durations.merge(&other.durations);
    }

    fn told(&self) -> FunctionOverview {
        let [p50, p95, p99] = self.durations.quantiles([0.5, 0.95, 0.99]);
        FunctionOverview { p50, p95, p99, ..self.overview.clone() }
    }
}
