//! The list of functions and rankings: what is over is kept in memory, and still what comes late counts.

use crate::fixture::{NOON, finished, invocation, open};
use hearth_model::{FunctionId, Micros, Outcome};
use hearth_store::{Batch, FunctionOverview, Scope, Store};

const HOUR: i64 = 3_600_000_000;

async fn ingest(store: &Store, calls: impl IntoIterator<Item = hearth_model::Invocation>) {
    let invocations = calls.into_iter().map(|call| (call, None)).collect();
    store.ingest(&Batch { invocations, lines: Vec::new() }).await.unwrap();
}

async fn told(store: &Store) -> FunctionOverview {
    store.overview(&Scope::All).await.unwrap().remove(&FunctionId::from("F1")).unwrap_or_default()
}

#[tokio::test]
async fn a_list_tells_the_last_day_and_the_last_call_also_of_what_comes_late() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    assert_eq!(store.overview(&Scope::All).await.unwrap().len(), 0);
    let old = NOON - Micros(50 * HOUR);
    ingest(&store, [invocation("old", old)]).await;
    assert_eq!((told(&store).await.invocations, told(&store).await.last_call), (0, Some(old)));

    let early = NOON - Micros(20 * HOUR);
    ingest(&store, [finished("early", early, Outcome::FunctionError, 5_000, 1_000)]).await;
    ingest(&store, [finished("now", NOON, Outcome::Succeeded, 0, 3_000)]).await;
    let both = told(&store).await;
    assert_eq!((both.invocations, both.errors, both.cold_starts), (2, 1, 1));
    assert_eq!((both.calls_by_hour[3], both.errors_by_hour[3], both.calls_by_hour[23]), (1, 1, 1));
    assert_eq!(both.last_call, Some(NOON));
    assert!(
        (both.p99.unwrap() / 3_000.0 - 1.0).abs() < 0.02 || (both.p99.unwrap() / 1_000.0 - 1.0).abs() < 0.02
    );

    ingest(
        &store,
        (0..8).map(|index| finished(&format!("late{index}"), early, Outcome::Succeeded, 0, 9_000)),
    )
    .await;
    let late = told(&store).await;
    assert_eq!((late.invocations, late.calls_by_hour[3]), (10, 9));
    assert!((late.p50.unwrap() / 9_000.0 - 1.0).abs() < 0.02, "{late:?}");
    let own = store.overview(&Scope::from(&FunctionId::from("F1"))).await.unwrap();
    assert_eq!(own[&FunctionId::from("F1")], late);
    assert_eq!(store.overview(&Scope::Demo).await.unwrap().len(), 0);
    store.close().await;
}

#[tokio::test]
async fn a_ranking_counts_what_comes_late_and_all_of_today() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let (from, to) = (NOON - Micros(100 * HOUR), NOON);
    let ask = async || {
        let functions = store.usage_by_function(&Scope::All, from, to).await.unwrap();
        let sizes = store.usage_by_size(&Scope::All, from, to).await.unwrap();
        let requests: u64 = functions.iter().map(|function| function.used.requests).sum();
        assert_eq!(sizes.iter().map(|(_, size)| size.requests).sum::<u64>(), requests);
        requests
    };
    assert_eq!(ask().await, 0);
    for (count, ago) in [(1, 90), (2, 90), (3, 30), (4, 1), (5, 0)] {
        ingest(&store, [invocation(&format!("r{count}"), NOON - Micros(ago * HOUR))]).await;
        assert_eq!(ask().await, count);
    }
    ingest(&store, [invocation("before", from - Micros(2 * HOUR))]).await;
    assert_eq!(ask().await, 5, "what was before the window is not in it");
    store.close().await;
}
