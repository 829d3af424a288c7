//! Invocations: writing them exactly once and listing them. Owns the row and the paging cursor. Must not know
//! the journal or when transactions begin.

use crate::error::{Error, Result};
use crate::rollup::RollupChanges;
use crate::store::Store;
use crate::types::InvocationFilter;
use crate::words;
use hearth_model::{
    EnvironmentId, FunctionId, Invocation, InvocationPayloads, InvocationSource, Micros, Outcome, Phases,
    RequestId, ServerStart,
};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// A row as SQLite keeps it.
#[derive(sqlx::FromRow)]
pub(crate) struct InvocationRow {
    request_id: String,
    function_id: String,
    function_name: String,
    version: i64,
    environment_id: Option<String>,
    environment_number: Option<i64>,
    started_us: i64,
    outcome: String,
    start: String,
    queue_us: i64,
    init_us: i64,
    invoke_us: i64,
    freeze_us: i64,
    billed_ms: i64,
    memory_mb: i64,
    max_memory_mb: i64,
    architecture: String,
    event_bytes: i64,
    response_bytes: i64,
    error_type: Option<String>,
    error_message: Option<String>,
    source: String,
}

fn known<T>(what: &'static str, value: &str, parsed: Option<T>) -> Result<T> {
    parsed.ok_or_else(|| Error::Unknown { what, value: value.to_owned() })
}

impl TryFrom<InvocationRow> for Invocation {
    type Error = Error;

    fn try_from(row: InvocationRow) -> Result<Self> {
        Ok(Self {
            outcome: known("outcome", &row.outcome, Outcome::parse(&row.outcome))?,
            start: known("start", &row.start, ServerStart::parse(&row.start))?,
            source: known("source", &row.source, InvocationSource::parse(&row.source))?,
            architecture: words::parse("architecture", &row.architecture)?,
            request_id: RequestId(row.request_id),
            function_id: FunctionId(row.function_id),
            function_name: row.function_name,
            version: row.version as u32,
            environment_id: row.environment_id.map(EnvironmentId),
            environment_number: row.environment_number.map(|number| number as u32),
            started_us: Micros(row.started_us),
            phases: Phases {
                queue_us: Micros(row.queue_us),
                init_us: Micros(row.init_us),
                invoke_us: Micros(row.invoke_us),
                freeze_us: Micros(row.freeze_us),
            },
            billed_ms: row.billed_ms as u64,
            memory_mb: row.memory_mb as u32,
            max_memory_mb: row.max_memory_mb as u32,
            event_bytes: row.event_bytes as u64,
            response_bytes: row.response_bytes as u64,
            error_type: row.error_type,
            error_message: row.error_message,
        })
    }
}

fn models(rows: Vec<InvocationRow>) -> Result<Vec<Invocation>> {
    rows.into_iter().map(Invocation::try_from).collect()
}

/// Stores an invocation that has ended, its payloads and its part of the rollups, unless that was done before.
pub(crate) async fn finish(
    connection: &mut SqliteConnection,
    invocation: &Invocation,
    payloads: &InvocationPayloads,
    rollups: &mut RollupChanges,
) -> Result<()> {
    let id = invocation.request_id.as_str();
    let stored = sqlx::query_scalar!("SELECT outcome FROM invocations WHERE request_id = ?", id)
        .fetch_optional(&mut *connection)
        .await?;
    if stored.is_some_and(|outcome| outcome != Outcome::Running.as_str()) {
        return Ok(());
    }
    put(connection, invocation).await?;
    if !payloads.event.is_empty() || !payloads.response.is_empty() {
        sqlx::query!(
            "INSERT OR REPLACE INTO invocation_payloads (request_id, event, response, truncated)
             VALUES (?, ?, ?, ?)",
            id,
            payloads.event,
            payloads.response,
            payloads.truncated
        )
        .execute(connection)
        .await?;
    }
    if invocation.outcome != Outcome::Running {
        rollups.add(invocation);
    }
    Ok(())
}

/// Stores an invocation that has only begun; one that ended already stays as it is.
pub(crate) async fn begin(connection: &mut SqliteConnection, invocation: &Invocation) -> Result<()> {
    let id = invocation.request_id.as_str();
    let there = sqlx::query_scalar!("SELECT 1 AS \"there!: i64\" FROM invocations WHERE request_id = ?", id)
        .fetch_optional(&mut *connection)
        .await?;
    if there.is_none() {
        put(connection, invocation).await?;
    }
    Ok(())
}

async fn put(connection: &mut SqliteConnection, invocation: &Invocation) -> Result<()> {
    let id = invocation.request_id.as_str();
    let function = invocation.function_id.as_str();
    let environment = invocation.environment_id.as_ref().map(EnvironmentId::as_str);
    let (outcome, start) = (invocation.outcome.as_str(), invocation.start.as_str());
    let (source, architecture) = (invocation.source.as_str(), words::architecture(invocation.architecture));
    let phases = invocation.phases;
    let billed = invocation.billed_ms as i64;
    let (event_bytes, response_bytes) = (invocation.event_bytes as i64, invocation.response_bytes as i64);
    sqlx::query!(
        "INSERT OR REPLACE INTO invocations (request_id, function_id, function_name, version, environment_id,
             environment_number, started_us, outcome, start, queue_us, init_us, invoke_us, freeze_us, billed_ms,
             memory_mb, max_memory_mb, architecture, event_bytes, response_bytes, error_type, error_message, source)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        function,
        invocation.function_name,
        invocation.version,
        environment,
        invocation.environment_number,
        invocation.started_us.0,
        outcome,
        start,
        phases.queue_us.0,
        phases.init_us.0,
        phases.invoke_us.0,
        phases.freeze_us.0,
        billed,
        invocation.memory_mb,
        invocation.max_memory_mb,
        architecture,
        event_bytes,
        response_bytes,
        invocation.error_type,
        invocation.error_message,
        source
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Invocations that were going on when Hearth ended.
pub(crate) async fn running(connection: &mut SqliteConnection) -> Result<Vec<Invocation>> {
    let rows = sqlx::query_as!(InvocationRow, "SELECT * FROM invocations WHERE outcome = 'running'")
        .fetch_all(connection)
        .await?;
    models(rows)
}

fn cursor_of(invocation: &Invocation) -> String {
    format!("{}.{}", invocation.started_us.0, invocation.request_id)
}

fn parse_cursor(cursor: &str) -> Result<(i64, String)> {
    cursor
        .split_once('.')
        .and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())))
        .ok_or_else(|| Error::Cursor(cursor.to_owned()))
}

fn push_filter(query: &mut QueryBuilder<Sqlite>, filter: &InvocationFilter) {
    query.push(" WHERE 1");
    if let Some(function) = &filter.function_id {
        query.push(" AND function_id = ").push_bind(function.0.clone());
    }
    if let Some(from) = filter.from_us {
        query.push(" AND started_us >= ").push_bind(from.0);
    }
    if !filter.outcomes.is_empty() {
        query.push(" AND outcome IN (");
        let mut list = query.separated(", ");
        for outcome in &filter.outcomes {
            list.push_bind(outcome.as_str());
        }
        query.push(")");
    }
    if filter.cold_only {
        query.push(" AND start = 'cold'");
    }
    let search = filter.search.trim();
    if !search.is_empty() {
        let pattern = words::containing(search);
        query.push(" AND (");
        for (index, column) in
            ["request_id", "function_name", "error_type", "error_message"].into_iter().enumerate()
        {
            query.push(if index == 0 { "" } else { " OR " });
            query.push(column).push(" LIKE ").push_bind(pattern.clone()).push(" ESCAPE '\\'");
        }
        query.push(")");
    }
}

impl Store {
    /// A page of invocations, newest first, and the cursor of the next page. Pages neither repeat nor skip a
    /// row while new ones arrive.
    pub async fn invocations(
        &self,
        filter: &InvocationFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Invocation>, Option<String>)> {
        let mut query = QueryBuilder::new("SELECT * FROM invocations");
        push_filter(&mut query, filter);
        if let Some(cursor) = cursor {
            let (at, id) = parse_cursor(cursor)?;
            query.push(" AND (started_us, request_id) < (").push_bind(at).push(", ").push_bind(id).push(")");
        }
        query.push(" ORDER BY started_us DESC, request_id DESC LIMIT ").push_bind(i64::from(limit) + 1);
        let mut page = models(query.build_query_as().fetch_all(self.reader()).await?)?;
        let more = page.len() > limit as usize;
        page.truncate(limit as usize);
        let next = if more { page.last().map(cursor_of) } else { None };
        Ok((page, next))
    }

    /// How many invocations a filter finds.
    pub async fn count_invocations(&self, filter: &InvocationFilter) -> Result<u64> {
        let mut query = QueryBuilder::new("SELECT COUNT(*) FROM invocations");
        push_filter(&mut query, filter);
        let count: i64 = query.build_query_scalar().fetch_one(self.reader()).await?;
        Ok(count as u64)
    }

    /// One invocation.
    pub async fn invocation(&self, request_id: &RequestId) -> Result<Option<Invocation>> {
        let id = request_id.as_str();
        let row = sqlx::query_as!(InvocationRow, "SELECT * FROM invocations WHERE request_id = ?", id)
            .fetch_optional(self.reader())
            .await?;
        row.map(Invocation::try_from).transpose()
    }

    /// Event and answer of an invocation that has ended.
    pub async fn payloads(&self, request_id: &RequestId) -> Result<Option<InvocationPayloads>> {
        let id = request_id.as_str();
        let row = sqlx::query!(
            "SELECT event, response, truncated FROM invocation_payloads WHERE request_id = ?",
            id
        )
        .fetch_optional(self.reader())
        .await?;
        Ok(row.map(|row| InvocationPayloads {
            event: row.event,
            response: row.response,
            truncated: row.truncated != 0,
        }))
    }

    /// The newest invocations that arrived at or after an instant, oldest first.
    pub async fn invocations_since(
        &self,
        function_id: Option<&FunctionId>,
        from: Micros,
        limit: u32,
    ) -> Result<Vec<Invocation>> {
        let filter = InvocationFilter {
            function_id: function_id.cloned(),
            from_us: Some(from),
            ..InvocationFilter::default()
        };
        let (mut newest, _) = self.invocations(&filter, None, limit).await?;
        newest.reverse();
        Ok(newest)
    }
}
