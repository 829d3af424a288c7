//! What a bill assumes, for people. Owns that what is estimated is told for what is shown alone. Must not price anything.

use super::bounds::Bounds;
use super::ledger::Ledger;
use super::plans::provider;
use super::sums::plain;
use hearth_cost::{Basis, Decimal, Plan, Provider};
use hearth_model::FunctionId;
use std::collections::BTreeSet;

/// What was assumed of months that are shown together, of one function when `only` says so.
pub(crate) fn assumptions(ledgers: &[&Ledger], only: Option<&FunctionId>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for words in ledgers.iter().flat_map(|ledger| ledger.assumed()) {
        if !all.contains(&words) {
            all.push(words);
        }
    }
    all.extend(estimated(ledgers, only));
    all
}

/// That some amounts are estimates, on which plans, and between what they are.
fn estimated(ledgers: &[&Ledger], only: Option<&FunctionId>) -> Option<String> {
    let (mut bounds, mut plans) = (Bounds::default(), BTreeSet::new());
    for account in ledgers.iter().flat_map(|ledger| &ledger.accounts) {
        for used in account.used.iter().filter(|used| only.is_none_or(|only| *only == used.id)) {
            let shares = account.bill.groups.iter().filter_map(|group| group.shares.get(&used.id));
            for share in shares.filter(|share| share.basis() == Basis::Estimated) {
                bounds.add(&share.bounds());
                plans.insert(used.pricing.plan.words());
            }
        }
    }
    if plans.is_empty() {
        return None;
    }
    let plans: Vec<&str> = plans.into_iter().collect();
    Some(format!(
        "≈ is estimated: on {} each call is billed in steps with a minimum, and of a month only sums of calls are known; all \
         that is estimated here is between ${} and ${} at list price",
        plans.join(", "),
        shown(bounds.list.0),
        shown(bounds.list.1)
    ))
}

/// Cents, and of less than a dollar two digits that say something.
fn shown(usd: Decimal) -> String {
    let rounded = if usd < Decimal::ONE { usd.round_sf(2).unwrap_or(usd) } else { usd.round_dp(2) };
    plain(rounded)
}

impl Ledger {
    /// What was assumed of the month as a whole.
    fn assumed(&self) -> Vec<String> {
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
        let any = |is: &dyn Fn(Plan) -> bool| {
            self.accounts.iter().flat_map(|account| &account.used).any(|used| is(used.pricing.plan))
        };
        if any(&|plan| plan == Plan::AzureConsumption) {
            all.push(
                "Azure Consumption bills the memory that each call was seen to use, which sums of a month do not hold: \
                 the memory configured is taken, 1536 MB at most, and is the most it can be"
                    .to_owned(),
            );
        }
        if any(&|plan| plan == Plan::AzureFlex) {
            all.push(
                "Azure Flex bills a server while it works: its steps of 100 ms are estimated, as if no two calls shared \
                 one"
                .to_owned(),
            );
        }
        if any(&|plan| provider(plan) == Provider::Gcp) {
            all.push("Google counts the month in Pacific time, and steps of 100 ms are estimated".to_owned());
        }
        if self.accounts.iter().flat_map(|account| &account.used).any(|used| !used.running.is_empty()) {
            all.push(
                "tasks of a service are counted from its versions: they ran all the time; in an account from its first \
                 reading to its last one, with what ran at one reading until the next"
                    .to_owned(),
            );
        }
        if !self.unpriced.is_empty() {
            all.push(format!("without a price in the book, and not counted: {}", self.unpriced.join(", ")));
        }
        all
    }
}
