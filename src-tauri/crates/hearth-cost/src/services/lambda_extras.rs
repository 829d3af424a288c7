//! What else Lambda bills: SnapStart, streaming, durable functions, event pollers, Managed Instances, Edge, tenant
//! isolation, MicroVMs, large asynchronous events. Source: aws.amazon.com/lambda/pricing.

use super::terms::Desk;
use super::{gb, gb_seconds};
use crate::charge::Quantity;
use crate::error::{Error, Result, usage};
use crate::line::{Line, Step};
use crate::meter::Meter;
use hearth_model::Architecture;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Quantities of what else Lambda bills in a month; zero is not used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct LambdaExtras {
    /// SnapStart of Python and .NET: published versions that are kept. Java is free.
    pub snap_versions: u32,
    /// Seconds that each is kept; at least three hours are billed.
    #[ts(type = "number")]
    pub snap_kept_s: u64,
    /// SnapStart restores.
    #[ts(type = "number")]
    pub snap_restores: u64,
    /// Bytes streamed beyond the first 6 MB of each request.
    #[ts(type = "number")]
    pub streamed_bytes: u64,
    /// Operations of durable functions.
    #[ts(type = "number")]
    pub durable_operations: u64,
    /// Bytes that durable functions wrote.
    #[ts(type = "number")]
    pub durable_written_bytes: u64,
    /// Days that they are kept.
    pub durable_kept_days: u32,
    /// Hours of event poller units for Kafka, as minutes: a minute is the least.
    #[ts(type = "number")]
    pub kafka_poller_minutes: u64,
    /// The same for SQS.
    #[ts(type = "number")]
    pub sqs_poller_minutes: u64,
    /// Environments created for tenants of their own.
    #[ts(type = "number")]
    pub tenant_environments: u64,
}

/// Lines of what is used. `memory_mb` is the function's.
pub(crate) fn extras(
    desk: Desk<'_>,
    used: &LambdaExtras,
    memory_mb: u32,
    architecture: Architecture,
) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    let memory_gb = Decimal::from(memory_mb) / Decimal::from(1_024);
    let count = |value: u64| Quantity::exact(value);
    if used.snap_versions > 0 {
        // Three hours are the least for each published version.
        let kept = Decimal::from(used.snap_kept_s.max(10_800)) * Decimal::from(used.snap_versions);
        let cached =
            gb_seconds(Quantity::exact(kept).times(Decimal::ONE_THOUSAND)?, Decimal::from(memory_mb))?;
        lines.push(
            desk.charge("snapstart_cache", "SnapStart cache", Meter::LambdaSnapCache, None, cached)?
                .line()?,
        );
    }
    if used.snap_restores > 0 {
        let restored = count(used.snap_restores).times(memory_gb)?;
        let charge =
            desk.charge("snapstart_restore", "SnapStart restores", Meter::LambdaSnapRestore, None, restored)?;
        lines.push(charge.line()?);
    }
    if used.streamed_bytes > 0 {
        let free =
            if desk.terms.grants.others { desk.allowance(Meter::LambdaFreeStream) } else { Decimal::ZERO };
        let streamed = Quantity::exact(gb(used.streamed_bytes));
        let charge = desk.charge("stream", "Response streaming", Meter::LambdaStream, None, streamed)?;
        lines.push(charge.free(free).line()?);
    }
    if used.durable_operations > 0 {
        let operations = count(used.durable_operations);
        let charge =
            desk.charge("ops", "Durable operations", Meter::LambdaDurableOperations, None, operations)?;
        lines.push(charge.line()?);
    }
    if used.durable_written_bytes > 0 {
        // Decimal GB here, unlike everywhere else in Lambda.
        let written = count(used.durable_written_bytes).per(Decimal::from(1_000_000_000))?;
        let charge =
            desk.charge("written", "Durable data written", Meter::LambdaDurableWritten, None, written)?;
        lines.push(charge.line()?);
        let days = match used.durable_kept_days {
            0 => 14,
            days if days <= 90 => days,
            days => return usage(format!("durable data is kept for 1 to 90 days, not {days}")),
        };
        let retained = written.times(Decimal::from(days))?.per(Decimal::from(30))?;
        let charge =
            desk.charge("retained", "Durable data retained", Meter::LambdaDurableRetained, None, retained)?;
        lines.push(charge.line()?);
    }
    for (minutes, name, label, meter) in [
        (used.kafka_poller_minutes, "kafka_pollers", "Event pollers, Kafka", Meter::LambdaKafkaPoller),
        (used.sqs_poller_minutes, "sqs_pollers", "Event pollers, SQS", Meter::LambdaSqsPoller),
    ] {
        if minutes > 0 {
            lines
                .push(desk.charge(name, label, meter, None, count(minutes).per(Decimal::from(60))?)?.line()?);
        }
    }
    if used.tenant_environments > 0 {
        let created = count(used.tenant_environments).times(memory_gb)?;
        let charge =
            desk.charge("tenant", "Tenant environments", Meter::LambdaTenant, Some(architecture), created)?;
        lines.push(charge.line()?);
    }
    Ok(lines)
}

/// Lambda@Edge: one price for the world, no free tier.
pub(crate) fn edge(
    desk: Desk<'_>,
    requests: Decimal,
    billed_ms: Quantity,
    memory_mb: u32,
) -> Result<Vec<Line>> {
    let requests = desk.charge(
        "requests",
        "Requests at the edge",
        Meter::LambdaEdgeRequests,
        None,
        Quantity::exact(requests),
    )?;
    let used = gb_seconds(billed_ms, Decimal::from(memory_mb))?;
    let duration = desk.charge("duration", "Duration at the edge", Meter::LambdaEdgeDuration, None, used)?;
    Ok(vec![requests.line()?, duration.line()?])
}

/// Managed Instances: requests, the EC2 instances at their price after discounts, and 15 % of their on-demand price,
/// which no discount touches.
pub(crate) fn managed_instances(
    desk: Desk<'_>,
    requests: Decimal,
    hours: Decimal,
    ec2_hour_on_demand: Decimal,
    ec2_hour_paid: Decimal,
) -> Result<Vec<Line>> {
    if [hours, ec2_hour_on_demand, ec2_hour_paid]
        .iter()
        .any(|value| value.is_sign_negative() && !value.is_zero())
    {
        return usage("hours and prices of instances cannot be negative");
    }
    let requests = desk
        .charge("requests", "Requests", Meter::LambdaManagedRequests, None, Quantity::exact(requests))?
        .line()?;
    let share = desk.row(Meter::LambdaManagedFee, None)?.unit_tiers()[0].price;
    let fee = ec2_hour_on_demand
        .checked_mul(share)
        .ok_or_else(|| Error::TooLarge(ec2_hour_on_demand.to_string()))?;
    Ok(vec![
        requests,
        Line::entered("ec2", "EC2 instances", "hour", vec![Step::new("all", hours, ec2_hour_paid)?]),
        Line::entered(
            "fee",
            "Management fee",
            "hour",
            vec![Step::new(
                format!("{} % of the on-demand price", (share * Decimal::ONE_HUNDRED).normalize()),
                hours,
                fee,
            )?],
        ),
    ])
}

/// Requests billed for an asynchronous event: one for the first 256 KB, one more for every 64 KB after.
pub fn requests_of_event(event_bytes: u64) -> u64 {
    1 + event_bytes.saturating_sub(256 * 1_024).div_ceil(64 * 1_024)
}

/// MicroVMs: baseline and bursts of processors and memory, snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct MicroVms {
    /// vCPU-seconds.
    #[ts(type = "number")]
    pub vcpu_seconds: u64,
    /// GB-seconds.
    #[ts(type = "number")]
    pub gb_seconds: u64,
    /// GB of snapshots written.
    #[ts(type = "number")]
    pub written_gb: u64,
    /// GB of snapshots read.
    #[ts(type = "number")]
    pub read_gb: u64,
    /// GB-months of snapshots kept.
    #[ts(type = "number")]
    pub kept_gb_months: u64,
}

/// Lines of MicroVMs, which are arm only.
pub(crate) fn microvms(desk: Desk<'_>, used: &MicroVms) -> Result<Vec<Line>> {
    [
        ("vcpu", "Processors", Meter::LambdaMicrovmVcpu, used.vcpu_seconds),
        ("memory", "Memory", Meter::LambdaMicrovmMemory, used.gb_seconds),
        ("write", "Snapshots written", Meter::LambdaMicrovmWrite, used.written_gb),
        ("read", "Snapshots read", Meter::LambdaMicrovmRead, used.read_gb),
        ("storage", "Snapshots kept", Meter::LambdaMicrovmStorage, used.kept_gb_months),
    ]
    .into_iter()
    .map(|(name, label, meter, count)| {
        desk.charge(name, label, meter, Some(Architecture::Arm64), Quantity::exact(count))?.line()
    })
    .collect()
}
