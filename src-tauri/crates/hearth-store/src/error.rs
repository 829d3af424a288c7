//! What can go wrong with the ledger. Must not know how it is shown.

use std::path::PathBuf;
use thiserror::Error;

/// Why the ledger could not be opened, read or written.
#[derive(Debug, Error)]
pub enum Error {
    /// A newer Hearth has changed this ledger in a way that this one would damage. It was left as it is.
    #[error("the ledger {path} was made by a newer Hearth (version {found}, this one knows {known})", path = .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this Hearth knows.
        known: i64,
    },
    /// The file is not a ledger, or is damaged. It was left as it is.
    #[error("the ledger {path} cannot be read: {what}", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Migrating the schema did not work. A backup was made before.
    #[error("the ledger could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// SQLite found the file damaged while it was read or written.
    #[error("the ledger is damaged: {0}")]
    Corrupt(String),
    /// SQLite refused.
    #[error("the ledger refused: {0}")]
    Database(sqlx::Error),
    /// The journal or a folder could not be read or written.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A stored value is none that this Hearth knows.
    #[error("the ledger holds {what} `{value}`, which this Hearth does not know")]
    Unknown {
        /// Kind of value.
        what: &'static str,
        /// The value.
        value: String,
    },
    /// A cursor that no page has given out.
    #[error("`{0}` is not the cursor of a page")]
    Cursor(String),
    /// A value that is stored as JSON could not be written or read.
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A question that is not allowed or that SQLite does not understand.
    #[error("the ledger cannot answer: {0}")]
    Question(String),
    /// A question that took longer than it may.
    #[error("the ledger had no answer within {:.1} s", .0.as_secs_f64())]
    TooSlow(std::time::Duration),
    /// A file that cannot be imported.
    #[error("{path} cannot be imported: {what}", path = .path.display())]
    Import {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A place that something must not be written to.
    #[error("{path} is there already", path = .0.display())]
    Exists(PathBuf),
    /// Recording has stopped; what was acknowledged is safe in the journal.
    #[error("{0}")]
    Stopped(String),
    /// The store was closed.
    #[error("the ledger is closed")]
    Closed,
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        const CORRUPT: &str = "11";
        const NOT_A_DATABASE: &str = "26";
        match error {
            sqlx::Error::Database(inner)
                if matches!(inner.code().as_deref(), Some(CORRUPT | NOT_A_DATABASE)) =>
            {
                Self::Corrupt(inner.message().to_owned())
            }
            other => Self::Database(other),
        }
    }
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
