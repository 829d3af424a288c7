//! `budgets` and `brake`: what a month may cost, and stopping what runs away.

use super::changes;
use crate::arguments::{BrakeCommand, BudgetCommand, Where};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{
    BrakeConsentSet, BrakeFunctions, BrakeHistoryEntry, BrakeHistoryQuery, BrakeMode, BrakeModeSet,
    BrakeRehearsal, BrakeStatus, Budget, BudgetDelete, BudgetScope, BudgetSet, BudgetState, CloudChange,
    Empty, Rehearsed, RehearsedAct,
};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;

/// Percent at which people are told when they name none.
const USUAL_ALERTS: [u32; 3] = [50, 80, 100];
/// Entries of the log that are read.
const LOG_ENTRIES: u32 = 50;

pub(super) async fn budgets(
    caller: &Caller,
    command: Option<&BudgetCommand>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let status: BrakeStatus = match command {
        None | Some(BudgetCommand::List) => caller.ask("brake_status", Empty {}).await?,
        Some(BudgetCommand::Set { amount, whose, alerts }) => {
            let alerts = if alerts.is_empty() { USUAL_ALERTS.to_vec() } else { alerts.clone() };
            let request = BudgetSet { scope: scope(whose)?, amount_usd: amount.clone(), alerts };
            caller.ask("budget_set", request).await?
        }
        Some(BudgetCommand::Delete { whose }) => {
            caller.ask("budget_delete", BudgetDelete { scope: scope(whose)? }).await?
        }
    };
    if output.is_json() {
        output.document(&status.budgets)?;
        return Ok(Ended::Well);
    }
    if status.budgets.is_empty() {
        output
            .line("No budget yet. Set one: hearth budgets set 25, or hearth budgets set 2 function:NAME.")?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Budget for", Side::Left),
        ("A month", Side::Right),
        ("Spent", Side::Right),
        ("Part", Side::Right),
        ("At this rate", Side::Right),
        ("Alerts at", Side::Left),
        ("State", Side::Left),
    ]);
    for budget in &status.budgets {
        let (state, tone) = state(budget);
        let alerts: Vec<String> = budget.alerts.iter().map(|alert| format!("{alert} %")).collect();
        table.row(vec![
            cell(&budget.subject, Tone::Strong),
            words::money(&budget.amount_usd).into(),
            words::money(&budget.spent_usd).into(),
            format!("{} %", budget.spent_percent).into(),
            words::money(&budget.projected_usd).into(),
            alerts.join(", ").into(),
            cell(state, tone),
        ]);
    }
    table.print(output)?;
    for unknown in status.budgets.iter().filter_map(|budget| budget.unknown.as_ref()) {
        output.aside(unknown, Tone::Odd);
    }
    for note in &status.notes {
        output.aside(note, Tone::Quiet);
    }
    Ok(Ended::Well)
}

fn state(budget: &Budget) -> (String, Tone) {
    match (budget.state, budget.runaway_since_us) {
        (BudgetState::Under, _) => ("under".to_owned(), Tone::Good),
        (BudgetState::Alert, _) => ("past an alert".to_owned(), Tone::Odd),
        (BudgetState::Runaway, Some(since)) => {
            (format!("runs away since {}", words::instant(since)), Tone::Bad)
        }
        (BudgetState::Runaway, None) => ("runs away".to_owned(), Tone::Bad),
        (BudgetState::Over, _) => ("spent".to_owned(), Tone::Bad),
    }
}

/// `all`, `account:ID`, `function:NAME`.
fn scope(text: &str) -> Result<BudgetScope, ApiError> {
    match text.split_once(':') {
        None if text == "all" => Ok(BudgetScope::All),
        Some(("account", id)) if !id.is_empty() => Ok(BudgetScope::Account { account: id.to_owned() }),
        Some(("function", name)) if !name.is_empty() => {
            Ok(BudgetScope::Function { function: name.to_owned() })
        }
        _ => Err(ApiError::new(ErrorCode::InvalidInput, format!("`{text}` is no scope of a budget"))
            .with_hint("Write all, account:ID or function:NAME.")),
    }
}

pub(super) async fn brake(
    caller: &Caller,
    command: Option<&BrakeCommand>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    if let Some(
        BrakeCommand::Pull { functions, place, consent, .. }
        | BrakeCommand::Release { functions, place, consent },
    ) = command
        && let Some(account) = &place.account
    {
        let [name] = functions.as_slice() else {
            let message = format!("one function of {account} is stopped or released at a time");
            return Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint("Name one.").into());
        };
        let limit = match command {
            Some(BrakeCommand::Release { .. }) => former(caller, place, account, name).await?,
            _ => Some(0),
        };
        let change = CloudChange::LimitConcurrency { limit };
        return changes::of_function(caller, place, name, change, *consent, output).await;
    }
    let mode = |mode| BrakeModeSet { mode };
    let status: BrakeStatus = match command {
        None | Some(BrakeCommand::Status) => caller.ask("brake_status", Empty {}).await?,
        Some(BrakeCommand::Arm) => caller.ask("brake_mode", mode(BrakeMode::Armed)).await?,
        Some(BrakeCommand::Disarm { off: true }) => caller.ask("brake_mode", mode(BrakeMode::Off)).await?,
        Some(BrakeCommand::Disarm { off: false }) => {
            caller.ask("brake_mode", mode(BrakeMode::Suggest)).await?
        }
        Some(BrakeCommand::Allow { account, yes }) => {
            allow(account, *yes, output).await?;
            caller.ask("brake_consent", BrakeConsentSet { account: account.clone(), allowed: true }).await?
        }
        Some(BrakeCommand::Forbid { account }) => {
            caller.ask("brake_consent", BrakeConsentSet { account: account.clone(), allowed: false }).await?
        }
        Some(BrakeCommand::Pull { functions, .. }) => {
            caller.ask("brake_pull", BrakeFunctions { functions: functions.clone() }).await?
        }
        Some(BrakeCommand::Release { functions, .. }) => {
            caller.ask("brake_release", BrakeFunctions { functions: functions.clone() }).await?
        }
        Some(BrakeCommand::Rehearse) => return rehearse(caller, output).await,
        Some(BrakeCommand::Log) => return log(caller, output).await,
    };
    if output.is_json() {
        output.document(&status)?;
        return Ok(Ended::Well);
    }
    let (word, tone) = match status.mode {
        BrakeMode::Off => ("off", Tone::Quiet),
        BrakeMode::Suggest => ("suggests", Tone::Plain),
        BrakeMode::Armed => ("armed", Tone::Odd),
    };
    let word = output.tone(word, tone);
    let rate = words::money(&status.usd_per_hour);
    output.line(&format!("Brake: {word}. Spending now: about {rate} an hour at AWS list price."))?;
    for held in &status.held {
        let name = output.tone(&held.function, Tone::Bad);
        output.line(&format!("  {name} stopped since {}: {}", words::instant(held.since_us), held.reason))?;
    }
    for held in &status.held_elsewhere {
        let name = output.tone(&held.function, Tone::Bad);
        let since = words::instant(held.since_us);
        output.line(&format!(
            "  {name} in {}, {} stopped since {since}: {}",
            held.account_name, held.region, held.reason
        ))?;
    }
    for allowed in &status.may_stop {
        output.line(&format!(
            "  It may stop functions of {} by itself while that account is unlocked, since {}.",
            allowed.account_name,
            words::instant(allowed.since_us)
        ))?;
    }
    for (name, until) in &status.resting {
        let name = output.tone(name, Tone::Odd);
        output.line(&format!(
            "  {name} was released: the brake leaves it alone until {}; `hearth brake arm` ends that.",
            words::instant(*until)
        ))?;
    }
    for one in &status.suggestions {
        let name = output.tone(&one.function, Tone::Odd);
        output.line(&format!("  {name} should be stopped: {}", one.reason))?;
    }
    if !status.held.is_empty() || status.held_elsewhere.iter().any(|held| held.by == "brake") {
        output.aside("Release with `hearth brake release`.", Tone::Quiet);
    }
    for note in &status.notes {
        output.aside(note, Tone::Quiet);
    }
    Ok(Ended::Well)
}

/// Asks whether the brake may act in an account, apart from arming it.
async fn allow(account: &str, yes: bool, output: &mut Output) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !output.is_json() {
        output.line(&format!(
            "The armed brake may then stop functions of {account} by itself: when its budget is spent, the reserved \
             concurrency of what ran there in the last hour becomes 0, and callers are refused until you release it."
        ))?;
        output.flush()?;
    }
    if changes::asked(output).await? {
        return Ok(());
    }
    let message = format!("the brake may not stop functions of {account}: nobody said yes");
    Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint("Add --yes to allow it.").into())
}

/// The limit that a function of an account had before it was stopped.
async fn former(caller: &Caller, place: &Where, account: &str, name: &str) -> Result<Option<u32>, Failure> {
    let status: BrakeStatus = caller.ask("brake_status", Empty {}).await?;
    let known = status.held_elsewhere.into_iter().find(|held| {
        held.function == name
            && (held.account == account || held.account_name == account)
            && place.region.as_ref().is_none_or(|region| *region == held.region)
    });
    let known = known.ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, format!("`{name}` was not stopped in {account} with the brake"))
            .with_hint("`hearth brake` lists what is; `hearth limit` sets any limit.")
    })?;
    Ok(known.former_concurrency)
}

async fn rehearse(caller: &Caller, output: &mut Output) -> Result<Ended, Failure> {
    let rehearsal: BrakeRehearsal = caller.ask("brake_rehearse", Empty {}).await?;
    if output.is_json() {
        output.document(&rehearsal)?;
        return Ok(Ended::Well);
    }
    if rehearsal.functions.is_empty() {
        output.line("Nothing was called this month, so there is nothing that the brake could stop.")?;
    } else {
        let mut table = Table::new(&[
            ("Function", Side::Left),
            ("The brake", Side::Left),
            ("This month", Side::Right),
            ("An hour now", Side::Right),
            ("Calls in 24 h", Side::Right),
            ("After a release", Side::Left),
            ("Why", Side::Left),
        ]);
        for one in &rehearsal.functions {
            let (act, tone) = act(one);
            table.row(vec![
                cell(&one.function, Tone::Strong),
                cell(act, tone),
                words::money(&one.spent_usd).into(),
                words::money(&one.usd_per_hour).into(),
                one.calls_24h.to_string().into(),
                match one.former_concurrency {
                    None => "no limit of its own".to_owned(),
                    Some(limit) => words::counted(u64::from(limit), "server"),
                }
                .into(),
                one.reason.clone().unwrap_or_default().into(),
            ]);
        }
        table.print(output)?;
    }
    output.line(&rehearsal.refused)?;
    output.line(&format!("A refused call is told: {}", rehearsal.answer))?;
    output.line(&rehearsal.release)?;
    for note in &rehearsal.notes {
        output.aside(note, Tone::Quiet);
    }
    Ok(Ended::Well)
}

fn act(one: &Rehearsed) -> (String, Tone) {
    let (word, tone) = match one.act {
        RehearsedAct::Stops => ("would stop it", Tone::Bad),
        RehearsedAct::Asks => ("would ask to stop it", Tone::Odd),
        RehearsedAct::Off => ("is off; would only tell", Tone::Quiet),
        RehearsedAct::Rests => ("leaves it alone for now", Tone::Quiet),
        RehearsedAct::Holds => ("holds it already", Tone::Bad),
        RehearsedAct::Runs => ("has no reason", Tone::Good),
    };
    (if one.at_next_call { format!("{word} with its next call") } else { word.to_owned() }, tone)
}

async fn log(caller: &Caller, output: &mut Output) -> Result<Ended, Failure> {
    let request = BrakeHistoryQuery { limit: LOG_ENTRIES };
    let entries: Vec<BrakeHistoryEntry> = caller.ask("brake_history", request).await?;
    if output.is_json() {
        output.document(&entries)?;
        return Ok(Ended::Well);
    }
    if entries.is_empty() {
        output.line("Nothing yet: alerts, and what the brake does, stand here.")?;
    }
    for entry in entries.iter().rev() {
        output.line(&format!("{}  {}", words::instant(entry.at_us), entry.text))?;
    }
    Ok(Ended::Well)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_said_in_one_word() {
        assert_eq!(scope("all").unwrap(), BudgetScope::All);
        assert_eq!(scope("account:local").unwrap(), BudgetScope::Account { account: "local".to_owned() });
        assert_eq!(scope("function:a:b").unwrap(), BudgetScope::Function { function: "a:b".to_owned() });
        for text in ["", "kettle", "function:", "team:x"] {
            assert!(scope(text).is_err(), "`{text}`");
        }
    }
}
