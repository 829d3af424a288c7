//! Searching invocations: by the beginning of a request id, by the function's name, by the error. Each way has an
//! index, gives the newest rows first and no more than are wanted. Must not know how pages are shown.

use crate::error::Result;
use crate::invocations::Asked;
use crate::store::Store;
use crate::{trigrams, words};
use sqlx::{QueryBuilder, Sqlite};

/// Functions whose names match that are looked at.
const NAMES: i64 = 50;
/// Unusual rows that are looked at one by one for a text that is too short for an index.
const SCAN_ROWS: i64 = 20_000;

impl Store {
    /// Keys of functions by a part of their name.
    pub(crate) async fn functions_named(&self, part: &str) -> Result<Vec<i64>> {
        let pattern = words::containing(part);
        Ok(sqlx::query_scalar!(
            r"SELECT key FROM scopes WHERE kind = 'function' AND name LIKE ? ESCAPE '\' ORDER BY key LIMIT ?",
            pattern,
            NAMES
        )
        .fetch_all(self.reader())
        .await?)
    }
}

/// The ids of at most `limit` rows that match, the newest ones; as a query with one column `id`.
pub(crate) fn push_ids(
    query: &mut QueryBuilder<Sqlite>,
    asked: &Asked<'_>,
    search: &str,
    names: &[i64],
    limit: i64,
) {
    query.push("SELECT id FROM (");
    push_by_request(query, asked, search, limit);
    query.push(" UNION ");
    push_by_error(query, asked, search, limit);
    for name in names {
        query.push(" UNION ");
        query.push("SELECT id FROM (SELECT i.id FROM invocations i INDEXED BY invocations_by_function");
        query.push(" WHERE i.function_key = ").push_bind(*name);
        asked.push_conditions(query);
        query.push(" ORDER BY i.id DESC LIMIT ").push_bind(limit).push(")");
    }
    query.push(") ORDER BY id DESC LIMIT ").push_bind(limit);
}

fn push_by_request(query: &mut QueryBuilder<Sqlite>, asked: &Asked<'_>, search: &str, limit: i64) {
    query.push("SELECT id FROM (SELECT i.id FROM days CROSS JOIN invocations i");
    query.push(" ON i.started_us / 86400000000 = days.day AND i.request_id >= ").push_bind(search.to_owned());
    query.push(" AND i.request_id < ").push_bind(format!("{search}\u{10FFFF}")).push(" WHERE 1");
    asked.push_conditions(query);
    query.push(" ORDER BY i.id DESC LIMIT ").push_bind(limit).push(")");
}

fn push_by_error(query: &mut QueryBuilder<Sqlite>, asked: &Asked<'_>, search: &str, limit: i64) {
    let pattern = words::containing(search);
    if let Some(question) = trigrams::question(search) {
        query.push(
            "SELECT id FROM (SELECT f.rowid AS id FROM invocation_search f
             CROSS JOIN invocations i ON i.id = f.rowid WHERE invocation_search MATCH ",
        );
        query.push_bind(question);
        if let Some(below) = asked.below {
            query.push(" AND f.rowid < ").push_bind(below);
        }
    } else {
        query.push(
            "SELECT id FROM (SELECT i.id FROM (SELECT id FROM invocations INDEXED BY invocations_not_well
             WHERE outcome <> 'succeeded'",
        );
        if let Some(below) = asked.below {
            query.push(" AND id < ").push_bind(below);
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(SCAN_ROWS);
        query.push(") f CROSS JOIN invocations i ON i.id = f.id WHERE 1");
    }
    query
        .push(" AND (i.error_type LIKE ")
        .push_bind(pattern.clone())
        .push(r" ESCAPE '\' OR i.error_message LIKE ");
    query.push_bind(pattern).push(r" ESCAPE '\')");
    asked.push_conditions(query);
    let order = if trigrams::question(search).is_some() { "f.rowid" } else { "i.id" };
    query.push(" ORDER BY ").push(order).push(" DESC LIMIT ").push_bind(limit).push(")");
}
