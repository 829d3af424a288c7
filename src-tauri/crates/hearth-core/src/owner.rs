//! Who owns a data folder: the lock that one process holds, and the note that tells the others where it listens.
//! Must not know what listens there, and never holds a token.

use crate::{ApiError, ErrorCode, Result};
use fs4::TryLockError;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The process that owns a data folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerInfo {
    /// Its process id.
    pub pid: u32,
    /// Address of its browser interface, without the token.
    pub ui: Option<String>,
    /// Address of its Lambda API.
    pub lambda: Option<String>,
    /// Whether it goes on until a person ends it, as a window and `serve` do and a command does not.
    #[serde(default)]
    pub stays: bool,
}

/// Who owns `data_dir`, or none when nobody does.
///
/// The lock decides, not the note: a note that a killed process left behind counts for nothing.
pub fn read_owner(data_dir: &Path) -> Option<OwnerInfo> {
    let file = OpenOptions::new().read(true).write(true).open(lock_path(data_dir)).ok()?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => {
            fs4::FileExt::unlock(&file).ok();
            None
        }
        Err(TryLockError::WouldBlock) => Some(read_note(data_dir).unwrap_or_default()),
        Err(TryLockError::Error(_)) => None,
    }
}

/// Makes the data folder, closed to other people: it holds values of environment variables and events.
/// One that is there already keeps its rights.
pub fn make_data_dir(data_dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data_dir)
}

fn lock_path(data_dir: &Path) -> PathBuf {
    data_dir.join("owner.lock")
}

fn note_path(data_dir: &Path) -> PathBuf {
    data_dir.join("owner.json")
}

fn read_note(data_dir: &Path) -> Option<OwnerInfo> {
    serde_json::from_slice(&std::fs::read(note_path(data_dir)).ok()?).ok()
}

/// The lock, held for as long as this value lives.
#[derive(Debug)]
pub(crate) struct OwnerLock {
    data_dir: PathBuf,
    file: File,
}

impl OwnerLock {
    /// Takes the lock of `data_dir`, which must exist.
    pub(crate) fn take(data_dir: &Path) -> Result<Self> {
        let path = lock_path(data_dir);
        let file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(
                |error| {
                    ApiError::new(
                        ErrorCode::Internal,
                        format!("the data folder `{}` cannot be used", data_dir.display()),
                    )
                    .with_hint("Choose a folder that you may write to with --data-dir.")
                    .with_detail(format!("{}: {error}", path.display()))
                },
            )?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(data_dir)),
            Err(TryLockError::Error(error)) => {
                return Err(ApiError::new(
                    ErrorCode::Internal,
                    format!("the data folder `{}` cannot be locked", data_dir.display()),
                )
                .with_detail(error.to_string()));
            }
        }
        let lock = Self { data_dir: data_dir.to_owned(), file };
        lock.write_note(OwnerInfo::default());
        Ok(lock)
    }

    /// Tells the others where this process listens, and whether it stays.
    pub(crate) fn write_note(&self, info: OwnerInfo) {
        let info = OwnerInfo { pid: std::process::id(), ui: info.ui.map(without_query), ..info };
        let written = serde_json::to_vec(&info).map_err(std::io::Error::from).and_then(|bytes| {
            let mut note = tempfile::NamedTempFile::new_in(&self.data_dir)?;
            note.write_all(&bytes)?;
            note.persist(note_path(&self.data_dir)).map_err(|error| error.error)?;
            Ok(())
        });
        if let Err(error) = written {
            tracing::warn!(%error, "the owner note could not be written");
        }
    }

    /// Gives the data folder free.
    pub(crate) fn release(&self) {
        std::fs::remove_file(note_path(&self.data_dir)).ok();
        fs4::FileExt::unlock(&self.file).ok();
    }
}

/// A token lives in the query or the fragment of an address: neither is written down.
fn without_query(address: String) -> String {
    address.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn taken(data_dir: &Path) -> ApiError {
    let note = read_note(data_dir);
    let mut message = format!("another Hearth owns the data folder `{}`", data_dir.display());
    let pid = note.as_ref().map_or(0, |note| note.pid);
    if pid != 0 {
        message = format!("{message} (process {pid}");
        if let Some(ui) = note.as_ref().and_then(|note| note.ui.as_deref()) {
            message = format!("{message}, window at {ui}");
        }
        if let Some(lambda) = note.as_ref().and_then(|note| note.lambda.as_deref()) {
            message = format!("{message}, Lambda endpoint at {lambda}");
        }
        message.push(')');
    }
    ApiError::new(ErrorCode::Owned, message)
        .with_hint("Use that one, end it, or choose another folder with --data-dir.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_owner_is_refused_with_the_first_ones_address_and_no_token() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_owner(folder.path()), None);
        let lock = OwnerLock::take(folder.path()).unwrap();
        assert!(!read_owner(folder.path()).unwrap().stays, "until it says so");
        lock.write_note(OwnerInfo {
            ui: Some("http://127.0.0.1:4000/?token=s3cret".into()),
            lambda: Some("http://127.0.0.1:4001".into()),
            stays: true,
            ..OwnerInfo::default()
        });

        let error = OwnerLock::take(folder.path()).unwrap_err();
        assert_eq!(error.code, ErrorCode::Owned);
        assert!(error.message.contains(&std::process::id().to_string()), "{}", error.message);
        assert!(error.message.contains("http://127.0.0.1:4000/"), "{}", error.message);
        assert!(!error.message.contains("s3cret"), "{}", error.message);

        let owner = read_owner(folder.path()).unwrap();
        assert_eq!(owner.ui.as_deref(), Some("http://127.0.0.1:4000/"));
        assert!(owner.stays);
        lock.release();
        assert_eq!(read_owner(folder.path()), None, "a released folder has no owner");
        OwnerLock::take(folder.path()).unwrap();
    }
}
