//! A month in both views: what Hearth worked out from the ledger, and what AWS or Google billed. Owns which of their
//! meters are which of Hearth's lines. What only one of the two knows is said, never taken for nothing.

use super::by_use::{self, BILL_REQUEST};
use super::{Clouds, api_error};
use crate::api::{ByUsePrice, ComparedLine, CostActual, CostCompared, CostOverview, CostQuery, CostScope};
use crate::spending::{Month, overview, plain};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cloud::{Account, BilledRow, CostRequest, Provider};
use hearth_cost::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// AWS's usage types without their region, and the line of Hearth's that they are on. Those of arm64 end with `-ARM` or have
/// `-ARM` within.
const KNOWN: [(&str, &str); 15] = [
    ("Request", "aws/lambda/requests"),
    ("Request-ARM", "aws/lambda/requests"),
    ("Lambda-GB-Second", "aws/lambda/duration"),
    ("Lambda-GB-Second-ARM", "aws/lambda/duration"),
    ("Lambda-Storage-GB-Second", "aws/lambda/ephemeral_storage"),
    ("Lambda-Storage-GB-Second-ARM", "aws/lambda/ephemeral_storage"),
    ("Lambda-Provisioned-Concurrency", "aws/lambda/provisioned_concurrency"),
    ("Lambda-Provisioned-Concurrency-ARM", "aws/lambda/provisioned_concurrency"),
    ("Fargate-vCPU-Hours:perCPU", "aws/fargate/vcpu"),
    ("Fargate-ARM-vCPU-Hours:perCPU", "aws/fargate/vcpu"),
    ("Fargate-GB-Hours", "aws/fargate/memory"),
    ("Fargate-ARM-GB-Hours", "aws/fargate/memory"),
    ("Fargate-EphemeralStorage-GB-Hours", "aws/fargate/ephemeral_storage"),
    ("DataProcessing-Bytes", "logs"),
    ("TimedStorage-ByteHrs", "log_storage"),
];

/// What one view says of a line.
#[derive(Default)]
struct Side {
    quantity: Option<Decimal>,
    amount: Option<Decimal>,
}

#[derive(Default)]
struct Both {
    label: String,
    service: String,
    meters: Vec<String>,
    unit: String,
    billed: Side,
    own: Side,
}

/// What is asked of whom.
struct Question {
    account: Account,
    provider: Arc<dyn Provider>,
    month: Month,
    days: CostRequest,
    price: Option<ByUsePrice>,
}

async fn question(app: &App, request: &CostActual) -> Result<Question> {
    let account = Clouds::account(app, &request.account).await?;
    if ![hearth_aws::AWS, hearth_google::GOOGLE].contains(&account.provider.as_str()) {
        let message = format!("what `{}` was billed cannot be set beside Hearth's figures", account.name);
        return Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint(
            "This is for accounts of AWS and Google; `hearth accounts billed` shows what Azure billed.",
        ));
    }
    let now = Month::holding(app.now());
    let month = request.month.as_deref().map(Month::parse).transpose()?.unwrap_or(now);
    if month > now {
        let message = format!("{} has not begun yet", month.name());
        return Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint("Name an earlier month."));
    }
    let provider = Clouds::open(app, &account).await?;
    let days = CostRequest {
        since: format!("{}-01", month.name()),
        until: month.last_day().to_string(),
        table: request.table.clone(),
    };
    let price = by_use::bill(&account, provider.as_ref(), &days).await?;
    Ok(Question { account, provider, month, days, price })
}

/// What asking costs, to be told before.
pub(crate) async fn price(app: &App, request: CostActual) -> Result<Option<ByUsePrice>> {
    Ok(question(app, &request).await?.price)
}

pub(crate) async fn compare(app: &App, request: CostActual) -> Result<CostCompared> {
    let Question { account, provider, month, days, price } = question(app, &request).await?;
    if let Some(price) = price.as_ref().filter(|_| !request.agreed) {
        return Err(by_use::not_agreed(price));
    }
    let is_google = account.provider == hearth_google::GOOGLE;
    let vendor = if is_google { "Google" } else { "AWS" };
    let own = own(app, account.id.as_str(), &month.name()).await?;
    let billed = provider.billed(&days).await.map_err(|fault| api_error(&account, fault))?;
    let mut notes = billed.notes.clone();
    if own.is_none() {
        notes.push(
            "Hearth has no calls of this account in that month: hearth sync --logs reads them.".to_owned(),
        );
    }
    if is_google {
        notes.push("Hearth's own days are those of UTC, and its figures are in US dollars.".to_owned());
    } else if billed.estimated {
        notes.push("AWS may still change these figures; it is some hours behind, up to a day.".to_owned());
    }
    notes.push(
        "Hearth's side is list prices after grants, of calls that were read; discounts and calls of before the first reading are not in it."
            .to_owned(),
    );
    let currency = billed.rows.first().map_or_else(|| "USD".to_owned(), |row| row.currency.clone());
    if currency != "USD" {
        notes.push(format!(
            "{vendor} bills in {currency} and Hearth works in US dollars: the difference says nothing."
        ));
    }
    let unread: Vec<&str> =
        billed.rows.iter().map(|row| row.amount.as_str()).filter(|text| decimal(text).is_none()).collect();
    if let Some(first) = unread.first() {
        notes.push(format!(
            "{} of {vendor}'s amounts could not be read and are not in the sum; the first is `{first}`.",
            unread.len()
        ));
    }
    let lines = lines(&billed.rows, own.as_ref());
    // A question to BigQuery has one price, however many pages its answer has.
    let asked = match price {
        Some(price) if is_google => price.usd,
        _ => plain(BILL_REQUEST * Decimal::from(billed.requests)),
    };
    let sum = |side: fn(&Both) -> Option<Decimal>| lines.iter().filter_map(side).sum::<Decimal>();
    let (all_billed, all_own) = (sum(|line| line.billed.amount), sum(|line| line.own.amount));
    Ok(CostCompared {
        account: account.id.0,
        month: month.name(),
        currency,
        billed: plain(all_billed),
        own: plain(all_own),
        difference: plain(all_billed - all_own),
        lines: lines.into_iter().map(shown).collect(),
        requests: billed.requests,
        asked_usd: asked,
        estimated: billed.estimated,
        notes,
    })
}

/// What Hearth worked out; none when it knows no call of the account.
async fn own(app: &App, account: &str, month: &str) -> Result<Option<CostOverview>> {
    let scope = CostScope::Account { id: account.to_owned() };
    match overview(app, CostQuery { scope, month: Some(month.to_owned()) }).await {
        Ok(overview) => Ok(Some(overview)),
        Err(error) if error.code == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The lines of both views, the largest first.
fn lines(billed: &[BilledRow], own: Option<&CostOverview>) -> Vec<Both> {
    let mut all: BTreeMap<String, Both> = BTreeMap::new();
    for row in billed {
        // Google says what was metered beside the resource, AWS in its place.
        let meter = row.meter.as_ref().unwrap_or(&row.resource);
        let (name, label) = line_of(row);
        let line = all.entry(name).or_default();
        if line.label.is_empty() {
            line.label = label;
            line.service = row.service.clone().unwrap_or_default();
            line.unit = row.unit.clone().unwrap_or_default();
        }
        if !line.meters.contains(meter) {
            line.meters.push(meter.clone());
        }
        add(&mut line.billed.amount, decimal(&row.amount));
        add(&mut line.billed.quantity, row.quantity.as_deref().and_then(decimal));
    }
    for meter in own.iter().flat_map(|own| &own.meters) {
        let line = entry(&mut all, &meter.meter, &meter.unit);
        add(&mut line.own.amount, decimal(&meter.cost.after_grants_usd));
        add(&mut line.own.quantity, decimal(&meter.quantity));
    }
    for hidden in own.iter().flat_map(|own| &own.hidden).flat_map(|hidden| &hidden.lines) {
        let is_known = KNOWN.iter().any(|(_, line)| *line == hidden.name);
        if let Some(amount) = hidden.amount.filter(|_| is_known) {
            let line = entry(&mut all, &hidden.name, &hidden.unit);
            add(&mut line.own.amount, Some(amount));
            add(&mut line.own.quantity, hidden.quantity);
        }
    }
    let mut lines: Vec<Both> = all.into_values().collect();
    let size = |line: &Both| line.billed.amount.max(line.own.amount).unwrap_or_default();
    lines.sort_by(|one, other| size(other).cmp(&size(one)).then_with(|| one.label.cmp(&other.label)));
    for line in &mut lines {
        line.meters.sort();
    }
    lines
}

/// The line of Hearth's that a row is on, and its words; what Hearth does not know is a line of its own.
fn line_of(row: &BilledRow) -> (String, String) {
    let (known, plain) = if let Some(meter) = row.meter.as_deref() {
        (hearth_cost::google_meter(meter).map(|known| known.to_string()), meter)
    } else {
        let plain = without_region(&row.resource);
        (KNOWN.iter().find(|(name, _)| *name == plain).map(|(_, line)| (*line).to_owned()), plain)
    };
    let label = words(known.as_deref().unwrap_or(plain)).to_owned();
    (known.unwrap_or_else(|| plain.to_owned()), label)
}

fn entry<'a>(all: &'a mut BTreeMap<String, Both>, name: &str, unit: &str) -> &'a mut Both {
    let line = all.entry(name.to_owned()).or_default();
    if line.label.is_empty() {
        words(name).clone_into(&mut line.label);
        unit.clone_into(&mut line.unit);
    }
    line
}

fn add(sum: &mut Option<Decimal>, more: Option<Decimal>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or_default() + more);
    }
}

/// A usage type begins with its region, but in us-east-1 of older services: `EUW1-Request`, `Request`.
fn without_region(meter: &str) -> &str {
    match meter.split_once('-') {
        Some((region, rest)) if is_region(region) => rest,
        _ => meter,
    }
}

/// `USE1`, `EU`, `APS12`: letters, then perhaps digits.
fn is_region(text: &str) -> bool {
    let letters = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    (2..=4).contains(&letters.len())
        && text.len() <= 6
        && letters.chars().all(|letter| letter.is_ascii_uppercase())
}

fn words(line: &str) -> &str {
    match line {
        "aws/lambda/requests" | "gcp/cloud_run/requests" => "Requests",
        "aws/lambda/duration" => "Duration",
        "aws/lambda/ephemeral_storage" => "Ephemeral storage",
        "aws/lambda/provisioned_concurrency" => "Servers kept ready",
        "aws/fargate/vcpu" => "Processors of tasks",
        "aws/fargate/memory" => "Memory of tasks",
        "aws/fargate/ephemeral_storage" => "Storage of tasks",
        "gcp/cloud_run/request_cpu" => "Processors of requests",
        "gcp/cloud_run/request_memory" => "Memory of requests",
        "gcp/cloud_run/idle_cpu" => "Processors kept ready",
        "gcp/cloud_run/idle_memory" => "Memory kept ready",
        "gcp/cloud_run/instance_cpu" => "Processors of instances",
        "gcp/cloud_run/instance_memory" => "Memory of instances",
        "logs" => "Logs taken in",
        "log_storage" => "Logs kept",
        other => other,
    }
}

/// None for what is no number: that is unknown, not zero.
fn decimal(text: &str) -> Option<Decimal> {
    text.parse().or_else(|_| Decimal::from_scientific(text)).ok()
}

fn shown(line: Both) -> ComparedLine {
    let difference = line.billed.amount.zip(line.own.amount).map(|(billed, own)| plain(billed - own));
    ComparedLine {
        label: line.label,
        service: line.service,
        meters: line.meters,
        billed_quantity: line.billed.quantity.map(plain),
        own_quantity: line.own.quantity.map(plain),
        unit: line.unit,
        billed: line.billed.amount.map(plain),
        own: line.own.amount.map(plain),
        difference,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(resource: &str, amount: &str, quantity: &str) -> BilledRow {
        BilledRow {
            day: "2026-11-01".to_owned(),
            service: Some("AWS Lambda".to_owned()),
            resource: resource.to_owned(),
            meter: None,
            amount: amount.to_owned(),
            currency: "USD".to_owned(),
            quantity: Some(quantity.to_owned()),
            unit: Some("Requests".to_owned()),
        }
    }

    #[test]
    fn regions_and_processors_of_a_meter_are_one_line_and_what_is_not_known_stays_itself() {
        let rows = [
            row("Request", "0.2", "1000000"),
            row("EUW1-Request-ARM", "0.1", "500000"),
            row("USE1-SpotUsage-Fargate-GB-Hours", "0.05", "1"),
            row("CW:GMD-Metrics", "1.2E-7", "3"),
        ];
        let lines: Vec<ComparedLine> = lines(&rows, None).into_iter().map(shown).collect();
        let told: Vec<(&str, Option<&str>)> =
            lines.iter().map(|line| (line.label.as_str(), line.billed.as_deref())).collect();
        assert_eq!(
            told,
            [
                ("Requests", Some("0.3")),
                ("SpotUsage-Fargate-GB-Hours", Some("0.05")),
                ("CW:GMD-Metrics", Some("0.00000012"))
            ]
        );
        assert_eq!(lines[0].meters, ["EUW1-Request-ARM", "Request"]);
        assert_eq!(lines[0].billed_quantity.as_deref(), Some("1500000"));
        assert!(lines.iter().all(|line| line.own.is_none() && line.difference.is_none()), "unknown is no 0");
    }

    #[test]
    fn skus_of_google_are_lines_over_their_tiers_and_resources() {
        let row = |sku: &str, resource: &str| BilledRow {
            meter: Some(sku.to_owned()),
            ..row(resource, "0.25", "2")
        };
        let rows = [
            row("Services CPU (Request-based billing)", "kettle"),
            row("Services CPU Tier 2 (Request-based billing)", "cup"),
            row("Artifact Registry Storage", ""),
        ];
        let lines: Vec<ComparedLine> = lines(&rows, None).into_iter().map(shown).collect();
        assert_eq!(
            (lines[0].label.as_str(), lines[0].billed.as_deref()),
            ("Processors of requests", Some("0.5"))
        );
        assert_eq!(lines[0].meters.len(), 2, "{:?}", lines[0].meters);
        assert_eq!(lines[1].label, "Artifact Registry Storage");
        let known = "gcp/cloud_run/request_cpu";
        assert_eq!(hearth_cost::google_meter(&lines[0].meters[0]).unwrap().to_string(), known);
    }
}
