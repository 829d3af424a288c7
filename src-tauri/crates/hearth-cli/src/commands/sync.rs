//! `sync`: reads what accounts hold, and shows how far it is.

use crate::arguments::Sync;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use hearth_core::api::{Empty, SyncPart, SyncStart, SyncState, SyncStatus};
use hearth_host::Caller;
use std::time::Duration;

/// How often it is asked how far it is.
const LOOK: Duration = Duration::from_millis(150);

pub(super) async fn sync(caller: &Caller, arguments: &Sync, output: &mut Output) -> Result<Ended, Failure> {
    let request = SyncStart {
        accounts: arguments.accounts.clone(),
        metrics: arguments.metrics,
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
            cell(word, tone),
        ]);
    }
    table.print(output)?;
    for (account, why) in &status.skipped {
        output.aside(&format!("{account} was left out: {why}"), Tone::Odd);
    }
    Ok(result)
}

fn ended(part: &SyncPart) -> bool {
    match part.state {
        SyncState::Waiting | SyncState::Reading => false,
        SyncState::Done | SyncState::Failed | SyncState::Fresh | SyncState::Cancelled => true,
    }
}
