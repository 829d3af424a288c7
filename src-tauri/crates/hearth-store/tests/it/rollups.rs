//! Rollups equal the raw rows, whatever happened in which order.

use crate::fixture::{NOON, every_invocation, finished, open};
use hearth_model::{
    Architecture, FunctionId, Grain, Invocation, InvocationPayloads, Micros, Outcome, ServerStart,
};
use hearth_store::{Figures, Scope, Store, UsedQuantities};
use proptest::prelude::*;

fn ran(row: &Invocation) -> bool {
    !matches!(
        row.outcome,
        Outcome::Running | Outcome::InitFailed | Outcome::Throttled | Outcome::Lost | Outcome::Cancelled
    )
}

/// The same figures from raw rows, without percentiles.
fn exact(rows: &[&Invocation]) -> Figures {
    let mut figures = Figures::default();
    for row in rows {
        figures.last_call = figures.last_call.max(Some(row.started_us));
        if row.outcome == Outcome::Throttled {
            figures.throttles += 1;
            continue;
        }
        figures.invocations += 1;
        figures.errors += u64::from(row.outcome.is_error());
        if row.start == ServerStart::Cold {
            figures.cold_starts += 1;
            figures.init_sum_us += row.phases.init_us.0;
        }
        let (compute, init) = row.billed_split();
        let (compute, init) =
            (u128::from(compute) * u128::from(row.memory_mb), u128::from(init) * u128::from(row.memory_mb));
        let used: &mut UsedQuantities = &mut figures.used;
        used.requests += 1;
        used.event_bytes += row.event_bytes;
        used.response_bytes += row.response_bytes;
        match row.architecture {
            Architecture::X86_64 => {
                used.x86_compute_mb_ms += compute;
                used.x86_init_mb_ms += init;
            }
            Architecture::Arm64 => {
                used.arm_compute_mb_ms += compute;
                used.arm_init_mb_ms += init;
            }
        }
    }
    figures.duration_sum_us =
        rows.iter().copied().filter(|row| ran(row)).map(|row| row.phases.invoke_us.0).sum();
    figures
}

/// Neither percentiles, which are compared apart, nor logs, which are not the calls'.
fn without_percentiles(figures: &Figures) -> Figures {
    let used = UsedQuantities { log_lines: 0, log_bytes: 0, ..figures.used };
    Figures { p50: None, p95: None, p99: None, init_p50: None, init_p95: None, used, ..*figures }
}

/// `told` is the value that a share of the values does not exceed: the nearest rank, rounded up.
fn assert_close(told: Option<f64>, mut values: Vec<i64>, q: f64) {
    values.sort_unstable();
    let rank = (q * values.len() as f64 - 1e-9).ceil() as usize;
    let exact = values.get(rank.max(1) - 1).map(|value| *value as f64);
    match (told, exact) {
        (None, None) => {}
        (Some(told), Some(exact)) => {
            assert!(
                (told - exact).abs() <= exact * 0.0101 + 1e-6,
                "p{} is {told}, exactly {exact}",
                q * 100.0
            );
        }
        other => panic!("a percentile is there without its values or the other way round: {other:?}"),
    }
}

fn assert_figures(told: &Figures, rows: &[&Invocation]) {
    assert_eq!(without_percentiles(told), exact(rows));
    let durations: Vec<i64> =
        rows.iter().copied().filter(|row| ran(row)).map(|row| row.phases.invoke_us.0).collect();
    for (value, q) in [(told.p50, 0.5), (told.p95, 0.95), (told.p99, 0.99)] {
        assert_close(value, durations.clone(), q);
    }
    let cold = |row: &&&Invocation| row.start == ServerStart::Cold && row.outcome != Outcome::Throttled;
    let inits: Vec<i64> = rows.iter().filter(cold).map(|row| row.phases.init_us.0).collect();
    assert_close(told.init_p50, inits.clone(), 0.5);
    assert_close(told.init_p95, inits, 0.95);
}

/// Compares totals and every step of every grain with the raw rows, for each function and for all together.
pub(crate) async fn assert_rollups_equal_raw(store: &Store, rows: &[Invocation]) {
    let Some(first) = rows.iter().map(|row| row.started_us).min() else { return };
    let last = rows.iter().map(|row| row.started_us).max().unwrap_or(first);
    let mut functions: Vec<Option<FunctionId>> =
        rows.iter().map(|row| Some(row.function_id.clone())).collect();
    functions.sort();
    functions.dedup();
    functions.push(None);
    for function in functions {
        let of_it: Vec<&Invocation> =
            rows.iter().filter(|row| function.as_ref().is_none_or(|id| *id == row.function_id)).collect();
        let function = &function.as_ref().map_or(Scope::All, Scope::from);
        assert_figures(&store.totals(function, first, last + Micros(1)).await.unwrap(), &of_it);
        for grain in [Grain::Hour, Grain::Day] {
            let points = store.series(function, first, last + Micros(1), grain).await.unwrap();
            for point in points {
                let inside: Vec<&Invocation> =
                    of_it.iter().copied().filter(|row| grain.floor(row.started_us) == point.at_us).collect();
                assert_figures(&point.figures, &inside);
            }
        }
    }
}

fn any_invocation() -> impl Strategy<Value = (u32, usize, i64, i64, bool, bool)> {
    (0_u32..60, 0_usize..10, 0_i64..3_000_000, 0_i64..60_000_000, any::<bool>(), any::<bool>())
}

fn build((id, outcome, init, invoke, arm, other): (u32, usize, i64, i64, bool, bool)) -> Invocation {
    let outcome = match Outcome::ALL[outcome] {
        Outcome::Running => Outcome::Succeeded,
        outcome => outcome,
    };
    // Half of the calls are warm.
    let init = if init % 2 == 0 || outcome == Outcome::Throttled { 0 } else { init };
    // A record that comes twice tells the same arrival.
    let second = i64::from(id) * 7_919 % 200_000;
    let mut row = finished(&format!("r{id}"), NOON + Micros::from_seconds(second), outcome, init, invoke);
    if arm {
        row.architecture = Architecture::Arm64;
    }
    if other {
        row.function_id = FunctionId::from("F2");
    }
    row
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Ids repeat on purpose: the first answer counts, the others change nothing.
    #[test]
    fn rollups_equal_the_raw_rows(
        calls in prop::collection::vec(any_invocation(), 1..80), flush_every in 1_usize..40,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = open(folder.path()).await;
            for (index, call) in calls.into_iter().enumerate() {
                store.acknowledge(&build(call), InvocationPayloads::default()).unwrap();
                if index % flush_every == 0 {
                    store.flush().await.unwrap();
                }
            }
            store.flush().await.unwrap();
            let rows = every_invocation(&store, 7).await;
            assert_rollups_equal_raw(&store, &rows).await;
            store.close().await;
        });
    }
}

#[tokio::test]
async fn a_series_has_every_step_and_gaps_have_no_percentile() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for (id, minute) in [("a", 0), ("b", 3)] {
        let call = finished(id, NOON + Micros::from_seconds(minute * 60 + 5), Outcome::Succeeded, 0, 8_000);
        store.acknowledge(&call, InvocationPayloads::default()).unwrap();
    }
    store.flush().await.unwrap();
    let points = store
        .series(&Scope::All, NOON + Micros::from_seconds(30), NOON + Micros::from_seconds(300), Grain::Minute)
        .await
        .unwrap();
    let calls: Vec<u64> = points.iter().map(|point| point.figures.invocations).collect();
    assert_eq!(calls, [1, 0, 0, 1, 0]);
    assert_eq!(points[0].at_us, NOON, "the step that holds the first instant begins the series");
    assert_eq!(points[1].figures.p50, None);
    assert!((points[3].figures.p50.unwrap() - 8_000.0).abs() < 81.0);
    let hours = store.hourly_calls(&Scope::All, NOON).await.unwrap();
    assert_eq!(hours.len(), 1, "one function, one hour, and no row for all functions");
    assert_eq!((hours[0].calls, hours[0].errors, hours[0].at_us), (2, 0, NOON));
    store.close().await;
}

#[tokio::test]
async fn a_histogram_counts_every_call_that_ran_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for (index, (outcome, init, invoke)) in [
        (Outcome::Succeeded, 0, 1_000),
        (Outcome::Succeeded, 0, 1_500),
        (Outcome::FunctionError, 90_000, 10_000),
        (Outcome::Throttled, 0, 0),
        (Outcome::Lost, 0, 0),
    ]
    .into_iter()
    .enumerate()
    {
        let call = finished(&index.to_string(), NOON, outcome, init, invoke);
        store.acknowledge(&call, InvocationPayloads::default()).unwrap();
    }
    store.flush().await.unwrap();
    let bars = store.duration_histogram(Some(&FunctionId::from("F1")), NOON).await.unwrap();
    let (warm, cold) = bars.iter().fold((0, 0), |(warm, cold), bar| (warm + bar.warm, cold + bar.cold));
    assert_eq!((warm, cold), (2, 1));
    assert_eq!((bars[0].upper_ms, bars[0].warm), (1.0, 1), "a bound belongs to the bar below it");
    assert!((bars.last().unwrap().upper_ms - 10.0).abs() < 1e-9);
    assert_eq!(bars.len(), 6, "bars of equal ratio, empty ones included");
    store.close().await;
}
