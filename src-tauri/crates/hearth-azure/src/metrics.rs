//! Azure Monitor's figures, one request an app. What is measured depends on the plan: Flex counts on-demand and
//! always-ready calls apart and counts no errors. Azure says no durations, but memory times duration as it bills it.

use crate::AzureAccount;
use crate::account::check;
use crate::arm::{METRICS, WEB};
use crate::fault::Asked;
use crate::sites::{PlanKind, Site, instant};
use futures_util::StreamExt as _;
use futures_util::stream;
use hearth_cloud::{FaultKind, Metric, MetricSeries, MetricsRequest, Result};
use hearth_model::Micros;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Apps that are asked for at once.
const AT_ONCE: usize = 4;

const FLEX: &[(&str, Metric)] = &[
    ("OnDemandFunctionExecutionCount", Metric::Invocations),
    ("AlwaysReadyFunctionExecutionCount", Metric::Invocations),
    ("OnDemandFunctionExecutionUnits", Metric::ComputeMbMs),
    ("AlwaysReadyFunctionExecutionUnits", Metric::ComputeMbMs),
];
const CONSUMPTION: &[(&str, Metric)] = &[
    ("FunctionExecutionCount", Metric::Invocations),
    ("FunctionExecutionUnits", Metric::ComputeMbMs),
    ("Http5xx", Metric::Errors),
];
/// Servers of these plans are billed by time, so that units say nothing.
const SERVERS: &[(&str, Metric)] = &[("Requests", Metric::Invocations), ("Http5xx", Metric::Errors)];

#[derive(Deserialize)]
struct Measured {
    value: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    name: Name,
    #[serde(default)]
    timeseries: Vec<Series>,
}

#[derive(Deserialize)]
struct Name {
    value: String,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    data: Vec<Point>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Point {
    time_stamp: String,
    total: Option<f64>,
}

/// What is measured on a plan, under which names.
fn measured(kind: PlanKind) -> &'static [(&'static str, Metric)] {
    match kind {
        PlanKind::Flex => FLEX,
        PlanKind::Consumption => CONSUMPTION,
        PlanKind::Premium | PlanKind::Other => SERVERS,
    }
}

pub(crate) async fn metrics(
    account: &AzureAccount,
    location: &str,
    request: &MetricsRequest,
) -> Result<Vec<MetricSeries>> {
    check(location)?;
    let asked = Asked { operation: "Microsoft.Web/sites/read", about: location };
    let path = format!("{}/providers/Microsoft.Web/sites", account.scope().await?);
    let sites: Vec<Site> = account.list(&asked, &path, WEB).await?;
    let sites = sites.iter().filter(|site| request.functions.contains(&site.name));
    let questions: Vec<_> = sites.map(|site| of(account, site, request)).collect();
    let answers: Vec<Result<Vec<MetricSeries>>> =
        stream::iter(questions).buffer_unordered(AT_ONCE).collect().await;
    let mut all = Vec::new();
    for answer in answers {
        all.extend(answer?);
    }
    all.sort_by(|one, other| (&one.name, one.metric).cmp(&(&other.name, other.metric)));
    Ok(all)
}

async fn of(account: &AzureAccount, site: &Site, request: &MetricsRequest) -> Result<Vec<MetricSeries>> {
    let asked = Asked { operation: "Microsoft.Insights/metrics/read", about: &site.name };
    let wanted = measured(site.plan_kind());
    let names: Vec<&str> = wanted.iter().map(|(name, _)| *name).collect();
    let path = format!(
        "{}/providers/Microsoft.Insights/metrics?metricnames={}&aggregation=Total&interval={}&timespan={}/{}",
        site.id,
        names.join(","),
        interval(&asked, request.step_s)?,
        text(request.since_us),
        text(request.until_us),
    );
    let measured: Measured = account.get(&asked, &path, METRICS).await?;
    let mut found: BTreeMap<Metric, BTreeMap<Micros, f64>> = BTreeMap::new();
    for one in measured.value {
        let Some((_, metric)) = wanted.iter().find(|(name, _)| name.eq_ignore_ascii_case(&one.name.value))
        else {
            return Err(asked.fault(FaultKind::Other, "Azure answered about a metric that was not asked for"));
        };
        for point in one.timeseries.into_iter().flat_map(|series| series.data) {
            // A step without a total is unknown or zero: it is left out.
            let (Some(at), Some(total)) = (instant(&point.time_stamp), point.total) else { continue };
            *found.entry(*metric).or_default().entry(at).or_default() += total;
        }
    }
    let series = found.into_iter().map(|(metric, points)| MetricSeries {
        name: site.name.clone(),
        metric,
        points: points.into_iter().collect(),
    });
    Ok(series.collect())
}

/// The steps that Azure Monitor knows.
fn interval(asked: &Asked<'_>, step_s: u32) -> Result<&'static str> {
    match step_s {
        60 => Ok("PT1M"),
        300 => Ok("PT5M"),
        900 => Ok("PT15M"),
        1_800 => Ok("PT30M"),
        3_600 => Ok("PT1H"),
        21_600 => Ok("PT6H"),
        43_200 => Ok("PT12H"),
        86_400 => Ok("P1D"),
        _ => Err(asked.fault(FaultKind::Invalid, format!("Azure has no figures for steps of {step_s} s"))),
    }
}

/// An instant in whole seconds, as Azure reads it.
pub(crate) fn text(at: Micros) -> String {
    let at = jiff::Timestamp::from_second(at.0.div_euclid(1_000_000)).unwrap_or_default();
    at.to_string()
}
