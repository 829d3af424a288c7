//! Prices that change: what was used before has the old ones, everywhere; a month has one count of tiers and grants.

use crate::house::House;
use crate::spending::{call, record};
use hearth_core::{App, AppOptions, Place};
use hearth_cost::{Decimal, Meter, PriceBook};
use hearth_model::{ManualClock, Micros};
use hearth_store::{Batch, Store, StoreOptions};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const DAY: i64 = 86_400_000_000;
/// 2026-11-26 12:00 UTC: three days after the bundled book, one after the one that is dearer.
const NOON: Micros = Micros(1_795_694_400_000_000);
/// Dollars for a request until 24 November, and ten times as much since.
const OLD: f64 = 0.2e-6;

/// The bundled book with requests of Lambda at ten times the price, dated 25 November.
fn dearer_book() -> PriceBook {
    let book = PriceBook::bundled().unwrap();
    let mut rows = book.rows().to_vec();
    for row in rows.iter_mut().filter(|row| row.meter == Meter::LambdaRequests) {
        for tier in &mut row.tiers {
            tier.price *= Decimal::TEN;
        }
    }
    let day = book.day().tomorrow().unwrap().tomorrow().unwrap();
    PriceBook::new(day, "a test".to_owned(), book.sources().clone(), rows).unwrap()
}

fn keep(data: &Path, book: &PriceBook) {
    let folder = data.join("prices");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{}.json", book.date())), book.to_json().unwrap()).unwrap();
}

/// One call before the change, two after it; each takes 1 s of 1 GB.
async fn house() -> House {
    house_with(tempfile::tempdir().unwrap(), &dearer_book()).await
}

async fn house_with(data: TempDir, book: &PriceBook) -> House {
    keep(data.path(), book);
    let clock = Arc::new(ManualClock::at(NOON));
    let options = StoreOptions { data_dir: data.path().to_owned(), clock: Arc::clone(&clock) as _ };
    let store = Store::open(options).await.unwrap();
    store.put_function(&record("search", 1_024, 1, NOON - Micros(20 * DAY)), "deploy").await.unwrap();
    let calls = [(1, 2 * DAY), (2, DAY), (3, 60_000_000)];
    let invocations = calls
        .into_iter()
        .map(|(number, ago)| (call("search", number, NOON - Micros(ago), 1_000, 1_024), None))
        .collect();
    store.ingest(&Batch { invocations, lines: Vec::new() }).await.unwrap();
    store.close().await;
    let options =
        AppOptions { data_dir: data.path().to_owned(), clock, worker_exe: None, place: Place::default() };
    House { app: App::open(options).await.unwrap(), data, code: tempfile::tempdir().unwrap() }
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-12
}

fn dollars(value: &Value) -> f64 {
    value.as_str().unwrap_or_else(|| panic!("{value} is a decimal")).parse().unwrap()
}

/// Requests of a series, step by step.
async fn requests_usd(house: &House) -> Vec<f64> {
    let query = json!({ "function": null, "fromUs": NOON.0 - 2 * DAY, "toUs": NOON.0, "grain": "day" });
    let bytes = house.bytes("series", query).await;
    let steps = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let place = hearth_model::SERIES_COLUMNS.iter().position(|name| *name == "requestCostUsd").unwrap();
    let column = &bytes[8 + place * steps * 8..][..steps * 8];
    column.chunks(8).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_has_the_prices_of_its_day_in_charts_months_and_budgets() {
    let house = house().await;
    let charted = requests_usd(&house).await;
    assert!(
        charted.len() == 3
            && near(charted[0], OLD)
            && near(charted[1], 10.0 * OLD)
            && near(charted[2], 10.0 * OLD),
        "{charted:?}"
    );

    let compute = 3.0 * 0.000_016_666_7;
    let month = 21.0 * OLD + compute;
    let list = house.ok("functions_list", json!({})).await;
    let listed = dollars(&list["functions"][0]["stats"]["monthListUsd"]);
    assert!(near(listed, month), "{listed} for {month}");

    for scope in [json!({ "kind": "all" }), json!({ "kind": "function", "function": "search-fn" })] {
        house.ok("budget_set", json!({ "scope": scope, "amountUsd": "5", "alerts": [50] })).await;
    }
    let status = house.ok("brake_status", json!({})).await;
    for budget in status["budgets"].as_array().unwrap() {
        let spent = dollars(&budget["spentUsd"]);
        assert!(near(spent, month), "{budget} for {month}");
    }
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_tells_both_prices_of_a_month() {
    let house = house().await;
    let month = house.ok("cost_overview", json!({})).await;
    assert!(near(dollars(&month["parts"]["requestsUsd"]), 21.0 * OLD), "{}", month["parts"]);
    let meters = month["meters"].as_array().unwrap();
    let requests: Vec<(&str, f64)> = meters
        .iter()
        .filter(|meter| meter["meter"] == "aws/lambda/requests")
        .map(|meter| (meter["label"].as_str().unwrap(), dollars(&meter["cost"]["listUsd"])))
        .collect();
    assert_eq!(requests.len(), 2, "{requests:?}");
    assert!(requests.iter().any(|(label, usd)| *label == "Requests, until 24 Nov" && near(*usd, OLD)));
    assert!(requests.iter().any(|(label, usd)| *label == "Requests, from 25 Nov" && near(*usd, 20.0 * OLD)));
    // Days are drawn at their own prices too.
    let drawn: Vec<f64> =
        month["days"]["requests"].as_array().unwrap().iter().map(|day| day.as_f64().unwrap()).collect();
    assert!(near(drawn[23], OLD) && near(drawn[24], 10.0 * OLD), "{drawn:?}");
    assert_eq!(month["cost"]["afterGrantsUsd"], "0", "the grant covers both parts");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_book_that_lacks_prices_is_named_and_budgets_are_shown_all_the_same() {
    let data = tempfile::tempdir().unwrap();
    let book = PriceBook::bundled().unwrap();
    let mut rows = book.rows().to_vec();
    rows.retain(|row| row.meter != Meter::LambdaRequests || row.region != "us-east-1");
    let day = book.day().tomorrow().unwrap().tomorrow().unwrap();
    let lacking = PriceBook::new(day, "a test".to_owned(), book.sources().clone(), rows).unwrap();
    let house = house_with(data, &lacking).await;
    for scope in [json!({ "kind": "all" }), json!({ "kind": "function", "function": "search-fn" })] {
        house.ok("budget_set", json!({ "scope": scope, "amountUsd": "5", "alerts": [50] })).await;
    }
    let status = house.ok("brake_status", json!({})).await;
    let budgets = status["budgets"].as_array().unwrap();
    assert_eq!(budgets.len(), 2, "{status}");
    for budget in budgets {
        assert_eq!(budget["timesUsual"], Value::Null, "{budget}");
        let unknown = budget["unknown"].as_str().unwrap();
        let file = format!("prices/{}.json", lacking.date());
        assert!(unknown.contains(&file) && unknown.contains("hearth prices"), "{unknown}");
    }
    house.app.close().await;
}
