//! `invocations` and `environments`.

mod receipt;

use super::named;
use crate::arguments::Invocations;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{self, UNKNOWN};
use hearth_core::api::{EnvironmentsQuery, InvocationsPage, InvocationsQuery};
use hearth_host::Caller;
use hearth_model::{Environment, EnvironmentState, Invocation, InvocationSource, Outcome};

/// Rows that people see when they do not say how many.
const ROWS: u64 = 50;
const PAGE: u64 = 1_000;

pub(super) async fn invocations(
    caller: &Caller,
    arguments: &Invocations,
    output: &mut Output,
) -> Result<Ended, Failure> {
    if let Some(request) = &arguments.request {
        return receipt::show(caller, request, output).await;
    }
    let function = named::function(caller, &arguments.place, arguments.name.as_deref()).await?;
    let wanted = arguments.limit.unwrap_or(if output.is_json() { u64::MAX } else { ROWS });
    let mut rows: Vec<Invocation> = Vec::new();
    let mut cursor = None;
    let total = loop {
        let query = InvocationsQuery {
            function: function.clone(),
            cursor,
            limit: Some((wanted - rows.len() as u64).min(PAGE) as u32),
            ..InvocationsQuery::default()
        };
        let page: InvocationsPage = caller.ask("invocations_list", query).await?;
        rows.extend(page.invocations);
        cursor = page.next;
        if cursor.is_none() || rows.len() as u64 >= wanted {
            break page.total;
        }
    };
    if output.is_json() {
        output.document(&rows)?;
        return Ok(Ended::Well);
    }
    if rows.is_empty() {
        output.line("No invocation yet. Send one: hearth invoke NAME.")?;
        return Ok(Ended::Well);
    }
    table(&rows).print(output)?;
    if total > rows.len() as u64 {
        output.aside(&format!("{} of {total} shown; --limit N shows more.", rows.len()), Tone::Quiet);
    }
    Ok(Ended::Well)
}

fn table(rows: &[Invocation]) -> Table {
    let mut table = Table::new(&[
        ("When", Side::Left),
        ("Function", Side::Left),
        ("Outcome", Side::Left),
        ("Start", Side::Left),
        ("Init", Side::Right),
        ("Duration", Side::Right),
        ("Billed", Side::Right),
        ("Memory", Side::Right),
        ("Request", Side::Left),
        ("Error", Side::Left),
    ]);
    for row in rows {
        let ran = row.environment_id.is_some();
        let or_dash = |shown: bool, text: String| if shown { text } else { UNKNOWN.to_owned() };
        let error = row.error_message.as_deref().or(row.error_type.as_deref()).unwrap_or_default();
        table.row(vec![
            words::instant(row.started_us).into(),
            cell(function(row), Tone::Strong),
            cell(row.outcome.as_str().replace('_', " "), tone(row.outcome)),
            row.start.as_str().into(),
            or_dash(row.phases.init_us.0 > 0, words::duration(row.phases.init_us)).into(),
            or_dash(ran, words::duration(row.phases.invoke_us)).into(),
            or_dash(
                ran,
                format!(
                    "{}{} ms",
                    if row.source == InvocationSource::LogsInferred { "≈ " } else { "" },
                    row.billed_ms
                ),
            )
            .into(),
            or_dash(row.max_memory_mb > 0, format!("{} of {} MB", row.max_memory_mb, row.memory_mb)).into(),
            row.request_id.to_string().into(),
            error.chars().take(60).collect::<String>().into(),
        ]);
    }
    table
}

/// The function with its account and region, for one that does not run here.
pub(super) fn function(row: &Invocation) -> String {
    match row.function_id.place() {
        Some((account, region, name)) => format!("{name} ({account} {region}, from its log)"),
        None => row.function_name.clone(),
    }
}

pub(super) fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Succeeded => Tone::Good,
        Outcome::Running => Tone::Plain,
        Outcome::Throttled | Outcome::Cancelled | Outcome::Lost => Tone::Odd,
        Outcome::FunctionError
        | Outcome::TimedOut
        | Outcome::OutOfMemory
        | Outcome::InitFailed
        | Outcome::Crashed => Tone::Bad,
    }
}

pub(super) async fn environments(
    caller: &Caller,
    function: Option<String>,
    all: bool,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let query = EnvironmentsQuery { function, include_ended: all };
    let rows: Vec<Environment> = caller.ask("environments_list", query).await?;
    if output.is_json() {
        output.document(&rows)?;
        return Ok(Ended::Well);
    }
    if rows.is_empty() {
        output.line("No server exists. A call gives birth to one; it lives as long as Hearth runs.")?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Function", Side::Left),
        ("Server", Side::Right),
        ("State", Side::Left),
        ("Since", Side::Left),
        ("Process", Side::Right),
        ("Calls", Side::Right),
        ("Init", Side::Right),
        ("Memory", Side::Right),
        ("Id", Side::Left),
        ("Why it ended", Side::Left),
    ]);
    for row in rows {
        let tone = match row.state {
            EnvironmentState::Failed => Tone::Bad,
            EnvironmentState::Frozen | EnvironmentState::Reaped => Tone::Quiet,
            EnvironmentState::Busy => Tone::Good,
            EnvironmentState::Init
            | EnvironmentState::Restored
            | EnvironmentState::Warm
            | EnvironmentState::Thaw => Tone::Plain,
        };
        table.row(vec![
            cell(row.function_name, Tone::Strong),
            row.number.to_string().into(),
            cell(row.state.as_str(), tone),
            words::instant(row.state_since_us).into(),
            row.pid.map_or_else(|| UNKNOWN.to_owned(), |pid| pid.to_string()).into(),
            row.invocations.to_string().into(),
            words::maybe_duration(row.init_us).into(),
            format!("{} of {} MB", row.max_memory_bytes.div_ceil(1_048_576), row.memory_mb).into(),
            row.id.to_string().into(),
            row.end_reason.unwrap_or_default().into(),
        ]);
    }
    table.print(output)?;
    Ok(Ended::Well)
}
