//! How a budget stands: what its scope spent this month, how fast it spends now, and how fast it usually does. Must
//! not know what is told or done about it.

use super::runaway::Reading;
use super::words::{self, Month};
use crate::{App, ErrorCode, Result, money, spending};
use hearth_model::{FunctionId, Grain, LOCAL_ACCOUNT, Micros};
use hearth_store::{Scope, StoredBudget};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

/// Days whose mean is the usual rate.
const USUAL_DAYS: i64 = 7;
/// How long a usual rate is good for.
const USUAL_LASTS: Micros = Micros::from_seconds(600);

/// How one budget stands.
pub(super) struct Standing {
    pub(super) subject: String,
    pub(super) amount: Decimal,
    pub(super) spent: Decimal,
    pub(super) reading: Reading,
    /// What of it is not known, and what to do about it.
    pub(super) unknown: Option<String>,
}

/// What a scope usually spends.
#[derive(Clone, Debug, Default)]
pub(super) struct Usual {
    /// US dollars a second; none when there was nothing, or when it is not known.
    rate: Option<f64>,
    /// Why it is not known.
    unknown: Option<String>,
}

impl Standing {
    pub(super) fn percent(&self) -> f64 {
        let percent = self.spent.checked_mul(Decimal::ONE_HUNDRED).and_then(|it| it.checked_div(self.amount));
        let down =
            |it: Decimal| it.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::ToZero).to_f64();
        percent.and_then(down).unwrap_or(0.0)
    }

    /// An alert that was passed, in words.
    pub(super) fn passed(&self, threshold: u32, month: &Month) -> String {
        format!(
            "{} passed {threshold} % of the budget for {}: {} of {} at list price.",
            self.subject,
            month.name,
            words::usd(self.spent),
            words::usd(self.amount)
        )
    }

    /// The figures that an alert stands on.
    pub(super) fn figures(&self) -> Value {
        json!({
            "spentUsd": self.spent.normalize().to_string(),
            "budgetUsd": self.amount.normalize().to_string(),
            "usdPerHour": words::estimate(self.reading.rate * 3_600.0).to_string(),
            "projectedUsd": words::estimate(self.reading.projected_usd()).to_string(),
        })
    }
}

/// Compares a budget with the ledger and the live rate.
pub(super) async fn stand(app: &App, budget: &StoredBudget, now: Micros, month: &Month) -> Result<Standing> {
    let spent = spending::list(app, &spending::asked_of(app, &budget.scope).await?).await?;
    let amount: Decimal = budget.amount_usd.parse().unwrap_or_default();
    let Usual { rate: usual, unknown } = usual(app, &budget.scope, now).await?;
    // Nothing of the demo runs: it spends as it usually did.
    let rate = match usual {
        Some(usual) if budget.scope.is_demo() => usual,
        _ => rate_of(app, &budget.scope, now),
    };
    let float = |amount: Decimal| amount.to_f64().unwrap_or(0.0);
    Ok(Standing {
        subject: subject(app, &budget.scope).await?,
        amount,
        spent,
        reading: Reading {
            spent_usd: float(spent),
            budget_usd: float(amount),
            rate,
            usual,
            rest_s: (month.ends - now).0 as f64 / 1e6,
        },
        unknown,
    })
}

/// The live rate of a scope in US dollars a second.
pub(super) fn rate_of(app: &App, scope: &Scope, now: Micros) -> f64 {
    let seen = app.budgets().seen();
    seen.rates.iter().filter(|(id, _)| covers(scope, id)).map(|(_, (_, rate))| rate.at(now)).sum()
}

/// Whether a local function's money is the scope's.
pub(super) fn covers(scope: &Scope, id: &FunctionId) -> bool {
    match scope {
        Scope::All => true,
        Scope::Demo => false,
        Scope::Account(account) => account == LOCAL_ACCOUNT,
        Scope::Function(function) => function == id,
    }
}

/// The mean of the days before the last hour. A day without a price is no reason to show no budget at all.
async fn usual(app: &App, scope: &Scope, now: Micros) -> Result<Usual> {
    let known = app.budgets().seen().usual.get(scope).cloned();
    if let Some((at, usual)) = known
        && now - at < USUAL_LASTS
    {
        return Ok(usual);
    }
    let to = Grain::Hour.floor(now - Grain::Hour.length());
    let from = to - Micros::from_seconds(USUAL_DAYS * 86_400);
    let usual = match money::cost_between(app, scope, from, to).await {
        Ok(usd) => {
            let usd = usd.to_f64().unwrap_or(0.0);
            Usual { rate: (usd > 0.0).then(|| usd / (USUAL_DAYS as f64 * 86_400.0)), unknown: None }
        }
        Err(error) if error.code == ErrorCode::InvalidInput => {
            let hint = error.hint.unwrap_or_default();
            let unknown = format!("The usual rate is not known: {}. {hint}.", error.message);
            Usual { rate: None, unknown: Some(unknown) }
        }
        Err(error) => return Err(error),
    };
    app.budgets().seen().usual.insert(scope.clone(), (now, usual.clone()));
    Ok(usual)
}

/// A scope in words.
pub(super) async fn subject(app: &App, scope: &Scope) -> Result<String> {
    Ok(match scope {
        Scope::All | Scope::Demo => "All functions".to_owned(),
        Scope::Account(id) => {
            let names = app.store().account_names().await?;
            names.into_iter().find(|(known, _)| known == id).map_or_else(|| id.clone(), |(_, name)| name)
        }
        Scope::Function(id) => {
            let named = app.store().function_name(id).await?;
            named.unwrap_or_else(|| id.as_str().to_owned())
        }
    })
}

/// A scope in one word, for what is told once.
pub(super) fn scope_key(scope: &Scope) -> String {
    match scope {
        Scope::All => "all".to_owned(),
        Scope::Demo => "demo".to_owned(),
        Scope::Account(id) => format!("account/{id}"),
        Scope::Function(id) => format!("function/{}", id.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_over_several_clouds_names_no_single_list_of_prices() {
        let reading = Reading { spent_usd: 8.0, budget_usd: 10.0, rate: 0.0, usual: None, rest_s: 1.0 };
        let standing = Standing {
            subject: "All functions".to_owned(),
            amount: Decimal::TEN,
            spent: Decimal::from(8),
            reading,
            unknown: None,
        };
        let words = standing.passed(80, &words::month(Micros::from_seconds(1_795_694_400)));
        assert!(words.ends_with("$8 of $10 at list price."), "{words}");
    }
}
