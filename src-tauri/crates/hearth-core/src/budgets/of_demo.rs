//! Budgets of made-up money: two that come with the demo, and what is told of those. Owns that nothing of them reaches
//! the log or the brake, since there is nobody to stop. Must not know how real budgets are watched.

use super::standing::Standing;
use super::words::Month;
use crate::{App, Result, spending};
use hearth_model::{HearthEvent, Micros};
use hearth_store::{Scope, StoredBudget};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// Percent at which the budgets that come with the demo alert.
const ALERTS: [u32; 3] = [50, 80, 100];
/// Percent of the budget that all of the demo spent: one alert was told, another is to come.
const SPENT: i64 = 85;
/// The same for its busiest account, which is over.
const OVERSPENT: i64 = 108;

/// The highest alert that was told of each budget, and when that budget was set. Forgotten with the process.
pub(super) type Told = HashMap<Scope, (Micros, u32)>;

/// Sets the budgets that come with the demo: one for all of it, and one for its busiest account.
pub(crate) async fn make(app: &App, busiest: &str) -> Result<()> {
    for (scope, percent) in [(Scope::Demo, SPENT), (Scope::Account(busiest.to_owned()), OVERSPENT)] {
        let spent = spending::list(app, &spending::asked_of(app, &scope).await?).await?;
        let amount = (spent * Decimal::ONE_HUNDRED / Decimal::from(percent)).round_dp(2);
        if amount > Decimal::ZERO {
            let amount_usd = amount.normalize().to_string();
            let budget =
                StoredBudget { scope, amount_usd, thresholds: ALERTS.to_vec(), changed_us: app.now() };
            app.store().put_budget(&budget).await?;
        }
    }
    super::commands::changed(app).await
}

/// Tells of the highest alert that was passed, once.
pub(super) fn tell(app: &App, budget: &StoredBudget, standing: &Standing, month: &Month) {
    let passed = |threshold: &&u32| {
        standing.spent >= standing.amount * Decimal::from(**threshold) / Decimal::ONE_HUNDRED
    };
    let Some(threshold) = budget.thresholds.iter().rfind(passed).copied() else { return };
    let now = (budget.changed_us, threshold);
    if app.budgets().seen().told_of_demo.insert(budget.scope.clone(), now) == Some(now) {
        return;
    }
    app.tell(HearthEvent::BudgetAlert {
        title: format!("DEMO: {threshold} % of a budget is spent"),
        text: standing.passed(threshold, month),
        urgent: threshold >= 100,
    });
}
