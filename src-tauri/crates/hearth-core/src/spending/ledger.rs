//! What a month is made of: who used what, priced by account. Owns the order in which queries and bills are put
//! together. Must not know how it is shown.

use super::bill::{Bill, Billed, Used, bill};
use super::days::{self, Daily, PricedSums};
use super::movers::rough;
use super::period::{Asked, Month, day_of};
use super::prices::PricedDays;
use super::running::{Running, Services};
use super::sums::Sums;
use super::taken::{Taken, take};
use crate::api::CostMonth;
use crate::clouds::own_requests::{self, METRICS};
use crate::{App, Result};
use hearth_cost::{Day, Grants, PriceBook};
use hearth_model::FunctionId;
use hearth_store::{FunctionUsage, PlacedFunction, Scope, SizedUsage};
use std::collections::{BTreeMap, HashMap};

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
    /// Metrics that Hearth asked for and that are billed, by account and region.
    pub(crate) polled: BTreeMap<(String, String), u64>,
}

/// Reads and prices a month: each day with the prices of that day, and tiers and grants counted through the month.
pub(crate) async fn read(app: &App, asked: &Asked, month: Month, period: &CostMonth) -> Result<Ledger> {
    let counts = app.store().usage_by_function(&asked.billed, period.from_us, period.until_us).await?;
    let counts = counts.into_iter().map(|usage| (usage.function_id.clone(), usage)).collect();
    price(app, asked, month, period, (&Grants::whole(), asked.only.as_ref()), counts).await
}

/// The same at list prices alone: no grants, no counts and nobody's marginal cost, which take the longest.
pub(crate) async fn read_list(app: &App, asked: &Asked, month: Month, period: &CostMonth) -> Result<Ledger> {
    let nobody = FunctionId(String::new());
    price(app, asked, month, period, (&Grants::default(), Some(&nobody)), HashMap::new()).await
}

async fn price(
    app: &App,
    asked: &Asked,
    month: Month,
    period: &CostMonth,
    (grants, marginal_of): (&Grants, Option<&FunctionId>),
    counts: HashMap<FunctionId, FunctionUsage>,
) -> Result<Ledger> {
    let placed: HashMap<FunctionId, PlacedFunction> =
        asked.functions.iter().map(|function| (function.id.clone(), function.clone())).collect();
    let Taken { days, by_account, unpriced, services } = take(app, asked, month, period).await?;
    let mut priced: Vec<PricedSums> = days.iter().map(|days| (days.to, HashMap::new())).collect();
    let (mut accounts, mut sums) = (Vec::new(), HashMap::<FunctionId, Sums>::new());
    for (id, stretches) in by_account {
        let billed: Vec<Billed<'_>> =
            days.iter().zip(stretches).map(|(days, used)| Billed { days, used }).collect();
        let bill = bill(&billed, grants, marginal_of)?;
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
    own_requests::settle(app).await;
    let own = app.store().own_requests(period.from_us, period.until_us).await?;
    let shown = |account: &str| match &asked.scope {
        Scope::Account(id) => id == account,
        Scope::All => !asked.demo,
        Scope::Demo => false,
        Scope::Function(_) => true,
    };
    let polled = own
        .into_iter()
        .filter(|one| (one.service.as_str(), one.operation.as_str()) == METRICS && shown(&one.account))
        .map(|one| ((one.account, one.location), one.units))
        .collect();
    Ok(Ledger { book, day, days, priced, accounts, sums, placed, counts, unpriced, services, polled })
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
        let minute = self.services.at(period.until_us);
        let shown = self.accounts.iter().flat_map(|account| &account.used);
        shown
            .filter(|used| only.is_none_or(|only| *only == used.id))
            .filter_map(|used| Some(rough(&self.book, self.day, &used.pricing, &[], minute.get(&used.id)?)))
            .sum::<f64>()
            * 24.0
            * 60.0
    }
}
