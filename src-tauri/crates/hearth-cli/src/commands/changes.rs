//! Changes in an account: the review is shown, a person says yes, the change is made. `--yes` says it beforehand;
//! without it and without a terminal nothing is changed.

use super::{course, unfinished};
use crate::arguments::{Configure, Consent, Deploy, Where};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use hearth_core::api::{AccountsList, CloudChange, CloudChangeRequest, CloudReview, CodeSource, Empty};
use hearth_core::cloud::{Grant, Undo};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::Architecture;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::IsTerminal as _;

/// `deploy PATH --to ACCOUNT[:REGION]`.
pub(super) async fn deploy(
    caller: &Caller,
    arguments: &Deploy,
    source: CodeSource,
    to: &str,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let wanted = CloudChange::Deploy {
        source,
        runtime: arguments.runtime.clone(),
        handler: arguments.handler.clone(),
        memory_mb: arguments.memory,
        timeout_s: arguments.timeout,
        architecture: architecture(arguments),
        environment: variables(&arguments.environment),
        role: arguments.role.clone(),
        plan: arguments.plan.clone(),
    };
    deployed(caller, arguments, to, wanted, output).await
}

/// `deploy --image URI --to ACCOUNT[:REGION] --name NAME`.
pub(super) async fn deploy_image(
    caller: &Caller,
    arguments: &Deploy,
    image: &str,
    to: &str,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let wanted = CloudChange::DeployImage {
        image: image.to_owned(),
        memory_mb: arguments.memory,
        timeout_s: arguments.timeout,
        architecture: architecture(arguments),
        environment: variables(&arguments.environment),
        role: arguments.role.clone(),
    };
    deployed(caller, arguments, to, wanted, output).await
}

/// Deploys, and reminds of what is unfinished in that account.
async fn deployed(
    caller: &Caller,
    arguments: &Deploy,
    to: &str,
    wanted: CloudChange,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let (account, region) = target(caller, to).await?;
    let request =
        CloudChangeRequest { account: account.clone(), region, name: arguments.name.clone(), change: wanted };
    let ended = change(caller, request, arguments.consent, output).await;
    unfinished::remind(caller, Some(&account), output).await;
    ended
}

fn architecture(arguments: &Deploy) -> Option<Architecture> {
    arguments
        .arch
        .as_deref()
        .map(|arch| if arch == "arm64" { Architecture::Arm64 } else { Architecture::X86_64 })
}

/// None leaves those of the function as they are.
fn variables(given: &[(String, String)]) -> Option<BTreeMap<String, String>> {
    (!given.is_empty()).then(|| given.iter().cloned().collect())
}

/// `configure NAME --account …`.
pub(super) async fn configure(
    caller: &Caller,
    arguments: &Configure,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let refused = |message: &str, hint: &str| {
        Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint(hint.to_owned()).into())
    };
    if arguments.limit.is_some() {
        return refused("a limit in an account has a command of its own", "See `hearth limit --help`.");
    }
    if !arguments.unset.is_empty() {
        let hint = "On AWS and Google --env replaces all of them: name those that are to stay.";
        return refused("a variable of a function in an account cannot be taken away alone", hint);
    }
    let wanted = CloudChange::Configure {
        runtime: arguments.runtime.clone(),
        handler: arguments.handler.clone(),
        memory_mb: arguments.memory,
        timeout_s: arguments.timeout,
        description: arguments.description.clone(),
        environment: variables(&arguments.environment),
    };
    of_function(caller, &arguments.place, &arguments.name, wanted, arguments.consent, output).await
}

/// `delete NAME --account …` and the other changes of a function that is there.
pub(super) async fn of_function(
    caller: &Caller,
    place: &Where,
    name: &str,
    wanted: CloudChange,
    consent: Consent,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let request = CloudChangeRequest {
        account: place.account.clone().unwrap_or_default(),
        region: place.region.clone(),
        name: Some(name.to_owned()),
        change: wanted,
    };
    change(caller, request, consent, output).await
}

/// The account and the region of `ACCOUNT[:REGION]`; an account's id has a colon itself.
pub(super) async fn target(caller: &Caller, to: &str) -> Result<(String, Option<String>), Failure> {
    let list: AccountsList = caller.ask("accounts_list", Empty {}).await?;
    let is_account = |text: &str| {
        list.accounts.iter().any(|info| info.account.id.as_str() == text || info.account.name == text)
    };
    Ok(match to.rsplit_once(':') {
        Some((account, region)) if !is_account(to) && is_account(account) => {
            (account.to_owned(), Some(region.to_owned()))
        }
        _ => (to.to_owned(), None),
    })
}

pub(super) async fn change(
    caller: &Caller,
    request: CloudChangeRequest,
    consent: Consent,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let seen: CloudReview = caller.ask("cloud_review", request.clone()).await?;
    if consent.dry_run {
        if output.is_json() {
            output.document(&json!({ "review": seen, "changed": null }))?;
        } else {
            show(&seen, output)?;
            output.line("Nothing was changed.")?;
        }
        return Ok(Ended::Well);
    }
    if !output.is_json() {
        show(&seen, output)?;
        output.flush()?;
    }
    if seen.locked {
        let id = &seen.account.account.id;
        return Err(ApiError::new(ErrorCode::Locked, format!("the account `{id}` is read-only"))
            .with_hint(format!("Allow changes for 15 minutes: hearth accounts unlock {id}"))
            .into());
    }
    if !consent.yes && !asked(output).await? {
        return Err(ApiError::new(ErrorCode::InvalidInput, "nothing was changed: nobody said yes")
            .with_hint("Add --yes to make the change, or --dry-run to only see it.")
            .into());
    }
    let changed = course::make(caller, request, &seen, output).await?;
    if output.is_json() {
        output.document(&json!({ "review": seen, "changed": changed }))?;
        return Ok(Ended::Well);
    }
    let done = output.tone("Done.", Tone::Good);
    output.line(&done)?;
    for (name, value) in &changed.results {
        output.line(&format!("  {name} {value}"))?;
    }
    if let Some(function) = &changed.function {
        output.line(&format!("  {}", function.resource))?;
    }
    match &seen.review.undo {
        Undo::Command { command } => output.line(&format!("Undo: {command}"))?,
        Undo::ByHand { words } | Undo::Impossible { words } => output.line(words)?,
    }
    Ok(Ended::Well)
}

fn show(seen: &CloudReview, output: &mut Output) -> Result<(), Failure> {
    let review = &seen.review;
    let title = output.tone(&review.title, Tone::Strong);
    output.line(&title)?;
    if seen.account.is_production {
        let text = output.tone("This account is marked as production.", Tone::Bad);
        output.line(&text)?;
    }
    if review.calls.is_empty() {
        output.line("There is nothing to do in the account: it is so already.")?;
    } else {
        let mut table = Table::new(&[
            ("", Side::Right),
            ("Call", Side::Left),
            ("What it makes", Side::Left),
            ("You may", Side::Left),
            ("Undone by", Side::Left),
        ]);
        for (index, call) in review.calls.iter().enumerate() {
            let may = match call.may {
                Grant::Allowed => cell("yes", Tone::Good),
                Grant::Denied => cell("no", Tone::Bad),
                Grant::Unknown => cell("unknown", Tone::Odd),
            };
            let undone = call.undone_by.as_deref().unwrap_or("nothing");
            table.row(vec![
                (index + 1).to_string().into(),
                cell(&call.operation, Tone::Strong),
                call.makes.clone().into(),
                may,
                cell(undone, Tone::Quiet),
            ]);
        }
        table.print(output)?;
    }
    for (name, text) in &review.documents {
        output.line(&format!("{name}: {text}"))?;
    }
    for warning in &review.warnings {
        let text = output.tone(warning, Tone::Odd);
        output.line(&text)?;
    }
    output.line(&format!("Cost: {}", review.cost.words))?;
    output.line("The same with the vendor's own tool:")?;
    for line in &review.command_lines {
        output.line(&format!("  {line}"))?;
    }
    match &review.undo {
        Undo::Command { command } => output.line(&format!("Undo: {command}")),
        Undo::ByHand { words } => output.line(&format!("Undo: {words}")),
        Undo::Impossible { words } => output.line(&format!("This cannot be undone. {words}")),
    }
}

/// Asks a person, if there is one.
pub(super) async fn asked(output: &mut Output) -> Result<bool, Failure> {
    if output.is_json() || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    output.aside("Go on? Type yes:", Tone::Strong);
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = read.await.map_err(|error| std::io::Error::other(error.to_string()))??;
    Ok(matches!(line.trim(), "yes" | "y"))
}
