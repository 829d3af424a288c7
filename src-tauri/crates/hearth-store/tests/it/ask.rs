//! Questions in SQL: they read, they end in time, and they say when an answer was cut.

use crate::fixture::{NOON, invocation, open, payloads};
use hearth_store::{Error, SavedQuery, Value};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_question_is_answered_with_columns_and_rows() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.acknowledge(&invocation("r1", NOON), payloads(b"{}", b"null")).unwrap();
    store.flush().await.unwrap();
    let answer = store
        .ask(
            "SELECT request_id, billed_ms, invoke_us / 1e3 AS ms, error_type, x'0102' FROM calls;",
            10,
            SECOND,
            false,
        )
        .await
        .unwrap();
    assert_eq!(answer.columns, ["request_id", "billed_ms", "ms", "error_type", "x'0102'"]);
    let row = vec![
        Value::Text("r1".to_owned()),
        Value::Integer(13),
        Value::Real(12.345),
        Value::Null,
        Value::Blob(vec![1, 2]),
    ];
    assert_eq!(answer.rows, [row]);
    assert!(!answer.truncated);
    let names = store.ask("SELECT function, account, started FROM calls", 1, SECOND, false).await.unwrap();
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(names.rows, [vec![text("kettle"), text("local"), text("2026-11-23 12:00:00.000")]]);
    store.close().await;
}

#[tokio::test]
async fn an_answer_that_was_cut_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let numbers =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n";
    for (limit, rows, truncated) in [(4, 4, true), (5, 5, false), (6, 5, false)] {
        let answer = store.ask(numbers, limit, SECOND, false).await.unwrap();
        assert_eq!((answer.rows.len(), answer.truncated), (rows, truncated), "limit {limit}");
    }
    let wide = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)
        SELECT zeroblob(1000000) FROM n";
    let answer = store.ask(wide, 1_000, SECOND * 30, false).await.unwrap();
    assert!(answer.truncated && answer.rows.len() < 70, "64 MiB are the most: {}", answer.rows.len());
    store.close().await;
}

#[tokio::test]
async fn a_question_without_an_end_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n";
    let error = store.ask(endless, 10, Duration::from_millis(100), false).await.unwrap_err();
    assert!(matches!(error, Error::TooSlow(_)), "{error}");
    assert_eq!(error.to_string(), "the ledger had no answer within 0.1 s");
    assert!(store.ask("SELECT 1", 1, SECOND, false).await.is_ok(), "the next one is answered");
    store.close().await;
}

#[tokio::test]
async fn no_single_function_takes_longer_or_more_memory_than_a_question_may() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for large in ["SELECT zeroblob(900000000)", "SELECT length(hex(zeroblob(400000000)))"] {
        let error = store.ask(large, 10, SECOND, false).await.unwrap_err();
        assert!(error.to_string().contains("too big"), "{error}");
    }
    // Seconds of work inside one instruction of SQLite's machine.
    let long = "SELECT instr(printf('%.*c', 1000000, 'a'), printf('%.*c', 500000, 'a') || 'b')";
    let begun = std::time::Instant::now();
    let error = store.ask(long, 10, Duration::from_millis(100), false).await.unwrap_err();
    assert!(matches!(error, Error::TooSlow(_)), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert!(store.ask("SELECT 1", 1, SECOND, false).await.is_ok(), "the next one is answered");
    store.close().await;
}

#[tokio::test]
async fn no_question_changes_the_ledger_or_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.set_setting("key", "value").await.unwrap();
    let other = folder.path().join("other.db");
    for sql in [
        "DELETE FROM settings".to_owned(),
        "WITH gone AS (SELECT 1) DELETE FROM settings".to_owned(),
        "WITH more AS (SELECT 'a', 'b') INSERT INTO settings SELECT * FROM more".to_owned(),
        "SELECT 1; DELETE FROM settings".to_owned(),
        format!("ATTACH '{}' AS other", other.display()),
        format!("VACUUM INTO '{}'", other.display()),
        "PRAGMA query_only = 0".to_owned(),
        "SELECT load_extension('x')".to_owned(),
        "SELECT nothing FROM nowhere".to_owned(),
    ] {
        let error = store.ask(&sql, 10, SECOND, false).await.expect_err(&sql);
        assert!(matches!(error, Error::Question(_)), "{sql}: {error:?}");
    }
    assert_eq!(store.setting("key").await.unwrap().as_deref(), Some("value"));
    assert!(!other.exists());
    store.close().await;
}

#[tokio::test]
async fn questions_are_kept_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let query =
        |name: &str, sql: &str| SavedQuery { name: name.to_owned(), sql: sql.to_owned(), saved_us: NOON };
    for kept in [query("b", "SELECT 2"), query("a", "SELECT 0"), query("a", "SELECT 1")] {
        store.save_query(&kept).await.unwrap();
    }
    assert_eq!(store.saved_queries().await.unwrap(), [query("a", "SELECT 1"), query("b", "SELECT 2")]);
    store.delete_query("a").await.unwrap();
    store.delete_query("none").await.unwrap();
    assert_eq!(store.saved_queries().await.unwrap(), [query("b", "SELECT 2")]);
    store.close().await;
}
