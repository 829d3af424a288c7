//! A server of one's own: what a person says it costs and can do. Owns that arithmetic; has no price of its own.

use crate::error::{Result, usage};
use crate::line::{Line, LineKind, Step};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A server as its owner describes it. Money is in US dollars.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnServer {
    /// Rent, or price divided by the months it lasts, for each month.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub monthly: Decimal,
    /// How many servers.
    pub count: u32,
    /// Average power in watts; 0 when rent includes it.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub watts: Decimal,
    /// Price of a kWh.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub kwh: Decimal,
    /// Hours a month that somebody looks after it.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub admin_hours: Decimal,
    /// What such an hour costs.
    #[serde(with = "rust_decimal::serde::str")]
    #[ts(type = "string")]
    pub admin_hour: Decimal,
    /// Requests that one server runs at the same time; none when not known.
    pub concurrency: Option<u32>,
}

/// Rent, power and work of one month of `hours`.
pub(crate) fn lines(server: &OwnServer, hours: Decimal) -> Result<Vec<Line>> {
    for (what, value) in [
        ("monthly price", server.monthly),
        ("power", server.watts),
        ("price of a kWh", server.kwh),
        ("hours of work", server.admin_hours),
        ("price of an hour", server.admin_hour),
    ] {
        if value.is_sign_negative() && !value.is_zero() {
            return usage(format!("the {what} of a server cannot be negative: {value}"));
        }
    }
    let count = Decimal::from(server.count.max(1));
    let energy = server.watts / Decimal::ONE_THOUSAND * hours * count;
    Ok(vec![
        Line::entered(
            "server",
            "Servers",
            "month",
            vec![Step::new("rent or share of the price", count, server.monthly)?],
        ),
        Line::entered("power", "Power", "kWh", vec![Step::new("all", energy, server.kwh)?]).hidden(),
        Line::entered(
            "admin",
            "Work",
            "hour",
            vec![Step::new("all", server.admin_hours, server.admin_hour)?],
        )
        .hidden(),
        Line::unknown(
            "spare",
            "Spare parts and failures",
            LineKind::Hidden,
            "month",
            "a second server, backups and failures are not known to Hearth",
        ),
    ])
}
