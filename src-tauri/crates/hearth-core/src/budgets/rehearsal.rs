//! The rehearsal: what the brake would do now, found out the way a look does it. Owns that nothing is told, noted or
//! changed by it.

use super::hold::refusal;
use super::look::{SUGGESTION_LASTS, loop_words, spenders, storm_words, why};
use super::standing::{covers, stand};
use super::{ELSEWHERE, RELEASE, words};
use crate::api::{BrakeMode, BrakeRehearsal, Empty, Rehearsed, RehearsedAct};
use crate::{App, Result, spending};
use hearth_model::{FunctionId, LOCAL_ACCOUNT, Micros};
use hearth_store::Scope;
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::sync::Arc;

pub(crate) async fn rehearse(app: &App, _: Empty) -> Result<BrakeRehearsal> {
    let now = app.now();
    app.store().settled().await?;
    let reasons = reasons(app, now).await?;
    let lists = spending::lists(app, &spending::asked_of(app, &Scope::All).await?).await?;
    let calls = app.store().overview(&Scope::All).await?;
    let mut functions = Vec::new();
    for record in app.store().functions().await? {
        if record.account != LOCAL_ACCOUNT {
            continue;
        }
        let spent = lists.get(&record.id).copied().unwrap_or_default();
        let calls_24h = calls.get(&record.id).map_or(0, |overview| overview.invocations);
        let seen = app.budgets().seen();
        let held = seen.brake.held().get(&record.id);
        let rate = seen.rates.get(&record.id).map_or(0.0, |(_, rate)| rate.at(now));
        let known = reasons.of.get(&record.id);
        let waits =
            reasons.spent.iter().find(|(scope, _)| covers(scope, &record.id)).filter(|_| calls_24h > 0);
        let reason = held
            .map(|held| held.reason.clone())
            .or_else(|| known.cloned())
            .or_else(|| waits.map(|(_, text)| text.clone()));
        if reason.is_none() && spent.is_zero() && calls_24h == 0 {
            continue;
        }
        let act = match (&reason, seen.brake.mode()) {
            (None, _) => RehearsedAct::Runs,
            (Some(_), _) if held.is_some() => RehearsedAct::Holds,
            (Some(_), _) if seen.brake.rests_until(&record.id, now).is_some() => RehearsedAct::Rests,
            (Some(_), BrakeMode::Off) => RehearsedAct::Off,
            (Some(_), BrakeMode::Suggest) => RehearsedAct::Asks,
            (Some(_), BrakeMode::Armed) => RehearsedAct::Stops,
        };
        let former_concurrency = held.map_or(record.configuration.reserved_concurrency, |held| held.former);
        let row = Rehearsed {
            function: record.name,
            at_next_call: held.is_none() && known.is_none() && waits.is_some(),
            act,
            reason,
            spent_usd: spent.normalize().to_string(),
            usd_per_hour: words::estimate(rate * 3_600.0).to_string(),
            calls_24h,
            former_concurrency,
        };
        functions.push((spent, rate, row));
    }
    let key = |(spent, rate, row): &(Decimal, f64, Rehearsed)| (row.reason.is_some(), *rate, *spent);
    functions.sort_by(|one, other| {
        let ((one_has, one_rate, one_spent), (has, rate, spent)) = (key(one), key(other));
        has.cmp(&one_has)
            .then(rate.total_cmp(&one_rate))
            .then(spent.cmp(&one_spent))
            .then_with(|| one.2.function.cmp(&other.2.function))
    });
    let functions: Vec<Rehearsed> = functions.into_iter().map(|(_, _, row)| row).collect();
    let example = functions.iter().find_map(|row| row.reason.as_deref());
    Ok(BrakeRehearsal {
        at_us: now,
        mode: app.budgets().seen().brake.mode(),
        answer: refusal(example.unwrap_or("a budget is spent")),
        refused: "Every new call of a stopped function, whoever makes it, is refused with status 429. Calls that run \
                  go on to their end; servers that wait are ended."
            .to_owned(),
        release: format!("{RELEASE}. Limits are then what they were, and the function is left alone for 10 minutes."),
        notes: vec![
            "Nothing was changed by this rehearsal.".to_owned(),
            "The brake acts on functions on this computer, and only while Hearth runs.".to_owned(),
            format!("{ELSEWHERE}."),
        ],
        functions,
    })
}

/// Why functions would be stopped, were the brake armed.
#[derive(Default)]
struct Reasons {
    /// Those that run.
    of: HashMap<FunctionId, String>,
    /// Whoever of these scopes is called next: their budget is spent.
    spent: Vec<(Scope, String)>,
}

async fn reasons(app: &App, now: Micros) -> Result<Reasons> {
    let month = words::month(now);
    let budgets = Arc::clone(&app.budgets().seen().budgets);
    let mut reasons = Reasons::default();
    for budget in budgets.iter() {
        let standing = stand(app, budget, now, &month).await?;
        let seen = app.budgets().seen();
        // A copy looks, so that the one that is kept goes on as it is.
        let episode = seen.episodes.get(&budget.scope).copied();
        let episode = episode.and_then(|mut episode| episode.look(now, &standing.reading));
        let Some(why) = why(&standing, &month, episode) else { continue };
        for (id, _) in spenders(&seen, &budget.scope, &standing, now) {
            reasons.of.entry(id).or_insert_with(|| why.text.clone());
        }
        if why.runs_since.is_none() {
            reasons.spent.push((budget.scope.clone(), why.text));
        }
    }
    let seen = app.budgets().seen();
    for (id, (_, calls)) in &seen.loops {
        reasons.of.entry(id.clone()).or_insert_with(|| loop_words(*calls));
    }
    for (id, (_, retries)) in &seen.retries {
        if let Some(storm) = retries.storm(now) {
            reasons.of.entry(id.clone()).or_insert_with(|| storm_words(&storm));
        }
    }
    for (id, one) in seen.suggested.iter().filter(|(_, one)| now - one.seen < SUGGESTION_LASTS) {
        reasons.of.entry(id.clone()).or_insert_with(|| one.reason.clone());
    }
    Ok(reasons)
}
