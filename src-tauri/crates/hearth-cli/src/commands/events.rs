//! `events`: the library of sample events.

use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use hearth_core::api::{Empty, SampleEvent};
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
