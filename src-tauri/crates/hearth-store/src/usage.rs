//! Usage: what every function of a scope used in a window, as sums for a ranking, and by memory size and
//! architecture for prices and what-if. From rollups only, so that it costs the same whatever the number of calls.
//! Must not know prices.

use crate::charts::ceil;
use crate::error::Result;
use crate::rollup::Sums;
use crate::rollup_rows::{SumsRow, used};
use crate::scopes::{Scope, push_functions};
use crate::store::Store;
use crate::types::{FunctionUsage, SizedUsage, UsageStep};
use crate::words;
use hearth_model::{FunctionId, Grain, Micros};
use sqlx::{QueryBuilder, Sqlite};
use std::collections::HashMap;

/// Whole hours that hold a window; all of today when it reaches the current hour, since nothing comes later.
fn whole(from: Micros, to: Micros, now: Micros) -> (Micros, Micros) {
    let (from, to) = (Grain::Hour.floor(from), ceil(Grain::Hour, to));
    (from, if to >= now { ceil(Grain::Day, to) } else { to })
}

/// Whole hours as days inside and hours at the edges; pieces that hold nothing are left out.
fn pieces(from: Micros, to: Micros) -> Vec<(&'static str, i64, i64)> {
    let first_day = ceil(Grain::Day, from).min(to);
    let last_day = Grain::Day.floor(to).max(first_day);
    let pieces = [("hour", from, first_day), ("day", first_day, last_day), ("hour", last_day, to)];
    let there = |(_, from, to): &(_, Micros, Micros)| from < to;
    pieces.into_iter().filter(there).map(|(grain, from, to)| (grain, from.0, to.0)).collect()
}

/// The pieces as a table `p`.
fn push_pieces(query: &mut QueryBuilder<Sqlite>, from: Micros, to: Micros) {
    query.push(" FROM scopes s CROSS JOIN (");
    for (index, (grain, from, to)) in pieces(from, to).into_iter().enumerate() {
        query.push(if index == 0 { "SELECT " } else { " UNION ALL SELECT " });
        query.push_bind(grain).push(" AS grain, ").push_bind(from).push(" AS first, ").push_bind(to);
        query.push(" AS last");
    }
    query.push(") p");
}

const SUMS: &str = "SUM(r.invocations) AS invocations, SUM(r.errors) AS errors, SUM(r.throttles) AS throttles,
     SUM(r.cold_starts) AS cold_starts, SUM(r.x86_compute_mb_ms) AS x86_compute_mb_ms,
     SUM(r.x86_init_mb_ms) AS x86_init_mb_ms, SUM(r.arm_compute_mb_ms) AS arm_compute_mb_ms,
     SUM(r.arm_init_mb_ms) AS arm_init_mb_ms, SUM(r.storage_mb_ms) AS storage_mb_ms,
     SUM(r.duration_sum_us) AS duration_sum_us, SUM(r.init_sum_us) AS init_sum_us,
     SUM(r.event_bytes) AS event_bytes, SUM(r.response_bytes) AS response_bytes, SUM(r.log_lines) AS log_lines,
     SUM(r.log_bytes) AS log_bytes, MAX(r.last_call_us) AS last_call_us";

#[derive(sqlx::FromRow)]
struct FunctionRow {
    id: String,
    name: String,
    account: String,
    #[sqlx(flatten)]
    sums: SumsRow,
}

#[derive(sqlx::FromRow)]
struct SizedRow {
    id: String,
    at_us: i64,
    memory_mb: i64,
    architecture: String,
    requests: i64,
    compute_ms: i64,
    init_ms: i64,
    storage_mb_ms: i64,
    event_bytes: i64,
    response_bytes: i64,
}

impl SizedRow {
    fn usage(&self) -> Result<SizedUsage> {
        Ok(SizedUsage {
            memory_mb: self.memory_mb as u32,
            architecture: words::parse("architecture", &self.architecture)?,
            requests: self.requests as u64,
            compute_ms: self.compute_ms as u64,
            init_ms: self.init_ms as u64,
            storage_mb_ms: self.storage_mb_ms as u128,
            event_bytes: self.event_bytes as u64,
            response_bytes: self.response_bytes as u64,
        })
    }
}

/// One function's sums.
#[derive(Clone)]
struct Summed {
    name: String,
    account: String,
    sums: Sums,
}

/// By function, memory size and architecture.
type Sizes = HashMap<(FunctionId, u32, String), SizedUsage>;

const SIZED_SUMS: &str =
    "u.memory_mb, u.architecture, SUM(u.requests) AS requests, SUM(u.compute_ms) AS compute_ms,
     SUM(u.init_ms) AS init_ms, SUM(u.storage_mb_ms) AS storage_mb_ms, SUM(u.event_bytes) AS event_bytes,
     SUM(u.response_bytes) AS response_bytes";

impl Store {
    /// What each function of a scope used in the whole hours that hold a window; functions without any are left
    /// out. In no order.
    pub async fn usage_by_function(
        &self,
        scope: &Scope,
        from: Micros,
        to: Micros,
    ) -> Result<Vec<FunctionUsage>> {
        let now = self.now();
        let (from, to) = whole(from, to, now);
        let today = Grain::Day.floor(now).clamp(from, to.max(from));
        let read = |from, to| self.sums_by_function(scope, from, to);
        let past = self.past().of(("sums", scope.clone(), from, today), read(from, today)).await?;
        let mut functions: HashMap<FunctionId, Summed> = (*past).clone();
        for (id, more) in read(today, to).await? {
            functions.entry(id).and_modify(|there| there.sums.merge(&more.sums)).or_insert(more);
        }
        let usage = |(function_id, Summed { name, account, sums })| FunctionUsage {
            function_id,
            name,
            account,
            errors: sums.errors as u64,
            throttles: sums.throttles as u64,
            cold_starts: sums.cold_starts as u64,
            duration_sum_us: sums.duration_sum_us,
            used: used(&sums),
        };
        Ok(functions.into_iter().map(usage).collect())
    }

    async fn sums_by_function(
        &self,
        scope: &Scope,
        from: Micros,
        to: Micros,
    ) -> Result<HashMap<FunctionId, Summed>> {
        if from >= to {
            return Ok(HashMap::new());
        }
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("SELECT s.id, s.name, s.account, 0 AS at_us, ");
        query.push(SUMS);
        push_pieces(&mut query, from, to);
        query.push(
            " CROSS JOIN rollups r ON r.grain = p.grain AND r.scope = s.key AND r.at_us >= p.first
                 AND r.at_us < p.last WHERE ",
        );
        push_functions(&mut query, scope);
        query.push(" GROUP BY s.id");
        let rows: Vec<FunctionRow> = query.build_query_as().fetch_all(self.reader()).await?;
        let summed = |row: FunctionRow| {
            let sums = row.sums.sums();
            (FunctionId(row.id), Summed { name: row.name, account: row.account, sums })
        };
        Ok(rows.into_iter().map(summed).collect())
    }

    /// What each function of a scope used in the whole hours that hold a window, by memory size and architecture.
    pub async fn usage_by_size(
        &self,
        scope: &Scope,
        from: Micros,
        to: Micros,
    ) -> Result<Vec<(FunctionId, SizedUsage)>> {
        let now = self.now();
        let (from, to) = whole(from, to, now);
        let today = Grain::Day.floor(now).clamp(from, to.max(from));
        let read = |from, to| self.sums_by_size(scope, from, to);
        let past = self.past().of(("sizes", scope.clone(), from, today), read(from, today)).await?;
        let mut sizes = (*past).clone();
        for (key, more) in read(today, to).await? {
            sizes.entry(key).and_modify(|there| there.add(&more)).or_insert(more);
        }
        Ok(sizes.into_iter().map(|((id, ..), usage)| (id, usage)).collect())
    }

    async fn sums_by_size(&self, scope: &Scope, from: Micros, to: Micros) -> Result<Sizes> {
        if from >= to {
            return Ok(Sizes::new());
        }
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT s.id, 0 AS at_us, ");
        query.push(SIZED_SUMS);
        push_pieces(&mut query, from, to);
        query.push(
            " CROSS JOIN usage u ON u.grain = p.grain AND u.scope = s.key AND u.at_us >= p.first
                 AND u.at_us < p.last WHERE ",
        );
        push_functions(&mut query, scope);
        query.push(" GROUP BY s.id, u.memory_mb, u.architecture");
        let rows: Vec<SizedRow> = query.build_query_as().fetch_all(self.reader()).await?;
        let sized = |row: SizedRow| {
            let usage = row.usage()?;
            Ok(((FunctionId(row.id), usage.memory_mb, row.architecture), usage))
        };
        rows.into_iter().map(sized).collect()
    }

    /// The same hour by hour or day by day, oldest first: what a forecast, a what-if or a price that changed in
    /// between needs. Minutes are not kept and count as hours.
    pub async fn usage_steps(
        &self,
        scope: &Scope,
        from: Micros,
        to: Micros,
        grain: Grain,
    ) -> Result<Vec<UsageStep>> {
        let grain = if grain == Grain::Minute { Grain::Hour } else { grain };
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT s.id, u.at_us, u.memory_mb, u.architecture, u.requests, u.compute_ms, u.init_ms,
                 u.storage_mb_ms, u.event_bytes, u.response_bytes
             FROM scopes s CROSS JOIN usage u ON u.scope = s.key AND u.grain = ",
        );
        query.push_bind(grain.as_str()).push(" AND u.at_us >= ").push_bind(grain.floor(from).0);
        query.push(" AND u.at_us < ").push_bind(to.0).push(" WHERE ");
        push_functions(&mut query, scope);
        query.push(" ORDER BY u.at_us, s.key");
        let rows: Vec<SizedRow> = query.build_query_as().fetch_all(self.reader()).await?;
        rows.into_iter()
            .map(|row| {
                Ok(UsageStep {
                    at_us: Micros(row.at_us),
                    function_id: FunctionId(row.id.clone()),
                    usage: row.usage()?,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_are_the_hours_that_hold_the_window(
            from in 0_i64..20_000_000, length in 1_i64..10_000_000, later in 3_600_i64..10_000_000,
        ) {
            let (from, to) = (Micros::from_seconds(from), Micros::from_seconds(from + length));
            let (first, last) = whole(from, to, to + Micros::from_seconds(later));
            prop_assert_eq!((first, last), (Grain::Hour.floor(from), ceil(Grain::Hour, to)));
            let (_, today) = whole(from, to, to);
            prop_assert_eq!(today, ceil(Grain::Day, to));
            for last in [last, today] {
                let mut at = first.0;
                for (grain, first, last) in pieces(first, last) {
                    prop_assert_eq!(first, at);
                    prop_assert!(last > first);
                    prop_assert!(grain == "hour" || Grain::Day.floor(Micros(first)).0 == first);
                    at = last;
                }
                prop_assert_eq!(at, last.0);
            }
        }
    }
}
