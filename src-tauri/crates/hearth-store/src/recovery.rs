//! What a start does about the life before it: replays the journal, marks what was running as lost and what
//! lived as ended. Must not know how that life ended.

use crate::database::{self, Database};
use crate::error::Result;
use crate::journal::{self, Journal, Record};
use crate::rollup::RollupChanges;
use crate::{environments, invocations};
use hearth_model::{EnvironmentState, EnvironmentTransition, InvocationPayloads, Micros, Outcome};
use sqlx::{SqliteConnection, SqlitePool};
use std::path::Path;

/// Moves every record of the journal's folder into SQLite. Harmless to do twice.
pub(crate) async fn replay(write: &SqlitePool, folder: &Path) -> Result<()> {
    for path in journal::segments(folder)?.values() {
        let records = journal::read(path)?;
        let mut connection = write.acquire().await?;
        database::begin(&mut connection).await?;
        let written = finish_all(&mut connection, &records).await;
        database::end(&mut connection, written).await?;
    }
    Ok(())
}

async fn finish_all(connection: &mut SqliteConnection, records: &[Record]) -> Result<()> {
    let mut rollups = RollupChanges::default();
    for (invocation, payloads) in records {
        match invocation.outcome {
            Outcome::Running => invocations::begin(connection, invocation).await?,
            _ => invocations::finish(connection, invocation, payloads, &mut rollups).await?,
        }
    }
    rollups.write(connection).await
}

/// Brings the ledger to the state of a Hearth in which nothing runs.
pub(crate) async fn recover(
    database: &Database,
    journal: &mut Journal,
    folder: &Path,
    now: Micros,
) -> Result<()> {
    replay(&database.write, folder).await?;
    journal.forget_earlier()?;
    let mut connection = database.write.acquire().await?;
    database::begin(&mut connection).await?;
    let written = end_the_life_before(&mut connection, now).await;
    database::end(&mut connection, written).await
}

async fn end_the_life_before(connection: &mut SqliteConnection, now: Micros) -> Result<()> {
    let last_sign = last_sign_of_life(connection).await?.unwrap_or(now).min(now);
    lose_running(connection).await?;
    end_live(connection, last_sign).await
}

async fn lose_running(connection: &mut SqliteConnection) -> Result<()> {
    let mut rollups = RollupChanges::default();
    for mut invocation in invocations::running(connection).await? {
        invocation.outcome = Outcome::Lost;
        invocation.error_message = Some("Hearth ended while this ran".to_owned());
        invocations::finish(connection, &invocation, &InvocationPayloads::default(), &mut rollups).await?;
    }
    rollups.write(connection).await
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
            environments::insert_transition(connection, &transition).await?;
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
