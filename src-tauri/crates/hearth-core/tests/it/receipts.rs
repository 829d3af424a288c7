//! A call has the price of where its function is billed: plan and region of its account, before grants; a call on a plan
//! that bills servers has none and says so. The month is counted on the same plans.

use crate::house::House;
use crate::spending::{NOON, at_noon, call, record};
use hearth_model::{BilledAs, FunctionId, InvocationSource, ManualClock, Micros};
use hearth_store::{Batch, OwnRequests, Store, StoreOptions};
use serde_json::{Value, json};
use std::sync::Arc;

/// Account, its vendor, the function's region, its name, how it is billed, memory, milliseconds.
type Made = (&'static str, &'static str, &'static str, &'static str, Option<BilledAs>, u32, i64);

const FUNCTIONS: [Made; 8] = [
    ("aws:a", "aws", "af-south-1", "far", None, 1_024, 1_000),
    ("azure:a", "azure", "eastus", "flex", Some(BilledAs::AzureFlex), 2_048, 28),
    ("azure:a", "azure", "eastus", "used", Some(BilledAs::AzureConsumption), 1_536, 28),
    ("azure:a", "azure", "eastus", "kept", Some(BilledAs::AzurePremium), 3_584, 28),
    ("azure:a", "azure", "westeurope", "dear", Some(BilledAs::AzureConsumption), 1_536, 28),
    ("google:a", "google", "us-central1", "old", Some(BilledAs::GoogleGen1), 256, 240),
    (
        "google:a",
        "google",
        "us-central1",
        "half",
        Some(BilledAs::CloudRunRequest { vcpu_thousandths: Some(500) }),
        512,
        120,
    ),
    ("google:a", "google", "us-central1", "always", Some(BilledAs::CloudRunInstance), 512, 120),
];

async fn house() -> House {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let store = Store::open(StoreOptions { data_dir: data.path().to_owned(), clock }).await.unwrap();
    let at = NOON - Micros(3_600_000_000);
    let mut invocations = Vec::new();
    for (account, provider, region, name, billed_as, memory_mb, milliseconds) in FUNCTIONS {
        store.put_account(account, account, provider).await.unwrap();
        let mut made = record(name, memory_mb, 1, at);
        made.id = FunctionId::in_account(account, region, name);
        (made.account, made.region, made.name) = (account.to_owned(), region.to_owned(), name.to_owned());
        made.configuration.billed_as = billed_as;
        store.put_function(&made, "read from the account").await.unwrap();
        let mut one = call(name, 1, at, milliseconds, memory_mb);
        one.function_id = made.id;
        one.source = if provider == "aws" { InvocationSource::Logs } else { InvocationSource::LogsInferred };
        invocations.push((one, None));
    }
    // A function of this computer stays priced as AWS Lambda in the region that was chosen.
    store.put_function(&record("here", 128, 1, at), "deploy").await.unwrap();
    invocations.push((call("here", 1, at, 50, 128), None));
    store.ingest(&Batch { invocations, lines: Vec::new() }).await.unwrap();
    let asked = |account: &str, location: &str, service: &str, operation: &str, units| OwnRequests {
        account: account.to_owned(),
        location: location.to_owned(),
        service: service.to_owned(),
        operation: operation.to_owned(),
        requests: 1,
        units,
    };
    for metrics in [4, 8] {
        let one = asked("aws:a", "af-south-1", "CloudWatch", "GetMetricData", metrics);
        store.count_own_requests(NOON, &[one]).await.unwrap();
    }
    let other = [
        asked("aws:b", "us-east-1", "CloudWatch", "GetMetricData", 1_000),
        asked("aws:b", "us-east-1", "Lambda", "ListFunctions", 0),
        asked("aws:b", "us-east-1", "Lambda", "Invoke", 0),
        asked("aws:b", "", "Cost Explorer", "GetCostAndUsage", 0),
    ];
    store.count_own_requests(NOON, &other).await.unwrap();
    store.close().await;
    at_noon(data).await
}

async fn detail(house: &House, name: &str) -> Value {
    house.ok("invocation_get", json!({ "requestId": format!("{name}-1") })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_has_the_price_of_the_plan_and_region_of_its_function() {
    let house = house().await;
    for (name, plan, region, total) in [
        ("far", "AWS Lambda", "af-south-1", "0.00002237"),
        ("flex", "Azure Functions Flex", "eastus", "0.0000524"),
        ("used", "Azure Functions Consumption", "eastus", "0.0000004"),
        ("old", "Google Cloud Functions", "us-central1", "0.0000017875"),
        ("half", "Google Cloud Run", "us-central1", "0.00000305"),
        ("here", "AWS Lambda", "us-east-1", "0.000000304166875"),
    ] {
        let detail = detail(&house, name).await;
        let receipt = &detail["receipt"];
        assert_eq!(
            (&receipt["plan"], &receipt["priceRegion"], &receipt["totalUsd"]),
            (&json!(plan), &json!(region), &json!(total)),
            "{name}: {detail}"
        );
        assert!(receipt["lines"].as_array().unwrap().iter().all(|line| line["source"].is_string()));
        assert!(detail["unpriced"].is_null(), "{detail}");
    }
    for (name, words) in [
        ("kept", "an Azure Functions Premium plan, which bills instances by the hour"),
        ("always", "Google Cloud Run with processors always on"),
        ("dear", "no published price of azure/functions_consumption"),
    ] {
        let detail = detail(&house, name).await;
        assert!(detail["receipt"].is_null(), "{detail}");
        let why = detail["unpriced"].as_str().unwrap();
        assert!(why.contains(words), "{why}");
        assert!(!why.contains("Lambda"), "{why}");
    }
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_month_is_counted_on_the_same_plans_and_says_whom_it_leaves_out() {
    let house = house().await;
    let month = house.ok("cost_overview", json!({})).await;
    let rows = month["functions"].as_array().unwrap();
    let row = |name: &str| rows.iter().find(|row| row["name"] == name);
    for name in ["far", "used", "here"] {
        let receipt = detail(&house, name).await["receipt"]["totalUsd"].as_str().unwrap().to_owned();
        let named = if name == "here" { "here-fn" } else { name };
        let list = row(named).unwrap()["cost"]["listUsd"].as_str().unwrap().to_owned();
        if name == "used" {
            // The month does not know which memory was used, and takes the most.
            assert_eq!(list, "0.0000026", "{month}");
        } else {
            assert_eq!(list, receipt, "{name}");
        }
    }
    assert_eq!(row("flex").unwrap()["plan"], "Azure Functions Flex");
    assert_eq!(row("old").unwrap()["plan"], "Google Cloud Functions");
    let told = month["assumptions"].to_string();
    for words in [
        "kept in eastus (Azure Functions Premium bills servers",
        "always in us-central1",
        "dear in westeurope",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
    assert!(row("kept").is_none(), "a guess is no cost: {month}");

    // What Hearth asked for is counted where it asked, also where nothing ran.
    let polling = |account: &str| {
        let groups = month["hidden"].as_array().unwrap();
        let group = groups.iter().find(|group| group["account"] == account).unwrap();
        let lines = group["lines"].as_array().unwrap();
        lines.iter().find(|line| line["name"] == "polling").unwrap().clone()
    };
    assert_eq!(
        (&polling("aws:a")["amount"], &polling("aws:b")["amount"]),
        (&json!("0.00012"), &json!("0.01"))
    );
    assert_eq!(polling("local")["amount"], "0");
    assert!(polling("azure:a")["amount"].is_null(), "unknown is not zero");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hearth_itself_asked_is_a_table_with_prices() {
    let house = house().await;
    let table = house.ok("own_requests", json!({})).await;
    let rows: Vec<_> = table["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                &row["account"],
                &row["operation"],
                &row["requests"],
                &row["quantity"],
                &row["billing"],
                &row["usd"],
            )
        })
        .map(|row| json!([row.0, row.1, row.2, row.3, row.4, row.5]))
        .collect();
    assert_eq!(
        rows,
        [
            json!(["aws:b", "GetMetricData", 1, 1_000, "billed", "0.01"]),
            json!(["aws:b", "GetCostAndUsage", 1, null, "billed", "0.01"]),
            json!(["aws:a", "GetMetricData", 2, 12, "billed", "0.00012"]),
            json!(["aws:b", "Invoke", 1, null, "call", null]),
            json!(["aws:b", "ListFunctions", 1, null, "free", null]),
        ]
    );
    assert_eq!((&table["usd"], &table["requests"]), (&json!("0.02012"), &json!(6)), "{table}");
    assert!(table["rows"][0]["source"].as_str().unwrap().contains("cloudwatch"), "{table}");
    let error = house.refused("own_requests", json!({ "month": "soon" })).await;
    assert_eq!(error.code, hearth_core::ErrorCode::InvalidInput, "{error:?}");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_billed_call_by_call_is_estimated_from_sums_with_bounds() {
    let house = house().await;
    let number = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let month = house.ok("cost_overview", json!({})).await;
    for row in month["functions"].as_array().unwrap() {
        let (cost, name) = (&row["cost"], row["name"].as_str().unwrap());
        let estimated = !["far", "here-fn"].contains(&name);
        assert_eq!(cost["bounds"].is_object(), estimated, "{row}");
        let bill = house.ok("cost_function", json!({ "name": row["functionId"] })).await;
        let mut memory_time = 0.0;
        for line in bill["lines"].as_array().unwrap() {
            let counted = line["unit"] == "request";
            let basis = if estimated && !counted { "estimated" } else { "exact" };
            assert_eq!(line["basis"], basis, "{name}: {line}");
            assert_eq!(line["cost"]["bounds"].is_object(), basis == "estimated", "{name}: {line}");
            if line["unit"] == "GB-second" {
                memory_time += number(&line["quantity"]);
            }
        }
        assert!((number(&row["gbSeconds"]) - memory_time).abs() < 1e-9, "{name} as its bill has it: {row}");
        if estimated {
            let (low, high) = (number(&cost["bounds"]["listLowUsd"]), number(&cost["bounds"]["listHighUsd"]));
            assert!(low <= number(&cost["listUsd"]) && number(&cost["listUsd"]) <= high, "{row}");
            assert!(low < high, "{row}");
            // What each call really costs is within.
            let receipt = detail(&house, name).await;
            let total = number(&receipt["receipt"]["totalUsd"]);
            assert!(low - 1e-15 <= total && total <= high + 1e-15, "{name}: {total} {row}");
        }
    }
    assert!(month["cost"]["bounds"].is_object(), "a sum with an estimate in it is one");
    let said = month["assumptions"].to_string();
    assert!(said.contains("≈ is estimated") && said.contains("the most it can be"), "{said}");
    house.app.close().await;
}
