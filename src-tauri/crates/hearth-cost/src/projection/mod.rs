//! What usage would cost somewhere: in another size, region, plan or cloud, or on a server of one's own. Owns the one
//! function that what-if and dashboards ask. Must not know where usage was counted.

mod aws;
mod break_even;
mod clouds;
mod kept;
mod target;
mod tasks;
#[cfg(test)]
mod tests;
mod usage;

pub use break_even::{BreakEven, CurvePoint, break_even, cost_curve};
pub use kept::{KeptReady, kept_ready};
pub use target::{DurationAssumption, ProvisionedTarget, Target, TargetPlan};
pub use tasks::{TaskTime, task_time};
pub use usage::FunctionUsage;

use crate::Day;
use crate::billing::{Plan, Rule, billed_time, rule};
use crate::book::{Currency, PriceBook};
use crate::charge::Quantity;
use crate::error::{Result, usage as wrong};
use crate::line::{Breakdown, Line};
use crate::services::{Desk, Terms, own_server};
use rust_decimal::Decimal;

/// What `usage` of one month costs on `target`, with the prices and rules of `day`: lines, total, range, assumptions.
pub fn project(book: &PriceBook, day: Day, usage: &FunctionUsage, target: &Target) -> Result<Breakdown> {
    target.check()?;
    let terms = Terms {
        region: target.region().to_owned(),
        day,
        month: target.month,
        grants: target.grants.clone(),
        savings_plan: target.savings_plan.clone(),
    };
    let mut work =
        Work { desk: Desk::new(book, &terms)?, usage, target, assumptions: vec![terms.month.words()] };
    let lines = work.lines()?;
    let assumptions = work.assumptions();
    let currency = currency(book, &terms, target)?;
    Ok(Breakdown::of(book, currency, lines, assumptions))
}

/// In what the target is paid: a region of China in yuan, everything else in dollars.
fn currency(book: &PriceBook, terms: &Terms, target: &Target) -> Result<Currency> {
    match target.plan {
        TargetPlan::Lambda { architecture, .. } => {
            let meter = crate::Meter::LambdaDuration;
            Ok(book.price(meter, &terms.region, Some(architecture), terms.day)?.currency)
        }
        _ => Ok(Currency::Usd),
    }
}

/// One projection while it is worked out.
struct Work<'a> {
    desk: Desk<'a>,
    usage: &'a FunctionUsage,
    target: &'a Target,
    assumptions: Vec<String>,
}

impl Work<'_> {
    fn lines(&mut self) -> Result<Vec<Line>> {
        match &self.target.plan {
            TargetPlan::OwnServer { server } => {
                let mut server = server.clone();
                if server.count == 0 {
                    server.count = self.needed(server.concurrency.unwrap_or(1), "server")?;
                }
                own_server::lines(&server, self.desk.terms.month.hours())
            }
            TargetPlan::Lambda { .. }
            | TargetPlan::LambdaEdge { .. }
            | TargetPlan::ManagedInstances { .. }
            | TargetPlan::MicroVms { .. }
            | TargetPlan::Fargate { .. } => self.aws_lines(),
            _ => self.cloud_lines(),
        }
    }

    fn assume(&mut self, words: impl Into<String>) {
        let words = words.into();
        if !self.assumptions.contains(&words) {
            self.assumptions.push(words);
        }
    }

    /// All assumptions, those on traffic and duration first.
    fn assumptions(mut self) -> Vec<String> {
        let mut all = vec![self.target.duration.words(self.usage, &self.target.plan)];
        if self.target.traffic != Decimal::ONE {
            all.push(format!("{} times the traffic", self.target.traffic.normalize()));
        }
        all.append(&mut self.assumptions);
        all.retain(|words| !words.is_empty());
        all
    }

    /// Requests with the traffic of the target.
    fn requests(&self) -> Result<Decimal> {
        let requests = Quantity::exact(self.usage.requests).times(self.target.traffic)?;
        Ok(requests.value.round())
    }

    /// The rule of a plan on the day of the terms.
    fn rule(&self, plan: Plan) -> Rule {
        rule(plan, self.usage.package, self.desk.terms.day)
    }

    /// Milliseconds that a plan bills for all requests, with traffic and duration as the target assumes.
    fn billed_ms(&mut self, plan: Plan) -> Result<Quantity> {
        let rule = self.rule(plan);
        let billed = |factor: Decimal| -> Result<Quantity> {
            let time = self.usage.time_scaled(factor)?;
            billed_time(&rule, self.usage.requests, &time)
        };
        let quantity = match &self.target.duration {
            DurationAssumption::Unchanged => billed(Decimal::ONE)?,
            DurationAssumption::Measured { factor } => billed(*factor)?,
            DurationAssumption::Range { best, low, high } => {
                Quantity { value: billed(*best)?.value, low: billed(*low)?.low, high: billed(*high)?.high }
            }
        };
        if !quantity.is_exact() && matches!(self.target.duration, DurationAssumption::Unchanged) {
            let words = match self.usage.time {
                crate::Time::Average { .. } => "only average durations are known: a range of one step each",
                _ => "the plan rounds durations that are known as a sum: a range of one step each",
            };
            self.assume(words);
        }
        quantity.times(self.target.traffic)
    }

    /// How many instances of `concurrency` requests each the traffic needs: by its peak, or by its mean over the month.
    fn needed(&mut self, concurrency: u32, what: &str) -> Result<u32> {
        if concurrency == 0 {
            return wrong(format!("a {what} runs at least one request at a time, not 0"));
        }
        let (busy, words) = if let Some(peak) = self.usage.peak_concurrency {
            (Decimal::from(peak) * self.target.traffic, "the peak of requests at once")
        } else {
            let busy_ms = billed_time(
                &self.rule(Plan::LambdaOnDemand),
                self.usage.requests,
                &self.usage.time_scaled(Decimal::ONE)?,
            )?;
            let seconds = busy_ms.times(self.target.traffic)?.value / Decimal::ONE_THOUSAND;
            (
                seconds / self.desk.terms.month.seconds(),
                "the mean of requests at once, since the peak is not known",
            )
        };
        let count = (busy / Decimal::from(concurrency)).ceil().max(Decimal::ONE);
        let count = u32::try_from(count).or_else(|_| wrong(format!("{count} of a {what} are absurd")))?;
        self.assume(format!("{count} × {what}, for {words}"));
        Ok(count)
    }
}
