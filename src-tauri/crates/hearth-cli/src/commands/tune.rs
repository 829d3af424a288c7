//! `tune`: what it will cost, its progress, and what was found.

use super::changes::asked;
use super::invoke::event;
use crate::arguments::Tune;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::signals;
use crate::table::{Cell, Side, Table, cell};
use crate::words::{UNKNOWN, counted, dollars, duration, instant};
use hearth_core::api::{
    AccountInfo, AccountsList, Empty, TunedCalls, TunedSize, Tuning, TuningEvent, TuningName, TuningPlan,
    TuningPreview, TuningRestore, TuningStatus, TuningsQuery,
};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use std::time::Duration;

/// How often a running tuning is looked at.
const LOOK: Duration = Duration::from_millis(150);

pub(super) async fn tune(caller: &Caller, arguments: &Tune, output: &mut Output) -> Result<Ended, Failure> {
    let name = match &arguments.name {
        Some(name) if !arguments.history => name,
        name => return history(caller, name.clone(), arguments.place.account.as_deref(), output).await,
    };
    let mut plan = plan(name, arguments).await?;
    let preview: TuningPreview = caller.ask("tuning_preview", &plan).await?;
    if arguments.dry_run {
        if output.is_json() {
            output.document(&preview)?;
        } else {
            tell(&preview, output);
        }
        return Ok(Ended::Well);
    }
    tell(&preview, output);
    if let Some(review) = &preview.review {
        output.flush()?;
        if review.locked {
            let account = preview.plan.account.as_deref().unwrap_or_default();
            let message = format!("the account `{}` is read-only", review.account_name);
            return Err(ApiError::new(ErrorCode::Locked, message)
                .with_hint(format!("Allow changes for 15 minutes: hearth accounts unlock {account}"))
                .into());
        }
        if !arguments.yes && !asked(output).await? {
            return Err(ApiError::new(ErrorCode::InvalidInput, "nothing was tuned: nobody said yes")
                .with_hint("Add --yes to tune it, or --dry-run to only see what that does.")
                .into());
        }
        plan.digest = Some(review.digest.clone());
    }
    let _hearing = signals::Hearing::begin();
    let begun: Tuning = caller.ask("tuning_start", &plan).await?;
    let id = TuningName { id: begun.id };
    let mut said = None;
    let mut ending = std::pin::pin!(signals::ending());
    let mut is_cancelled = false;
    let ended = loop {
        let is_interrupted = tokio::select! {
            () = tokio::time::sleep(LOOK) => false,
            () = &mut ending, if !is_cancelled => true,
        };
        if is_interrupted {
            is_cancelled = true;
            output.aside("Cancelling; the memory size is put back.", Tone::Odd);
            // It may have ended just now, which is as good.
            caller.ask::<Empty>("tuning_cancel", &id).await.ok();
        }
        let now: Tuning = caller.ask("tuning_get", &id).await?;
        if now.status != TuningStatus::Running {
            break now;
        }
        if now.current_mb != said
            && let Some(size) = now.current_mb
        {
            output.aside(&format!("{size} MB… {} of {} calls so far", now.done, now.total), Tone::Quiet);
            said = now.current_mb;
        }
    };
    if output.is_json() {
        output.document(&ended)?;
    } else {
        print(&ended, output)?;
    }
    let is_well = ended.status == TuningStatus::Done && ended.restore == TuningRestore::Verified;
    Ok(if is_well { Ended::Well } else { Ended::Unable })
}

async fn plan(name: &str, arguments: &Tune) -> Result<TuningPlan, Failure> {
    if arguments.weights.len() > arguments.events.len() {
        let message = format!(
            "{} for {}",
            counted(arguments.weights.len() as u64, "weight"),
            counted(arguments.events.len() as u64, "event")
        );
        return Err(ApiError::new(ErrorCode::InvalidInput, message)
            .with_hint("Give each --event at most one --weight.")
            .into());
    }
    let mut events = Vec::new();
    for (index, text) in arguments.events.iter().enumerate() {
        let weight = arguments.weights.get(index).copied().unwrap_or(1);
        events.push(TuningEvent { event: event(text).await?, weight });
    }
    Ok(TuningPlan {
        name: name.to_owned(),
        memory_mb: arguments.memory.clone(),
        runs: arguments.runs,
        cold_runs: arguments.cold_runs,
        events,
        parallel: arguments.parallel,
        account: arguments.place.account.clone(),
        region: arguments.place.region.clone(),
        digest: None,
    })
}

/// Says what will be done and cost, before it is done.
fn tell(preview: &TuningPreview, output: &mut Output) {
    let sizes: Vec<String> = preview.plan.memory_mb.iter().map(u32::to_string).collect();
    output.aside(
        &format!(
            "{}: {} at {} MB; {} MB now, which is set again afterwards",
            preview.plan.name,
            counted(u64::from(preview.calls), "call"),
            sizes.join(", "),
            preview.memory_mb
        ),
        Tone::Strong,
    );
    for call in preview.review.iter().flat_map(|review| &review.calls) {
        output.aside(&format!("  {}  {}", call.operation, call.makes), Tone::Plain);
    }
    for line in preview.review.iter().flat_map(|review| &review.command_lines) {
        output.aside(&format!("  {line}"), Tone::Quiet);
    }
    let here = match (&preview.here_usd, &preview.review) {
        (Some(here), _) => format!("{} here; on AWS", dollars(here)),
        (None, Some(review)) => format!("money in {}", review.account_name),
        (None, None) => "money".to_owned(),
    };
    let expected = match (&preview.expected_usd, preview.expected_us) {
        (Some(usd), Some(time)) => format!("about {} and {}, ", dollars(usd), duration(time)),
        _ => String::new(),
    };
    output.aside(
        &format!(
            "Costs {here} ({}, {}) {expected}at most {} and {}",
            preview.price_region,
            preview.price_date,
            dollars(&preview.at_most_usd),
            duration(preview.at_most_us)
        ),
        Tone::Plain,
    );
    for remark in &preview.remarks {
        output.aside(remark, Tone::Quiet);
    }
}

fn print(tuning: &Tuning, output: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("Memory", Side::Right),
        ("Calls", Side::Left),
        ("Count", Side::Right),
        ("p50", Side::Right),
        ("p95", Side::Right),
        ("Billed p50", Side::Right),
        ("Billed p95", Side::Right),
        ("Init p50", Side::Right),
        ("A million on AWS", Side::Right),
        ("", Side::Left),
    ]);
    for size in &tuning.sizes {
        let memory = || cell(format!("{} MB", size.memory_mb), Tone::Strong);
        if let Some(why) = &size.skipped {
            let mut row = vec![memory(), cell("skipped", Tone::Bad)];
            row.extend((0..7).map(|_| Cell::from(UNKNOWN)));
            row.push(why.as_str().into());
            table.row(row);
            continue;
        }
        for (kind, calls) in [("warm", &size.warm), ("cold", &size.cold)] {
            if let Some(calls) = calls {
                let marks = if kind == "warm" { marks(tuning, size) } else { String::new() };
                table.row(row(memory(), kind, calls, marks));
            }
        }
    }
    table.print(output)?;
    output.flush()?;
    for remark in &tuning.remarks {
        output.aside(remark, Tone::Quiet);
    }
    match (tuning.restore, &tuning.problem) {
        (TuningRestore::Verified, problem) => {
            if let Some(problem) = problem {
                output.aside(problem, Tone::Bad);
            }
            let size = tuning.configuration.memory_mb;
            output.aside(&format!("{size} MB is set again, and was read back."), Tone::Good);
        }
        (_, Some(problem)) => output.aside(problem, Tone::Bad),
        (_, None) => {}
    }
    Ok(())
}

fn row(memory: Cell, kind: &str, calls: &TunedCalls, marks: String) -> Vec<Cell> {
    let init = if kind == "cold" { duration(calls.init_p50_us) } else { UNKNOWN.to_owned() };
    vec![
        memory,
        kind.into(),
        calls.calls.to_string().into(),
        duration(calls.duration_p50_us).into(),
        duration(calls.duration_p95_us).into(),
        format!("{} ms", calls.billed_p50_ms).into(),
        format!("{} ms", calls.billed_p95_ms).into(),
        init.into(),
        dollars(&calls.usd_per_million).into(),
        cell(marks, Tone::Good),
    ]
}

fn marks(tuning: &Tuning, size: &TunedSize) -> String {
    let all =
        [("cheapest", tuning.cheapest_mb), ("fastest", tuning.fastest_mb), ("balanced", tuning.balanced_mb)];
    let here: Vec<&str> =
        all.iter().filter(|(_, mark)| *mark == Some(size.memory_mb)).map(|(name, _)| *name).collect();
    here.join(", ")
}

async fn history(
    caller: &Caller,
    name: Option<String>,
    account: Option<&str>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    // The name of a function in an account is told from one of this computer by where it was tuned.
    let (asked, wanted) = if account.is_some() { (None, name) } else { (name, None) };
    let mut all: Vec<Tuning> = caller.ask("tunings_list", TuningsQuery { name: asked, limit: None }).await?;
    if let Some(account) = account {
        let list: AccountsList = caller.ask("accounts_list", Empty {}).await?;
        let is_named = |id: &str| {
            let named = |info: &AccountInfo| info.account.id.as_str() == id && info.account.name == account;
            id == account || list.accounts.iter().any(named)
        };
        all.retain(|tuning| {
            is_named(&tuning.account) && wanted.as_ref().is_none_or(|name| *name == tuning.plan.name)
        });
    }
    if output.is_json() {
        output.document(&all)?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Began", Side::Left),
        ("Function", Side::Left),
        ("Account", Side::Left),
        ("Sizes", Side::Right),
        ("Cheapest", Side::Right),
        ("Fastest", Side::Right),
        ("Balanced", Side::Right),
        ("State", Side::Left),
        ("What happened", Side::Left),
    ]);
    let size = |memory_mb: Option<u32>| memory_mb.map_or(UNKNOWN.to_owned(), |size| format!("{size} MB"));
    for tuning in &all {
        let tone = match (tuning.status, tuning.restore) {
            (TuningStatus::Running, _) => Tone::Odd,
            (TuningStatus::Done, TuningRestore::Verified) => Tone::Good,
            _ => Tone::Bad,
        };
        table.row(vec![
            instant(tuning.started_us).into(),
            cell(tuning.plan.name.as_str(), Tone::Strong),
            tuning.account.as_str().into(),
            tuning.plan.memory_mb.len().to_string().into(),
            size(tuning.cheapest_mb).into(),
            size(tuning.fastest_mb).into(),
            size(tuning.balanced_mb).into(),
            cell(format!("{:?}", tuning.status).to_lowercase(), tone),
            tuning.problem.clone().unwrap_or_default().into(),
        ]);
    }
    table.print(output)?;
    output.aside(&counted(all.len() as u64, "tuning"), Tone::Quiet);
    Ok(Ended::Well)
}
