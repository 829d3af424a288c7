//! Arguments of commands for functions of an account; some are for those of this computer too. Must not know what they
//! do.

use super::{Consent, Where};
use clap::{Args, Subcommand};

/// A change of a function of an account.
#[derive(Debug, Subcommand)]
pub(crate) enum OfAccount {
    /// Keep the code and settings of now of a function of an account as a version
    Publish {
        #[command(flatten)]
        which: Which,
        /// One line for people
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
    },
    /// Point an alias of an account's function at a version, and share its traffic with another one
    Alias {
        #[command(flatten)]
        which: Which,
        /// The alias
        alias: String,
        /// The version
        #[arg(id = "number", value_name = "VERSION")]
        version: String,
        /// Part of the traffic that another version gets, for instance 4=0.1
        #[arg(long, value_name = "VERSION=PART", value_parser = share)]
        share: Vec<(String, f64)>,
    },
    /// Limit how many servers a function has at once; `none` takes the limit away, 0 stops it in an account
    Limit {
        #[command(flatten)]
        which: Which,
        /// The limit
        #[arg(value_name = "N|none", value_parser = limit)]
        limit: Limit,
    },
    /// Give a function of an account an HTTPS address of its own, or take it away
    Url {
        #[command(flatten)]
        which: Which,
        /// Anybody may call it
        #[arg(long, group = "access")]
        public: bool,
        /// Only requests that the account signed may call it
        #[arg(long, group = "access")]
        signed: bool,
        /// Take it away
        #[arg(long, group = "access", required_unless_present_any = ["public", "signed"])]
        remove: bool,
    },
    /// Start a stopped function of an account
    Start {
        #[command(flatten)]
        which: Which,
    },
    /// Stop a function of an account: it answers no calls until it is started
    Stop {
        #[command(flatten)]
        which: Which,
    },
    /// Make all servers of a function of an account anew
    Restart {
        #[command(flatten)]
        which: Which,
    },
    /// Show the servers of a function: those that live here, or an account's of the last hour, rebuilt from its log
    Servers {
        #[command(flatten)]
        which: Which,
    },
    /// Show a function with everything around it: versions, and in an account aliases, address, what calls it
    Show {
        #[command(flatten)]
        which: Which,
    },
}

/// The function, and whether to go ahead.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The function
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) place: Where,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

/// A limit, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit(pub(crate) Option<u32>);

pub(super) fn limit(text: &str) -> Result<Limit, String> {
    match text {
        "none" => Ok(Limit(None)),
        number => {
            number.parse().map(|limit| Limit(Some(limit))).map_err(|_| format!("`{number}` is no limit"))
        }
    }
}

fn share(text: &str) -> Result<(String, f64), String> {
    let parsed =
        text.split_once('=').and_then(|(version, part)| Some((version.to_owned(), part.parse().ok()?)));
    parsed.ok_or_else(|| format!("`{text}` is not VERSION=PART, for instance 4=0.1"))
}
