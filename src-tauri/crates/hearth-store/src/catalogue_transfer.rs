//! The part of an import that is not invocations or logs: accounts, functions with their versions, servers, saved
//! events and saved questions. What is there stays as it is, and a demo stays where it is. Must not know files.

use crate::error::Result;
use hearth_model::{LOCAL_ACCOUNT, Micros};
use sqlx::{Column as _, Row as _, SqliteConnection, TypeInfo as _, ValueRef as _};

/// What is copied: rows of one ledger, and how they are put into another.
const TABLES: [(&str, &str); 7] = [
    ("SELECT id, name, provider FROM accounts WHERE id NOT GLOB 'demo*'", "INSERT OR IGNORE INTO accounts VALUES (?, ?, ?)"),
    (
        "SELECT function_id, version, configuration, sha256, size_bytes, files, deployed_us, cause FROM versions
             WHERE function_id IN (SELECT id FROM functions WHERE account NOT GLOB 'demo*')",
        "INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    (
        "SELECT id, function_id, function_name, version, number, engine, tier, pid, 'reaped', state_since_us, born_us,
             init_us, COALESCE(ended_us, state_since_us), COALESCE(end_reason, 'imported'), invocations, busy_us,
             memory_mb, max_memory_bytes FROM environments
             WHERE function_id NOT IN (SELECT id FROM functions WHERE account GLOB 'demo*')",
        "INSERT OR IGNORE INTO environments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    (
        "SELECT environment_id, function_id, at_us, state, request_id FROM environment_transitions
             WHERE function_id NOT IN (SELECT id FROM functions WHERE account GLOB 'demo*') ORDER BY id",
        "INSERT INTO environment_transitions (environment_id, function_id, at_us, state, request_id)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM environment_transitions
             WHERE environment_id = ?1 AND at_us = ?3 AND state = ?4)",
    ),
    (
        "SELECT function_id, name, body, saved_us FROM saved_events
             WHERE function_id NOT IN (SELECT id FROM functions WHERE account GLOB 'demo*')",
        "INSERT OR IGNORE INTO saved_events VALUES (?, ?, ?, ?)",
    ),
    (
        "SELECT name, sql, saved_us FROM saved_queries",
        "INSERT OR IGNORE INTO saved_queries VALUES (?, ?, ?)",
    ),
    (
        "SELECT kind, id, account, name FROM scopes WHERE kind = 'function' AND account NOT GLOB 'demo*'",
        "INSERT OR IGNORE INTO scopes (kind, id, account, name) VALUES (?, ?, ?, ?)",
    ),
];

/// Copies what is not there, and tells how many functions that were.
pub(crate) async fn copy(from: &mut SqliteConnection, to: &mut SqliteConnection, now: Micros) -> Result<u64> {
    // Accounts first: functions refer to them, and versions to functions.
    copy_rows(from, to, TABLES[0]).await?;
    let functions = copy_functions(from, to, now).await?;
    for table in &TABLES[1..] {
        copy_rows(from, to, *table).await?;
    }
    Ok(functions)
}

async fn copy_functions(from: &mut SqliteConnection, to: &mut SqliteConnection, now: Micros) -> Result<u64> {
    let rows: Vec<(String, String, String, String, i64, Option<i64>)> =
        sqlx::query_as("SELECT id, account, region, name, created_us, deleted_us FROM functions WHERE account NOT GLOB 'demo*'")
            .fetch_all(from)
            .await?;
    let mut added = 0;
    for (id, account, region, name, created, deleted) in rows {
        let deleted = deleted.or_else(|| (account == LOCAL_ACCOUNT).then_some(now.0));
        let done = sqlx::query(
            "INSERT INTO functions (id, account, region, name, created_us, deleted_us)
             SELECT ?1, ?2, ?3, ?4, ?5, CASE WHEN EXISTS (SELECT 1 FROM functions
                 WHERE account = ?2 AND region = ?3 AND name = ?4 AND deleted_us IS NULL) THEN COALESCE(?6, ?7)
                 ELSE ?6 END
             WHERE NOT EXISTS (SELECT 1 FROM functions WHERE id = ?1)",
        )
        .bind(id)
        .bind(account)
        .bind(region)
        .bind(name)
        .bind(created)
        .bind(deleted)
        .bind(now.0)
        .execute(&mut *to)
        .await?;
        added += done.rows_affected();
    }
    Ok(added)
}

async fn copy_rows(
    from: &mut SqliteConnection,
    to: &mut SqliteConnection,
    (select, insert): (&'static str, &'static str),
) -> Result<()> {
    for row in sqlx::query(select).fetch_all(from).await? {
        let mut query = sqlx::query(insert);
        for index in 0..row.len() {
            let raw = row.try_get_raw(index)?;
            query = if raw.is_null() {
                query.bind(None::<i64>)
            } else if raw.type_info().name() == "INTEGER" || row.column(index).type_info().name() == "INTEGER"
            {
                query.bind(row.try_get_unchecked::<i64, _>(index)?)
            } else {
                query.bind(row.try_get_unchecked::<String, _>(index)?)
            };
        }
        query.execute(&mut *to).await?;
    }
    Ok(())
}
