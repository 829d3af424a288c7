//! What happened: pages of invocations and of log lines, and one invocation with everything kept of it.

use crate::api::{InvocationDetail, InvocationName, InvocationsPage, InvocationsQuery, LogsPage, LogsQuery};
use crate::explain::explain;
use crate::functions::existing_or_deleted;
use crate::spending::{self, Priced};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{FunctionId, Invocation, LogLine, Micros, Outcome, Phases, ServerStart};
use hearth_store::{InvocationFilter, LogFilter, Scope};

/// Rows of a page when nobody says.
const USUAL_ROWS: u32 = 200;
const USUAL_LINES: u32 = 500;
/// Log lines that come with one invocation.
const DETAIL_LINES: u32 = 5_000;
/// Log lines of a start-up that come with the invocation it was for.
const START_UP_LINES: u32 = 500;
/// The last words of a server that ended come from its pipe a moment after.
const LATE: Micros = Micros::from_seconds(1);

pub(crate) async fn invocations(app: &App, request: InvocationsQuery) -> Result<InvocationsPage> {
    let limit = within(request.limit.unwrap_or(USUAL_ROWS), 1_000, "rows")?;
    let filter = invocation_filter(app, &request).await?;
    app.store().settled().await?;
    let (invocations, next) = app.store().invocations(&filter, request.cursor.as_deref(), limit).await?;
    let total = app.store().count_invocations(&filter).await?;
    Ok(InvocationsPage { invocations, next, total: total.rows, total_at_least: total.at_least })
}

pub(crate) async fn invocation(app: &App, request: InvocationName) -> Result<InvocationDetail> {
    let id = &request.request_id;
    app.store().settled().await?;
    let invocation = app
        .store()
        .invocation(id)
        .await?
        .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("there is no call {id}")))?;
    let payloads = app.store().payloads(id).await?;
    let filter = LogFilter { request_id: Some(id.clone()), limit: DETAIL_LINES, ..LogFilter::default() };
    let mut logs = start_up_lines(app, &invocation).await?;
    let start_up = logs.len() as u64;
    logs.extend(app.store().logs(&filter).await?.lines);
    let log_count = start_up + app.store().count_logs(id).await?;
    let scope = Scope::from(&invocation.function_id);
    let placed = app.store().placed_functions(&scope).await?.into_iter().next();
    let (receipt, unpriced) = match spending::receipt(app, placed.as_ref(), &invocation)? {
        Priced::Receipt(receipt) => (Some(*receipt), None),
        Priced::Unpriced(why) => (None, Some(why)),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ended = invocation.outcome != Outcome::Running;
    Ok(InvocationDetail {
        event: payloads.as_ref().map(|payloads| text(&payloads.event)),
        response: payloads.as_ref().filter(|_| ended).map(|payloads| text(&payloads.response)),
        truncated: payloads.is_some_and(|payloads| payloads.truncated),
        receipt,
        unpriced,
        logs,
        log_count,
        explanation: explain(&invocation, timeout_of(app, &invocation).await?),
        invocation,
    })
}

/// What the server wrote while it was born for this invocation: a syntax error is told there and nowhere else.
async fn start_up_lines(app: &App, invocation: &Invocation) -> Result<Vec<LogLine>> {
    let (Some(environment), ServerStart::Cold) = (&invocation.environment_id, invocation.start) else {
        return Ok(Vec::new());
    };
    let Phases { queue_us, init_us, invoke_us, .. } = invocation.phases;
    let until = match invocation.outcome {
        Outcome::Running => app.now(),
        _ => invocation.started_us + queue_us + init_us + invoke_us + LATE,
    };
    let between = (invocation.started_us, until);
    Ok(app.store().start_up_lines(environment, between, START_UP_LINES).await?)
}

pub(crate) async fn logs(app: &App, request: LogsQuery) -> Result<LogsPage> {
    let limit = within(request.limit.unwrap_or(USUAL_LINES), 5_000, "lines")?;
    let filter = LogFilter {
        function_id: function_id(app, request.function.as_deref()).await?,
        scope: app.view(),
        request_id: request.request_id,
        search: request.search,
        min_level: request.min_level,
        cursor: request.cursor,
        after: request.after,
        limit,
    };
    app.store().settled().await?;
    let page = app.store().logs(&filter).await?;
    Ok(LogsPage { lines: page.lines, older: page.older, newest: page.newest })
}

/// The timeout of the version that ran.
async fn timeout_of(app: &App, invocation: &Invocation) -> Result<Option<u32>> {
    if invocation.outcome != Outcome::TimedOut {
        return Ok(None);
    }
    let versions = app.store().versions(&invocation.function_id).await?;
    let version = versions.into_iter().find(|version| version.version == invocation.version);
    Ok(version.map(|version| version.configuration.timeout_s))
}

pub(crate) async fn invocation_filter(app: &App, request: &InvocationsQuery) -> Result<InvocationFilter> {
    Ok(InvocationFilter {
        function_id: function_id(app, request.function.as_deref()).await?,
        scope: app.view(),
        outcomes: request.outcomes.clone(),
        cold_only: request.cold_only,
        search: request.search.clone(),
        from_us: request.from_us,
        to_us: None,
    })
}

/// The id behind a name; history of a deleted function is still there.
pub(crate) async fn function_id(app: &App, name: Option<&str>) -> Result<Option<FunctionId>> {
    match name {
        None => Ok(None),
        Some(name) => Ok(Some(existing_or_deleted(app, name).await?.id)),
    }
}

fn within(limit: u32, most: u32, what: &str) -> Result<u32> {
    if (1..=most).contains(&limit) {
        return Ok(limit);
    }
    Err(ApiError::new(ErrorCode::InvalidInput, format!("a page has 1 to {most} {what}, not {limit}")))
}
