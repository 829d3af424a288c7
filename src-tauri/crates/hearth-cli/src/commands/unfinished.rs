//! `unfinished`: changes in accounts that came to no end, and the ways on with each. Taking one back goes through the
//! review of every change.

use super::changes;
use crate::arguments::{Consent, UnfinishedCommand};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::words::{counted, instant};
use hearth_core::api::{CloudChange, CloudChangeRequest, Empty, UnfinishedChange, UnfinishedName};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use serde_json::json;

pub(super) async fn unfinished(
    caller: &Caller,
    command: Option<&UnfinishedCommand>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    match command {
        None | Some(UnfinishedCommand::List) => list(caller, output).await,
        Some(UnfinishedCommand::TakeBack { id, consent }) => take_back(caller, id, *consent, output).await,
        Some(UnfinishedCommand::Forget { id }) => forget(caller, id, output).await,
    }
}

async fn all(caller: &Caller) -> Result<Vec<UnfinishedChange>, Failure> {
    Ok(caller.ask("unfinished_list", Empty {}).await?)
}

async fn list(caller: &Caller, output: &mut Output) -> Result<Ended, Failure> {
    let all = all(caller).await?;
    if output.is_json() {
        output.document(&all)?;
        return Ok(Ended::Well);
    }
    if all.is_empty() {
        output.line("No change in an account is unfinished.")?;
    }
    for (index, one) in all.iter().enumerate() {
        if index > 0 {
            output.line("")?;
        }
        show(one, output)?;
    }
    Ok(Ended::Well)
}

fn show(one: &UnfinishedChange, output: &mut Output) -> Result<(), Failure> {
    let UnfinishedChange { id, account, region, function, .. } = one;
    let title = output.tone(&one.title, Tone::Strong);
    output.line(&format!("{id}  {title}"))?;
    output.line(&format!("  {function} in {account}, {region}; begun {}", instant(one.begun_us)))?;
    let calls: Vec<&str> = one.calls.iter().map(|call| call.operation.as_str()).collect();
    output.line(&format!("  had begun: {}", calls.join(", ")))?;
    output.line(&format!("  take it back: hearth unfinished take-back {id}"))?;
    if one.is_deploy {
        output.line(&format!("  go on with it: {}", one.command_line))?;
    } else {
        output.line(&format!("  make it again: {}", one.command_line))?;
    }
    output.line(&format!("  keep it as it is: hearth unfinished forget {id}"))
}

async fn take_back(
    caller: &Caller,
    id: &str,
    consent: Consent,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let found = all(caller).await?.into_iter().find(|one| one.id == id);
    let Some(one) = found else {
        let message = format!("there is no unfinished change `{id}`");
        return Err(ApiError::new(ErrorCode::NotFound, message)
            .with_hint("`hearth unfinished` lists those that there are.")
            .into());
    };
    let request = CloudChangeRequest {
        account: one.account,
        region: Some(one.region),
        name: Some(one.function),
        change: CloudChange::TakeBack { unfinished: one.id },
    };
    changes::change(caller, request, consent, output).await
}

async fn forget(caller: &Caller, id: &str, output: &mut Output) -> Result<Ended, Failure> {
    let Empty {} = caller.ask("unfinished_forget", UnfinishedName { id: id.to_owned() }).await?;
    if output.is_json() {
        output.document(&json!({ "forgotten": id }))?;
    } else {
        output.line(&format!("{id} is forgotten; what it made stays as it is."))?;
    }
    Ok(Ended::Well)
}

/// Says in one line that something is unfinished, in one account or in any. Nothing depends on it.
pub(super) async fn remind(caller: &Caller, account: Option<&str>, output: &mut Output) {
    let Ok(all) = all(caller).await else { return };
    let is_meant = |one: &&UnfinishedChange| {
        account.is_none_or(|account| one.account == account || one.account_name == account)
    };
    let count = all.iter().filter(is_meant).count() as u64;
    if count > 0 {
        let words = counted(count, "change");
        let verb = if count == 1 { "is" } else { "are" };
        output.aside(
            &format!("{words} in an account {verb} unfinished: `hearth unfinished` shows the ways on."),
            Tone::Odd,
        );
    }
}
