//! `triggers`, `keep`, `layers` and `tags`: what is set around a function of an account.

use super::changes;
use super::of_account::account;
use crate::arguments::{Consent, New, Sides, TriggersCommand, Where, Which};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use hearth_core::ApiError;
use hearth_core::api::{CloudChange, CloudFunctionName, CloudRegion, CloudSides, CloudStanding};
use hearth_core::cloud::{Layer, NewTrigger, SideChange, StartAt, Trigger, TriggerOf};
use hearth_host::Caller;

pub(super) async fn run(caller: &Caller, command: &Sides, output: &mut Output) -> Result<Ended, Failure> {
    match command {
        Sides::Triggers { command: Some(command), .. } => {
            let (which, change) = triggers(command);
            changed(caller, which, change, output).await
        }
        Sides::Triggers { name, place, command: None } => {
            list(caller, &in_place(name.as_deref().unwrap_or_default(), place), output).await
        }
        Sides::Keep { which, of, count } => {
            changed(caller, which, SideChange::Keep { of: of.clone(), count: count.0 }, output).await
        }
        Sides::Layers { name: None, place, .. } => layers(caller, place, output).await,
        Sides::Layers { name: Some(name), attach, detach, place, consent } => {
            let which = Which { name: name.clone(), place: place.clone(), consent: *consent };
            if attach.is_empty() && detach.is_empty() {
                return attached(caller, &which, output).await;
            }
            let change = SideChange::Layers { attach: attach.clone(), detach: detach.clone() };
            changed(caller, &which, change, output).await
        }
        Sides::Tags { which, set, remove } if set.is_empty() && remove.is_empty() => {
            tags(caller, which, output).await
        }
        Sides::Tags { which, set, remove } => {
            let change = SideChange::Tags { set: set.iter().cloned().collect(), remove: remove.clone() };
            changed(caller, which, change, output).await
        }
    }
}

fn triggers(command: &TriggersCommand) -> (&Which, SideChange) {
    match command {
        TriggersCommand::Add { which, new } => (which, SideChange::AddTrigger { trigger: trigger(new) }),
        TriggersCommand::Enable { which, id } => {
            (which, SideChange::TurnTrigger { id: id.clone(), on: true })
        }
        TriggersCommand::Disable { which, id } => {
            (which, SideChange::TurnTrigger { id: id.clone(), on: false })
        }
        TriggersCommand::Remove { which, id } => (which, SideChange::RemoveTrigger { id: id.clone() }),
    }
}

/// What a person means; exactly one of the five is named.
fn trigger(new: &New) -> NewTrigger {
    if let Some(expression) = &new.schedule {
        return NewTrigger::Schedule { expression: expression.clone(), rule: new.rule.clone() };
    }
    if let Some(pattern) = &new.pattern {
        return NewTrigger::Pattern { pattern: pattern.clone(), rule: new.rule.clone() };
    }
    if let Some(bucket) = &new.bucket {
        return NewTrigger::Bucket {
            bucket: bucket.clone(),
            events: new.event.clone(),
            prefix: new.prefix.clone(),
            suffix: new.suffix.clone(),
        };
    }
    if let Some(topic) = &new.topic {
        return NewTrigger::Topic { topic: topic.clone() };
    }
    NewTrigger::Source {
        source: new.source.clone().unwrap_or_default(),
        batch_size: new.batch,
        start: new
            .from
            .as_deref()
            .map(|from| if from == "oldest" { StartAt::Oldest } else { StartAt::Latest }),
    }
}

async fn changed(
    caller: &Caller,
    which: &Which,
    change: SideChange,
    output: &mut Output,
) -> Result<Ended, Failure> {
    account(which)?;
    let change = CloudChange::Side { change };
    changes::of_function(caller, &which.place, &which.name, change, which.consent, output).await
}

fn named(which: &Which) -> Result<CloudFunctionName, ApiError> {
    Ok(CloudFunctionName {
        account: account(which)?,
        region: which.place.region.clone(),
        name: which.name.clone(),
    })
}

/// A function in a place, to look at.
fn in_place(name: &str, place: &Where) -> Which {
    Which { name: name.to_owned(), place: place.clone(), consent: Consent::default() }
}

async fn list(caller: &Caller, which: &Which, output: &mut Output) -> Result<Ended, Failure> {
    let sides: CloudSides = caller.ask("cloud_sides", named(which)?).await?;
    if output.is_json() {
        output.document(&sides)?;
        return Ok(Ended::Well);
    }
    if sides.triggers.is_empty() {
        output.line("Nothing calls it by itself.")?;
    } else {
        let mut table = Table::new(&[
            ("What", Side::Left),
            ("Of it", Side::Left),
            ("State", Side::Left),
            ("Id", Side::Left),
        ]);
        for trigger in &sides.triggers {
            let (what, more) = words(trigger);
            let tone = match (&trigger.problem, trigger.on) {
                (Some(_), _) => Tone::Bad,
                (None, Some(false)) => Tone::Quiet,
                (None, _) => Tone::Good,
            };
            let state = trigger.problem.as_ref().unwrap_or(&trigger.state);
            table.row(vec![
                cell(what, Tone::Strong),
                more.into(),
                cell(state, tone),
                cell(&trigger.id, Tone::Quiet),
            ]);
        }
        table.print(output)?;
    }
    for one in sides.keepable.iter().filter(|one| one.wanted.is_some()) {
        output.line(&format!("{} of {} ready at {}", one.ready, one.wanted.unwrap_or(0), one.of))?;
    }
    for fault in &sides.unread {
        output.aside(&format!("not read: {fault}"), Tone::Odd);
    }
    Ok(Ended::Well)
}

fn words(trigger: &Trigger) -> (String, String) {
    match &trigger.of {
        TriggerOf::Source { source, batch_size, .. } => {
            (source.clone(), batch_size.map(|size| format!("at most {size} at once")).unwrap_or_default())
        }
        TriggerOf::Schedule { rule, expression } => {
            (format!("schedule {expression}"), format!("rule {rule}"))
        }
        TriggerOf::Pattern { rule, pattern } => (format!("rule {rule}"), pattern.clone()),
        TriggerOf::Bucket { bucket, events, prefix, suffix } => {
            let mut more = events.join(", ");
            more.extend(prefix.iter().flat_map(|prefix| [" of ", prefix, "…"]));
            more.extend(suffix.iter().flat_map(|suffix| [" of …", suffix]));
            (format!("bucket {bucket}"), more)
        }
        TriggerOf::Topic { topic } => (topic.clone(), "each message".to_owned()),
        TriggerOf::Permission { principal, source } => {
            (principal.clone(), source.clone().unwrap_or_else(|| "on behalf of anything".to_owned()))
        }
    }
}

async fn layers(caller: &Caller, place: &Where, output: &mut Output) -> Result<Ended, Failure> {
    let request = CloudRegion { account: account(&in_place("", place))?, region: place.region.clone() };
    let layers: Vec<Layer> = caller.ask("cloud_layers", request).await?;
    if output.is_json() {
        output.document(&layers)?;
        return Ok(Ended::Well);
    }
    if layers.is_empty() {
        output.line("There is no layer in this region of the account.")?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Layer", Side::Left),
        ("For", Side::Left),
        ("What", Side::Left),
        ("Version", Side::Left),
    ]);
    for layer in &layers {
        let runtimes = if layer.runtimes.is_empty() { "any".to_owned() } else { layer.runtimes.join(", ") };
        table.row(vec![
            cell(&layer.name, Tone::Strong),
            runtimes.into(),
            layer.description.clone().into(),
            cell(&layer.version, Tone::Quiet),
        ]);
    }
    table.print(output)?;
    Ok(Ended::Well)
}

async fn attached(caller: &Caller, which: &Which, output: &mut Output) -> Result<Ended, Failure> {
    let sides: CloudSides = caller.ask("cloud_sides", named(which)?).await?;
    if output.is_json() {
        output.document(&sides.layers)?;
        return Ok(Ended::Well);
    }
    if sides.layers.is_empty() {
        output.line("It has no layer.")?;
    }
    for layer in &sides.layers {
        output.line(layer)?;
    }
    Ok(Ended::Well)
}

async fn tags(caller: &Caller, which: &Which, output: &mut Output) -> Result<Ended, Failure> {
    let standing: CloudStanding = caller.ask("cloud_function", named(which)?).await?;
    if output.is_json() {
        output.document(&standing.tags)?;
        return Ok(Ended::Well);
    }
    if standing.tags.is_empty() {
        output.line("It has no tag.")?;
    }
    for (key, value) in &standing.tags {
        output.line(&format!("{key}={value}"))?;
    }
    Ok(Ended::Well)
}
