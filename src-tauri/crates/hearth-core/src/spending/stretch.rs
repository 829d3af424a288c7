//! A stretch of days that may begin and end anywhere: a bill for each month that it touches, since tiers begin anew and
//! grants are given once a month. Must not know how it is shown.

use super::days::Daily;
use super::ledger::{self, Ledger};
use super::period::{Asked, Month};
use crate::api::CostMonth;
use crate::{App, Result};
use hearth_cost::Provider;
use hearth_model::{FunctionId, Micros};
use std::collections::HashMap;

/// One month of a stretch, or the part of it that is asked for.
pub(crate) struct Piece {
    pub(crate) period: CostMonth,
    pub(crate) ledger: Ledger,
    /// Every function's days, from the period's first.
    pub(crate) daily: HashMap<FunctionId, Daily>,
    /// So many.
    pub(crate) days: usize,
}

/// Bills from `from` until `to`, both at the start of a day of UTC; nothing after now.
pub(crate) async fn stretch(app: &App, asked: &Asked, from: Micros, to: Micros) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for (month, period) in months(from, to, app.now())? {
        let ledger = ledger::read(app, asked, month, &period).await?;
        let (days, daily) = ledger.daily(app, &asked.billed, &period).await?;
        pieces.push(Piece { period, ledger, daily, days });
    }
    Ok(pieces)
}

/// The months that a stretch touches, each with the part of it that is asked for.
pub(super) fn months(from: Micros, to: Micros, now: Micros) -> Result<Vec<(Month, CostMonth)>> {
    let mut months = Vec::new();
    let mut at = from;
    while at < to.min(now) {
        let month = Month::holding(at);
        let end = month.span(Provider::Aws)?.1.min(to);
        let period = CostMonth {
            name: month.name(),
            from_us: at,
            to_us: end,
            until_us: end.min(now),
            current: now < end,
            months: Vec::new(),
        };
        months.push((month, period));
        at = end;
    }
    Ok(months)
}
