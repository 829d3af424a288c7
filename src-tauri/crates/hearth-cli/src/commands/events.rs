//! `events`: the library of sample events, and the folder of events that a person chose.

use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{Empty, EventsFolder, SampleEvent};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;

pub(super) async fn events(caller: &Caller, id: Option<&str>, output: &mut Output) -> Result<Ended, Failure> {
    let library: Vec<SampleEvent> = caller.ask("events_library", Empty {}).await?;
    if let Some(id) = id {
        let event = library.into_iter().find(|event| event.id == id).ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, format!("no sample event named `{id}`"))
                .with_hint("See `hearth events` for all of them.")
        })?;
        if output.is_json() {
            output.document(&event)?;
        } else {
            output.line(event.body.trim_end())?;
        }
        return Ok(Ended::Well);
    }
    if output.is_json() {
        output.document(&library)?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[("Event", Side::Left), ("From", Side::Left), ("What", Side::Left)]);
    for event in library {
        table.row(vec![cell(event.id, Tone::Strong), event.service.into(), event.title.into()]);
    }
    table.print(output)?;
    output.aside("Send one: hearth events ID | hearth invoke NAME --event -", Tone::Quiet);
    Ok(Ended::Well)
}

/// The files of the folder that was chosen in the settings.
pub(super) async fn saved(caller: &Caller, output: &mut Output) -> Result<Ended, Failure> {
    let found: EventsFolder = caller.ask("events_folder", Empty {}).await?;
    let ended = if found.problem.is_some() { Ended::Unable } else { Ended::Well };
    if output.is_json() {
        output.document(&found)?;
        return Ok(ended);
    }
    if let Some(problem) = &found.problem {
        output.aside(problem, Tone::Bad);
        return Ok(ended);
    }
    let Some(folder) = &found.folder else {
        output.line("No folder of events is chosen: hearth settings --events-folder DIR.")?;
        return Ok(ended);
    };
    let mut table = Table::new(&[("Event", Side::Left), ("Size", Side::Right)]);
    for event in &found.events {
        table.row(vec![cell(&event.file, Tone::Strong), words::bytes(event.bytes).into()]);
    }
    table.print(output)?;
    if found.more > 0 {
        output.aside(&format!("{} more are not listed.", found.more), Tone::Odd);
    }
    output.aside(&format!("In {folder}. Send one: hearth invoke NAME --saved EVENT"), Tone::Quiet);
    Ok(ended)
}
