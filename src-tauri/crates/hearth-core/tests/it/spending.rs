//! Money over a ledger with six weeks in it: months add up, forecasts are honest, what-if says what it assumes, and demo
//! data stays apart.

use crate::house::House;
use hearth_core::{App, AppOptions, ErrorCode, Place};
use hearth_model::{
    Architecture, CodePackage, FunctionConfiguration, FunctionId, FunctionRecord, Invocation,
    InvocationSource, ManualClock, Micros, Outcome, Phases, RequestId, ServerStart, billed_milliseconds,
};
use hearth_store::{Batch, Store, StoreOptions};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// 2026-11-23 12:00 UTC, a Monday.
pub(crate) const NOON: Micros = Micros(1_795_435_200_000_000);
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

pub(crate) fn record(id: &str, memory_mb: u32, version: u32, deployed_us: Micros) -> FunctionRecord {
    FunctionRecord {
        id: FunctionId::from(id),
        account: "local".to_owned(),
        region: "local".to_owned(),
        name: format!("{id}-fn"),
        version,
        configuration: FunctionConfiguration {
            runtime: "quickjs".to_owned(),
            handler: "index.handler".to_owned(),
            memory_mb,
            timeout_s: 3,
            environment_names: Vec::new(),
            reserved_concurrency: None,
            architecture: Architecture::X86_64,
            description: String::new(),
            tasks: None,
            billed_as: None,
        },
        code: CodePackage { sha256: "0".repeat(64), size_bytes: 1, files: 1 },
        created_us: deployed_us,
        deployed_us,
        deleted_us: None,
    }
}

pub(crate) fn call(id: &str, number: i64, started_us: Micros, invoke_ms: i64, memory_mb: u32) -> Invocation {
    let init = if number % 10 == 0 { Micros(200_000) } else { Micros::ZERO };
    let invoke = Micros(invoke_ms * 1_000);
    Invocation {
        request_id: RequestId::from(format!("{id}-{number}").as_str()),
        function_id: FunctionId::from(id),
        function_name: format!("{id}-fn"),
        version: 1,
        environment_id: None,
        environment_number: None,
        started_us,
        outcome: Outcome::Succeeded,
        start: if init > Micros::ZERO { ServerStart::Cold } else { ServerStart::Warm },
        phases: Phases { init_us: init, invoke_us: invoke, ..Phases::default() },
        billed_ms: billed_milliseconds(init, invoke),
        memory_mb,
        max_memory_mb: 40,
        architecture: Architecture::X86_64,
        event_bytes: 2,
        response_bytes: 2,
        error_type: None,
        error_message: None,
        source: InvocationSource::Test,
    }
}

/// Six weeks: `search` doubles its memory on 17 November, `tea` is steady, `fresh` was born an hour ago.
async fn furnish(data: &Path) {
    let clock = Arc::new(ManualClock::at(NOON));
    let store = Store::open(StoreOptions { data_dir: data.to_owned(), clock }).await.unwrap();
    let begin = NOON - Micros(42 * DAY);
    let change = NOON - Micros(6 * DAY);
    store.put_function(&record("search", 1_024, 1, begin), "deploy").await.unwrap();
    store.put_function(&record("search", 2_048, 2, change), "configuration").await.unwrap();
    store.put_function(&record("tea", 128, 1, begin), "deploy").await.unwrap();
    let mut invocations = Vec::new();
    for hour in 0..42 * 24 {
        let at = begin + Micros(hour * HOUR + 1_000_000);
        let memory = if at < change { 1_024 } else { 2_048 };
        invocations.push((call("search", hour, at, 1_000, memory), None));
        invocations.push((call("tea", hour, at, 50, 128), None));
    }
    store.ingest(&Batch { invocations, lines: Vec::new() }).await.unwrap();
    store.close().await;
}

pub(crate) async fn with_six_weeks() -> House {
    let data = tempfile::tempdir().unwrap();
    furnish(data.path()).await;
    at_noon(data).await
}

/// A Hearth with nothing in it, whose clock stands still.
pub(crate) async fn open_at_noon() -> House {
    at_noon(tempfile::tempdir().unwrap()).await
}

pub(crate) async fn at_noon(data: tempfile::TempDir) -> House {
    let options = AppOptions {
        data_dir: data.path().to_owned(),
        clock: Arc::new(ManualClock::at(NOON)),
        worker_exe: None,
        place: Place::default(),
    };
    House { app: App::open(options).await.unwrap(), data, code: tempfile::tempdir().unwrap() }
}

fn dollars(value: &Value) -> f64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is a decimal")).parse().unwrap()
}

fn sum(rows: &Value, amount: impl Fn(&Value) -> f64) -> f64 {
    rows.as_array().unwrap().iter().map(amount).sum()
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_the_sum_of_its_functions_accounts_meters_parts_and_days() {
    let house = with_six_weeks().await;
    let month = house.ok("cost_overview", json!({})).await;
    assert_eq!((&month["month"]["name"], &month["month"]["current"]), (&json!("2026-11"), &json!(true)));
    assert_eq!(month["month"]["months"], json!(["2026-11", "2026-10"]));
    let list = dollars(&month["cost"]["listUsd"]);
    // 22.5 days of 24 calls each; each tenth has 200 ms of start. 16.5 days at 1 GB, 6 days at 2 GB.
    let calls = 2.0 * 540.0;
    let gb_seconds = 396.0 * 1.0 + 144.0 * 2.0 + 54.0 * 0.2 * 1.0 + 0.2 * 14.0;
    let tea = (540.0 * 0.05 + 54.0 * 0.2) * 0.125;
    let expected = calls * 0.2e-6 + (gb_seconds + tea) * 0.000_016_666_7;
    assert!((list / expected - 1.0).abs() < 0.01, "{list} for {expected}");
    assert_eq!(month["requests"], 1_080);

    let of = |row: &Value| dollars(&row["cost"]["listUsd"]);
    for rows in ["functions", "accounts", "meters"] {
        assert!(near(sum(&month[rows], of), list), "{rows} of {list}");
    }
    let parts = month["parts"].as_object().unwrap();
    assert!(near(parts.values().map(dollars).sum(), list), "{parts:?}");
    let days = &month["days"];
    assert_eq!(days["time"].as_array().unwrap().len(), 23);
    let drawn: f64 = ["requests", "compute", "startUp", "storage"]
        .iter()
        .map(|part| sum(&days[part], |value| value.as_f64().unwrap()))
        .sum();
    assert!(near(drawn, list), "{drawn} of {list}");
    // The monthly grant of an account covers this little use, and nothing is left to pay.
    assert_eq!(month["cost"]["afterGrantsUsd"], "0");
    let hidden = month["hidden"][0]["lines"].as_array().unwrap();
    let named: Vec<&str> = hidden.iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert_eq!(named, ["logs", "log_storage", "egress", "nat", "nat_ipv4", "polling"]);
    assert!(hidden[0]["amount"].is_null(), "logs that were not recorded are unknown: {}", hidden[0]);
    assert_eq!(hidden[5]["amount"], "0", "Hearth asked no cloud");
    assert_eq!(month["accounts"][0]["paid"], false);
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_grew_most_is_told_with_the_change_that_made_it() {
    let house = with_six_weeks().await;
    let month = house.ok("cost_overview", json!({})).await;
    let flags = month["flags"].as_array().unwrap();
    assert_eq!(flags.len(), 1, "{flags:?}");
    assert_eq!(flags[0]["words"], "search-fn v2, 1\u{202f}024 to 2\u{202f}048 MB");
    let mover = &month["movers"][0];
    assert_eq!((&mover["name"], &mover["words"]), (&json!("search-fn"), &json!("since v2 on 17 Nov")));
    let percent = mover["percent"].as_f64().unwrap();
    assert!((95.0..105.0).contains(&percent), "{mover}");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_forecast_continues_the_week_and_says_how() {
    let house = with_six_weeks().await;
    let month = house.ok("cost_overview", json!({ "scope": { "kind": "function", "name": "tea-fn" } })).await;
    let (spent, forecast) = (dollars(&month["cost"]["listUsd"]), &month["forecast"]);
    let whole = spent / 22.5 * 30.0;
    let expected = dollars(&forecast["expectedUsd"]);
    assert!((expected / whole - 1.0).abs() < 0.03, "{forecast} for {whole}");
    assert!(dollars(&forecast["lowUsd"]) <= expected && expected <= dollars(&forecast["highUsd"]));
    assert!(dollars(&forecast["lowUsd"]) >= spent);
    assert_eq!(forecast["daysUsd"].as_array().unwrap().len(), 8);
    assert!(forecast["reason"].as_str().unwrap().contains("weekdays and hours"), "{forecast}");
    let october = house.ok("cost_overview", json!({ "month": "2026-10" })).await;
    assert_eq!(october["forecast"]["known"], "no");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_history_nothing_is_foretold_and_nothing_fails() {
    let house = House::open().await;
    let month = house.ok("cost_overview", json!({})).await;
    assert_eq!((&month["cost"]["listUsd"], &month["forecast"]["known"]), (&json!("0"), &json!("no")));
    let error = house.refused("cost_what_if", json!({})).await;
    assert!(error.code == ErrorCode::NotFound && error.hint.is_some(), "{error:?}");
    for (command, request, code, words) in [
        ("cost_overview", json!({ "month": "2026-13" }), ErrorCode::InvalidInput, "`2026-13`"),
        ("cost_overview", json!({ "month": "2999-01" }), ErrorCode::InvalidInput, "2999-01"),
        (
            "cost_overview",
            json!({ "scope": { "kind": "account", "id": "nobody" } }),
            ErrorCode::NotFound,
            "`nobody`",
        ),
        ("cost_function", json!({ "name": "nothing" }), ErrorCode::NotFound, "`nothing`"),
    ] {
        let error = house.refused(command, request).await;
        assert!(error.code == code && error.message.contains(words), "{error:?}");
    }
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_s_bill_opens_to_rate_times_quantity() {
    let house = with_six_weeks().await;
    let bill = house.ok("cost_function", json!({ "name": "search-fn" })).await;
    assert_eq!((&bill["memoryMb"], bill["sizes"].as_array().unwrap().len()), (&json!(2_048), 2));
    let list = dollars(&bill["function"]["cost"]["listUsd"]);
    assert!(near(sum(&bill["lines"], |line| dollars(&line["cost"]["listUsd"])), list));
    for line in bill["lines"].as_array().unwrap() {
        let steps = line["listSteps"].as_array().unwrap();
        assert_eq!(steps.len(), 1);
        let product = dollars(&steps[0]["quantity"]) * dollars(&steps[0]["rate"]);
        assert!(
            near(product, dollars(&steps[0]["amount"])) && near(product, dollars(&line["cost"]["listUsd"]))
        );
        assert!(
            !line["price"]["source"].as_str().unwrap().is_empty() && line["price"]["retrieved"].is_string()
        );
    }
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_if_gives_ranges_reasons_a_ghost_and_a_break_even() {
    let house = with_six_weeks().await;
    let ask = |more: Value| {
        let mut request = json!({ "scope": { "kind": "function", "name": "search-fn" }, "days": 30 });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let same = house.ok("cost_what_if", ask(json!({}))).await;
    assert_eq!((&same["same"], &same["changeUsd"]), (&json!(true), &json!("0")));
    assert_eq!(same["requests"], 720);

    let half = house.ok("cost_what_if", ask(json!({ "memoryMb": 1_024, "architecture": "arm64" }))).await;
    let (low, high) = (dollars(&half["after"]["lowUsd"]), dollars(&half["after"]["highUsd"]));
    let best = dollars(&half["after"]["usd"]);
    assert!(low < best && best < high, "{}", half["after"]);
    assert!(low < dollars(&half["before"]["usd"]));
    let said = half["assumptions"].to_string();
    assert!(said.contains("duration between 1 and 1.7275 times as long"), "{said}");
    let ghost = &half["ghost"];
    assert_eq!(ghost["after"].as_array().unwrap().len(), 23);
    assert!(sum(&ghost["after"], |day| day.as_f64().unwrap()) > 0.0);

    let unchanged = json!({ "memoryMb": 1_024, "duration": { "assume": "unchanged" } });
    let unchanged = house.ok("cost_what_if", ask(unchanged)).await;
    assert!(unchanged["assumptions"].to_string().contains("duration assumed unchanged"));
    assert_eq!(unchanged["after"]["lowUsd"], unchanged["after"]["highUsd"]);
    let measured = json!({ "memoryMb": 1_024, "duration": { "assume": "measured", "factor": "1.2" } });
    let measured = house.ok("cost_what_if", ask(measured)).await;
    assert!(measured["assumptions"].to_string().contains("measured by tuning"));

    let fargate = json!({ "plan": { "plan": "fargate", "concurrency": 10 } });
    let fargate = house.ok("cost_what_if", ask(fargate)).await;
    let even = fargate["breakEven"]["requestsPerMonth"].as_f64().unwrap();
    assert!(even > 720.0, "a task that runs all month needs traffic: {even}");
    let curve = &fargate["curve"];
    let at = |column: &str| {
        curve[column].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect::<Vec<_>>()
    };
    let (before, after) = (at("before"), at("after"));
    assert!(before[0] < after[0] && before[before.len() - 1] > after[after.len() - 1], "the curves cross");

    for plan in [
        json!({ "plan": "azureConsumption" }),
        json!({ "plan": "azureFlex" }),
        json!({ "plan": "azurePremium" }),
        json!({ "plan": "googleGen1" }),
        json!({ "plan": "cloudRunRequest" }),
        json!({ "plan": "cloudRunInstance" }),
        json!({ "plan": "cloudflare" }),
        json!({ "plan": "ownServer", "server": { "monthly": "20", "count": 1 } }),
    ] {
        let answer = house.ok("cost_what_if", ask(json!({ "plan": plan }))).await;
        let (low, high) = (dollars(&answer["after"]["lowUsd"]), dollars(&answer["after"]["highUsd"]));
        let best = dollars(&answer["after"]["usd"]);
        assert!(low <= best && best <= high && best > 0.0, "{plan}: {}", answer["after"]);
        // Every region that is offered can be asked for, and where prices are by region they differ.
        let regions = answer["regions"].as_array().unwrap();
        let mut prices = std::collections::BTreeSet::new();
        for region in regions {
            let there = house.ok("cost_what_if", ask(json!({ "plan": plan, "region": region }))).await;
            assert!(there["after"]["words"].as_str().unwrap().ends_with(region.as_str().unwrap()), "{there}");
            prices.insert(there["after"]["usd"].to_string());
        }
        let worldwide = ["cloudflare", "ownServer"].contains(&plan["plan"].as_str().unwrap());
        assert_eq!(regions.is_empty(), worldwide, "{plan}: {regions:?}");
        let tiered = ["googleGen1", "cloudRunRequest"].contains(&plan["plan"].as_str().unwrap());
        assert!(!tiered || prices.len() == 2, "Google has two tiers, {plan}: {prices:?}");
    }
    let saved = house.ok("cost_what_if", ask(json!({ "savingsPlan": "1y" }))).await;
    assert!(dollars(&saved["changeUsd"]) < 0.0, "{saved}");
    let said = saved["assumptions"].to_string();
    for part in ["takes 12 % off duration", "1 year with nothing upfront", "Price List of AWS"] {
        assert!(said.contains(part), "{said}");
    }
    let there = house.ok("cost_what_if", ask(json!({ "region": "cn-north-1" }))).await;
    assert_eq!(
        (&there["before"]["currency"], &there["after"]["currency"], &there["changeUsd"]),
        (&json!("USD"), &json!("CNY"), &json!("unknown"))
    );
    assert!(dollars(&there["after"]["usd"]) > 0.0, "it is still told in yuan: {there}");
    assert_eq!((&there["ghost"]["after"], &there["breakEven"]), (&json!([]), &Value::Null));
    assert!(there["assumptions"].to_string().contains("no difference between two currencies"), "{there}");
    let same = house.ok("cost_what_if", ask(json!({ "memoryMb": 2_048, "provisioned": 0 }))).await;
    assert!(same["assumptions"].to_string().contains("nothing is changed"), "{same}");
    let fargate = json!({ "plan": "fargate" });
    for (wrong, words) in [
        (json!({ "plan": fargate, "provisioned": 5 }), "AWS Fargate has no `provisioned`"),
        (json!({ "plan": fargate, "ephemeralMb": 1_024 }), "no `ephemeral`"),
        (json!({ "plan": { "plan": "azureConsumption" }, "architecture": "arm64" }), "no `arch`"),
        (json!({ "memoryMb": 12 }), "not 12"),
        (json!({ "traffic": "-3" }), "`-3`"),
        (json!({ "days": 0 }), "not at 0"),
        (json!({ "region": "mars-1" }), "mars-1"),
        (json!({ "ephemeralMb": 99_999 }), "99999"),
    ] {
        let error = house.refused("cost_what_if", ask(wrong)).await;
        assert!(error.code == ErrorCode::InvalidInput && error.message.contains(words), "{error:?}");
    }
    house.app.close().await;
}
