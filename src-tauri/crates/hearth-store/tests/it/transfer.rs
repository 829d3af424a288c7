//! A ledger that goes elsewhere and comes again, and one that is checked.

use crate::fixture::{NOON, every_invocation, finished, function, line, open, payloads};
use crate::rollups::assert_rollups_equal_raw;
use hearth_model::{FunctionId, LogLevel, LogLine, Micros, Outcome};
use hearth_store::{Batch, Error, LogFilter, Retention, Scope, Store};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

const DAY: Micros = Micros::from_seconds(86_400);

/// Calls of some days, with logs; ids begin with `name`.
fn batch(name: &str, days: i64, calls: i64) -> Batch {
    let mut batch = Batch::default();
    for day in 0..days {
        for index in 0..calls {
            let at = NOON - Micros(day * DAY.0) + Micros(index * 7_000_000);
            let outcome = if index % 9 == 0 { Outcome::TimedOut } else { Outcome::Succeeded };
            let id = format!("{name}-{day}-{index}");
            let mut call = finished(&id, at, outcome, index % 4 * 9_000, 2_000 + index * 31);
            call.function_id = FunctionId(format!("F{}", 1 + index % 3));
            let line = line(&format!("line of {id}"), LogLevel::Info, Some(id.as_str()));
            batch.lines.push(LogLine { at_us: at, function_id: call.function_id.clone(), ..line });
            batch.invocations.push((call, Some(payloads(b"{\"a\": 1}", b"null"))));
        }
    }
    batch
}

async fn lines(store: &Store) -> usize {
    store.logs(&LogFilter { limit: 1_000_000, ..LogFilter::default() }).await.unwrap().lines.len()
}

#[tokio::test]
async fn an_export_brings_everything_to_an_empty_ledger_and_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("one")).await;
    store.put_function(&function("F1", "kettle", 3, "aa"), "deploy").await.unwrap();
    store.ingest(&batch("a", 4, 40)).await.unwrap();
    let file = folder.path().join("ledger.hearth");
    assert!(store.export(&file).await.unwrap() > 50_000);
    assert!(matches!(store.export(&file).await, Err(Error::Exists(_))), "a file that is there stays");

    let other = open(&folder.path().join("two")).await;
    let imported = other.import(&file).await.unwrap();
    assert_eq!(
        (imported.functions, imported.invocations, imported.log_lines, imported.hours),
        (1, 160, 160, 0)
    );
    let rows = every_invocation(&other, 50).await;
    assert_eq!(rows, every_invocation(&store, 50).await);
    assert_rollups_equal_raw(&other, &rows).await;
    assert_eq!(other.payloads(&rows[0].request_id).await.unwrap(), Some(payloads(b"{\"a\": 1}", b"null")));
    assert_eq!(other.function("kettle").await.unwrap(), None, "its code is not here");
    assert!(other.deleted_function("kettle").await.unwrap().is_some(), "its history is");
    let again = other.import(&file).await.unwrap();
    assert_eq!(again, hearth_store::Imported::default(), "nothing comes twice");
    assert_eq!(lines(&other).await, 160);
    assert_eq!(other.check().await.unwrap().problems, Vec::<String>::new());
    other.close().await;
    store.close().await;
}

#[tokio::test]
async fn two_ledgers_become_one_and_figures_of_deleted_days_come_along() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("one")).await;
    store.ingest(&batch("a", 10, 20)).await.unwrap();
    store.retain(&Retention { raw_days: 3, ..Retention::default() }).await.unwrap();
    let file = folder.path().join("ledger.hearth");
    store.export(&file).await.unwrap();

    let other = open(&folder.path().join("two")).await;
    other.ingest(&batch("b", 2, 20)).await.unwrap();
    let imported = other.import(&file).await.unwrap();
    assert_eq!(imported.invocations, 4 * 20, "raw rows of the days that have them");
    assert_eq!(imported.hours, 6 * 3, "one hour a day for each of three functions");
    let all = other.totals(&Scope::All, NOON - Micros(20 * DAY.0), NOON + DAY).await.unwrap();
    assert_eq!(all.invocations, 10 * 20 + 2 * 20);
    let usage = other.usage_by_function(&Scope::All, NOON - Micros(20 * DAY.0), NOON + DAY).await.unwrap();
    assert_eq!(usage.iter().map(|usage| usage.used.requests).sum::<u64>(), 240);
    let sizes = other.usage_by_size(&Scope::All, NOON - Micros(20 * DAY.0), NOON + DAY).await.unwrap();
    assert_eq!(sizes.iter().map(|(_, size)| size.requests).sum::<u64>(), 240);
    assert_eq!(other.import(&file).await.unwrap(), hearth_store::Imported::default());
    assert_eq!(other.check().await.unwrap().problems, Vec::<String>::new());
    other.close().await;
    store.close().await;
}

#[tokio::test]
async fn what_is_not_a_ledger_is_not_imported() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("one")).await;
    let file = folder.path().join("words.txt");
    std::fs::write(&file, "words ".repeat(2_000)).unwrap();
    assert!(matches!(store.import(&file).await, Err(Error::Import { .. })));
    assert!(matches!(store.import(&folder.path().join("none")).await, Err(Error::File { .. })));
    store.close().await;
}

#[tokio::test]
async fn a_check_finds_figures_that_differ_and_rebuilding_mends_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.ingest(&batch("a", 3, 30)).await.unwrap();
    let report = store.check().await.unwrap();
    assert_eq!((report.problems.len(), report.days, report.invocations), (0, 3, 90));
    let mut other =
        SqliteConnectOptions::new().filename(folder.path().join("ledger.db")).connect().await.unwrap();
    for statement in [
        "UPDATE rollups SET errors = errors + 1 WHERE grain = 'hour' AND scope = 1",
        "DELETE FROM invocations WHERE request_id = 'a-1-7'",
    ] {
        sqlx::query(statement).execute(&mut other).await.unwrap();
    }
    other.close().await.unwrap();
    let problems = store.check().await.unwrap().problems;
    assert!(problems.iter().any(|problem| problem.contains("of scope 1 tells")), "{problems:?}");
    store.rebuild().await.unwrap();
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
    assert_rollups_equal_raw(&store, &every_invocation(&store, 50).await).await;
    let (before, after) = store.vacuum().await.unwrap();
    // Nothing was to be given back; written anew, the tree of the schema may take another page or two.
    assert!(after <= before + 2 * 4_096, "{before} bytes became {after}");
    store.close().await;
}

#[tokio::test]
async fn demo_functions_never_count_among_real_ones() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.put_account("demo-aws", "Demo", "aws").await.unwrap();
    let mut demo = function("F2", "demo-orders", 1, "aa");
    demo.account = "demo-aws".to_owned();
    store.put_function(&demo, "demo").await.unwrap();
    store.ingest(&batch("a", 2, 30)).await.unwrap();
    let (from, to) = (NOON - Micros(5 * DAY.0), NOON + DAY);
    let calls = async |scope: Scope| store.totals(&scope, from, to).await.unwrap().invocations;
    assert_eq!(calls(Scope::All).await, 40);
    assert_eq!(calls(Scope::Demo).await, 20);
    assert_eq!(calls(Scope::Account("local".to_owned())).await, 40);
    assert_eq!(calls(Scope::Account("demo-aws".to_owned())).await, 20);
    assert_eq!(calls(Scope::Account("none".to_owned())).await, 0);
    assert_eq!(calls(Scope::from(&FunctionId::from("F2"))).await, 20);
    let named: Vec<String> = store
        .usage_by_function(&Scope::Demo, from, to)
        .await
        .unwrap()
        .into_iter()
        .map(|usage| usage.name)
        .collect();
    assert_eq!(named, ["demo-orders"]);
    assert_eq!(store.hourly_calls(&Scope::All, from).await.unwrap().len(), 4, "two functions, two days");
    store.close().await;
}
