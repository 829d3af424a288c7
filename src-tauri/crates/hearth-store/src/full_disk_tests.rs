//! A disk that is full: answers stay, the state is told, and everything is recorded once there is room.

use crate::scopes::Scope;
use crate::store::Store;
use crate::types::{InvocationFilter, StoreOptions};
use hearth_model::{
    Architecture, Invocation, InvocationPayloads, InvocationSource, LogLevel, LogLine, LogOrigin,
    ManualClock, Micros, Outcome, Phases, RequestId, ServerStart,
};
use std::path::Path;
use std::sync::Arc;

async fn open(folder: &Path) -> Store {
    let clock = Arc::new(ManualClock::at(Micros::from_seconds(1_000)));
    Store::open(StoreOptions { data_dir: folder.to_owned(), clock }).await.unwrap()
}

fn call(index: i64) -> Invocation {
    Invocation {
        request_id: RequestId(format!("r{index}")),
        function_id: "F1".into(),
        function_name: "kettle".to_owned(),
        version: 1,
        environment_id: None,
        environment_number: None,
        started_us: Micros(index),
        outcome: Outcome::Succeeded,
        start: ServerStart::Warm,
        phases: Phases { invoke_us: Micros(5_000), ..Phases::default() },
        billed_ms: 5,
        memory_mb: 128,
        max_memory_mb: 20,
        architecture: Architecture::X86_64,
        event_bytes: 0,
        response_bytes: 0,
        error_type: None,
        error_message: None,
        source: InvocationSource::Test,
    }
}

fn large() -> InvocationPayloads {
    InvocationPayloads { event: vec![b'x'; 60_000], ..InvocationPayloads::default() }
}

fn line() -> LogLine {
    LogLine {
        at_us: Micros(1),
        function_id: "F1".into(),
        environment_id: "E1".into(),
        request_id: Some("r0".into()),
        origin: LogOrigin::Function,
        level: LogLevel::Info,
        text: "still here".to_owned(),
    }
}

/// The write pool has one connection, so that this limit holds for every write.
async fn limit_pages(store: &Store, pages: i64) {
    let statement = format!("PRAGMA max_page_count = {pages}");
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(store.writer()).await.unwrap();
}

async fn fill(store: &Store) {
    limit_pages(store, 1).await;
    for index in 0..40 {
        store.acknowledge(&call(index), large()).expect("the journal still takes answers");
    }
    store.log(vec![line()]).await;
    let error = store.flush().await.expect_err("a full disk cannot commit");
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert!(store.problem().is_some_and(|problem| problem.contains("Recording has stopped")));
}

async fn assert_all_there(store: &Store) {
    assert_eq!(store.count_invocations(&InvocationFilter::default()).await.unwrap().rows, 40);
    let totals = store.totals(&Scope::All, Micros::ZERO, Micros(100)).await.unwrap();
    assert_eq!(
        (totals.invocations, totals.used.x86_compute_mb_ms),
        (40, 40 * 5 * 128),
        "counted exactly once"
    );
}

#[tokio::test]
async fn recording_goes_on_by_itself_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    fill(&store).await;
    limit_pages(&store, 1_000_000).await;
    store.flush().await.unwrap();
    assert_eq!(store.problem(), None);
    assert_all_there(&store).await;
    assert_eq!(store.count_logs(&RequestId::from("r0")).await.unwrap(), 1, "lines that waited are there too");
    store.close().await;
}

#[tokio::test]
async fn a_loud_function_is_not_held_up_for_ever_and_what_is_lost_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    fill(&store).await;
    store.log(vec![line(); 70_000]).await;
    let error = store.flush().await.unwrap_err();
    assert!(error.to_string().contains("log lines or server changes could not be kept"), "{error}");
    limit_pages(&store, 1_000_000).await;
    store.flush().await.unwrap();
    assert_all_there(&store).await;
    let kept = store.count_logs(&RequestId::from("r0")).await.unwrap();
    assert!((40_000..=50_000).contains(&kept), "{kept} lines were kept in memory");
    store.close().await;
}

#[tokio::test]
async fn answers_given_on_a_full_disk_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    fill(&store).await;
    store.close().await;
    let store = open(folder.path()).await;
    assert_all_there(&store).await;
    assert_eq!(store.problem(), None);
    store.close().await;
}
