//! What a start makes of the life before it.

use crate::fixture::{
    NOON, environment, every_invocation, finished, invocation, open, open_at, payloads, transition,
};
use crate::rollups::assert_rollups_equal_raw;
use hearth_model::{EnvironmentState, InvocationPayloads, Micros, Outcome, RequestId};
use hearth_store::Scope;
use std::fs;
use std::path::Path;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test]
async fn replaying_a_journal_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let kept = folder.path().join("kept");
    let store = open(folder.path()).await;
    for index in 0..50 {
        let call = invocation(&format!("r{index}"), NOON + Micros::from_seconds(index));
        store.acknowledge(&call, payloads(b"{}", b"null")).unwrap();
    }
    copy(&journal, &kept);
    store.close().await;

    for _ in 0..2 {
        copy(&kept, &journal);
        let store = open(folder.path()).await;
        let rows = every_invocation(&store, 100).await;
        assert_eq!(rows.len(), 50);
        assert_rollups_equal_raw(&store, &rows).await;
        store.close().await;
    }
}

#[tokio::test]
async fn a_torn_last_line_is_left_out_and_the_others_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let kept = folder.path().join("kept");
    let store = open(folder.path()).await;
    for id in ["whole", "torn"] {
        store.acknowledge(&invocation(id, NOON), payloads(b"{}", b"null")).unwrap();
    }
    copy(&journal, &kept);
    store.close().await;
    let segment = fs::read_dir(&kept).unwrap().next().unwrap().unwrap().file_name();
    let bytes = fs::read(kept.join(&segment)).unwrap();
    let first = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for length in [first, first + 1, first + 30, bytes.len() - 2] {
        let fresh = tempfile::tempdir().unwrap();
        fs::create_dir_all(fresh.path().join("journal")).unwrap();
        fs::write(fresh.path().join("journal").join(&segment), &bytes[..length]).unwrap();
        let store = open(fresh.path()).await;
        let ids: Vec<String> =
            every_invocation(&store, 10).await.into_iter().map(|row| row.request_id.0).collect();
        assert_eq!(ids, ["whole"], "cut at byte {length} of {}", bytes.len());
        store.close().await;
    }
}

#[tokio::test]
async fn what_was_running_is_lost_and_counts_as_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.started(&finished("r1", NOON, Outcome::Running, 0, 0));
    store.started(&finished("r2", NOON, Outcome::Running, 0, 0));
    store
        .acknowledge(&finished("r2", NOON, Outcome::Succeeded, 0, 5_000), InvocationPayloads::default())
        .unwrap();
    store.flush().await.unwrap();
    assert_eq!(
        store.totals(&Scope::All, NOON, NOON + Micros(1)).await.unwrap().invocations,
        1,
        "running ones do not count"
    );
    store.close().await;

    let store = open(folder.path()).await;
    let lost = store.invocation(&RequestId::from("r1")).await.unwrap().unwrap();
    assert_eq!(lost.outcome, Outcome::Lost);
    assert_eq!(lost.error_message.as_deref(), Some("Hearth ended while this ran"));
    assert_eq!(store.invocation(&RequestId::from("r2")).await.unwrap().unwrap().outcome, Outcome::Succeeded);
    let totals = store.totals(&Scope::All, NOON, NOON + Micros(1)).await.unwrap();
    assert_eq!((totals.invocations, totals.errors), (2, 1));
    store.close().await;
}

#[tokio::test]
async fn an_answer_that_the_journal_cannot_take_is_told_and_still_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    fs::remove_dir(folder.path().join("journal")).unwrap();
    let error = store.acknowledge(&invocation("r1", NOON), payloads(b"{}", b"null")).unwrap_err();
    assert!(error.to_string().contains("journal"), "{error}");
    assert!(store.problem().unwrap().contains("not safe from a crash"));
    store.flush().await.unwrap();
    assert!(store.invocation(&RequestId::from("r1")).await.unwrap().is_some(), "SQLite took it all the same");
    fs::create_dir(folder.path().join("journal")).unwrap();
    store.acknowledge(&invocation("r2", NOON), payloads(b"{}", b"null")).unwrap();
    assert_eq!(store.problem(), None);
    store.close().await;
}

#[tokio::test]
async fn live_environments_end_at_the_last_sign_of_life() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let (frozen, later) = (NOON + Micros(10), NOON + Micros::from_seconds(60));
    store.environment(
        &environment("E1", 1, EnvironmentState::Frozen, frozen),
        &transition("E1", EnvironmentState::Frozen, frozen),
    );
    store.environment(
        &environment("E2", 2, EnvironmentState::Reaped, later),
        &transition("E2", EnvironmentState::Reaped, later),
    );
    store.close().await;

    let store = open_at(folder.path(), NOON + Micros::from_seconds(86_400)).await;
    assert!(store.environments(None, false, 10).await.unwrap().is_empty(), "nothing lives");
    let all = store.environments(None, true, 10).await.unwrap();
    let first = all.iter().find(|environment| environment.number == 1).unwrap();
    assert_eq!((first.state, first.ended_us), (EnvironmentState::Reaped, Some(later)));
    assert_eq!((first.end_reason.as_deref(), first.pid), (Some("Hearth ended"), None));
    let second = all.iter().find(|environment| environment.number == 2).unwrap();
    assert_eq!(second.end_reason.as_deref(), Some("idle"), "one that had ended keeps its reason");
    let lane = store.transitions(None, NOON).await.unwrap();
    assert_eq!(lane.iter().filter(|change| change.environment_id.as_str() == "E1").count(), 2);
    store.close().await;
}
