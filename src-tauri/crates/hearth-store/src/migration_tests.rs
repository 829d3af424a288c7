//! Ledgers of earlier versions, with data in them, are opened and nothing is lost.

use crate::database;
use crate::scopes::Scope;
use crate::store::Store;
use crate::types::{InvocationFilter, LogFilter, StoreOptions};
use hearth_model::{FunctionId, ManualClock, Micros, Outcome, RequestId};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use std::path::Path;
use std::sync::Arc;

/// 2026-11-20 12:00 UTC.
const NOON: i64 = 1_795_176_000_000_000;

/// What Hearth 0.1.0 wrote: 40 calls of two functions, three of the same microsecond, with payloads and logs.
async fn write_0001(folder: &Path) {
    let mut connection = SqliteConnectOptions::new()
        .filename(folder.join("ledger.db"))
        .create_if_missing(true)
        .foreign_keys(false)
        .connect()
        .await
        .unwrap();
    let mut first = database::migrations();
    first.migrations =
        first.iter().filter(|migration| migration.version == 1).cloned().collect::<Vec<_>>().into();
    first.run(&mut connection).await.unwrap();
    for statement in [
        "INSERT INTO functions VALUES ('F1', 'local', 'local', 'kettle', 1, NULL)",
        "INSERT INTO settings VALUES ('settings', '{}')",
        "INSERT INTO saved_events VALUES ('F1', 'boil', '{\"a\": 1}', 5)",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    for index in 0..40_i64 {
        let at = NOON + (index / 3) * 60_000_000;
        let failed = index % 10 == 0;
        sqlx::query(
            "INSERT INTO invocations VALUES (?, ?, ?, 1, 'E1', 1, ?, ?, ?, 10, ?, 5000, 9, 10, 128, 20, 'x86_64', 7, 3,
                 ?, ?, 'command_line')",
        )
        .bind(format!("r{index}"))
        .bind(if index % 4 == 0 { "F2" } else { "F1" })
        .bind(if index % 4 == 0 { "teapot" } else { "kettle" })
        .bind(at)
        .bind(if failed { "function_error" } else { "succeeded" })
        .bind(if index == 0 { "cold" } else { "warm" })
        .bind(if index == 0 { 4_000 } else { 0 })
        .bind(failed.then_some("ValueError"))
        .bind(failed.then_some("too hot"))
        .execute(&mut connection)
        .await
        .unwrap();
        sqlx::query("INSERT INTO invocation_payloads VALUES (?, X'7B7D', X'6E756C6C', 0)")
            .bind(format!("r{index}"))
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query("INSERT INTO log_lines VALUES (NULL, ?, 'F1', 'E1', ?, 'function', 1, ?)")
            .bind(at)
            .bind(format!("r{index}"))
            .bind(format!("boiling number {index}"))
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
}

async fn open(folder: &Path) -> Store {
    let clock = Arc::new(ManualClock::at(Micros(NOON + 3_600_000_000)));
    Store::open(StoreOptions { data_dir: folder.to_owned(), clock }).await.unwrap()
}

#[tokio::test]
async fn a_ledger_of_0001_is_migrated_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    write_0001(folder.path()).await;
    let store = open(folder.path()).await;
    let (rows, _) = store.invocations(&InvocationFilter::default(), None, 100).await.unwrap();
    assert_eq!(rows.len(), 40);
    assert!(rows.is_sorted_by(|newer, older| newer.started_us >= older.started_us));
    let first = store.invocation(&RequestId::from("r0")).await.unwrap().unwrap();
    assert_eq!((first.function_name.as_str(), first.outcome), ("teapot", Outcome::FunctionError));
    assert_eq!(first.error_message.as_deref(), Some("too hot"));
    let kept = store.payloads(&RequestId::from("r7")).await.unwrap().unwrap();
    assert_eq!((kept.event.as_slice(), kept.response.as_slice()), (&b"{}"[..], &b"null"[..]));
    let logs = LogFilter { search: "number 3".to_owned(), limit: 50, ..LogFilter::default() };
    assert_eq!(store.logs(&logs).await.unwrap().lines.len(), 11, "3 and 30 to 39");
    let errors = InvocationFilter { search: "too hot".to_owned(), ..InvocationFilter::default() };
    assert_eq!(store.invocations(&errors, None, 100).await.unwrap().0.len(), 4);
    let totals = store.totals(&Scope::All, Micros(NOON), Micros(NOON + 3_600_000_000)).await.unwrap();
    assert_eq!((totals.invocations, totals.errors, totals.cold_starts), (40, 4, 1));
    assert_eq!(totals.used.log_lines, 40);
    let teapot = Scope::Function(FunctionId::from("F2"));
    let teapot = store.totals(&teapot, Micros(NOON), Micros(NOON + 3_600_000_000)).await.unwrap();
    assert_eq!(teapot.invocations, 10);
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
    assert_eq!(store.saved_events(&FunctionId::from("F1")).await.unwrap().len(), 1);
    store.close().await;

    let backups: Vec<_> = std::fs::read_dir(folder.path().join("backups")).unwrap().collect();
    assert_eq!(backups.len(), 1, "the ledger as it was is kept");
    let backup = backups.into_iter().next().unwrap().unwrap().path();
    let elsewhere = tempfile::tempdir().unwrap();
    let store = open(elsewhere.path()).await;
    let imported = store.import(&backup).await.unwrap();
    assert_eq!((imported.invocations, imported.log_lines), (40, 40), "an older ledger can be imported");
    assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
    assert!(!elsewhere.path().join("import").exists(), "no copy is left");
    store.close().await;
}
