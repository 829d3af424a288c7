//! AWS Lambda on demand and with provisioned concurrency. Owns which quantities these bill and in which order
//! grants and tiers apply. Source: aws.amazon.com/lambda/pricing.

use super::gb_seconds;
use super::terms::{Desk, known_or_unknown};
use crate::billing::{Plan, billed_memory_mb};
use crate::charge::Quantity;
use crate::error::{Result, usage};
use crate::line::{Line, LineKind};
use crate::meter::Meter;
use crate::words;
use hearth_model::Architecture;
use rust_decimal::Decimal;

/// MB of ephemeral storage that come with every environment.
pub(crate) const FREE_EPHEMERAL_MB: u32 = 512;

/// What on-demand Lambda bills.
pub(crate) struct OnDemand {
    pub(crate) requests: Decimal,
    /// Billed milliseconds of all requests together.
    pub(crate) billed_ms: Quantity,
    pub(crate) memory_mb: u32,
    pub(crate) ephemeral_mb: u32,
    pub(crate) architecture: Architecture,
}

/// Requests, duration and ephemeral storage.
pub(crate) fn on_demand(desk: Desk<'_>, used: &OnDemand) -> Result<Vec<Line>> {
    let memory_mb = billed_memory_mb(Plan::LambdaOnDemand, used.memory_mb)?;
    let label = format!("Duration, {}, {}", architecture(used.architecture), words::memory(memory_mb));
    let quantity = gb_seconds(used.billed_ms, Decimal::from(memory_mb))?;
    let duration = desk
        .charge("duration", label, Meter::LambdaDuration, Some(used.architecture), quantity)?
        .free(desk.terms.grants.compute.units(desk.allowance(Meter::LambdaFreeGbSeconds)))
        .savings(desk.terms.savings_plan.as_ref())
        .line()?;
    let mut lines = vec![requests(desk, used.requests)?, duration];
    lines.extend(ephemeral(desk, used.billed_ms, used.ephemeral_mb)?);
    Ok(lines)
}

/// The line of requests.
pub(crate) fn requests(desk: Desk<'_>, count: Decimal) -> Result<Line> {
    desk.charge("requests", "Requests", Meter::LambdaRequests, None, Quantity::exact(count))?
        .free(desk.terms.grants.requests.units(desk.allowance(Meter::LambdaFreeRequests)))
        .line()
}

/// Storage above 512 MB, for as long as a request runs, whatever its memory; none without it.
pub(crate) fn ephemeral(desk: Desk<'_>, billed_ms: Quantity, ephemeral_mb: u32) -> Result<Option<Line>> {
    if !(FREE_EPHEMERAL_MB..=10_240).contains(&ephemeral_mb) {
        return usage(format!("Lambda has 512 to 10240 MB of ephemeral storage, not {ephemeral_mb} MB"));
    }
    if ephemeral_mb == FREE_EPHEMERAL_MB {
        return Ok(None);
    }
    let label = format!("Ephemeral storage, {}", words::memory(ephemeral_mb));
    let quantity = gb_seconds(billed_ms, Decimal::from(ephemeral_mb - FREE_EPHEMERAL_MB))?;
    let line = desk
        .charge("ephemeral", label.as_str(), Meter::LambdaEphemeral, None, quantity)
        .and_then(crate::charge::Charge::line);
    known_or_unknown(line, "ephemeral", &label, LineKind::Service, Meter::LambdaEphemeral).map(Some)
}

/// What provisioned concurrency bills. Requests beyond it are on demand and belong in [`OnDemand`].
pub(crate) struct Provisioned {
    /// Environments kept ready.
    pub(crate) concurrency: Decimal,
    /// For how long, in seconds; rounded up to five minutes.
    pub(crate) seconds: Decimal,
    /// Requests that they answered.
    pub(crate) requests: Decimal,
    /// Billed milliseconds of those.
    pub(crate) billed_ms: Quantity,
    pub(crate) memory_mb: u32,
    pub(crate) architecture: Architecture,
}

/// What being ready costs, called or not.
pub(crate) fn kept_ready(
    desk: Desk<'_>,
    concurrency: Decimal,
    seconds: Decimal,
    memory_mb: u32,
    arch: Architecture,
) -> Result<Line> {
    let billed_mb = Decimal::from(billed_memory_mb(Plan::LambdaProvisioned, memory_mb)?);
    let five_minutes = Decimal::from(300);
    let seconds = (seconds / five_minutes).ceil() * five_minutes;
    let milliseconds = Quantity::exact(seconds).times(Decimal::ONE_THOUSAND)?.times(concurrency)?;
    desk.charge(
        "pc",
        format!("Provisioned concurrency, {}, {}", architecture(arch), words::memory(memory_mb)),
        Meter::LambdaProvisioned,
        Some(arch),
        gb_seconds(milliseconds, billed_mb)?,
    )?
    .savings(desk.terms.savings_plan.as_ref())
    .line()
}

/// Configured concurrency, its duration and its requests. The free tier does not apply.
pub(crate) fn provisioned(desk: Desk<'_>, used: &Provisioned) -> Result<Vec<Line>> {
    let memory_mb = Decimal::from(billed_memory_mb(Plan::LambdaProvisioned, used.memory_mb)?);
    let named = format!("{}, {}", architecture(used.architecture), words::memory(used.memory_mb));
    let plan = desk.terms.savings_plan.as_ref();
    let kept = kept_ready(desk, used.concurrency, used.seconds, used.memory_mb, used.architecture)?;
    let duration = desk
        .charge(
            "pc_duration",
            format!("Duration on provisioned concurrency, {named}"),
            Meter::LambdaProvisionedDuration,
            Some(used.architecture),
            gb_seconds(used.billed_ms, memory_mb)?,
        )?
        .savings(plan)
        .line()?;
    let requests = desk
        .charge("requests", "Requests", Meter::LambdaRequests, None, Quantity::exact(used.requests))?
        .line()?;
    Ok(vec![kept, duration, requests])
}

/// An architecture as people say it.
pub(crate) fn architecture(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86",
        Architecture::Arm64 => "arm64",
    }
}
