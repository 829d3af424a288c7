//! Environments and their changes, as lanes ask for them.

use crate::fixture::{NOON, environment, open, transition};
use hearth_model::{EnvironmentState, FunctionId, Micros};

#[tokio::test]
async fn a_window_begins_with_the_state_that_each_lane_had() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let steps = [
        ("E1", 1, EnvironmentState::Init, 0),
        ("E1", 1, EnvironmentState::Warm, 10),
        ("E2", 2, EnvironmentState::Init, 20),
        ("E2", 2, EnvironmentState::Failed, 30),
        ("E1", 1, EnvironmentState::Frozen, 40),
        ("E1", 1, EnvironmentState::Busy, 60),
    ];
    for (id, number, state, at) in steps {
        let at = NOON + Micros(at);
        store.environment(&environment(id, number, state, at), &transition(id, state, at));
    }
    store.flush().await.unwrap();
    let from = NOON + Micros(50);
    let lane: Vec<(String, EnvironmentState)> = store
        .transitions(Some(&FunctionId::from("F1")), from)
        .await
        .unwrap()
        .into_iter()
        .map(|change| (change.environment_id.0, change.state))
        .collect();
    assert_eq!(
        lane,
        [("E1".to_owned(), EnvironmentState::Frozen), ("E1".to_owned(), EnvironmentState::Busy)],
        "the last state before the window, then what happened in it; E2 had ended"
    );
    let alive = store.environments_since(None, from).await.unwrap();
    assert_eq!(alive.len(), 1);
    assert_eq!(
        alive[0],
        environment("E1", 1, EnvironmentState::Busy, NOON + Micros(60)),
        "it comes back as it was"
    );
    assert_eq!(
        store.environments_since(None, NOON + Micros(30)).await.unwrap().len(),
        2,
        "an end at the instant counts"
    );
    assert_eq!(store.environments(None, true, 1).await.unwrap().len(), 1);
    assert_eq!(store.environments(None, false, 9).await.unwrap().len(), 1);
    assert!(store.environments(Some(&FunctionId::from("F2")), true, 9).await.unwrap().is_empty());
    assert_eq!(store.last_environment_number(&FunctionId::from("F1")).await.unwrap(), 2);
    assert_eq!(store.last_environment_number(&FunctionId::from("F2")).await.unwrap(), 0);
    store.close().await;
}
