//! Calls that the log of an account tells of, and how far each log was read. Owns that reading the same lines again
//! changes nothing: calls, servers, rollups and the cursor are one transaction. Must not know how lines are read.

use crate::error::Result;
use crate::record::{self, Fact, Facts};
use crate::store::Store;
use crate::{database, environments};
use hearth_model::{
    Environment, EnvironmentId, EnvironmentTransition, FunctionId, Invocation, Micros, RequestId,
};
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// Between the vendor's id of a request and the instant of a call, where one id stands for several calls.
const AT: &str = "-at-";
const DAY_US: i64 = 86_400_000_000;

/// How far the log of a function was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogCursor {
    /// The account's id.
    pub account: String,
    /// The location.
    pub location: String,
    /// The function's name.
    pub name: String,
    /// Lines before this instant were read.
    pub read_to_us: Micros,
    /// When they were read.
    pub read_us: Micros,
}

/// A call with the changes of its server's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenInvocation {
    /// The call, under the vendor's id. The number of its server is filled in when it is stored.
    pub invocation: Invocation,
    /// What its server did for it, in order.
    pub transitions: Vec<EnvironmentTransition>,
}

/// What a stretch of a function's log told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Calls that have ended.
    pub calls: Vec<SeenInvocation>,
    /// Their servers, as this stretch tells of them: first and last line, and init. Numbers, calls and busy time are
    /// filled in.
    pub environments: Vec<Environment>,
    /// Calls of one id whose handlers began no further apart are the same call: a vendor gives a retried call its first id again.
    pub same_within: Micros,
    /// How far the log is read with it.
    pub cursor: LogCursor,
}

impl Store {
    /// How far the log of a function was read; none before the first reading.
    pub async fn log_cursor(&self, account: &str, location: &str, name: &str) -> Result<Option<LogCursor>> {
        let row: Option<(i64, i64)> = sqlx::query_as(
            "SELECT read_to_us, read_us FROM log_cursors WHERE account = ? AND location = ? AND name = ?",
        )
        .bind(account)
        .bind(location)
        .bind(name)
        .fetch_optional(self.reader())
        .await?;
        Ok(row.map(|(read_to_us, read_us)| LogCursor {
            account: account.to_owned(),
            location: location.to_owned(),
            name: name.to_owned(),
            read_to_us: Micros(read_to_us),
            read_us: Micros(read_us),
        }))
    }

    /// Stores what a stretch of a log told, and tells the calls that are new. The function must be in the catalogue.
    pub async fn ingest_seen(&self, seen: &Seen) -> Result<Vec<Invocation>> {
        let recording = self.recording();
        let mut connection = self.writer().acquire().await?;
        let named: Vec<_> = seen.calls.iter().map(|call| &call.invocation).map(fact).collect();
        let known = recording.scopes_of(&mut connection, &Facts { calls: named, lines: Vec::new() }).await?;
        database::begin(&mut connection).await?;
        let mut fresh = Vec::new();
        let written = async {
            let found = put(&mut connection, seen).await?;
            fresh = found;
            let facts = Facts { calls: fresh.iter().map(fact).collect(), lines: Vec::new() };
            record::store(&mut connection, &facts, &known, recording.now).await?;
            put_cursor(&mut connection, &seen.cursor).await
        };
        let written = written.await;
        database::end(&mut connection, written).await?;
        recording.stored(&Facts { calls: fresh.iter().map(fact).collect(), lines: Vec::new() });
        self.upkeep().stored(0);
        Ok(fresh)
    }
}

/// When the handler began.
fn handled(invocation: &Invocation) -> Micros {
    Micros(invocation.started_us.0.saturating_add(invocation.phases.init_us.0))
}

fn fact(invocation: &Invocation) -> Fact<'_> {
    Fact { invocation, payloads: None, may_be_there: false }
}

/// Servers and their changes; answers the calls that are new, ready to be stored.
async fn put(connection: &mut SqliteConnection, seen: &Seen) -> Result<Vec<Invocation>> {
    let mut numbers = Numbers::default();
    let mut environments: HashMap<EnvironmentId, Environment> = HashMap::new();
    for told in &seen.environments {
        let merged = merged(connection, &mut numbers, told).await?;
        environments.insert(told.id.clone(), merged);
    }
    let mut fresh: Vec<Invocation> = Vec::new();
    for call in &seen.calls {
        let Some(id) = free_name(connection, &call.invocation, &fresh, seen.same_within).await? else {
            continue;
        };
        let mut invocation = Invocation { request_id: id, ..call.invocation.clone() };
        if let Some(server) = invocation.environment_id.as_ref().and_then(|id| environments.get_mut(id)) {
            invocation.environment_number = Some(server.number);
            server.invocations = server.invocations.saturating_add(1);
            server.busy_us = Micros(server.busy_us.0.saturating_add(invocation.phases.invoke_us.0));
            let bytes = u64::from(invocation.max_memory_mb) << 20;
            server.max_memory_bytes = server.max_memory_bytes.max(bytes);
        }
        let transitions: Vec<EnvironmentTransition> = call
            .transitions
            .iter()
            .map(|one| EnvironmentTransition {
                request_id: one.request_id.as_ref().map(|_| invocation.request_id.clone()),
                ..one.clone()
            })
            .collect();
        environments::insert_transitions(connection, &transitions.iter().collect::<Vec<_>>()).await?;
        fresh.push(invocation);
    }
    for environment in environments.values() {
        environments::put(connection, environment).await?;
    }
    Ok(fresh)
}

/// The last number of each function's servers, as far as it was asked.
#[derive(Default)]
struct Numbers(HashMap<FunctionId, u32>);

impl Numbers {
    async fn next(&mut self, connection: &mut SqliteConnection, function: &FunctionId) -> Result<u32> {
        let last = if let Some(last) = self.0.get(function) {
            *last
        } else {
            let last: Option<i64> =
                sqlx::query_scalar("SELECT MAX(number) FROM environments WHERE function_id = ?")
                    .bind(function.as_str())
                    .fetch_one(connection)
                    .await?;
            u32::try_from(last.unwrap_or(0)).unwrap_or(u32::MAX)
        };
        let next = last.saturating_add(1);
        self.0.insert(function.clone(), next);
        Ok(next)
    }
}

/// A server with what is known of it already.
async fn merged(
    connection: &mut SqliteConnection,
    numbers: &mut Numbers,
    told: &Environment,
) -> Result<Environment> {
    let Some(before) = environments::one(connection, &told.id).await? else {
        let number = numbers.next(connection, &told.function_id).await?;
        return Ok(Environment { number, invocations: 0, busy_us: Micros::ZERO, ..told.clone() });
    };
    let is_newer = told.state_since_us >= before.state_since_us;
    Ok(Environment {
        born_us: before.born_us.min(told.born_us),
        init_us: before.init_us.or(told.init_us),
        ended_us: before.ended_us.max(told.ended_us),
        state: if is_newer { told.state } else { before.state },
        state_since_us: before.state_since_us.max(told.state_since_us),
        ..before
    })
}

/// The id under which a call is stored; none when it is there. Retries of a call, and calls of one trace, share an id of
/// the vendor's: those after the first have their instant in it.
async fn free_name(
    connection: &mut SqliteConnection,
    invocation: &Invocation,
    fresh: &[Invocation],
    same_within: Micros,
) -> Result<Option<RequestId>> {
    let id = invocation.request_id.as_str();
    let day = invocation.started_us.0.div_euclid(DAY_US);
    // Not its arrival: whether a server was born for it may be told by a line outside of what was read this time.
    let started = handled(invocation);
    // Everything from the id itself to what follows its hyphen: `.` comes after `-`.
    let mut rows: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT i.request_id, i.started_us + i.init_us, s.id FROM invocations i JOIN scopes s ON s.key = i.function_key
         WHERE i.started_us / 86400000000 IN (?1, ?2, ?3) AND i.request_id >= ?4 AND i.request_id < ?5",
    )
    .bind(day - 1)
    .bind(day)
    .bind(day + 1)
    .bind(id)
    .bind(format!("{id}."))
    .fetch_all(connection)
    .await?;
    let new = fresh.iter().filter(|one| {
        one.request_id.as_str() == id || one.request_id.as_str().starts_with(&format!("{id}{AT}"))
    });
    rows.extend(new.map(|one| (one.request_id.0.clone(), handled(one).0, one.function_id.0.clone())));
    let named = |name: &str| name == id || name.strip_prefix(id).is_some_and(|rest| rest.starts_with(AT));
    rows.retain(|(name, ..)| named(name));
    let is_there = rows.iter().any(|(_, at, function)| {
        *function == invocation.function_id.0 && (at - started.0).abs() <= same_within.0
    });
    if is_there {
        return Ok(None);
    }
    if rows.is_empty() {
        return Ok(Some(invocation.request_id.clone()));
    }
    // Two calls of one id that began in one microsecond, in two functions of one trace.
    let mut at = started.0;
    loop {
        let name = format!("{id}{AT}{at}");
        if !rows.iter().any(|(known, ..)| *known == name) {
            return Ok(Some(RequestId(name)));
        }
        at += 1;
    }
}

async fn put_cursor(connection: &mut SqliteConnection, cursor: &LogCursor) -> Result<()> {
    sqlx::query(
        "INSERT INTO log_cursors (account, location, name, read_to_us, read_us) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (account, location, name) DO UPDATE SET
             read_to_us = MAX(read_to_us, excluded.read_to_us), read_us = excluded.read_us",
    )
    .bind(&cursor.account)
    .bind(&cursor.location)
    .bind(&cursor.name)
    .bind(cursor.read_to_us.0)
    .bind(cursor.read_us.0)
    .execute(connection)
    .await?;
    Ok(())
}
