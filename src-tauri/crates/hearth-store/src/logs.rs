//! Log lines: writing and paging them. Owns the cursor, which is the line's number. Must not know how lines
//! are captured.

use crate::error::{Error, Result};
use crate::store::Store;
use crate::types::{LogFilter, LogPage};
use crate::words;
use hearth_model::{EnvironmentId, FunctionId, LogLine, Micros, RequestId};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

#[derive(sqlx::FromRow)]
struct LogRow {
    id: i64,
    at_us: i64,
    function_id: String,
    environment_id: String,
    request_id: Option<String>,
    origin: String,
    level: i64,
    text: String,
}

impl TryFrom<LogRow> for LogLine {
    type Error = Error;

    fn try_from(row: LogRow) -> Result<Self> {
        Ok(Self {
            at_us: Micros(row.at_us),
            origin: words::parse("log origin", &row.origin)?,
            level: words::level(row.level)?,
            function_id: FunctionId(row.function_id),
            environment_id: EnvironmentId(row.environment_id),
            request_id: row.request_id.map(RequestId),
            text: row.text,
        })
    }
}

/// Rows of one statement: a statement costs far more than a row, and a loud function logs many.
const ROWS: usize = 50;

/// Stores lines in their order.
pub(crate) async fn insert(connection: &mut SqliteConnection, lines: &[LogLine]) -> Result<()> {
    let (whole, rest) = lines.as_chunks::<ROWS>();
    for rows in whole {
        insert_together(connection, rows).await?;
    }
    for line in rest {
        insert_one(connection, line).await?;
    }
    Ok(())
}

/// Always the same number of rows, so that SQLite keeps the statement ready.
async fn insert_together(connection: &mut SqliteConnection, lines: &[LogLine; ROWS]) -> Result<()> {
    let mut query = QueryBuilder::new(
        "INSERT INTO log_lines (at_us, function_id, environment_id, request_id, origin, level, text) ",
    );
    query.push_values(lines, |mut row, line| {
        row.push_bind(line.at_us.0)
            .push_bind(line.function_id.0.clone())
            .push_bind(line.environment_id.0.clone())
            .push_bind(line.request_id.as_ref().map(|id| id.0.clone()))
            .push_bind(words::origin(line.origin))
            .push_bind(words::level_number(line.level))
            .push_bind(line.text.clone());
    });
    query.build().execute(connection).await?;
    Ok(())
}

async fn insert_one(connection: &mut SqliteConnection, line: &LogLine) -> Result<()> {
    let (function, environment) = (line.function_id.as_str(), line.environment_id.as_str());
    let request = line.request_id.as_ref().map(RequestId::as_str);
    let (origin, level) = (words::origin(line.origin), words::level_number(line.level));
    sqlx::query!(
        "INSERT INTO log_lines (at_us, function_id, environment_id, request_id, origin, level, text)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        line.at_us.0,
        function,
        environment,
        request,
        origin,
        level,
        line.text
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn parse_cursor(cursor: &str) -> Result<i64> {
    cursor.parse().map_err(|_| Error::Cursor(cursor.to_owned()))
}

fn push_filter(query: &mut QueryBuilder<Sqlite>, filter: &LogFilter) {
    query.push(" WHERE 1");
    if let Some(function) = &filter.function_id {
        query.push(" AND function_id = ").push_bind(function.0.clone());
    }
    if let Some(request) = &filter.request_id {
        query.push(" AND request_id = ").push_bind(request.0.clone());
    }
    if let Some(level) = filter.min_level {
        query.push(" AND level >= ").push_bind(words::level_number(level));
    }
    if !filter.search.is_empty() {
        query.push(" AND text LIKE ").push_bind(words::containing(&filter.search)).push(" ESCAPE '\\'");
    }
}

impl Store {
    /// A page of log lines, oldest first: the newest lines, those before `cursor`, or those after `after`.
    pub async fn logs(&self, filter: &LogFilter) -> Result<LogPage> {
        // Read before the page, so that a follower sees a line twice rather than never.
        let last = sqlx::query_scalar!("SELECT MAX(id) AS \"last: i64\" FROM log_lines")
            .fetch_one(self.reader())
            .await?;
        let mut query = QueryBuilder::new("SELECT * FROM log_lines");
        push_filter(&mut query, filter);
        if let Some(cursor) = &filter.cursor {
            query.push(" AND id < ").push_bind(parse_cursor(cursor)?);
        }
        if let Some(after) = &filter.after {
            query.push(" AND id > ").push_bind(parse_cursor(after)?);
        }
        let forward = filter.after.is_some();
        query.push(if forward { " ORDER BY id ASC LIMIT " } else { " ORDER BY id DESC LIMIT " });
        query.push_bind(i64::from(filter.limit) + 1);
        let mut rows: Vec<LogRow> = query.build_query_as().fetch_all(self.reader()).await?;
        let more = rows.len() > filter.limit as usize;
        rows.truncate(filter.limit as usize);
        if !forward {
            rows.reverse();
        }
        let older = match rows.first() {
            Some(first) if more && !forward => Some(first.id.to_string()),
            _ => None,
        };
        let end = rows.last().map(|row| row.id);
        let newest = if more && forward { end } else { end.max(last) };
        let newest = newest.map(|id| id.to_string()).or_else(|| filter.after.clone());
        let lines = rows.into_iter().map(LogLine::try_from).collect::<Result<_>>()?;
        Ok(LogPage { lines, older, newest })
    }

    /// How many lines an invocation has logged.
    pub async fn count_logs(&self, request_id: &RequestId) -> Result<u64> {
        let id = request_id.as_str();
        let count =
            sqlx::query_scalar!("SELECT COUNT(*) AS \"count!: i64\" FROM log_lines WHERE request_id = ?", id)
                .fetch_one(self.reader())
                .await?;
        Ok(count as u64)
    }
}
