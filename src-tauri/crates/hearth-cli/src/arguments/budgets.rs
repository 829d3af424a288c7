//! Arguments of `budgets` and `brake`. Must not know what they do.

use super::{Consent, Where};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum BudgetCommand {
    /// List the budgets and how their month stands
    List,
    /// Set a monthly budget in US dollars, in the place of the one there is
    Set {
        /// US dollars a month, such as 25 or 0.50
        #[arg(value_name = "USD", allow_hyphen_values = true)]
        amount: String,
        /// Whose: all, account:ID or function:NAME
        #[arg(value_name = "SCOPE", default_value = "all")]
        whose: String,
        /// Percent at which to tell; may be repeated or separated by commas [default: 50,80,100]
        #[arg(long = "alert", value_name = "PERCENT", value_delimiter = ',')]
        alerts: Vec<u32>,
    },
    /// Delete a budget
    Delete {
        /// Whose: all, account:ID or function:NAME
        #[arg(value_name = "SCOPE", default_value = "all")]
        whose: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BrakeCommand {
    /// Say what the brake does, holds and suggests
    Status,
    /// Let it stop by itself what runs away or has spent its budget
    ///
    /// A function that calls itself is stopped after 16 calls in a row, each made by the one before. On Linux a call is
    /// known to be made by a function by whose connection to the Lambda address it came on; elsewhere by the header
    /// X-Amzn-Trace-Id, which AWS's clients pass on.
    Arm,
    /// Let it only suggest; what it holds stays held
    Disarm {
        /// Not even suggest
        #[arg(long)]
        off: bool,
    },
    /// Let the armed brake stop functions of an account by itself: when the account's budget is spent, on AWS, while the
    /// account is unlocked. It is asked for each account apart
    Allow {
        /// The account
        account: String,
        /// Allow it without asking
        #[arg(long)]
        yes: bool,
    },
    /// Take that back; what is stopped stays stopped
    Forbid {
        /// The account
        account: String,
    },
    /// Stop functions now: their limit of servers becomes 0; of an account, one, with a review
    Pull {
        /// The functions
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        functions: Vec<String>,
        /// All functions on this computer
        #[arg(long, conflicts_with = "account")]
        all: bool,
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        consent: Consent,
    },
    /// Let go: limits are what they were
    Release {
        /// Only these functions [default: all that it holds on this computer]
        functions: Vec<String>,
        #[command(flatten)]
        place: Where,
        #[command(flatten)]
        consent: Consent,
    },
    /// Say what the brake would do now; nothing is changed
    Rehearse,
    /// Print what budgets and the brake did
    Log,
}
