//! What AWS billed, from Cost Explorer. AWS bills each request, so a question is never repeated, and the answer says how
//! many requests it took.

use crate::AwsAccount;
use crate::fault::Asked;
use aws_sdk_costexplorer::config::Builder;
use aws_sdk_costexplorer::config::retry::RetryConfig;
use aws_sdk_costexplorer::types::{
    DateInterval, Dimension, DimensionValues, Expression, Granularity, Group, GroupDefinition,
    GroupDefinitionType, MetricValue,
};
use hearth_cloud::{BilledCost, BilledRow, CostRequest, FaultKind, Result};
use jiff::ToSpan as _;
use jiff::civil::Date;

const OPERATION: &str = "ce:GetCostAndUsage";
/// Services whose functions, tasks and logs Hearth shows.
const SERVICES: [&str; 3] = ["AWS Lambda", "Amazon Elastic Container Service", "AmazonCloudWatch"];
/// Lines that are no usage.
const NO_USAGE: [&str; 3] = ["Credit", "Refund", "Tax"];
const COST: &str = "UnblendedCost";
const USED: &str = "UsageQuantity";
/// Each is billed, so that an answer without an end must not be one without a limit.
const MOST_REQUESTS: u32 = 10;

pub(crate) async fn billed(account: &AwsAccount, request: &CostRequest) -> Result<BilledCost> {
    let asked = Asked { operation: OPERATION, location: "" };
    let day = |text: &str| {
        text.parse::<Date>().map_err(|_| {
            asked.fault(FaultKind::Invalid, format!("`{text}` is not a day; write it as 2026-11-01"))
        })
    };
    let (since, until) = (day(&request.since)?, day(&request.until)?);
    // AWS leaves the last day of a period out.
    let after = until
        .checked_add(1.day())
        .map_err(|_| asked.fault(FaultKind::Invalid, format!("`{until}` is a day that AWS does not know")))?;
    let period = DateInterval::builder()
        .start(since.to_string())
        .end(after.to_string())
        .build()
        .map_err(|error| asked.fault(FaultKind::Invalid, error.to_string()))?;
    // The account that pays for others is told about all of them.
    let number = crate::permissions::identity(account).await?.number;
    let client = account.cost_explorer();
    let mut rows = Vec::new();
    let (mut requests, mut estimated, mut next) = (0, false, None);
    loop {
        requests += 1;
        let answer = client
            .get_cost_and_usage()
            .time_period(period.clone())
            .granularity(Granularity::Daily)
            .metrics(COST)
            .metrics(USED)
            .group_by(by("SERVICE"))
            .group_by(by("USAGE_TYPE"))
            .filter(of(&number))
            .set_next_page_token(next)
            .customize()
            .config_override(Builder::new().retry_config(RetryConfig::disabled()))
            .send()
            .await
            .map_err(|error| asked.failed(&error))?;
        for result in answer.results_by_time() {
            estimated |= result.estimated();
            let day = result.time_period().map(|period| period.start().to_owned()).unwrap_or_default();
            rows.extend(result.groups().iter().filter_map(|group| row(&day, group)));
        }
        next = answer.next_page_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if next.is_none() {
            return Ok(BilledCost { rows, requests, estimated, notes: Vec::new() });
        }
        if requests == MOST_REQUESTS {
            let words = format!("the answer has more than {MOST_REQUESTS} pages; ask for fewer days");
            return Err(asked.fault(FaultKind::Other, words));
        }
    }
}

fn row(day: &str, group: &Group) -> Option<BilledRow> {
    let [service, meter] = group.keys() else { return None };
    let metrics = group.metrics()?;
    let text = |value: &MetricValue| value.amount().unwrap_or_default().to_owned();
    let cost = metrics.get(COST)?;
    let used = metrics.get(USED);
    Some(BilledRow {
        day: day.to_owned(),
        service: Some(service.clone()),
        resource: meter.clone(),
        meter: None,
        amount: text(cost),
        currency: cost.unit().unwrap_or_default().to_owned(),
        quantity: used.map(text),
        unit: used.and_then(|used| used.unit()).map(str::to_owned),
    })
}

fn by(key: &str) -> GroupDefinition {
    GroupDefinition::builder().r#type(GroupDefinitionType::Dimension).key(key).build()
}

/// Usage of the services, in this account alone.
fn of(number: &str) -> Expression {
    let one = |key: Dimension, values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Expression::builder()
            .dimensions(DimensionValues::builder().key(key).set_values(Some(values)).build())
            .build()
    };
    Expression::builder()
        .and(one(Dimension::Service, &SERVICES))
        .and(one(Dimension::LinkedAccount, &[number]))
        .and(Expression::builder().not(one(Dimension::RecordType, &NO_USAGE)).build())
        .build()
}
