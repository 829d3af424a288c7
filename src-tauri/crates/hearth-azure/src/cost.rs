//! What Azure billed, from Cost Management. It is throttled hard, so that a question is asked once and a refusal says how
//! long to wait; a name of our own keeps Hearth out of the bucket that all nameless clients share.

use crate::AzureAccount;
use crate::arm::{COST, at};
use crate::fault::Asked;
use crate::wire::{Ask, Body, Host};
use hearth_cloud::{BilledCost, BilledRow, CostRequest, FaultKind, Result};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use std::time::Duration;

const ASKED: Asked<'static> = Asked { operation: "Microsoft.CostManagement/query/action", about: "" };
const MOST_PAGES: u32 = 100;

#[derive(Deserialize)]
struct Answered {
    properties: Table,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    next_link: Option<String>,
    columns: Vec<Column>,
    // Amounts stay as Azure wrote them: they are money.
    rows: Vec<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

pub(crate) async fn billed(account: &AzureAccount, request: &CostRequest) -> Result<BilledCost> {
    for day in [&request.since, &request.until] {
        if day.parse::<jiff::civil::Date>().is_err() {
            return Err(
                ASKED.fault(FaultKind::Invalid, format!("`{day}` is not a day; write it as 2026-11-01"))
            );
        }
    }
    let body = json!({
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": { "from": format!("{}T00:00:00Z", request.since), "to": format!("{}T23:59:59Z", request.until) },
        "dataset": {
            "granularity": "Daily",
            "aggregation": { "totalCost": { "name": "Cost", "function": "Sum" } },
            "grouping": [{ "type": "Dimension", "name": "ResourceId" }],
            "filter": { "dimensions": {
                "name": "ResourceType",
                "operator": "In",
                "values": ["microsoft.web/sites", "microsoft.web/serverfarms"],
            } },
        },
    });
    let mut rows = Vec::new();
    let mut next =
        Some(at(&format!("{}/providers/Microsoft.CostManagement/query", account.scope().await?), COST));
    for requests in 0..MOST_PAGES {
        // Azure does not say whether a day is settled.
        let Some(path) = next.take() else {
            return Ok(BilledCost { rows, requests, estimated: true, notes: Vec::new() });
        };
        let mut ask = Ask::new(Method::POST, Host::Management, path);
        ask.body = Body::Json(body.clone());
        ask.headers.push(("clienttype", "Hearth".to_owned()));
        ask.limit = Duration::from_mins(2);
        ask.patient = false;
        let table = account.ask(&ASKED, ask).await?.json::<Answered>(&ASKED)?.properties;
        let place = |names: &[&str]| {
            let found = table.columns.iter().position(|column| names.contains(&column.name.as_str()));
            found.ok_or_else(|| {
                ASKED.fault(FaultKind::Other, format!("the answer has no column {}", names[0]))
            })
        };
        let (amount, day) = (place(&["Cost", "PreTaxCost", "CostUSD"])?, place(&["UsageDate"])?);
        let (resource, currency) = (place(&["ResourceId"])?, place(&["Currency"])?);
        for row in &table.rows {
            let text =
                |place: usize| row.get(place).map_or("", |value| value.get()).trim_matches('"').to_owned();
            let digits = text(day);
            if digits.len() != 8 || !digits.is_ascii() {
                return Err(
                    ASKED.fault(FaultKind::Other, format!("`{}` is not a day", crate::fault::cut(&digits)))
                );
            }
            rows.push(BilledRow {
                day: format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]),
                resource: text(resource),
                meter: None,
                service: None,
                amount: text(amount),
                currency: text(currency),
                quantity: None,
                unit: None,
            });
        }
        let link = table.next_link.filter(|link| !link.is_empty());
        next = link.map(|link| account.wire.path_of(&ASKED, &Host::Management, &link)).transpose()?;
    }
    Err(ASKED.fault(FaultKind::Other, format!("the answer has more than {MOST_PAGES} pages")))
}
