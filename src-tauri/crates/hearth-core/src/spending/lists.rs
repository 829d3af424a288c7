//! What each function has of its account's month so far at list prices: the light figure of lists and budgets, the same
//! as the Cost screen's. Must not know grants, steps or days.

use super::period::{Asked, Month};
use super::plans;
use super::stretch::months;
use super::taken::{Taken, take};
use crate::api::CostMonth;
use crate::{App, Result};
use hearth_cost::{Decimal, Metered, Provider, Stretch, list_month};
use hearth_model::{FunctionId, Micros};
use std::collections::HashMap;

/// Every function's share of this month, with the tiers of its account.
pub(crate) async fn lists(app: &App, asked: &Asked) -> Result<HashMap<FunctionId, Decimal>> {
    let now = app.now() + Micros(1);
    let month = Month::holding(now);
    let (from, _) = month.span(Provider::Aws)?;
    of(app, asked, month, &month.from(from, now)?).await
}

/// Every function's share from `from` until `to`, both at the start of a day of UTC; tiers begin anew with each month.
pub(crate) async fn lists_between(
    app: &App,
    asked: &Asked,
    from: Micros,
    to: Micros,
) -> Result<HashMap<FunctionId, Decimal>> {
    let mut lists: HashMap<FunctionId, Decimal> = HashMap::new();
    for (month, period) in months(from, to, app.now())? {
        for (id, list) in of(app, asked, month, &period).await? {
            *lists.entry(id).or_default() += list;
        }
    }
    Ok(lists)
}

async fn of(
    app: &App,
    asked: &Asked,
    month: Month,
    period: &CostMonth,
) -> Result<HashMap<FunctionId, Decimal>> {
    let Taken { days, by_account, .. } = take(app, asked, month, period).await?;
    let mut lists = HashMap::new();
    for stretches in by_account.into_values() {
        let mut items: Vec<Vec<Metered>> = Vec::with_capacity(days.len());
        for (days, used) in days.iter().zip(stretches) {
            let mut counted = Vec::new();
            for used in &used {
                let (id, running) = (used.id.as_str(), &used.running);
                counted.extend(plans::counted(id, &used.pricing, days.day, &used.sizes, running)?);
            }
            items.push(counted);
        }
        let stretches: Vec<Stretch<'_>> = days
            .iter()
            .zip(&items)
            .map(|(days, items)| Stretch { book: &days.book, day: days.day, items })
            .collect();
        lists.extend(list_month(&stretches)?.into_iter().map(|(id, list)| (FunctionId(id), list)));
    }
    Ok(lists)
}

/// What is asked for has of this month.
pub(crate) async fn list(app: &App, asked: &Asked) -> Result<Decimal> {
    let lists = lists(app, asked).await?;
    Ok(match &asked.only {
        Some(id) => lists.get(id).copied().unwrap_or_default(),
        None => lists.values().sum(),
    })
}
