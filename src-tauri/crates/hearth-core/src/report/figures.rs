//! The figures of a report, from the rollups of the ledger and the price book: each month is a bill of each account,
//! with its grants. Owns how usage becomes money here; must not know how it is shown.

use super::words::dollars_f64;
use crate::api::{
    CostReport, CostReportQuery, ReportAccount, ReportAmount, ReportDay, ReportFunction, ReportHidden,
    ReportPace,
};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cost::{
    Day, Decimal, FunctionUsage, Grants, LineKind, Metered, Plan, PriceBook, Target, TargetPlan, Time, Unit,
    bill_scope, metered, project,
};
use hearth_model::{Architecture, FunctionId, Grain, LOCAL_ACCOUNT, Micros};
use hearth_store::{Scope, SizedUsage};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most days of a report.
const MOST_DAYS: i64 = 800;
/// Days that a pace is taken from.
const PACE_DAYS: usize = 7;

/// Where a function is billed.
#[derive(Clone, Debug)]
struct Place {
    name: String,
    account: String,
    provider: String,
    region: String,
    plan: Plan,
}

/// Exact sums.
#[derive(Clone, Copy, Default)]
struct Money {
    list: Decimal,
    after_grants: Decimal,
}

/// What the months add up to.
#[derive(Default)]
struct Sums {
    money: HashMap<FunctionId, Money>,
    days: BTreeMap<Day, Parts>,
    /// Functions whose region has no price: they are told, not counted as nothing.
    unpriced: BTreeSet<String>,
}

/// Dollars of a day in three parts.
type Parts = [Decimal; 3];

pub(super) async fn figures(app: &App, request: &CostReportQuery) -> Result<CostReport> {
    app.store().flush().await?;
    let (first, last) = (day("from", &request.from)?, day("to", &request.to)?);
    if first > last {
        return Err(invalid(format!("a report from {first} to {last} ends before it begins")));
    }
    let (from, to) =
        (start(first)?, start(last.tomorrow().map_err(|_| invalid(format!("{last} has no day after it")))?)?);
    if (to - from).0 / Grain::Day.length().0 > MOST_DAYS {
        return Err(invalid(format!("a report has at most {MOST_DAYS} days")));
    }
    let now = app.now();
    if from >= now {
        return Err(invalid(format!("nothing can have happened yet from {first} on")));
    }
    let (shown, billed, only) = scope(app, request.scope.as_deref()).await?;
    let demo = app.view() == Scope::Demo;
    let until = to.min(now);
    let counts = app.store().usage_by_function(&billed, from, until).await?;
    let places = places(app, &counts).await?;
    let is_shown = |id: &FunctionId| only.as_ref().is_none_or(|only| only == id);

    let mut sums = Sums::default();
    let mut at = first;
    while at <= last {
        // A month is a bill: tiers begin anew and grants are given once.
        let end = at.last_of_month().min(last);
        let after = end.tomorrow().map_err(|_| invalid(format!("{end} has no day after it")))?;
        let span = (start(at)?, start(after)?.min(now));
        month(app, &billed, &places, span, &mut sums, &is_shown).await?;
        at = after;
        if start(at)? >= now {
            break;
        }
    }
    let mut functions = Vec::new();
    for usage in counts.iter().filter(|usage| is_shown(&usage.function_id)) {
        let (Some(place), Some(money)) = (places.get(&usage.function_id), sums.money.get(&usage.function_id))
        else {
            continue;
        };
        functions.push((
            *money,
            ReportFunction {
                id: usage.function_id.clone(),
                name: place.name.clone(),
                account: place.account.clone(),
                plan: plan_words(place.plan).to_owned(),
                region: place.region.clone(),
                amount: amount(*money, usage.used.requests, usage.errors, usage.cold_starts),
            },
        ));
    }
    functions.sort_by(|one, other| other.0.list.cmp(&one.0.list).then_with(|| one.1.name.cmp(&other.1.name)));
    let book = app.price_books().for_day(last.min(crate::prices::day(now).unwrap_or(last))).clone();
    let accounts = accounts(app, &book, last, &functions, &counts, &places)?;
    let total =
        functions.iter().fold(Sum::default(), |sum, (money, row)| sum.and(*money, &row.amount)).amount();
    let days = whole_days(first, until, &sums.days);
    Ok(CostReport {
        demo,
        scope: shown,
        from: first.to_string(),
        to: last.to_string(),
        until_us: until,
        pace: pace(&days, last, now),
        total,
        accounts,
        assumptions: assumptions(&places, &functions, only.is_some(), &sums.unpriced),
        functions: functions.into_iter().map(|(_, row)| row).collect(),
        days,
        price_date: book.date().to_owned(),
        price_source: book.source().to_owned(),
    })
}

fn invalid(message: String) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, message)
}

fn day(what: &str, text: &str) -> Result<Day> {
    text.trim()
        .parse()
        .map_err(|_| invalid(format!("`{what}` is a day, not `{text}`")).with_hint("Write it as 2026-11-01."))
}

fn start(day: Day) -> Result<Micros> {
    let start = day.to_zoned_datetime(TimeZone::UTC).map_err(|_| invalid(format!("no clock shows {day}")))?;
    Ok(Micros(start.timestamp().as_microsecond()))
}

/// For people, what is billed together, and the one function that is asked for.
async fn scope(app: &App, asked: Option<&str>) -> Result<(String, Scope, Option<FunctionId>)> {
    let demo = app.view() == Scope::Demo;
    match asked.unwrap_or("all") {
        "all" | "" => {
            let words = if demo { "all accounts of the demo" } else { "all accounts" };
            Ok((words.to_owned(), app.view(), None))
        }
        LOCAL_ACCOUNT if !demo => {
            Ok(("this computer".to_owned(), Scope::Account(LOCAL_ACCOUNT.to_owned()), None))
        }
        id if demo && crate::demo::account(id).is_some() => {
            let name = crate::demo::account(id).map_or(id, |(name, _)| name);
            Ok((format!("account {name}"), Scope::Account(id.to_owned()), None))
        }
        name => {
            let function = crate::functions::existing_or_deleted(app, name).await?;
            Ok((format!("function {}", function.name), Scope::Account(function.account), Some(function.id)))
        }
    }
}

async fn places(app: &App, counts: &[hearth_store::FunctionUsage]) -> Result<HashMap<FunctionId, Place>> {
    let made_up: HashMap<FunctionId, String> = match app.view() {
        Scope::Demo => {
            let functions = app.store().demo_functions(None).await?;
            functions.into_iter().map(|function| (function.id, function.region)).collect()
        }
        _ => HashMap::new(),
    };
    let usual = app.settings().price_region;
    Ok(counts
        .iter()
        .map(|usage| {
            let provider = crate::demo::account(&usage.account).map_or("local", |(_, provider)| provider);
            let place = Place {
                name: usage.name.clone(),
                account: usage.account.clone(),
                provider: provider.to_owned(),
                region: made_up.get(&usage.function_id).unwrap_or(&usual).clone(),
                plan: match provider {
                    "azure" => Plan::AzureConsumption,
                    "google" => Plan::CloudRunRequest,
                    _ => Plan::LambdaOnDemand,
                },
            };
            (usage.function_id.clone(), place)
        })
        .collect())
}

fn plan_words(plan: Plan) -> &'static str {
    match plan {
        Plan::AzureConsumption => "Azure Functions Consumption",
        Plan::CloudRunRequest => "Google Cloud Run",
        _ => "AWS Lambda",
    }
}

fn items(id: &FunctionId, place: &Place, day: Day, sized: &SizedUsage) -> Result<Vec<Metered>> {
    let time = Time::Sum { handler_ms: sized.compute_ms, init_ms: sized.init_ms };
    let usage = FunctionUsage::new(sized.requests, time, sized.memory_mb, sized.architecture);
    Ok(metered(id.as_str(), place.plan, &place.region, day, &usage)?)
}

/// Bills one month, or the part of it that is asked for, and adds it to the sums.
async fn month(
    app: &App,
    billed: &Scope,
    places: &HashMap<FunctionId, Place>,
    (from, to): (Micros, Micros),
    sums: &mut Sums,
    is_shown: &(dyn Fn(&FunctionId) -> bool + Sync),
) -> Result<()> {
    let price_day = crate::prices::day(to - Micros(1)).unwrap_or_default();
    let book = app.price_books().for_day(price_day).clone();
    let priced = |item: &Metered| book.price(item.meter, &item.region, item.architecture, price_day).is_ok();
    let mut by_account: BTreeMap<&str, Vec<Metered>> = BTreeMap::new();
    for (id, sized) in app.store().usage_by_size(billed, from, to).await? {
        let Some(place) = places.get(&id) else { continue };
        let items = items(&id, place, price_day, &sized)?;
        if items.iter().all(priced) {
            by_account.entry(&place.account).or_default().extend(items);
        } else {
            sums.unpriced.insert(format!("{} in {}", place.name, place.region));
        }
    }
    let mut month: HashMap<String, Decimal> = HashMap::new();
    for items in by_account.values() {
        let list = bill_scope(&book, price_day, items, &Grants::default(), None)?;
        for share in list.functions {
            sums.money.entry(FunctionId(share.function.clone())).or_default().list += share.after_grants;
            month.insert(share.function, share.after_grants);
        }
        for share in bill_scope(&book, price_day, items, &Grants::whole(), None)?.functions {
            sums.money.entry(FunctionId(share.function)).or_default().after_grants += share.after_grants;
        }
    }
    // Days are weighed at the rates of a single day, then scaled so that they add up to the month.
    let mut spread: HashMap<FunctionId, BTreeMap<Day, Parts>> = HashMap::new();
    for step in app.store().usage_steps(billed, from, to, Grain::Day).await? {
        let (Some(place), Some(day)) = (places.get(&step.function_id), crate::prices::day(step.at_us)) else {
            continue;
        };
        if is_shown(&step.function_id) && month.contains_key(step.function_id.as_str()) {
            let parts = parts(&book, price_day, &step.function_id, place, &step.usage)?;
            add(spread.entry(step.function_id).or_default().entry(day).or_default(), &parts, Decimal::ONE);
        }
    }
    for (id, by_day) in spread {
        let sum: Decimal = by_day.values().flatten().sum();
        let whole = month.get(id.as_str()).copied().unwrap_or_default();
        let scale = whole.checked_div(sum).unwrap_or(Decimal::ONE);
        for (day, parts) in by_day {
            add(sums.days.entry(day).or_default(), &parts, scale);
        }
    }
    Ok(())
}

fn add(sum: &mut Parts, parts: &Parts, scale: Decimal) {
    for (sum, part) in sum.iter_mut().zip(parts) {
        *sum += (part * scale).round_dp(15);
    }
}

/// Requests, handlers and starts of one day of one function.
fn parts(book: &PriceBook, day: Day, id: &FunctionId, place: &Place, sized: &SizedUsage) -> Result<Parts> {
    let items = items(id, place, day, sized)?;
    let bill = bill_scope(book, day, &items, &Grants::default(), None)?;
    let requests: Decimal =
        bill.groups.iter().filter(|group| group.unit == Unit::Request.name()).map(|group| group.list).sum();
    let time = bill.list - requests;
    let all_ms = Decimal::from(sized.compute_ms + sized.init_ms);
    let start_up = (time * Decimal::from(sized.init_ms)).checked_div(all_ms).unwrap_or_default();
    Ok([requests, time - start_up, start_up])
}

#[derive(Default)]
struct Sum(Money, [u64; 3]);

impl Sum {
    fn and(self, money: Money, row: &ReportAmount) -> Self {
        let sum =
            Money { list: self.0.list + money.list, after_grants: self.0.after_grants + money.after_grants };
        let [requests, errors, cold_starts] = self.1;
        Self(sum, [requests + row.requests, errors + row.errors, cold_starts + row.cold_starts])
    }

    fn amount(&self) -> ReportAmount {
        amount(self.0, self.1[0], self.1[1], self.1[2])
    }
}

fn amount(money: Money, requests: u64, errors: u64, cold_starts: u64) -> ReportAmount {
    ReportAmount {
        list_usd: money.list.normalize().to_string(),
        after_grants_usd: money.after_grants.normalize().to_string(),
        requests,
        errors,
        cold_starts,
    }
}

fn accounts(
    app: &App,
    book: &PriceBook,
    day: Day,
    functions: &[(Money, ReportFunction)],
    counts: &[hearth_store::FunctionUsage],
    places: &HashMap<FunctionId, Place>,
) -> Result<Vec<ReportAccount>> {
    let day = day.min(crate::prices::day(app.now()).unwrap_or(day));
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for (money, row) in functions {
        let sum = sums.remove(row.account.as_str()).unwrap_or_default();
        sums.insert(&row.account, sum.and(*money, &row.amount));
    }
    let mut rows = Vec::new();
    for (id, sum) in sums {
        let (name, provider) = crate::demo::account(id).unwrap_or(("This computer", "local"));
        let members: Vec<&ReportFunction> =
            functions.iter().map(|(_, row)| row).filter(|row| row.account == id).collect();
        let regions: BTreeSet<&str> = members.iter().map(|row| row.region.as_str()).collect();
        let mut hidden = Vec::new();
        for region in regions {
            let ids: BTreeSet<&FunctionId> =
                members.iter().filter(|row| row.region == region).map(|row| &row.id).collect();
            let logged = counts.iter().filter(|usage| ids.contains(&usage.function_id));
            let bytes: u64 = logged.map(|usage| usage.used.log_bytes).sum();
            let Some(place) = ids.first().and_then(|id| places.get(*id)) else { continue };
            hidden.push(ReportHidden {
                region: region.to_owned(),
                lines: hidden_lines(book, day, place, bytes)?,
            });
        }
        rows.push((
            sum.0.list,
            ReportAccount {
                id: id.to_owned(),
                name: name.to_owned(),
                provider: provider.to_owned(),
                amount: sum.amount(),
                hidden,
            },
        ));
    }
    rows.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.id.cmp(&other.1.id)));
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// What is easily forgotten: unknown where nothing was recorded, never zero by default.
fn hidden_lines(book: &PriceBook, day: Day, place: &Place, log_bytes: u64) -> Result<Vec<hearth_cost::Line>> {
    let mut usage = FunctionUsage::new(0, Time::Sum { handler_ms: 0, init_ms: 0 }, 128, Architecture::X86_64);
    usage.log_bytes = (log_bytes > 0).then_some(log_bytes);
    // Hearth asks no cloud about functions of this computer.
    usage.polled_metrics = (place.provider == "local").then_some(0);
    let plan = match place.plan {
        Plan::AzureConsumption => TargetPlan::AzureConsumption,
        Plan::CloudRunRequest => TargetPlan::CloudRunRequest {
            vcpu: Decimal::ONE,
            memory_mb: 512,
            concurrency: 1,
            min_instances: 0,
        },
        _ => TargetPlan::Lambda {
            memory_mb: 128,
            architecture: Architecture::X86_64,
            ephemeral_mb: 512,
            provisioned: None,
        },
    };
    let breakdown = project(book, day, &usage, &Target::new(plan, place.region.clone()))?;
    Ok(breakdown.lines.into_iter().filter(|line| line.kind == LineKind::Hidden).collect())
}

/// Every day until now, those without calls too.
fn whole_days(first: Day, until: Micros, days: &BTreeMap<Day, Parts>) -> Vec<ReportDay> {
    let last = crate::prices::day(until - Micros(1)).unwrap_or(first);
    let mut all = Vec::new();
    let mut at = first;
    while at <= last {
        let [requests, compute, start_up] = days.get(&at).copied().unwrap_or_default();
        all.push(ReportDay {
            day: at.to_string(),
            requests_usd: dollars_f64(requests),
            compute_usd: dollars_f64(compute),
            start_up_usd: dollars_f64(start_up),
        });
        let Ok(next) = at.tomorrow() else { break };
        at = next;
    }
    all
}

fn pace(days: &[ReportDay], last: Day, now: Micros) -> Option<ReportPace> {
    let today = crate::prices::day(now)?;
    let month_end = last.last_of_month();
    if month_end < today {
        return None;
    }
    let usd = |day: &ReportDay| day.requests_usd + day.compute_usd + day.start_up_usd;
    let today_words = today.to_string();
    let whole: Vec<f64> = days.iter().filter(|day| day.day != today_words).map(usd).collect();
    let week = whole.len().checked_sub(PACE_DAYS).map(|from| &whole[from..])?;
    let a_day_usd = week.iter().sum::<f64>() / PACE_DAYS as f64;
    // Today counts as a whole day at that pace.
    let to_come = f64::from(today.until(month_end).ok()?.get_days() + 1);
    let so_far: f64 = whole.iter().sum();
    Some(ReportPace {
        a_day_usd,
        month_end_usd: so_far + a_day_usd * to_come,
        month_end: month_end.to_string(),
    })
}

fn assumptions(
    places: &HashMap<FunctionId, Place>,
    functions: &[(Money, ReportFunction)],
    only_one: bool,
    unpriced: &BTreeSet<String>,
) -> Vec<String> {
    let mut all = vec![
        "List prices before tax. Grants are those of a whole month in each account; days are of UTC."
            .to_owned(),
    ];
    let any = |provider: &str| {
        functions.iter().any(|(_, row)| places.get(&row.id).is_some_and(|place| place.provider == provider))
    };
    if any("local") {
        all.push("What ran on this computer cost nothing: its amounts are those of AWS Lambda.".to_owned());
    }
    if any("azure") {
        all.push(
            "Azure bills observed memory, which is not known: the memory configured is used.".to_owned(),
        );
    }
    if any("google") {
        all.push(
            "Google counts months in Pacific time and steps of 100 ms: its amounts are estimated.".to_owned(),
        );
    }
    if !unpriced.is_empty() {
        let names: Vec<&str> = unpriced.iter().map(String::as_str).collect();
        all.push(format!("Without a price in the book, and not counted: {}.", names.join(", ")));
    }
    if only_one {
        all.push("Tiers and grants are those of the function's whole account.".to_owned());
    }
    all
}
