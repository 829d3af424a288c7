//! What is only known between two ends stays so wherever it goes: what-if, forecast, assumptions, budgets. On the demo,
//! whose Azure and Google functions are billed call by call, at a clock that stands still.

use crate::house::House;
use crate::spending::open_at_noon;
use serde_json::{Value, json};

async fn with_demo() -> House {
    let house = open_at_noon().await;
    house.ok("demo_on", json!({ "calls": 12_000 })).await;
    house
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap()
}

async fn what_if(house: &House, name: &str, asked: Value) -> Value {
    let mut request = json!({ "scope": { "kind": "function", "name": name } });
    request.as_object_mut().unwrap().extend(asked.as_object().unwrap().clone());
    house.ok("cost_what_if", request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_what_if_of_an_estimated_month_is_neither_surer_nor_less_sure_than_it_can_be() {
    let house = with_demo().await;
    for (name, asked) in [
        ("inventory-sync", json!({ "traffic": "2" })),
        ("recommend", json!({ "memoryMb": 1_024, "duration": { "assume": "unchanged" } })),
    ] {
        let answer = what_if(&house, name, asked).await;
        let [low, most_likely, high] =
            ["changeLowUsd", "changeUsd", "changeHighUsd"].map(|key| number(&answer[key]));
        assert!(0.0 <= low && low <= most_likely && most_likely <= high, "more saves nothing: {answer}");
    }
    let answer = what_if(&house, "inventory-sync", json!({ "plan": { "plan": "lambda" } })).await;
    let [low, high] = ["changeLowUsd", "changeHighUsd"].map(|key| number(&answer[key]));
    let (before, after) = (&answer["before"], &answer["after"]);
    assert!((low - (number(&after["lowUsd"]) - number(&before["highUsd"]))).abs() < 1e-9, "{answer}");
    assert!((high - (number(&after["highUsd"]) - number(&before["lowUsd"]))).abs() < 1e-9, "{answer}");
    assert!(high - low > 1e-6, "what is not known now makes the difference unsure: {answer}");

    // Cloud Run as it is: its own processors, so that nothing changes.
    let same =
        what_if(&house, "recommend", json!({ "plan": { "plan": "cloudRunRequest", "minInstances": 0 } }));
    let same = same.await;
    assert!(number(&same["changeUsd"]).abs() < 1e-9, "{same}");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forecast_is_as_wide_as_what_was_spent_and_the_words_are_of_what_is_shown() {
    let house = with_demo().await;
    let azure = json!({ "scope": { "kind": "account", "id": "demo-azure" } });
    let month = house.ok("cost_overview", azure).await;
    let (list, bounds, forecast) =
        (number(&month["cost"]["listUsd"]), &month["cost"]["bounds"], &month["forecast"]);
    let expected = number(&forecast["expectedUsd"]);
    let (low, high) = (number(&forecast["lowUsd"]), number(&forecast["highUsd"]));
    assert!(low <= expected * number(&bounds["listLowUsd"]) / list + 1e-6, "{forecast} of {bounds}");
    assert!(high >= expected * number(&bounds["listHighUsd"]) / list - 1e-6, "{forecast} of {bounds}");

    let bill = house.ok("cost_function", json!({ "name": "recommend" })).await;
    let words = bill["assumptions"].to_string();
    let estimated: Vec<&Value> =
        bill["lines"].as_array().unwrap().iter().filter(|line| line["basis"] == "estimated").collect();
    assert!(!estimated.is_empty(), "{bill}");
    for end in ["listLowUsd", "listHighUsd"] {
        let sum: f64 = estimated.iter().map(|line| number(&line["cost"]["bounds"][end])).sum();
        // Two digits of less than a dollar.
        let told: f64 = format!("{sum:.1e}").parse().unwrap();
        assert!(words.contains(&format!("${told}")), "${told} in {words}");
    }
    assert!(words.contains("on Google Cloud Run each call") && !words.contains("on Azure"), "{words}");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_of_the_demo_ends_where_the_forecast_of_the_same_month_does() {
    let house = with_demo().await;
    let month = house.ok("cost_overview", json!({ "scope": { "kind": "demo" } })).await;
    let expected = number(&month["forecast"]["expectedUsd"]);
    let status = house.ok("brake_status", json!({})).await;
    let budgets = status["budgets"].as_array().unwrap();
    let all = budgets.iter().find(|budget| budget["subject"] == "All functions").unwrap();
    let projected = number(&all["projectedUsd"]);
    // The mean of a week is no profile of hours, but it is priced on the same plans.
    assert!((projected / expected - 1.0).abs() < 0.15, "{projected} beside {expected}");
    let google =
        house.ok("cost_overview", json!({ "scope": { "kind": "account", "id": "demo-google" } })).await;
    let scope = json!({ "kind": "account", "account": "demo-google" });
    let set = house.ok("budget_set", json!({ "scope": scope, "amountUsd": "5", "alerts": [50] })).await;
    let one =
        set["budgets"].as_array().unwrap().iter().find(|budget| budget["scope"]["account"] == "demo-google");
    let one = one.unwrap_or_else(|| panic!("{set}"));
    assert!(number(&one["projectedUsd"]) > number(&google["cost"]["listUsd"]), "it goes on spending: {one}");
    house.app.close().await;
}
