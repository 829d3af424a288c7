//! What can go wrong while the runtime itself starts. A failing function is never one of these: it is a
//! [`crate::Completion`].

use std::path::PathBuf;

/// The runtime could not do its own work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder below the run folder could not be made or read.
    #[error("could not {action} {}", path.display())]
    Files {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A process could not be started.
    #[error("could not start {program}")]
    Start {
        /// The program.
        program: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A loopback port could not be opened.
    #[error("could not open a loopback port")]
    Port(#[source] std::io::Error),
    /// The engine cannot run on this computer.
    #[error("{0}")]
    Engine(String),
    /// The zygote or a parked process did not behave.
    #[error("a prepared process failed: {0}")]
    Parked(String),
}

/// Result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// For `map_err` on file operations.
    pub(crate) fn files(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Files { action, path, source }
    }
}
