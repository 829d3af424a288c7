//! Azure Functions: Consumption, Flex Consumption and Premium. Owns how each counts. Sources: the Retail Prices API
//! and learn.microsoft.com functions-consumption-costs.

use super::gb_seconds;
use super::terms::{Desk, Grant, known_or_unknown};
use crate::charge::{Charge, Quantity};
use crate::error::{Result, usage};
use crate::line::{Line, LineKind};
use crate::meter::Meter;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The grants of Azure are the first tier of the price itself; what is left of them may be told.
fn with_grant<'a>(charge: Charge<'a>, grant: &Grant) -> Charge<'a> {
    match grant {
        Grant::None => charge.grants(false),
        Grant::Whole => charge.grants(true),
        Grant::Left(units) => charge.grants(false).free(*units),
    }
}

/// Consumption: executions, and GB-seconds of observed memory.
pub(crate) fn consumption(desk: Desk<'_>, executions: Decimal, gb_seconds: Quantity) -> Result<Vec<Line>> {
    let grants = &desk.terms.grants;
    let duration =
        desk.charge("duration", "Execution time", Meter::AzureConsumptionDuration, None, gb_seconds)?;
    let count = Quantity::exact(executions);
    let runs = desk.charge("executions", "Executions", Meter::AzureConsumptionExecutions, None, count)?;
    Ok(vec![with_grant(duration, &grants.compute).line()?, with_grant(runs, &grants.requests).line()?])
}

/// GB-seconds of the metric FunctionExecutionUnits, which counts MB-milliseconds.
pub(crate) fn units(mb_ms: Decimal) -> Result<Quantity> {
    Quantity::exact(mb_ms).per(Decimal::from(1_024_000))
}

/// Flex: executions and GB-seconds of instances while they are active; always-ready instances have a baseline.
pub(crate) struct Flex {
    pub(crate) executions: Decimal,
    /// GB-seconds of instances that ran on demand.
    pub(crate) active: Quantity,
    pub(crate) ready: Option<Ready>,
}

/// Instances that are always ready.
pub(crate) struct Ready {
    /// GB-seconds that they were there.
    pub(crate) baseline: Decimal,
    /// GB-seconds that they worked.
    pub(crate) active: Quantity,
    /// Executions on them.
    pub(crate) executions: Decimal,
}

pub(crate) fn flex(desk: Desk<'_>, used: &Flex) -> Result<Vec<Line>> {
    let grants = &desk.terms.grants;
    let duration = desk.charge("duration", "Active time", Meter::AzureFlexDuration, None, used.active)?;
    let executions = desk
        .charge(
            "executions",
            "Executions",
            Meter::AzureFlexExecutions,
            None,
            Quantity::exact(used.executions),
        )
        .and_then(|charge| with_grant(charge, &grants.requests).line());
    let unknown = |line, name, label, meter| known_or_unknown(line, name, label, LineKind::Service, meter);
    let mut lines = vec![
        with_grant(duration, &grants.compute).line()?,
        unknown(executions, "executions", "Executions", Meter::AzureFlexExecutions)?,
    ];
    if let Some(ready) = &used.ready {
        for (name, label, meter, quantity) in [
            (
                "ready_baseline",
                "Always ready",
                Meter::AzureFlexReadyBaseline,
                Quantity::exact(ready.baseline),
            ),
            ("ready_duration", "Active time, always ready", Meter::AzureFlexReadyDuration, ready.active),
            (
                "ready_executions",
                "Executions, always ready",
                Meter::AzureFlexReadyExecutions,
                Quantity::exact(ready.executions),
            ),
        ] {
            let line = desk.charge(name, label, meter, None, quantity).and_then(crate::charge::Charge::line);
            lines.push(unknown(line, name, label, meter)?);
        }
    }
    Ok(lines)
}

/// GB-seconds of `instances` of `memory_mb` for `seconds`.
pub(crate) fn instance_time(instances: Decimal, memory_mb: Decimal, seconds: Decimal) -> Result<Quantity> {
    let milliseconds = Quantity::exact(seconds).times(Decimal::ONE_THOUSAND)?.times(instances)?;
    gb_seconds(milliseconds, memory_mb)
}

/// Sizes of Premium instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub enum PremiumSku {
    /// 1 vCPU, 3.5 GiB.
    #[serde(rename = "EP1")]
    Ep1,
    /// 2 vCPU, 7 GiB.
    #[serde(rename = "EP2")]
    Ep2,
    /// 4 vCPU, 14 GiB.
    #[serde(rename = "EP3")]
    Ep3,
}

impl PremiumSku {
    /// The size of that name.
    pub(crate) fn parse(name: &str) -> Result<Self> {
        match name {
            "EP1" => Ok(Self::Ep1),
            "EP2" => Ok(Self::Ep2),
            "EP3" => Ok(Self::Ep3),
            other => usage(format!("Azure Premium has EP1, EP2 and EP3, not `{other}`")),
        }
    }

    fn vcpu(self) -> Decimal {
        Decimal::from(match self {
            Self::Ep1 => 1,
            Self::Ep2 => 2,
            Self::Ep3 => 4,
        })
    }
}

/// Premium: instances by the hour, whether or not anything runs.
pub(crate) fn premium(desk: Desk<'_>, sku: PremiumSku, instances: Decimal) -> Result<Vec<Line>> {
    let hours = Quantity::exact(desk.terms.month.hours()).times(instances)?;
    let vcpu = hours.times(sku.vcpu())?;
    let memory = vcpu.times(Decimal::new(35, 1))?;
    Ok(vec![
        desk.charge("vcpu", "Processors", Meter::AzurePremiumVcpu, None, vcpu)?
            .savings(desk.terms.savings_plan.as_ref())
            .line()?,
        desk.charge("memory", "Memory", Meter::AzurePremiumMemory, None, memory)?
            .savings(desk.terms.savings_plan.as_ref())
            .line()?,
    ])
}

/// What every function app has and nobody counts here: a storage account and Application Insights.
pub(crate) fn neighbours() -> Vec<Line> {
    vec![
        Line::unknown(
            "storage_account",
            "Storage account",
            LineKind::Hidden,
            "month",
            "every function app has one; its transactions are not known to Hearth",
        ),
        Line::unknown(
            "app_insights",
            "Application Insights",
            LineKind::Hidden,
            "GB",
            "billed by what is logged; no price of it is in the price book",
        ),
        Line::unknown(
            "egress",
            "Data out",
            LineKind::Hidden,
            "GB",
            "no price of Azure bandwidth is in the price book",
        ),
        Line::unknown(
            "polling",
            "Hearth's polling",
            LineKind::Hidden,
            "request",
            "no price of questions to Azure Monitor is in the price book",
        ),
    ]
}
