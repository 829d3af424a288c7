//! Whether the ledger's file is sound: every page is read before the first write when it is not as it was left, at once
//! while that is quick and in the background when the file is large. Owns the note that a close leaves, and the word
//! that it is damaged; from then on nothing is written. Must not know any table, and repairs nothing.

use crate::database;
use crate::error::{Error, Result};
use sqlx::{SqliteConnection, SqlitePool};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::UNIX_EPOCH;
use tokio_util::sync::CancellationToken;

/// Reading so much takes a start about a quarter of a second.
pub(crate) const AT_ONCE_BYTES: u64 = 64 << 20;
/// The end of a check is asked for after so many instructions of SQLite's machine.
const INSTRUCTIONS: i32 = 20_000;

/// What is wrong with the file, once it is known.
pub(crate) type Damage = Arc<OnceLock<String>>;

/// Length and time of the file when it was closed.
fn note_of(data_dir: &Path) -> Option<String> {
    let wal = fs::metadata(data_dir.join("ledger.db-wal")).map_or(0, |wal| wal.len());
    let file = fs::metadata(data_dir.join("ledger.db")).ok()?;
    let changed = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    (wal == 0).then(|| format!("{} {}", file.len(), changed.as_nanos()))
}

fn note_path(data_dir: &Path) -> PathBuf {
    data_dir.join("ledger.closed")
}

/// Whether nobody has touched the file since Hearth closed it. The note is for one opening.
pub(crate) fn is_as_left(data_dir: &Path) -> bool {
    let note = fs::read_to_string(note_path(data_dir)).ok();
    note.is_some() && note == note_of(data_dir)
}

/// What is written from here on has no note until it is closed.
pub(crate) fn forget(data_dir: &Path) {
    fs::remove_file(note_path(data_dir)).ok();
}

/// The file is closed and was sound as far as anybody knows.
pub(crate) fn leave(data_dir: &Path) {
    if let Some(note) = note_of(data_dir) {
        // Without it the next start reads every page, which only takes longer.
        fs::write(note_path(data_dir), note).ok();
    }
}

/// Reads every page; what is wrong, if anything is.
pub(crate) async fn look(connection: &mut SqliteConnection) -> Result<Option<String>> {
    let verdict: Result<String> =
        sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(connection).await.map_err(Error::from);
    match verdict {
        Ok(verdict) => Ok((verdict != "ok").then_some(verdict)),
        Err(Error::Corrupt(what)) => Ok(Some(what)),
        Err(error) => Err(error),
    }
}

/// Reads every page of a large file while Hearth works, and stops recording when it is damaged.
pub(crate) async fn watch(data_dir: PathBuf, write: SqlitePool, damage: Damage, end: CancellationToken) {
    let found = async {
        let mut connection = database::open_reading(&data_dir).await?;
        let ended = end.clone();
        connection.lock_handle().await?.set_progress_handler(INSTRUCTIONS, move || !ended.is_cancelled());
        look(&mut connection).await
    };
    match found.await {
        Ok(Some(what)) => stop(&write, &damage, what).await,
        Ok(None) => {}
        Err(_) if end.is_cancelled() => {}
        Err(error) => tracing::warn!(%error, "the ledger could not be looked through"),
    }
}

/// From now on nothing is written.
pub(crate) async fn stop(write: &SqlitePool, damage: &Damage, what: String) {
    tracing::error!(what, "the ledger is damaged: nothing more is written to it");
    damage.set(what).ok();
    if let Err(error) = sqlx::query("PRAGMA query_only = on").execute(write).await {
        tracing::warn!(%error, "the ledger's connection that writes could not be closed off");
    }
}
