//! The commands: budgets are set and deleted, the brake is armed, pulled and released, and both are looked at. Owns
//! what is allowed; must not know when the brake acts by itself.

use super::ELSEWHERE;
use super::elsewhere::Stopped;
use super::hold::{By, hold, let_go, note};
use super::look::SUGGESTION_LASTS;
use super::standing::{rate_of, stand, subject};
use super::there;
use super::watch::Watch;
use super::words;
use crate::api::{
    BrakeConsent, BrakeFunctions, BrakeHistoryEntry, BrakeHistoryQuery, BrakeMode, BrakeModeSet, BrakeStatus,
    BrakeSuggestion, Braked, Budget, BudgetDelete, BudgetScope, BudgetSet, BudgetState, Empty, LiveSpend,
};
use crate::functions::{existing, existing_or_deleted};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cloud::quoted;
use hearth_model::{FunctionId, HearthEvent, Micros};
use hearth_store::{Scope, StoredBudget};
use rust_decimal::Decimal;
use serde_json::json;
use std::sync::Arc;

const MOST_ALERTS: usize = 10;
/// By what a loop is recognised, so that nobody counts on more.
const LOOPS: &str = if cfg!(target_os = "linux") {
    "A function that calls itself is stopped after 16 calls in a row over the Lambda address, each made by the one \
     before: known by whose connection a call came on, or by the header X-Amzn-Trace-Id."
} else {
    "A function that calls itself is stopped after 16 calls in a row over the Lambda address when its client passes the \
     header X-Amzn-Trace-Id on, as AWS's clients do; without it only what it spends stops it."
};

/// Dollars an hour under which nothing is said to be spent: a thousandth of a cent in a month.
const LEAST_RATE: f64 = 1e-8;

pub(crate) async fn status(app: &App, _: Empty) -> Result<BrakeStatus> {
    let now = app.now();
    let month = words::month(now);
    let stored = Arc::clone(&app.budgets().seen().budgets);
    let mut budgets = Vec::with_capacity(stored.len());
    let shows_demo = app.view() == Scope::Demo;
    for budget in stored.iter().filter(|budget| budget.scope.is_demo() == shows_demo) {
        budgets.push(budget_now(app, budget, now, &month).await?);
    }
    let hourly = |rate: f64| words::estimate(rate * 3_600.0).to_string();
    let region = app.price_region();
    let total = rate_of(app, &Scope::All, now);
    let seen = app.budgets().seen();
    let mut live: Vec<(&str, f64)> = seen
        .rates
        .values()
        .map(|(name, rate)| (name.as_str(), rate.at(now)))
        .filter(|(_, rate)| rate * 3_600.0 >= LEAST_RATE)
        .collect();
    live.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut held: Vec<Braked> = seen
        .brake
        .held()
        .values()
        .map(|held| Braked {
            function: held.name.clone(),
            former_concurrency: held.former,
            since_us: held.since,
            by: held.by.clone(),
            reason: held.reason.clone(),
        })
        .collect();
    held.sort_by(|one, other| (one.since_us, &one.function).cmp(&(other.since_us, &other.function)));
    let names = |id: &FunctionId| seen.rates.get(id).map(|(name, _)| name.clone());
    Ok(BrakeStatus {
        mode: seen.brake.mode(),
        held,
        held_elsewhere: seen.elsewhere.iter().map(Stopped::told).collect(),
        may_stop: seen
            .may_stop
            .iter()
            .map(|(account, allowed)| BrakeConsent {
                account: account.clone(),
                account_name: allowed.name.clone(),
                since_us: allowed.at_us,
            })
            .collect(),
        suggestions: seen
            .suggested
            .iter()
            .filter(|(id, it)| now - it.seen < SUGGESTION_LASTS && seen.brake.rests_until(id, now).is_none())
            .map(|(_, it)| BrakeSuggestion {
                function: it.name.clone(),
                reason: it.reason.clone(),
                since_us: it.since,
            })
            .collect(),
        resting: seen
            .rates
            .keys()
            .filter_map(|id| Some((names(id)?, seen.brake.rests_until(id, now)?)))
            .collect(),
        budgets,
        live: live
            .into_iter()
            .map(|(name, rate)| LiveSpend { function: name.to_owned(), usd_per_hour: hourly(rate) })
            .collect(),
        usd_per_hour: hourly(if total * 3_600.0 >= LEAST_RATE { total } else { 0.0 }),
        month: month.id,
        month_ends_us: month.ends,
        price_date: app.prices().date().to_owned(),
        notes: vec![
            "Budgets and the brake work only while Hearth runs.".to_owned(),
            "The money of functions on this computer is what AWS would charge: list price without the free \
             tier. They run here for $0."
                .to_owned(),
            format!("{ELSEWHERE}."),
            LOOPS.to_owned(),
        ],
        price_region: region,
    })
}

async fn budget_now(app: &App, budget: &StoredBudget, now: Micros, month: &words::Month) -> Result<Budget> {
    let standing = stand(app, budget, now, month).await?;
    let episode = app.budgets().seen().episodes.get(&budget.scope).copied();
    let runaway_since_us = episode.and_then(|mut episode| episode.look(now, &standing.reading));
    let percent = standing.percent();
    let state = if standing.spent >= standing.amount {
        BudgetState::Over
    } else if runaway_since_us.is_some() {
        BudgetState::Runaway
    } else if budget.thresholds.iter().any(|threshold| percent >= f64::from(*threshold)) {
        BudgetState::Alert
    } else {
        BudgetState::Under
    };
    Ok(Budget {
        scope: named_scope(app, &budget.scope).await?,
        subject: standing.subject.clone(),
        amount_usd: budget.amount_usd.clone(),
        alerts: budget.thresholds.clone(),
        spent_usd: standing.spent.normalize().to_string(),
        spent_percent: percent,
        usd_per_hour: words::estimate(standing.reading.together() * 3_600.0).to_string(),
        projected_usd: words::estimate(standing.reading.projected_usd()).to_string(),
        times_usual: standing.reading.times_usual(),
        runaway_since_us,
        state,
        unknown: standing.unknown,
    })
}

async fn named_scope(app: &App, scope: &Scope) -> Result<BudgetScope> {
    Ok(match scope {
        Scope::All | Scope::Demo => BudgetScope::All,
        Scope::Account(account) => BudgetScope::Account { account: account.clone() },
        Scope::Function(_) => BudgetScope::Function { function: subject(app, scope).await? },
    })
}

/// The scope that is meant; a function that was deleted is one too, so that its budget can be deleted.
async fn meant(app: &App, scope: &BudgetScope) -> Result<Scope> {
    match scope {
        BudgetScope::All => Ok(app.view()),
        BudgetScope::Function { function } => {
            Ok(Scope::Function(existing_or_deleted(app, function).await?.id))
        }
        BudgetScope::Account { account } => {
            let shows_demo = app.view() == Scope::Demo;
            let mut known = app.store().account_names().await?;
            known.retain(|(id, _)| Scope::Account(id.clone()).is_demo() == shows_demo);
            if known.iter().any(|(id, _)| id == account) {
                return Ok(Scope::Account(account.clone()));
            }
            let ids: Vec<String> = known.into_iter().map(|(id, _)| id).collect();
            Err(ApiError::new(ErrorCode::NotFound, format!("there is no account `{account}`")).with_hint(
                format!(
                    "{} {}.",
                    if shows_demo { "The demo is shown, which has" } else { "Hearth knows" },
                    ids.join(", ")
                ),
            ))
        }
    }
}

/// Refuses an amount that is no amount.
fn amount(text: &str) -> Result<Decimal> {
    let refuse = |why: &str| {
        ApiError::new(ErrorCode::InvalidInput, format!("`{text}` cannot be a budget: {why}"))
            .with_hint("Write US dollars such as 25 or 0.50.")
    };
    let amount: Decimal =
        text.trim().trim_start_matches('$').parse().map_err(|_| refuse("it is no decimal number"))?;
    if amount <= Decimal::ZERO {
        return Err(refuse("it is not above 0"));
    }
    if amount > Decimal::from(1_000_000_000) {
        return Err(refuse("it is above a billion dollars"));
    }
    Ok(amount.normalize())
}

pub(crate) async fn set(app: &App, request: BudgetSet) -> Result<BrakeStatus> {
    let amount = amount(&request.amount_usd)?;
    let mut thresholds = request.alerts;
    thresholds.sort_unstable();
    thresholds.dedup();
    if thresholds.len() > MOST_ALERTS || thresholds.iter().any(|alert| !(1..=1_000).contains(alert)) {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("a budget has at most {MOST_ALERTS} alerts, each at 1 to 1000 percent"),
        ));
    }
    let scope = meant(app, &request.scope).await?;
    let budget = StoredBudget { scope, amount_usd: amount.to_string(), thresholds, changed_us: app.now() };
    app.store().put_budget(&budget).await?;
    if !budget.scope.is_demo() {
        let name = subject(app, &budget.scope).await?;
        let text = format!("Set a budget of {} a month for {name}.", words::usd(amount));
        note(app, "budget", By::Person, &name, text, json!({ "budgetUsd": budget.amount_usd })).await;
    }
    changed(app).await?;
    status(app, Empty {}).await
}

pub(crate) async fn delete(app: &App, request: BudgetDelete) -> Result<BrakeStatus> {
    let scope = meant(app, &request.scope).await?;
    let name = subject(app, &scope).await?;
    if !app.store().delete_budget(&scope).await? {
        return Err(ApiError::new(ErrorCode::NotFound, format!("there is no budget for {name}")));
    }
    if !scope.is_demo() {
        let text = format!("Deleted the budget for {name}.");
        note(app, "budget", By::Person, &name, text, json!({})).await;
    }
    changed(app).await?;
    status(app, Empty {}).await
}

/// Budgets changed: the watch reads them, forgets what it saw of the old ones, and looks.
pub(crate) async fn changed(app: &App) -> Result<()> {
    let budgets = Arc::new(app.store().budgets().await?);
    {
        let mut seen = app.budgets().seen();
        let is_kept = |scope: &Scope| budgets.iter().any(|budget| budget.scope == *scope);
        seen.episodes.retain(|scope, _| is_kept(scope));
        seen.told_of_demo.retain(|scope, _| is_kept(scope));
        // What another budget still says is suggested again by the look that follows.
        seen.suggested.clear();
        seen.budgets = budgets;
    }
    app.budgets().wake();
    app.tell(HearthEvent::BrakeChanged);
    Ok(())
}

pub(crate) async fn set_mode(app: &App, request: BrakeModeSet) -> Result<BrakeStatus> {
    Watch::keep(app, |kept| kept.mode = request.mode).await?;
    {
        let mut seen = app.budgets().seen();
        seen.brake.set_mode(request.mode);
        if request.mode != BrakeMode::Suggest {
            seen.suggested.clear();
        }
    }
    let text = match request.mode {
        BrakeMode::Off => "The brake is off: budgets only tell.",
        BrakeMode::Suggest => "The brake suggests: it asks before it stops a function.",
        BrakeMode::Armed => "The brake is armed: it stops what runs away, while Hearth runs.",
    };
    note(app, "mode", By::Person, "Brake", text.to_owned(), json!({})).await;
    app.budgets().wake();
    app.tell(HearthEvent::BrakeChanged);
    status(app, Empty {}).await
}

pub(crate) async fn pull(app: &App, request: BrakeFunctions) -> Result<BrakeStatus> {
    let mut names = Vec::new();
    if request.functions.is_empty() {
        names.extend(app.store().functions().await?.into_iter().map(|function| function.name));
    } else {
        for name in &request.functions {
            names.push(existing(app, name).await?.name);
        }
    }
    for name in names {
        hold(app, &name, By::Person, "a person pulled it", json!({})).await?;
    }
    status(app, Empty {}).await
}

pub(crate) async fn release(app: &App, request: BrakeFunctions) -> Result<BrakeStatus> {
    let held: Vec<(FunctionId, String)> = {
        let seen = app.budgets().seen();
        seen.brake.held().iter().map(|(id, held)| (id.clone(), held.name.clone())).collect()
    };
    let in_accounts = there::stopped(app, &request.functions);
    let is_held = |name: &String| {
        held.iter().any(|(_, held)| held == name)
            || in_accounts.iter().any(|stopped| stopped.told().function == *name)
    };
    if let Some(other) = request.functions.iter().find(|name| !is_held(name)) {
        return Err(not_held(app, other));
    }
    for (id, name) in held {
        if request.functions.is_empty() || request.functions.contains(&name) {
            let_go(app, &id).await?;
        }
    }
    // One account that cannot be reached holds no other up.
    let mut failed = None;
    for stopped in in_accounts {
        if let Err(error) = there::let_go(app, &stopped).await {
            let (told, message) = (stopped.told(), error.message.clone());
            let words = format!("{} in {} is still stopped: {message}", told.function, told.account_name);
            failed = Some(ApiError { message: words, ..error });
        }
    }
    match failed {
        Some(error) => Err(error),
        None => status(app, Empty {}).await,
    }
}

/// A person pulled it in an account, or nobody did.
fn not_held(app: &App, name: &str) -> ApiError {
    let seen = app.budgets().seen();
    let there = seen.elsewhere.iter().map(Stopped::told).find(|stopped| stopped.function == *name);
    let error =
        ApiError::new(ErrorCode::NotFound, format!("the brake does not hold `{name}` on this computer"));
    match there {
        None => error,
        Some(there) => error.with_hint(format!(
            "It is stopped in the account {}: hearth brake release {name} --account {} --region {}",
            there.account_name,
            quoted(&there.account),
            there.region
        )),
    }
}

/// Leaves suggested functions alone for a while.
pub(crate) async fn leave(app: &App, request: BrakeFunctions) -> Result<BrakeStatus> {
    let now = app.now();
    let left: Vec<String> = {
        let mut seen = app.budgets().seen();
        let ids: Vec<(FunctionId, String)> = seen
            .suggested
            .iter()
            .filter(|(_, it)| request.functions.is_empty() || request.functions.contains(&it.name))
            .map(|(id, it)| (id.clone(), it.name.clone()))
            .collect();
        for (id, _) in &ids {
            seen.suggested.remove(id);
            seen.brake.rest(id, now);
        }
        ids.into_iter().map(|(_, name)| name).collect()
    };
    for name in left {
        let text = format!("Left {name} running.");
        note(app, "left", By::Person, &name, text, json!({})).await;
    }
    app.tell(HearthEvent::BrakeChanged);
    status(app, Empty {}).await
}

pub(crate) async fn history(app: &App, request: BrakeHistoryQuery) -> Result<Vec<BrakeHistoryEntry>> {
    if !(1..=1_000).contains(&request.limit) {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("1 to 1000 entries can be read at once, not {}", request.limit),
        ));
    }
    let entries = app.store().brake_log(request.limit).await?;
    Ok(entries
        .into_iter()
        .map(|entry| BrakeHistoryEntry {
            at_us: entry.at_us,
            kind: entry.kind,
            by: entry.done_by,
            subject: entry.subject,
            text: entry.text,
            figures: serde_json::from_str(&entry.figures).unwrap_or_default(),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_decimal_above_zero() {
        assert_eq!(amount("$25.50").unwrap().to_string(), "25.5");
        assert_eq!(amount(" 0.000001 ").unwrap().to_string(), "0.000001");
        for (text, why) in [
            ("", "no decimal"),
            ("ten", "no decimal"),
            ("0", "not above 0"),
            ("-3", "not above 0"),
            ("1e30", "no decimal"),
            ("2000000000", "billion"),
        ] {
            let error = amount(text).unwrap_err();
            assert!(error.message.contains(why), "`{text}`: {error:?}");
        }
    }
}
