//! The cost report: every kind of file tells the same figures, and says when they are made up.

use crate::house::House;
use crate::spending::open_at_noon;
use hearth_core::api::CostReport;
use hearth_core::commands::Body;
use rust_decimal::Decimal;
use serde_json::{Value, json};

async fn bytes(house: &House, request: Value) -> Vec<u8> {
    match house.call("cost_report", request).await.unwrap() {
        Body::Bytes(bytes) => bytes,
        Body::Json(text) => panic!("a file, not {text}"),
    }
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// The demo's last 40 days, which lie in at least two months. The clock stands: services cost more with every second.
async fn with_demo() -> (House, String, String) {
    let house = open_at_noon().await;
    let made = house.ok("demo_on", json!({ "calls": 6_000 })).await;
    let day = |us: i64| {
        let at = jiff::Timestamp::from_microsecond(us).unwrap();
        at.strftime("%Y-%m-%d").to_string()
    };
    let now = made["madeUs"].as_i64().unwrap();
    let from = now - 40 * 86_400_000_000;
    (house, day(from), day(now))
}

#[tokio::test(flavor = "multi_thread")]
async fn all_parts_of_a_report_add_up_and_every_file_tells_them() {
    let (house, from, to) = with_demo().await;
    let ask = |format: &str| json!({ "from": from, "to": to, "format": format });
    let report: CostReport = serde_json::from_slice(&bytes(&house, ask("json")).await).unwrap();
    assert!(report.demo && report.total.requests > 1_000, "{:?}", report.total);
    let list = decimal(&report.total.list_usd);
    assert!(list > Decimal::new(1, 1), "a bill that can be seen: {list}");
    assert_eq!(report.functions.iter().map(|row| decimal(&row.amount.list_usd)).sum::<Decimal>(), list);
    assert_eq!(report.accounts.iter().map(|row| decimal(&row.amount.list_usd)).sum::<Decimal>(), list);
    let after: Decimal = report.accounts.iter().map(|row| decimal(&row.amount.after_grants_usd)).sum();
    assert_eq!(after, decimal(&report.total.after_grants_usd));
    assert!(after < list, "grants are given");
    let days: f64 = report
        .days
        .iter()
        .map(|day| {
            day.requests_usd + day.compute_usd + day.start_up_usd + day.storage_usd + day.always_on_usd
        })
        .sum();
    assert!((days - f64::try_from(list).unwrap()).abs() < 1e-6, "days {days} of {list}");
    assert_eq!(report.days.len(), 41);
    assert!(report.accounts.len() == 4 && report.accounts.iter().all(|account| !account.hidden.is_empty()));
    assert!(report.forecast.is_some(), "this month goes on");

    let money = format!(
        "${:.2}",
        list.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    );
    let dearest = &report.functions[0].name;
    let svg = String::from_utf8(bytes(&house, ask("svg")).await).unwrap();
    let html = String::from_utf8(bytes(&house, ask("html")).await).unwrap();
    for (kind, text) in [("svg", &svg), ("html", &html)] {
        for words in ["DEMO", money.as_str(), dearest, "font/ttf;base64", &report.price_date, "unknown"] {
            assert!(text.contains(words), "{words} in the {kind}");
        }
        for other in ["src=\"", "href=", "url(http", "@import"] {
            assert!(!text.contains(other), "{kind} needs no other file: {other}");
        }
    }
    // What only sums are known of is told as an estimate in its own row too, and nothing else is.
    for function in &report.functions {
        let estimated = function.amount.bounds.is_some();
        assert_eq!(
            estimated,
            matches!(function.account.as_str(), "demo-azure" | "demo-google"),
            "{function:?}"
        );
        let row =
            html.lines().find(|line| line.starts_with(&format!("<tr><td>{}</td>", function.name))).unwrap();
        assert_eq!(row.matches('≈').count(), if estimated { 2 } else { 0 }, "{row}");
    }
    let png = bytes(&house, ask("png")).await;
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() > 20_000);
    let pdf = bytes(&house, ask("pdf")).await;
    assert!(pdf.starts_with(b"%PDF-") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
    let csv = String::from_utf8(bytes(&house, ask("csv")).await).unwrap();
    let total = csv.lines().nth(1).unwrap();
    assert!(total.starts_with("total,") && total.contains(&report.total.list_usd), "{total}");
    assert!(csv.lines().skip(1).all(|line| line.ends_with(",demo")));
    if let Some(folder) = std::env::var_os("HEARTH_KEEP_REPORTS") {
        for (name, bytes) in
            [("r.pdf", &pdf), ("r.png", &png), ("r.svg", &svg.into_bytes()), ("r.html", &html.into_bytes())]
        {
            std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
        }
    }
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_an_account_or_a_function_is_its_part_of_the_whole() {
    let (house, from, to) = with_demo().await;
    let ask = |scope: &str| json!({ "from": from, "to": to, "scope": scope, "format": "json" });
    let all: CostReport = serde_json::from_slice(&bytes(&house, ask("all")).await).unwrap();
    let account: CostReport = serde_json::from_slice(&bytes(&house, ask("demo-prod")).await).unwrap();
    let prod = all.accounts.iter().find(|account| account.id == "demo-prod").unwrap();
    assert_eq!(account.total, prod.amount);
    let one: CostReport = serde_json::from_slice(&bytes(&house, ask("search-index")).await).unwrap();
    let row = all.functions.iter().find(|row| row.name == "search-index").unwrap();
    assert_eq!(one.total, row.amount);
    assert_eq!(one.functions.len(), 1);

    house.ok("demo_off", json!({})).await;
    let real: CostReport = serde_json::from_slice(&bytes(&house, ask("all")).await).unwrap();
    assert!(!real.demo && real.functions.is_empty() && real.total.list_usd == "0", "{:?}", real.total);
    for (request, words) in [
        (json!({ "from": "2026-13-01", "to": to, "format": "csv" }), "`2026-13-01`"),
        (json!({ "from": to, "to": from, "format": "csv" }), "ends before it begins"),
        (json!({ "from": "2020-01-01", "to": to, "format": "csv" }), "800 days"),
        (json!({ "from": "9998-01-01", "to": "9998-01-02", "format": "csv" }), "9998-01-01"),
        (json!({ "from": from, "to": to, "format": "csv", "scope": "nobody" }), "`nobody`"),
    ] {
        let error = house.call("cost_report", request).await.unwrap_err();
        assert!(error.message.contains(words), "{words}: {error:?}");
    }
    house.app.close().await;
}
