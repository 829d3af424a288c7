//! The database file: opening, refusing, backing up and migrating it. Owns the connection settings of both
//! pools. Must not know any table of the ledger.

use crate::error::{Error, Result};
use crate::scopes::DEMO_ACCOUNT_PREFIX;
use crate::soundness;
use hearth_model::{Clock, Micros};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The newest `user_version` that this Hearth may write to.
pub(crate) const KNOWN_VERSION: i64 = 3;
/// "HEAR", so that no other program's database is taken for a ledger.
const APPLICATION_ID: i64 = 1_212_498_258;
const BACKUPS: usize = 3;

/// The migrations inside this binary. A ledger that knows more of them is still fine as long as its
/// `user_version` allows it: they only add.
pub(crate) fn migrations() -> Migrator {
    let mut migrator = sqlx::migrate!();
    migrator.set_ignore_missing(true);
    migrator
}

/// One connection that writes, and several that only read.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) write: SqlitePool,
    pub(crate) read: SqlitePool,
    /// Whether every page was read, or the file is as it was left.
    pub(crate) is_known_sound: bool,
}

impl Database {
    /// Opens `ledger.db` in the data folder, after a look at what is there. A file that is refused is not touched.
    pub(crate) async fn open(data_dir: &Path, clock: &dyn Clock, migrator: &Migrator) -> Result<Self> {
        fs::create_dir_all(data_dir).map_err(Error::file(data_dir))?;
        let path = data_dir.join("ledger.db");
        let size = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let is_as_left = soundness::is_as_left(data_dir);
        let is_known_sound = size == 0 || is_as_left || size <= soundness::AT_ONCE_BYTES;
        if size > 0 {
            let every_page = is_known_sound && !is_as_left;
            inspect(&path, every_page).await.map_err(|error| damaged(&path, error))?;
        }
        soundness::forget(data_dir);
        let options = settings(&path)
            .create_if_missing(true)
            // Takes effect in a new file; one that is there is given it by its next full vacuum.
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .statement_cache_capacity(256)
            // A batch changes more pages than the usual 2 MB; what does not fit is written more than once.
            .pragma("cache_size", "-32768")
            .pragma("wal_autocheckpoint", "4096")
            .optimize_on_close(true, 400);
        let write = pool(1).connect_with(options).await.map_err(|error| damaged(&path, error.into()))?;
        let old = size > 0 && back_up_before_migrating(&write, data_dir, clock.now(), migrator).await?;
        migrator.run(&write).await?;
        if old {
            compact(&write).await;
        }
        let read = pool(4).connect_with(settings(&path).read_only(true)).await?;
        Ok(Self { write, read, is_known_sound })
    }

    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// A connection of its own to the ledger of a data folder that cannot write, whatever it is told.
pub(crate) async fn open_reading(data_dir: &Path) -> Result<SqliteConnection> {
    let options = settings(&data_dir.join("ledger.db")).read_only(true).pragma("query_only", "on");
    Ok(options.connect().await?)
}

/// A connection of its own for questions of people: it cannot write, it sorts in files and not in memory, and its views
/// hold either real rows or the demo's.
pub(crate) async fn open_asking(data_dir: &Path, demo: bool) -> Result<SqliteConnection> {
    let options = settings(&data_dir.join("ledger.db")).read_only(true).pragma("temp_store", "file");
    let mut connection = options.connect().await?;
    let which = if demo { "GLOB" } else { "NOT GLOB" };
    for view in ["calls", "logs"] {
        let statement = format!(
            "CREATE TEMP VIEW {view} AS SELECT * FROM main.{view} WHERE account {which} '{DEMO_ACCOUNT_PREFIX}*'"
        );
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await?;
    }
    sqlx::query("PRAGMA query_only = on").execute(&mut connection).await?;
    Ok(connection)
}

/// A connection of its own that copies the ledger into another file. It is not the one that writes, so that
/// copying holds nobody up; SQLite lets no connection that is read only make a copy.
pub(crate) async fn open_writing_elsewhere(data_dir: &Path) -> Result<SqliteConnection> {
    Ok(settings(&data_dir.join("ledger.db")).connect().await?)
}

/// A copy that was just written and that nobody else has open, to take something out of it.
pub(crate) async fn open_copy(path: &Path) -> Result<SqliteConnection> {
    Ok(settings(path).foreign_keys(false).connect().await?)
}

/// Another ledger file, to read from. It is inspected as one's own would be.
pub(crate) async fn open_other(path: &Path) -> Result<SqliteConnection> {
    let size = fs::metadata(path).map_err(Error::file(path))?.len();
    inspect(path, size <= soundness::AT_ONCE_BYTES).await.map_err(|error| damaged(path, error))?;
    let options = settings(path).read_only(true).pragma("query_only", "on");
    options.connect().await.map_err(|error| damaged(path, error.into()))
}

/// Begins a transaction that will write. sqlx's own transactions are not used for it: when the disk is full,
/// SQLite rolls back by itself, and sqlx would count that connection as inside a transaction for ever.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query("BEGIN IMMEDIATE").execute(connection).await?;
    Ok(())
}

/// Commits what went well and rolls back what did not.
pub(crate) async fn end(connection: &mut SqliteConnection, written: Result<()>) -> Result<()> {
    let ended = match written {
        Ok(()) => sqlx::query("COMMIT").execute(&mut *connection).await.map(drop).map_err(Error::from),
        Err(error) => Err(error),
    };
    if ended.is_err()
        && let Err(error) = sqlx::query("ROLLBACK").execute(connection).await
    {
        tracing::debug!(%error, "SQLite had rolled back by itself");
    }
    ended
}

fn settings(path: &Path) -> SqliteConnectOptions {
    // Set here, so that every connection of a pool has them.
    SqliteConnectOptions::new()
        .filename(path)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .pragma("temp_store", "memory")
        // Mapped pages count as memory for each connection, and cover but the beginning of a large ledger.
        .pragma("mmap_size", "0")
        .pragma("journal_size_limit", "67108864")
        .disable_statement_logging()
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
}

/// Looks at an existing file through a connection that cannot write.
async fn inspect(path: &Path, every_page: bool) -> Result<()> {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .disable_statement_logging()
        .connect()
        .await?;
    let answer = inspect_with(&mut connection, path, every_page).await;
    connection.close().await?;
    answer
}

async fn inspect_with(connection: &mut SqliteConnection, path: &Path, every_page: bool) -> Result<()> {
    let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    let application: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let tables: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name NOT LIKE '\\_sqlx%' ESCAPE '\\'")
            .fetch_one(&mut *connection)
            .await?;
    if application != APPLICATION_ID && tables > 0 {
        return Err(Error::Damaged {
            path: path.to_owned(),
            what: "it is a database of another program".to_owned(),
        });
    }
    if found > KNOWN_VERSION {
        return Err(Error::Newer { path: path.to_owned(), found, known: KNOWN_VERSION });
    }
    if every_page && let Some(what) = soundness::look(connection).await? {
        return Err(Error::Damaged { path: path.to_owned(), what });
    }
    Ok(())
}

/// SQLite's own words for a broken file become one clear error.
fn damaged(path: &Path, error: Error) -> Error {
    match error {
        Error::Corrupt(what) => Error::Damaged { path: path.to_owned(), what },
        other => other,
    }
}

/// Rewrites the file: what a migration has moved is given back, and an old file learns to give back pages later.
async fn compact(write: &SqlitePool) {
    if let Err(error) = sqlx::query("VACUUM").execute(write).await {
        tracing::warn!(%error, "the ledger stays larger than it needs to be after its migration");
    }
}

/// True when there is something to migrate.
async fn back_up_before_migrating(
    write: &SqlitePool,
    data_dir: &Path,
    now: Micros,
    migrator: &Migrator,
) -> Result<bool> {
    let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(write)
        .await?;
    if known == 0 {
        return Ok(false);
    }
    let applied: Vec<i64> =
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations ORDER BY version").fetch_all(write).await?;
    if migrator.iter().all(|migration| applied.contains(&migration.version)) {
        return Ok(false);
    }
    let folder = data_dir.join("backups");
    fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    let version = applied.last().copied().unwrap_or(0);
    let target = folder.join(format!("ledger-{:020}-{version:04}.db", now.0));
    if target.exists() {
        fs::remove_file(&target).map_err(Error::file(&target))?;
    }
    sqlx::query("VACUUM INTO ?").bind(target.to_string_lossy().into_owned()).execute(write).await?;
    keep_newest(&folder)?;
    Ok(true)
}

fn keep_newest(folder: &Path) -> Result<()> {
    let mut backups: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(Error::file(folder))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "db"))
        .collect();
    backups.sort_unstable();
    for old in backups.iter().rev().skip(BACKUPS) {
        fs::remove_file(old).map_err(Error::file(old))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_model::ManualClock;
    use sqlx::migrate::{Migration, MigrationType};

    fn with_one_more(version: i64) -> Migrator {
        let mut list: Vec<Migration> = migrations().iter().cloned().collect();
        // Numbers that no migration of this binary has.
        for (extra, sql) in [
            (903, "CREATE TABLE later3 (id INTEGER) STRICT;"),
            (904, "CREATE TABLE later4 (id INTEGER) STRICT;"),
            (905, "CREATE TABLE later5 (id INTEGER) STRICT;"),
            (906, "CREATE TABLE later6 (id INTEGER) STRICT;"),
        ] {
            if extra <= version {
                list.push(Migration::new(
                    extra,
                    "a later table".into(),
                    MigrationType::Simple,
                    sqlx::SqlStr::from_static(sql),
                    false,
                ));
            }
        }
        let mut migrator = migrations();
        migrator.migrations = list.into();
        migrator
    }

    #[tokio::test]
    async fn a_backup_is_made_before_migrating_and_three_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(Micros::from_seconds(1_000));
        Database::open(folder.path(), &clock, &migrations()).await.unwrap().close().await;
        assert!(!folder.path().join("backups").exists(), "a new ledger needs no backup");
        for version in 903..=906 {
            clock.advance(Micros::from_seconds(60));
            Database::open(folder.path(), &clock, &with_one_more(version)).await.unwrap().close().await;
        }
        let mut names: Vec<String> = fs::read_dir(folder.path().join("backups"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let versions: Vec<&str> = names.iter().map(|name| &name[name.len() - 7..name.len() - 3]).collect();
        assert_eq!(versions, ["0903", "0904", "0905"], "the newest three, named by the schema they hold");
        // An older binary still opens it, since every change only added.
        Database::open(folder.path(), &clock, &migrations()).await.unwrap().close().await;
    }
}
