//! Arguments of `accounts`, and those that name an account for another command. Must not know what they do.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// List the accounts that were found on this computer, and where
    List,
    /// Ask the vendor who an account is
    Test {
        /// Its id or name
        account: String,
    },
    /// Sign in through the vendor's own flow: a page that shows a code, or the vendor's own tool; Ctrl-C cancels it
    SignIn {
        /// Its id or name
        account: String,
    },
    /// Ask the vendor what an account may do
    Permissions {
        /// Its id or name
        account: String,
    },
    /// Print the smallest policy for a level, to copy
    Policy {
        /// Its id or name
        account: String,
        /// How much should be possible
        #[arg(value_parser = ["look", "operate", "deploy"])]
        level: String,
    },
    /// Allow changes for some minutes
    Unlock {
        /// Its id or name
        account: String,
        /// For how long, 1 to 1440
        #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1440))]
        minutes: u32,
    },
    /// Make an account read-only again
    Lock {
        /// Its id or name
        account: String,
    },
    /// Say whether an account is production, and in which regions Hearth looks
    Choose {
        /// Its id or name
        account: String,
        /// It is production, or it is not
        #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
        production: Option<bool>,
        /// A region to look in; may be repeated or separated by commas; `own` for the account's own
        #[arg(long = "region", value_name = "REGION", value_delimiter = ',')]
        regions: Vec<String>,
    },
    /// Ask the vendor what an account was billed, by day and resource; Azure answers this a few times a day, AWS bills
    /// $0.01 for each request, and Google bills what is read of its billing export in BigQuery
    Billed {
        /// Its id or name
        account: String,
        /// The first day, for instance 2026-11-01
        #[arg(long, value_name = "DAY")]
        since: String,
        /// The last day
        #[arg(long, value_name = "DAY")]
        until: String,
        /// The table of Google's billing export [default: the one in the account's project]
        #[arg(long, value_name = "PROJECT.DATASET.TABLE")]
        table: Option<String>,
        /// Ask although asking is billed
        #[arg(long)]
        yes: bool,
    },
    /// List what Hearth itself asked of accounts in a month, and what vendors bill for that
    Requests {
        /// The month, for instance 2026-11 [default: the current one]
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
    },
    /// Add an endpoint that speaks as a vendor does: an emulator, another Hearth
    Add {
        /// What to call it
        name: String,
        /// Its URL, for instance http://127.0.0.1:4566
        url: String,
        /// The region that requests are signed for [default: us-east-1]
        #[arg(long, value_name = "REGION")]
        region: Option<String>,
        /// The profile whose keys sign [default: keys that everybody knows]
        #[arg(long, value_name = "PROFILE")]
        profile: Option<String>,
        /// As whom it speaks [default: aws]
        #[arg(long, value_name = "PROVIDER", value_parser = ["aws", "azure", "google"])]
        provider: Option<String>,
        /// The project, for one that speaks as Google
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
    },
    /// Forget such an endpoint
    Remove {
        /// Its id or name
        account: String,
    },
}

/// Names an account and a region.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Where {
    /// In this account instead of on this computer: its id or name, see `hearth accounts`
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// In this region of the account [default: the account's own]
    #[arg(long, value_name = "REGION", requires = "account")]
    pub(crate) region: Option<String>,
}

/// Whether a change in an account is made without asking.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Consent {
    /// Make the change in the account without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only show what would happen in the account
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(format!("`{other}` is neither yes nor no")),
    }
}
