//! Google Cloud Run and first-generation Cloud Functions. Owns how they count and that grants are deducted as money
//! at the price of tier 1. Sources: cloud.google.com/run/pricing, firebase-tools (MIT).

use super::terms::Desk;
use crate::charge::{Charge, MoneyGrant, Quantity};
use crate::error::Result;
use crate::line::{Line, LineKind};
use crate::meter::Meter;
use rust_decimal::Decimal;

/// How Cloud Run bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunMode {
    /// While a request runs.
    Request,
    /// As long as an instance is there; no request fee.
    Instance,
    /// An idle instance that is kept as a minimum.
    Idle,
}

/// What Cloud Run bills.
pub(crate) struct Run {
    pub(crate) mode: RunMode,
    pub(crate) vcpu_seconds: Quantity,
    pub(crate) gib_seconds: Quantity,
    pub(crate) requests: Decimal,
}

/// Processors, memory and, by request, requests.
pub(crate) fn run(desk: Desk<'_>, used: &Run) -> Result<Vec<Line>> {
    let (cpu, memory, free_cpu, free_memory, active_cpu, active_memory) = match used.mode {
        RunMode::Request => (
            Meter::RunRequestCpu,
            Meter::RunRequestMemory,
            Meter::RunFreeRequestVcpuSeconds,
            Meter::RunFreeRequestGbSeconds,
            Meter::RunRequestCpu,
            Meter::RunRequestMemory,
        ),
        RunMode::Instance => (
            Meter::RunInstanceCpu,
            Meter::RunInstanceMemory,
            Meter::RunFreeInstanceVcpuSeconds,
            Meter::RunFreeInstanceGbSeconds,
            Meter::RunInstanceCpu,
            Meter::RunInstanceMemory,
        ),
        // The grant of idle instances is that of requests, valued at the price of active time.
        RunMode::Idle => (
            Meter::RunIdleCpu,
            Meter::RunIdleMemory,
            Meter::RunFreeRequestVcpuSeconds,
            Meter::RunFreeRequestGbSeconds,
            Meter::RunRequestCpu,
            Meter::RunRequestMemory,
        ),
    };
    let compute = &desk.terms.grants.compute;
    let grant = |allowance, priced| money(desk, compute.units(desk.allowance(allowance)), priced);
    let mut lines = vec![
        desk.charge("cpu", "Processors", cpu, None, used.vcpu_seconds)?
            .money(grant(free_cpu, active_cpu)?)
            .line()?,
        desk.charge("memory", "Memory", memory, None, used.gib_seconds)?
            .money(grant(free_memory, active_memory)?)
            .line()?,
    ];
    if used.mode == RunMode::Request {
        let free = desk.terms.grants.requests.units(desk.allowance(Meter::RunFreeRequests));
        let count = Quantity::exact(used.requests);
        let charge = desk.charge("requests", "Requests", Meter::RunRequests, None, count)?;
        lines.push(charge.money(money(desk, free, Meter::RunRequests)?).line()?);
    }
    Ok(lines)
}

/// Data out to the internet from North America; the first GiB is the price's own grant.
pub(crate) fn run_data_out(desk: Desk<'_>, gib: Decimal) -> Result<Line> {
    let row = desk.book.price(Meter::RunEgress, "north-america", None, desk.terms.day)?;
    Charge::new(desk.book, row, "egress", "Data out", Quantity::exact(gib))
        .grants(desk.terms.grants.others)
        .note("the price of data out of North America")
        .line()
}

/// What first-generation functions bill.
pub(crate) struct Gen1 {
    pub(crate) invocations: Decimal,
    pub(crate) ghz_seconds: Quantity,
    pub(crate) gb_seconds: Quantity,
    /// Whether the instances are kept idle as a minimum: a lower price of processors.
    pub(crate) idle: bool,
}

/// Invocations, processors and memory.
pub(crate) fn gen1(desk: Desk<'_>, used: &Gen1) -> Result<Vec<Line>> {
    let compute = &desk.terms.grants.compute;
    let cpu = if used.idle { Meter::Gen1IdleCpu } else { Meter::Gen1Cpu };
    let free = |allowance, priced| money(desk, compute.units(desk.allowance(allowance)), priced);
    let mut lines = vec![
        desk.charge("cpu", "Processors", cpu, None, used.ghz_seconds)?
            .money(free(Meter::Gen1FreeGhzSeconds, Meter::Gen1Cpu)?)
            .line()?,
        desk.charge("memory", "Memory", Meter::Gen1Memory, None, used.gb_seconds)?
            .money(free(Meter::Gen1FreeGbSeconds, Meter::Gen1Memory)?)
            .line()?,
    ];
    if !used.idle {
        let units = desk.terms.grants.requests.units(desk.allowance(Meter::Gen1FreeRequests));
        let count = Quantity::exact(used.invocations);
        let charge = desk.charge("invocations", "Invocations", Meter::Gen1Invocations, None, count)?;
        lines.push(charge.money(money(desk, units, Meter::Gen1Invocations)?).line()?);
    }
    Ok(lines)
}

/// Data out of first-generation functions.
pub(crate) fn gen1_data_out(desk: Desk<'_>, gb: Decimal) -> Result<Line> {
    let free = if desk.terms.grants.others { desk.allowance(Meter::Gen1FreeEgress) } else { Decimal::ZERO };
    desk.charge("egress", "Data out", Meter::Gen1Egress, None, Quantity::exact(gb))?.free(free).line()
}

/// Logs and builds, which nobody counts here.
pub(crate) fn neighbours() -> Vec<Line> {
    vec![
        Line::unknown(
            "logs",
            "Cloud Logging",
            LineKind::Hidden,
            "GB",
            "no price of Cloud Logging is in the price book",
        ),
        Line::unknown(
            "builds",
            "Builds and images",
            LineKind::Hidden,
            "month",
            "Cloud Build and Artifact Registry are billed apart and not known to Hearth",
        ),
        Line::unknown(
            "polling",
            "Hearth's polling",
            LineKind::Hidden,
            "request",
            "no price of questions to Cloud Monitoring is in the price book",
        ),
    ]
}

/// A grant of `units` at the price of tier 1, whatever the region.
fn money(desk: Desk<'_>, units: Decimal, meter: Meter) -> Result<Option<MoneyGrant>> {
    if units.is_zero() {
        return Ok(None);
    }
    let row = desk.book.price(meter, "tier1", None, desk.terms.day)?;
    Ok(Some(MoneyGrant { units, rate: row.unit_tiers()[0].price }))
}
