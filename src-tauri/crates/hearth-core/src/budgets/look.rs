//! The look: while calls happen, once a second, every budget is compared with what was spent and with the live rate,
//! and the brake acts on what runs away. Owns the task that looks and what is told; holding is [`super::hold`]'s.

use super::brake::Act;
use super::hold::{By, hold, hold_on, note_once};
use super::of_demo;
use super::runaway::{LiveRate, UNUSUAL};
use super::signatures::RetryStorm;
use super::standing::{Standing, covers, scope_key, stand};
use super::there;
use super::watch::{Seen, Suggested};
use super::words::{self, Month};
use crate::{App, Result};
use hearth_model::{FunctionId, HearthEvent, Micros};
use hearth_store::{Scope, StoredBudget};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long calls gather before the first look.
const GATHER: Duration = Duration::from_millis(200);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// A pause after which nothing goes on from before.
const GAP: Micros = Micros::from_seconds(120);
/// Who spent a budget is looked for among those that ran so lately.
const RECENT: Micros = Micros::from_seconds(5);
/// How long a suggestion stays when it is not found again.
pub(super) const SUGGESTION_LASTS: Micros = Micros::from_seconds(600);
/// Part of a scope's rate from which a function is one of those that run away.
const SHARE: f64 = 0.1;

/// Looks until the App closes or is dropped.
pub(crate) fn start(app: &App) {
    let (watch, end, weak) = (Arc::clone(app.budgets()), app.ending().clone(), app.weak());
    tokio::spawn(async move {
        let mut pause = GATHER;
        loop {
            tokio::select! {
                () = watch.woken.notified() => {}
                () = end.cancelled() => return,
            }
            loop {
                let mut due = std::pin::pin!(tokio::time::sleep(pause));
                loop {
                    tokio::select! {
                        () = &mut due => break,
                        () = watch.urgent.notified() => {}
                        () = end.cancelled() => return,
                    }
                    let Some(app) = weak.upgrade() else { return };
                    if let Err(error) = stop_loops(&app).await {
                        tracing::warn!(%error, "a function that calls itself could not be stopped");
                        break;
                    }
                }
                let Some(app) = weak.upgrade() else { return };
                let looked = look(&app).await;
                if end.is_cancelled() {
                    return;
                }
                pause = PAUSE;
                match looked {
                    // The last calls of a burst are in the ledger by the look after it.
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        tracing::warn!(%error, "budgets could not be compared with what was spent");
                        break;
                    }
                }
            }
            pause = GATHER;
        }
    });
}

/// Why a function is to be stopped.
struct Found {
    name: String,
    reason: String,
    figures: Value,
}

/// Stops what calls itself, between two looks.
async fn stop_loops(app: &App) -> Result<()> {
    let mut found = BTreeMap::new();
    let now = app.now();
    loops(&mut app.budgets().seen(), &mut found);
    for (id, found) in found {
        act(app, now, &id, found).await?;
    }
    Ok(())
}

/// One look; true when there were calls since the one before.
async fn look(app: &App) -> Result<bool> {
    let now = app.now();
    hold_on(app).await?;
    let (active, budgets) = take(app, now)?;
    if active > 0 && !budgets.is_empty() {
        // A ledger that cannot be written says so elsewhere; what is in it still counts.
        app.store().flush().await.ok();
    }
    let month = words::month(now);
    let mut found: BTreeMap<FunctionId, Found> = BTreeMap::new();
    for budget in budgets.iter() {
        let standing = stand(app, budget, now, &month).await?;
        if budget.scope.is_demo() {
            of_demo::tell(app, budget, &standing, &month);
            continue;
        }
        tell_thresholds(app, budget, &standing, &month).await;
        there::look(app, budget, &standing, &month, now).await?;
        let episode = app
            .budgets()
            .seen()
            .episodes
            .entry(budget.scope.clone())
            .or_default()
            .look(now, &standing.reading);
        let Some(why) = why(&standing, &month, episode) else { continue };
        if let Some(since) = why.runs_since {
            tell_runaway(app, budget, &standing, &why.text, since).await;
        }
        for (id, name) in spenders(&app.budgets().seen(), &budget.scope, &standing, now) {
            found.entry(id).or_insert_with(|| Found {
                name,
                reason: why.text.clone(),
                figures: standing.figures(),
            });
        }
    }
    signatures(app, now, &mut found);
    for (id, found) in found {
        act(app, now, &id, found).await?;
    }
    Ok(active > 0)
}

/// Why a budget is a reason to act.
pub(super) struct Why {
    pub(super) text: String,
    /// Since when spending runs away; none when the budget is spent already.
    pub(super) runs_since: Option<Micros>,
}

/// What a budget says: that it is spent, or since when spending runs away; none while neither is so.
pub(super) fn why(standing: &Standing, month: &Month, episode: Option<Micros>) -> Option<Why> {
    if standing.spent >= standing.amount {
        let text = format!(
            "{} spent the budget of {} for {}",
            standing.subject,
            words::usd(standing.amount),
            month.name
        );
        return Some(Why { text, runs_since: None });
    }
    let since = episode?;
    Some(Why { text: runaway_words(standing, month, since), runs_since: Some(since) })
}

/// Who spends what a budget is about: of a spent one everybody that runs, of one that runs away the large ones.
pub(super) fn spenders(
    seen: &Seen,
    scope: &Scope,
    standing: &Standing,
    now: Micros,
) -> Vec<(FunctionId, String)> {
    let over = standing.spent >= standing.amount;
    let spends = |rate: &LiveRate| {
        if over { now - rate.last() <= RECENT } else { rate.at(now) >= SHARE * standing.reading.rate }
    };
    seen.rates
        .iter()
        .filter(|(id, (_, rate))| covers(scope, id) && spends(rate))
        .map(|(id, (name, _))| (id.clone(), name.clone()))
        .collect()
}

/// Takes the calls since the last look into the live rates; the answer is how many functions ran, and the budgets.
fn take(app: &App, now: Micros) -> Result<(usize, Arc<Vec<StoredBudget>>)> {
    let (tallies, budgets) = {
        let mut seen = app.budgets().seen();
        if now - seen.last_look > GAP {
            seen.episodes.clear();
        }
        seen.last_look = now;
        (std::mem::take(&mut seen.tallies), Arc::clone(&seen.budgets))
    };
    let region = app.price_region();
    let mut spent = Vec::with_capacity(tallies.len());
    for (id, tally) in tallies {
        let usd = hearth_cost::cost_of(&app.prices(), &region, &tally.usage)?.total().to_f64().unwrap_or(0.0);
        spent.push((id, tally.name, usd));
    }
    let mut seen = app.budgets().seen();
    let active = spent.len();
    for (id, name, usd) in spent {
        let (named, rate) = seen.rates.entry(id).or_default();
        *named = name;
        rate.spend(now, usd);
    }
    Ok((active, budgets))
}

/// Tells of each alert that was passed, once for a month and an amount; aloud only of the highest new one.
async fn tell_thresholds(app: &App, budget: &StoredBudget, standing: &Standing, month: &Month) {
    let mut highest = None;
    for threshold in &budget.thresholds {
        let limit = standing.amount * Decimal::from(*threshold) / Decimal::ONE_HUNDRED;
        if standing.spent < limit {
            continue;
        }
        let once = format!(
            "threshold/{}/{}/{threshold}/{}/{}",
            scope_key(&budget.scope),
            month.id,
            budget.amount_usd,
            budget.changed_us.0
        );
        let text = standing.passed(*threshold, month);
        let figures = standing.figures();
        if note_once(app, "threshold", By::Brake, &standing.subject, text.clone(), figures, Some(&once)).await
        {
            highest = Some((*threshold, text));
        }
    }
    if let Some((threshold, text)) = highest {
        let title = format!("{threshold} % of a budget is spent");
        app.tell(HearthEvent::BudgetAlert { title, text, urgent: threshold >= 100 });
    }
}

fn runaway_words(standing: &Standing, month: &Month, since: Micros) -> String {
    let unusual = match standing.reading.times_usual() {
        Some(times) if times >= UNUSUAL => format!(", {times:.1} times the usual rate"),
        _ => String::new(),
    };
    format!(
        "at this rate {} come to {} by the end of {}, over the budget of {}; it began at {}{unusual}",
        standing.subject,
        words::usd(words::estimate(standing.reading.projected_usd())),
        month.name,
        words::usd(standing.amount),
        words::time_of_day(since)
    )
}

async fn tell_runaway(app: &App, budget: &StoredBudget, standing: &Standing, text: &str, since: Micros) {
    let once = format!("runaway/{}/{}", scope_key(&budget.scope), since.0);
    let sentence = sentence(text);
    let figures = standing.figures();
    if note_once(app, "runaway", By::Brake, &standing.subject, sentence.clone(), figures, Some(&once)).await {
        let title = "Spending runs away".to_owned();
        app.tell(HearthEvent::BudgetAlert { title, text: sentence, urgent: true });
    }
}

/// A reason as a sentence of its own. The name of a function that it begins with stays as it is.
fn sentence(text: &str) -> String {
    if !text.starts_with("at ") && !text.starts_with("it ") {
        return format!("{text}.");
    }
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// A function that calls itself, in words.
pub(super) fn loop_words(calls: u32) -> String {
    format!("it calls itself: {calls} calls in a row, each made by the one before")
}

/// A function that is retried blindly, in words.
pub(super) fn storm_words(storm: &RetryStorm) -> String {
    format!(
        "it is retried blindly: {} of its last {} calls failed alike with {}",
        storm.failures,
        storm.calls,
        if storm.error.is_empty() { "one error" } else { &storm.error }
    )
}

/// Calls that call themselves.
fn loops(seen: &mut Seen, found: &mut BTreeMap<FunctionId, Found>) {
    for (id, (name, calls)) in std::mem::take(&mut seen.loops) {
        found.entry(id).or_insert_with(|| Found {
            name,
            reason: loop_words(calls),
            figures: json!({ "chainCalls": calls }),
        });
    }
}

/// Calls that call themselves, and blind retries.
fn signatures(app: &App, now: Micros, found: &mut BTreeMap<FunctionId, Found>) {
    let mut seen = app.budgets().seen();
    loops(&mut seen, found);
    let mut over = Vec::new();
    for (id, (name, retries)) in &seen.retries {
        match retries.storm(now) {
            Some(storm) => {
                found.entry(id.clone()).or_insert_with(|| Found {
                    name: name.clone(),
                    reason: storm_words(&storm),
                    figures: json!({ "failures": storm.failures, "calls": storm.calls }),
                });
            }
            None if retries.is_over(now) => over.push(id.clone()),
            None => {}
        }
    }
    for id in over {
        seen.retries.remove(&id);
    }
}

/// Suggests to stop a function, or stops it.
async fn act(app: &App, now: Micros, id: &FunctionId, found: Found) -> Result<()> {
    let act = app.budgets().seen().brake.act(id, now);
    match act {
        Act::Nothing => Ok(()),
        Act::Pull => {
            if hold(app, &found.name, By::Brake, &found.reason, found.figures).await? {
                let title = format!("The brake stopped {}", found.name);
                let text = format!("{} It is released with Ctrl Shift B.", sentence(&found.reason));
                app.tell(HearthEvent::BudgetAlert { title, text, urgent: true });
            }
            Ok(())
        }
        Act::Suggest => {
            let is_new = {
                let mut seen = app.budgets().seen();
                let fresh = |known: &Suggested| now - known.seen < SUGGESTION_LASTS;
                let since = seen.suggested.get(id).filter(|known| fresh(known)).map(|known| known.since);
                let suggested = Suggested {
                    name: found.name.clone(),
                    reason: found.reason.clone(),
                    since: since.unwrap_or(now),
                    seen: now,
                };
                seen.suggested.insert(id.clone(), suggested);
                since.is_none()
            };
            if is_new {
                let text = format!("Suggested to stop {}: {}.", found.name, found.reason);
                note_once(app, "suggested", By::Brake, &found.name, text, found.figures, None).await;
                let title = format!("Stop {}?", found.name);
                app.tell(HearthEvent::BudgetAlert { title, text: sentence(&found.reason), urgent: true });
                app.tell(HearthEvent::BrakeChanged);
            }
            Ok(())
        }
    }
}
