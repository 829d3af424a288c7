//! The arguments of `cost`. Must not know prices.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Cost {
    /// Write one page about what a stretch of days cost
    Report(Report),
    /// Show a month: so far, forecast, by function, account or meter
    Show {
        /// The month, such as 2026-11 [default: this one]
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
        /// What to list
        #[arg(long, value_name = "WHAT", default_value = "function")]
        by: By,
        #[command(flatten)]
        scope: Scoped,
    },
    /// Open one function's bill: rate times quantity, tier by tier
    Function {
        /// Its name on this computer, or the id of any function
        name: String,
        /// The month, such as 2026-11 [default: this one]
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
    },
    /// Say where this month will end
    Forecast {
        #[command(flatten)]
        scope: Scoped,
    },
    /// Set a month beside what AWS or Google billed, line by line; they bill the question, which needs a yes
    Actual {
        /// The account: its id or name
        #[arg(long, value_name = "ACCOUNT")]
        account: String,
        /// The month, such as 2026-11 [default: this one]
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
        /// The table of Google's billing export [default: the one in the account's project]
        #[arg(long, value_name = "PROJECT.DATASET.TABLE")]
        table: Option<String>,
        /// Ask although asking is billed
        #[arg(long)]
        yes: bool,
    },
    /// Say what a month would cost with another size, traffic, region, plan or cloud
    WhatIf(WhatIf),
    /// Estimate the cases of a file, each with its lines and total
    Estimate {
        /// A JSON file with `cases`, or an array of them
        #[arg(long, value_name = "FILE")]
        cases: PathBuf,
    },
    /// Read REPORT lines of AWS Lambda, one a line, and say what each was billed and costs
    Billed(Billed),
}

/// Rows of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// By function
    Function,
    /// By account
    Account,
    /// By meter, with what is easily forgotten
    Meter,
}

/// Whose money.
#[derive(Debug, Args)]
pub(crate) struct Scoped {
    /// Only this account
    #[arg(long, value_name = "ID", conflicts_with_all = ["demo", "function"])]
    pub(crate) account: Option<String>,
    /// Only this function
    #[arg(long, value_name = "NAME", conflicts_with = "demo")]
    pub(crate) function: Option<String>,
    /// The demo data, which is never mixed with real data
    #[arg(long)]
    pub(crate) demo: bool,
}

// A negative number is refused with its value, not taken for another option.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct WhatIf {
    /// The function: its name on this computer, or the id of any function
    pub(crate) name: String,
    /// Days of history that a month is worked out from, 1 to 365
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) days: u32,
    /// Memory size in MB
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) memory: Option<u32>,
    /// Processors
    #[arg(long, value_name = "ARCH", value_parser = ["x86_64", "arm64"])]
    pub(crate) arch: Option<String>,
    /// How many times the traffic, such as 2 or 0.5
    #[arg(long, value_name = "TIMES")]
    pub(crate) traffic: Option<String>,
    /// Environments kept ready on Lambda
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..))]
    pub(crate) provisioned: Option<u32>,
    /// Ephemeral storage in MB, 512 to 10240
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) ephemeral: Option<u32>,
    /// Savings plan: 1y or 3y as the vendor publishes them, or what one of your own takes off in percent
    #[arg(long, value_name = "TERM or PERCENT")]
    pub(crate) savings_plan: Option<String>,
    /// Region, as the vendor of the plan names it
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Plan
    #[arg(long, value_name = "PLAN")]
    pub(crate) plan: Option<Plan>,
    /// Requests that one task or instance runs at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) concurrency: Option<u32>,
    /// Tasks, instances or servers [default: as many as the traffic needs]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) instances: Option<u32>,
    /// Own server: US dollars a month
    #[arg(long, value_name = "USD", required_if_eq("plan", "own-server"))]
    pub(crate) monthly: Option<String>,
    /// How many times as long calls take, as tuning measured it [default: a range where memory changes]
    #[arg(long, value_name = "FACTOR", conflicts_with = "unchanged")]
    pub(crate) measured: Option<String>,
    /// Assume that calls take as long as before
    #[arg(long)]
    pub(crate) unchanged: bool,
}

/// Where a function would run instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Plan {
    /// AWS Lambda
    Lambda,
    /// AWS Fargate, tasks that run all month
    Fargate,
    /// Azure Functions, Consumption
    AzureConsumption,
    /// Azure Functions, Flex Consumption
    AzureFlex,
    /// Azure Functions, Premium
    AzurePremium,
    /// Google Cloud Functions, first generation
    GoogleGen1,
    /// Google Cloud Run, billed while requests run
    CloudRun,
    /// Google Cloud Run, billed by the instance
    CloudRunInstance,
    /// Cloudflare Workers
    Cloudflare,
    /// A server of your own
    OwnServer,
}

#[derive(Debug, Args)]
pub(crate) struct Billed {
    /// Text or JSON lines
    #[arg(long, value_name = "FILE")]
    pub(crate) report_lines: PathBuf,
    /// Region whose prices hold
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    pub(crate) region: String,
    /// Processors of the function
    #[arg(long, value_name = "ARCH", default_value = "x86_64", value_parser = ["x86_64", "arm64"])]
    pub(crate) architecture: String,
    /// How it is packed: decides whether init is billed where a line does not say what was billed
    #[arg(long, value_name = "PACKAGE", default_value = "zip", value_parser = ["zip", "image", "custom-runtime"])]
    pub(crate) package: String,
    /// Day of lines without one, such as 2025-05-12 [default: the day of the price book]
    #[arg(long, value_name = "DAY")]
    pub(crate) date: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// First day, for example 2026-11-01, UTC
    #[arg(long, value_name = "DAY")]
    pub(crate) from: String,
    /// Last day, included
    #[arg(long, value_name = "DAY")]
    pub(crate) to: String,
    /// Id of an account or name of a function [default: all]
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Option<String>,
    /// Kind of file
    #[arg(long, default_value = "pdf", value_parser = ["html", "pdf", "svg", "png", "csv", "json"])]
    pub(crate) format: String,
    /// The file, or - for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}
