//! Arguments of `unfinished`. Must not know what it does.

use super::Consent;
use clap::Subcommand;

/// What is done with changes that came to no end.
#[derive(Debug, Subcommand)]
pub(crate) enum UnfinishedCommand {
    /// List them (the same as without a command)
    List,
    /// Take back what one of them left, after a review of the exact calls
    TakeBack {
        /// The change, by its id
        id: String,
        #[command(flatten)]
        consent: Consent,
    },
    /// Forget one of them; what it made stays as it is
    Forget {
        /// The change, by its id
        id: String,
    },
}
