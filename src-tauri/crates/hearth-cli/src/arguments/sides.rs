//! Arguments of `triggers`, `keep`, `layers` and `tags`: what is set around a function of an account. Must not know what
//! they do.

use super::of_account::{Limit, limit};
use super::{Consent, Where, Which, variable};
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Sides {
    /// Show what calls a function of an account by itself; add, turn off or remove it
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Triggers {
        /// The function
        #[arg(required = true)]
        name: Option<String>,
        #[command(flatten)]
        place: Where,
        #[command(subcommand)]
        command: Option<TriggersCommand>,
    },
    /// Keep environments of an alias or a version of a function of an account ready; `none` keeps none
    Keep {
        #[command(flatten)]
        which: Which,
        /// The alias or the version
        #[arg(value_name = "ALIAS|VERSION")]
        of: String,
        /// How many
        #[arg(value_name = "N|none", value_parser = limit)]
        count: Limit,
    },
    /// Show the layers of a function of an account, attach and detach some; without a function those of the account
    Layers {
        /// The function
        name: Option<String>,
        /// Attach this version of a layer, by its full name; may be repeated
        #[arg(long, value_name = "VERSION", requires = "name")]
        attach: Vec<String>,
        /// Detach this layer or version of it, by its full name; may be repeated
        #[arg(long, value_name = "LAYER", requires = "name")]
        detach: Vec<String>,
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        consent: Consent,
    },
    /// Show the tags of a function of an account, set and remove some
    Tags {
        #[command(flatten)]
        which: Which,
        /// Tag to set; may be repeated
        #[arg(long, value_name = "K=V", value_parser = variable)]
        set: Vec<(String, String)>,
        /// Tag to remove; may be repeated
        #[arg(long, value_name = "K")]
        remove: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TriggersCommand {
    /// Add a trigger: a queue or stream, a schedule, a bucket or a topic
    Add {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        new: Box<New>,
    },
    /// Turn a trigger on
    Enable {
        #[command(flatten)]
        which: Which,
        /// Its id, as `hearth triggers` shows it
        id: String,
    },
    /// Turn a trigger off; it stays
    Disable {
        #[command(flatten)]
        which: Which,
        /// Its id, as `hearth triggers` shows it
        id: String,
    },
    /// Remove a trigger with what was there for it alone
    Remove {
        #[command(flatten)]
        which: Which,
        /// Its id, as `hearth triggers` shows it
        id: String,
    },
}

/// The trigger to add.
#[derive(Debug, Args)]
pub(crate) struct New {
    /// Read this queue or stream, by its full name
    #[arg(long, value_name = "ARN", group = "trigger", required_unless_present_any = ["schedule", "pattern", "bucket", "topic"])]
    pub(crate) source: Option<String>,
    /// Most events of a queue or stream in one call
    #[arg(long, value_name = "N", requires = "source")]
    pub(crate) batch: Option<u32>,
    /// Where reading of a stream begins [default: latest]
    #[arg(long, value_name = "WHERE", requires = "source", value_parser = ["latest", "oldest"])]
    pub(crate) from: Option<String>,
    /// By the clock: rate(5 minutes), cron(0 12 * * ? *) in UTC
    #[arg(long, value_name = "EXPRESSION", group = "trigger")]
    pub(crate) schedule: Option<String>,
    /// Events of the account's own bus that look like this JSON object, for instance those with a field `source`
    #[arg(long, value_name = "JSON", group = "trigger")]
    pub(crate) pattern: Option<String>,
    /// What to call the rule of a schedule or a pattern [default: from the function's name]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["source", "bucket", "topic"])]
    pub(crate) rule: Option<String>,
    /// What happens in this bucket
    #[arg(long, value_name = "BUCKET", group = "trigger")]
    pub(crate) bucket: Option<String>,
    /// What happens, may be repeated [default: s3:ObjectCreated:*]
    #[arg(long, value_name = "EVENT", requires = "bucket")]
    pub(crate) event: Vec<String>,
    /// Only objects whose names begin so
    #[arg(long, value_name = "TEXT", requires = "bucket")]
    pub(crate) prefix: Option<String>,
    /// Only objects whose names end so
    #[arg(long, value_name = "TEXT", requires = "bucket")]
    pub(crate) suffix: Option<String>,
    /// Messages of this topic, by its full name
    #[arg(long, value_name = "ARN", group = "trigger")]
    pub(crate) topic: Option<String>,
}
