//! Budgets and the brake at the edge of the core: what is told, what is stopped, and that a release brings back what
//! was there.

use crate::house::{GREETER, House, open_in, path_source};
use hearth_core::lambda;
use hearth_model::HearthEvent;
use serde_json::{Value, json};
use std::time::Duration;

const TINY: &str = "0.0000001";

async fn status(house: &House) -> Value {
    house.ok("brake_status", json!({})).await
}

async fn budget(house: &House, scope: Value, usd: &str) -> Value {
    house.ok("budget_set", json!({ "scope": scope, "amountUsd": usd, "alerts": [50, 100] })).await
}

/// Waits until the brake's status is so; it changes within a look, which is a second at most.
async fn until(house: &House, what: &str, so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..400 {
        let now = status(house).await;
        if so(&now) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited in vain until {what}: {}", status(house).await);
}

fn holds(name: &'static str) -> impl Fn(&Value) -> bool {
    move |now| now["held"].as_array().unwrap().iter().any(|held| held["function"] == name)
}

async fn limit(house: &House, name: &str) -> Value {
    let function = house.ok("function_get", json!({ "name": name })).await;
    function["summary"]["function"]["configuration"]["reservedConcurrency"].clone()
}

async fn outcome(house: &House, name: &str) -> String {
    let answer = house.invoke(name, &json!({ "name": "Ada" })).await;
    answer["invocation"]["outcome"].as_str().unwrap().to_owned()
}

async fn give_limit(house: &House, name: &str, limit: u32) {
    house
        .ok("function_configure", json!({ "name": name, "reservedConcurrency": limit, "environment": {} }))
        .await;
}

#[tokio::test]
async fn an_armed_brake_stops_what_spent_its_budget_and_a_release_brings_its_limit_back() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    house.deploy_greeter("other").await;
    give_limit(&house, "greeter", 7).await;
    let mut events = house.app.subscribe();
    budget(&house, json!({ "kind": "function", "function": "greeter" }), TINY).await;
    house.ok("brake_mode", json!({ "mode": "armed" })).await;
    assert_eq!(outcome(&house, "greeter").await, "succeeded");
    let now = until(&house, "greeter is held", holds("greeter")).await;
    assert_eq!(now["held"][0]["formerConcurrency"], 7);
    assert_eq!(now["held"][0]["by"], "brake");
    assert_eq!(now["budgets"][0]["state"], "over");
    assert!(now["notes"][0].as_str().unwrap().contains("only while Hearth runs"), "{now}");
    assert_eq!(limit(&house, "greeter").await, 0);

    let refused = house.invoke("greeter", &json!({})).await;
    assert_eq!(refused["invocation"]["outcome"], "throttled");
    let words = refused["invocation"]["errorMessage"].as_str().unwrap();
    assert!(words.starts_with("stopped by Hearth's brake: greeter spent the budget of $"), "{words}");
    assert!(refused["payload"]["message"].as_str().unwrap().contains("Hearth's brake"), "{refused}");
    assert!(refused["explanation"]["cause"].as_str().unwrap().contains("brake holds"), "{refused}");
    assert_eq!(outcome(&house, "other").await, "succeeded", "another function has no budget");

    let now = house.ok("brake_release", json!({ "functions": [] })).await;
    assert_eq!(now["held"], json!([]));
    assert_eq!(limit(&house, "greeter").await, 7);
    assert_eq!(outcome(&house, "greeter").await, "succeeded", "it is left alone for a while");
    let kinds: Vec<Value> = house
        .ok("brake_history", json!({ "limit": 100 }))
        .await
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|entry| entry["kind"].clone())
        .collect();
    assert_eq!(kinds, ["budget", "mode", "threshold", "threshold", "pulled", "released"]);

    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let HearthEvent::BudgetAlert { title, .. } = event {
            told.push(title);
        }
    }
    assert_eq!(
        told,
        ["100 % of a budget is spent", "The brake stopped greeter"],
        "the lower alert is only written down"
    );
    house.app.close().await;
}

/// What may not change in a rehearsal: how the brake stands, what was told, and every function.
async fn everything(house: &House) -> [Value; 3] {
    let mut status = status(house).await;
    // The live rate falls by itself.
    for name in ["usdPerHour", "live", "budgets"] {
        status[name] = Value::Null;
    }
    let history = house.ok("brake_history", json!({ "limit": 100 })).await;
    [status, history, limit(house, "greeter").await]
}

/// The same once the watch has told everything that it tells by itself.
async fn settled(house: &House) -> [Value; 3] {
    let mut before = everything(house).await;
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let now = everything(house).await;
        if now == before {
            return now;
        }
        before = now;
    }
    panic!("it never settled: {before:?}");
}

#[tokio::test]
async fn a_rehearsal_says_what_the_brake_would_do_and_changes_nothing() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    house.deploy_greeter("other").await;
    give_limit(&house, "greeter", 7).await;
    house.ok("brake_mode", json!({ "mode": "off" })).await;
    let rehearse = || house.ok("brake_rehearse", json!({}));
    assert_eq!(rehearse().await["functions"], json!([]), "nothing was called");
    for name in ["greeter", "other"] {
        assert_eq!(outcome(&house, name).await, "succeeded");
    }
    let calm = rehearse().await;
    let acts = |rehearsal: &Value| {
        let rows = rehearsal["functions"].as_array().unwrap();
        rows.iter()
            .map(|row| format!("{} {}", row["function"], row["act"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    let mut all = acts(&calm);
    all.sort();
    assert_eq!(all, ["greeter runs", "other runs"], "{calm}");

    budget(&house, json!({ "kind": "function", "function": "greeter" }), TINY).await;
    for (mode, act) in [("off", "greeter off"), ("suggest", "greeter asks")] {
        house.ok("brake_mode", json!({ "mode": mode })).await;
        if mode == "suggest" {
            let suggests = |now: &Value| now["suggestions"].as_array().is_some_and(|all| !all.is_empty());
            until(&house, "greeter is suggested", suggests).await;
        } else {
            let told = |now: &Value| now["budgets"][0]["state"] == "over";
            until(&house, "the budget is spent", told).await;
        }
        let before = settled(&house).await;
        let rehearsal = rehearse().await;
        assert_eq!(everything(&house).await, before, "{mode}");
        assert_eq!(acts(&rehearsal), [act, "other runs"], "{rehearsal}");
        let row = &rehearsal["functions"][0];
        assert_eq!((&row["formerConcurrency"], &row["calls24h"]), (&json!(7), &json!(1)));
        assert!(row["reason"].as_str().unwrap().starts_with("greeter spent the budget of $"), "{row}");
        assert_ne!(row["spentUsd"], "0");
        let told = rehearsal["answer"].as_str().unwrap();
        assert!(told.starts_with("stopped by Hearth's brake: greeter spent the budget"), "{told}");
        assert!(rehearsal["release"].as_str().unwrap().contains("hearth brake release"));
    }
    house.ok("brake_pull", json!({ "functions": ["greeter"] })).await;
    assert_eq!(acts(&rehearse().await)[0], "greeter holds");
    house.ok("brake_release", json!({ "functions": [] })).await;
    assert_eq!(acts(&rehearse().await)[0], "greeter rests");
    house.app.close().await;
}

#[tokio::test]
async fn a_brake_that_was_on_is_on_after_a_restart() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    house.ok("brake_mode", json!({ "mode": "armed" })).await;
    house.ok("brake_pull", json!({ "functions": ["greeter"] })).await;
    house.app.close().await;

    let app = open_in(house.data.path()).await.unwrap();
    let house = House { app, ..house };
    let now = status(&house).await;
    assert_eq!(now["mode"], "armed");
    assert_eq!(now["held"][0]["function"], "greeter");
    assert_eq!(now["held"][0]["formerConcurrency"], Value::Null);
    assert_eq!(now["held"][0]["by"], "person");
    assert_eq!(outcome(&house, "greeter").await, "throttled");
    house.ok("brake_release", json!({ "functions": ["greeter"] })).await;
    assert_eq!(limit(&house, "greeter").await, Value::Null, "no limit of its own, as before");
    assert_eq!(outcome(&house, "greeter").await, "succeeded");
    house.app.close().await;
}

#[tokio::test]
async fn deploys_and_limits_meanwhile_do_not_release_and_come_back_with_the_release() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    house.ok("brake_pull", json!({ "functions": ["greeter"] })).await;
    house.ok("brake_pull", json!({ "functions": ["greeter"] })).await;
    let folder = house.folder("greeter", &[("app.py", GREETER), ("more.txt", "more")]);
    for _ in 0..2 {
        house.ok("deploy", json!({ "source": path_source(&folder), "name": "greeter" })).await;
    }
    assert_eq!(outcome(&house, "greeter").await, "throttled", "a new version is held as well");
    give_limit(&house, "greeter", 3).await;
    until(&house, "the new limit is taken up", |now| now["held"][0]["formerConcurrency"] == 3).await;
    assert_eq!(outcome(&house, "greeter").await, "throttled");
    house.ok("brake_release", json!({ "functions": [] })).await;
    assert_eq!(limit(&house, "greeter").await, 3);
    house.ok("function_rollback", json!({ "name": "greeter", "version": 2 })).await;
    assert_eq!(outcome(&house, "greeter").await, "succeeded", "a version made under the brake runs");
    house.app.close().await;
}

#[tokio::test]
async fn a_brake_that_suggests_stops_nothing_and_can_be_told_to_leave_it() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    budget(&house, json!({ "kind": "all" }), TINY).await;
    house.invoke("greeter", &json!({})).await;
    let now = until(&house, "it suggests", |now| now["suggestions"][0]["function"] == "greeter").await;
    assert_eq!((&now["mode"], &now["held"]), (&json!("suggest"), &json!([])));
    assert!(now["usdPerHour"].as_str().unwrap().parse::<f64>().unwrap() > 0.0, "{now}");
    assert_eq!(now["budgets"][0]["subject"], "All functions");
    let now = house.ok("brake_leave", json!({ "functions": [] })).await;
    assert_eq!(now["suggestions"], json!([]));
    assert_eq!(now["resting"][0][0], "greeter");
    assert_eq!(outcome(&house, "greeter").await, "succeeded");
    let now = house.ok("budget_delete", json!({ "scope": { "kind": "all" } })).await;
    assert_eq!(now["budgets"], json!([]));
    house.app.close().await;
}

#[tokio::test]
async fn a_budget_that_is_deleted_takes_its_suggestions_with_it() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    budget(&house, json!({ "kind": "all" }), TINY).await;
    house.invoke("greeter", &json!({})).await;
    until(&house, "it suggests", |now| now["suggestions"][0]["function"] == "greeter").await;
    let now = house.ok("budget_delete", json!({ "scope": { "kind": "all" } })).await;
    assert_eq!((&now["budgets"], &now["suggestions"]), (&json!([]), &json!([])));
    house.app.close().await;
}

#[tokio::test]
async fn a_function_that_calls_itself_is_stopped_without_any_budget() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    house.ok("brake_mode", json!({ "mode": "armed" })).await;
    let mut caller: Option<String> = None;
    for _ in 0..16 {
        let answer =
            lambda::invoke_with_context(&house.app, "greeter", "{}".into(), None, caller).await.unwrap();
        let digits: String =
            answer.invocation.request_id.as_str().chars().filter(char::is_ascii_hexdigit).take(24).collect();
        caller = Some(format!("Root=1-67891233-{digits};Parent=53995c3f42cd8ad8;Sampled=0"));
    }
    let now = until(&house, "greeter is held", holds("greeter")).await;
    assert!(
        now["held"][0]["reason"].as_str().unwrap().contains("it calls itself: 16 calls in a row"),
        "{now}"
    );
    house.app.close().await;
}

#[tokio::test]
async fn blind_retries_are_stopped_without_any_budget() {
    let house = House::open().await;
    if !house.has_python().await {
        return;
    }
    house.deploy_greeter("greeter").await;
    house.ok("brake_mode", json!({ "mode": "armed" })).await;
    for _ in 0..50 {
        house.invoke("greeter", &json!({ "fail": true })).await;
    }
    let now = until(&house, "greeter is held", holds("greeter")).await;
    let reason = now["held"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("failed alike with ValueError"), "{reason}");
    house.app.close().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_what_to_do() {
    let house = House::open().await;
    let set = |scope: Value, usd: &str, alerts: Value| json!({ "scope": scope, "amountUsd": usd, "alerts": alerts });
    let all = json!({ "kind": "all" });
    for (command, request, words) in [
        ("budget_set", set(all.clone(), "-1", json!([50])), "not above 0"),
        ("budget_set", set(all.clone(), "a lot", json!([50])), "no decimal number"),
        ("budget_set", set(all.clone(), "5", json!([0])), "1 to 1000 percent"),
        ("budget_set", set(json!({ "kind": "function", "function": "none" }), "5", json!([50])), "`none`"),
        ("budget_set", set(json!({ "kind": "account", "account": "mars" }), "5", json!([50])), "`mars`"),
        ("budget_delete", json!({ "scope": all }), "no budget for All functions"),
        ("brake_pull", json!({ "functions": ["none"] }), "`none`"),
        ("brake_release", json!({ "functions": ["none"] }), "does not hold `none`"),
        ("brake_history", json!({ "limit": 0 }), "not 0"),
    ] {
        let error = house.refused(command, request).await;
        assert!(error.message.contains(words), "{command}: `{words}` in {error:?}");
    }
    let now = house.ok("brake_release", json!({ "functions": [] })).await;
    assert_eq!(now["held"], json!([]), "a release with nothing held is no error");
    house.app.close().await;
}
