//! The one error that leaves Hearth. Owns the codes that a user interface branches on; secrets must never reach it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of failure it is. A code exists only when somebody branches on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// No such function, invocation, version or file.
    NotFound,
    /// The request itself is wrong: a bad name, a size out of range, an event that is not JSON.
    InvalidInput,
    /// The folder, file or zip cannot be deployed.
    InvalidPackage,
    /// The runtime it needs is not on this computer.
    EngineMissing,
    /// The function exists already.
    Conflict,
    /// What is there changed since the review of a change; nothing was done.
    PlanChanged,
    /// A person cancelled the change; the message says what was taken back and what stays.
    Cancelled,
    /// Another Hearth owns the data folder.
    Owned,
    /// The ledger cannot be opened: damaged, or made by a newer Hearth.
    Ledger,
    /// Recording stopped: the disk is full.
    DiskFull,
    /// Nobody is signed in to the account, or the sign-in has ended.
    SignIn,
    /// The account lacks a permission.
    NotAllowed,
    /// The account is read-only until a person unlocks it.
    Locked,
    /// A host could not be reached, or answered what it should not.
    Network,
    /// A mistake of Hearth.
    Internal,
}

/// What happened, what can be done, and the chain of causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct ApiError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// What happened, with the value.
    pub message: String,
    /// What the person can do.
    pub hint: Option<String>,
    /// The chain of causes, for copying.
    pub detail: Option<String>,
    /// The id of the account to sign in to, after which the same may work; none where that helps nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sign_in: Option<String>,
}

/// What use cases return.
pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// An error with a message only.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, detail: None, sign_in: None }
    }

    /// A mistake of Hearth itself.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
            .with_hint("Copy the details and report them; your data is safe.")
    }

    /// Adds what the person can do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the chain of causes.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        // What only says the message once more tells nothing.
        self.detail = Some(detail.into()).filter(|detail| *detail != self.message);
        self
    }
}

/// The chain of causes in one text.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

const MOVE_AWAY: &str = "Move ledger.db out of the data folder to begin a new one; what can still be read of it, \
    `sqlite3 ledger.db .recover` brings out.";

impl From<hearth_store::Error> for ApiError {
    fn from(error: hearth_store::Error) -> Self {
        use hearth_store::Error as E;
        let detail = chain(&error);
        match error {
            E::Newer { .. } => Self::new(ErrorCode::Ledger, error.to_string())
                .with_hint("Start the newer Hearth, or choose another data folder with --data-dir."),
            E::Damaged { ref path, .. } => {
                let backups = path.parent().map(|folder| folder.join("backups"));
                let backups =
                    backups.filter(|folder| folder.read_dir().is_ok_and(|mut all| all.next().is_some()));
                Self::new(ErrorCode::Ledger, error.to_string()).with_hint(match backups {
                    Some(folder) => {
                        format!(
                            "Nothing was written to it. A copy of an earlier state is in {}.",
                            folder.display()
                        )
                    }
                    None => MOVE_AWAY.to_owned(),
                })
            }
            E::Corrupt(_) => Self::new(ErrorCode::Ledger, error.to_string()).with_hint(MOVE_AWAY),
            E::Migration(_) | E::Unknown { .. } => Self::new(ErrorCode::Ledger, error.to_string())
                .with_hint("A copy of an earlier state is in the folder `backups` of the data folder."),
            E::Cursor(_) | E::Import { .. } => Self::new(ErrorCode::InvalidInput, error.to_string()),
            E::Question(_) => Self::new(ErrorCode::InvalidInput, error.to_string()).with_hint(
                "The views `calls` and `logs` have readable columns; try SELECT * FROM calls LIMIT 10.",
            ),
            E::TooSlow(_) => Self::new(ErrorCode::InvalidInput, error.to_string())
                .with_hint("Narrow it down, for instance with started_us >= …, or allow it more time."),
            E::Exists(_) => Self::new(ErrorCode::Conflict, error.to_string())
                .with_hint("Choose another name: nothing is overwritten."),
            E::Stopped(ref why) if why.contains("damaged") => {
                Self::new(ErrorCode::Ledger, why).with_hint(MOVE_AWAY)
            }
            E::Stopped(_) => {
                Self::new(ErrorCode::DiskFull, "recording stopped: the ledger cannot be written").with_hint(
                    "Make room on the disk that holds the data folder; recording goes on by itself then.",
                )
            }
            E::File { ref source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                Self::new(ErrorCode::DiskFull, "the disk that holds the data folder is full")
                    .with_hint("Make room on it.")
            }
            E::Database(_) | E::File { .. } => {
                Self::new(ErrorCode::Ledger, "the ledger cannot be read or written")
                    .with_hint("Look at the rights and the free space of the data folder.")
            }
            E::Json(_) => Self::internal("the ledger holds something that cannot be read"),
            E::Closed => Self::internal("the ledger is closed already"),
        }
        .with_detail(detail)
    }
}

impl From<hearth_runtime::Error> for ApiError {
    fn from(error: hearth_runtime::Error) -> Self {
        Self::internal("the local runtime could not start").with_detail(chain(&error))
    }
}

impl From<hearth_cost::Error> for ApiError {
    fn from(error: hearth_cost::Error) -> Self {
        use hearth_cost::Error as E;
        match error {
            E::UnknownRegion { .. } | E::NoPrice { .. } | E::Usage(_) | E::Report(_) | E::TooLarge(_) => {
                Self::new(ErrorCode::InvalidInput, error.to_string())
            }
            E::PriceList { .. } => Self::new(ErrorCode::InvalidInput, error.to_string())
                .with_hint("The prices that Hearth had stay in use."),
            E::Book(_) => Self::internal("a price could not be worked out").with_detail(chain(&error)),
        }
    }
}

impl From<hearth_chart::Error> for ApiError {
    fn from(error: hearth_chart::Error) -> Self {
        Self::internal("the chart could not be drawn").with_detail(chain(&error))
    }
}

impl From<hearth_model::UnknownRuntime> for ApiError {
    fn from(error: hearth_model::UnknownRuntime) -> Self {
        Self::new(ErrorCode::InvalidInput, error.to_string())
            .with_hint("Use for instance python3.11, nodejs20.x, provided.al2023 or quickjs.")
    }
}
