//! The pace of the local runtime: idle servers go sooner, and nothing that was measured changes.

use crate::house::House;
use hearth_core::{App, ErrorCode};
use hearth_model::{EnvironmentState, HearthEvent};
use serde_json::json;
use std::time::{Duration, Instant};

/// Waits until a server is reaped, and says how long that took.
async fn reaped(app: &App) -> Duration {
    let mut events = app.subscribe();
    let begun = Instant::now();
    tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            if let Ok(HearthEvent::EnvironmentChanged { environment, .. }) = events.recv().await
                && environment.state == EnvironmentState::Reaped
            {
                return begun.elapsed();
            }
        }
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pace_of_sixty_reaps_sixty_times_sooner_and_changes_no_measured_duration() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    let mut wanted = house.ok("settings_get", json!({})).await;
    wanted["keepAliveUs"] = json!(120_000_000);
    house.ok("settings_set", wanted).await;
    let answer = house.invoke("greeter", &json!({ "name": "Ada" })).await;

    let pace = house.ok("runtime_pace", json!({ "speed": 60 })).await;
    assert_eq!(pace["keepAliveUs"], 2_000_000);
    assert!(pace["untilUs"].as_i64().unwrap() > 0, "{pace}");
    let took = reaped(&house.app).await;
    assert!(took < Duration::from_secs(15), "reaped after {took:?}");

    let kept = house.ok("invocation_get", json!({ "requestId": answer["requestId"] })).await;
    assert_eq!(kept["invocation"]["phases"], answer["phases"]);
    assert_eq!(kept["invocation"]["billedMs"], answer["billedMs"]);
    assert_eq!(house.ok("settings_get", json!({})).await["keepAliveUs"], 120_000_000, "the setting stays");

    let pace = house.ok("runtime_pace", json!({ "speed": 1 })).await;
    assert_eq!((&pace["keepAliveUs"], &pace["untilUs"]), (&json!(120_000_000), &json!(null)));
    let error = house.refused("runtime_pace", json!({ "speed": 61 })).await;
    assert!(error.code == ErrorCode::InvalidInput && error.message.contains("61 times"), "{error:?}");
    house.app.close().await;
}
