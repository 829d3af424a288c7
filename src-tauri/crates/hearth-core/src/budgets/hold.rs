//! Holding functions and letting go of them: the limit 0 on the local runtime, the note of what it was, and the log.
//! Owns the order of these, so that a crash in between loses no limit: noted before it is set, forgotten after it is
//! back. Must not know why.

use super::RELEASE;
use super::brake::Held;
use crate::publish::settle;
use crate::specs::read_again;
use crate::{App, Result};
use bytes::Bytes;
use hearth_model::{
    FunctionConfiguration, FunctionId, FunctionRecord, HearthEvent, Invocation, LOCAL_ACCOUNT, Outcome,
};
use hearth_store::{BrakeEntry, BrakedFunction};
use serde_json::{Value, json};

/// How a call is told that the brake refused it.
pub(crate) const STOPPED: &str = "stopped by Hearth's brake";

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Person,
    Brake,
}

impl By {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Brake => "brake",
        }
    }
}

/// A limit of servers in words.
pub(super) fn limit_words(limit: Option<u32>) -> String {
    match limit {
        None => "no limit of its own".to_owned(),
        Some(1) => "a limit of 1 server".to_owned(),
        Some(limit) => format!("a limit of {limit} servers"),
    }
}

/// Writes down what happened; the log is no reason to fail.
pub(super) async fn note(app: &App, kind: &str, by: By, subject: &str, text: String, figures: Value) {
    note_once(app, kind, by, subject, text, figures, None).await;
}

/// The same, once for a key; false when it was written down before.
pub(super) async fn note_once(
    app: &App,
    kind: &str,
    by: By,
    subject: &str,
    text: String,
    figures: Value,
    once: Option<&str>,
) -> bool {
    let entry = BrakeEntry {
        at_us: app.now(),
        kind: kind.to_owned(),
        done_by: by.word().to_owned(),
        subject: subject.to_owned(),
        text,
        figures: figures.to_string(),
    };
    match app.store().log_brake(&entry, once).await {
        Ok(new) => new,
        Err(error) => {
            tracing::warn!(%error, text = entry.text, "the brake's log was not written");
            true
        }
    }
}

/// The function with this id, deleted or not; none when its name went to another one.
async fn by_id(app: &App, id: &FunctionId, name: &str) -> Result<Option<FunctionRecord>> {
    if let Some(record) = app.store().function(name).await?.filter(|record| record.id == *id) {
        return Ok(Some(record));
    }
    Ok(app.store().deleted_function(name).await?.filter(|record| record.id == *id))
}

async fn limit_to(app: &App, record: FunctionRecord, limit: Option<u32>) -> Result<()> {
    let configuration = FunctionConfiguration { reserved_concurrency: limit, ..record.configuration.clone() };
    let record = settle(app, record, configuration).await?;
    if limit == Some(0) {
        // An idle server would serve whatever the limit is.
        app.runtime().reap_function(&record.id, "the brake was pulled").await;
    }
    Ok(())
}

async fn keep(app: &App, function: &FunctionId, held: &Held) -> Result<()> {
    let braked = BrakedFunction {
        function_id: function.clone(),
        name: held.name.clone(),
        former_concurrency: held.former,
        version: held.version,
        pulled_us: held.since,
        pulled_by: held.by.clone(),
        reason: held.reason.clone(),
    };
    Ok(app.store().put_braked(&braked).await?)
}

/// Holds a local function; false when it is held already or is not there any more.
pub(super) async fn hold(app: &App, name: &str, by: By, reason: &str, figures: Value) -> Result<bool> {
    let publishing = app.publishing().lock().await;
    let Some(record) = app.store().function(name).await? else { return Ok(false) };
    if record.account != LOCAL_ACCOUNT || app.budgets().seen().brake.holds(&record.id) {
        return Ok(false);
    }
    let held = Held {
        former: record.configuration.reserved_concurrency,
        name: record.name.clone(),
        version: record.version,
        since: app.now(),
        by: by.word().to_owned(),
        reason: reason.to_owned(),
    };
    let id = record.id.clone();
    keep(app, &id, &held).await?;
    if let Err(error) = limit_to(app, record, Some(0)).await {
        // It runs on as before, so it must not be known as held.
        app.store().delete_braked(&id).await?;
        return Err(error);
    }
    let former = held.former;
    {
        // Shown as held only once it is.
        let mut seen = app.budgets().seen();
        seen.suggested.remove(&id);
        seen.brake.pull(id, held);
    }
    drop(publishing);
    let text = format!("Stopped {name}: {reason}. It had {} and has 0 servers now.", limit_words(former));
    let mut figures = figures;
    figures["formerConcurrency"] = json!(former);
    note(app, "pulled", by, name, text, figures).await;
    app.tell(HearthEvent::BrakeChanged);
    Ok(true)
}

/// Lets go of a function: its limit is what it was. False when it was not held.
pub(super) async fn let_go(app: &App, id: &FunctionId) -> Result<bool> {
    let publishing = app.publishing().lock().await;
    let Some(held) = app.budgets().seen().brake.held().get(id).cloned() else { return Ok(false) };
    if let Some(record) = by_id(app, id, &held.name).await? {
        restore_versions(app, &record, &held).await?;
        // Whoever changed the limit since the last look wants it so.
        if record.configuration.reserved_concurrency == Some(0) {
            limit_to(app, record, held.former).await?;
        }
    }
    app.store().delete_braked(id).await?;
    app.budgets().seen().brake.release(id, app.now());
    read_again(app, &held.name);
    drop(publishing);
    let text = format!("Released {}: it has {} again.", held.name, limit_words(held.former));
    note(app, "released", By::Person, &held.name, text, json!({ "formerConcurrency": held.former })).await;
    app.tell(HearthEvent::BrakeChanged);
    Ok(true)
}

/// Versions that were made or were the newest while the brake was on have its 0 inside; going back to one of them
/// must not stop the function.
async fn restore_versions(app: &App, newest: &FunctionRecord, held: &Held) -> Result<()> {
    for version in app.store().versions(&newest.id).await? {
        if version.version < held.version
            || version.version >= newest.version
            || version.configuration.reserved_concurrency != Some(0)
        {
            continue;
        }
        let older = FunctionRecord {
            version: version.version,
            configuration: FunctionConfiguration {
                reserved_concurrency: held.former,
                ..version.configuration
            },
            code: version.code,
            deployed_us: version.deployed_us,
            ..newest.clone()
        };
        app.store().put_function(&older, &version.cause).await?;
    }
    Ok(())
}

/// Holds on: a deploy, a rollback or a changed limit meanwhile does not release the brake. The new limit is what a
/// release brings back.
pub(super) async fn hold_on(app: &App) -> Result<()> {
    let held: Vec<(FunctionId, String)> = {
        let seen = app.budgets().seen();
        seen.brake.held().iter().map(|(id, held)| (id.clone(), held.name.clone())).collect()
    };
    for (id, name) in held {
        let _publishing = app.publishing().lock().await;
        let Some(record) = app.store().function(&name).await?.filter(|record| record.id == id) else {
            continue;
        };
        let limit = record.configuration.reserved_concurrency;
        if limit == Some(0) {
            continue;
        }
        let now = {
            let mut seen = app.budgets().seen();
            seen.brake.adopt(&id, limit);
            seen.brake.held().get(&id).cloned()
        };
        let Some(now) = now else { continue };
        keep(app, &id, &now).await?;
        limit_to(app, record, Some(0)).await?;
        let text = format!(
            "{name} was changed while the brake holds it: it gets {} on release.",
            limit_words(limit)
        );
        note(app, "kept", By::Brake, &name, text, json!({ "formerConcurrency": limit })).await;
    }
    Ok(())
}

/// What a call is told that the brake refused.
pub(super) fn refusal(reason: &str) -> String {
    format!("{STOPPED}: {reason}. {RELEASE}.")
}

/// Says in a refused call that the brake refused it.
pub(crate) fn mark_refused(app: &App, invocation: &mut Invocation, response: &mut Bytes) {
    if invocation.outcome != Outcome::Throttled {
        return;
    }
    let Some(reason) = app.budgets().holds(&invocation.function_id) else { return };
    let message = refusal(&reason);
    let body = json!({
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
        "Type": "User",
        "message": message,
    });
    *response = Bytes::from(body.to_string());
    invocation.error_message = Some(message);
}
