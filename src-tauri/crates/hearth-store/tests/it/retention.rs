//! Letting go: raw rows by age and size, rollups later, and a file that becomes smaller.

use crate::fixture::{NOON, finished, line, open_at};
use hearth_model::{Grain, Invocation, InvocationPayloads, LogLevel, LogLine, Micros, Outcome};
use hearth_store::{Batch, InvocationFilter, LogFilter, Retention, Scope, Store};

const DAY: i64 = 86_400;

fn days_ago(days: i64, index: i64) -> Micros {
    NOON - Micros::from_seconds(days * DAY) + Micros(index * 1_000)
}

/// Calls and lines of many days; those of each day are the same in number.
async fn fill(store: &Store, days: i64, calls: i64) {
    for day in (0..days).rev() {
        let mut batch = Batch::default();
        for index in 0..calls {
            let outcome = if index % 10 == 0 { Outcome::FunctionError } else { Outcome::Succeeded };
            let call = finished(&format!("r{day}-{index}"), days_ago(day, index), outcome, 0, 1_000 + index);
            let payloads = InvocationPayloads { event: vec![b'x'; 1_000], ..InvocationPayloads::default() };
            batch
                .lines
                .push(LogLine { at_us: call.started_us, ..line("boiling over", LogLevel::Info, Some("r")) });
            batch.invocations.push((call, Some(payloads)));
        }
        assert_eq!(store.ingest(&batch).await.unwrap(), calls as u64);
    }
    while store.storage().await.unwrap().unindexed_lines > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn rows(store: &Store) -> Vec<Invocation> {
    store.invocations(&InvocationFilter::default(), None, 1_000_000).await.unwrap().0
}

#[tokio::test]
async fn old_raw_rows_go_by_whole_days_and_their_figures_stay() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(folder.path(), NOON).await;
    fill(&store, 20, 50).await;
    let before = store.totals(&Scope::All, days_ago(30, 0), NOON + Micros(1_000_000)).await.unwrap();
    let deleted = store.retain(&Retention { raw_days: 5, ..Retention::default() }).await.unwrap();
    assert_eq!(
        (deleted.invocations, deleted.log_lines),
        (14 * 50, 14 * 50),
        "6 days are kept, today's included"
    );
    let left = rows(&store).await;
    assert_eq!(left.len(), 6 * 50);
    assert!(left.iter().all(|call| call.started_us >= Grain::Day.floor(days_ago(5, 0))));
    let storage = store.storage().await.unwrap();
    assert_eq!(storage.raw_from, Some(Grain::Day.floor(days_ago(5, 0))));
    assert_eq!(
        (storage.deleted_invocations, storage.deleted_log_lines, storage.invocations),
        (700, 700, 300)
    );
    let after = store.totals(&Scope::All, days_ago(30, 0), NOON + Micros(1_000_000)).await.unwrap();
    assert_eq!(after, before, "charts know the days whose raw rows are gone");
    let search = InvocationFilter { search: "100% wrong".to_owned(), ..InvocationFilter::default() };
    assert_eq!(store.invocations(&search, None, 1_000).await.unwrap().0.len(), 6 * 5);
    let logs = LogFilter { search: "boiling".to_owned(), limit: 5_000, ..LogFilter::default() };
    assert_eq!(store.logs(&logs).await.unwrap().lines.len(), 300);
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
    let again = store.retain(&Retention { raw_days: 5, ..Retention::default() }).await.unwrap();
    assert_eq!((again.invocations, again.log_lines, again.rollups), (0, 0, 0), "nothing is left to do");
    store.close().await;
}

#[tokio::test]
async fn a_ledger_that_is_too_large_lets_go_of_its_oldest_days_and_frees_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(folder.path(), NOON).await;
    fill(&store, 8, 1_000).await;
    let before = store.storage().await.unwrap();
    assert!(before.file_bytes > 9 << 20, "{before:?}");
    let deleted = store.retain(&Retention { max_ledger_mb: 6, ..Retention::default() }).await.unwrap();
    assert!(deleted.invocations > 1_000 && deleted.freed_bytes > 2 << 20, "{deleted:?}");
    let after = store.storage().await.unwrap();
    assert!(after.file_bytes < 7 << 20, "the file is smaller: {after:?}");
    assert!(rows(&store).await.iter().all(|call| call.started_us >= after.raw_from.unwrap()));
    assert!(!rows(&store).await.is_empty());
    store.retain(&Retention { max_ledger_mb: 0, ..Retention::default() }).await.unwrap();
    assert_eq!(rows(&store).await.len(), 1_000, "today is never deleted");
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
    store.close().await;
}

#[tokio::test]
async fn minutes_go_first_and_years_last() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_at(folder.path(), days_ago(10, 0)).await;
    fill(&store, 12, 5).await;
    store.close().await;
    let store = open_at(folder.path(), NOON).await;
    let minutes = async |store: &Store| {
        let points =
            store.series(&Scope::All, days_ago(11, 0), NOON + Micros::from_seconds(60), Grain::Minute).await;
        points.unwrap().iter().filter(|point| point.figures.invocations > 0).count()
    };
    assert_eq!(minutes(&store).await, 12);
    let deleted = store.retain(&Retention::default()).await.unwrap();
    assert!(deleted.rollups > 0);
    assert_eq!(minutes(&store).await, 4, "three whole days and today");
    let all = store.totals(&Scope::All, days_ago(30, 0), NOON + Micros(1_000_000)).await.unwrap();
    assert_eq!(all.invocations, 60, "hours and days are there");
    store.retain(&Retention { raw_days: 1, rollup_days: 5, ..Retention::default() }).await.unwrap();
    let left = store.totals(&Scope::All, days_ago(30, 0), NOON + Micros(1_000_000)).await.unwrap();
    assert_eq!(left.invocations, 6 * 5);
    store.close().await;
}
