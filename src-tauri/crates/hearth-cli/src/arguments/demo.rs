//! Arguments of `demo`. Must not know what they do.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum DemoAction {
    /// Make the demo and show it
    On {
        /// Chance: the same seed on the same day gives the same demo
        #[arg(long)]
        seed: Option<u64>,
        /// About how many calls, 1,000 to 2,000,000
        #[arg(long)]
        calls: Option<u32>,
    },
    /// Remove the demo without a trace
    Off,
    /// Say whether it is there
    Status,
}
