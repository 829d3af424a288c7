//! From quantities to dollars, through hearth-cost, each with the prices of its day. Must not know SQL; holds no price
//! itself.

use crate::spending::{PricedDays, Pricing, gb_seconds, priced_days};
use crate::{App, Result};
use hearth_cost::{
    Cost, Decimal, MemoryTime, Meter, Metered, Plan, PriceBook, Receipt, Stretch, Usage, list_month,
};
use hearth_model::{
    Architecture, FunctionId, FunctionRecord, Grain, Invocation, InvocationSource, Micros, Outcome, Phases,
    RequestId, ServerStart, billed_milliseconds,
};
use hearth_store::{DEMO_ACCOUNT_PREFIX, Figures, Scope, UsedQuantities};
use std::collections::{BTreeMap, HashMap};

/// What was used at one time would cost on AWS at list price, at the first tier.
pub(crate) fn cost(book: &PriceBook, region: &str, used: &UsedQuantities) -> Result<Cost> {
    let usage = Usage {
        requests: used.requests,
        x86_64: MemoryTime { compute_mb_ms: used.x86_compute_mb_ms, init_mb_ms: used.x86_init_mb_ms },
        arm64: MemoryTime { compute_mb_ms: used.arm_compute_mb_ms, init_mb_ms: used.arm_init_mb_ms },
    };
    Ok(hearth_cost::cost_of(book, region, &usage)?)
}

/// What a scope used would cost on AWS at list price and the first tier, hour by hour.
pub(crate) async fn cost_between(app: &App, scope: &Scope, from: Micros, to: Micros) -> Result<Decimal> {
    let (books, region) = (app.price_books(), app.price_region());
    let mut sum = Decimal::ZERO;
    for (at, used) in app.store().used_by_step(scope, from, to, Grain::Hour).await? {
        sum += cost(books.for_day(crate::spending::day_of(at)), &region, &used)?.total();
    }
    Ok(sum)
}

/// A month, or the part of it that is over, as days that share prices of AWS.
fn month_days(app: &App, from: Micros, to: Micros) -> Vec<PricedDays> {
    let pricing = Pricing { plan: Plan::LambdaOnDemand, region: app.price_region(), paid: false };
    priced_days(&app.price_books(), &[pricing], from, to)
}

/// What each function of a scope has of its account's month at the list prices of AWS, with the account's tiers.
pub(crate) async fn month_by_function(
    app: &App,
    scope: &Scope,
    from: Micros,
    to: Micros,
) -> Result<HashMap<FunctionId, Decimal>> {
    let (days, region) = (month_days(app, from, to), app.price_region());
    let mut accounts: BTreeMap<String, Vec<Vec<Metered>>> = BTreeMap::new();
    for (place, stretch) in days.iter().enumerate() {
        for usage in app.store().usage_by_function(scope, stretch.from, stretch.to).await? {
            let account = accounts.entry(usage.account).or_insert_with(|| vec![Vec::new(); days.len()]);
            count(&mut account[place], usage.function_id.as_str(), &region, &usage.used);
        }
    }
    let mut lists = HashMap::new();
    for items in accounts.into_values() {
        lists.extend(priced(&days, &items)?.into_iter().map(|(id, list)| (FunctionId(id), list)));
    }
    Ok(lists)
}

/// What a scope has of its accounts' month at the list prices of AWS, with the tiers of each account.
pub(crate) async fn month(app: &App, scope: &Scope, from: Micros, to: Micros) -> Result<Decimal> {
    let (accounts, function): (Vec<String>, Option<&FunctionId>) = match scope {
        Scope::Account(id) => (vec![id.clone()], None),
        Scope::Function(id) => {
            let placed = app.store().placed_functions(scope).await?;
            (placed.into_iter().map(|function| function.account).collect(), Some(id))
        }
        Scope::All | Scope::Demo => {
            let names = app.store().account_names().await?;
            let demo = *scope == Scope::Demo;
            let shown = |(id, _): &(String, String)| id.starts_with(DEMO_ACCOUNT_PREFIX) == demo;
            (names.into_iter().filter(shown).map(|(id, _)| id).collect(), None)
        }
    };
    let (days, region) = (month_days(app, from, to), app.price_region());
    let mut sum = Decimal::ZERO;
    for account in accounts {
        let mut items = vec![Vec::new(); days.len()];
        for (stretch, items) in days.iter().zip(&mut items) {
            let account = Scope::Account(account.clone());
            let mut rest = used(app, &account, stretch).await?;
            if function.is_some() {
                let own = used(app, scope, stretch).await?;
                count(items, "own", &region, &own);
                rest.take(&own);
                count(items, "others", &region, &rest);
            } else {
                count(items, "own", &region, &rest);
            }
        }
        sum += priced(&days, &items)?.get("own").copied().unwrap_or_default();
    }
    Ok(sum)
}

async fn used(app: &App, scope: &Scope, days: &PricedDays) -> Result<UsedQuantities> {
    let mut sum = UsedQuantities::default();
    for (_, used) in app.store().used_by_step(scope, days.from, days.to, Grain::Day).await? {
        sum.add(&used);
    }
    Ok(sum)
}

fn priced(days: &[PricedDays], items: &[Vec<Metered>]) -> Result<BTreeMap<String, Decimal>> {
    let stretches: Vec<Stretch<'_>> = days
        .iter()
        .zip(items)
        .map(|(days, items)| Stretch { book: &days.book, day: days.day, items })
        .collect();
    Ok(list_month(&stretches)?)
}

fn count(items: &mut Vec<Metered>, function: &str, region: &str, used: &UsedQuantities) {
    let x86 = gb_seconds(used.x86_compute_mb_ms + used.x86_init_mb_ms);
    let arm = gb_seconds(used.arm_compute_mb_ms + used.arm_init_mb_ms);
    for (meter, architecture, quantity) in [
        (Meter::LambdaRequests, None, Decimal::from(used.requests)),
        (Meter::LambdaDuration, Some(Architecture::X86_64), x86),
        (Meter::LambdaDuration, Some(Architecture::Arm64), arm),
    ] {
        if !quantity.is_zero() {
            let (function, region) = (function.to_owned(), region.to_owned());
            items.push(Metered { function, meter, region, architecture, quantity });
        }
    }
}

/// The price of a warm call that takes the median time; none without calls.
pub(crate) fn typical_receipt(
    app: &App,
    function: &FunctionRecord,
    figures: &Figures,
) -> Result<Option<Receipt>> {
    let Some(median) = figures.p50 else { return Ok(None) };
    let invoke_us = Micros(median.round() as i64);
    let typical = Invocation {
        request_id: RequestId::from("typical"),
        function_id: function.id.clone(),
        function_name: function.name.clone(),
        version: function.version,
        environment_id: None,
        environment_number: None,
        started_us: app.now(),
        outcome: Outcome::Succeeded,
        start: ServerStart::Warm,
        phases: Phases { invoke_us, ..Phases::default() },
        billed_ms: billed_milliseconds(Micros::ZERO, invoke_us),
        memory_mb: function.configuration.memory_mb,
        max_memory_mb: 0,
        architecture: function.configuration.architecture,
        event_bytes: 0,
        response_bytes: 0,
        error_type: None,
        error_message: None,
        source: InvocationSource::Test,
    };
    Ok(Some(hearth_cost::receipt(&app.prices(), &app.settings().price_region, &typical)?))
}
