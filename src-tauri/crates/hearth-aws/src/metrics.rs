//! CloudWatch's figures of many functions in few requests. AWS bills each metric that is asked for ($0.01 for 1,000), so
//! nobody asks without a person having said so.

use crate::AwsAccount;
use crate::fault::Asked;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric as AwsMetric, MetricDataQuery, MetricStat, ScanBy};
use hearth_cloud::{FaultKind, Metric, MetricSeries, MetricsRequest, Result};
use hearth_model::Micros;
use std::collections::BTreeMap;

/// Most metrics in one request.
const QUERIES: usize = 500;

const METRICS: [(Metric, &str); 4] = [
    (Metric::Invocations, "Invocations"),
    (Metric::Errors, "Errors"),
    (Metric::Throttles, "Throttles"),
    (Metric::DurationMs, "Duration"),
];

pub(crate) async fn metrics(
    account: &AwsAccount,
    location: &str,
    request: &MetricsRequest,
) -> Result<Vec<MetricSeries>> {
    let asked = Asked { operation: "cloudwatch:GetMetricData", location };
    let client = account.cloudwatch(location)?;
    let wanted: Vec<(&str, Metric, &str)> = request
        .functions
        .iter()
        .flat_map(|name| METRICS.iter().map(move |(metric, word)| (name.as_str(), *metric, *word)))
        .collect();
    let mut series = Vec::new();
    for part in wanted.chunks(QUERIES) {
        let queries = part
            .iter()
            .enumerate()
            .map(|(number, (name, _, word))| query(number, name, word, request.step_s));
        let queries: Vec<MetricDataQuery> = queries.collect();
        let mut found: BTreeMap<usize, Vec<(Micros, f64)>> = BTreeMap::new();
        let mut next = None;
        // Each metric is billed that is asked for, whether AWS has figures of it or not.
        account.own.billed(location, "CloudWatch", "GetMetricData", part.len() as u64);
        loop {
            let answer = client
                .get_metric_data()
                .set_metric_data_queries(Some(queries.clone()))
                .start_time(DateTime::from_secs(request.since_us.0.div_euclid(1_000_000)))
                .end_time(DateTime::from_secs(request.until_us.0.div_euclid(1_000_000)))
                .scan_by(ScanBy::TimestampAscending)
                .set_next_token(next.take())
                .send()
                .await
                .map_err(|error| asked.failed(&error))?;
            for result in answer.metric_data_results() {
                let number = result.id().and_then(|id| id.strip_prefix('m')).and_then(|id| id.parse().ok());
                let Some(number) = number.filter(|number| *number < part.len()) else {
                    return Err(
                        asked.fault(FaultKind::Other, "AWS answered about a metric that was not asked for")
                    );
                };
                let points = result.timestamps().iter().zip(result.values());
                found
                    .entry(number)
                    .or_default()
                    .extend(points.map(|(at, value)| (Micros(at.secs().saturating_mul(1_000_000)), *value)));
            }
            next = answer.next_token().map(str::to_owned);
            if next.is_none() {
                break;
            }
        }
        series.extend(found.into_iter().map(|(number, points)| {
            let (name, metric, _) = part[number];
            MetricSeries { name: name.to_owned(), metric, points }
        }));
    }
    Ok(series)
}

fn query(number: usize, name: &str, word: &str, step_s: u32) -> MetricDataQuery {
    let metric = AwsMetric::builder()
        .namespace("AWS/Lambda")
        .metric_name(word)
        .dimensions(Dimension::builder().name("FunctionName").value(name).build())
        .build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(i32::try_from(step_s).unwrap_or(3_600))
        .stat("Sum")
        .build();
    MetricDataQuery::builder().id(format!("m{number}")).metric_stat(stat).return_data(true).build()
}
