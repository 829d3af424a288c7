//! What a start does about the life before it: replays the journal, marks what was running as lost, what lived as ended,
//! and changes in accounts that were being made as left. Must not know how that life ended.

use crate::database::{self, Database};
use crate::error::Result;
use crate::journal::{self, Journal, Record};
use crate::record::{Fact, Facts, Recording};
use crate::{environments, invocations, unfinished};
use hearth_model::{EnvironmentState, EnvironmentTransition, Invocation, Micros, Outcome, RequestId};
use sqlx::{SqliteConnection, SqlitePool};
use std::collections::HashSet;
use std::path::Path;

/// Moves every record of the journal's folder into SQLite. Harmless to do twice.
pub(crate) async fn replay(write: &SqlitePool, folder: &Path, recording: Recording<'_>) -> Result<()> {
    for path in journal::segments(folder)?.values() {
        let records = journal::read(path)?;
        recording.commit(write, &facts_of(&records)).await?;
    }
    Ok(())
}

/// Calls that began are left out where their end is known too.
fn facts_of(records: &[Record]) -> Facts<'_> {
    let is_running = |invocation: &Invocation| invocation.outcome == Outcome::Running;
    let ended: HashSet<&RequestId> =
        records.iter().filter(|record| !is_running(&record.0)).map(|record| &record.0.request_id).collect();
    let told = records
        .iter()
        .filter(|(invocation, _)| !is_running(invocation) || !ended.contains(&invocation.request_id));
    let calls =
        told.map(|(invocation, payloads)| Fact { invocation, payloads: Some(payloads), may_be_there: true });
    Facts { calls: calls.collect(), lines: Vec::new() }
}

/// Brings the ledger to the state of a Hearth in which nothing runs.
pub(crate) async fn recover(
    database: &Database,
    journal: &mut Journal,
    folder: &Path,
    recording: Recording<'_>,
) -> Result<()> {
    replay(&database.write, folder, recording).await?;
    journal.forget_earlier()?;
    lose_running(&database.write, recording).await?;
    let mut connection = database.write.acquire().await?;
    database::begin(&mut connection).await?;
    let written = end_the_life_before(&mut connection, recording.now).await;
    database::end(&mut connection, written).await
}

async fn end_the_life_before(connection: &mut SqliteConnection, now: Micros) -> Result<()> {
    let last_sign = last_sign_of_life(connection).await?.unwrap_or(now).min(now);
    end_live(connection, last_sign).await?;
    unfinished::leave(connection).await
}

async fn lose_running(write: &SqlitePool, recording: Recording<'_>) -> Result<()> {
    let mut connection = write.acquire().await?;
    let mut running = invocations::running(&mut connection).await?;
    drop(connection);
    for invocation in &mut running {
        invocation.outcome = Outcome::Lost;
        invocation.error_message = Some("Hearth ended while this ran".to_owned());
    }
    let calls = running.iter().map(|invocation| Fact { invocation, payloads: None, may_be_there: true });
    let facts = Facts { calls: calls.collect(), lines: Vec::new() };
    recording.commit(write, &facts).await.map(drop)
}

async fn end_live(connection: &mut SqliteConnection, last_sign: Micros) -> Result<()> {
    for mut environment in environments::live(connection).await? {
        let at = last_sign.max(environment.state_since_us);
        environment.ended_us = Some(at);
        environment.end_reason = Some("Hearth ended".to_owned());
        if !environment.state.is_final() {
            environment.state = EnvironmentState::Reaped;
            environment.state_since_us = at;
            let transition = EnvironmentTransition {
                environment_id: environment.id.clone(),
                function_id: environment.function_id.clone(),
                at_us: at,
                state: EnvironmentState::Reaped,
                request_id: None,
            };
            environments::insert_transitions(connection, &[&transition]).await?;
        }
        environment.pid = None;
        environments::put(connection, &environment).await?;
    }
    Ok(())
}

/// The last instant that anything was recorded at: nobody knows when a killed Hearth really ended.
async fn last_sign_of_life(connection: &mut SqliteConnection) -> Result<Option<Micros>> {
    let last = sqlx::query_scalar!(
        "SELECT MAX(at_us) AS \"at: i64\" FROM (
             SELECT MAX(at_us) AS at_us FROM environment_transitions
             UNION ALL SELECT MAX(started_us) FROM invocations
             UNION ALL SELECT at_us FROM log_lines WHERE id = (SELECT MAX(id) FROM log_lines))"
    )
    .fetch_one(connection)
    .await?;
    Ok(last.map(Micros))
}
