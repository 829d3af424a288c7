//! Tables as CSV, whole. Owns columns and the guard against cells that a spreadsheet would run. Values of environment
//! variables are never exported.

use crate::api::{EnvironmentsQuery, FunctionsQuery, InvocationsQuery, LogsQuery, TableExport};
use crate::charts::columns;
use crate::commands::Raw;
use crate::history::{function_id, invocation_filter};
use crate::spending::receipt;
use crate::{ApiError, App, Result, environments, functions};
use hearth_model::{FunctionId, Invocation, LogLevel, LogOrigin, Micros, SERIES_COLUMNS, SeriesQuery};
use hearth_store::{LogFilter, Scope};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::HashMap;

/// Rows that are read at a time.
const PAGE: u32 = 1_000;

pub(crate) async fn table(app: &App, request: TableExport) -> Result<Raw> {
    match request {
        TableExport::Functions { query } => functions_table(app, query).await,
        TableExport::Invocations { query } => invocations_table(app, query).await,
        TableExport::Environments { query } => environments_table(app, query).await,
        TableExport::Logs { query } => logs_table(app, query).await,
        TableExport::Series { query } => series_table(app, query).await,
    }
}

/// CSV in the making.
pub(crate) struct Table {
    writer: csv::Writer<Vec<u8>>,
    /// Where a demo's rows say that they are made up: the column `source`, a new last one where there is none.
    made_up: Option<usize>,
}

impl Table {
    pub(crate) fn new(app: &App, head: &[&str]) -> Result<Self> {
        let made_up = (app.view() == Scope::Demo)
            .then(|| head.iter().position(|name| *name == "source").unwrap_or(head.len()));
        let mut table = Self { writer: csv::Writer::from_writer(Vec::new()), made_up };
        let more = (made_up == Some(head.len())).then_some("source");
        table.writer.write_record(head.iter().copied().chain(more)).map_err(broken)?;
        Ok(table)
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        let made_up = self.made_up;
        let cells = cells.iter().map(|cell| cell.0.as_ref());
        let more = (made_up == Some(cells.len())).then_some("demo");
        let cells = cells.enumerate().map(|(at, cell)| if made_up == Some(at) { "demo" } else { cell });
        self.writer.write_record(cells.chain(more)).map_err(broken)
    }

    /// A row of text and figures as they are sent, each guarded.
    pub(crate) fn texts(&mut self, cells: &[&str]) -> Result<()> {
        let mut row = Vec::with_capacity(cells.len());
        for value in cells {
            row.push(if value.parse::<f64>().is_ok() { figure(value) } else { text(value) });
        }
        self.row(&row)
    }

    pub(crate) fn finish(self) -> Result<Raw> {
        self.writer.into_inner().map(Raw).map_err(|error| {
            ApiError::internal("the table could not be written").with_detail(error.to_string())
        })
    }
}

fn broken(error: csv::Error) -> ApiError {
    ApiError::internal("the table could not be written").with_detail(error.to_string())
}

/// One cell: a figure as it is, or guarded text.
struct Cell<'a>(Cow<'a, str>);

/// A figure.
fn figure(value: impl ToString) -> Cell<'static> {
    Cell(Cow::Owned(value.to_string()))
}

/// Text. What a spreadsheet would take for a formula gets an apostrophe in front.
fn text(value: &str) -> Cell<'_> {
    Cell(text_cell(value))
}

/// Text as it may stand in a cell.
pub(crate) fn text_cell(value: &str) -> Cow<'_, str> {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

/// An instant in UTC, or nothing.
fn time(at: impl Into<Option<Micros>>) -> Cell<'static> {
    let at = at.into().and_then(|at| Timestamp::from_microsecond(at.0).ok());
    figure(at.map(|at| format!("{at:.6}")).unwrap_or_default())
}

fn milliseconds(micros: Micros) -> Cell<'static> {
    figure(format!("{:.3}", micros.as_milliseconds()))
}

fn maybe<T: ToString>(value: Option<T>) -> Cell<'static> {
    figure(value.map(|value| value.to_string()).unwrap_or_default())
}

async fn functions_table(app: &App, query: FunctionsQuery) -> Result<Raw> {
    let mut table = Table::new(
        app,
        &[
            "name",
            "account",
            "runtime",
            "handler",
            "version",
            "memoryMb",
            "timeoutS",
            "architecture",
            "codeBytes",
            "deployed",
            "servers",
            "calls24h",
            "errors24h",
            "throttles24h",
            "coldStarts24h",
            "p50Ms",
            "p95Ms",
            "p99Ms",
            "monthListUsd",
            "lastCall",
            "description",
        ],
    )?;
    for row in functions::list(app, query).await?.functions {
        let (function, stats) = (&row.function, &row.stats);
        let percentile = |micros: Option<Micros>| micros.map_or_else(|| figure(""), milliseconds);
        table.row(&[
            text(&function.name),
            text(&row.account_name),
            text(&function.configuration.runtime),
            text(&function.configuration.handler),
            figure(function.version),
            figure(function.configuration.memory_mb),
            figure(function.configuration.timeout_s),
            figure(architecture(function.configuration.architecture)),
            figure(function.code.size_bytes),
            time(function.deployed_us),
            figure(row.servers.len()),
            figure(stats.calls_24h),
            figure(stats.errors_24h),
            figure(stats.throttles_24h),
            figure(stats.cold_starts_24h),
            percentile(stats.p50_us),
            percentile(stats.p95_us),
            percentile(stats.p99_us),
            figure(&stats.month_list_usd),
            time(stats.last_call_us),
            text(&function.configuration.description),
        ])?;
    }
    table.finish()
}

async fn invocations_table(app: &App, query: InvocationsQuery) -> Result<Raw> {
    let mut table = Table::new(
        app,
        &[
            "requestId",
            "function",
            "version",
            "started",
            "outcome",
            "start",
            "queueMs",
            "initMs",
            "invokeMs",
            "freezeMs",
            "billedMs",
            "memoryMb",
            "maxMemoryMb",
            "architecture",
            "listUsd",
            "server",
            "environmentId",
            "eventBytes",
            "responseBytes",
            "errorType",
            "errorMessage",
            "source",
        ],
    )?;
    let filter = invocation_filter(app, &query).await?;
    app.store().settled().await?;
    let placed = app.store().placed_functions(&app.view()).await?;
    let placed: HashMap<&FunctionId, _> = placed.iter().map(|function| (&function.id, function)).collect();
    let mut cursor = query.cursor;
    loop {
        let (page, next) = app.store().invocations(&filter, cursor.as_deref(), PAGE).await?;
        for call in &page {
            // A call without a price of its own has an empty cell: unknown is not zero.
            let priced = receipt(app, placed.get(&call.function_id).copied(), call)?.receipt();
            let usd = priced.map(|receipt| receipt.total_usd).unwrap_or_default();
            table.row(&invocation_cells(call, &usd))?;
        }
        cursor = next;
        if cursor.is_none() {
            return table.finish();
        }
    }
}

fn invocation_cells<'a>(call: &'a Invocation, usd: &'a str) -> [Cell<'a>; 22] {
    // Two places can have a function of one name.
    let is_here = call.function_id.place().is_none();
    let function = if is_here { call.function_name.as_str() } else { call.function_id.as_str() };
    // A log says nothing of what came and what went out.
    let is_known = !call.source.is_of_logs();
    [
        text(call.request_id.as_str()),
        text(function),
        figure(call.version),
        time(call.started_us),
        figure(call.outcome.as_str()),
        figure(call.start.as_str()),
        milliseconds(call.phases.queue_us),
        milliseconds(call.phases.init_us),
        milliseconds(call.phases.invoke_us),
        milliseconds(call.phases.freeze_us),
        figure(call.billed_ms),
        figure(call.memory_mb),
        figure(call.max_memory_mb),
        figure(architecture(call.architecture)),
        figure(usd),
        maybe(call.environment_number),
        text(call.environment_id.as_ref().map_or("", |id| id.as_str())),
        maybe(is_known.then_some(call.event_bytes)),
        maybe(is_known.then_some(call.response_bytes)),
        text(call.error_type.as_deref().unwrap_or_default()),
        text(call.error_message.as_deref().unwrap_or_default()),
        figure(call.source.as_str()),
    ]
}

async fn environments_table(app: &App, query: EnvironmentsQuery) -> Result<Raw> {
    let mut table = Table::new(
        app,
        &[
            "environmentId",
            "function",
            "version",
            "server",
            "state",
            "stateSince",
            "pid",
            "born",
            "initMs",
            "ended",
            "endReason",
            "calls",
            "busyMs",
            "memoryMb",
            "maxMemoryBytes",
        ],
    )?;
    for server in environments::list(app, query).await? {
        table.row(&[
            text(server.id.as_str()),
            text(&server.function_name),
            figure(server.version),
            figure(server.number),
            figure(server.state.as_str()),
            time(server.state_since_us),
            maybe(server.pid),
            time(server.born_us),
            server.init_us.map_or_else(|| figure(""), milliseconds),
            time(server.ended_us),
            text(server.end_reason.as_deref().unwrap_or_default()),
            figure(server.invocations),
            milliseconds(server.busy_us),
            figure(server.memory_mb),
            figure(server.max_memory_bytes),
        ])?;
    }
    table.finish()
}

async fn logs_table(app: &App, query: LogsQuery) -> Result<Raw> {
    let mut table = Table::new(app, &["at", "level", "origin", "requestId", "environmentId", "text"])?;
    app.store().settled().await?;
    let mut filter = LogFilter {
        function_id: function_id(app, query.function.as_deref()).await?,
        scope: app.view(),
        request_id: query.request_id,
        search: query.search,
        min_level: query.min_level,
        cursor: None,
        // Before the first line there is: everything that follows, oldest first.
        after: None,
        limit: PAGE,
    };
    // Pages come newest first and are written oldest first, so they are gathered before.
    let mut pages = Vec::new();
    loop {
        let page = app.store().logs(&filter).await?;
        filter.cursor = page.older;
        pages.push(page.lines);
        if filter.cursor.is_none() {
            break;
        }
    }
    for line in pages.iter().rev().flatten() {
        table.row(&[
            time(line.at_us),
            figure(match line.level {
                LogLevel::Debug => "debug",
                LogLevel::Info => "info",
                LogLevel::Warn => "warn",
                LogLevel::Error => "error",
            }),
            figure(match line.origin {
                LogOrigin::Function => "function",
                LogOrigin::Platform => "platform",
            }),
            text(line.request_id.as_ref().map_or("", |id| id.as_str())),
            text(line.environment_id.as_str()),
            text(&line.text),
        ])?;
    }
    table.finish()
}

async fn series_table(app: &App, query: SeriesQuery) -> Result<Raw> {
    let series = columns(app, &query).await?;
    let mut table = Table::new(app, &SERIES_COLUMNS)?;
    for row in 0..series.columns.first().map_or(0, Vec::len) {
        let mut cells = Vec::with_capacity(series.columns.len());
        for (index, column) in series.columns.iter().enumerate() {
            cells.push(match column[row] {
                seconds if index == 0 => time(Micros((seconds * 1e6) as i64)),
                value if value.is_nan() => figure(""),
                value => figure(value),
            });
        }
        table.row(&cells)?;
    }
    table.finish()
}

fn architecture(architecture: hearth_model::Architecture) -> &'static str {
    match architecture {
        hearth_model::Architecture::X86_64 => "x86_64",
        hearth_model::Architecture::Arm64 => "arm64",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_a_spreadsheet_would_run_is_guarded_and_figures_are_not() {
        for dangerous in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert!(text(dangerous).0.starts_with('\''), "{dangerous:?}");
        }
        assert_eq!(text("hello = world").0, "hello = world");
        assert_eq!(figure(-0.5).0, "-0.5");
    }

    #[test]
    fn instants_keep_their_microseconds() {
        assert_eq!(time(Micros(1_795_428_930_123_456)).0, "2026-11-23T10:15:30.123456Z");
    }
}
