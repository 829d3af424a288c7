//! The words of functions: deploying one, changing its settings, calling it, its log.

use super::live::{Live, Streamed};
use super::{Consent, Where, variable};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// Folder, .zip or single file
    #[arg(required_unless_present_any = ["sample", "function", "image"], conflicts_with_all = ["sample", "function"])]
    pub(crate) path: Option<PathBuf>,
    /// Deploy this sample instead: see `hearth samples`
    #[arg(long, value_name = "SAMPLE")]
    pub(crate) sample: Option<String>,
    /// Deploy the code of this function, which is on this computer already
    #[arg(long, value_name = "FUNCTION", conflicts_with = "sample")]
    pub(crate) function: Option<String>,
    /// Name of the function [default: from the path]
    #[arg(long, value_name = "N")]
    pub(crate) name: Option<String>,
    /// Runtime, for instance python3.11, nodejs20.x, provided or quickjs [default: detected]
    #[arg(long, value_name = "R")]
    pub(crate) runtime: Option<String>,
    /// Handler, for instance app.handler [default: detected]
    #[arg(long, value_name = "H")]
    pub(crate) handler: Option<String>,
    /// Memory size in MB, 128 to 10240
    #[arg(long, value_name = "MB", value_parser = super::megabytes, allow_negative_numbers = true)]
    pub(crate) memory: Option<u32>,
    /// Timeout in seconds, 1 to 900
    #[arg(long, value_name = "S", value_parser = super::seconds, allow_negative_numbers = true)]
    pub(crate) timeout: Option<u32>,
    /// Environment variable; may be repeated, and replaces those of the function
    #[arg(long = "env", value_name = "K=V", value_parser = variable)]
    pub(crate) environment: Vec<(String, String)>,
    /// To this account instead of this computer
    #[arg(long, value_name = "ACCOUNT[:REGION]")]
    pub(crate) to: Option<String>,
    /// The role it runs as in the account [default: one made for it]
    #[arg(long, value_name = "ARN", requires = "to")]
    pub(crate) role: Option<String>,
    /// Deploy this container image instead, which is in the account's registry already; the account is AWS's
    #[arg(long, value_name = "URI", requires = "to", requires = "name",
          conflicts_with_all = ["path", "sample", "function", "runtime", "handler", "plan"])]
    pub(crate) image: Option<String>,
    /// Which processors it is for, on AWS [default: x86_64]
    #[arg(long, value_name = "ARCH", requires = "to", value_parser = ["x86_64", "arm64"])]
    pub(crate) arch: Option<String>,
    /// What a new app on Azure is billed by [default: flex]
    #[arg(long, value_name = "PLAN", requires = "to", value_parser = ["flex", "consumption", "premium"])]
    pub(crate) plan: Option<String>,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

#[derive(Debug, Args)]
pub(crate) struct Configure {
    /// The function
    pub(crate) name: String,
    /// Runtime, for instance python3.11, nodejs20.x, provided or quickjs
    #[arg(long, value_name = "R")]
    pub(crate) runtime: Option<String>,
    /// Handler, for instance app.handler
    #[arg(long, value_name = "H")]
    pub(crate) handler: Option<String>,
    /// Memory size in MB, 128 to 10240
    #[arg(long, value_name = "MB", value_parser = super::megabytes, allow_negative_numbers = true)]
    pub(crate) memory: Option<u32>,
    /// Timeout in seconds, 1 to 900
    #[arg(long, value_name = "S", value_parser = super::seconds, allow_negative_numbers = true)]
    pub(crate) timeout: Option<u32>,
    /// Most servers at once; 0 takes the limit away
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
    /// One line for people
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Environment variable to set; may be repeated. Others stay here and on Azure; on AWS and Google these replace them
    #[arg(long = "env", value_name = "K=V", value_parser = variable)]
    pub(crate) environment: Vec<(String, String)>,
    /// Environment variable to take away; may be repeated
    #[arg(long = "unset", value_name = "K")]
    pub(crate) unset: Vec<String>,
    #[command(flatten)]
    pub(crate) place: Where,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

#[derive(Debug, Args)]
pub(crate) struct Invoke {
    /// The function
    pub(crate) name: String,
    /// The event: JSON text, @FILE, or - for standard input
    #[arg(long, value_name = "JSON|@FILE|-", default_value = "{}", allow_hyphen_values = true)]
    pub(crate) event: String,
    /// The event: this file of the folder that was chosen in the settings, see `hearth events --saved`
    #[arg(long, value_name = "FILE", conflicts_with = "event")]
    pub(crate) saved: Option<String>,
    /// Have a new server born for it
    #[arg(long)]
    pub(crate) cold: bool,
    /// Send the same event to each of these at once, answers side by side: `local`, or an account, with another name of
    /// the function after a `/`; may be repeated
    #[arg(long, value_name = "local|ACCOUNT[:REGION][/NAME]",
          conflicts_with_all = ["cold", "account", "qualifier", "no_wait", "check"])]
    pub(crate) on: Vec<String>,
    #[command(flatten)]
    pub(crate) place: Where,
    /// A version or an alias, in an account
    #[arg(long, value_name = "VERSION|ALIAS", requires = "account")]
    pub(crate) qualifier: Option<String>,
    /// Only hand the event over, in an account
    #[arg(long, requires = "account", conflicts_with = "check")]
    pub(crate) no_wait: bool,
    /// Only ask whether the call would be allowed, in an account
    #[arg(long, requires = "account")]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) streamed: Streamed,
}

#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// The function
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) place: Where,
    /// Stay and print what comes; with --json one document a line
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// How many lines, from the newest back [default: 500 for people, all with --json]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    #[command(flatten)]
    pub(crate) live: Live,
}
