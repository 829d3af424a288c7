//! `logs`, with or without `--follow`.

use crate::arguments::Logs;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::words;
use futures_util::StreamExt as _;
use hearth_core::api::{FunctionDetail, FunctionName, LogsPage, LogsQuery};
use hearth_host::Caller;
use hearth_model::{FunctionId, HearthEvent, LogLevel, LogLine, LogOrigin};

/// Lines that people see when they do not say how many.
const LINES: u64 = 500;
const PAGE: u64 = 5_000;

pub(super) async fn logs(caller: &Caller, arguments: &Logs, output: &mut Output) -> Result<Ended, Failure> {
    if arguments.follow {
        return follow(caller, &arguments.name, output).await;
    }
    let wanted = arguments.limit.unwrap_or(if output.is_json() { u64::MAX } else { LINES });
    let (lines, older) = newest(caller, &arguments.name, wanted).await?;
    if output.is_json() {
        output.document(&lines)?;
        return Ok(Ended::Well);
    }
    if lines.is_empty() {
        // A name that does not exist is an error, not an empty log.
        known(caller, &arguments.name).await?;
        output.line(&format!("{} has logged nothing yet.", arguments.name))?;
        return Ok(Ended::Well);
    }
    if older {
        output.aside("Older lines are not shown; --limit N shows more.", Tone::Quiet);
    }
    for line in &lines {
        print(line, output)?;
    }
    Ok(Ended::Well)
}

async fn known(caller: &Caller, name: &str) -> Result<FunctionId, Failure> {
    let detail: FunctionDetail = caller.ask("function_get", FunctionName { name: name.to_owned() }).await?;
    Ok(detail.summary.function.id)
}

/// The newest lines, oldest first, and whether there are older ones.
async fn newest(caller: &Caller, name: &str, wanted: u64) -> Result<(Vec<LogLine>, bool), Failure> {
    let mut pages: Vec<Vec<LogLine>> = Vec::new();
    let mut count = 0;
    let mut cursor = None;
    loop {
        let query = LogsQuery {
            function: Some(name.to_owned()),
            cursor,
            limit: Some((wanted - count).min(PAGE) as u32),
            ..LogsQuery::default()
        };
        let page: LogsPage = caller.ask("logs_list", query).await?;
        count += page.lines.len() as u64;
        pages.push(page.lines);
        cursor = page.older;
        if cursor.is_none() || count >= wanted {
            break;
        }
    }
    Ok((pages.into_iter().rev().flatten().collect(), cursor.is_some()))
}

/// Prints what is logged from now on, until the owner ends.
async fn follow(caller: &Caller, name: &str, output: &mut Output) -> Result<Ended, Failure> {
    let function = known(caller, name).await?;
    let mut events = caller.events().await?;
    output.aside(&format!("Following {name}; Ctrl-C ends it."), Tone::Quiet);
    while let Some(batch) = events.next().await {
        if batch.lagged {
            output.aside("Some lines came too fast and are not shown here; hearth logs has them.", Tone::Odd);
        }
        let lines = batch.events.into_iter().filter_map(|event| match event {
            HearthEvent::Logged { lines } => Some(lines),
            HearthEvent::EnvironmentChanged { .. }
            | HearthEvent::InvocationStarted { .. }
            | HearthEvent::InvocationFinished { .. }
            | HearthEvent::FunctionsChanged { .. }
            | HearthEvent::SettingsChanged
            | HearthEvent::TuningChanged { .. }
            | HearthEvent::BudgetAlert { .. }
            | HearthEvent::BrakeChanged
            | HearthEvent::AccountsChanged
            | HearthEvent::SignInChanged
            | HearthEvent::CloudStep { .. }
            | HearthEvent::CloudPieces { .. } => None,
        });
        for line in lines.flatten().filter(|line| line.function_id == function) {
            if output.is_json() {
                output.document_line(&line)?;
            } else {
                print(&line, output)?;
                output.flush()?;
            }
        }
    }
    Ok(Ended::Well)
}

fn print(line: &LogLine, output: &mut Output) -> Result<(), Failure> {
    let tone = match (line.origin, line.level) {
        (_, LogLevel::Error) => Tone::Bad,
        (_, LogLevel::Warn) => Tone::Odd,
        (LogOrigin::Platform, LogLevel::Info | LogLevel::Debug) | (_, LogLevel::Debug) => Tone::Quiet,
        (LogOrigin::Function, LogLevel::Info) => Tone::Plain,
    };
    let time = output.tone(&words::exact_time(line.at_us), Tone::Quiet);
    let text = output.tone(&words::printable(&line.text), tone);
    output.line(&format!("{time}  {text}"))
}
