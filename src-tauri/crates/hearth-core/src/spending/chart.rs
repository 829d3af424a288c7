//! Money over time for charts: the days of the Cost screen, and hours and minutes as parts of such a day. Owns that the
//! steps of a day add up to the day, and that a month that is over is worked out once. Must not price anything.

use super::days::Daily;
use super::ledger;
use super::period::{Asked, Month, asked_of};
use super::running::{Services, services};
use crate::{App, Result};
use hearth_cost::{Books, Provider};
use hearth_model::{FunctionId, Grain, Micros};
use hearth_store::{Scope, UsedQuantities};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Dollars of one step, by part: for drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Dollars {
    pub(crate) requests: f64,
    pub(crate) compute: f64,
    pub(crate) start_up: f64,
    pub(crate) storage: f64,
    pub(crate) always_on: f64,
}

impl Dollars {
    /// Parts of a day that are billed by call, each in its own proportion.
    fn add(&mut self, day: &Self, share: &Weights) {
        self.requests += day.requests * share.requests;
        self.compute += day.compute * share.compute;
        self.start_up += day.start_up * share.start_up;
        self.storage += day.storage * share.storage;
    }
}

/// A month of a scope: its days, by account, and those of each service.
#[derive(Debug, Default)]
struct MonthDays {
    from: Micros,
    accounts: BTreeMap<String, Daily>,
    services: Vec<(FunctionId, Vec<f64>)>,
}

/// Where the days of a month that is over are kept, with what they were priced by.
type Kept = Mutex<Option<(Arc<Books>, String, Arc<MonthDays>)>>;

/// Dollars of each step from `from`, which begins one, until `to`: list prices, each function on its own plan.
pub(crate) async fn chart(
    app: &App,
    scope: &Scope,
    from: Micros,
    to: Micros,
    grain: Grain,
) -> Result<Vec<Dollars>> {
    let length = grain.length().0;
    let count = usize::try_from(((to - from).0.max(0) + length - 1) / length).unwrap_or_default();
    let mut steps = vec![Dollars::default(); count];
    let asked = asked_of(app, scope).await?;
    let services = services(app, &asked).await?;
    let used = app.store().first_usage(scope).await?;
    let Some(first) = used.into_iter().chain(services.first()).min() else { return Ok(steps) };
    let now = app.now() + Micros(1);
    let (begin, end) = (from.max(Grain::Day.floor(first)), to.min(now));
    let mut month = Month::holding(begin);
    while begin < end && month.span(Provider::Aws)?.0 < end {
        let days = days_of(app, &asked, month, now).await?;
        if grain == Grain::Day {
            by_day(&days, from, &mut steps);
        } else {
            let within = Within { from, end, now, grain };
            by_call(app, &asked, &days, within, &mut steps).await?;
            by_task(&services, &days, within, &mut steps);
        }
        month = month.after();
    }
    Ok(steps)
}

/// The days of a month, worked out once when it is over.
async fn days_of(app: &App, asked: &Asked, month: Month, now: Micros) -> Result<Arc<MonthDays>> {
    let (from, to) = month.span(Provider::Aws)?;
    // Google's month ends some hours later.
    let last = month.span(Provider::Gcp)?.1.max(to);
    if now <= last {
        return Ok(Arc::new(work_out(app, asked, month, now).await?));
    }
    let place: Arc<Kept> = app.store().place_for("chart", &asked.scope, from, last);
    let (books, region) = (app.price_books(), app.price_region());
    let kept = || place.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((priced_by, priced_for, days)) = &*kept()
        && Arc::ptr_eq(priced_by, &books)
        && *priced_for == region
    {
        return Ok(Arc::clone(days));
    }
    let days = Arc::new(work_out(app, asked, month, now).await?);
    *kept() = Some((books, region, Arc::clone(&days)));
    Ok(days)
}

/// The same way as the Cost screen does it.
async fn work_out(app: &App, asked: &Asked, month: Month, now: Micros) -> Result<MonthDays> {
    let (from, _) = month.span(Provider::Aws)?;
    let period = month.from(from, now)?;
    let ledger = ledger::read_list(app, asked, month, &period).await?;
    let (_, daily) = ledger.daily(app, &asked.scope, &period).await?;
    let mut days = MonthDays { from, ..MonthDays::default() };
    // In one order, so that the same days come to the same last digit.
    let mut daily: Vec<(FunctionId, Daily)> = daily.into_iter().collect();
    daily.sort_by(|one, other| one.0.as_str().cmp(other.0.as_str()));
    for (id, mut own) in daily {
        let Some(function) = ledger.placed.get(&id) else { continue };
        if asked.only.as_ref().is_some_and(|only| *only != id) {
            continue;
        }
        if own.always_on.iter().any(|dollars| *dollars > 0.0) {
            days.services.push((id, std::mem::take(&mut own.always_on)));
        }
        days.accounts.entry(function.account.clone()).or_default().add(&own);
    }
    Ok(days)
}

/// Which steps are asked for.
#[derive(Clone, Copy)]
struct Within {
    from: Micros,
    end: Micros,
    now: Micros,
    grain: Grain,
}

impl Within {
    /// The place of a step, where it is one that is asked for.
    fn place(self, at: Micros) -> Option<usize> {
        let place = (at - self.from).0.div_euclid(self.grain.length().0);
        usize::try_from(place).ok().filter(|_| at < self.end)
    }
}

impl MonthDays {
    fn start(&self, day: usize) -> Micros {
        self.from + Micros(day as i64 * Grain::Day.length().0)
    }

    /// The days of it that the steps lie in.
    fn met(&self, within: Within, count: usize) -> std::ops::Range<usize> {
        let length = Grain::Day.length().0;
        let place = |at: Micros| usize::try_from((at - self.from).0.div_euclid(length)).unwrap_or_default();
        let first = place(within.from).min(count);
        first..(place(within.end - Micros(1)) + 1).clamp(first, count)
    }
}

fn on(daily: &Daily, day: usize) -> Dollars {
    let of = |part: &[f64]| part.get(day).copied().unwrap_or_default();
    Dollars {
        requests: of(&daily.requests),
        compute: of(&daily.compute),
        start_up: of(&daily.start_up),
        storage: of(&daily.storage),
        always_on: 0.0,
    }
}

fn by_day(days: &MonthDays, from: Micros, steps: &mut [Dollars]) {
    let place =
        |day: usize| usize::try_from((days.start(day) - from).0.div_euclid(Grain::Day.length().0)).ok();
    for daily in days.accounts.values() {
        for day in 0..daily.requests.len() {
            if let Some(step) = place(day).and_then(|place| steps.get_mut(place)) {
                step.add(&on(daily, day), &Weights::ONE);
            }
        }
    }
    for (day, dollars) in days.services.iter().flat_map(|(_, days)| days.iter().enumerate()) {
        if let Some(step) = place(day).and_then(|place| steps.get_mut(place)) {
            step.always_on += dollars;
        }
    }
}

/// What parts of a day are divided by.
#[derive(Clone, Copy, Debug, Default)]
struct Weights {
    requests: f64,
    compute: f64,
    start_up: f64,
    storage: f64,
}

impl Weights {
    const ONE: Self = Self { requests: 1.0, compute: 1.0, start_up: 1.0, storage: 1.0 };

    /// Of usage; a megabyte on arm counts as one on x86, since a function has one or the other.
    fn of(used: &UsedQuantities) -> Self {
        Self {
            requests: used.requests as f64,
            compute: (used.x86_compute_mb_ms + used.arm_compute_mb_ms) as f64,
            start_up: (used.x86_init_mb_ms + used.arm_init_mb_ms) as f64,
            storage: used.storage_mb_ms as f64,
        }
    }

    fn share_of(&self, whole: &Self) -> Self {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        Self {
            requests: share(self.requests, whole.requests),
            compute: share(self.compute, whole.compute),
            start_up: share(self.start_up, whole.start_up),
            storage: share(self.storage, whole.storage),
        }
    }
}

/// Divides the days of each account among its hours or minutes, by what was used in each.
async fn by_call(
    app: &App,
    asked: &Asked,
    days: &MonthDays,
    within: Within,
    steps: &mut [Dollars],
) -> Result<()> {
    for (account, daily) in &days.accounts {
        let met = days.met(within, daily.requests.len());
        if met.is_empty() {
            continue;
        }
        let scope = match &asked.only {
            Some(only) => Scope::Function(only.clone()),
            None => Scope::Account(account.clone()),
        };
        let (from, to) = (days.start(met.start), days.start(met.end));
        let used = app.store().used_by_step(&scope, from, to, Grain::Day).await?;
        let whole: HashMap<Micros, Weights> =
            used.iter().map(|(at, used)| (*at, Weights::of(used))).collect();
        let (first, end) = (from.max(within.from), to.min(within.end));
        for (at, used) in app.store().used_by_step(&scope, first, end, within.grain).await? {
            let start = Grain::Day.floor(at);
            let day = (start - days.from).0 / Grain::Day.length().0;
            let (Some(place), Some(whole), Ok(day)) =
                (within.place(at), whole.get(&start), usize::try_from(day))
            else {
                continue;
            };
            if let Some(step) = steps.get_mut(place) {
                step.add(&on(daily, day), &Weights::of(&used).share_of(whole));
            }
        }
    }
    Ok(())
}

/// Divides the days of each service among its hours or minutes, by how long its tasks ran in each.
fn by_task(services: &Services, days: &MonthDays, within: Within, steps: &mut [Dollars]) {
    let a_day = (Grain::Day.length().0 / within.grain.length().0) as usize;
    for (id, daily) in &days.services {
        for day in days.met(within, daily.len()) {
            let ran = services.steps(id, days.start(day), within.now, a_day, within.grain);
            let seconds: Vec<u64> =
                ran.iter().map(|tasks| tasks.iter().map(|one| one.task_seconds).sum()).collect();
            let all: u64 = seconds.iter().sum();
            for (step, seconds) in seconds.into_iter().enumerate().filter(|_| all > 0) {
                let at = days.start(day) + Micros(step as i64 * within.grain.length().0);
                if let Some(step) = within.place(at).and_then(|place| steps.get_mut(place)) {
                    step.always_on += daily[day] * seconds as f64 / all as f64;
                }
            }
        }
    }
}
