//! What everybody used in a month or a part of it, by account and by the days that share prices, read from the rollups
//! of the ledger in a handful of queries. Must not add up money.

use super::bill::Used;
use super::period::{Asked, Month};
use super::plans::{self, Pricing, pricing, provider};
use super::prices::{PricedDays, priced_days};
use super::running::{Running, Services, services};
use crate::api::CostMonth;
use crate::{App, Result};
use hearth_cost::{Currency, Day, PriceBook, Provider};
use hearth_model::{FunctionId, Micros};
use hearth_store::{Scope, SizedUsage};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What was used.
pub(super) struct Taken {
    /// The days that share prices.
    pub(super) days: Vec<PricedDays>,
    /// What the functions of an account used in each of them.
    pub(super) by_account: BTreeMap<String, Vec<Vec<Used>>>,
    /// Functions whose region or plan has no price.
    pub(super) unpriced: Vec<String>,
    /// Services with the tasks that they ran, in this month and before.
    pub(super) services: Services,
}

/// Reads what was used in a month or a part of it.
pub(super) async fn take(app: &App, asked: &Asked, month: Month, period: &CostMonth) -> Result<Taken> {
    let region = app.settings().price_region;
    let services = services(app, asked).await?;
    let days = priced_days(
        &app.price_books(),
        &pricings(asked, &region),
        period.from_us,
        period.until_us.min(period.to_us),
    );
    let placed: BTreeMap<&FunctionId, _> =
        asked.functions.iter().map(|function| (&function.id, function)).collect();
    let (mut by_account, mut unpriced) = (BTreeMap::<String, Vec<Vec<Used>>>::new(), BTreeSet::new());
    for (place, stretch) in days.iter().enumerate() {
        let to = if place + 1 == days.len() { period.to_us } else { stretch.to };
        let mut running = services.between(stretch.from, to.min(period.until_us));
        let mut used = sized(app, asked, month, (stretch.from, to), period.until_us).await?;
        for id in running.keys() {
            used.entry(id.clone()).or_default();
        }
        for (id, sizes) in used {
            let Some(function) = placed.get(&id) else { continue };
            let pricing = pricing(function, &region);
            let running = running.remove(&id).unwrap_or_default();
            if has_prices(&stretch.book, stretch.day, &pricing, &sizes, &running) {
                let account = by_account.entry(function.account.clone());
                let stretches = account.or_insert_with(|| days.iter().map(|_| Vec::new()).collect());
                stretches[place].push(Used { id, pricing, sizes, running });
            } else {
                let yuan = stretch.book.price(
                    hearth_cost::Meter::LambdaRequests,
                    &pricing.region,
                    None,
                    stretch.day,
                );
                let why = if pricing.plan == hearth_cost::Plan::LambdaOnDemand
                    && yuan.is_ok_and(|row| row.currency != Currency::Usd)
                {
                    " (paid in yuan, which are not added to dollars; what-if tells it)".to_owned()
                } else if pricing.plan.bills_servers() {
                    format!(" ({} bills servers, and how many there were is unknown)", pricing.plan.words())
                } else {
                    String::new()
                };
                unpriced.insert(format!("{} in {}{why}", function.name, pricing.region));
            }
        }
    }
    Ok(Taken { days, by_account, unpriced: unpriced.into_iter().collect(), services })
}

/// Every way in which functions are priced, each once.
fn pricings(asked: &Asked, region: &str) -> Vec<Pricing> {
    let mut pricings: Vec<Pricing> = Vec::new();
    for function in &asked.functions {
        let pricing = pricing(function, region);
        if !pricings.contains(&pricing) {
            pricings.push(pricing);
        }
    }
    pricings
}

/// What every function used in a month or a part of it, by size, in the order of ids. Google's month begins and ends some
/// hours later; a part that begins or ends within the month does so at the same instant everywhere.
pub(crate) async fn sized(
    app: &App,
    asked: &Asked,
    month: Month,
    (from, to): (Micros, Micros),
    until: Micros,
) -> Result<BTreeMap<FunctionId, Vec<SizedUsage>>> {
    let region = app.settings().price_region;
    let mut later: Vec<&str> = asked
        .functions
        .iter()
        .filter(|function| provider(pricing(function, &region).plan) == Provider::Gcp)
        .map(|function| function.account.as_str())
        .collect();
    later.sort_unstable();
    later.dedup();
    let of_later: HashSet<&FunctionId> = asked
        .functions
        .iter()
        .filter(|function| later.contains(&function.account.as_str()))
        .map(|function| &function.id)
        .collect();
    let mut used: BTreeMap<FunctionId, Vec<SizedUsage>> = BTreeMap::new();
    for (id, sized) in app.store().usage_by_size(&asked.billed, from, to.min(until)).await? {
        if !of_later.contains(&id) {
            used.entry(id).or_default().push(sized);
        }
    }
    let (begins, ends) = month.span(Provider::Aws)?;
    let (later_begins, later_ends) = month.span(Provider::Gcp)?;
    let over = until >= to;
    let from = if from <= begins { later_begins } else { from };
    let to = if to >= ends { later_ends } else { to };
    for account in later {
        let scope = Scope::Account(account.to_owned());
        // The last hours of the month of a bill that is over lie after the month of UTC.
        let to = if over { to } else { to.min(until) };
        for (id, sized) in app.store().usage_by_size(&scope, from, to.max(from)).await? {
            used.entry(id).or_default().push(sized);
        }
    }
    Ok(used)
}

/// Whether everything that one size counts has a price in dollars, the only currency of bills here; sizes of a function differ in their processors only.
fn has_prices(
    book: &PriceBook,
    day: Day,
    pricing: &Pricing,
    sizes: &[SizedUsage],
    running: &[Running],
) -> bool {
    let known = |sizes: &[SizedUsage], running: &[Running]| {
        plans::counted("", pricing, day, sizes, running).is_ok_and(|items| {
            items.iter().all(|item| {
                book.price(item.meter, &item.region, item.architecture, day)
                    .is_ok_and(|row| row.currency == Currency::Usd)
            })
        })
    };
    let mut seen: Vec<(hearth_model::Architecture, bool)> = Vec::new();
    sizes.iter().all(|sized| {
        let kind = (sized.architecture, sized.storage_mb_ms > 0);
        seen.contains(&kind) || {
            seen.push(kind);
            known(std::slice::from_ref(sized), &[])
        }
    }) && known(&[], running)
}
