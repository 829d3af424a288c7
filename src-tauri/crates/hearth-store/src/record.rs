//! Recording: facts and their rollups in one transaction, many rows a statement. Owns ids of invocations and that
//! each is stored and counted exactly once. Must not know the journal or where facts come from.

use crate::database;
use crate::error::{Error, Result};
use crate::past::Past;
use crate::pieces::{ManyRows, Values};
use crate::rollup::RollupChanges;
use crate::scopes::{FunctionScopes, Scopes};
use crate::{log_rows, words};
use hearth_model::{
    EnvironmentId, FunctionId, Grain, Invocation, InvocationPayloads, LogLine, Micros, Outcome,
};
use sqlx::{SqliteConnection, SqlitePool};
use std::collections::HashMap;

/// Ids of one microsecond: the instant shifted left by 10 bits, and a number.
const IDS_PER_MICRO: i64 = 1 << 10;
/// Storage of every function of the local runtime, which is Lambda's usual.
pub(crate) const USUAL_STORAGE_MB: i64 = 512;

/// The first id of an instant. Instants that no calendar has are kept at its ends.
pub(crate) fn first_id(at: Micros) -> i64 {
    at.0.clamp(i64::MIN / IDS_PER_MICRO, i64::MAX / IDS_PER_MICRO - 1) * IDS_PER_MICRO
}

/// A row that is taken ends it and leaves the ones before it: to take those back SQLite would have to copy every page
/// that the statement touches, for each statement.
static INSERT: ManyRows = ManyRows::new(
    "INSERT OR FAIL INTO invocations (id, request_id, function_key, version, environment_id, environment_number, started_us,
         outcome, start, queue_us, init_us, invoke_us, freeze_us, billed_ms, memory_mb, max_memory_mb, storage_mb,
         architecture, event_bytes, response_bytes, error_type, error_message, source) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "",
    256,
);

static REPLACE: ManyRows = ManyRows::new(
    "INSERT OR REPLACE INTO invocations (id, request_id, function_key, version, environment_id, environment_number,
         started_us, outcome, start, queue_us, init_us, invoke_us, freeze_us, billed_ms, memory_mb, max_memory_mb,
         storage_mb, architecture, event_bytes, response_bytes, error_type, error_message, source) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "",
    1,
);

static PAYLOADS: ManyRows = ManyRows::new(
    "INSERT OR REPLACE INTO invocation_payloads (id, event, response, truncated) VALUES ",
    "(?, ?, ?, ?)",
    "",
    16,
);

/// One invocation to store.
#[derive(Clone, Copy)]
pub(crate) struct Fact<'a> {
    pub(crate) invocation: &'a Invocation,
    pub(crate) payloads: Option<&'a InvocationPayloads>,
    /// Whether it is likely that the ledger has it already, as one that is running.
    pub(crate) may_be_there: bool,
}

/// Everything that one transaction stores of calls and logs.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    pub(crate) calls: Vec<Fact<'a>>,
    pub(crate) lines: Vec<&'a LogLine>,
}

impl Facts<'_> {
    /// When the first of them was.
    fn earliest(&self) -> Option<Micros> {
        let calls = self.calls.iter().map(|fact| fact.invocation.started_us);
        calls.chain(self.lines.iter().map(|line| line.at_us)).min()
    }

    /// Ids and names of the functions, each once.
    fn functions(&self) -> Vec<(&FunctionId, &str)> {
        let mut functions: HashMap<&FunctionId, &str> = HashMap::new();
        for fact in &self.calls {
            functions.insert(&fact.invocation.function_id, fact.invocation.function_name.as_str());
        }
        for line in &self.lines {
            functions.entry(&line.function_id).or_insert(line.function_id.as_str());
        }
        functions.into_iter().collect()
    }
}

/// What a transaction of facts needs to know, and whom it tells.
#[derive(Clone, Copy)]
pub(crate) struct Recording<'a> {
    pub(crate) scopes: &'a Scopes,
    pub(crate) past: &'a Past,
    pub(crate) now: Micros,
}

impl Recording<'_> {
    /// Stores facts in a transaction of their own. Tells how many invocations were new or ended now.
    pub(crate) async fn commit(self, pool: &SqlitePool, facts: &Facts<'_>) -> Result<u64> {
        let mut connection = pool.acquire().await?;
        let known = self.scopes.resolve(&mut connection, &facts.functions()).await?;
        database::begin(&mut connection).await?;
        let mut ended = 0;
        let written = async {
            ended = store(&mut connection, facts, &known, self.now).await?;
            Ok(())
        };
        let written = written.await;
        database::end(&mut connection, written).await?;
        self.stored(facts);
        Ok(ended)
    }

    /// To be told after the transaction.
    pub(crate) fn stored(self, facts: &Facts<'_>) {
        if let Some(earliest) = facts.earliest() {
            self.past.changed(Grain::Hour.floor(earliest));
        }
    }

    /// The scopes of the functions of these facts, to be asked for before the transaction begins.
    pub(crate) async fn scopes_of(
        self,
        connection: &mut SqliteConnection,
        facts: &Facts<'_>,
    ) -> Result<HashMap<FunctionId, FunctionScopes>> {
        self.scopes.resolve(connection, &facts.functions()).await
    }
}

/// Stores facts inside a transaction.
pub(crate) async fn store(
    connection: &mut SqliteConnection,
    facts: &Facts<'_>,
    scopes: &HashMap<FunctionId, FunctionScopes>,
    now: Micros,
) -> Result<u64> {
    let mut changes = RollupChanges::at(now);
    let ended = put_calls(connection, &facts.calls, scopes, &mut changes).await?;
    log_rows::insert(connection, &facts.lines, scopes, &mut changes).await?;
    changes.write(connection).await?;
    Ok(ended)
}

/// A fact with the id that it is likely to get and its function's scopes.
#[derive(Clone, Copy)]
struct Row<'a> {
    id: i64,
    fact: Fact<'a>,
    scopes: FunctionScopes,
}

pub(crate) fn scopes_of(
    scopes: &HashMap<FunctionId, FunctionScopes>,
    function: &FunctionId,
) -> Result<FunctionScopes> {
    let known = scopes.get(function).copied();
    known.ok_or_else(|| Error::Unknown { what: "a function without a scope,", value: function.0.clone() })
}

async fn put_calls(
    connection: &mut SqliteConnection,
    facts: &[Fact<'_>],
    scopes: &HashMap<FunctionId, FunctionScopes>,
    changes: &mut RollupChanges,
) -> Result<u64> {
    let mut ended = 0;
    let mut fresh: Vec<Row<'_>> = Vec::with_capacity(facts.len());
    let mut stored: Vec<Row<'_>> = Vec::with_capacity(facts.len());
    for fact in facts {
        let invocation = fact.invocation;
        let row = Row {
            id: first_id(invocation.started_us),
            fact: *fact,
            scopes: scopes_of(scopes, &invocation.function_id)?,
        };
        if fact.may_be_there {
            stored.extend(put_one(connection, row).await?);
        } else {
            fresh.push(row);
        }
    }
    // Stable: calls of one microsecond keep their order.
    fresh.sort_by_key(|row| row.id);
    for index in 1..fresh.len() {
        let before = fresh[index - 1].id;
        if fresh[index].id <= before {
            fresh[index].id = before + 1;
        }
    }
    let mut counted = 0;
    let mut pieces = INSERT.pieces(&fresh).into_iter();
    let mut next =
        move || pieces.next().map(|piece| Ok::<_, Error>((piece, ManyRows::ready(piece, bind)?))).transpose();
    let mut ready = next()?;
    while let Some((piece, values)) = ready {
        let (inserted, following) = INSERT
            .step(connection, values, || {
                ended += count(&stored[counted..], changes);
                next()
            })
            .await;
        counted = stored.len();
        let new = new_rows(connection, inserted, piece.len()).await?;
        stored.extend_from_slice(&piece[..new]);
        for row in &piece[new..] {
            stored.extend(
                put_one(connection, Row { id: first_id(row.fact.invocation.started_us), ..*row }).await?,
            );
        }
        ready = following?;
    }
    keep_payloads(connection, &stored).await?;
    keep_errors(connection, &stored).await?;
    Ok(ended + count(&stored[counted..], changes))
}

/// Counts those that have ended, and tells how many.
fn count(stored: &[Row<'_>], changes: &mut RollupChanges) -> u64 {
    let ended = stored.iter().filter(|row| row.fact.invocation.outcome != Outcome::Running);
    ended.map(|row| changes.add(row.scopes, row.fact.invocation, USUAL_STORAGE_MB)).count() as u64
}

/// How many rows of a piece were stored: those before the first that was there already.
async fn new_rows(
    connection: &mut SqliteConnection,
    inserted: sqlx::Result<()>,
    piece: usize,
) -> Result<usize> {
    match inserted {
        Ok(()) => Ok(piece),
        Err(sqlx::Error::Database(error))
            if error.is_unique_violation() || is_taken(error.code().as_deref()) =>
        {
            let stored: i64 = sqlx::query_scalar("SELECT changes()").fetch_one(connection).await?;
            Ok(stored as usize)
        }
        Err(error) => Err(error.into()),
    }
}

/// SQLite's codes for a primary key, a row id and a unique index that are taken.
fn is_taken(code: Option<&str>) -> bool {
    matches!(code, Some("1555" | "2579" | "2067"))
}

/// Stores one row after a look at what is there. None when it was stored before.
async fn put_one<'a>(connection: &mut SqliteConnection, row: Row<'a>) -> Result<Option<Row<'a>>> {
    let invocation = row.fact.invocation;
    let (id, started) = (invocation.request_id.as_str(), invocation.started_us.0);
    let there = sqlx::query!(
        "SELECT id, outcome FROM invocations WHERE started_us / 86400000000 = ?1 / 86400000000 AND request_id = ?2",
        started,
        id
    )
    .fetch_optional(&mut *connection)
    .await?;
    let running = Outcome::Running.as_str();
    let id = match there {
        Some(there) if there.outcome != running || invocation.outcome == Outcome::Running => return Ok(None),
        Some(there) => there.id,
        None => free_id(connection, row.id).await?,
    };
    let row = Row { id, ..row };
    let mut values = Values::default();
    bind(&mut values, &row)?;
    sqlx::query_with(REPLACE.text(1), values.into_inner()).execute(connection).await?;
    Ok(Some(row))
}

/// The first free id from `first` on.
async fn free_id(connection: &mut SqliteConnection, first: i64) -> Result<i64> {
    let mut first = first;
    loop {
        let end = first + IDS_PER_MICRO;
        let last = sqlx::query_scalar!(
            r#"SELECT MAX(id) AS "id: i64" FROM invocations WHERE id >= ? AND id < ?"#,
            first,
            end
        )
        .fetch_one(&mut *connection)
        .await?;
        match last {
            None => return Ok(first),
            Some(last) if last + 1 < end => return Ok(last + 1),
            Some(_) => first = end,
        }
    }
}

fn bind(values: &mut Values, row: &Row<'_>) -> Result<()> {
    let invocation = row.fact.invocation;
    let phases = invocation.phases;
    values.add(row.id)?;
    values.text(invocation.request_id.as_str())?;
    values.add(row.scopes.function)?;
    values.add(invocation.version)?;
    values.maybe_text(invocation.environment_id.as_ref().map(EnvironmentId::as_str))?;
    values.add(invocation.environment_number)?;
    values.add(invocation.started_us.0)?;
    values.word(invocation.outcome.as_str())?;
    values.word(invocation.start.as_str())?;
    for micros in [phases.queue_us, phases.init_us, phases.invoke_us, phases.freeze_us] {
        values.add(micros.0)?;
    }
    values.add(invocation.billed_ms as i64)?;
    values.add(invocation.memory_mb)?;
    values.add(invocation.max_memory_mb)?;
    values.add(USUAL_STORAGE_MB)?;
    values.word(words::architecture(invocation.architecture))?;
    values.add(invocation.event_bytes as i64)?;
    values.add(invocation.response_bytes as i64)?;
    values.maybe_text(invocation.error_type.as_deref())?;
    values.maybe_text(invocation.error_message.as_deref())?;
    values.word(invocation.source.as_str())?;
    Ok(())
}

async fn keep_payloads(connection: &mut SqliteConnection, rows: &[Row<'_>]) -> Result<()> {
    let kept: Vec<(i64, &InvocationPayloads)> = rows
        .iter()
        .filter_map(|row| Some((row.id, row.fact.payloads?)))
        .filter(|(_, payloads)| !payloads.event.is_empty() || !payloads.response.is_empty())
        .collect();
    let bind = |values: &mut Values, (id, payloads): &(i64, &InvocationPayloads)| {
        values.add(*id)?;
        values.add(payloads.event.as_slice())?;
        values.add(payloads.response.as_slice())?;
        Ok(values.add(payloads.truncated)?)
    };
    PAYLOADS.run(connection, &kept, bind).await
}

/// Makes error texts findable.
async fn keep_errors(connection: &mut SqliteConnection, rows: &[Row<'_>]) -> Result<()> {
    for row in rows {
        let Invocation { error_type, error_message, .. } = row.fact.invocation;
        if error_type.is_none() && error_message.is_none() {
            continue;
        }
        let text = format!(
            "{}\n{}",
            error_type.as_deref().unwrap_or_default(),
            error_message.as_deref().unwrap_or_default()
        );
        sqlx::query("INSERT INTO invocation_search (rowid, text) VALUES (?, ?)")
            .bind(row.id)
            .bind(text)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
