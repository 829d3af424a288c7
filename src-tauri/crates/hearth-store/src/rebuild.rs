//! Building rollups anew from raw rows, after a migration or when a check has found them to differ. Rollups of
//! days whose raw rows were deleted stay. Must not know what counts as what.

use crate::database::{self, Database};
use crate::error::Result;
use crate::invocations::{COLUMNS, InvocationRow};
use crate::record::{Recording, first_id, scopes_of};
use crate::rollup::RollupChanges;
use crate::{retention, scopes, state};
use hearth_model::{FunctionId, Invocation, Micros};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::HashMap;

const STALE: &str = "rollups_stale";
const PAGE: i64 = 10_000;

/// Builds the rollups when a migration asks for it.
pub(crate) async fn rebuild_if_stale(database: &Database, recording: Recording<'_>) -> Result<()> {
    let mut connection = database.write.acquire().await?;
    if state::get(&mut connection, STALE).await?.is_some() {
        rebuild(&mut connection, recording).await?;
    }
    Ok(())
}

/// Builds the rollups of every day that has its raw rows, in one transaction.
pub(crate) async fn rebuild(connection: &mut SqliteConnection, recording: Recording<'_>) -> Result<()> {
    let known = known_scopes(connection, recording).await?;
    database::begin(connection).await?;
    let written = rebuild_inside(connection, &known, recording.now).await;
    database::end(connection, written).await
}

type Known = HashMap<FunctionId, scopes::FunctionScopes>;

/// The scopes of every function that has any raw row.
pub(crate) async fn known_scopes(
    connection: &mut SqliteConnection,
    recording: Recording<'_>,
) -> Result<Known> {
    let rows = sqlx::query!("SELECT id, name FROM scopes WHERE kind = 'function'")
        .fetch_all(&mut *connection)
        .await?;
    let named: Vec<(FunctionId, String)> =
        rows.into_iter().map(|row| (FunctionId(row.id), row.name)).collect();
    let named: Vec<(&FunctionId, &str)> = named.iter().map(|(id, name)| (id, name.as_str())).collect();
    recording.scopes.resolve(connection, &named).await
}

async fn rebuild_inside(connection: &mut SqliteConnection, known: &Known, now: Micros) -> Result<()> {
    let from = retention::whole_from(connection).await?.0;
    for table in [
        "DELETE FROM rollups WHERE at_us >= ?",
        "DELETE FROM rollup_sketches WHERE at_us >= ?",
        "DELETE FROM usage WHERE at_us >= ?",
    ] {
        sqlx::query(table).bind(from).execute(&mut *connection).await?;
    }
    let mut after = first_id(Micros(from)).saturating_sub(1);
    loop {
        let mut changes = RollupChanges::at(now);
        let Some((last, _)) = add_calls(connection, &mut changes, known, after, i64::MAX).await? else {
            break;
        };
        changes.write(connection).await?;
        after = last;
    }
    let mut changes = RollupChanges::at(now);
    add_lines(connection, &mut changes, known, Micros(from), Micros(i64::MAX)).await?;
    changes.write(connection).await?;
    state::forget(connection, STALE).await
}

/// Adds the next calls after an id and below another, and tells the last one and how many; none at the end.
pub(crate) async fn add_calls(
    connection: &mut SqliteConnection,
    changes: &mut RollupChanges,
    known: &Known,
    after: i64,
    below: i64,
) -> Result<Option<(i64, u64)>> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(COLUMNS);
    query.push("invocations i NOT INDEXED CROSS JOIN scopes s ON s.key = i.function_key WHERE i.id > ");
    query.push_bind(after).push(" AND i.id < ").push_bind(below);
    query.push(" ORDER BY i.id LIMIT ").push_bind(PAGE);
    let rows: Vec<InvocationRow> = query.build_query_as().fetch_all(connection).await?;
    let last = rows.last().map(|row| (row.id, rows.len() as u64));
    for row in rows {
        let storage_mb = row.storage_mb;
        let invocation = Invocation::try_from(row)?;
        if invocation.outcome != hearth_model::Outcome::Running {
            changes.add(scopes_of(known, &invocation.function_id)?, &invocation, storage_mb);
        }
    }
    Ok(last)
}

/// Adds the lines and bytes that were logged in a window, minute by minute.
pub(crate) async fn add_lines(
    connection: &mut SqliteConnection,
    changes: &mut RollupChanges,
    known: &Known,
    from: Micros,
    to: Micros,
) -> Result<()> {
    let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(
        "SELECT s.id, l.at_us / 60000000 - (l.at_us % 60000000 < 0), COUNT(*), SUM(octet_length(l.text))
         FROM log_lines l CROSS JOIN scopes s ON s.key = l.function_key
         WHERE l.at_us / 86400000000 >= ?1 / 86400000000 AND l.at_us / 86400000000 <= ?2 / 86400000000
             AND l.at_us >= ?1 AND l.at_us < ?2 GROUP BY 1, 2",
    )
    .bind(from.0)
    .bind(to.0)
    .fetch_all(connection)
    .await?;
    for (function, minute, lines, bytes) in rows {
        let scopes = scopes_of(known, &FunctionId(function))?;
        changes.add_lines(scopes, Micros(minute * 60_000_000), lines, bytes);
    }
    Ok(())
}
