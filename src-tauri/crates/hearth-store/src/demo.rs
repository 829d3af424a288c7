//! The demo in the ledger: listing its functions, and removing everything of it. Its accounts' ids begin with
//! [`crate::DEMO_ACCOUNT_PREFIX`]. Must not know what the demo tells.

use crate::catalogue::FunctionRow;
use crate::error::Result;
use crate::log_rows::INDEXED_TO;
use crate::store::Store;
use crate::{database, retention, state};
use hearth_model::FunctionRecord;
use sqlx::SqliteConnection;

/// Rows of one step: a few milliseconds, so that calls are recorded meanwhile.
const STEP_ROWS: i64 = 2_000;

/// What one transaction removes.
enum Step<'a> {
    /// Some calls of a function.
    Calls(i64),
    /// Some of its lines.
    Lines(i64),
    /// The rest of it but for the catalogue.
    Figures(i64, &'a str),
    /// What is left when no function has anything.
    Catalogue,
}

/// What removing the demo has removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DemoRemoved {
    /// Functions.
    pub functions: u64,
    /// Invocations.
    pub invocations: u64,
    /// Log lines.
    pub log_lines: u64,
    /// Bytes that the file is smaller by after the next checkpoint.
    pub freed_bytes: u64,
}

impl Store {
    /// The functions of demo accounts, or those of one name or id, by name.
    pub async fn demo_functions(&self, named: Option<&str>) -> Result<Vec<FunctionRecord>> {
        let rows: Vec<FunctionRow> = sqlx::query_as(
            "SELECT f.id, f.account, f.region, f.name, f.created_us, f.deleted_us, v.version, v.configuration,
                 v.sha256, v.size_bytes, v.files, v.deployed_us
             FROM functions f JOIN versions v ON v.function_id = f.id
                 AND v.version = (SELECT MAX(version) FROM versions WHERE function_id = f.id)
             WHERE f.account GLOB 'demo*' AND f.deleted_us IS NULL AND (?1 IS NULL OR f.name = ?1 OR f.id = ?1)
             ORDER BY f.name, f.id",
        )
        .bind(named)
        .fetch_all(self.reader())
        .await?;
        rows.into_iter().map(FunctionRow::record).collect()
    }

    /// Removes every row of demo accounts, step by step, and gives their place back to the disk. Nothing may be
    /// ingested for them meanwhile.
    pub async fn remove_demo(&self) -> Result<DemoRemoved> {
        self.flush().await?;
        let mut removed = DemoRemoved::default();
        let mut reader = self.reader().acquire().await?;
        let functions = functions_of_demo(&mut reader).await?;
        drop(reader);
        for (key, id) in &functions {
            while let rows @ 1.. = self.in_a_step(Step::Calls(*key)).await? {
                removed.invocations += rows;
            }
            while let rows @ 1.. = self.in_a_step(Step::Lines(*key)).await? {
                removed.log_lines += rows;
            }
            self.in_a_step(Step::Figures(*key, id)).await?;
        }
        removed.functions = self.in_a_step(Step::Catalogue).await?;
        self.scopes().forget();
        let mut connection = self.writer().acquire().await?;
        while let bytes @ 1.. = retention::give_back(&mut connection).await? {
            removed.freed_bytes += bytes;
        }
        Ok(removed)
    }

    async fn in_a_step(&self, step: Step<'_>) -> Result<u64> {
        let mut connection = self.writer().acquire().await?;
        database::begin(&mut connection).await?;
        let removed = match step {
            Step::Calls(key) => remove_calls(&mut connection, key).await,
            Step::Lines(key) => remove_lines(&mut connection, key).await,
            Step::Figures(key, id) => remove_figures(&mut connection, key, id).await,
            Step::Catalogue => remove_catalogue(&mut connection).await,
        };
        let ended = match removed {
            Ok(rows) => database::end(&mut connection, Ok(())).await.map(|()| rows),
            Err(error) => database::end(&mut connection, Err(error)).await.map(|()| 0),
        };
        self.past().forget();
        ended
    }
}

/// Keys and ids of its functions.
async fn functions_of_demo(connection: &mut SqliteConnection) -> Result<Vec<(i64, String)>> {
    Ok(sqlx::query_as(
        "SELECT key, id FROM scopes WHERE kind = 'function' AND account GLOB 'demo*' ORDER BY key",
    )
    .fetch_all(connection)
    .await?)
}

/// Takes the demo out of a copy of the ledger, which nobody else has open.
pub(crate) async fn strip(copy: &mut SqliteConnection) -> Result<()> {
    let functions = functions_of_demo(copy).await?;
    if functions.is_empty() {
        return Ok(());
    }
    for (key, id) in functions {
        while remove_calls(copy, key).await? > 0 {}
        while remove_lines(copy, key).await? > 0 {}
        remove_figures(copy, key, &id).await?;
    }
    remove_catalogue(copy).await?;
    // Whether the demo is on, as Hearth keeps it.
    sqlx::query("DELETE FROM settings WHERE key = 'demo'").execute(&mut *copy).await?;
    sqlx::query("VACUUM").execute(copy).await?;
    Ok(())
}

async fn remove_calls(connection: &mut SqliteConnection, key: i64) -> Result<u64> {
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT MAX(id) FROM (SELECT id FROM invocations INDEXED BY invocations_by_function
             WHERE function_key = ? ORDER BY id LIMIT ?)",
    )
    .bind(key)
    .bind(STEP_ROWS)
    .fetch_one(&mut *connection)
    .await?;
    let Some(last) = last else { return Ok(0) };
    for statement in [
        "DELETE FROM invocation_search WHERE rowid IN (SELECT id FROM invocations
             WHERE function_key = ? AND id <= ? AND (error_type IS NOT NULL OR error_message IS NOT NULL))",
        "DELETE FROM invocation_payloads WHERE id IN (SELECT id FROM invocations WHERE function_key = ? AND id <= ?)",
    ] {
        sqlx::query(statement).bind(key).bind(last).execute(&mut *connection).await?;
    }
    let gone = sqlx::query("DELETE FROM invocations WHERE function_key = ? AND id <= ?")
        .bind(key)
        .bind(last)
        .execute(connection)
        .await?;
    Ok(gone.rows_affected())
}

async fn remove_lines(connection: &mut SqliteConnection, key: i64) -> Result<u64> {
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT MAX(id) FROM (SELECT id FROM log_lines INDEXED BY log_lines_by_function
             WHERE function_key = ? ORDER BY id LIMIT ?)",
    )
    .bind(key)
    .bind(STEP_ROWS)
    .fetch_one(&mut *connection)
    .await?;
    let Some(last) = last else { return Ok(0) };
    let indexed = state::get(connection, INDEXED_TO).await?.unwrap_or(0);
    sqlx::query(
        "DELETE FROM log_search WHERE rowid IN (SELECT id FROM log_lines WHERE function_key = ? AND id <= ?)",
    )
    .bind(key)
    .bind(last.min(indexed))
    .execute(&mut *connection)
    .await?;
    let gone = sqlx::query("DELETE FROM log_lines WHERE function_key = ? AND id <= ?")
        .bind(key)
        .bind(last)
        .execute(connection)
        .await?;
    Ok(gone.rows_affected())
}

/// Charts, servers and saved events of one function.
async fn remove_figures(connection: &mut SqliteConnection, key: i64, id: &str) -> Result<u64> {
    remove_rollups(connection, key).await?;
    for statement in [
        "DELETE FROM environment_transitions WHERE function_id = ?",
        "DELETE FROM environments WHERE function_id = ?",
        "DELETE FROM saved_events WHERE function_id = ?",
    ] {
        sqlx::query(statement).bind(id).execute(&mut *connection).await?;
    }
    Ok(0)
}

async fn remove_rollups(connection: &mut SqliteConnection, scope: i64) -> Result<()> {
    for statement in [
        "DELETE FROM rollups WHERE grain IN ('minute', 'hour', 'day') AND scope = ?",
        "DELETE FROM rollup_sketches WHERE grain IN ('minute', 'hour', 'day') AND scope = ?",
        "DELETE FROM usage WHERE grain IN ('minute', 'hour', 'day') AND scope = ?",
    ] {
        sqlx::query(statement).bind(scope).execute(&mut *connection).await?;
    }
    Ok(())
}

/// What is left: charts of accounts and of the whole demo, versions, functions, accounts. Tells functions.
async fn remove_catalogue(connection: &mut SqliteConnection) -> Result<u64> {
    let scopes: Vec<i64> = sqlx::query_scalar(
        "SELECT key FROM scopes WHERE kind = 'demo' OR (kind = 'account' AND account GLOB 'demo*')",
    )
    .fetch_all(&mut *connection)
    .await?;
    for scope in scopes {
        remove_rollups(connection, scope).await?;
    }
    let gone: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM functions WHERE account GLOB 'demo*'")
        .fetch_one(&mut *connection)
        .await?;
    for statement in [
        "DELETE FROM budgets WHERE scope_kind = 'demo' OR scope_id GLOB 'demo*'
             OR scope_id IN (SELECT id FROM functions WHERE account GLOB 'demo*')",
        "DELETE FROM versions WHERE function_id IN (SELECT id FROM functions WHERE account GLOB 'demo*')",
        "DELETE FROM functions WHERE account GLOB 'demo*'",
        "DELETE FROM scopes WHERE account GLOB 'demo*'",
        "DELETE FROM accounts WHERE id GLOB 'demo*'",
    ] {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    Ok(gone as u64)
}
