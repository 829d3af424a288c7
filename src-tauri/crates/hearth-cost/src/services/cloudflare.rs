//! Cloudflare Workers, paid plan: a base, requests and processor time beyond what it includes. Source:
//! cloudflare-docs, Workers pricing (CC-BY-4.0).

use super::terms::Desk;
use crate::charge::Quantity;
use crate::error::Result;
use crate::line::{Line, LineKind};
use crate::meter::Meter;
use rust_decimal::Decimal;

/// The base of one month, requests and processor milliseconds. What the base includes is no grant that could be
/// left out: it was paid for.
pub(crate) fn workers(desk: Desk<'_>, requests: Decimal, cpu_ms: Quantity) -> Result<Vec<Line>> {
    let base = desk.charge("base", "Base", Meter::WorkersBase, None, Quantity::exact(1))?;
    let count = Quantity::exact(requests);
    let requests = desk.charge("requests", "Requests", Meter::WorkersRequests, None, count)?;
    let cpu = desk.charge("cpu", "Processor time", Meter::WorkersCpu, None, cpu_ms)?;
    Ok(vec![
        base.line()?,
        requests.free(desk.allowance(Meter::WorkersIncludedRequests)).line()?,
        cpu.free(desk.allowance(Meter::WorkersIncludedCpu)).line()?,
    ])
}

/// Data out is free; logs and stored values are not known.
pub(crate) fn neighbours() -> Vec<Line> {
    vec![Line::unknown(
        "bindings",
        "KV, Durable Objects, logs",
        LineKind::Hidden,
        "month",
        "billed apart and not known to Hearth",
    )]
}
