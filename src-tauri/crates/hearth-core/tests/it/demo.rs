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

#[tokio::test(flavor = "multi_thread")]
async fn while_the_demo_is_on_everything_shows_it_and_nothing_real() {
    let house = House::open().await;
    let code = house.folder("real", &[("bootstrap", "#!/bin/sh\nexit 1\n")]);
    house.ok("deploy", json!({ "source": { "kind": "path", "path": code } })).await;
    let call = json!({ "name": "real", "event": "{}", "source": "test" });
    house.ok("invoke", call.clone()).await;
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
