//! Taking a ledger elsewhere: a copy in one file, and bringing what such a file holds into this ledger, as often as
//! one likes. Owns what is the same when it comes twice. Must not know who asked.

use crate::database::{self, Database};
use crate::error::{Error, Result};
use crate::invocations::{COLUMNS, InvocationRow};
use crate::logs::LogRow;
use crate::past::Past;
use crate::record::{Facts, first_id};
use crate::retention::{RAW_FROM, WHOLE_FROM};
use crate::rollup::{Billed, Rollup, RollupChanges};
use crate::rollup_rows::SumsRow;
use crate::scopes::Scopes;
use crate::store::Store;
use crate::{Batch, catalogue_transfer, demo, rebuild, state, words};
use hearth_model::{FunctionId, Invocation, InvocationPayloads, LogLine, Micros, Outcome, RequestId};
use sqlx::{Connection as _, QueryBuilder, Row as _, Sqlite, SqliteConnection};
use std::path::{Path, PathBuf};

const PAGE: i64 = 5_000;

/// What an import has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Functions that were not there.
    pub functions: u64,
    /// Invocations that were not there.
    pub invocations: u64,
    /// Log lines that were not there.
    pub log_lines: u64,
    /// Hours of functions whose invocations were deleted before and of which the figures came.
    pub hours: u64,
}

impl Store {
    /// Writes everything that is recorded into one new file, which is a ledger itself, and tells its size. Others
    /// read and write meanwhile. The demo stays behind: what leaves is real.
    pub async fn export(&self, target: &Path) -> Result<u64> {
        self.flush().await?;
        if target.exists() {
            return Err(Error::Exists(target.to_owned()));
        }
        let mut connection = database::open_writing_elsewhere(self.data_dir()).await?;
        let written = sqlx::query("VACUUM INTO ?")
            .bind(target.to_string_lossy().into_owned())
            .execute(&mut connection)
            .await;
        connection.close().await.ok();
        let stripped = match written {
            Ok(_) => strip(target).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = stripped {
            // What is half written is no use to anybody.
            std::fs::remove_file(target).ok();
            return Err(error);
        }
        Ok(std::fs::metadata(target).map_err(Error::file(target))?.len())
    }

    /// Brings in what a file holds that is not here: invocations by request id, and for days whose raw rows are
    /// gone here or there the figures of hours that this ledger has nothing of. Functions of this computer come as
    /// deleted ones, since their code is not in a ledger. Harmless to do twice.
    pub async fn import(&self, file: &Path) -> Result<Imported> {
        self.flush().await?;
        let scratch = Scratch(self.data_dir().join("import"));
        let file = self.brought_up_to_date(file, &scratch).await.map_err(not_a_ledger)?;
        let mut other = database::open_other(&file).await.map_err(not_a_ledger)?;
        let mut imported =
            Imported { functions: self.import_catalogue(&mut other).await?, ..Imported::default() };
        let there = state::get(&mut other, RAW_FROM).await?.unwrap_or(i64::MIN);
        let from = Micros(there).max(self.whole_from().await?);
        imported.invocations = self.import_calls(&mut other, from).await?;
        imported.log_lines = self.import_lines(&mut other, from).await?;
        imported.hours = self.import_hours(&mut other, from).await?;
        if imported.hours > 0 {
            let mut connection = self.writer().acquire().await?;
            state::set(&mut connection, WHOLE_FROM, from.0).await?;
        }
        other.close().await.ok();
        self.past().forget();
        Ok(imported)
    }

    /// The file itself, or a copy that was migrated.
    async fn brought_up_to_date(&self, file: &Path, scratch: &Scratch) -> Result<PathBuf> {
        let mut other = database::open_other(file).await?;
        let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut other).await?;
        let tables: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
                .fetch_one(&mut other)
                .await?;
        if tables == 0 {
            return Err(Error::Import { path: file.to_owned(), what: "it is not a ledger".to_owned() });
        }
        if version == database::KNOWN_VERSION {
            other.close().await.ok();
            return Ok(file.to_owned());
        }
        std::fs::remove_dir_all(&scratch.0).ok();
        std::fs::create_dir_all(&scratch.0).map_err(Error::file(&scratch.0))?;
        let copy = scratch.0.join("ledger.db");
        sqlx::query("PRAGMA query_only = 0").execute(&mut other).await?;
        sqlx::query("VACUUM INTO ?").bind(copy.to_string_lossy().into_owned()).execute(&mut other).await?;
        other.close().await.ok();
        let migrated = Database::open(&scratch.0, self.clock(), &database::migrations()).await?;
        let (scopes, past) = (Scopes::default(), Past::default());
        let recording = crate::record::Recording { scopes: &scopes, past: &past, now: self.now() };
        rebuild::rebuild_if_stale(&migrated, recording).await?;
        migrated.close().await;
        Ok(copy)
    }

    async fn import_catalogue(&self, other: &mut SqliteConnection) -> Result<u64> {
        let mut connection = self.writer().acquire().await?;
        database::begin(&mut connection).await?;
        let mut functions = 0;
        let written = async {
            functions = catalogue_transfer::copy(other, &mut connection, self.now()).await?;
            Ok(())
        };
        let written = written.await;
        database::end(&mut connection, written).await?;
        Ok(functions)
    }

    async fn import_calls(&self, other: &mut SqliteConnection, from: Micros) -> Result<u64> {
        let mut after = first_id(from).saturating_sub(1);
        let mut added = 0;
        loop {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(COLUMNS);
            query.push(
                "invocations i NOT INDEXED CROSS JOIN scopes s ON s.key = i.function_key
                     WHERE s.account NOT GLOB 'demo*' AND i.id > ",
            );
            query.push_bind(after).push(" AND i.outcome <> ").push_bind(Outcome::Running.as_str());
            query.push(" ORDER BY i.id LIMIT ").push_bind(PAGE);
            let rows: Vec<InvocationRow> = query.build_query_as().fetch_all(&mut *other).await?;
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(added) };
            let payloads: Vec<(i64, Vec<u8>, Vec<u8>, bool)> = sqlx::query_as(
                "SELECT id, event, response, truncated FROM invocation_payloads WHERE id >= ? AND id <= ? ORDER BY id",
            )
            .bind(first.id)
            .bind(last.id)
            .fetch_all(&mut *other)
            .await?;
            after = last.id;
            let mut payloads = payloads.into_iter().peekable();
            let mut batch = Batch::default();
            for row in rows {
                while payloads.next_if(|payload| payload.0 < row.id).is_some() {}
                let payload = payloads.next_if(|payload| payload.0 == row.id);
                let payload = payload.map(|(_, event, response, truncated)| InvocationPayloads {
                    event,
                    response,
                    truncated,
                });
                batch.invocations.push((Invocation::try_from(row)?, payload));
            }
            added += self.ingest(&batch).await?;
        }
    }

    async fn import_lines(&self, other: &mut SqliteConnection, from: Micros) -> Result<u64> {
        let mut after = 0_i64;
        let mut added = 0;
        loop {
            let rows: Vec<LogRow> = sqlx::query_as(
                "SELECT l.id, l.at_us, s.id AS function_id, l.environment_id, l.request_id, l.origin, l.level, l.text
                 FROM log_lines l CROSS JOIN scopes s ON s.key = l.function_key
                 WHERE s.account NOT GLOB 'demo*' AND l.id > ? AND l.at_us >= ? ORDER BY l.id LIMIT ?",
            )
            .bind(after)
            .bind(from.0)
            .bind(PAGE)
            .fetch_all(&mut *other)
            .await?;
            let Some(last) = rows.last() else { return Ok(added) };
            after = last.id();
            let lines: Vec<LogLine> = rows.into_iter().map(LogLine::try_from).collect::<Result<_>>()?;
            let mut fresh = Vec::new();
            for line in &lines {
                if !self.has_line(line).await? {
                    fresh.push(line);
                }
            }
            let facts = Facts { calls: Vec::new(), lines: fresh };
            self.recording().commit(self.writer(), &facts).await?;
            self.upkeep().stored(facts.lines.len());
            added += facts.lines.len() as u64;
        }
    }

    async fn has_line(&self, line: &LogLine) -> Result<bool> {
        let request = line.request_id.as_ref().map(RequestId::as_str);
        let there: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM log_lines WHERE at_us / 86400000000 = ?1 / 86400000000 AND request_id IS ?2
                 AND at_us = ?1 AND text = ?3 LIMIT 1",
        )
        .bind(line.at_us.0)
        .bind(request)
        .bind(&line.text)
        .fetch_optional(self.reader())
        .await?;
        Ok(there.is_some())
    }

    /// Figures of hours before `from`, for which one of both ledgers has no raw rows any more.
    async fn import_hours(&self, other: &mut SqliteConnection, from: Micros) -> Result<u64> {
        if from.0 == i64::MIN {
            return Ok(0);
        }
        let functions: Vec<(i64, String, String)> =
            sqlx::query_as("SELECT key, id, name FROM scopes WHERE kind = 'function' AND account NOT GLOB 'demo*' ORDER BY key")
                .fetch_all(&mut *other)
                .await?;
        let mut added = 0;
        for (key, id, name) in functions {
            let id = FunctionId(id);
            let hours = hours_of(other, key, from).await?;
            if hours.is_empty() {
                continue;
            }
            let mut connection = self.writer().acquire().await?;
            let scopes = self.scopes().resolve(&mut connection, &[(&id, name.as_str())]).await?;
            let Some(scopes) = scopes.get(&id).copied() else { continue };
            let here: Vec<i64> = sqlx::query_scalar(
                "SELECT at_us FROM rollups WHERE grain = 'hour' AND scope = ? AND at_us < ? ORDER BY at_us",
            )
            .bind(scopes.function)
            .bind(from.0)
            .fetch_all(&mut *connection)
            .await?;
            let mut changes = RollupChanges::at(self.now());
            for (at, rollup) in hours.iter().filter(|(at, _)| here.binary_search(at).is_err()) {
                changes.add_hour(scopes, Micros(*at), rollup);
                added += 1;
            }
            database::begin(&mut connection).await?;
            let written = changes.write(&mut connection).await;
            database::end(&mut connection, written).await?;
        }
        Ok(added)
    }
}

/// Takes the demo out of a file that was just written.
async fn strip(target: &Path) -> Result<()> {
    let mut copy = database::open_copy(target).await?;
    let stripped = demo::strip(&mut copy).await;
    copy.close().await.ok();
    stripped
}

/// The figures of a function's hours before an instant.
async fn hours_of(other: &mut SqliteConnection, scope: i64, before: Micros) -> Result<Vec<(i64, Rollup)>> {
    #[derive(sqlx::FromRow)]
    struct HourRow {
        #[sqlx(flatten)]
        sums: SumsRow,
        duration: Option<Vec<u8>>,
        init: Option<Vec<u8>>,
    }
    let rows: Vec<HourRow> = sqlx::query_as(
        "SELECT r.*, k.duration, k.init FROM rollups r
         LEFT JOIN rollup_sketches k ON k.grain = r.grain AND k.scope = r.scope AND k.at_us = r.at_us
         WHERE r.grain = 'hour' AND r.scope = ? AND r.at_us < ? ORDER BY r.at_us",
    )
    .bind(scope)
    .bind(before.0)
    .fetch_all(&mut *other)
    .await?;
    let mut hours = Vec::with_capacity(rows.len());
    for row in rows {
        let mut rollup = Rollup { sums: row.sums.sums(), ..Rollup::default() };
        rollup.duration.merge_blob(row.duration.as_deref())?;
        rollup.init.merge_blob(row.init.as_deref())?;
        hours.push((row.sums.at_us, rollup));
    }
    let sizes = sqlx::query(
        "SELECT at_us, memory_mb, architecture, requests, compute_ms, init_ms, storage_mb_ms, event_bytes,
             response_bytes
         FROM usage WHERE grain = 'hour' AND scope = ? AND at_us < ? ORDER BY at_us",
    )
    .bind(scope)
    .bind(before.0)
    .fetch_all(other)
    .await?;
    for row in sizes {
        let at: i64 = row.try_get(0)?;
        let architecture: String = row.try_get(2)?;
        let billed = Billed {
            requests: row.try_get(3)?,
            compute_ms: row.try_get(4)?,
            init_ms: row.try_get(5)?,
            storage_mb_ms: row.try_get(6)?,
            event_bytes: row.try_get(7)?,
            response_bytes: row.try_get(8)?,
        };
        let memory: i64 = row.try_get(1)?;
        if let Ok(index) = hours.binary_search_by_key(&at, |(at, _)| *at) {
            let size = (memory as u32, words::parse("architecture", &architecture)?);
            hours[index].1.add_billed(size, &billed);
        }
    }
    Ok(hours)
}

/// A file of somebody's that cannot be read is no damage to this ledger.
fn not_a_ledger(error: Error) -> Error {
    match error {
        Error::Damaged { path, what } => Error::Import { path, what },
        other => other,
    }
}

/// A folder that goes away again.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
