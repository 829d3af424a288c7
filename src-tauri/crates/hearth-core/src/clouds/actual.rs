//! A month in both views: what Hearth worked out from the ledger, and what AWS billed. Owns which of AWS's usage types
//! are which of Hearth's lines. What only one of the two knows is said, never taken for nothing.

use super::by_use::{BILL_REQUEST, check};
use super::{Clouds, api_error};
use crate::api::{ByUse, ComparedLine, CostActual, CostCompared, CostOverview, CostQuery, CostScope};
use crate::spending::{Month, overview, plain};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cloud::{BilledRow, CostRequest};
use hearth_cost::Decimal;
use std::collections::BTreeMap;

/// Usage types without their region, and the line of Hearth's that they are on. Those of arm64 end with `-ARM` or have
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

pub(crate) async fn compare(app: &App, request: CostActual) -> Result<CostCompared> {
    let account = Clouds::account(app, &request.account).await?;
    if account.provider != hearth_aws::AWS {
        let message = format!("what `{}` was billed cannot be set beside Hearth's figures", account.name);
        return Err(ApiError::new(ErrorCode::InvalidInput, message)
            .with_hint("This is for accounts of AWS; `hearth accounts billed` shows what Azure billed."));
    }
    let now = Month::holding(app.now());
    let month = request.month.as_deref().map(Month::parse).transpose()?.unwrap_or(now);
    if month > now {
        let message = format!("{} has not begun yet", month.name());
        return Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint("Name an earlier month."));
    }
    check(ByUse::Bill, request.agreed)?;
    let own = own(app, account.id.as_str(), &month.name()).await?;
    let provider = Clouds::open(app, &account).await?;
    let days = CostRequest { since: format!("{}-01", month.name()), until: month.last_day().to_string() };
    let billed = provider.billed(&days).await.map_err(|fault| api_error(&account, fault))?;
    let mut notes = Vec::new();
    if own.is_none() {
        notes.push(
            "Hearth has no calls of this account in that month: hearth sync --logs reads them.".to_owned(),
        );
    }
    if billed.estimated {
        notes.push("AWS may still change these figures; it is some hours behind, up to a day.".to_owned());
    }
    notes.push(
        "Hearth's side is list prices after grants, of calls that were read; discounts and calls of before the first reading are not in it."
            .to_owned(),
    );
    let currency = billed.rows.first().map_or_else(|| "USD".to_owned(), |row| row.currency.clone());
    if currency != "USD" {
        notes.push(format!(
            "AWS bills in {currency} and Hearth works in US dollars: the difference says nothing."
        ));
    }
    let lines = lines(&billed.rows, own.as_ref());
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
        asked_usd: plain(BILL_REQUEST * Decimal::from(billed.requests)),
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
        let plain = without_region(&row.resource);
        let known = KNOWN.iter().find(|(name, _)| *name == plain).map(|(_, line)| *line);
        let line = all.entry(known.unwrap_or(plain).to_owned()).or_default();
        if line.label.is_empty() {
            known.map_or(plain, words).clone_into(&mut line.label);
            line.service = row.service.clone().unwrap_or_default();
            line.unit = row.unit.clone().unwrap_or_default();
        }
        if !line.meters.contains(&row.resource) {
            line.meters.push(row.resource.clone());
        }
        add(&mut line.billed.amount, Some(decimal(&row.amount)));
        add(&mut line.billed.quantity, row.quantity.as_deref().map(decimal));
    }
    for meter in own.iter().flat_map(|own| &own.meters) {
        let line = entry(&mut all, &meter.meter, &meter.unit);
        add(&mut line.own.amount, Some(decimal(&meter.cost.after_grants_usd)));
        add(&mut line.own.quantity, Some(decimal(&meter.quantity)));
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
        "aws/lambda/requests" => "Requests",
        "aws/lambda/duration" => "Duration",
        "aws/lambda/ephemeral_storage" => "Ephemeral storage",
        "aws/lambda/provisioned_concurrency" => "Servers kept ready",
        "aws/fargate/vcpu" => "Processors of tasks",
        "aws/fargate/memory" => "Memory of tasks",
        "aws/fargate/ephemeral_storage" => "Storage of tasks",
        "logs" => "Logs taken in",
        "log_storage" => "Logs kept",
        other => other,
    }
}

fn decimal(text: &str) -> Decimal {
    text.parse().or_else(|_| Decimal::from_scientific(text)).unwrap_or_default()
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
}
