//! Figures over time: series, totals, hourly calls and histograms. Everything but the histogram comes from
//! rollups, whose sketches merge without loss. Must not know prices or drawing.

use crate::error::Result;
use crate::rollup::{self, ALL_FUNCTIONS, Rollup, RollupRow, has_duration};
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
    pub async fn series(
        &self,
        function_id: Option<&FunctionId>,
        from: Micros,
        to: Micros,
        grain: Grain,
    ) -> Result<Vec<SeriesPoint>> {
        let from = grain.floor(from);
        let rows = self.rollups(function_id, from, to, grain).await?;
        let mut stored = rows.iter().peekable();
        let mut points = Vec::new();
        let mut at = from;
        while at < to {
            let figures = match stored.next_if(|row| row.at_us == at.0) {
                Some(row) => row.rollup()?.figures(),
                None => Figures::default(),
            };
            points.push(SeriesPoint { at_us: at, figures });
            at = at + grain.length();
        }
        Ok(points)
    }

    /// Figures of the whole window, from the minute that holds `from` to the end of the one before `to`'s end.
    pub async fn totals(
        &self,
        function_id: Option<&FunctionId>,
        from: Micros,
        to: Micros,
    ) -> Result<Figures> {
        let mut total = Rollup::empty();
        for (grain, from, to) in cover(from, to) {
            for row in self.rollups(function_id, from, to, grain).await? {
                total.merge(&row.rollup()?)?;
            }
        }
        Ok(total.figures())
    }

    async fn rollups(
        &self,
        function_id: Option<&FunctionId>,
        from: Micros,
        to: Micros,
        grain: Grain,
    ) -> Result<Vec<RollupRow>> {
        rollup::rows(self.reader(), function_id.map_or(ALL_FUNCTIONS, FunctionId::as_str), from, to, grain)
            .await
    }

    /// Calls of every function hour by hour from the hour that holds `from`, hours without calls left out.
    pub async fn hourly_calls(&self, from: Micros) -> Result<Vec<HourlyCalls>> {
        let from = Grain::Hour.floor(from).0;
        let rows = sqlx::query!(
            "SELECT function_id, at_us, invocations, errors, throttles FROM rollups
             WHERE grain = 'hour' AND at_us >= ? AND function_id <> '*' ORDER BY at_us, function_id",
            from
        )
        .fetch_all(self.reader())
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| HourlyCalls {
                function_id: FunctionId(row.function_id),
                at_us: Micros(row.at_us),
                calls: row.invocations as u64,
                errors: row.errors as u64,
                throttles: row.throttles as u64,
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
            query.push("function_id = ").push_bind(function.0.clone()).push(" AND ");
        }
        query.push("started_us >= ").push_bind(from.0);
        query.push(" ORDER BY started_us DESC LIMIT ").push_bind(HISTOGRAM_CALLS);
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

/// The fewest rollup rows that cover a window: days inside, hours and minutes at its edges.
fn cover(from: Micros, to: Micros) -> Vec<(Grain, Micros, Micros)> {
    let from = Grain::Minute.floor(from);
    let to = ceil(Grain::Minute, to);
    let mut pieces = Vec::new();
    let mut add = |grain, from: Micros, to: Micros| {
        if from < to {
            pieces.push((grain, from, to));
        }
    };
    let (first_hour, last_hour) = (ceil(Grain::Hour, from), Grain::Hour.floor(to));
    if first_hour >= last_hour {
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

fn ceil(grain: Grain, at: Micros) -> Micros {
    let floor = grain.floor(at);
    if floor == at { at } else { floor + grain.length() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_window_is_covered_once_and_without_gaps(from in 0_i64..20_000_000, length in 0_i64..10_000_000) {
            let (from, to) = (Micros::from_seconds(from), Micros::from_seconds(from + length));
            let mut at = Grain::Minute.floor(from);
            for (grain, start, end) in cover(from, to) {
                prop_assert_eq!(start, at, "each piece begins where the one before ends");
                prop_assert_eq!((grain.floor(start), grain.floor(end)), (start, end), "pieces are whole steps");
                at = end;
            }
            prop_assert_eq!(at, ceil(Grain::Minute, to).max(Grain::Minute.floor(from)));
        }

        #[test]
        fn a_duration_lies_under_its_bar(micros in 100_i64..900_000_000) {
            let bar = bar_of(micros);
            prop_assert!(micros as f64 <= upper_us(bar) * 1.000_001);
            prop_assert!(micros as f64 >= upper_us(bar - 1) * 0.999_999);
        }
    }
}
