//! Arguments of `prices`. Must not know what they do.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Prices {
    /// List prices of the newest book, or what books there are
    Show {
        /// Text that provider, service, meter or region contain
        text: Option<String>,
        /// Only prices of this region
        #[arg(long, value_name = "REGION")]
        region: Option<String>,
    },
    /// Fetch the price lists of AWS and Azure, and with a key in HEARTH_GOOGLE_KEY that of Google
    Refresh {
        /// Only from this vendor; may be repeated
        #[arg(long = "vendor", value_name = "VENDOR", value_parser = ["aws", "azure", "google"])]
        vendors: Vec<String>,
        /// Only of this region; may be repeated
        #[arg(long = "region", value_name = "REGION")]
        regions: Vec<String>,
        /// Ask AWS as this account instead of reading the files that AWS publishes for everybody: some kilobytes a region
        #[arg(long, value_name = "ACCOUNT")]
        account: Option<String>,
    },
    /// Say yes to prices that moved by more than 25 %
    Confirm {
        /// Names of prices that wait, as `hearth prices` lists them
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        keys: Vec<String>,
        /// All that wait
        #[arg(long)]
        all: bool,
        /// Drop them instead
        #[arg(long)]
        reject: bool,
    },
}
