//! The arguments of `tune`. Must not know what it does.

use super::Where;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Tune {
    /// The function
    #[arg(required_unless_present = "history")]
    pub(crate) name: Option<String>,
    /// Memory sizes in MB, with commas between
    #[arg(long, value_name = "MB,…", value_delimiter = ',', default_value = "128,256,512,1024")]
    pub(crate) memory: Vec<u32>,
    /// Warm calls at each size, 1 to 1000
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) runs: u32,
    /// Cold starts at each size, 0 to 100
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) cold_runs: u32,
    /// An event: JSON text, @FILE, or - for standard input; may be repeated
    #[arg(long = "event", value_name = "JSON|@FILE|-", default_value = "{}", allow_hyphen_values = true)]
    pub(crate) events: Vec<String>,
    /// How often the event in the same place is sent in proportion to the others; may be repeated
    #[arg(long = "weight", value_name = "N")]
    pub(crate) weights: Vec<u32>,
    /// Make the warm calls of a size at the same time
    #[arg(long)]
    pub(crate) parallel: bool,
    #[command(flatten)]
    pub(crate) place: Where,
    /// Change and call the function of an account without asking
    #[arg(long, conflicts_with_all = ["dry_run", "history"])]
    pub(crate) yes: bool,
    /// Only say what it would do and cost
    #[arg(long, conflicts_with = "history")]
    pub(crate) dry_run: bool,
    /// List tunings that there were, newest first
    #[arg(long)]
    pub(crate) history: bool,
}
