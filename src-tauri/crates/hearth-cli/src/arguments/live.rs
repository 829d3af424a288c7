//! Arguments for what an account sends while it happens. Must not know what commands do with them.

use clap::Args;

/// How the answer of a call comes.
#[derive(Debug, Args)]
pub(crate) struct Streamed {
    /// Print the answer piece by piece as the function makes it, in an account; with --json one document a line
    #[arg(long, requires = "account", conflicts_with_all = ["no_wait", "check", "cold"])]
    pub(crate) stream: bool,
}

/// A live log.
#[derive(Debug, Args)]
pub(crate) struct Live {
    /// Lines of an account as they are written, within a second (AWS's Live Tail), which AWS bills by the minute:
    /// the price is told first. --follow asks every two seconds instead and is not billed
    #[arg(long, requires = "account", conflicts_with_all = ["follow", "limit"])]
    pub(crate) live: bool,
    /// Minutes after which a live log ends by itself
    #[arg(long, value_name = "N", requires = "live", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=180))]
    pub(crate) minutes: u32,
    /// Only live lines that hold this text, or fit this pattern of CloudWatch
    #[arg(long, value_name = "TEXT", requires = "live")]
    pub(crate) filter: Option<String>,
    /// Begin the live log without asking
    #[arg(long, requires = "live")]
    pub(crate) yes: bool,
}
