//! The ghost line: the days of a month as they would have been. Numbers for drawing. Must not read prices but through
//! what was priced already.

use super::days::{self, number};
use super::movers::rough;
use super::period::Asked;
use super::what_if::{Case, Priced, amount};
use crate::api::{CostMonth, WhatIfGhost};
use crate::{App, Result};
use hearth_cost::{Day, Decimal, PriceBook};
use hearth_model::Grain;

/// Days of the month so far: each has the share of a month that its calls were, and its share of what is paid anyway.
pub(super) async fn ghost(
    app: &App,
    asked: &Asked,
    period: &CostMonth,
    book: &PriceBook,
    day: Day,
    cases: &[Case],
    priced: &[Priced],
) -> Result<WhatIfGhost> {
    let count = days::count(period.from_us, period.until_us);
    let length = Grain::Day.length().0;
    let mut ghost = WhatIfGhost {
        time: (0..count).map(|day| (period.from_us.0 + day as i64 * length) as f64 / 1e6).collect(),
        before: vec![0.0; count],
        after: vec![0.0; count],
        low: vec![0.0; count],
        high: vec![0.0; count],
    };
    let mut own: Vec<Vec<f64>> = cases.iter().map(|_| vec![0.0; count]).collect();
    let steps = app.store().usage_days(&asked.scope, period.from_us, period.until_us).await?;
    for step in steps.iter() {
        let place = usize::try_from((step.at_us - period.from_us).0.div_euclid(length)).unwrap_or(usize::MAX);
        let case = cases.iter().position(|case| case.id == step.function_id);
        if let Some(case) = case.filter(|_| place < count) {
            own[case][place] +=
                rough(book, day, &cases[case].pricing, std::slice::from_ref(&step.usage), &[]);
        }
    }
    let month_days = (period.to_us - period.from_us).0 as f64 / length as f64;
    for (days, priced) in own.iter().zip(priced) {
        let before = number(amount(&priced.before, false).0);
        let fixed = number(priced.after_fixed);
        let (best, low, high) = amount(&priced.after, priced.after_whole);
        let moving = |total: Decimal| {
            if before > 0.0 { (number(total) - fixed).max(0.0) / before } else { 0.0 }
        };
        let (best, low, high) = (moving(best), moving(low), moving(high));
        for (place, was) in days.iter().enumerate() {
            let over = ((period.until_us - period.from_us).0 as f64 / length as f64 - place as f64).min(1.0);
            let standing = fixed / month_days * over;
            ghost.before[place] += was;
            ghost.after[place] += standing + was * best;
            ghost.low[place] += standing + was * low;
            ghost.high[place] += standing + was * high;
        }
    }
    Ok(ghost)
}
