//! Invoking: one call from its event to its answer. Owns the order: handed over, recorded as begun while it runs,
//! recorded as answered, and only then answered. Must not know processes or SQL.

use crate::api::{Empty, InvocationName, InvokeAnswer, InvokeRequest, SendRequest, Sent};
use crate::budgets::mark_refused;
use crate::calls::{Ended, Finished, Known};
use crate::explain::explain;
use crate::specs::spec;
use crate::{ApiError, App, ErrorCode, Result};
use bytes::Bytes;
use futures_util::FutureExt as _;
use hearth_model::{
    HearthEvent, Invocation, InvocationPayloads, InvocationSource, LogLine, Outcome, Phases, RequestId,
    ServerStart,
};
use hearth_runtime::{Completion, FunctionSpec, Job, PAYLOAD_LIMIT};
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::watch;

/// Bytes that the ledger is given of an event and of an answer; it may keep fewer.
const KEPT_BYTES: usize = 256 * 1024;
/// Bytes of a log tail.
const TAIL_BYTES: usize = 4 * 1024;

/// A call to make.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) name: String,
    pub(crate) event: Bytes,
    pub(crate) cold: bool,
    pub(crate) source: InvocationSource,
    pub(crate) request_id: Option<RequestId>,
    pub(crate) client_context: Option<String>,
    /// Trace header of the call that made this one, as AWS's clients pass it on.
    pub(crate) trace: Option<String>,
}

pub(crate) async fn invoke(app: &App, request: InvokeRequest) -> Result<InvokeAnswer> {
    let order = Order {
        name: request.name,
        event: Bytes::from(request.event),
        cold: request.cold,
        source: request.source,
        request_id: request.request_id,
        client_context: None,
        trace: None,
    };
    let finished = run(app, order).await?;
    answer(app, &finished).await
}

pub(crate) async fn cancel(app: &App, request: InvocationName) -> Result<Empty> {
    if app.runtime().cancel(&request.request_id).await {
        return Ok(Empty {});
    }
    Err(ApiError::new(ErrorCode::NotFound, format!("the call {} is not running", request.request_id))
        .with_hint("It may have ended just now: `hearth invocations` and the screen Invocations tell."))
}

pub(crate) async fn send(app: &App, request: SendRequest) -> Result<Sent> {
    if !(1..=1_000).contains(&request.count) {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("1 to 1000 calls can be sent at once, not {}", request.count),
        ));
    }
    let event = Bytes::from(request.event);
    let mut request_ids = Vec::with_capacity(request.count as usize);
    for _ in 0..request.count {
        let order = Order {
            name: request.name.clone(),
            event: event.clone(),
            cold: false,
            source: InvocationSource::Lanes,
            request_id: None,
            client_context: None,
            trace: None,
        };
        // The future ends by itself and is recorded; nobody waits for it.
        request_ids.push(begin_later(app, order).await?);
    }
    Ok(Sent { request_ids })
}

/// Runs a call to its end.
pub(crate) async fn run(app: &App, order: Order) -> Result<Arc<Finished>> {
    let (_, waiting) = begin(app, order).await?;
    waiting.end().await
}

/// A call that was begun.
pub(crate) enum Waiting {
    Running(watch::Receiver<Ended>),
    Ended(Arc<Finished>),
}

impl Waiting {
    /// How it went.
    pub(crate) async fn end(self) -> Result<Arc<Finished>> {
        match self {
            Self::Ended(finished) => Ok(finished),
            Self::Running(mut receiver) => {
                let ended: Ended =
                    receiver.wait_for(Option::is_some).await.map_or(None, |ended| ended.clone());
                ended.unwrap_or_else(|| Err(ApiError::internal("a call ended without a result")))
            }
        }
    }
}

/// Begins a call. It goes on whether or not somebody waits, so a closed window loses nothing.
pub(crate) async fn begin(app: &App, order: Order) -> Result<(RequestId, Waiting)> {
    begin_noted(app, order, false).await
}

/// Begins a call that nobody waits for: it is written down before its id is told, so that what was accepted is known
/// after a kill too.
pub(crate) async fn begin_later(app: &App, order: Order) -> Result<RequestId> {
    Ok(begin_noted(app, order, true).await?.0)
}

async fn begin_noted(app: &App, order: Order, at_once: bool) -> Result<(RequestId, Waiting)> {
    check_event(&order.event)?;
    if let Some(request_id) = &order.request_id {
        check_request_id(request_id)?;
    }
    let spec = spec(app, &order.name).await?;
    if let Some(request_id) = &order.request_id
        && let Some(finished) = from_ledger(app, request_id, &spec).await?
    {
        return Ok((request_id.clone(), Waiting::Ended(finished)));
    }
    if let Some(problem) = app.store().problem() {
        return Err(ApiError::new(ErrorCode::DiskFull, "nothing can be recorded, so nothing is run")
            .with_hint("Make room on the disk that holds the data folder, then run it again.")
            .with_detail(problem));
    }
    let request_id = order.request_id.clone().unwrap_or_else(RequestId::generate);
    let begun = begun(app, &order, &spec, request_id.clone());
    let sender = match app.calls().enter(&begun) {
        Known::New(sender) => sender,
        Known::Running(function, _) if function != spec.id => return Err(reused(&request_id)),
        Known::Ended(finished) if finished.invocation.function_id != spec.id => {
            return Err(reused(&request_id));
        }
        Known::Running(_, receiver) => return Ok((request_id, Waiting::Running(receiver))),
        Known::Ended(finished) => return Ok((request_id, Waiting::Ended(finished))),
    };
    if let Some(caller) = &order.trace {
        app.budgets().begun(&spec.id, &spec.name, &request_id, caller, app.now());
    }
    let receiver = sender.subscribe();
    if at_once {
        app.store().started(&begun);
    }
    let (call, id) = (app.clone(), request_id.clone());
    let course = async move {
        let job = Job {
            function: spec,
            request_id: id.clone(),
            event: order.event.clone(),
            cold: order.cold,
            source: order.source,
            client_context: order.client_context,
        };
        let mut running = pin!(AssertUnwindSafe(call.runtime().invoke(job)).catch_unwind());
        // A warm server has the event now, and works while its call is written down.
        let first = poll_fn(|context| Poll::Ready(running.as_mut().poll(context))).await;
        tokio::task::yield_now().await;
        if !at_once {
            call.store().started(&begun);
        }
        call.tell(HearthEvent::InvocationStarted {
            request_id: id.clone(),
            function_id: begun.function_id,
            function_name: begun.function_name,
            at_us: begun.started_us,
        });
        let ran = match first {
            Poll::Ready(ran) => ran,
            Poll::Pending => running.await,
        };
        let ended = if let Ok(completion) = ran {
            finish(&call, &order.event, completion)
        } else {
            tracing::error!(request_id = %id, "the runtime panicked during a call");
            Err(ApiError::internal("the local runtime stopped unexpectedly during a call"))
        };
        call.calls().leave(&id, ended.as_ref().ok());
        sender.send(Some(ended)).ok();
    };
    app.tasks().spawn_on(course, app.lane());
    Ok((request_id, Waiting::Running(receiver)))
}

/// Records an ended call and tells the listeners. What cannot be recorded is not answered.
fn finish(app: &App, event: &Bytes, mut completion: Completion) -> Result<Arc<Finished>> {
    mark_refused(app, &mut completion.invocation, &mut completion.response);
    app.budgets().ended(&completion.invocation);
    let payloads = InvocationPayloads {
        event: event[..event.len().min(KEPT_BYTES)].to_vec(),
        response: completion.response[..completion.response.len().min(KEPT_BYTES)].to_vec(),
        truncated: event.len() > KEPT_BYTES || completion.response.len() > KEPT_BYTES,
    };
    let recorded = app.store().acknowledge(&completion.invocation, payloads);
    app.tell(HearthEvent::InvocationFinished { invocation: completion.invocation.clone() });
    recorded.map_err(|error| {
        ApiError::new(ErrorCode::DiskFull, "the call ran, but it could not be recorded")
            .with_hint("Look at the free space and the rights of the data folder.")
            .with_detail(error.to_string())
    })?;
    Ok(Arc::new(Finished {
        invocation: completion.invocation,
        response: completion.response,
        function_error: completion.function_error,
        log_tail: String::from_utf8_lossy(&completion.log_tail).into_owned(),
    }))
}

/// The document that every user interface shows.
async fn answer(app: &App, finished: &Finished) -> Result<InvokeAnswer> {
    let invocation = &finished.invocation;
    let timeout_s = match spec(app, &invocation.function_name).await {
        Ok(spec) if spec.version == invocation.version => u32::try_from(spec.timeout.0 / 1_000_000).ok(),
        _ => None,
    };
    Ok(InvokeAnswer {
        request_id: invocation.request_id.clone(),
        payload: raw(&finished.response),
        function_error: finished.function_error.clone(),
        log_tail: finished.log_tail.clone(),
        cold_start: invocation.start == ServerStart::Cold,
        phases: invocation.phases,
        environment_id: invocation.environment_id.clone(),
        billed_ms: invocation.billed_ms,
        receipt: hearth_cost::receipt(
            &app.prices_on(invocation.started_us),
            &app.settings().price_region,
            invocation,
        )?,
        invocation: invocation.clone(),
        explanation: explain(invocation, timeout_s),
    })
}

/// JSON as it was written, so that no digit and no order is lost; the text when it is none.
fn raw(response: &[u8]) -> Box<RawValue> {
    let json = str::from_utf8(response).ok().and_then(|text| RawValue::from_string(text.to_owned()).ok());
    // A value can always be written.
    json.or_else(|| to_raw_value(&decoded(response)).ok()).unwrap_or_default()
}

/// JSON, or the text when it is none.
pub(crate) fn decoded(response: &[u8]) -> Value {
    if response.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(response)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(response).into_owned()))
}

/// Refuses an event that is not JSON or that Lambda would not take.
pub(crate) fn check_event(event: &[u8]) -> Result<()> {
    if event.len() > PAYLOAD_LIMIT {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!(
                "the event has {:.1} MB ({} bytes); the limit of Lambda is 6 MB ({PAYLOAD_LIMIT} bytes)",
                event.len() as f64 / 1_048_576.0,
                event.len()
            ),
        )
        .with_hint("Put the data where the function can fetch it, and send its address."));
    }
    serde_json::from_slice::<IgnoredAny>(event).map(|_| ()).map_err(|error| {
        ApiError::new(ErrorCode::InvalidInput, format!("the event is not JSON: {error}"))
            .with_hint("Texts and names need double quotes, and no comma may follow the last one.")
    })
}

fn check_request_id(request_id: &RequestId) -> Result<()> {
    let text = request_id.as_str();
    let plain = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain {
        Ok(())
    } else {
        Err(ApiError::new(ErrorCode::InvalidInput, "a request id has 1 to 64 letters, digits and hyphens"))
    }
}

fn reused(request_id: &RequestId) -> ApiError {
    ApiError::new(
        ErrorCode::Conflict,
        format!("the request id {request_id} belongs to a call of another function"),
    )
}

/// The record of a call that has only begun.
fn begun(app: &App, order: &Order, spec: &FunctionSpec, request_id: RequestId) -> Invocation {
    Invocation {
        request_id,
        function_id: spec.id.clone(),
        function_name: spec.name.clone(),
        version: spec.version,
        environment_id: None,
        environment_number: None,
        started_us: app.now(),
        outcome: Outcome::Running,
        start: ServerStart::None,
        phases: Phases::default(),
        billed_ms: 0,
        memory_mb: spec.memory_mb,
        max_memory_mb: 0,
        architecture: spec.architecture,
        event_bytes: order.event.len() as u64,
        response_bytes: 0,
        error_type: None,
        error_message: None,
        source: order.source,
    }
}

/// A call that ended in an earlier moment, so that a repeated request is answered and not run again.
async fn from_ledger(
    app: &App,
    request_id: &RequestId,
    spec: &FunctionSpec,
) -> Result<Option<Arc<Finished>>> {
    let Some(invocation) = app.store().invocation(request_id).await? else { return Ok(None) };
    if invocation.function_id != spec.id {
        return Err(reused(request_id));
    }
    if invocation.outcome == Outcome::Running {
        return Ok(None);
    }
    let payloads = app.store().payloads(request_id).await?.unwrap_or_default();
    let filter = hearth_store::LogFilter {
        request_id: Some(request_id.clone()),
        limit: 200,
        ..hearth_store::LogFilter::default()
    };
    let logs = app.store().logs(&filter).await?;
    let failed = !matches!(invocation.outcome, Outcome::Succeeded | Outcome::Throttled);
    Ok(Some(Arc::new(Finished {
        invocation,
        response: Bytes::from(payloads.response),
        function_error: failed.then(|| "Unhandled".to_owned()),
        log_tail: tail(&logs.lines),
    })))
}

/// The last 4 KB of some lines.
fn tail(lines: &[LogLine]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line.text);
        text.push('\n');
    }
    let mut start = text.len().saturating_sub(TAIL_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].to_owned()
}
