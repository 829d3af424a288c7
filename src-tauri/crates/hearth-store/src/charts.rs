//! Figures over time: series, totals, hourly calls and histograms. Everything but the histogram comes from
//! rollups, whose sketches merge without loss. Must not know prices or drawing.

use crate::error::Result;
use crate::record::first_id;
use crate::rollup::{has_duration, minutes_from};
use crate::rollup_rows::{self, Total};
use crate::scopes::{Scope, push_functions};
use crate::sketch_rows;
use crate::store::Store;
use crate::types::{Figures, HistogramBar, HourlyCalls, SeriesPoint};
use hearth_model::{FunctionId, Grain, Micros, Outcome, ServerStart};
use sqlx::{QueryBuilder, Sqlite};
use std::collections::BTreeMap;

/// Calls that a histogram looks at: the newest ones.
const HISTOGRAM_CALLS: i64 = 100_000;
/// Bars for a tenfold of duration.
const BARS_PER_DECADE: f64 = 5.0;

impl Store {
    /// Figures step by step from the step that holds `from` until `to`; steps without calls are there too.
    /// Minutes are kept for the last three whole days only.
    pub async fn series(
        &self,
        scope: &Scope,
        from: Micros,
        to: Micros,
        grain: Grain,
    ) -> Result<Vec<SeriesPoint>> {
        let from = grain.floor(from);
        let mut stored = Vec::new();
        if let Some(key) = self.scope_key(scope).await? {
            stored = self.steps(scope, key, from, to, grain).await?;
        }
        let mut stored = stored.into_iter().peekable();
        let mut points = Vec::new();
        let mut at = from;
        while at < to {
            let figures = stored.next_if(|(step, _)| *step == at);
            points.push(SeriesPoint {
                at_us: at,
                figures: figures.map(|(_, figures)| figures).unwrap_or_default(),
            });
            at = at + grain.length();
        }
        Ok(points)
    }

    /// Figures of the steps that have any. Hours of days that are over are kept in memory: a chart of a month asks for
    /// the same ones again and again.
    async fn steps(
        &self,
        scope: &Scope,
        key: i64,
        from: Micros,
        to: Micros,
        grain: Grain,
    ) -> Result<Vec<(Micros, Figures)>> {
        let (first, last) = (Grain::Day.floor(from), Grain::Day.floor(to) + Grain::Day.length());
        let over = Grain::Day.floor(self.now()).min(last);
        if grain != Grain::Hour || first >= over {
            return rollup_rows::figures(self.reader(), key, from, to, grain).await;
        }
        let read = rollup_rows::figures(self.reader(), key, first, over, grain);
        let past = self.past().of(("steps", scope.clone(), first, over), read).await?;
        let wanted = |at: Micros| at >= from && at < to;
        let mut steps: Vec<_> = past.iter().filter(|(at, _)| wanted(*at)).copied().collect();
        if to > over {
            steps.extend(rollup_rows::figures(self.reader(), key, over.max(from), to, grain).await?);
        }
        Ok(steps)
    }

    /// Figures of the whole window, from the minute that holds `from` to the end of the one before `to`'s end; in
    /// hours where minutes are not kept any more.
    pub async fn totals(&self, scope: &Scope, from: Micros, to: Micros) -> Result<Figures> {
        let mut total = Total::empty();
        let Some(key) = self.scope_key(scope).await? else { return Ok(total.figures()) };
        for (grain, from, to) in cover(from, to, minutes_from(self.now())) {
            for row in rollup_rows::sums(self.reader(), key, from, to, grain).await? {
                total.sums.merge(&row.sums());
            }
            for row in sketch_rows::sketches(self.reader(), key, from, to, grain).await? {
                total.duration.add_blob(row.duration.as_deref())?;
                total.init.add_blob(row.init.as_deref())?;
            }
        }
        Ok(total.figures())
    }

    /// Calls of every function of a scope hour by hour from the hour that holds `from`, hours without calls left
    /// out.
    pub async fn hourly_calls(&self, scope: &Scope, from: Micros) -> Result<Vec<HourlyCalls>> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT s.id, r.at_us, r.invocations, r.errors, r.throttles FROM scopes s
             CROSS JOIN rollups r ON r.grain = 'hour' AND r.scope = s.key AND r.at_us >= ",
        );
        query.push_bind(Grain::Hour.floor(from).0).push(" WHERE ");
        push_functions(&mut query, scope);
        let rows: Vec<(String, i64, i64, i64, i64)> = query.build_query_as().fetch_all(self.reader()).await?;
        Ok(rows
            .into_iter()
            .map(|(id, at_us, calls, errors, throttles)| HourlyCalls {
                function_id: FunctionId(id),
                at_us: Micros(at_us),
                calls: calls as u64,
                errors: errors as u64,
                throttles: throttles as u64,
            })
            .collect())
    }

    /// How durations spread, among the newest 100,000 calls since `from`: bars of equal ratio, gaps included.
    pub async fn duration_histogram(
        &self,
        function_id: Option<&FunctionId>,
        from: Micros,
    ) -> Result<Vec<HistogramBar>> {
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("SELECT invoke_us, start, outcome FROM invocations WHERE ");
        if let Some(function) = function_id {
            let key = self.function_key(function).await?;
            query.push("function_key = ").push_bind(key).push(" AND ");
        }
        query.push("id >= ").push_bind(first_id(from));
        query.push(" ORDER BY id DESC LIMIT ").push_bind(HISTOGRAM_CALLS);
        let calls: Vec<(i64, String, String)> = query.build_query_as().fetch_all(self.reader()).await?;
        let mut bars: BTreeMap<i32, (u64, u64)> = BTreeMap::new();
        for (invoke_us, start, outcome) in calls {
            if !Outcome::parse(&outcome).is_some_and(has_duration) {
                continue;
            }
            let (warm, cold) = bars.entry(bar_of(invoke_us)).or_default();
            *(if start == ServerStart::Cold.as_str() { cold } else { warm }) += 1;
        }
        let (Some(first), Some(last)) = (bars.keys().next().copied(), bars.keys().next_back().copied())
        else {
            return Ok(Vec::new());
        };
        Ok((first..=last)
            .map(|bar| {
                let (warm, cold) = bars.get(&bar).copied().unwrap_or_default();
                HistogramBar { upper_ms: upper_us(bar) / 1_000.0, warm, cold }
            })
            .collect())
    }
}

/// The bar whose upper bound is the first that is not below the duration; everything under 0.1 ms is one bar.
fn bar_of(micros: i64) -> i32 {
    let position = (micros.max(100) as f64).log10() * BARS_PER_DECADE;
    // A duration that is exactly a bound belongs under it, whatever the logarithm's last digit says.
    let nearest = position.round();
    if (position - nearest).abs() < 1e-9 { nearest as i32 } else { position.ceil() as i32 }
}

fn upper_us(bar: i32) -> f64 {
    10_f64.powf(f64::from(bar) / BARS_PER_DECADE)
}

/// The fewest rollup rows that cover a window: days inside, hours and minutes at its edges, and where minutes are
/// not kept the whole hour.
fn cover(from: Micros, to: Micros, minutes_from: Micros) -> Vec<(Grain, Micros, Micros)> {
    let edge = |at: Micros| if at >= minutes_from { Grain::Minute } else { Grain::Hour };
    let from = edge(from).floor(from);
    let to = ceil(edge(to), to);
    let mut pieces = Vec::new();
    let mut add = |grain, from: Micros, to: Micros| {
        if from < to {
            pieces.push((grain, from, to));
        }
    };
    let (first_hour, last_hour) = (ceil(Grain::Hour, from), Grain::Hour.floor(to));
    if first_hour > last_hour {
        add(Grain::Minute, from, to);
        return pieces;
    }
    add(Grain::Minute, from, first_hour);
    let (first_day, last_day) = (ceil(Grain::Day, first_hour), Grain::Day.floor(last_hour));
    if first_day >= last_day {
        add(Grain::Hour, first_hour, last_hour);
    } else {
        add(Grain::Hour, first_hour, first_day);
        add(Grain::Day, first_day, last_day);
        add(Grain::Hour, last_day, last_hour);
    }
    add(Grain::Minute, last_hour, to);
    pieces
}

pub(crate) fn ceil(grain: Grain, at: Micros) -> Micros {
    let floor = grain.floor(at);
    if floor == at { at } else { floor + grain.length() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_window_is_covered_once_and_without_gaps(
            from in 0_i64..20_000_000, length in 1_i64..10_000_000, kept in 0_i64..300,
        ) {
            let (from, to) = (Micros::from_seconds(from), Micros::from_seconds(from + length));
            let kept = Micros::from_seconds(kept * 86_400);
            let pieces = cover(from, to, kept);
            let mut at = pieces[0].1;
            for (grain, start, end) in &pieces {
                prop_assert_eq!(*start, at, "each piece begins where the one before ends");
                prop_assert_eq!((grain.floor(*start), grain.floor(*end)), (*start, *end), "pieces are whole steps");
                prop_assert!(*grain != Grain::Minute || *start >= kept, "no minute is asked for that is not kept");
                at = *end;
            }
            let edge = |at: Micros| if at >= kept { Grain::Minute } else { Grain::Hour };
            prop_assert_eq!(pieces[0].1, edge(from).floor(from));
            prop_assert_eq!(at, ceil(edge(to), to));
        }

        #[test]
        fn a_duration_lies_under_its_bar(micros in 100_i64..900_000_000) {
            let bar = bar_of(micros);
            prop_assert!(micros as f64 <= upper_us(bar) * 1.000_001);
            prop_assert!(micros as f64 >= upper_us(bar - 1) * 0.999_999);
        }
    }
}
