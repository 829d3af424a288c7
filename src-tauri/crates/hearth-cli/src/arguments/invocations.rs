//! Arguments of `invocations`.

use super::Where;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Invocations {
    /// Only of this function
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) place: Where,
    /// How many [default: 50 for people, all with --json]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// One of them with its receipt: each line rate times quantity on the plan of its function
    #[arg(long, value_name = "REQUEST", conflicts_with_all = ["name", "limit"])]
    pub(crate) request: Option<String>,
}
