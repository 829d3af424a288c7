//! Files that are refused are left as they are.

use crate::fixture::{NOON, invocation, open, payloads};
use hearth_model::{ManualClock, RequestId};
use hearth_store::{Error, Store, StoreOptions};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

async fn error_of(folder: &Path) -> Error {
    Store::open(StoreOptions { data_dir: folder.to_owned(), clock: Arc::new(ManualClock::at(NOON)) })
        .await
        .expect_err("this file must be refused")
}

async fn execute(folder: &Path, statement: &'static str) {
    let mut connection = SqliteConnectOptions::new()
        .filename(folder.join("ledger.db"))
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_newer_ledger_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).await.close().await;
    execute(folder.path(), "PRAGMA user_version = 99").await;
    let before = fs::read(folder.path().join("ledger.db")).unwrap();
    let error = error_of(folder.path()).await;
    assert!(matches!(error, Error::Newer { found: 99, known: 3, .. }), "{error}");
    assert!(error.to_string().contains("made by a newer Hearth"));
    assert_eq!(fs::read(folder.path().join("ledger.db")).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let text = "not a database at all ".repeat(400);
    fs::write(&path, &text).unwrap();
    let error = error_of(folder.path()).await;
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_damaged_ledger_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    for index in 0..200 {
        store.acknowledge(&invocation(&format!("r{index}"), NOON), payloads(&[7; 900], b"null")).unwrap();
    }
    store.close().await;
    let path = folder.path().join("ledger.db");
    let mut bytes = fs::read(&path).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].iter_mut().for_each(|byte| *byte = 0xa5);
    fs::write(&path, &bytes).unwrap();
    let error = error_of(folder.path()).await;
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

/// A ledger of so many large calls, closed.
async fn filled(folder: &Path, calls: usize) -> PathBuf {
    let store = open(folder).await;
    for index in 0..calls {
        let call = invocation(&format!("r{index}"), NOON);
        store.acknowledge(&call, payloads(&vec![7; 65_000], &vec![8; 65_000])).unwrap();
    }
    store.close().await;
    folder.join("ledger.db")
}

/// Overwrites some pages in the middle.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let half = bytes.len() / 2;
    bytes[half..half + 200_000].iter_mut().for_each(|byte| *byte = 0xa5);
    fs::write(path, &bytes).unwrap();
}

#[tokio::test]
async fn a_large_damaged_ledger_is_told_and_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path(), 700).await;
    assert!(fs::metadata(&path).unwrap().len() > 64 << 20, "too small to be read through in the background");
    damage(&path);
    let store = open(folder.path()).await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    let told = loop {
        if let Some(problem) = store.problem() {
            break problem;
        }
        assert!(std::time::Instant::now() < deadline, "the damage is found");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert!(told.contains("the ledger is damaged"), "{told}");
    let before = fs::read(&path).unwrap();
    store
        .acknowledge(&invocation("later", NOON), payloads(b"{}", b"null"))
        .expect("the journal still takes it");
    let error = store.flush().await.expect_err("nothing is written any more");
    assert!(error.to_string().contains("the ledger is damaged"), "{error}");
    assert!(store.set_setting("colour", "amber").await.is_err(), "by nobody");
    store.settled().await.expect("what can be read is read");
    store.close().await;
    assert!(fs::read(&path).unwrap() == before, "the file is as it was found");
    assert!(!folder.path().join("ledger.closed").exists(), "the next start looks again");
}

#[tokio::test]
async fn a_ledger_that_nobody_touched_is_not_read_through_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path(), 40).await;
    let closed = fs::metadata(&path).unwrap().modified().unwrap();
    damage(&path);
    // Nobody but a test puts the time back: this shows that the pages were not read.
    fs::File::options().write(true).open(&path).unwrap().set_modified(closed).unwrap();
    open(folder.path()).await.close().await;
    damage(&path);
    let error = error_of(folder.path()).await;
    assert!(matches!(error, Error::Damaged { .. }), "a file that was touched is: {error}");
}

#[tokio::test]
async fn the_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    execute(folder.path(), "CREATE TABLE bookmarks (url TEXT)").await;
    let error = error_of(folder.path()).await;
    assert!(error.to_string().contains("another program"), "{error}");
}

#[tokio::test]
async fn another_process_reads_while_the_owner_writes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let mut reader = SqliteConnectOptions::new()
        .filename(folder.path().join("ledger.db"))
        .read_only(true)
        .connect()
        .await
        .unwrap();
    let mut transaction = reader.begin().await.unwrap();
    let before: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM invocations").fetch_one(&mut *transaction).await.unwrap();
    store.acknowledge(&invocation("r1", NOON), payloads(b"{}", b"null")).unwrap();
    store.flush().await.unwrap();
    let during: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM invocations").fetch_one(&mut *transaction).await.unwrap();
    assert_eq!((before, during), (0, 0), "an open read keeps its view and does not block the writer");
    transaction.rollback().await.unwrap();
    assert!(store.invocation(&RequestId::from("r1")).await.unwrap().is_some());
    reader.close().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn calls_after_closing_are_errors_and_not_panics() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.close().await;
    assert!(matches!(store.flush().await, Err(Error::Closed)));
    assert!(store.functions().await.is_err());
    store.started(&invocation("r1", NOON));
    store.close().await;
}
