//! `sync`: reads what accounts hold, and shows how far it is.

use crate::arguments::Sync;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{
    CallsRead, CloudFunctionName, Empty, LogUnread, SyncPart, SyncStart, SyncState, SyncStatus,
};
use hearth_host::Caller;
use std::time::Duration;

/// How often it is asked how far it is.
const LOOK: Duration = Duration::from_millis(150);

pub(super) async fn sync(caller: &Caller, arguments: &Sync, output: &mut Output) -> Result<Ended, Failure> {
    if let Some(name) = &arguments.function {
        return calls_of(caller, arguments, name, output).await;
    }
    let request = SyncStart {
        accounts: arguments.accounts.clone(),
        metrics: arguments.metrics,
        logs: arguments.logs,
        fresh_s: arguments.fresh,
    };
    let mut status: SyncStatus = caller.ask("sync_start", request).await?;
    let mut told = 0;
    while status.running {
        let done = status.parts.iter().filter(|part| ended(part)).count();
        if done > told {
            told = done;
            output.aside(&format!("{done} of {} regions read", status.parts.len()), Tone::Quiet);
        }
        tokio::time::sleep(LOOK).await;
        status = caller.ask("sync_status", Empty {}).await?;
    }
    let broken = status.parts.iter().any(|part| part.fault.is_some());
    let result = if broken { Ended::Unable } else { Ended::Well };
    if output.is_json() {
        output.document(&status)?;
        return Ok(result);
    }
    if status.parts.is_empty() && status.skipped.is_empty() {
        output.line("No account was found on this computer: hearth accounts says where Hearth looks.")?;
        return Ok(result);
    }
    let mut table = Table::new(&[
        ("Account", Side::Left),
        ("Region", Side::Left),
        ("Functions", Side::Right),
        ("Metrics", Side::Right),
        ("New calls", Side::Right),
        ("", Side::Left),
    ]);
    for part in &status.parts {
        let (word, tone) = match part.state {
            SyncState::Waiting => ("waiting".to_owned(), Tone::Quiet),
            SyncState::Reading => ("reading".to_owned(), Tone::Quiet),
            SyncState::Done => ("read".to_owned(), Tone::Good),
            SyncState::Fresh => ("read a short time ago".to_owned(), Tone::Quiet),
            SyncState::Cancelled => ("cancelled".to_owned(), Tone::Odd),
            SyncState::Failed => {
                (part.fault.as_ref().map(ToString::to_string).unwrap_or_default(), Tone::Bad)
            }
        };
        table.row(vec![
            cell(&part.account, Tone::Strong),
            part.location.clone().into(),
            part.functions.to_string().into(),
            part.metrics.to_string().into(),
            if arguments.logs { part.calls.to_string() } else { words::UNKNOWN.to_owned() }.into(),
            cell(word, tone),
        ]);
    }
    table.print(output)?;
    for (part, unread) in status.parts.iter().flat_map(|part| part.unread.iter().map(move |one| (part, one)))
    {
        let LogUnread { name, fault } = unread;
        let text =
            format!("the log of {name} in {} {} could not be read: {fault}", part.account, part.location);
        output.aside(&text, Tone::Odd);
    }
    for (account, why) in &status.skipped {
        output.aside(&format!("{account} was left out: {why}"), Tone::Odd);
    }
    Ok(result)
}

/// Only the log of one function.
async fn calls_of(
    caller: &Caller,
    arguments: &Sync,
    name: &str,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let function = CloudFunctionName {
        account: arguments.accounts.first().cloned().unwrap_or_default(),
        region: arguments.region.clone(),
        name: name.to_owned(),
    };
    let read: CallsRead = caller.ask("cloud_calls_read", function).await?;
    if output.is_json() {
        output.document(&read)?;
    } else {
        let (from, to) = (words::instant(read.from_us), words::instant(read.to_us));
        output.line(&format!("{} new calls of {} from {from} to {to}.", read.calls, read.function))?;
        output.aside(&format!("See them: hearth invocations {}", read.function), Tone::Quiet);
    }
    Ok(Ended::Well)
}

fn ended(part: &SyncPart) -> bool {
    match part.state {
        SyncState::Waiting | SyncState::Reading => false,
        SyncState::Done | SyncState::Failed | SyncState::Fresh | SyncState::Cancelled => true,
    }
}
