//! Checking the ledger: the file itself, references between tables, and that rollups equal the raw rows wherever
//! those are there. Reads only. Must not repair anything.

use crate::error::Result;
use crate::rebuild::{add_calls, add_lines, known_scopes};
use crate::record::first_id;
use crate::rollup::{RollupChanges, StepKey, Sums, minutes_from};
use crate::rollup_rows::SumsRow;
use crate::sketch::Sketch;
use crate::store::Store;
use crate::{rebuild, retention};
use hearth_model::{Grain, Micros};
use sqlx::SqliteConnection;
use std::collections::BTreeMap;

/// Findings of one kind that are told one by one.
const TOLD: usize = 20;

/// What a check has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// What is wrong, in words for people; empty when all is well.
    pub problems: Vec<String>,
    /// Days whose rollups were compared with their raw rows.
    pub days: u64,
    /// Invocations that were read for it.
    pub invocations: u64,
}

/// What is stored, or what should be, of one step.
#[derive(Default, PartialEq)]
struct Step {
    sums: Sums,
    duration: Option<Vec<u8>>,
    init: Option<Vec<u8>>,
    /// Requests and billed milliseconds by size.
    billed: BTreeMap<(i64, String), (i64, i64, i64)>,
}

impl Store {
    /// Checks everything. Others read and write meanwhile.
    pub async fn check(&self) -> Result<CheckReport> {
        self.flush().await?;
        let mut connection = crate::database::open_reading(self.data_dir()).await?;
        let mut report = CheckReport::default();
        let lines: Vec<String> =
            sqlx::query_scalar("PRAGMA integrity_check(20)").fetch_all(&mut connection).await?;
        report.problems.extend(lines.into_iter().filter(|line| line != "ok"));
        let broken: Vec<(String, Option<i64>, String)> =
            sqlx::query_as("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 20")
                .fetch_all(&mut connection)
                .await?;
        report.problems.extend(broken.into_iter().map(|(table, row, parent)| {
            format!("row {} of {table} refers to a row of {parent} that is not there", row.unwrap_or(0))
        }));
        if report.problems.is_empty() {
            self.check_rollups(&mut connection, &mut report).await?;
        }
        Ok(report)
    }

    async fn check_rollups(&self, connection: &mut SqliteConnection, report: &mut CheckReport) -> Result<()> {
        let from = retention::whole_from(connection).await?;
        let days: Vec<i64> = sqlx::query_scalar(
            "SELECT DISTINCT at_us FROM rollups WHERE grain = 'day' AND scope IN (1, 2) AND at_us >= ?
             UNION SELECT DISTINCT started_us / 86400000000 * 86400000000 FROM invocations WHERE id >= ?
             ORDER BY 1",
        )
        .bind(from.0)
        .bind(first_id(from))
        .fetch_all(&mut *connection)
        .await?;
        for day in days {
            // One day is one view: what is stored meanwhile is in both or in neither.
            sqlx::query("BEGIN").execute(&mut *connection).await?;
            let problems = self.check_day(connection, Micros(day), report).await;
            sqlx::query("COMMIT").execute(&mut *connection).await?;
            report.problems.extend(problems?);
            report.days += 1;
            if report.problems.len() > TOLD {
                report.problems.push("and more; the check ended there".to_owned());
                break;
            }
        }
        Ok(())
    }

    async fn check_day(
        &self,
        connection: &mut SqliteConnection,
        day: Micros,
        report: &mut CheckReport,
    ) -> Result<Vec<String>> {
        if day < retention::whole_from(connection).await? {
            // Its raw rows were let go of while the check was at the days before.
            return Ok(Vec::new());
        }
        let now = self.now();
        let mut writer = self.writer().acquire().await?;
        let known = known_scopes(&mut writer, self.recording()).await?;
        drop(writer);
        let end = day + Grain::Day.length();
        let mut changes = RollupChanges::at(now);
        let mut after = first_id(day) - 1;
        while let Some((last, rows)) =
            add_calls(connection, &mut changes, &known, after, first_id(end)).await?
        {
            after = last;
            report.invocations += rows;
        }
        add_lines(connection, &mut changes, &known, day, end).await?;
        let mut wanted: BTreeMap<(String, i64, i64), Step> = BTreeMap::new();
        for (key, rollup) in changes.steps() {
            let (grain, scope, at): StepKey = key;
            let billed = rollup.billed.iter().filter(|_| grain != Grain::Minute.as_str());
            let step = Step {
                sums: rollup.sums,
                duration: rollup.duration.to_blob(),
                init: rollup.init.to_blob(),
                billed: billed
                    .map(|((memory, architecture), billed)| {
                        let size = (i64::from(*memory), crate::words::architecture(*architecture).to_owned());
                        (size, (billed.requests, billed.compute_ms, billed.init_ms))
                    })
                    .collect(),
            };
            wanted.insert((grain.to_owned(), scope, at), step);
        }
        let mut stored = stored_steps(connection, day, end).await?;
        // Minutes go when they are old enough, whenever somebody has the time for it.
        stored.retain(|(grain, _, at), _| grain != "minute" || *at >= minutes_from(now).0);
        Ok(differences(&wanted, &stored))
    }
}

fn differences(
    wanted: &BTreeMap<(String, i64, i64), Step>,
    stored: &BTreeMap<(String, i64, i64), Step>,
) -> Vec<String> {
    let mut problems = Vec::new();
    for (key, step) in wanted {
        let (grain, scope, at) = key;
        let what = match stored.get(key) {
            None => "is missing".to_owned(),
            Some(there) if there.sums != step.sums => format!(
                "tells {} calls and {} errors, its raw rows {} and {}",
                there.sums.invocations, there.sums.errors, step.sums.invocations, step.sums.errors
            ),
            Some(there) if there.billed != step.billed => {
                "tells other billed time than its raw rows".to_owned()
            }
            Some(there) if there != step => "has other percentiles than its raw rows".to_owned(),
            Some(_) => continue,
        };
        problems.push(format!("the {grain} at {at} of scope {scope} {what}"));
    }
    for (grain, scope, at) in stored.keys().filter(|key| !wanted.contains_key(*key)) {
        problems.push(format!("the {grain} at {at} of scope {scope} has no raw rows"));
    }
    problems
}

#[derive(sqlx::FromRow)]
struct StoredRow {
    grain: String,
    scope: i64,
    #[sqlx(flatten)]
    sums: SumsRow,
    duration: Option<Vec<u8>>,
    init: Option<Vec<u8>>,
}

async fn stored_steps(
    connection: &mut SqliteConnection,
    from: Micros,
    to: Micros,
) -> Result<BTreeMap<(String, i64, i64), Step>> {
    let rows: Vec<StoredRow> = sqlx::query_as(
        "SELECT r.*, k.duration, k.init
         FROM (VALUES ('minute'), ('hour'), ('day')) g CROSS JOIN scopes s
         CROSS JOIN rollups r ON r.grain = g.column1 AND r.scope = s.key AND r.at_us >= ? AND r.at_us < ?
         LEFT JOIN rollup_sketches k ON k.grain = r.grain AND k.scope = r.scope AND k.at_us = r.at_us",
    )
    .bind(from.0)
    .bind(to.0)
    .fetch_all(&mut *connection)
    .await?;
    let mut steps: BTreeMap<(String, i64, i64), Step> = BTreeMap::new();
    for row in rows {
        // Read and written again, so that only what they say is compared.
        let again = |blob: Option<Vec<u8>>| -> Result<Option<Vec<u8>>> {
            let mut sketch = Sketch::default();
            sketch.merge_blob(blob.as_deref())?;
            Ok(sketch.to_blob())
        };
        let step = Step {
            sums: row.sums.sums(),
            duration: again(row.duration)?,
            init: again(row.init)?,
            billed: BTreeMap::new(),
        };
        steps.insert((row.grain, row.scope, row.sums.at_us), step);
    }
    type UsageRow = (String, i64, i64, i64, String, i64, i64, i64);
    let rows: Vec<UsageRow> = sqlx::query_as(
        "SELECT u.grain, u.scope, u.at_us, u.memory_mb, u.architecture, u.requests, u.compute_ms, u.init_ms
         FROM (VALUES ('hour'), ('day')) g CROSS JOIN scopes s
         CROSS JOIN usage u ON u.grain = g.column1 AND u.scope = s.key AND u.at_us >= ? AND u.at_us < ?",
    )
    .bind(from.0)
    .bind(to.0)
    .fetch_all(connection)
    .await?;
    for (grain, scope, at, memory, architecture, requests, compute, init) in rows {
        let step = steps.entry((grain, scope, at)).or_default();
        step.billed.insert((memory, architecture), (requests, compute, init));
    }
    Ok(steps)
}

impl Store {
    /// Builds the rollups anew from the raw rows that are there.
    pub async fn rebuild(&self) -> Result<()> {
        self.flush().await?;
        let mut connection = self.writer().acquire().await?;
        let rebuilt = rebuild::rebuild(&mut connection, self.recording()).await;
        self.past().forget();
        rebuilt
    }

    /// Rewrites the file without its gaps, after letting SQLite look at its indexes. Nothing is recorded
    /// meanwhile: what comes waits in the queue and is safe in the journal. Tells the size before and after.
    pub async fn vacuum(&self) -> Result<(u64, u64)> {
        self.flush().await?;
        let mut connection = self.writer().acquire().await?;
        sqlx::query("ANALYZE").execute(&mut *connection).await?;
        let before = self.storage().await?.file_bytes;
        for statement in ["PRAGMA auto_vacuum = INCREMENTAL", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            sqlx::query(statement).fetch_all(&mut *connection).await?;
        }
        drop(connection);
        Ok((before, self.storage().await?.file_bytes))
    }
}
