//! The demo: shown as a whole or not at all, watermarked, and gone without a trace.

use crate::house::House;
use hearth_core::commands::Body;
use serde_json::{Value, json};

async fn names(house: &House) -> Vec<String> {
    let list = house.ok("functions_list", json!({})).await;
    let functions = list["functions"].as_array().unwrap();
    functions.iter().map(|row| row["function"]["account"].as_str().unwrap().to_owned()).collect()
}

async fn text(house: &House, command: &str, request: Value) -> String {
    match house.call(command, request).await.unwrap() {
        Body::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
        Body::Json(text) => text,
    }
}

fn rows_of_demo(page: &Value, key: &str) -> (usize, usize) {
    let rows = page[key].as_array().unwrap();
    let demo = rows.iter().filter(|row| row["functionId"].as_str().unwrap().starts_with("DEMO")).count();
    (demo, rows.len())
}

/// Dollars of a chart, step by step: requests, compute, start-up, storage, always on.
async fn charted(house: &House, function: Option<&str>, from: i64, to: i64, grain: &str) -> Vec<[f64; 5]> {
    let query = json!({ "function": function, "fromUs": from, "toUs": to, "grain": grain });
    let bytes = house.bytes("series", query).await;
    let steps = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let column = |name: &str| {
        let place = hearth_model::SERIES_COLUMNS.iter().position(|column| *column == name).unwrap();
        let column = &bytes[8 + place * steps * 8..][..steps * 8];
        column.chunks(8).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect::<Vec<f64>>()
    };
    let columns =
        ["requestCostUsd", "computeCostUsd", "initCostUsd", "storageCostUsd", "alwaysOnCostUsd"].map(column);
    (0..steps).map(|step| columns.each_ref().map(|column| column[step])).collect()
}

/// The same of the days of a month on the Cost screen.
fn shown(cost: &Value) -> Vec<[f64; 5]> {
    let part = |name: &str| -> Vec<f64> {
        cost["days"][name].as_array().unwrap().iter().map(|day| day.as_f64().unwrap()).collect()
    };
    let parts = ["requests", "compute", "startUp", "storage", "alwaysOn"].map(part);
    (0..parts[0].len()).map(|day| parts.each_ref().map(|part| part[day])).collect()
}

/// A chart told this a moment later, while tasks ran on and nothing else did.
fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 + 1e-3 * one.abs()
}

/// Charts of every step tell the money of the Cost screen: every cloud, storage, and tasks that run all the time.
async fn charts_are_the_days_of_the_cost_screen(house: &House, cost: &Value) {
    let day = 86_400_000_000;
    let instant = |month: &Value, name: &str| month["month"][name].as_i64().unwrap();
    let before = cost["month"]["months"][1].as_str().unwrap();
    let before = house.ok("cost_overview", json!({ "scope": { "kind": "all" }, "month": before })).await;
    for month in [&before, cost] {
        let (from, until) = (instant(month, "fromUs"), instant(month, "untilUs"));
        let days = charted(house, None, from, until, "day").await;
        let told = shown(month);
        assert_eq!(days.len(), told.len(), "{}", month["month"]);
        let list: f64 = month["cost"]["listUsd"].as_str().unwrap().parse().unwrap();
        assert!(list > 1.0 && same(days.iter().flatten().sum(), list), "{days:?} is not {list}");
        for (place, (charted, told)) in days.iter().zip(&told).enumerate() {
            let near = charted.iter().zip(told).all(|(one, other)| same(*one, *other));
            assert!(near, "day {place} of {}: {charted:?} is not {told:?}", month["month"]["name"]);
        }
        let hours = charted(house, None, from, until, "hour").await;
        for (place, (hours, told)) in hours.chunks(24).zip(&told).enumerate() {
            for part in 0..5 {
                let sum: f64 = hours.iter().map(|hour| hour[part]).sum();
                assert!(same(sum, told[part]), "hours of day {place}, part {part}: {sum} is not {told:?}");
            }
        }
        // Part of a month is part of its days.
        let last = charted(house, None, until - 3 * day, until, "day").await;
        let (one, other): (f64, f64) = (last[1].iter().sum(), told[told.len() - 3..][0].iter().sum());
        assert!(same(one, other), "{one} is not {other}");
    }
    let (from, until) = (instant(cost, "fromUs"), instant(cost, "untilUs"));
    let mut plans = std::collections::BTreeSet::new();
    for row in cost["functions"].as_array().unwrap() {
        if !plans.insert(row["plan"].as_str().unwrap()) {
            continue;
        }
        let name = row["name"].as_str().unwrap();
        let days = charted(house, Some(name), from, until, "day").await;
        for (charted, told) in days.iter().zip(row["daysUsd"].as_array().unwrap()) {
            let (sum, told): (f64, f64) = (charted.iter().sum(), told.as_f64().unwrap());
            assert!(same(sum, told), "{name}: {sum} is not {told}");
        }
        let hours: f64 = charted(house, Some(name), from, until, "hour").await.iter().flatten().sum();
        let list: f64 = row["cost"]["listUsd"].as_str().unwrap().parse().unwrap();
        assert!(same(hours, list), "{name} by hour: {hours} is not {list}");
    }
    assert!(plans.len() > 3, "{plans:?}");
}

/// It comes with one that alerts and one that is over; others are set for what is shown, and nothing is logged.
async fn budgets_are_the_demos(house: &House) {
    let of = |status: &Value| -> Vec<(String, String)> {
        let all = status["budgets"].as_array().unwrap().iter();
        all.map(|it| (it["scope"].to_string(), it["state"].as_str().unwrap().to_owned())).collect()
    };
    let account = r#"{"account":"demo-prod","kind":"account"}"#;
    let status = house.ok("brake_status", json!({})).await;
    let expected = [(r#"{"kind":"all"}"#, "alert"), (account, "over")];
    assert_eq!(of(&status), expected.map(|(scope, state)| (scope.to_owned(), state.to_owned())), "{status}");
    let spent: f64 = status["budgets"][0]["spentPercent"].as_f64().unwrap();
    assert!((84.0..86.0).contains(&spent), "{spent}");

    let set = |scope: Value, usd: &str| json!({ "scope": scope, "amountUsd": usd, "alerts": [50] });
    let one = json!({ "kind": "function", "function": "search-index" });
    let status = house.ok("budget_set", set(one, "0.01")).await;
    assert_eq!(of(&status).len(), 3, "{status}");
    let local = json!({ "kind": "account", "account": "local" });
    let error = house.call("budget_set", set(local, "1")).await.unwrap_err();
    assert!(error.hint.unwrap().contains("demo-prod"), "{}", error.message);
    let status = house.ok("budget_delete", json!({ "scope": { "kind": "all" } })).await;
    assert_eq!(of(&status).len(), 2, "{status}");
    let log = house.ok("brake_history", json!({ "limit": 100 })).await;
    assert_eq!(log.as_array().unwrap().len(), 1, "only the real one was written down: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_demo_is_on_everything_shows_it_and_nothing_real() {
    let house = House::open().await;
    let code = house.folder("real", &[("bootstrap", "#!/bin/sh\nexit 1\n")]);
    house.ok("deploy", json!({ "source": { "kind": "path", "path": code } })).await;
    let call = json!({ "name": "real", "event": "{}", "source": "test" });
    house.ok("invoke", call.clone()).await;
    let real = json!({ "scope": { "kind": "all" }, "amountUsd": "5", "alerts": [80] });
    house.ok("budget_set", real).await;
    let made = house.ok("demo_on", json!({ "calls": 3_000 })).await;
    assert_eq!((&made["state"], &made["percent"]), (&json!("on"), &json!(100)), "{made}");
    assert_eq!(house.ok("demo_status", json!({})).await, made);

    // What runs meanwhile is recorded, unseen.
    house.ok("invoke", call).await;
    let accounts = names(&house).await;
    assert!(
        accounts.len() > 30 && accounts.iter().all(|account| account.starts_with("demo")),
        "{accounts:?}"
    );
    let page = house.ok("invocations_list", json!({ "limit": 1_000 })).await;
    assert_eq!(rows_of_demo(&page, "invocations"), (1_000, 1_000));
    assert_eq!(page["total"], made["calls"]);
    let logs = house.ok("logs_list", json!({ "limit": 5_000 })).await;
    let (demo, all) = rows_of_demo(&logs, "lines");
    assert!(demo == all && all > 0, "{demo} of {all}");
    for command in ["environments_list", "lanes_snapshot"] {
        let answer = text(&house, command, json!({ "includeEnded": true, "fromUs": 0 })).await;
        assert!(!answer.contains("\"functionName\":\"real\""), "{command} shows what is real");
    }
    let detail = house.ok("function_get", json!({ "name": "search-index" })).await;
    assert_eq!(detail["summary"]["function"]["account"], "demo-prod");
    assert!(detail["versions"].as_array().unwrap().len() > 1, "deploys are flags: {}", detail["versions"]);

    // The list prices every function on its own plan, as the Cost screen does.
    let cost = house.ok("cost_overview", json!({ "scope": { "kind": "all" } })).await;
    let spent = |id: &Value| {
        let row = cost["functions"].as_array().unwrap().iter().find(|row| row["functionId"] == *id);
        row.map_or("0".to_owned(), |row| row["cost"]["listUsd"].as_str().unwrap().to_owned())
    };
    let list = house.ok("functions_list", json!({})).await;
    let mut providers = std::collections::BTreeSet::new();
    for row in list["functions"].as_array().unwrap() {
        let listed = row["stats"]["monthListUsd"].as_str().unwrap();
        let listed: f64 = listed.parse().unwrap();
        let spent: f64 = spent(&row["function"]["id"]).parse().unwrap();
        assert!((listed - spent).abs() < 1e-9, "{listed} is not {spent}: {}", row["function"]["name"]);
        if listed > 0.0 {
            providers.insert(row["function"]["account"].as_str().unwrap().to_owned());
        }
    }
    assert!(providers.len() > 3, "{providers:?}");
    charts_are_the_days_of_the_cost_screen(&house, &cost).await;

    budgets_are_the_demos(&house).await;

    // Watermarks.
    let from = made["fromUs"].as_i64().unwrap();
    let query = json!({ "fromUs": from, "toUs": made["madeUs"], "grain": "day" });
    for chart in ["invocations", "cost"] {
        let export = json!({ "chart": chart, "query": query, "format": "svg", "theme": "light" });
        assert!(text(&house, "chart_export", export).await.contains("DEMO"), "{chart}");
    }
    for (kind, request) in [
        ("functions", json!({})),
        ("invocations", json!({})),
        ("logs", json!({ "search": "order" })),
        ("series", query.clone()),
    ] {
        let table = text(&house, "table_export", json!({ "kind": kind, "query": request })).await;
        let mut lines = table.lines();
        let head: Vec<&str> = lines.next().unwrap().split(',').collect();
        assert_eq!(head.last(), Some(&"source"), "{kind}");
        let rows: Vec<&str> = lines.collect();
        assert!(
            !rows.is_empty() && rows.iter().all(|row| row.ends_with(",demo")),
            "{kind}: {:?}",
            rows.first()
        );
    }

    // Made-up functions cannot be run or changed.
    let run = json!({ "name": "search-index", "event": "{}", "source": "test" });
    let error = house.call("invoke", run).await.unwrap_err();
    assert!(error.message.contains("`search-index`"), "{error:?}");
    let error = house.call("function_delete", json!({ "name": "search-index" })).await.unwrap_err();
    assert!(error.hint.unwrap().contains("made up"));

    let off = house.ok("demo_off", json!({})).await;
    assert_eq!(off["state"], "off");
    let budgets = house.ok("brake_status", json!({})).await["budgets"].clone();
    assert_eq!((&budgets[0]["amountUsd"], budgets.as_array().unwrap().len()), (&json!("5"), 1), "{budgets}");
    assert_eq!(names(&house).await, ["local"]);
    let page = house.ok("invocations_list", json!({})).await;
    assert_eq!((rows_of_demo(&page, "invocations"), &page["total"]), ((0, 2), &json!(2)));
    assert_eq!(house.ok("ledger_info", json!({})).await["invocations"], 2);
    let table = text(&house, "table_export", json!({ "kind": "functions", "query": {} })).await;
    assert!(!table.contains("demo"), "{table}");
    assert_eq!(house.ok("ledger_check", json!({})).await["ok"], true);
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn making_the_demo_can_be_cancelled_and_leaves_nothing() {
    let house = House::open().await;
    let app = house.app.clone();
    let making = tokio::spawn(async move {
        hearth_core::commands::dispatch(&app, "demo_on", json!({ "calls": 2_000_000 })).await
    });
    while house.ok("demo_status", json!({})).await["calls"].as_u64().unwrap() == 0 {
        assert!(!making.is_finished());
        tokio::task::yield_now().await;
    }
    assert_eq!(names(&house).await, Vec::<String>::new(), "what is half made is not shown");
    let again = house.call("demo_on", json!({})).await.unwrap_err();
    assert!(again.message.contains("being made"), "{again:?}");
    assert_eq!(house.ok("demo_off", json!({})).await["state"], "off");
    let ended = making.await.unwrap().unwrap_err();
    assert!(ended.message.contains("cancelled"), "{ended:?}");
    assert_eq!(house.ok("ledger_info", json!({})).await["invocations"], 0);
    for calls in [999, 2_000_001] {
        let error = house.call("demo_on", json!({ "calls": calls })).await.unwrap_err();
        assert!(error.message.contains(&calls.to_string()), "{error:?}");
    }
    house.app.close().await;
}
