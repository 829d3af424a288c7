//! Invocations: reading and listing them. Owns the row and the paging cursor, which is the row's id and so the
//! time. Must not know how they are written or searched for.

use crate::error::{Error, Result};
use crate::record::first_id;
use crate::scopes::Scope;
use crate::store::Store;
use crate::types::{Counted, InvocationFilter};
use crate::words;
use hearth_model::{
    EnvironmentId, FunctionId, Grain, Invocation, InvocationPayloads, InvocationSource, Micros, Outcome,
    Phases, RequestId, ServerStart,
};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// Rows that are counted one by one at most.
pub(crate) const COUNT_LIMIT: i64 = 10_000;

/// A row as SQLite keeps it.
#[derive(sqlx::FromRow)]
pub(crate) struct InvocationRow {
    pub(crate) id: i64,
    request_id: String,
    pub(crate) function_id: String,
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
    pub(crate) storage_mb: i64,
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

pub(crate) fn models(rows: Vec<InvocationRow>) -> Result<Vec<Invocation>> {
    rows.into_iter().map(Invocation::try_from).collect()
}

/// What a row is read from; `i` and `s` are its tables.
pub(crate) const COLUMNS: &str = "SELECT i.id, i.request_id, s.id AS function_id, s.name AS function_name, i.version,
     i.environment_id, i.environment_number, i.started_us, i.outcome, i.start, i.queue_us, i.init_us, i.invoke_us,
     i.freeze_us, i.billed_ms, i.memory_mb, i.max_memory_mb, i.storage_mb, i.architecture, i.event_bytes,
     i.response_bytes, i.error_type, i.error_message, i.source FROM ";

/// Every day that has invocations, newest first: the index by request begins with the day.
const DAYS: &str = "WITH RECURSIVE days (day) AS (
     SELECT (SELECT started_us / 86400000000 FROM invocations ORDER BY started_us / 86400000000 DESC LIMIT 1)
     UNION ALL SELECT (SELECT started_us / 86400000000 FROM invocations WHERE started_us / 86400000000 < day
         ORDER BY started_us / 86400000000 DESC LIMIT 1) FROM days WHERE day IS NOT NULL) ";

/// Invocations that were going on when Hearth ended.
pub(crate) async fn running(connection: &mut SqliteConnection) -> Result<Vec<Invocation>> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(COLUMNS);
    query.push(
        "invocations i INDEXED BY invocations_running CROSS JOIN scopes s ON s.key = i.function_key
         WHERE i.outcome = 'running'",
    );
    models(query.build_query_as().fetch_all(connection).await?)
}

/// A filter with the key of its function.
pub(crate) struct Asked<'a> {
    pub(crate) filter: &'a InvocationFilter,
    pub(crate) function: Option<i64>,
    /// A condition for the functions of the scope, when no function is named.
    pub(crate) among: String,
    /// Only rows with an id below this one.
    pub(crate) below: Option<i64>,
}

impl Asked<'_> {
    /// Whether no outcome that is asked for is the usual one: those rows have an index of their own.
    pub(crate) fn only_unusual(&self) -> bool {
        let outcomes = &self.filter.outcomes;
        !outcomes.is_empty() && !outcomes.contains(&Outcome::Succeeded)
    }

    /// The table, through the index that leaves the fewest rows in the order of time.
    pub(crate) fn push_table(&self, query: &mut QueryBuilder<Sqlite>) {
        query.push(match (self.only_unusual(), self.filter.cold_only, self.function) {
            (true, _, _) => "invocations i INDEXED BY invocations_not_well",
            (false, true, _) => "invocations i INDEXED BY invocations_cold",
            (false, false, Some(_)) => "invocations i INDEXED BY invocations_by_function",
            (false, false, None) => "invocations i NOT INDEXED",
        });
    }

    /// Everything but the search.
    pub(crate) fn push_conditions(&self, query: &mut QueryBuilder<Sqlite>) {
        if let Some(function) = self.function {
            query.push(" AND i.function_key = ").push_bind(function);
        }
        query.push(&self.among);
        if let Some(below) = self.below {
            query.push(" AND i.id < ").push_bind(below);
        }
        if let Some(from) = self.filter.from_us {
            query.push(" AND i.id >= ").push_bind(first_id(from));
        }
        if let Some(to) = self.filter.to_us {
            query.push(" AND i.id < ").push_bind(first_id(to));
        }
        if self.only_unusual() {
            query.push(" AND i.outcome <> 'succeeded'");
        }
        if !self.filter.outcomes.is_empty() {
            query.push(" AND i.outcome IN (");
            let mut list = query.separated(", ");
            for outcome in &self.filter.outcomes {
                list.push_bind(outcome.as_str());
            }
            query.push(")");
        }
        if self.filter.cold_only {
            query.push(" AND i.start = 'cold'");
        }
    }
}

impl Store {
    /// The condition of a filter on a column with keys of functions, besides a function that it names.
    pub(crate) async fn among(&self, column: &str, function: Option<i64>, scope: &Scope) -> Result<String> {
        if function.is_some() { Ok(String::new()) } else { self.keys_condition(column, scope).await }
    }

    pub(crate) async fn asked<'a>(
        &self,
        filter: &'a InvocationFilter,
        cursor: Option<&str>,
    ) -> Result<Asked<'a>> {
        let below = cursor.map(|cursor| cursor.parse().map_err(|_| Error::Cursor(cursor.to_owned())));
        let function = match &filter.function_id {
            None => None,
            Some(id) => Some(self.function_key(id).await?.unwrap_or(-1)),
        };
        let among = self.among("i.function_key", function, &filter.scope).await?;
        Ok(Asked { filter, function, among, below: below.transpose()? })
    }

    /// A page of invocations, newest first, and the cursor of the next page. Pages neither repeat nor skip a
    /// row while new ones arrive.
    pub async fn invocations(
        &self,
        filter: &InvocationFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<Invocation>, Option<String>)> {
        let asked = self.asked(filter, cursor).await?;
        let rows = i64::from(limit) + 1;
        let search = filter.search.trim();
        let mut query = QueryBuilder::new(if search.is_empty() { "" } else { DAYS });
        if search.is_empty() {
            query.push(COLUMNS);
            asked.push_table(&mut query);
            query.push(" CROSS JOIN scopes s ON s.key = i.function_key WHERE 1");
            asked.push_conditions(&mut query);
        } else {
            let names = self.functions_named(search).await?;
            query.push(COLUMNS).push("(");
            crate::search::push_ids(&mut query, &asked, search, &names, rows);
            query.push(") found CROSS JOIN invocations i ON i.id = found.id CROSS JOIN scopes s ON s.key = i.function_key");
        }
        query.push(" ORDER BY i.id DESC LIMIT ").push_bind(rows);
        let rows: Vec<InvocationRow> = query.build_query_as().fetch_all(self.reader()).await?;
        let next = (rows.len() > limit as usize).then(|| rows.get(limit as usize - 1)).flatten();
        let next = next.map(|row| row.id.to_string());
        let mut page = models(rows)?;
        page.truncate(limit as usize);
        Ok((page, next))
    }

    /// How many invocations a filter finds: exactly for a function or all of them since any instant, else up to
    /// 10,000.
    pub async fn count_invocations(&self, filter: &InvocationFilter) -> Result<Counted> {
        let search = filter.search.trim();
        if search.is_empty() && filter.outcomes.is_empty() && !filter.cold_only && filter.to_us.is_none() {
            return Ok(Counted { rows: self.count_all(filter).await?, at_least: false });
        }
        let asked = self.asked(filter, None).await?;
        let limit = COUNT_LIMIT + 1;
        let mut query = QueryBuilder::new(if search.is_empty() { "" } else { DAYS });
        query.push("SELECT COUNT(*) FROM (");
        if search.is_empty() {
            query.push("SELECT 1 FROM ");
            asked.push_table(&mut query);
            query.push(" WHERE 1");
            asked.push_conditions(&mut query);
            query.push(" LIMIT ").push_bind(limit);
        } else {
            let names = self.functions_named(search).await?;
            crate::search::push_ids(&mut query, &asked, search, &names, limit);
        }
        query.push(")");
        let count: i64 = query.build_query_scalar().fetch_one(self.reader()).await?;
        Ok(Counted { rows: count.min(COUNT_LIMIT) as u64, at_least: count > COUNT_LIMIT })
    }

    /// From rollups, of which whole hours are there for every raw row, and raw rows of the hour that is cut.
    async fn count_all(&self, filter: &InvocationFilter) -> Result<u64> {
        let whole_from = self.whole_from().await?;
        let function = match &filter.function_id {
            None => None,
            Some(id) => match self.function_key(id).await? {
                None => return Ok(0),
                key => key,
            },
        };
        let from = filter.from_us.unwrap_or(Micros(i64::MIN));
        let up = |grain, at: Micros| if at.0 == i64::MIN { at } else { crate::charts::ceil(grain, at) };
        let hour = up(Grain::Hour, from).max(whole_from);
        let day = up(Grain::Day, hour);
        let among = match function {
            Some(key) => format!(" AND function_key = {key}"),
            None => self.keys_condition("function_key", &filter.scope).await?,
        };
        let scope = match &filter.function_id {
            Some(_) => function,
            None => self.scope_key(&filter.scope).await?,
        };
        let Some(scope) = scope else { return Ok(0) };
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT (SELECT COALESCE(SUM(invocations + throttles), 0) FROM rollups WHERE grain = 'day' AND scope = ",
        );
        query.push_bind(scope).push(" AND at_us >= ").push_bind(day.0);
        query.push(
            ") + (SELECT COALESCE(SUM(invocations + throttles), 0) FROM rollups WHERE grain = 'hour' AND scope = ",
        );
        query.push_bind(scope).push(" AND at_us >= ").push_bind(hour.0);
        query.push(" AND at_us < ").push_bind(day.0);
        query.push(") + (SELECT COUNT(*) FROM invocations WHERE id >= ").push_bind(first_id(from));
        query.push(" AND id < ").push_bind(first_id(hour)).push(" AND outcome <> 'running'").push(&among);
        query.push(") + (SELECT COUNT(*) FROM invocations WHERE outcome = 'running' AND id >= ");
        query.push_bind(first_id(from)).push(&among).push(")");
        let count: i64 = query.build_query_scalar().fetch_one(self.reader()).await?;
        Ok(count as u64)
    }

    /// One invocation.
    pub async fn invocation(&self, request_id: &RequestId) -> Result<Option<Invocation>> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(DAYS);
        query.push(COLUMNS).push(
            "days CROSS JOIN invocations i ON i.started_us / 86400000000 = days.day AND i.request_id = ",
        );
        query.push_bind(request_id.0.clone());
        query.push(" CROSS JOIN scopes s ON s.key = i.function_key LIMIT 1");
        let row: Option<InvocationRow> = query.build_query_as().fetch_optional(self.reader()).await?;
        row.map(Invocation::try_from).transpose()
    }

    /// Event and answer of an invocation that has ended.
    pub async fn payloads(&self, request_id: &RequestId) -> Result<Option<InvocationPayloads>> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(DAYS);
        query.push(
            "SELECT p.event, p.response, p.truncated FROM days
             CROSS JOIN invocations i ON i.started_us / 86400000000 = days.day AND i.request_id = ",
        );
        query.push_bind(request_id.0.clone());
        query.push(" CROSS JOIN invocation_payloads p ON p.id = i.id LIMIT 1");
        let row: Option<(Vec<u8>, Vec<u8>, bool)> =
            query.build_query_as().fetch_optional(self.reader()).await?;
        Ok(row.map(|(event, response, truncated)| InvocationPayloads { event, response, truncated }))
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
