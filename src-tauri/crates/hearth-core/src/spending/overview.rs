//! A month of a scope: what was spent, where it ends, by account, function and meter. Owns how shares become the rows
//! of the Cost screen.

use super::assumptions::assumptions;
use super::bounds;
use super::days::{self, Daily, Named, number};
use super::flags::flags;
use super::forecast::{Outlook, TooLittle, outlook};
use super::hidden::hidden;
use super::ledger::{self, Ledger};
use super::movers::{Compared, movers, percent, rough};
use super::period::{Asked, Month, account_names, asked, month};
use super::plans;
use super::prices::{price_source, when};
use super::running::Running;
use super::sums::{Sums, plain};
use super::taken;
use crate::api::{CostAccount, CostForecast, CostFunction, CostMeter, CostMonth, CostOverview, CostQuery};
use crate::{App, Result};
use hearth_cost::{Decimal, Provider};
use hearth_model::{FunctionId, Grain, Micros};
use hearth_store::{Scope, SizedUsage, UsedQuantities};
use std::collections::HashMap;

/// Days whose hours a forecast learns from.
const LEARNT_DAYS: i64 = 56;

pub(crate) async fn overview(app: &App, request: CostQuery) -> Result<CostOverview> {
    app.store().settled().await?;
    let asked = asked(app, &request.scope).await?;
    let (month, period) = month(app, &asked, request.month.as_deref()).await?;
    let ledger = ledger::read(app, &asked, month, &period).await?;
    let (days, daily) = ledger.daily(app, &asked.billed, &period).await?;
    let flags = flags(app.store().version_changes(&asked.scope, period.from_us, period.until_us).await?);
    let rows = rows(app, &ledger, &asked, month, &period, &daily).await?;
    let mut all = Sums::default();
    for row in &rows {
        all.add(&ledger.sums[&row.function_id]);
    }
    let named: Vec<Named<'_>> = rows
        .iter()
        .map(|row| Named {
            id: &row.function_id,
            name: &row.name,
            account: &row.account,
            account_name: ledger.placed.get(&row.function_id).map_or("", |placed| &placed.account_name),
        })
        .collect();
    let columns = days::columns(&daily, &named, period.from_us, days);
    let elapsed = elapsed_days(&period);
    let compared: Vec<Compared<'_>> = rows
        .iter()
        .map(|row| {
            let a_day = number(ledger.sums[&row.function_id].list) / elapsed;
            Compared {
                id: &row.function_id,
                name: &row.name,
                days: &row.days_usd,
                a_day,
                before_a_day: row.change_percent.map(|percent| a_day / (1.0 + percent / 100.0)),
            }
        })
        .collect();
    let before_name = month.before().last_day().strftime("%B").to_string();
    let only = asked.only.as_ref();
    let accounts = accounts(&ledger, only);
    let providers = accounts.iter().map(|account| account.provider.as_str());
    let price_source = price_source(&ledger.book, providers);
    Ok(CostOverview {
        demo: asked.demo,
        cost: all.amount(),
        parts: all.parts(),
        requests: rows.iter().map(|row| row.requests).sum(),
        cold_starts: rows.iter().map(|row| row.cold_starts).sum(),
        forecast: forecast(app, &asked.scope, &period, &all, ledger.always_on_a_day(only, &period)).await?,
        movers: movers(&compared, &flags, period.from_us, &before_name),
        scopes: account_names(app).await?,
        accounts,
        meters: meters(&ledger, only),
        hidden: hidden(&ledger, only)?,
        days: columns,
        flags,
        assumptions: assumptions(&[&ledger], asked.only.as_ref()),
        price_date: ledger.book.date().to_owned(),
        price_source,
        functions: rows,
        month: period,
    })
}

/// Days of the month that are over, the current one in part; never nothing.
fn elapsed_days(period: &CostMonth) -> f64 {
    ((period.until_us - period.from_us).0.max(1) as f64 / Grain::Day.length().0 as f64).max(1.0 / 24.0)
}

/// The rows by function, dearest first; only those that are shown.
pub(crate) async fn rows(
    app: &App,
    ledger: &Ledger,
    asked: &Asked,
    month: Month,
    period: &CostMonth,
    daily: &HashMap<FunctionId, Daily>,
) -> Result<Vec<CostFunction>> {
    let before = month.before();
    let (before_from, before_to) = before.span(Provider::Aws)?;
    let earlier = taken::sized(app, asked, before, (before_from, before_to), before_to).await?;
    let ran = ledger.services.between(before_from, before_to);
    let first = app.store().first_usage(&asked.billed).await?.unwrap_or(before_from);
    let before_days = (before_to - before_from.max(first)).0 as f64 / Grain::Day.length().0 as f64;
    let elapsed = elapsed_days(period);
    let mut rows = Vec::new();
    for account in &ledger.accounts {
        for used in &account.used {
            if asked.only.as_ref().is_some_and(|only| *only != used.id) {
                continue;
            }
            let Some(sums) = ledger.sums.get(&used.id) else { continue };
            let counts = ledger.counts.get(&used.id);
            let priced = |sizes: &[SizedUsage], running: &[Running]| {
                rough(&ledger.book, ledger.day, &used.pricing, sizes, running)
            };
            let earlier = match (earlier.get(&used.id), ran.get(&used.id)) {
                (None, None) => None,
                (sizes, running) => {
                    let dollars =
                        priced(sizes.map_or(&[][..], Vec::as_slice), running.map_or(&[][..], Vec::as_slice));
                    Some(dollars / before_days.max(1.0 / 24.0))
                }
            };
            let now = priced(&used.sizes, &used.running) / elapsed;
            rows.push(CostFunction {
                function_id: used.id.clone(),
                name: ledger
                    .placed
                    .get(&used.id)
                    .map_or_else(|| used.id.to_string(), |placed| placed.name.clone()),
                account: account.id.clone(),
                provider: account.provider.clone(),
                plan: used.pricing.plan.words().to_owned(),
                region: used.pricing.region.clone(),
                cost: sums.amount(),
                marginal_usd: plain(account.bill.marginal(&used.id)),
                parts: sums.parts(),
                requests: used.sizes.iter().map(|sized| sized.requests).sum(),
                cold_starts: counts.map_or(0, |counts| counts.cold_starts),
                gb_seconds: plain(account.bill.gb_seconds(&used.id)),
                change_percent: percent(earlier, now),
                days_usd: daily.get(&used.id).map(Daily::total).unwrap_or_default(),
            });
        }
    }
    rows.sort_by(|one, other| {
        let cost = |row: &CostFunction| ledger.sums[&row.function_id].list;
        cost(other).cmp(&cost(one)).then_with(|| one.name.cmp(&other.name))
    });
    Ok(rows)
}

fn accounts(ledger: &Ledger, only: Option<&FunctionId>) -> Vec<CostAccount> {
    let mut accounts: Vec<(Decimal, CostAccount)> = ledger
        .accounts
        .iter()
        .filter_map(|account| {
            let (mut sums, mut requests) = (Sums::default(), 0);
            for used in account.used.iter().filter(|used| only.is_none_or(|only| *only == used.id)) {
                sums.add(&ledger.sums[&used.id]);
                requests += used.sizes.iter().map(|sized| sized.requests).sum::<u64>();
            }
            let row = CostAccount {
                id: account.id.clone(),
                name: account.name.clone(),
                provider: account.provider.clone(),
                paid: account.paid,
                cost: sums.amount(),
                parts: sums.parts(),
                requests,
            };
            (requests > 0 || only.is_none()).then_some((sums.list, row))
        })
        .collect();
    accounts.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.name.cmp(&other.1.name)));
    accounts.into_iter().map(|(_, account)| account).collect()
}

fn meters(ledger: &Ledger, only: Option<&FunctionId>) -> Vec<CostMeter> {
    let mut meters: Vec<(Decimal, CostMeter)> = Vec::new();
    for account in &ledger.accounts {
        for group in &account.bill.groups {
            let shown = match only {
                None => {
                    let amount = bounds::amount(group.list, group.after_grants, &group.bounds());
                    (group.quantity, group.list, group.basis(), amount, &group.list_steps, &group.steps)
                }
                Some(only) => match group.shares.get(only) {
                    None => continue,
                    Some(share) => {
                        let amount = bounds::amount(share.list, share.after_grants, &share.bounds());
                        (share.quantity, share.list, share.basis(), amount, &share.list_steps, &share.steps)
                    }
                },
            };
            let (quantity, list, basis, cost, list_steps, steps) = shown;
            let row = CostMeter {
                account: account.id.clone(),
                meter: group.meter.to_string(),
                label: plans::meter_words(group.meter, group.architecture) + &when(&ledger.days, group.place),
                region: group.region.clone(),
                quantity: plain(quantity),
                unit: group.meter.unit().name().to_owned(),
                basis,
                cost,
                list_steps: list_steps.clone(),
                steps: steps.clone(),
                price: group.price.clone(),
            };
            meters.push((list, row));
        }
    }
    meters.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.meter.cmp(&other.1.meter)));
    meters.into_iter().map(|(_, meter)| meter).collect()
}

/// Where the month ends. Hours are weighed by what their use costs on AWS, then scaled to what was really spent, so
/// that any mix of clouds has its own rhythm. Tasks that run all the time go on as they are.
async fn forecast(
    app: &App,
    scope: &Scope,
    period: &CostMonth,
    spent: &Sums,
    always_on_a_day: f64,
) -> Result<CostForecast> {
    if !period.current {
        return Ok(CostForecast::No { reason: "the month is over".to_owned() });
    }
    let from = period.until_us - Micros(LEARNT_DAYS * Grain::Day.length().0);
    let from = Grain::Day.floor(from);
    let steps = app.store().used_by_step(scope, from, period.until_us, Grain::Hour).await?;
    let prices = app.prices();
    let region = app.settings().price_region;
    let mut hours = Vec::with_capacity(steps.len());
    let mut weighed = 0.0;
    for (at, used) in &steps {
        let weight = weight(&prices, &region, used)?;
        if *at >= period.from_us {
            weighed += weight;
        }
        hours.push((at.0.div_euclid(1_000_000), weight));
    }
    let scale = if weighed > 0.0 { number(spent.list - spent.always_on) / weighed } else { 1.0 };
    let seconds = |at: Micros| at.0.div_euclid(1_000_000);
    Ok(match outlook(&hours, seconds(period.until_us), seconds(period.to_us)) {
        Ok(outlook) => known(&outlook, scale, spent, always_on_a_day, period),
        Err(TooLittle::Nothing) => {
            CostForecast::No { reason: "nothing was used yet, so nothing can be foretold".to_owned() }
        }
        Err(TooLittle::Days(days)) => CostForecast::No {
            reason: format!(
                "too little history: a forecast needs 3 whole days, and there {}",
                days_words(days)
            ),
        },
    })
}

fn days_words(days: usize) -> String {
    match days {
        0 => "is none yet".to_owned(),
        1 => "is 1".to_owned(),
        days => format!("are {days}"),
    }
}

fn weight(prices: &hearth_cost::PriceBook, region: &str, used: &UsedQuantities) -> Result<f64> {
    let usage = hearth_cost::Usage {
        requests: used.requests,
        x86_64: hearth_cost::MemoryTime {
            compute_mb_ms: used.x86_compute_mb_ms,
            init_mb_ms: used.x86_init_mb_ms,
        },
        arm64: hearth_cost::MemoryTime {
            compute_mb_ms: used.arm_compute_mb_ms,
            init_mb_ms: used.arm_init_mb_ms,
        },
    };
    Ok(number(hearth_cost::cost_of(prices, region, &usage)?.total()))
}

fn known(
    outlook: &Outlook,
    scale: f64,
    spent: &Sums,
    always_on_a_day: f64,
    period: &CostMonth,
) -> CostForecast {
    let day = Grain::Day.length().0 as f64;
    let standing = always_on_a_day * (period.to_us - period.until_us).0 as f64 / day;
    let end = |more: f64| {
        let more = Decimal::from_f64_retain(more * scale + standing).unwrap_or_default().round_dp(6);
        spent.list + more
    };
    // What of the past is only known between two ends is not known better of what comes.
    let as_unsure = |end: Decimal, bound: Decimal| {
        let part = bound.checked_div(spent.list).unwrap_or(Decimal::ONE);
        plain((end * part).round_dp(6))
    };
    let (least, most) = spent.amount().bounds.map_or((spent.list, spent.list), |_| spent.bounds.list);
    let is_estimated = least != most;
    // The first entry is the rest of today.
    let today = 1.0 - (period.until_us.0.rem_euclid(Grain::Day.length().0)) as f64 / day;
    let on = |place: usize| always_on_a_day * if place == 0 { today } else { 1.0 };
    let pattern = if outlook.weekdays { "weekdays and hours" } else { "hours of the day, not yet weekdays" };
    CostForecast::Yes {
        expected_usd: plain(end(outlook.expected)),
        low_usd: as_unsure(end(outlook.low), least.min(spent.list)),
        high_usd: as_unsure(end(outlook.high), most.max(spent.list)),
        days_usd: outlook.days.iter().enumerate().map(|(place, day)| day * scale + on(place)).collect(),
        history_days: outlook.history_days,
        reason: format!(
            "from {} whole days of history, by {pattern}; nine in ten months should end inside{}",
            outlook.history_days,
            if is_estimated { ", which is as wide as what was spent is estimated" } else { "" }
        ),
    }
}
