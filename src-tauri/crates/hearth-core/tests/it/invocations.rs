//! Calls: what is refused before it runs, what fails as data, what runs once, and what outlives a restart.

use crate::house::{House, open_in, path_source};
use hearth_core::ErrorCode;
use hearth_model::HearthEvent;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_not_json_or_too_large_is_refused_before_anything_runs() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    let invoke = |event: String| json!({ "name": "greeter", "event": event, "source": "test" });
    let error = house.refused("invoke", invoke("{'a': 1}".into())).await;
    assert!(error.code == ErrorCode::InvalidInput && error.message.contains("not JSON"), "{error:?}");
    let large = format!("\"{}\"", "x".repeat(7 * 1024 * 1024));
    let error = house.refused("invoke", invoke(large)).await;
    assert!(error.message.contains("7.0 MB") && error.message.contains("6 MB"), "{error:?}");
    let error = house.refused("invoke", json!({ "name": "nobody", "event": "{}", "source": "test" })).await;
    assert_eq!(error.code, ErrorCode::NotFound);
    assert_eq!(house.ok("invocations_list", json!({})).await["total"], 0);
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_function_is_an_answer_with_an_explanation() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    let answer = house.invoke("greeter", &json!({ "fail": true })).await;
    assert_eq!(answer["functionError"], "Unhandled");
    assert_eq!(answer["payload"]["errorType"], "ValueError");
    assert!(answer["explanation"]["cause"].as_str().unwrap().contains("told to fail"), "{answer}");

    let broken = house
        .folder("broken", &[("app.py", "import nothing_like_this\ndef handler(event, context): pass\n")]);
    house.ok("deploy", json!({ "source": path_source(&broken) })).await;
    let answer = house.invoke("broken", &json!({})).await;
    assert_eq!(answer["invocation"]["outcome"], "init_failed", "{answer}");
    assert!(answer["explanation"]["cause"].as_str().unwrap().contains("`nothing_like_this`"), "{answer}");
    let next = house.invoke("greeter", &json!({ "name": "Ada" })).await;
    assert_eq!(next["payload"]["hello"], "Ada", "the next call works");

    let request = json!({ "requestId": answer["invocation"]["requestId"] });
    let detail = house.ok("invocation_get", request).await;
    let told = detail["logs"].to_string();
    assert!(told.contains("nothing_like_this"), "a start-up is told with the call it was for: {detail}");
    assert!(detail["logCount"].as_u64().unwrap() >= detail["logs"].as_array().unwrap().len() as u64);
    let request = json!({ "requestId": next["requestId"] });
    let warm = house.ok("invocation_get", request).await;
    assert!(!warm["logs"].to_string().contains("nothing_like_this"), "{warm}");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_id_runs_once_also_after_a_restart() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    house.deploy_greeter("other").await;
    let request = |name: &str| json!({ "name": name, "event": "{\"name\":\"Ada\"}", "source": "test", "requestId": "0b7a7f0e-0000-4000-8000-000000000001" });
    let (first, second) =
        tokio::join!(house.ok("invoke", request("greeter")), house.ok("invoke", request("greeter")));
    assert_eq!(first["environmentId"], second["environmentId"]);
    assert_eq!(house.refused("invoke", request("other")).await.code, ErrorCode::Conflict);
    house.app.close().await;

    let app = open_in(house.data.path()).await.unwrap();
    let house = House { app, data: house.data, code: house.code };
    let third = house.ok("invoke", request("greeter")).await;
    assert_eq!(third["environmentId"], first["environmentId"], "it is answered from the ledger");
    assert_eq!(third["payload"], first["payload"]);
    assert_eq!(house.ok("invocations_list", json!({})).await["total"], 1);
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_hear_a_call_begin_and_end_and_its_server_live() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let mut events = house.app.subscribe();
    house.deploy_greeter("greeter").await;
    house.invoke("greeter", &json!({ "name": "Ada" })).await;
    let mut heard = Vec::new();
    while !heard.contains(&"finished") || !heard.contains(&"environment") || !heard.contains(&"logged") {
        let event = tokio::time::timeout(std::time::Duration::from_secs(5), events.recv())
            .await
            .expect("events come")
            .unwrap();
        heard.push(match event {
            HearthEvent::EnvironmentChanged { .. } => "environment",
            HearthEvent::InvocationStarted { .. } => "started",
            HearthEvent::InvocationFinished { .. } => "finished",
            HearthEvent::Logged { .. } => "logged",
            HearthEvent::FunctionsChanged { .. } => "functions",
            HearthEvent::SettingsChanged => "settings",
            HearthEvent::TuningChanged { .. } => "tuning",
            HearthEvent::BudgetAlert { .. } | HearthEvent::BrakeChanged => "money",
            HearthEvent::AccountsChanged
            | HearthEvent::SignInChanged
            | HearthEvent::CloudStep { .. }
            | HearthEvent::CloudPieces { .. } => "clouds",
        });
    }
    assert!(heard.contains(&"functions") && heard.contains(&"started"), "{heard:?}");
    house.app.close().await;
}

const SLEEPER: &str =
    "import time\n\ndef handler(event, context):\n    print('asleep', flush=True)\n    time.sleep(600)\n";

/// Sends one call to a function that sleeps and waits until its handler runs.
async fn asleep(house: &House) -> String {
    let mut events = house.app.subscribe();
    let sent = house.ok("invoke_send", json!({ "name": "sleeper", "event": "{}", "count": 1 })).await;
    loop {
        let event = tokio::time::timeout(std::time::Duration::from_secs(10), events.recv())
            .await
            .expect("events come")
            .unwrap();
        if matches!(&event, HearthEvent::Logged { lines } if lines.iter().any(|line| line.text == "asleep")) {
            return sent["requestIds"][0].as_str().unwrap().to_owned();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_can_be_cancelled_and_closing_does_not_wait_for_one_that_sleeps() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let folder = house.folder("sleeper", &[("app.py", SLEEPER)]);
    house.ok("deploy", json!({ "source": path_source(&folder), "timeoutS": 900 })).await;
    let first = asleep(&house).await;
    let snapshot = house.ok("lanes_snapshot", json!({ "function": null, "fromUs": 0 })).await;
    assert_eq!(snapshot["invocations"][0]["outcome"], "running", "{snapshot}");
    let repeated = json!({ "name": "sleeper", "event": "{}", "source": "test", "requestId": first });
    let (answer, _) =
        tokio::join!(house.ok("invoke", repeated), house.ok("invoke_cancel", json!({ "requestId": first })));
    assert_eq!(answer["invocation"]["outcome"], "cancelled", "who waits for it is told: {answer}");

    let second = asleep(&house).await;
    let begun = std::time::Instant::now();
    house.app.close().await;
    assert!(begun.elapsed() < std::time::Duration::from_millis(3_500), "closing took {:?}", begun.elapsed());
    let app = open_in(house.data.path()).await.unwrap();
    let house = House { app, data: house.data, code: house.code };
    let detail = house.ok("invocation_get", json!({ "requestId": second })).await;
    assert_ne!(detail["invocation"]["outcome"], "running", "after a restart nothing runs: {detail}");
    assert!(detail["explanation"]["cause"].is_string());
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_limit_keeps_the_version_and_its_servers() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let folder = house.folder("greeter", &[("app.py", "def handler(event, context):\n    return event\n")]);
    house.ok("deploy", json!({ "source": path_source(&folder) })).await;
    let first = house.invoke("greeter", &json!({})).await;
    let configured =
        house.ok("function_configure", json!({ "name": "greeter", "reservedConcurrency": 2 })).await;
    assert_eq!(configured["version"], 1);
    assert_eq!(configured["configuration"]["reservedConcurrency"], 2);
    let second = house.invoke("greeter", &json!({})).await;
    assert_eq!(second["environmentId"], first["environmentId"], "the server lives on");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_beyond_the_limit_of_servers_are_refused_and_explained() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    let folder = house.folder("sleeper", &[("app.py", SLEEPER)]);
    house.ok("deploy", json!({ "source": path_source(&folder), "timeoutS": 900 })).await;
    house.ok("function_configure", json!({ "name": "sleeper", "reservedConcurrency": 1 })).await;
    let first = asleep(&house).await;
    let answer = house.invoke("sleeper", &json!({})).await;
    assert_eq!(answer["invocation"]["outcome"], "throttled", "{answer}");
    assert_eq!(answer["receipt"]["totalUsd"], "0");
    assert!(answer["explanation"]["cause"].as_str().unwrap().contains("refused"), "{answer}");
    house.ok("invoke_cancel", json!({ "requestId": first })).await;
    house.app.close().await;
}
