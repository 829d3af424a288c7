//! Cloud Monitoring's figures of all functions of a location in a few requests: each metric is asked for once, grouped by
//! function. What Cloud Run measures itself is asked first; the older names of Cloud Functions only fill in functions
//! that it does not know, which are those of the first generation.

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::Asked;
use crate::functions::instant;
use crate::wire::{OneSeries, PointValue, Series};
use hearth_cloud::{FaultKind, Metric, MetricSeries, MetricsRequest, Result};
use hearth_model::Micros;
use std::collections::{BTreeMap, BTreeSet};

const MOST_PAGES: usize = 1_000;

/// How a figure is read off a point.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// A number.
    Number,
    /// The sum of a distribution, in milliseconds or in nanoseconds.
    Milliseconds,
    Nanoseconds,
    /// How many values a distribution has.
    Count,
}

/// One question.
struct Question {
    metric: Metric,
    name: &'static str,
    /// More of the filter.
    only: &'static str,
    aligner: &'static str,
    reducer: &'static str,
    reading: Reading,
}

const fn question(
    metric: Metric,
    name: &'static str,
    only: &'static str,
    aligner: &'static str,
    reading: Reading,
) -> Question {
    Question { metric, name, only, aligner, reducer: "REDUCE_SUM", reading }
}

const RUN: [Question; 7] = [
    question(Metric::Invocations, "request_count", "", "ALIGN_DELTA", Reading::Number),
    question(
        Metric::Errors,
        "request_count",
        " AND metric.labels.response_code_class=\"5xx\"",
        "ALIGN_DELTA",
        Reading::Number,
    ),
    question(
        Metric::Throttles,
        "request_count",
        " AND metric.labels.response_code=\"429\"",
        "ALIGN_DELTA",
        Reading::Number,
    ),
    question(Metric::DurationMs, "request_latencies", "", "ALIGN_DELTA", Reading::Milliseconds),
    question(Metric::ColdStarts, "container/startup_latencies", "", "ALIGN_DELTA", Reading::Count),
    question(Metric::InitMs, "container/startup_latencies", "", "ALIGN_DELTA", Reading::Milliseconds),
    question(Metric::Environments, "container/instance_count", "", "ALIGN_MAX", Reading::Number),
];

const OLD: [Question; 3] = [
    question(Metric::Invocations, "execution_count", "", "ALIGN_DELTA", Reading::Number),
    question(
        Metric::Errors,
        "execution_count",
        " AND metric.labels.status!=\"ok\"",
        "ALIGN_DELTA",
        Reading::Number,
    ),
    question(Metric::DurationMs, "execution_times", "", "ALIGN_DELTA", Reading::Nanoseconds),
];

pub(crate) async fn metrics(
    account: &GoogleAccount,
    location: &str,
    request: &MetricsRequest,
) -> Result<Vec<MetricSeries>> {
    account.parent(location)?;
    let wanted: BTreeSet<&str> = request.functions.iter().map(String::as_str).collect();
    let mut all = Vec::new();
    for question in &RUN {
        let filter = format!(
            "metric.type=\"run.googleapis.com/{}\" AND resource.type=\"cloud_run_revision\" AND \
             resource.labels.location=\"{location}\"{}",
            question.name, question.only
        );
        all.extend(ask(account, location, request, question, &filter, "service_name").await?);
    }
    let known: BTreeSet<String> = all.iter().map(|series: &MetricSeries| series.name.clone()).collect();
    if wanted.iter().any(|name| !known.contains(*name)) {
        for question in &OLD {
            let filter = format!(
                "metric.type=\"cloudfunctions.googleapis.com/function/{}\" AND resource.type=\"cloud_function\" AND \
                 resource.labels.region=\"{location}\"{}",
                question.name, question.only
            );
            let of_old = ask(account, location, request, question, &filter, "function_name").await?;
            all.extend(of_old.into_iter().filter(|series| !known.contains(&series.name)));
        }
    }
    // A location may hold services that are no functions.
    all.retain(|series| wanted.contains(series.name.as_str()));
    Ok(all)
}

async fn ask(
    account: &GoogleAccount,
    location: &str,
    request: &MetricsRequest,
    question: &Question,
    filter: &str,
    label: &str,
) -> Result<Vec<MetricSeries>> {
    let asked = Asked { operation: "monitoring.timeSeries.list", location };
    let wrong = || asked.fault(FaultKind::Invalid, "the time asked for cannot be written");
    let stamp =
        |at: Micros| jiff::Timestamp::from_microsecond(at.0).map(|at| at.to_string()).map_err(|_| wrong());
    let (from, to) = (stamp(request.since_us)?, stamp(request.until_us)?);
    let mut found: BTreeMap<String, BTreeMap<Micros, f64>> = BTreeMap::new();
    let mut token = String::new();
    for _ in 0..MOST_PAGES {
        let mut ask =
            Ask::get(asked, Service::Monitoring, format!("v3/projects/{}/timeSeries", account.project))
                .with("filter", filter)
                .with("interval.startTime", &from)
                .with("interval.endTime", &to)
                .with("aggregation.alignmentPeriod", format!("{}s", request.step_s))
                .with("aggregation.perSeriesAligner", question.aligner)
                .with("aggregation.crossSeriesReducer", question.reducer)
                .with("aggregation.groupByFields", format!("resource.labels.{label}"))
                .with("view", "FULL");
        if !token.is_empty() {
            ask = ask.with("pageToken", token.as_str());
        }
        let page: Series = account.client.send(&ask).await?;
        for series in &page.time_series {
            read(series, label, question.reading, request.step_s, &mut found);
        }
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let series = found.into_iter().map(|(name, points)| MetricSeries {
        name,
        metric: question.metric,
        points: points.into_iter().collect(),
    });
    Ok(series.collect())
}

/// Points of a series, each at the beginning of its step. Google names a step by its end and gives the newest first.
fn read(
    series: &OneSeries,
    label: &str,
    reading: Reading,
    step_s: u32,
    found: &mut BTreeMap<String, BTreeMap<Micros, f64>>,
) {
    let name = series.resource.labels.get(label).or_else(|| series.metric.labels.get(label));
    let Some(name) = name else { return };
    let points = found.entry(name.clone()).or_default();
    for point in &series.points {
        let Some(end) = instant(&point.interval.end_time) else { continue };
        let Some(value) = value(&point.value, reading) else { continue };
        *points.entry(Micros(end.0 - i64::from(step_s) * 1_000_000)).or_default() += value;
    }
}

fn value(value: &PointValue, reading: Reading) -> Option<f64> {
    let distribution = value.distribution_value.as_ref();
    let count = || distribution.and_then(|one| one.count.parse::<f64>().ok());
    match reading {
        Reading::Number => value.double_value.or_else(|| value.int64_value.as_ref()?.parse::<f64>().ok()),
        Reading::Count => count(),
        Reading::Milliseconds => Some(count()? * distribution?.mean),
        Reading::Nanoseconds => Some(count()? * distribution?.mean / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_distribution_gives_its_sum_and_its_count() {
        let given: PointValue =
            serde_json::from_value(json!({ "distributionValue": { "count": "4", "mean": 12.5 } })).unwrap();
        assert_eq!(value(&given, Reading::Milliseconds), Some(50.0));
        assert_eq!(value(&given, Reading::Count), Some(4.0));
        assert_eq!(value(&given, Reading::Number), None, "what is not there is unknown");
        let given: PointValue = serde_json::from_value(json!({ "int64Value": "7" })).unwrap();
        assert_eq!(value(&given, Reading::Number), Some(7.0));
    }
}
