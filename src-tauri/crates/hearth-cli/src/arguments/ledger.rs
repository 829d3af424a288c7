//! The words of the ledger: looking after it, and asking it.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Db {
    /// Check the file, and that charts equal the calls behind them
    Check {
        /// Build charts anew from the calls first
        #[arg(long)]
        rebuild: bool,
    },
    /// Say how large the ledger is and what it has deleted
    Info,
    /// Delete what is too old and rewrite the file without gaps
    Vacuum,
    /// Copy the ledger into a new file
    Export {
        /// The file; it must not be there
        file: PathBuf,
    },
    /// Bring in what such a file holds and the ledger does not
    Import {
        /// The file
        file: PathBuf,
    },
    /// Ask the ledger in SQL; it cannot be changed by it
    Query(Query),
}

#[derive(Debug, Args)]
pub(crate) struct Query {
    /// One statement that begins with SELECT, WITH, VALUES or EXPLAIN
    pub(crate) sql: String,
    /// Print the whole answer as CSV
    #[arg(long, conflicts_with = "limit")]
    pub(crate) csv: bool,
    /// Most rows [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: Option<u32>,
    /// Longest time in milliseconds [default: 5000]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub(crate) timeout: Option<u32>,
}
