//! What an account sends while it happens: `invoke --stream` and `logs --live`. What a vendor bills by use is told first,
//! and needs a yes.

use super::changes::asked;
use super::clouds;
use crate::arguments::{Invoke, Logs};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::signals;
use crate::words::{counted, dollars, exact_time, printable};
use futures_util::StreamExt as _;
use hearth_core::api::{ByUse, ByUsePrice, CloudInvoked, Empty, LiveTail, LiveTailName, LiveTailStart};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::{CloudPiece, EventBatch, HearthEvent, RequestId};
use serde_json::json;
use std::io::IsTerminal as _;
use std::time::Duration;

/// How long the last pieces are waited for after the answer.
const LAST_PIECES: Duration = Duration::from_secs(2);
/// How often Hearth is told that somebody still looks.
const LOOK: Duration = Duration::from_secs(10);

/// Pieces of one stream in a batch, and whether it ended with them.
fn mine(batch: EventBatch, id: &RequestId) -> (Vec<CloudPiece>, bool) {
    let (mut mine, mut is_over) = (Vec::new(), false);
    for event in batch.events {
        if let HearthEvent::CloudPieces { run_id, pieces, ended } = event
            && run_id == *id
        {
            mine.extend(pieces);
            is_over |= ended;
        }
    }
    (mine, is_over)
}

/// Calls once and prints the answer as it comes.
pub(super) async fn invoke(
    caller: &Caller,
    arguments: &Invoke,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let id = RequestId::generate();
    let mut request = clouds::order(caller, arguments).await?;
    request.stream = Some(id.clone());
    let mut events = caller.events().await?;
    let mut asking = std::pin::pin!(caller.ask::<CloudInvoked>("cloud_invoke", request));
    let mut answer: Option<CloudInvoked> = None;
    let (mut shown, mut lost) = (String::new(), false);
    let waiting = tokio::time::sleep(LAST_PIECES);
    tokio::pin!(waiting);
    loop {
        tokio::select! {
            biased;
            batch = events.next() => {
                let Some(batch) = batch else { break };
                lost |= batch.lagged;
                let (pieces, is_over) = mine(batch, &id);
                for piece in pieces {
                    print_piece(&piece, output)?;
                    shown.push_str(&piece.text);
                }
                if is_over && answer.is_some() {
                    break;
                }
            }
            answered = &mut asking, if answer.is_none() => {
                answer = Some(answered?);
                waiting.as_mut().reset(tokio::time::Instant::now() + LAST_PIECES);
            }
            () = &mut waiting, if answer.is_some() => break,
        }
    }
    let Some(answer) = answer else {
        return Err(ApiError::new(ErrorCode::Network, "Hearth ended before the answer came").into());
    };
    if output.is_json() {
        output.document_line(&answer)?;
    } else {
        if !shown.is_empty() && !shown.ends_with('\n') {
            output.line("")?;
        }
        if lost {
            output.aside("Pieces came too fast and some are not shown; this is the whole answer:", Tone::Odd);
            output.document(&answer.payload)?;
        }
        clouds::print_tail(&answer, output);
        clouds::print_receipt(&answer, output);
    }
    Ok(if answer.function_error.is_some() { Ended::FunctionFailed } else { Ended::Well })
}

/// Exactly as it came for a program, and for a terminal without what would move its cursor.
fn print_piece(piece: &CloudPiece, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.document_line(&json!({ "piece": piece.text, "atUs": piece.at_us }));
    }
    if !std::io::stdout().is_terminal() {
        return output.bytes(piece.text.as_bytes());
    }
    let lines: Vec<String> = piece.text.split('\n').map(printable).collect();
    output.bytes(lines.join("\n").as_bytes())
}

/// What something costs that a vendor bills by use.
pub(super) async fn price(caller: &Caller, what: ByUse) -> Result<ByUsePrice, Failure> {
    let prices: Vec<ByUsePrice> = caller.ask("by_use_prices", Empty {}).await?;
    let found = prices.into_iter().find(|price| price.what == what);
    Ok(found.ok_or_else(|| ApiError::new(ErrorCode::Internal, "the price of this is not known"))?)
}

/// Tells the price and asks for a yes, unless it was said already.
pub(super) async fn agree(
    caller: &Caller,
    what: ByUse,
    yes: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    consent(&price(caller, what).await?, yes, output).await
}

/// The same for a price that is known.
pub(super) async fn consent(price: &ByUsePrice, yes: bool, output: &mut Output) -> Result<(), Failure> {
    output.aside(&price.words, Tone::Odd);
    if yes || asked(output).await? {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::InvalidInput, format!("nothing was asked: {}", price.words))
        .with_hint("Add --yes to go on.")
        .into())
}

/// Prints lines as they are written, until their time is over or a person ends it.
pub(super) async fn tail(caller: &Caller, arguments: &Logs, output: &mut Output) -> Result<Ended, Failure> {
    let live = &arguments.live;
    agree(caller, ByUse::LiveTail, live.yes, output).await?;
    let _hearing = signals::Hearing::begin();
    let id = RequestId::generate();
    let mut events = caller.events().await?;
    let start = LiveTailStart {
        function: clouds::function(&arguments.place, &arguments.name),
        run_id: id.clone(),
        filter: live.filter.clone(),
        minutes: live.minutes,
        agreed: true,
    };
    let _: LiveTail = caller.ask("live_tail_start", start).await?;
    let name = LiveTailName { run_id: id.clone() };
    let minutes = counted(u64::from(live.minutes), "minute");
    output.aside(
        &format!("Live: {}; Ctrl-C ends it, else it ends after {minutes}.", arguments.name),
        Tone::Quiet,
    );
    let mut ending = std::pin::pin!(signals::ending());
    let mut look = tokio::time::interval(LOOK);
    let mut is_stopped = false;
    loop {
        tokio::select! {
            batch = events.next() => {
                let Some(batch) = batch else { break };
                if batch.lagged {
                    output.aside("Some lines came too fast and are not shown here.", Tone::Odd);
                }
                let (lines, is_over) = mine(batch, &id);
                for line in &lines {
                    print_line(line, output)?;
                }
                output.flush()?;
                if is_over {
                    break;
                }
            }
            _ = look.tick() => {
                let now: LiveTail = caller.ask("live_tail_renew", name.clone()).await?;
                if now.ended.is_some() {
                    break;
                }
            }
            () = &mut ending, if !is_stopped => {
                is_stopped = true;
                let _: LiveTail = caller.ask("live_tail_stop", name.clone()).await?;
            }
        }
    }
    let over: LiveTail = caller.ask("live_tail_renew", name).await?;
    let lines = counted(u64::from(over.lines), "line");
    let minutes = counted(u64::from(over.minutes), "minute");
    if output.is_json() {
        output.document_line(&json!({ "liveTail": over }))?;
    } else {
        let why = over.ended.unwrap_or_default();
        output.aside(
            &format!("{why} · {lines} · {minutes} billed · {} beyond the free minutes", dollars(&over.usd)),
            Tone::Quiet,
        );
    }
    Ok(Ended::Well)
}

fn print_line(line: &CloudPiece, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.document_line(line);
    }
    let time = output.tone(&exact_time(line.at_us), Tone::Quiet);
    output.line(&format!("{time}  {}", printable(&line.text)))
}
