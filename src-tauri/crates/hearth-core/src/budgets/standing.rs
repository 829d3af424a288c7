//! How a budget stands: what its scope spent this month, how fast it spends now, and how fast it usually does. Must
//! not know what is told or done about it.

use super::runaway::Reading;
use super::words::{self, Month};
use crate::spending::Asked;
use crate::{ApiError, App, ErrorCode, Result, money, spending};
use hearth_model::{FunctionId, Grain, LOCAL_ACCOUNT, Micros};
use hearth_store::{PlacedFunction, Scope, StoredBudget};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};

/// Days whose mean is the usual rate.
const USUAL: Micros = Micros::from_seconds(7 * 86_400);
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

/// What a scope usually spends, US dollars a second.
#[derive(Clone, Debug, Default)]
pub(super) struct Usual {
    /// What runs here; none when nothing did, or when it is not known.
    here: Option<f64>,
    /// What is in accounts; none when nothing is known of them.
    elsewhere: Option<f64>,
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
            "usdPerHour": words::estimate(self.reading.together() * 3_600.0).to_string(),
            "projectedUsd": words::estimate(self.reading.projected_usd()).to_string(),
        })
    }
}

/// Compares a budget with the ledger and the live rate.
pub(super) async fn stand(app: &App, budget: &StoredBudget, now: Micros, month: &Month) -> Result<Standing> {
    let asked = spending::asked_of(app, &budget.scope).await?;
    let spent = spending::list(app, &asked).await?;
    let amount: Decimal = budget.amount_usd.parse().unwrap_or_default();
    let usual = usual(app, &budget.scope, &asked, now).await?;
    let float = |amount: Decimal| amount.to_f64().unwrap_or(0.0);
    Ok(Standing {
        subject: subject(app, &budget.scope).await?,
        amount,
        spent,
        reading: Reading {
            spent_usd: float(spent),
            budget_usd: float(amount),
            rate: rate_of(app, &budget.scope, now),
            usual: usual.here,
            elsewhere: usual.elsewhere.unwrap_or_default(),
            rest_s: (month.ends - now).0 as f64 / 1e6,
        },
        unknown: usual.unknown,
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

/// The means of the days before. A day without a price is no reason to show no budget at all.
async fn usual(app: &App, scope: &Scope, asked: &Asked, now: Micros) -> Result<Usual> {
    let known = app.budgets().seen().usual.get(scope).cloned();
    if let Some((at, usual)) = known
        && now - at < USUAL_LASTS
    {
        return Ok(usual);
    }
    let usual = match means(app, scope, asked, now).await {
        Ok((here, elsewhere)) => Usual { here, elsewhere, unknown: None },
        Err(ApiError { code: ErrorCode::InvalidInput, message, hint, .. }) => {
            let hint = hint.unwrap_or_default();
            let unknown = format!("The usual rate is not known: {message}. {hint}.");
            Usual { unknown: Some(unknown), ..Usual::default() }
        }
        Err(error) => return Err(error),
    };
    app.budgets().seen().usual.insert(scope.clone(), (now, usual.clone()));
    Ok(usual)
}

async fn means(app: &App, scope: &Scope, asked: &Asked, now: Micros) -> Result<(Option<f64>, Option<f64>)> {
    Ok((here(app, scope, asked, now).await?, elsewhere(app, asked, now).await?))
}

/// What runs here, from the days before the last hour: it is priced as the live rate is.
async fn here(app: &App, scope: &Scope, asked: &Asked, now: Micros) -> Result<Option<f64>> {
    let local = match scope {
        Scope::All => Scope::Account(LOCAL_ACCOUNT.to_owned()),
        Scope::Account(id) if id == LOCAL_ACCOUNT => scope.clone(),
        Scope::Function(id) if asked.functions.iter().any(|one| one.id == *id && is_here(one)) => {
            scope.clone()
        }
        Scope::Demo | Scope::Account(_) | Scope::Function(_) => return Ok(None),
    };
    let to = Grain::Hour.floor(now - Grain::Hour.length());
    let usd = money::cost_between(app, &local, to - USUAL, to).await?.to_f64().unwrap_or(0.0);
    Ok((usd > 0.0).then(|| usd / seconds(USUAL)))
}

/// What is in accounts, from whole days, each function on its own plan: those of the last week in which anything was
/// known of them.
async fn elsewhere(app: &App, asked: &Asked, now: Micros) -> Result<Option<f64>> {
    let to = Grain::Day.floor(now);
    let first = app.store().first_usage(&asked.scope).await?.map_or(to, |first| Grain::Day.floor(first));
    let from = first.max(to - USUAL);
    if from >= to {
        return Ok(None);
    }
    let lists = spending::lists_between(app, asked, from, to).await?;
    let is_elsewhere = |id: &FunctionId| {
        let is_asked = asked.only.as_ref().is_none_or(|only| only == id);
        is_asked && asked.functions.iter().any(|one| one.id == *id && !is_here(one))
    };
    let usd: Decimal = lists.iter().filter(|(id, _)| is_elsewhere(id)).map(|(_, usd)| *usd).sum();
    Ok((!usd.is_zero()).then(|| usd.to_f64().unwrap_or(0.0) / seconds(to - from)))
}

fn is_here(function: &PlacedFunction) -> bool {
    function.account == LOCAL_ACCOUNT
}

fn seconds(length: Micros) -> f64 {
    length.0 as f64 / 1e6
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
        let reading =
            Reading { spent_usd: 8.0, budget_usd: 10.0, rate: 0.0, usual: None, elsewhere: 0.0, rest_s: 1.0 };
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
