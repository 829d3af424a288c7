//! Environments and their changes, as lanes ask for them.

use crate::fixture::{NOON, environment, invocation, open, payloads, transition};
use hearth_model::{EnvironmentId, EnvironmentState, FunctionId, Micros, Phases, RequestId};

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

#[tokio::test]
async fn a_call_is_told_how_long_its_server_took_to_freeze() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    // Whether the answer or the freezing is told first, in one batch or in two.
    for (number, (first, second)) in
        [(true, false), (false, false), (true, true), (false, true)].into_iter().enumerate()
    {
        let (id, request) = (format!("E{number}"), format!("r{number}"));
        let mut call = invocation(&request, NOON);
        call.environment_id = Some(EnvironmentId::from(id.as_str()));
        call.phases = Phases {
            queue_us: Micros(10),
            init_us: Micros(20),
            invoke_us: Micros(30),
            freeze_us: Micros::ZERO,
        };
        let answer = || store.acknowledge(&call, payloads(b"{}", b"null")).unwrap();
        let freeze = || {
            for (state, at) in [(EnvironmentState::Warm, 61), (EnvironmentState::Frozen, 95)] {
                let at = NOON + Micros(at);
                store.environment(&environment(&id, 1, state, at), &transition(&id, state, at));
            }
        };
        if first {
            answer();
        } else {
            freeze();
        }
        if second {
            store.flush().await.unwrap();
        }
        if first {
            freeze();
        } else {
            answer();
        }
        store.flush().await.unwrap();
        let kept = store.invocation(&RequestId::from(request.as_str())).await.unwrap().unwrap();
        assert_eq!(kept.phases.freeze_us, Micros(35), "answer first: {first}, two batches: {second}");
    }
    store.close().await;
}
