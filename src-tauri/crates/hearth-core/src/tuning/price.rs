//! What measured calls cost, through hearth-cost. Must not know how they were measured; holds no price itself.

use crate::spending::plans::{Pricing, provider};
use crate::{App, Result};
use hearth_cost::{
    Decimal, FunctionUsage, Package, Plan, PriceBook, Provider, Stretch, Time, list_month, metered, rule,
};
use hearth_model::Micros;
use hearth_model::{Architecture, billed_milliseconds};

/// The prices of one tuning, from its begin to its end.
pub(crate) struct Prices {
    book: PriceBook,
    plan: Plan,
    region: String,
}

/// What calls ran on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server {
    pub(crate) memory_mb: u32,
    pub(crate) architecture: Architecture,
    /// Its processors, where calls are billed for them.
    pub(crate) vcpu: Option<Decimal>,
}

impl Prices {
    /// What AWS Lambda takes in the region of the settings, by the newest book.
    pub(crate) fn now(app: &App) -> Self {
        Self::new(app.prices(), app.settings().price_region)
    }

    /// What a plan takes in its region, or in the usual one of its vendor where the book has no prices for that; Lambda's
    /// is that of the settings.
    pub(crate) fn of_plan(app: &App, pricing: Pricing) -> Self {
        let there = Self { book: app.prices(), plan: pricing.plan, region: pricing.region };
        let probe = Server { memory_mb: 512, architecture: Architecture::X86_64, vcpu: None };
        if there.of(probe, &[(1, 1)]).is_ok() {
            return there;
        }
        match provider(there.plan) {
            Provider::Azure => Self { region: "eastus".to_owned(), ..there },
            Provider::Gcp => Self { region: "us-central1".to_owned(), ..there },
            _ => Self::now(app),
        }
    }

    pub(crate) fn new(book: PriceBook, region: String) -> Self {
        Self { book, plan: Plan::LambdaOnDemand, region }
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn date(&self) -> &str {
        self.book.date()
    }

    /// What is billed of a call, in milliseconds.
    pub(crate) fn billed_ms(&self, init: Micros, handler: Micros) -> u64 {
        if self.plan == Plan::LambdaOnDemand {
            return billed_milliseconds(init, handler);
        }
        let whole = |time: Micros| u64::try_from(time.0).unwrap_or(0);
        rule(self.plan, Package::Zip, self.book.day()).billed_ms(whole(handler), whole(init))
    }

    /// What calls cost at list price, exact; of each kind its billed milliseconds and how many there were.
    pub(crate) fn of(&self, server: Server, calls: &[(u64, u64)]) -> Result<Decimal> {
        let requests = calls.iter().map(|(_, count)| count).sum();
        let runs = calls.iter().map(|(billed_ms, count)| (billed_ms.saturating_mul(1_000), *count)).collect();
        // What was billed is whole steps already, of which the rule makes the same again.
        let time = Time::Runs { runs, init_ms: 0 };
        let mut usage = FunctionUsage::new(requests, time, server.memory_mb, server.architecture);
        usage.vcpu = server.vcpu;
        let day = self.book.day();
        let items = metered("", self.plan, &self.region, day, &usage)?;
        let lists = list_month(&[Stretch { book: &self.book, day, items: &items }])?;
        Ok(lists.into_values().sum::<Decimal>().normalize())
    }
}
