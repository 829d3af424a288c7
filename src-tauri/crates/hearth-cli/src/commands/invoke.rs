//! `invoke`. Prints the answer alone on standard output, so that it can be piped; log and receipt go beside it.

use crate::arguments::Invoke;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::words;
use hearth_core::api::{FolderEventName, FolderEventText, InvokeAnswer, InvokeRequest};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::{InvocationSource, Outcome, RequestId, ServerStart};

pub(super) async fn invoke(
    caller: &Caller,
    arguments: &Invoke,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let request = InvokeRequest {
        name: arguments.name.clone(),
        event: event_of(caller, arguments).await?,
        cold: arguments.cold,
        source: InvocationSource::CommandLine,
        request_id: Some(RequestId::generate()),
    };
    let answer: InvokeAnswer = caller.ask("invoke", request).await?;
    if output.is_json() {
        output.document(&answer)?;
    } else {
        print(&answer, output)?;
    }
    Ok(match answer.invocation.outcome {
        Outcome::Succeeded => Ended::Well,
        Outcome::FunctionError
        | Outcome::TimedOut
        | Outcome::OutOfMemory
        | Outcome::InitFailed
        | Outcome::Crashed => Ended::FunctionFailed,
        Outcome::Running | Outcome::Throttled | Outcome::Lost | Outcome::Cancelled => Ended::Unable,
    })
}

/// The event's text: a file of the folder that was chosen in the settings, else as [`event`] says.
pub(super) async fn event_of(caller: &Caller, arguments: &Invoke) -> Result<String, Failure> {
    let Some(file) = &arguments.saved else { return event(&arguments.event).await };
    let name = FolderEventName { file: file.clone() };
    let text: FolderEventText = caller.ask("events_folder_read", name).await?;
    Ok(text.body)
}

/// The event's text: from the command line, a file or standard input.
pub(super) async fn event(argument: &str) -> Result<String, Failure> {
    let (what, bytes) = if argument == "-" {
        let mut bytes = Vec::new();
        let read = tokio::io::AsyncReadExt::read_to_end(&mut tokio::io::stdin(), &mut bytes).await;
        ("standard input".to_owned(), read.map(|_| bytes))
    } else if let Some(path) = argument.strip_prefix('@') {
        (format!("`{path}`"), tokio::fs::read(path).await)
    } else {
        return Ok(argument.to_owned());
    };
    let bytes = bytes.map_err(|error| {
        ApiError::new(ErrorCode::InvalidInput, format!("the event cannot be read from {what}"))
            .with_detail(error.to_string())
    })?;
    String::from_utf8(bytes).map_err(|error| {
        ApiError::new(ErrorCode::InvalidInput, format!("the event from {what} is not UTF-8 text"))
            .with_detail(error.to_string())
            .into()
    })
}

fn print(answer: &InvokeAnswer, output: &mut Output) -> Result<(), Failure> {
    for line in answer.log_tail.lines() {
        output.aside(&words::printable(line), Tone::Quiet);
    }
    output.document(&answer.payload)?;
    output.flush()?;
    if let Some(explanation) = &answer.explanation {
        output.aside(&words::printable(&explanation.cause), Tone::Bad);
        for fix in &explanation.fixes {
            output.aside(&format!("  {}", words::printable(fix)), Tone::Plain);
        }
    }
    output.aside(&receipt(answer), Tone::Quiet);
    Ok(())
}

/// One line on time, memory and money.
fn receipt(answer: &InvokeAnswer) -> String {
    let invocation = &answer.invocation;
    let start = match invocation.start {
        ServerStart::None => "no server".to_owned(),
        ServerStart::Cold => format!("cold start {}", words::duration(answer.phases.init_us)),
        ServerStart::Warm => "warm".to_owned(),
        ServerStart::Thawed => "thawed".to_owned(),
    };
    let mut parts = vec![start, words::duration(answer.phases.invoke_us)];
    parts.push(format!("{} ms billed", answer.billed_ms));
    if invocation.max_memory_mb > 0 {
        parts.push(format!("{} of {} MB", invocation.max_memory_mb, invocation.memory_mb));
    }
    parts.push(format!("{} on AWS", words::dollars(&answer.receipt.total_usd)));
    if !answer.receipt.words.is_empty() {
        parts.push(answer.receipt.words.clone());
    }
    parts.join(" · ")
}
