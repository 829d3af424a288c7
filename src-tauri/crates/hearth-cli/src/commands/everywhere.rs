//! `invoke --on`: one event on several functions at once, answers side by side. A target that fails holds no other up.

use super::changes::target as place_of;
use super::invoke::event_of;
use crate::arguments::Invoke;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{self, UNKNOWN};
use futures_util::future::join_all;
use hearth_core::ApiError;
use hearth_core::api::{EventAnswer, EventRun, EventTarget};
use hearth_host::Caller;
use hearth_model::{InvocationSource, LOCAL_ACCOUNT, Outcome, RequestId};
use serde::Serialize;

/// What one target said, or why it did not.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OnTarget {
    /// As it was written.
    on: String,
    target: EventTarget,
    answer: Option<EventAnswer>,
    error: Option<ApiError>,
    /// Whether its answer is that of the first target that answered.
    same_as_first: Option<bool>,
}

pub(super) async fn invoke(
    caller: &Caller,
    arguments: &Invoke,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let event = event_of(caller, arguments).await?;
    let mut targets = Vec::with_capacity(arguments.on.len());
    for on in &arguments.on {
        targets.push((on.clone(), target(caller, on, &arguments.name).await?));
    }
    let asked = targets.into_iter().map(|(on, target)| {
        let request = EventRun {
            target: target.clone(),
            event: event.clone(),
            source: InvocationSource::CommandLine,
            run_id: RequestId::generate(),
        };
        async move {
            let (answer, error) = match caller.ask("event_run", request).await {
                Ok(answer) => (Some(answer), None),
                Err(error) => (None, Some(error)),
            };
            OnTarget { on, target, answer, error, same_as_first: None }
        }
    });
    let mut sides = join_all(asked).await;
    let first = sides.iter().find_map(|side| side.answer.as_ref()).map(|answer| answer.payload.clone());
    for side in &mut sides {
        side.same_as_first = side.answer.as_ref().map(|answer| Some(&answer.payload) == first.as_ref());
    }
    if output.is_json() {
        output.document(&sides)?;
    } else {
        print(&sides, output)?;
    }
    let failed =
        |side: &OnTarget| side.answer.as_ref().is_some_and(|answer| answer.outcome != Outcome::Succeeded);
    Ok(match () {
        () if sides.iter().any(|side| side.error.is_some()) => Ended::Unable,
        () if sides.iter().any(failed) => Ended::FunctionFailed,
        () => Ended::Well,
    })
}

/// `local`, or `ACCOUNT[:REGION]`, and after a `/` another name than that of the command.
async fn target(caller: &Caller, on: &str, name: &str) -> Result<EventTarget, Failure> {
    let (place, name) = on.split_once('/').unwrap_or((on, name));
    if place == LOCAL_ACCOUNT {
        return Ok(EventTarget { account: None, region: None, name: name.to_owned() });
    }
    let (account, region) = place_of(caller, place).await?;
    Ok(EventTarget { account: Some(account), region, name: name.to_owned() })
}

fn print(sides: &[OnTarget], output: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("On", Side::Left),
        ("Outcome", Side::Left),
        ("Start", Side::Left),
        ("Took", Side::Right),
        ("Handler", Side::Right),
        ("Billed", Side::Right),
        ("Cost", Side::Right),
        ("Answer", Side::Left),
    ]);
    for side in sides {
        let Some(answer) = &side.answer else {
            table.row(vec![cell(&side.on, Tone::Strong), cell("not called", Tone::Bad)]);
            continue;
        };
        let tone = if answer.outcome == Outcome::Succeeded { Tone::Good } else { Tone::Bad };
        let start = match (answer.start, answer.cold_start) {
            (Some(start), _) => start.as_str(),
            (None, Some(true)) => "cold",
            (None, Some(false)) => "warm",
            (None, None) => UNKNOWN,
        };
        let or = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
        let same = side.same_as_first == Some(true);
        table.row(vec![
            cell(&side.on, Tone::Strong),
            cell(answer.outcome.as_str().replace('_', " "), tone),
            start.into(),
            words::duration(answer.took_us).into(),
            or(answer.handler_us.map(words::duration)).into(),
            or(answer.billed_ms.map(|billed| format!("{billed} ms"))).into(),
            or(answer.cost_usd.as_deref().map(words::dollars)).into(),
            cell(if same { "same" } else { "differs" }, if same { Tone::Plain } else { Tone::Odd }),
        ]);
    }
    table.print(output)?;
    for side in sides {
        output.aside(&format!("── {}", side.on), Tone::Quiet);
        if let Some(answer) = &side.answer {
            output.document(&answer.payload)?;
            output.aside(&answer.cost_words, Tone::Quiet);
        }
        if let Some(error) = &side.error {
            output.aside(&error.message, Tone::Bad);
            if let Some(hint) = &error.hint {
                output.aside(hint, Tone::Plain);
            }
        }
    }
    Ok(())
}
