//! Asking the ledger in SQL: one statement that reads, on a connection of its own that cannot write, with a time
//! limit and an answer that says when it was cut. Owns what may be asked. Must not know how answers are shown.

use crate::database;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::types::SavedQuery;
use futures_util::StreamExt as _;
use hearth_model::Micros;
use sqlx::sqlite::{LockedSqliteHandle, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, Row as _, SqliteConnection, TypeInfo as _,
};
use sqlx::{SqlSafeStr as _, ValueRef as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Bytes of values that an answer holds at most, so that one question cannot take all the memory.
const ANSWER_BYTES: usize = 64 << 20;
/// Longest value, so that no single function of SQL runs on or takes memory beyond every limit.
const VALUE_BYTES: i32 = 1 << 20;
/// How long the end of a question is waited for: the clock is not looked at inside a single function of SQL.
const GRACE: Duration = Duration::from_millis(250);
/// The clock is looked at after so many instructions of SQLite's machine: some tens of microseconds.
const INSTRUCTIONS: i32 = 4_000;

/// A value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Integer(_) | Self::Real(_) => 16,
            Self::Text(text) => 16 + text.len(),
            Self::Blob(bytes) => 16 + bytes.len(),
        }
    }
}

/// What a question found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a value a column.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows than these.
    pub truncated: bool,
    /// How long it took.
    pub elapsed: Duration,
}

impl Store {
    /// Asks one statement that reads: SELECT, WITH, VALUES or EXPLAIN. At most `limit` rows come back, and 64 MiB,
    /// and the answer says when there were more. What takes longer than `time` is ended. The views `calls` and `logs`
    /// hold what is shown: real rows, or the demo's while `demo` is on.
    pub async fn ask(&self, sql: &str, limit: usize, time: Duration, demo: bool) -> Result<Answer> {
        let statement = only_reading(sql)?.to_owned();
        let mut connection = database::open_asking(self.data_dir(), demo).await?;
        let begun = Instant::now();
        let late = Arc::new(AtomicBool::new(false));
        let tell_late = Arc::clone(&late);
        let mut handle = connection.lock_handle().await?;
        limit_values(&mut handle);
        handle.set_progress_handler(INSTRUCTIONS, move || {
            let in_time = begun.elapsed() < time;
            if !in_time {
                tell_late.store(true, Ordering::Relaxed);
            }
            in_time
        });
        drop(handle);
        let Ok(answer) = tokio::time::timeout(time + GRACE, ask(&mut connection, statement, limit)).await
        else {
            // Its thread ends with the function that it is in; nobody waits for that.
            return Err(Error::TooSlow(time));
        };
        let answer = match answer {
            Ok(answer) => Ok(Answer { elapsed: begun.elapsed(), ..answer }),
            Err(_) if late.load(Ordering::Relaxed) => Err(Error::TooSlow(time)),
            Err(Error::Database(sqlx::Error::Database(error))) => {
                Err(Error::Question(error.message().to_owned()))
            }
            Err(error) => Err(error),
        };
        connection.close().await.ok();
        answer
    }

    /// The questions that were kept, by name.
    pub async fn saved_queries(&self) -> Result<Vec<SavedQuery>> {
        let rows = sqlx::query!("SELECT name, sql, saved_us FROM saved_queries ORDER BY name")
            .fetch_all(self.reader())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| SavedQuery { name: row.name, sql: row.sql, saved_us: Micros(row.saved_us) })
            .collect())
    }

    /// Keeps a question, in the place of one with the same name.
    pub async fn save_query(&self, query: &SavedQuery) -> Result<()> {
        sqlx::query!(
            "INSERT OR REPLACE INTO saved_queries (name, sql, saved_us) VALUES (?, ?, ?)",
            query.name,
            query.sql,
            query.saved_us.0
        )
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Forgets a question; nothing happens when there is none.
    pub async fn delete_query(&self, name: &str) -> Result<()> {
        sqlx::query!("DELETE FROM saved_queries WHERE name = ?", name).execute(self.writer()).await?;
        Ok(())
    }
}

/// Only this connection: the ledger itself may hold longer values.
fn limit_values(handle: &mut LockedSqliteHandle<'_>) {
    #[expect(unsafe_code, reason = "sqlx has no way to set a limit of SQLite; the handle is locked and open")]
    // SAFETY: the handle is valid for as long as it is locked, and the call only sets a number in it.
    unsafe {
        libsqlite3_sys::sqlite3_limit(
            handle.as_raw_handle().as_ptr(),
            libsqlite3_sys::SQLITE_LIMIT_LENGTH,
            VALUE_BYTES,
        );
    }
}

async fn ask(connection: &mut SqliteConnection, sql: String, limit: usize) -> Result<Answer> {
    // Whatever it says, this connection cannot write.
    let statement = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await?;
    let columns =
        sqlx::Statement::columns(&statement).iter().map(|column| column.name().to_owned()).collect();
    let mut answer = Answer { columns, ..Answer::default() };
    let mut bytes = 0;
    let mut rows = sqlx::Statement::query(&statement).fetch(connection);
    while let Some(row) = rows.next().await {
        let row = values(&row?)?;
        bytes += row.iter().map(Value::bytes).sum::<usize>();
        if answer.rows.len() == limit || bytes > ANSWER_BYTES {
            answer.truncated = true;
            break;
        }
        answer.rows.push(row);
    }
    Ok(answer)
}

fn values(row: &SqliteRow) -> Result<Vec<Value>> {
    (0..row.len())
        .map(|index| {
            let raw = row.try_get_raw(index)?;
            if raw.is_null() {
                return Ok(Value::Null);
            }
            Ok(match raw.type_info().name() {
                "INTEGER" | "BOOLEAN" => Value::Integer(row.try_get_unchecked(index)?),
                "REAL" => Value::Real(row.try_get_unchecked(index)?),
                "BLOB" => Value::Blob(row.try_get_unchecked(index)?),
                _ => Value::Text(row.try_get_unchecked(index)?),
            })
        })
        .collect()
}

/// The one statement of a question, if it is one that reads.
fn only_reading(sql: &str) -> Result<&str> {
    let statement = one_statement(sql)?;
    let word: String = after_comments(statement).chars().take_while(char::is_ascii_alphabetic).collect();
    match word.to_ascii_uppercase().as_str() {
        "SELECT" | "WITH" | "VALUES" | "EXPLAIN" => Ok(statement),
        "" => Err(Error::Question("there is no statement".to_owned())),
        _ => Err(Error::Question(format!(
            "`{word}` is not allowed: begin with SELECT, WITH, VALUES or EXPLAIN"
        ))),
    }
}

fn after_comments(mut sql: &str) -> &str {
    loop {
        sql = sql.trim_start();
        if let Some(rest) = sql.strip_prefix("--") {
            sql = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(rest) = sql.strip_prefix("/*") {
            sql = rest.split_once("*/").map_or("", |(_, rest)| rest);
        } else {
            return sql;
        }
    }
}

/// Everything before the first semicolon that is not inside a text, a name or a comment; nothing may follow it.
fn one_statement(sql: &str) -> Result<&str> {
    let bytes = sql.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        let close: &[u8] = match bytes[index] {
            quote @ (b'\'' | b'"' | b'`') => &[quote],
            b'[' => b"]",
            b'-' if bytes[index..].starts_with(b"--") => b"\n",
            b'/' if bytes[index..].starts_with(b"/*") => b"*/",
            b';' if after_comments(&sql[index + 1..]).is_empty() => return Ok(&sql[..index]),
            b';' => return Err(Error::Question("only one statement can be asked at a time".to_owned())),
            _ => {
                index += 1;
                continue;
            }
        };
        // A comment's opening has two bytes; a quote that is doubled simply opens again.
        index += if close == b"*/" { 2 } else { 1 };
        let rest = &bytes[index.min(bytes.len())..];
        index += rest
            .windows(close.len())
            .position(|part| part == close)
            .map_or(rest.len(), |at| at + close.len());
    }
    Ok(sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_statement_that_reads_is_let_through() {
        for sql in [
            "SELECT 1",
            "  select ';' ;  ",
            "-- why; not\nWITH a AS (SELECT 1) SELECT * FROM a; -- done; really",
            "/* ; */ VALUES (1)",
            "EXPLAIN QUERY PLAN SELECT 'it''s;' AS \"a;b\", [c;d], `e;f`",
        ] {
            assert!(only_reading(sql).is_ok(), "{sql}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for sql in [
            "",
            " -- nothing\n",
            "SELECT 1; SELECT 2",
            "SELECT 1; DROP TABLE invocations",
            "SELECT ';'; DELETE FROM invocations",
            "ATTACH 'x.db' AS x",
            "PRAGMA query_only = 0",
            "VACUUM INTO '/tmp/x.db'",
            "INSERT INTO settings VALUES ('a', 'b')",
            "BEGIN",
            "/* SELECT */ DELETE FROM invocations",
        ] {
            assert!(matches!(only_reading(sql), Err(Error::Question(_))), "{sql}");
        }
    }
}
