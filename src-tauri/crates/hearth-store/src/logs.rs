//! Log lines: paging and searching them. Owns the cursor, which is the line's number. Must not know how lines are
//! captured or stored.

use crate::error::{Error, Result};
use crate::log_rows::{self, INDEXED_TO};
use crate::store::Store;
use crate::types::{LogFilter, LogPage};
use crate::{trigrams, words};
use hearth_model::{EnvironmentId, FunctionId, LogLine, Micros, RequestId};
use sqlx::{QueryBuilder, Sqlite};

#[derive(sqlx::FromRow)]
pub(crate) struct LogRow {
    id: i64,
    at_us: i64,
    function_id: String,
    environment_id: String,
    request_id: Option<String>,
    origin: String,
    level: i64,
    text: String,
}

impl LogRow {
    pub(crate) fn id(&self) -> i64 {
        self.id
    }
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

fn parse_cursor(cursor: &str) -> Result<i64> {
    cursor.parse().map_err(|_| Error::Cursor(cursor.to_owned()))
}

/// A function with fewer lines than that is read through: its lines lie together in an index, while those of a text have
/// to be looked for among the lines of all functions.
const FEW_LINES: i64 = 2_000;
/// Lines that are looked at one by one at most, where no index finds the text.
const SCAN_LINES: i64 = 100_000;

const DAY_US: i64 = 86_400_000_000;

const COLUMNS: &str =
    "SELECT l.id, l.at_us, s.id AS function_id, l.environment_id, l.request_id, l.origin, l.level,
     l.text FROM ";

/// Every day that has log lines, newest first: the index by request begins with the day.
const DAYS: &str = "WITH RECURSIVE days (day) AS (
     SELECT (SELECT at_us / 86400000000 FROM log_lines ORDER BY at_us / 86400000000 DESC LIMIT 1)
     UNION ALL SELECT (SELECT at_us / 86400000000 FROM log_lines WHERE at_us / 86400000000 < day
         ORDER BY at_us / 86400000000 DESC LIMIT 1) FROM days WHERE day IS NOT NULL) ";

/// Lines are asked for between two numbers, neither included, in one direction.
#[derive(Clone, Copy)]
struct Range {
    above: i64,
    below: i64,
    forward: bool,
    limit: i64,
}

struct Asked<'a> {
    filter: &'a LogFilter,
    function: Option<i64>,
    /// A condition for the functions of the scope, when neither a function nor a call is named.
    among: String,
}

impl Asked<'_> {
    fn push_rest(&self, query: &mut QueryBuilder<Sqlite>, range: &Range) {
        query.push(&self.among);
        query.push(" AND l.id > ").push_bind(range.above).push(" AND l.id < ").push_bind(range.below);
        if let Some(level) = self.filter.min_level {
            query.push(" AND l.level >= ").push_bind(words::level_number(level));
        }
        if !self.filter.search.is_empty() {
            let pattern = words::containing(&self.filter.search);
            query.push(" AND l.text LIKE ").push_bind(pattern).push(" ESCAPE '\\'");
        }
        query.push(if range.forward { " ORDER BY l.id ASC LIMIT " } else { " ORDER BY l.id DESC LIMIT " });
        query.push_bind(range.limit);
    }

    fn of_request(&self, request: &RequestId, range: &Range) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new(DAYS);
        query
            .push(COLUMNS)
            .push("days CROSS JOIN log_lines l ON l.at_us / 86400000000 = days.day AND l.request_id = ");
        query.push_bind(request.0.clone()).push(" CROSS JOIN scopes s ON s.key = l.function_key WHERE 1");
        if let Some(function) = self.function {
            query.push(" AND l.function_key = ").push_bind(function);
        }
        self.push_rest(&mut query, range);
        query
    }

    fn found(&self, question: &str, range: &Range) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push(
            "log_search f CROSS JOIN log_lines l ON l.id = f.rowid CROSS JOIN scopes s ON s.key = l.function_key
             WHERE log_search MATCH ",
        );
        query.push_bind(match self.function {
            Some(key) => format!("\"{}\" AND {question}", log_rows::function_token(key)),
            None => question.to_owned(),
        });
        query.push(&self.among);
        query.push(" AND f.rowid > ").push_bind(range.above);
        query.push(" AND f.rowid < ").push_bind(range.below);
        if let Some(level) = self.filter.min_level {
            query.push(" AND l.level >= ").push_bind(words::level_number(level));
        }
        let pattern = words::containing(&self.filter.search);
        query.push(" AND l.text LIKE ").push_bind(pattern).push(" ESCAPE '\\'");
        query.push(if range.forward {
            " ORDER BY f.rowid ASC LIMIT "
        } else {
            " ORDER BY f.rowid DESC LIMIT "
        });
        query.push_bind(range.limit);
        query
    }

    fn plain(&self, range: &Range) -> QueryBuilder<Sqlite> {
        let mut query = QueryBuilder::new(COLUMNS);
        let loud = self.filter.min_level.is_some_and(|level| words::level_number(level) >= 2);
        query.push(match (self.function, loud) {
            (Some(_), _) => "log_lines l INDEXED BY log_lines_by_function",
            (None, true) => "log_lines l INDEXED BY log_lines_loud",
            (None, false) => "log_lines l NOT INDEXED",
        });
        query.push(" CROSS JOIN scopes s ON s.key = l.function_key WHERE 1");
        if let Some(function) = self.function {
            query.push(" AND l.function_key = ").push_bind(function);
        }
        if loud {
            query.push(" AND l.level >= 2");
        }
        self.push_rest(&mut query, range);
        query
    }
}

impl Store {
    /// A page of log lines, oldest first: the newest lines, those before `cursor`, or those after `after`. Where
    /// no index helps, a page may hold fewer lines than asked for although there are older ones.
    pub async fn logs(&self, filter: &LogFilter) -> Result<LogPage> {
        // Read before the page, so that a follower sees a line twice rather than never.
        let last = sqlx::query_scalar!("SELECT MAX(id) AS \"last: i64\" FROM log_lines")
            .fetch_one(self.reader())
            .await?;
        let function = match &filter.function_id {
            None => None,
            Some(id) => Some(self.function_key(id).await?.unwrap_or(-1)),
        };
        let range = Range {
            above: filter.after.as_deref().map(parse_cursor).transpose()?.unwrap_or(-1),
            below: filter.cursor.as_deref().map(parse_cursor).transpose()?.unwrap_or(i64::MAX),
            forward: filter.after.is_some(),
            limit: i64::from(filter.limit) + 1,
        };
        let among = match filter.request_id {
            Some(_) => String::new(),
            None => self.among("l.function_key", function, &filter.scope).await?,
        };
        let (mut rows, stopped_at) = self.log_rows(&Asked { filter, function, among }, &range, last).await?;
        let more = rows.len() > filter.limit as usize;
        rows.truncate(filter.limit as usize);
        if !range.forward {
            rows.reverse();
        }
        let older = match rows.first() {
            Some(first) if more && !range.forward => Some(first.id.to_string()),
            _ => stopped_at.map(|id| id.to_string()),
        };
        let end = rows.last().map(|row| row.id);
        let newest = if more && range.forward { end } else { end.max(last) };
        let newest = newest.map(|id| id.to_string()).or_else(|| filter.after.clone());
        let lines = rows.into_iter().map(LogLine::try_from).collect::<Result<_>>()?;
        Ok(LogPage { lines, older, newest })
    }

    /// Rows in the direction of the range, and where looking has stopped before everything was seen.
    async fn log_rows(
        &self,
        asked: &Asked<'_>,
        range: &Range,
        last: Option<i64>,
    ) -> Result<(Vec<LogRow>, Option<i64>)> {
        if let Some(request) = &asked.filter.request_id {
            return Ok((self.fetch_lines(asked.of_request(request, range)).await?, None));
        }
        if let Some(key) = asked.function
            && self.has_few_lines(key).await?
        {
            return Ok((self.fetch_lines(asked.plain(range)).await?, None));
        }
        if let Some(question) = trigrams::question(&asked.filter.search) {
            return Ok((self.found_rows(asked, range, &question).await?, None));
        }
        if asked.filter.search.is_empty() || range.forward {
            return Ok((self.fetch_lines(asked.plain(range)).await?, None));
        }
        let floor = range.below.min(last.unwrap_or(0) + 1) - SCAN_LINES;
        let scanned = Range { above: range.above.max(floor - 1), ..*range };
        let rows = self.fetch_lines(asked.plain(&scanned)).await?;
        let stopped = (rows.len() < range.limit as usize && floor > 1).then_some(floor);
        Ok((rows, stopped))
    }

    async fn has_few_lines(&self, function: i64) -> Result<bool> {
        let lines: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM (SELECT 1 FROM log_lines INDEXED BY log_lines_by_function WHERE function_key = ?
                 LIMIT ?)",
        )
        .bind(function)
        .bind(FEW_LINES)
        .fetch_one(self.reader())
        .await?;
        Ok(lines < FEW_LINES)
    }

    async fn fetch_lines(&self, mut query: QueryBuilder<Sqlite>) -> Result<Vec<LogRow>> {
        Ok(query.build_query_as().fetch_all(self.reader()).await?)
    }

    /// Lines that the index of texts knows, and those that it does not know yet.
    async fn found_rows(&self, asked: &Asked<'_>, range: &Range, question: &str) -> Result<Vec<LogRow>> {
        let indexed = sqlx::query_scalar!("SELECT value FROM ledger_state WHERE key = ?", INDEXED_TO)
            .fetch_optional(self.reader())
            .await?
            .unwrap_or(0);
        let known = Range { below: range.below.min(indexed + 1), ..*range };
        let unknown = Range { above: range.above.max(indexed), ..*range };
        let parts = if range.forward { [true, false] } else { [false, true] };
        let mut rows: Vec<LogRow> = Vec::new();
        for by_index in parts {
            let limit = range.limit - rows.len() as i64;
            if limit <= 0 {
                break;
            }
            let mut query = if by_index {
                asked.found(question, &Range { limit, ..known })
            } else {
                asked.plain(&Range { limit, ..unknown })
            };
            rows.extend(query.build_query_as::<LogRow>().fetch_all(self.reader()).await?);
        }
        Ok(rows)
    }

    /// Lines of a server's start-up, which is part of no invocation, between two instants, oldest first.
    pub async fn start_up_lines(
        &self,
        environment: &EnvironmentId,
        (from, to): (Micros, Micros),
        limit: u32,
    ) -> Result<Vec<LogLine>> {
        let day = |at: Micros| at.0.div_euclid(DAY_US);
        let mut query = QueryBuilder::new(COLUMNS);
        query.push(
            "log_lines l INDEXED BY log_lines_by_request CROSS JOIN scopes s ON s.key = l.function_key",
        );
        // A start-up may last over midnight.
        query.push(" WHERE l.at_us / 86400000000 IN (").push_bind(day(from)).push(", ").push_bind(day(to));
        query.push(") AND l.request_id IS NULL AND l.environment_id = ").push_bind(environment.0.clone());
        query.push(" AND l.at_us BETWEEN ").push_bind(from.0).push(" AND ").push_bind(to.0);
        query.push(" ORDER BY l.id LIMIT ").push_bind(i64::from(limit));
        self.fetch_lines(query).await?.into_iter().map(LogLine::try_from).collect()
    }

    /// How many lines an invocation has logged.
    pub async fn count_logs(&self, request_id: &RequestId) -> Result<u64> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(DAYS);
        query.push(
            "SELECT COUNT(*) FROM days CROSS JOIN log_lines l ON l.at_us / 86400000000 = days.day AND l.request_id = ",
        );
        query.push_bind(request_id.0.clone());
        let count: i64 = query.build_query_scalar().fetch_one(self.reader()).await?;
        Ok(count as u64)
    }
}
