//! What comes with AWS functions and is easily forgotten: CloudWatch Logs, data out, NAT, IPv4, polling of metrics.
//! Owns these hidden lines; unknown stays unknown.

use super::terms::{Desk, known_or_unknown};
use crate::charge::Quantity;
use crate::error::Result;
use crate::line::{Basis, Line, LineKind};
use crate::meter::Meter;
use rust_decimal::Decimal;

/// CloudWatch Logs. Storage is what is compressed and kept.
pub(crate) fn logs(desk: Desk<'_>, ingested_gb: Option<Decimal>) -> Result<Line> {
    let free = if desk.terms.grants.others { desk.allowance(Meter::LogsFree) } else { Decimal::ZERO };
    match ingested_gb {
        None => Ok(not_told("logs", "Logs taken in", Meter::LogsIngest, "how much is logged is not known")),
        Some(quantity) => hidden(desk, "logs", "Logs taken in", Meter::LogsIngest, quantity, free),
    }
}

/// GB-months of logs kept.
pub(crate) fn log_storage(desk: Desk<'_>, kept_gb_months: Option<Decimal>) -> Result<Line> {
    match kept_gb_months {
        None => Ok(not_told(
            "log_storage",
            "Logs kept",
            Meter::LogsStorage,
            "how long logs are kept is not known",
        )),
        Some(quantity) => {
            hidden(desk, "log_storage", "Logs kept", Meter::LogsStorage, quantity, Decimal::ZERO)
        }
    }
}

/// Data to the internet. The 100 GB free each month are shared by all services of the account.
pub(crate) fn data_out(desk: Desk<'_>, gb: Option<Decimal>) -> Result<Line> {
    match gb {
        None => Ok(not_told(
            "egress",
            "Data out",
            Meter::InternetOut,
            "how much leaves to the internet is not known",
        )),
        Some(quantity) => hidden(desk, "egress", "Data out", Meter::InternetOut, quantity, Decimal::ZERO),
    }
}

/// A NAT gateway: its hours and what passes it.
pub(crate) fn nat(desk: Desk<'_>, gateways: Option<u32>, gb: Option<Decimal>) -> Result<Line> {
    match gateways {
        None => {
            let price = rate(desk, Meter::NatHour).zip(rate(desk, Meter::NatGb));
            let price = price.map(|(hour, gb)| format!("; one is ${hour} an hour and ${gb} a GB"));
            let why = format!("{NAT_UNKNOWN}{}", price.unwrap_or_default());
            Ok(not_told("nat", "NAT gateway", Meter::NatHour, &why))
        }
        Some(count) => {
            let hours = desk.terms.month.hours() * Decimal::from(count);
            let line = hidden(desk, "nat", "NAT gateway", Meter::NatHour, hours, Decimal::ZERO)?;
            let passing = hidden(desk, "nat", "NAT", Meter::NatGb, gb.unwrap_or_default(), Decimal::ZERO)?;
            Ok(merged(line, passing))
        }
    }
}

/// The public IPv4 address that each NAT gateway has, billed apart from it.
pub(crate) fn nat_ipv4(desk: Desk<'_>, gateways: Option<u32>) -> Result<Line> {
    const LABEL: &str = "Public IPv4 address of the NAT gateway";
    match gateways {
        None => {
            let price = rate(desk, Meter::PublicIpv4).map(|hour| format!("; one is ${hour} an hour"));
            let why = format!("{NAT_UNKNOWN}{}", price.unwrap_or_default());
            Ok(not_told("nat_ipv4", LABEL, Meter::PublicIpv4, &why))
        }
        Some(count) => {
            let hours = desk.terms.month.hours() * Decimal::from(count);
            hidden(desk, "nat_ipv4", LABEL, Meter::PublicIpv4, hours, Decimal::ZERO)
        }
    }
}

const NAT_UNKNOWN: &str = "whether it runs in a VPC that goes out through a NAT gateway is not known, since Hearth reads \
    no networks: `aws ec2 describe-nat-gateways` tells";

/// What a unit costs, where the book knows it.
fn rate(desk: Desk<'_>, meter: Meter) -> Option<Decimal> {
    Some(desk.row(meter, None).ok()?.unit_tiers().first()?.price.normalize())
}

/// Adds the steps of `more` to `line`, which stays in its own unit.
fn merged(mut line: Line, more: Line) -> Line {
    if more.quantity.is_some_and(|quantity| !quantity.is_zero()) {
        line.steps.extend(more.steps.into_iter().map(|mut step| {
            step.label = format!("{} GB passed", crate::words::quantity(step.quantity));
            step
        }));
        line.list = line.list.zip(more.list).map(|(one, other)| one + other);
        line.amount = line.amount.zip(more.amount).map(|(one, other)| one + other);
    }
    line
}

/// Public IPv4 addresses for the whole month.
pub(crate) fn ipv4(desk: Desk<'_>, addresses: u32, hours: Decimal) -> Result<Line> {
    hidden(
        desk,
        "ipv4",
        "Public IPv4 addresses",
        Meter::PublicIpv4,
        hours * Decimal::from(addresses),
        Decimal::ZERO,
    )
}

/// Hearth's own asking for metrics.
pub(crate) fn polling(desk: Desk<'_>, metrics: Option<u64>) -> Result<Line> {
    match metrics {
        None => Ok(not_told(
            "polling",
            "Hearth's polling",
            Meter::MetricData,
            "how many metrics Hearth will ask for is not known",
        )),
        Some(count) => hidden(
            desk,
            "polling",
            "Hearth's polling",
            Meter::MetricData,
            Decimal::from(count),
            Decimal::ZERO,
        ),
    }
}

/// Ingestion, storage and scans of logs as lines of their own.
pub(crate) fn log_bill(
    desk: Desk<'_>,
    ingest: Decimal,
    storage: Decimal,
    scan: Decimal,
) -> Result<Vec<Line>> {
    [
        ("ingest", "Logs taken in", Meter::LogsIngest, ingest),
        ("storage", "Logs kept", Meter::LogsStorage, storage),
        ("scan", "Logs searched", Meter::LogsScan, scan),
    ]
    .into_iter()
    .map(|(name, label, meter, quantity)| {
        let free = desk.terms.grants.others && meter != Meter::LogsScan;
        let free =
            if free && meter == Meter::LogsIngest { desk.allowance(Meter::LogsFree) } else { Decimal::ZERO };
        desk.charge(name, label, meter, None, Quantity::exact(quantity))?.free(free).line()
    })
    .collect()
}

fn hidden(
    desk: Desk<'_>,
    name: &'static str,
    label: &'static str,
    meter: Meter,
    quantity: Decimal,
    free: Decimal,
) -> Result<Line> {
    let line = desk
        .charge(name, label, meter, None, Quantity::exact(quantity))
        .and_then(|charge| charge.free(free).hidden().line());
    known_or_unknown(line, name, label, LineKind::Hidden, meter)
}

fn not_told(name: &str, label: &str, meter: Meter, why: &str) -> Line {
    let line = Line::unknown(name, label, LineKind::Hidden, meter.unit().name(), why);
    debug_assert_eq!(line.basis, Basis::Unknown, "unknown is never zero");
    line
}
