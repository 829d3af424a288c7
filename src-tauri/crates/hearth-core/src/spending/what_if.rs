//! What a month would cost if something were different: history of a scope, scaled to a month, priced as it is and as
//! asked. Owns that both months come from the same calls. Must not know how targets are made.

use super::days::number;
use super::ghost::ghost;
use super::offered::{committed, missing, parameters};
use super::period::{Asked, asked, day_of, month};
use super::plans::{FREE_STORAGE_MB, Pricing, billed_memory, pricing};
use super::running::is_service;
use super::sums::plain;
use super::target::{Now, as_asked, as_it_is, provider_of};
use super::target_words::words;
use crate::api::{WhatIfAnswer, WhatIfCurve, WhatIfDuration, WhatIfGhost, WhatIfMonth, WhatIfRequest};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cost::{
    AZURE_CONSUMPTION_MB, BreakEven, Breakdown, Currency, Day, Decimal, FunctionUsage, LineKind, MonthLength,
    PriceBook, Target, TargetPlan, Time, break_even, cost_curve, project,
};
use hearth_model::{FunctionId, Grain, Micros};
use hearth_store::SizedUsage;
use rust_decimal::prelude::ToPrimitive as _;
use std::collections::HashMap;
use std::mem::discriminant;

/// History when nobody says.
const USUAL_DAYS: u32 = 30;
/// Nobody sends more requests in a month.
const MOST_REQUESTS: u64 = 1_000_000_000_000;
/// Said of a difference that there is none of.
const UNKNOWN: &str = "unknown";
/// Points of a curve.
const POINTS: u64 = 48;

/// One function with its month, as it is and as asked.
pub(super) struct Case {
    pub(super) id: FunctionId,
    pub(super) pricing: Pricing,
    usage: FunctionUsage,
    /// The same calls as the other plan counts them.
    after_usage: FunctionUsage,
    before: Target,
    after: Target,
    /// What had to be bent for the other plan, and what is assumed of it.
    remarks: Vec<String>,
}

impl Case {
    /// Whether what was asked for is what there is.
    fn same(&self) -> bool {
        self.before == self.after && self.usage == self.after_usage
    }
}

/// A case with its prices.
pub(super) struct Priced {
    pub(super) before: Breakdown,
    pub(super) after: Breakdown,
    /// What the other plan costs without any call.
    pub(super) after_fixed: Decimal,
    /// Whether lines that are usually hidden are the plan itself.
    pub(super) after_whole: bool,
}

pub(crate) async fn what_if(app: &App, request: WhatIfRequest) -> Result<WhatIfAnswer> {
    app.store().settled().await?;
    let asked = asked(app, &request.scope).await?;
    let (_, period) = month(app, &asked, request.month.as_deref()).await?;
    let days = request.days.unwrap_or(USUAL_DAYS);
    if !(1..=365).contains(&days) {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("what-if looks at 1 to 365 days of history, not at {days}"),
        ));
    }
    let to = app.now();
    let from = Grain::Hour.floor(to - Micros(i64::from(days) * Grain::Day.length().0));
    let first = app.store().first_usage(&asked.scope).await?.unwrap_or(to).max(from);
    let covered = (to - first).0.max(Grain::Hour.length().0) as f64 / Grain::Day.length().0 as f64;
    let book = app.prices();
    let day = day_of(to);
    let cases = cases(app, &asked, &request, &book, (from, to), covered).await?;
    if let Some(service) =
        asked.functions.iter().find(|one| asked.only.as_ref() == Some(&one.id) && is_service(one))
    {
        let message = format!("`{}` runs all the time and is not billed by call", service.name);
        return Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint(
            "What-if works on stored calls: ask it about a function, also for Fargate as its other plan.",
        ));
    }
    if cases.is_empty() {
        return Err(ApiError::new(
            ErrorCode::NotFound,
            format!("there are no calls in the last {days} days to work out a month from"),
        )
        .with_hint("Run the function once, or look at more days."));
    }
    let priced = cases.iter().map(|case| price(&book, day, case)).collect::<Result<Vec<_>>>()?;
    let before = told(&cases, &priced, |case| &case.before, |priced| &priced.before)?;
    let after = told(&cases, &priced, |case| &case.after, |priced| &priced.after)?;
    let comparable = before.currency == after.currency;
    let sum = |part: fn(&Priced) -> Decimal| -> Decimal { priced.iter().map(part).sum() };
    let same = cases.iter().all(Case::same);
    let [low, best, high] = difference(&cases, &priced);
    let change = |change: Decimal| if comparable { plain(change) } else { UNKNOWN.to_owned() };
    let fixed = sum(|priced| priced.after_fixed);
    let (break_even, curve) = match cases.as_slice() {
        [case] if comparable && after.currency == Currency::Usd && !same && !fixed.is_zero() => {
            compare(&book, day, case)?
        }
        _ => (None, WhatIfCurve::default()),
    };
    let mut assumptions = assumptions(&request, &cases, &priced, covered, same);
    if !comparable {
        assumptions.push(format!(
            "a month is paid in {} now and in {} then: no difference between two currencies is told",
            before.currency.code(),
            after.currency.code()
        ));
    }
    // Days are drawn in dollars.
    let mut ghost = ghost(app, &asked, &period, &book, day, &cases, &priced).await?;
    if after.currency != Currency::Usd || before.currency != Currency::Usd {
        ghost = WhatIfGhost::default();
    }
    Ok(WhatIfAnswer {
        from_us: from,
        to_us: to,
        days: (covered * 100.0).round() / 100.0,
        requests: asked_requests(&cases, covered),
        change_low_usd: change(low),
        change_usd: change(best),
        change_high_usd: change(high),
        same,
        assumptions,
        ghost,
        has: parameters(&cases[0].after.plan).iter().map(|name| (*name).to_owned()).collect(),
        break_even,
        regions: regions(&book, day, &cases[0]),
        curve,
        price_date: book.date().to_owned(),
        before,
        after,
    })
}

/// What a month changes by: at least, most likely, at most. On the same plan what is not known is the same before and
/// after, so that the ends belong together; between two plans it is not.
fn difference(cases: &[Case], priced: &[Priced]) -> [Decimal; 3] {
    let mut sums = [Decimal::ZERO; 3];
    for (case, Priced { before, after, .. }) in cases.iter().zip(priced) {
        let is_same_plan = discriminant(&case.before.plan) == discriminant(&case.after.plan);
        let (one, other) = if is_same_plan {
            (after.low - before.low, after.high - before.high)
        } else {
            (after.low - before.high, after.high - before.low)
        };
        let best = after.total - before.total;
        for (sum, change) in sums.iter_mut().zip([one.min(other).min(best), best, one.max(other).max(best)]) {
            *sum += change;
        }
    }
    sums
}

/// Where the plan that was asked about can be priced: the same question, once for each region of the vendor.
fn regions(book: &PriceBook, day: Day, case: &Case) -> Vec<String> {
    let Some(provider) = provider_of(&case.after.plan) else { return Vec::new() };
    let priced = |region: &String| {
        let target = Target { region: region.clone(), ..case.after.clone() };
        project(book, day, &case.after_usage, &target).is_ok()
    };
    book.regions_of(provider).into_iter().filter(priced).collect()
}

/// Calls that were seen; cases hold those of a month.
fn asked_requests(cases: &[Case], covered: f64) -> u64 {
    let month: u64 = cases.iter().map(|case| case.usage.requests).sum();
    (month as f64 * covered / month_days()).round() as u64
}

fn month_days() -> f64 {
    number(MonthLength::default().hours()) / 24.0
}

async fn cases(
    app: &App,
    asked: &Asked,
    request: &WhatIfRequest,
    book: &PriceBook,
    (from, to): (Micros, Micros),
    covered: f64,
) -> Result<Vec<Case>> {
    let mut sizes: HashMap<FunctionId, Vec<SizedUsage>> = HashMap::new();
    for (id, sized) in app.store().usage_by_size(&asked.scope, from, to).await? {
        sizes.entry(id).or_default().push(sized);
    }
    let counts = app.store().usage_by_function(&asked.scope, from, to).await?;
    let logs: HashMap<FunctionId, u64> = counts
        .into_iter()
        .filter(|usage| usage.used.log_lines > 0)
        .map(|usage| (usage.function_id, usage.used.log_bytes))
        .collect();
    let region = app.settings().price_region;
    let scale = month_days() / covered;
    let mut cases = Vec::new();
    for function in &asked.functions {
        let Some(sizes) = sizes.get(&function.id) else { continue };
        let pricing = pricing(function, &region);
        if pricing.plan.bills_servers() {
            // How many servers there were is not known, so there is no cost to compare with.
            continue;
        }
        let most = sizes.iter().max_by_key(|sized| sized.requests);
        let Some(most) = most.filter(|_| sizes.iter().any(|sized| sized.requests > 0)) else { continue };
        let configuration = function.configuration.as_ref();
        let now = Now {
            memory_mb: configuration.map_or(most.memory_mb, |configuration| configuration.memory_mb),
            architecture: configuration.map_or(most.architecture, |configuration| configuration.architecture),
            ephemeral_mb: storage_mb(sizes),
        };
        let usage = a_month(sizes, now, logs.get(&function.id).copied(), &pricing, scale);
        // Of many functions each on its own plan, those that have no such parameter stay as they are, and that is told.
        let lenient = request.plan.is_none() && asked.only.is_none();
        let after = as_asked(book, request, &pricing, now, lenient)?;
        let mut after_usage = usage.clone();
        let mut remarks = Vec::new();
        if let Some(error) = missing(request, &after.plan) {
            remarks.push(format!("{}: left as it is", error.message));
        }
        if let (Some(plan), Some(text), Some(committed)) =
            (&after.savings_plan, &request.savings_plan, committed(&after.plan))
        {
            remarks.push(plan.words(text, committed));
        }
        if after.plan == TargetPlan::AzureConsumption {
            after_usage.memory_mb = request.memory_mb.unwrap_or(now.memory_mb.min(AZURE_CONSUMPTION_MB));
            if request.memory_mb.is_none() && now.memory_mb > AZURE_CONSUMPTION_MB {
                remarks.push(format!(
                    "Azure Consumption has at most {AZURE_CONSUMPTION_MB} MB: {} MB are taken as that",
                    now.memory_mb
                ));
            }
            if request.memory_mb.is_none() {
                remarks.push(
                    "Azure Consumption bills the memory that calls were seen to use: the memory configured is taken, \
                     which is the most it can be"
                        .to_owned(),
                );
            }
        }
        cases.push(Case {
            before: as_it_is(&pricing, now),
            id: function.id.clone(),
            pricing,
            usage,
            after_usage,
            after,
            remarks,
        });
    }
    Ok(cases)
}

/// Ephemeral storage that was billed, on average over the billed time.
fn storage_mb(sizes: &[SizedUsage]) -> u32 {
    let time: u128 = sizes.iter().map(|sized| u128::from(sized.compute_ms + sized.init_ms)).sum();
    let above: u128 = sizes.iter().map(|sized| sized.storage_mb_ms).sum();
    let mean = above.checked_div(time).and_then(|mean| u32::try_from(mean).ok()).unwrap_or_default();
    (FREE_STORAGE_MB + mean).min(10_240)
}

/// History as a month of the same kind.
fn a_month(
    sizes: &[SizedUsage],
    now: Now,
    logs: Option<u64>,
    pricing: &Pricing,
    scale: f64,
) -> FunctionUsage {
    let scaled = |value: u64| (value as f64 * scale).round() as u64;
    let sum = |part: fn(&SizedUsage) -> u64| scaled(sizes.iter().map(part).sum());
    let requests = sum(|sized| sized.requests).max(1);
    let time = Time::Sum { handler_ms: sum(|sized| sized.compute_ms), init_ms: sum(|sized| sized.init_ms) };
    let mut usage =
        FunctionUsage::new(requests, time, billed_memory(pricing.plan, now.memory_mb), now.architecture);
    usage.ephemeral_mb = now.ephemeral_mb;
    usage.vcpu = pricing.vcpu();
    usage.log_bytes = logs.map(scaled);
    usage.polled_metrics = (!pricing.paid).then_some(0);
    usage
}

fn price(book: &PriceBook, day: Day, case: &Case) -> Result<Priced> {
    let idle = Target { traffic: Decimal::ZERO, ..case.after.clone() };
    let after_whole = matches!(case.after.plan, TargetPlan::OwnServer { .. });
    Ok(Priced {
        before: project(book, day, &case.usage, &case.before)?,
        after: project(book, day, &case.after_usage, &case.after)?,
        after_fixed: amount(&project(book, day, &case.after_usage, &idle)?, after_whole).0,
        after_whole,
    })
}

/// Best, least and most of the lines that people expect; of all lines when `whole`.
pub(super) fn amount(breakdown: &Breakdown, whole: bool) -> (Decimal, Decimal, Decimal) {
    let mut sums = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for line in breakdown.lines.iter().filter(|line| whole || line.kind == LineKind::Service) {
        if let (Some(amount), Some((low, high))) = (line.amount, line.bounds()) {
            sums = (sums.0 + amount, sums.1 + low, sums.2 + high);
        }
    }
    sums
}

fn told(
    cases: &[Case],
    priced: &[Priced],
    target: fn(&Case) -> &Target,
    breakdown: fn(&Priced) -> &Breakdown,
) -> Result<WhatIfMonth> {
    let currency = priced.first().map_or(Currency::Usd, |priced| breakdown(priced).currency);
    if let Some(other) = priced.iter().map(|priced| breakdown(priced).currency).find(|one| *one != currency) {
        let message = format!(
            "these functions are paid in {} and {}, which have no sum",
            currency.code(),
            other.code()
        );
        return Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint("Ask about one function."));
    }
    let sum = |part: fn(&Breakdown) -> Decimal| {
        plain(priced.iter().map(|priced| part(breakdown(priced))).sum::<Decimal>())
    };
    let mut unknown: Vec<String> =
        priced.iter().flat_map(|priced| breakdown(priced).unknown.iter().cloned()).collect();
    unknown.sort();
    unknown.dedup();
    let said = match cases {
        [case] => words(target(case)),
        cases => format!("{} functions", cases.len()),
    };
    Ok(WhatIfMonth {
        words: said,
        currency,
        usd: sum(|breakdown| breakdown.total),
        low_usd: sum(|breakdown| breakdown.low),
        high_usd: sum(|breakdown| breakdown.high),
        breakdown: (priced.len() == 1).then(|| breakdown(&priced[0]).clone()),
        unknown,
    })
}

fn assumptions(
    request: &WhatIfRequest,
    cases: &[Case],
    priced: &[Priced],
    covered: f64,
    same: bool,
) -> Vec<String> {
    let history = match covered {
        hours if hours < 1.0 => format!("the last {:.1} hours go on for a whole month", hours * 24.0),
        days if days < 7.0 => format!("the last {days:.1} days go on for a whole month"),
        days => format!("a month like the last {} days", days.round()),
    };
    let mut all = vec![history];
    let mut add = |words: String| {
        if !all.contains(&words) {
            all.push(words);
        }
    };
    for words in priced.iter().flat_map(|priced| &priced.after.assumptions) {
        let ranged = words.starts_with("duration between") && request.duration == WhatIfDuration::Range;
        if ranged {
            add(format!("{words}: from waiting for others to computing all the time"));
        } else {
            add(words.clone());
        }
    }
    for remark in cases.iter().flat_map(|case| case.remarks.iter().cloned()) {
        add(remark);
    }
    if same {
        add("nothing is changed".to_owned());
    }
    add("list prices, free grants not taken off".to_owned());
    all
}

/// Where the other plan begins to pay, and both curves around that.
fn compare(book: &PriceBook, day: Day, case: &Case) -> Result<(Option<BreakEven>, WhatIfCurve)> {
    let after = Target { traffic: Decimal::ONE, ..case.after.clone() };
    // Calls of the same kind, but so many that the engine's limit of a million times the traffic is never met.
    let (usage, after_usage) = (many(&case.usage), many(&case.after_usage));
    let mut even = break_even(book, day, &usage, &case.before, &after)?;
    if let Some(even) = &mut even {
        let times = Decimal::from(even.requests_per_month) / Decimal::from(case.usage.requests);
        even.times_traffic = times.round_dp(6).normalize();
    }
    let there = even.as_ref().map_or(0, |even| even.requests_per_month);
    let asked = (Decimal::from(case.usage.requests) * case.after.traffic).to_u64().unwrap_or(u64::MAX);
    let most = there.saturating_mul(2).max(asked.saturating_mul(2)).clamp(POINTS, MOST_REQUESTS);
    let traffics: Vec<u64> = (0..=POINTS).map(|point| (most / POINTS * point).max(1)).collect();
    let curve = |usage: &FunctionUsage, target: &Target| -> Result<Vec<f64>> {
        let points = cost_curve(book, day, usage, target, &traffics)?;
        Ok(points.into_iter().map(|point| number(point.total)).collect())
    };
    let curve = WhatIfCurve {
        before: curve(&usage, &case.before)?,
        after: curve(&after_usage, &after)?,
        requests: traffics.iter().map(|requests| *requests as f64).collect(),
    };
    Ok((even, curve))
}

/// At least a million calls of the same kind.
fn many(usage: &FunctionUsage) -> FunctionUsage {
    let times = 1_000_000_u64.div_ceil(usage.requests.max(1));
    let mut many = usage.clone();
    many.requests = usage.requests.saturating_mul(times);
    if let Time::Sum { handler_ms, init_ms } = usage.time {
        many.time = Time::Sum {
            handler_ms: handler_ms.saturating_mul(times),
            init_ms: init_ms.saturating_mul(times),
        };
    }
    many.log_bytes = usage.log_bytes.map(|bytes| bytes.saturating_mul(times));
    many
}
