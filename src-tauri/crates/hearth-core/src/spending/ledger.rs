//! What a month is made of, read from the rollups of the ledger in a handful of queries: who used what, priced by
//! account. Owns the order in which queries and bills are put together. Must not know how it is shown.

use super::bill::{Bill, Billed, Sums, Used, bill};
use super::days::{self, Daily, PricedSums};
use super::movers::rough;
use super::period::{Asked, Month, day_of};
use super::plans::{self, Pricing, pricing, provider};
use super::prices::{PricedDays, priced_days};
use super::running::{Running, Services, services};
use crate::api::CostMonth;
use crate::{App, Result};
use hearth_cost::{Day, Grants, PriceBook, Provider};
use hearth_model::{FunctionId, Micros};
use hearth_store::{FunctionUsage, PlacedFunction, Scope, SizedUsage};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// One account's month.
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) paid: bool,
    pub(crate) used: Vec<Used>,
    pub(crate) bill: Bill,
}

/// A month of everything that is billed together.
pub(crate) struct Ledger {
    /// The book of the last day.
    pub(crate) book: PriceBook,
    /// The last day whose prices hold.
    pub(crate) day: Day,
    /// The days that share prices.
    pub(crate) days: Vec<PricedDays>,
    /// The sums of each of them.
    priced: Vec<PricedSums>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) sums: HashMap<FunctionId, Sums>,
    pub(crate) placed: HashMap<FunctionId, PlacedFunction>,
    /// Counts and log bytes that have no size.
    pub(crate) counts: HashMap<FunctionId, FunctionUsage>,
    /// Functions whose region or plan has no price: they are told, not counted as zero.
    pub(crate) unpriced: Vec<String>,
    /// Services with the tasks that they ran, in this month and before.
    pub(crate) services: Services,
}

/// Reads and prices a month: each day with the prices of that day, and tiers and grants counted through the month.
pub(crate) async fn read(app: &App, asked: &Asked, month: Month, period: &CostMonth) -> Result<Ledger> {
    let region = app.settings().price_region;
    let placed: HashMap<FunctionId, PlacedFunction> =
        asked.functions.iter().map(|function| (function.id.clone(), function.clone())).collect();
    let services = services(app, asked).await?;
    let days = priced_days(
        &app.price_books(),
        &pricings(asked, &region),
        period.from_us,
        period.until_us.min(period.to_us),
    );
    let counts = app.store().usage_by_function(&asked.billed, period.from_us, period.until_us).await?;
    let counts = counts.into_iter().map(|usage| (usage.function_id.clone(), usage)).collect();
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
                unpriced.insert(format!("{} in {}", function.name, pricing.region));
            }
        }
    }
    let mut priced: Vec<PricedSums> = days.iter().map(|days| (days.to, HashMap::new())).collect();
    let (mut accounts, mut sums) = (Vec::new(), HashMap::<FunctionId, Sums>::new());
    for (id, stretches) in by_account {
        let billed: Vec<Billed<'_>> =
            days.iter().zip(stretches).map(|(days, used)| Billed { days, used }).collect();
        let bill = bill(&billed, &Grants::whole(), asked.only.as_ref())?;
        for (place, (billed, (_, priced))) in billed.iter().zip(&mut priced).enumerate() {
            for (id, more) in bill.sums(place, &billed.used) {
                sums.entry(id.clone()).or_default().add(&more);
                priced.insert(id, more);
            }
        }
        let used = whole(billed);
        let any = used.first().and_then(|used| placed.get(&used.id));
        accounts.push(Account {
            name: any.map_or_else(|| id.clone(), |function| function.account_name.clone()),
            provider: any.map_or_else(String::new, |function| function.provider.clone()),
            paid: used.iter().any(|used| used.pricing.paid),
            id,
            used,
            bill,
        });
    }
    let (book, day) = match days.last() {
        Some(last) => (last.book.clone(), last.day),
        None => (app.prices(), day_of(period.until_us)),
    };
    let unpriced = unpriced.into_iter().collect();
    Ok(Ledger { book, day, days, priced, accounts, sums, placed, counts, unpriced, services })
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

/// What functions used in all stretches together, in the order of ids.
fn whole(stretches: Vec<Billed<'_>>) -> Vec<Used> {
    let mut all: BTreeMap<FunctionId, Used> = BTreeMap::new();
    for used in stretches.into_iter().flat_map(|stretch| stretch.used) {
        match all.get_mut(&used.id) {
            None => drop(all.insert(used.id.clone(), used)),
            Some(there) => {
                for sized in used.sizes {
                    let same = |known: &&mut SizedUsage| {
                        (known.memory_mb, known.architecture) == (sized.memory_mb, sized.architecture)
                    };
                    match there.sizes.iter_mut().find(same) {
                        Some(known) => known.add(&sized),
                        None => there.sizes.push(sized),
                    }
                }
                for tasks in used.running {
                    match there.running.iter_mut().find(|known| known.size() == tasks.size()) {
                        Some(known) => known.task_seconds += tasks.task_seconds,
                        None => there.running.push(tasks),
                    }
                }
            }
        }
    }
    all.into_values().collect()
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

/// Whether everything that one size counts has a price; sizes of a function differ in their processors only.
fn has_prices(
    book: &PriceBook,
    day: Day,
    pricing: &Pricing,
    sizes: &[SizedUsage],
    running: &[Running],
) -> bool {
    let known = |sizes: &[SizedUsage], running: &[Running]| {
        plans::counted("", pricing, day, sizes, running).is_ok_and(|items| {
            items.iter().all(|item| book.price(item.meter, &item.region, item.architecture, day).is_ok())
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

impl Ledger {
    /// Every function's days of the month so far.
    pub(crate) async fn daily(
        &self,
        app: &App,
        scope: &Scope,
        period: &CostMonth,
    ) -> Result<(usize, HashMap<FunctionId, Daily>)> {
        let days = days::count(period.from_us, period.until_us);
        let steps = app.store().usage_days(scope, period.from_us, period.until_us).await?;
        let tasks = self.task_days(period, days);
        Ok((days, days::spread(&self.priced, &steps, &tasks, period.from_us, days)))
    }

    /// What the tasks of each service cost on each day, to weigh days by.
    fn task_days(&self, period: &CostMonth, days: usize) -> HashMap<FunctionId, Vec<f64>> {
        let services = self.accounts.iter().flat_map(|account| &account.used);
        services
            .filter(|used| !used.running.is_empty())
            .map(|used| {
                let running = self.services.days(&used.id, period.from_us, period.until_us, days);
                let dollars = |day: &Vec<Running>| rough(&self.book, self.day, &used.pricing, &[], day);
                (used.id.clone(), running.iter().map(dollars).collect())
            })
            .collect()
    }

    /// Dollars a day of the tasks that run at the end of the month so far.
    pub(crate) fn always_on_a_day(&self, only: Option<&FunctionId>, period: &CostMonth) -> f64 {
        let minute = self.services.between(period.until_us - Micros(60_000_000), period.until_us);
        let shown = self.accounts.iter().flat_map(|account| &account.used);
        shown
            .filter(|used| only.is_none_or(|only| *only == used.id))
            .filter_map(|used| Some(rough(&self.book, self.day, &used.pricing, &[], minute.get(&used.id)?)))
            .sum::<f64>()
            * 24.0
            * 60.0
    }

    /// What was assumed, for people.
    pub(crate) fn assumptions(&self) -> Vec<String> {
        let mut all =
            vec!["list prices before tax; grants are those of a whole month in each account".to_owned()];
        if let Some(used) =
            self.accounts.iter().flat_map(|account| &account.used).find(|used| !used.pricing.paid)
        {
            all.push(format!(
                "what ran on this computer cost nothing: its amounts are those of AWS Lambda in {}",
                used.pricing.region
            ));
        }
        let any = |provider_is: Provider| {
            let mut used = self.accounts.iter().flat_map(|account| &account.used);
            used.any(|used| provider(used.pricing.plan) == provider_is)
        };
        if any(Provider::Azure) {
            all.push(
                "Azure bills observed memory, which is not known: the memory configured is used".to_owned(),
            );
        }
        if any(Provider::Gcp) {
            all.push("Google counts the month in Pacific time, and steps of 100 ms are estimated".to_owned());
        }
        if self.accounts.iter().flat_map(|account| &account.used).any(|used| !used.running.is_empty()) {
            all.push("tasks of a service are counted from its versions: they ran all the time".to_owned());
        }
        if !self.unpriced.is_empty() {
            all.push(format!("without a price in the book, and not counted: {}", self.unpriced.join(", ")));
        }
        all
    }
}
