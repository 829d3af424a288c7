//! A whole month's report is the Cost screen's answer: every row, the total and the days to the cent, on calls of this
//! computer and on the demo, at a clock that stands still. And what the page says, word for word.

use crate::house::House;
use crate::spending::{NOON, open_at_noon, with_six_weeks};
use hearth_core::api::{CostOverview, CostReport, CostTable};
use serde_json::{Value, json};
use std::path::Path;

/// The report of November as JSON, and the Cost screen's November, of the same scope.
async fn both(house: &House, scope: Option<&str>) -> (CostReport, CostOverview) {
    let request = json!({ "from": "2026-11-01", "to": "2026-11-30", "scope": scope, "format": "json" });
    let report = house.bytes("cost_report", request).await;
    let scope = scope.map_or(json!({ "kind": "all" }), |id| json!({ "kind": "account", "id": id }));
    let screen = house.ok("cost_overview", json!({ "scope": scope, "month": "2026-11" })).await;
    (serde_json::from_slice(&report).unwrap(), serde_json::from_value(screen).unwrap())
}

fn assert_same(report: &CostReport, screen: &CostOverview) {
    assert_eq!(report.demo, screen.demo);
    let total =
        (&report.total.list_usd, &report.total.after_grants_usd, &report.total.bounds, report.total.requests);
    let shown = (&screen.cost.list_usd, &screen.cost.after_grants_usd, &screen.cost.bounds, screen.requests);
    assert_eq!(total, shown);
    assert_eq!(report.total.cold_starts, screen.cold_starts);

    assert_eq!(report.functions.len(), screen.functions.len());
    for (told, row) in report.functions.iter().zip(&screen.functions) {
        let amount = &told.amount;
        assert_eq!(
            (&told.id, &told.name, &told.account, &told.plan, &told.region),
            (&row.function_id, &row.name, &row.account, &row.plan, &row.region)
        );
        assert_eq!(
            (&amount.list_usd, &amount.after_grants_usd, &amount.bounds, amount.requests, amount.cold_starts),
            (&row.cost.list_usd, &row.cost.after_grants_usd, &row.cost.bounds, row.requests, row.cold_starts),
            "{}",
            row.name
        );
    }
    assert_eq!(report.accounts.len(), screen.accounts.len());
    for row in &screen.accounts {
        let told = report.accounts.iter().find(|told| told.id == row.id).unwrap();
        assert_eq!((&told.name, &told.provider), (&row.name, &row.provider));
        assert_eq!(
            (&told.amount.list_usd, &told.amount.after_grants_usd, told.amount.requests),
            (&row.cost.list_usd, &row.cost.after_grants_usd, row.requests),
            "{}",
            row.name
        );
        let regions: Vec<_> = screen.hidden.iter().filter(|hidden| hidden.account == row.id).collect();
        assert_eq!(told.hidden.len(), regions.len());
        for (told, shown) in told.hidden.iter().zip(regions) {
            assert_eq!((&told.region, &told.lines), (&shown.region, &shown.lines));
        }
    }
    let days = &screen.days;
    assert_eq!(report.days.len(), days.time.len());
    for (at, day) in report.days.iter().enumerate() {
        let pairs = [
            (day.requests_usd, days.requests[at]),
            (day.compute_usd, days.compute[at]),
            (day.start_up_usd, days.start_up[at]),
            (day.storage_usd, days.storage[at]),
            (day.always_on_usd, days.always_on[at]),
        ];
        for (told, shown) in pairs {
            assert!((told - shown).abs() < 1e-9, "{}: {told} and {shown}", day.day);
        }
    }
    assert_eq!(report.forecast.as_ref(), Some(&screen.forecast));
    assert_eq!(report.assumptions, screen.assumptions);
    assert_eq!((&report.price_date, &report.price_source), (&screen.price_date, &screen.price_source));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_s_report_is_the_cost_screen_to_the_cent() {
    let house = with_six_weeks().await;
    let (report, screen) = both(&house, None).await;
    assert_eq!((report.functions.len(), report.days.len()), (2, 23));
    assert_same(&report, &screen);
    let (local, narrowed) = both(&house, Some("local")).await;
    assert_same(&local, &narrowed);
    assert_eq!(local.total, report.total, "this computer is all there is");
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_on_the_demo_too_for_all_accounts_and_for_each() {
    let house = open_at_noon().await;
    house.ok("demo_on", json!({ "calls": 20_000 })).await;
    let (report, screen) = both(&house, None).await;
    assert!(report.demo && report.accounts.len() == 4 && screen.scopes.len() == 4);
    assert_same(&report, &screen);
    for account in &screen.scopes {
        let (report, screen) = both(&house, Some(&account.id)).await;
        assert_same(&report, &screen);
        assert_eq!(report.accounts.len(), 1);
    }
    let months: Vec<String> = screen.functions.iter().map(|row| row.cost.list_usd.clone()).collect();
    let table = json!({ "file": "csv", "query": {}, "table": CostTable::Functions });
    let csv = String::from_utf8(house.bytes("cost_export", table).await).unwrap();
    for (line, usd) in csv.lines().skip(1).zip(&months) {
        assert!(line.contains(usd), "{usd} in {line}");
    }
    house.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_on_fargate_is_billed_for_its_tasks_by_meters_of_its_own() {
    let house = open_at_noon().await;
    house.ok("demo_on", json!({ "calls": 3_000 })).await;
    let month: CostOverview = serde_json::from_value(house.ok("cost_overview", json!({})).await).unwrap();
    let service = |name: &str| month.functions.iter().find(|row| row.name == name).unwrap();
    let scoring = service("ml-scoring");
    assert_eq!((scoring.plan.as_str(), scoring.requests), ("AWS Fargate", 0));
    assert_eq!(scoring.parts.always_on_usd, scoring.cost.list_usd);
    // 22.5 days of one task with a quarter of a processor and 1 GB, x86 in eu-west-1.
    let bill = house.ok("cost_function", json!({ "name": scoring.function_id })).await;
    let lines = bill["lines"].as_array().unwrap();
    let quantity = |meter: &str| {
        let line = lines.iter().find(|line| line["meter"] == meter).unwrap();
        line["quantity"].as_str().unwrap().to_owned()
    };
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(quantity("aws/fargate/vcpu"), "135");
    assert_eq!(quantity("aws/fargate/memory"), "540");
    let change = scoring.change_percent.unwrap();
    assert!(change.abs() < 0.01, "it costs every day the same: {change}");

    // One more task since 12 days: a flag, and days that cost twice as much.
    let web = service("orders-web");
    let flag = month.flags.iter().find(|flag| flag.function_id == web.function_id).unwrap();
    assert!(flag.billed && flag.words.ends_with("1 to 2 tasks"), "{flag:?}");
    let (first, later) = (web.days_usd[0], web.days_usd[15]);
    assert!((later / first - 2.0).abs() < 1e-6, "{first} and {later}");

    for meter in ["aws/fargate/vcpu", "aws/fargate/memory"] {
        assert!(month.meters.iter().any(|row| row.meter == meter && row.account == "demo-prod"), "{meter}");
    }
    let list = house.ok("functions_list", json!({})).await.to_string();
    assert!(!list.contains("ml-scoring") && list.contains("search-index"), "a service is no function");
    let all: f64 = month.days.always_on.iter().sum();
    let parts: f64 = month.parts.always_on_usd.parse().unwrap();
    assert!((all - parts).abs() < 1e-9 && parts > 1.0, "{all} of {parts}");
    let error = house
        .refused("cost_what_if", json!({ "scope": { "kind": "function", "name": scoring.function_id } }));
    let error = error.await;
    assert!(error.message.contains("`ml-scoring`") && error.hint.is_some(), "{error:?}");
    house.app.close().await;
}

/// The words of a page, one block a line, without picture and style. What changes with every price book is named.
fn words(html: &str, report: &Value) -> String {
    let mut text = html.to_owned();
    for (from, to) in [("<style", "</style>"), ("<svg", "</svg>")] {
        while let (Some(begin), Some(end)) = (text.find(from), text.find(to)) {
            text.replace_range(begin..end + to.len(), "");
        }
    }
    for block in ["</h1>", "</h2>", "</p>", "</div>", "</tr>", "</li>", "<ul>", "<table>"] {
        text = text.replace(block, &format!("{block}\n"));
    }
    for cell in ["</td>", "</th>", "</dt>"] {
        text = text.replace(cell, &format!("{cell} | "));
    }
    let mut plain = String::new();
    let mut inside = false;
    for sign in text.chars() {
        match sign {
            '<' => inside = true,
            '>' => inside = false,
            sign if !inside => plain.push(sign),
            _ => {}
        }
    }
    let date = report["priceDate"].as_str().unwrap();
    let source = report["priceSource"].as_str().unwrap();
    let plain = plain.replace(date, "[price date]").replace(source, "[price source]");
    let lines = plain.lines().map(|line| line.trim().trim_end_matches('|').trim());
    let mut said = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    said.push('\n');
    said
}

/// To accept new words: `HEARTH_WRITE_SNAPSHOTS=1 cargo test -p hearth-core --test it month_report`.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_what_it_said_before() {
    let house = with_six_weeks().await;
    let ask = |format: &str| json!({ "from": "2026-11-01", "to": "2026-11-30", "format": format });
    let html = String::from_utf8(house.bytes("cost_report", ask("html")).await).unwrap();
    let report: Value = serde_json::from_slice(&house.bytes("cost_report", ask("json")).await).unwrap();
    assert_eq!(report["untilUs"], NOON.0);
    let said = words(&html, &report);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/report.txt");
    if std::env::var_os("HEARTH_WRITE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        std::fs::write(&kept, &said).unwrap();
    }
    assert_eq!(said, std::fs::read_to_string(&kept).unwrap(), "the words of {}", kept.display());
    house.app.close().await;
}
