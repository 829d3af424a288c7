//! The command line as clap reads it. Must not know what commands do.

mod accounts;
mod budgets;
mod containers;
mod cost;
mod demo;
mod export;
mod functions;
mod invocations;
mod ledger;
mod live;
mod of_account;
mod prices;
mod sides;
mod tune;
mod unfinished;

pub(crate) use accounts::{AccountsCommand, Consent, Where};
pub(crate) use budgets::{BrakeCommand, BudgetCommand};
use clap::{Args, Parser, Subcommand};
pub(crate) use containers::{AtCluster, ClustersCommand, Containers, ServicesCommand, TasksCommand, Wanted};
pub(crate) use cost::{Billed, By, Cost, Plan, Report, Scoped, WhatIf};
pub(crate) use demo::DemoAction;
pub(crate) use export::{Export, Exported};
pub(crate) use functions::{Configure, Deploy, Invoke, Logs};
pub(crate) use invocations::Invocations;
pub(crate) use ledger::{Db, Query};
pub(crate) use of_account::{OfAccount, Which};
pub(crate) use prices::Prices;
pub(crate) use sides::{New, Sides, TriggersCommand};
use std::path::PathBuf;
pub(crate) use tune::Tune;
pub(crate) use unfinished::UnfinishedCommand;

/// Runs Lambda-style functions on this computer and shows the servers behind them.
#[derive(Debug, Parser)]
#[command(name = "hearth", version, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 Hearth could not do it, 2 usage, 4 the function itself failed."
)]
pub(crate) struct Arguments {
    /// The data folder [default: HEARTH_DATA_DIR, else the system's place for data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Answer with one JSON document; errors as JSON on standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Deploy a folder, a .zip or a single file
    Deploy(Deploy),
    /// Run a function once and print its answer
    Invoke(Invoke),
    /// List the functions
    Functions {
        /// Text that name, runtime or handler contain
        filter: Option<String>,
        #[command(flatten)]
        place: Where,
        /// As they were read last by `hearth sync`, of the account or of all, without asking anybody
        #[arg(long)]
        cached: bool,
        /// Every version of each function of the account, where the vendor lists them so: AWS
        #[arg(long, requires = "account", conflicts_with = "cached")]
        versions: bool,
    },
    /// List invocations, newest first
    Invocations(Invocations),
    /// List the servers that exist now
    Environments {
        /// Only of this function
        name: Option<String>,
        #[command(flatten)]
        place: Where,
        /// Also those that ended
        #[arg(long)]
        all: bool,
    },
    /// Print a function's log
    Logs(Logs),
    /// Change a function's settings; what is not named stays
    Configure(Configure),
    /// Go back to an older version's code and settings, as a new version
    Rollback {
        /// The function
        name: String,
        /// The version to go back to
        #[arg(id = "number", value_name = "VERSION")]
        version: u32,
    },
    /// Reap a server by its id, or all servers of a function, so that the next call is cold
    Reap {
        /// The server or the function
        what: String,
    },
    /// End a call that is going on
    Cancel {
        /// Its request id
        request_id: String,
    },
    /// Write a chart as SVG or PNG, or a table as CSV
    Export(Export),
    /// Write the code that a function runs into a new folder, or into a .zip
    Code {
        /// The function
        name: String,
        #[command(flatten)]
        place: Where,
        /// The folder, which must be new or empty, a file that ends in .zip, or - for a zip on standard output
        /// [default: a folder of the function's name]
        #[arg(short, long, value_name = "PATH")]
        output: Option<PathBuf>,
    },
    /// Delete a function; its history stays
    Delete {
        /// The function
        name: String,
        #[command(flatten)]
        place: Where,
        /// Also delete the logs that the account keeps of it
        #[arg(long, requires = "account")]
        with_logs: bool,
        #[command(flatten)]
        consent: Consent,
    },
    /// List changes in accounts that were half made when Hearth was killed, and take them back
    Unfinished {
        #[command(subcommand)]
        command: Option<UnfinishedCommand>,
    },
    #[command(flatten)]
    OfAccount(OfAccount),
    #[command(flatten)]
    Sides(Sides),
    #[command(flatten)]
    Containers(Containers),
    /// Read what accounts hold, so that it is shown at once and without asking
    Sync(Sync),
    /// List the accounts of clouds, test them, allow changes, add an emulator
    Accounts {
        #[command(subcommand)]
        command: Option<AccountsCommand>,
    },
    /// Take a deletion back
    Restore {
        /// The function
        name: String,
    },
    /// List the sample events, or print one
    Events {
        /// Print this event's JSON
        id: Option<String>,
        /// List the files of the folder of events that was chosen in the settings instead
        #[arg(long, conflicts_with = "id")]
        saved: bool,
    },
    /// List the sample functions that ship with Hearth
    Samples,
    /// Say what Hearth is, where its data is and what it can run
    Info,
    /// Show the settings, or change some
    Settings(ChangeSettings),
    /// Show 90 days of made-up data in the place of real data, or remove them
    Demo {
        #[command(subcommand)]
        action: DemoAction,
    },
    /// Show what calls cost and would cost; work out cases and bills from files
    Cost {
        #[command(subcommand)]
        cost: Cost,
    },
    /// Look after the ledger: check, copy, ask
    Db {
        #[command(subcommand)]
        action: Db,
    },
    /// Show the prices, fetch newer ones, or say yes to those that moved far
    Prices {
        #[command(subcommand)]
        prices: Option<Prices>,
    },
    /// Measure a function at several memory sizes, and set its own again afterwards
    Tune(Tune),
    /// List, set or delete monthly budgets
    Budgets {
        #[command(subcommand)]
        command: Option<BudgetCommand>,
    },
    /// Look at the brake, arm it, pull it, release it; it works only while Hearth runs
    Brake {
        #[command(subcommand)]
        command: Option<BrakeCommand>,
    },
    /// Serve the window to a browser, and the AWS Lambda API to SDKs
    Serve(Serve),
    #[command(hide = true)]
    Worker {
        #[command(subcommand)]
        worker: Worker,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Worker {
    /// A server that runs QuickJS
    Quickjs,
}

#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Only these accounts; may be repeated [default: all that can be signed in to]
    #[arg(long = "account", value_name = "ACCOUNT")]
    pub(crate) accounts: Vec<String>,
    /// Also the figures that the vendor measured in the last 24 hours; AWS bills $0.01 for 1,000 metrics, four a function
    #[arg(long)]
    pub(crate) metrics: bool,
    /// Also calls, from the logs that the accounts keep: since the last reading, at first of the last 24 hours. No vendor
    /// bills these requests; a busy function has many lines, so it may take minutes
    #[arg(long)]
    pub(crate) logs: bool,
    /// Only the calls of this function, from its log; needs --account
    #[arg(long, value_name = "NAME", requires = "accounts", conflicts_with_all = ["metrics", "fresh"])]
    pub(crate) function: Option<String>,
    /// The region of that function [default: the account's own]
    #[arg(long, value_name = "REGION", requires = "function")]
    pub(crate) region: Option<String>,
    /// Go on where a reading broke off: leave out regions that were read within this many seconds
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) fresh: u32,
}

#[derive(Debug, Args)]
pub(crate) struct ChangeSettings {
    /// Idle seconds after which a server is reaped, 1 to 86400
    #[arg(long, value_name = "S")]
    pub(crate) keep_alive: Option<u32>,
    /// Idle milliseconds after which a server is frozen; 0 at once
    #[arg(long, value_name = "MS")]
    pub(crate) freeze_after: Option<u32>,
    /// Most servers at once for a function without a limit of its own, 1 to 200
    #[arg(long, value_name = "N")]
    pub(crate) concurrency: Option<u32>,
    /// Region whose prices are used
    #[arg(long, value_name = "REGION")]
    pub(crate) price_region: Option<String>,
    /// Folder with events as JSON files; an empty text forgets it
    #[arg(long, value_name = "DIR")]
    pub(crate) events_folder: Option<String>,
    /// Days for which single calls and logs are kept, 1 to 3650
    #[arg(long, value_name = "DAYS")]
    pub(crate) raw_days: Option<u32>,
    /// Size of the ledger above which the oldest of them go earlier, 64 to 1000000
    #[arg(long, value_name = "MB")]
    pub(crate) max_ledger_mb: Option<u32>,
    /// Days for which charts and costs are kept, 31 to 3650
    #[arg(long, value_name = "DAYS")]
    pub(crate) rollup_days: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Port of the window; 0 for any free one [default: 4730, else any free one]
    #[arg(long, value_name = "P")]
    pub(crate) port: Option<u16>,
    /// Port of the AWS Lambda API; 0 for any free one [default: 4731, else any free one]
    #[arg(long, value_name = "P")]
    pub(crate) lambda_port: Option<u16>,
}

/// An environment variable or a tag.
fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write it as NAME=VALUE".to_owned()),
    }
}

fn megabytes(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "write a number of MB, 128 to 10240 here and on AWS".to_owned())
}

fn seconds(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "write a number of seconds, 1 to 900 here and on AWS".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn options_may_stand_before_and_after_the_command() {
        for line in [&["hearth", "--json", "functions"][..], &["hearth", "functions", "--json"]] {
            assert!(Arguments::try_parse_from(line).unwrap().json, "{line:?}");
        }
        let line = ["hearth", "deploy", ".", "--env", "A=1", "--env", "B=x=y"];
        let Command::Deploy(deploy) = Arguments::try_parse_from(line).unwrap().command else {
            panic!("{line:?} is a deploy");
        };
        assert_eq!(deploy.environment, [("A".into(), "1".into()), ("B".into(), "x=y".into())]);
    }

    #[test]
    fn negative_numbers_and_a_dash_are_events() {
        for event in ["-", "-1", "@file.json", "{}"] {
            let line = ["hearth", "invoke", "tea", "--event", event];
            let Command::Invoke(invoke) = Arguments::try_parse_from(line).unwrap().command else {
                panic!("{line:?} is an invoke");
            };
            assert_eq!(invoke.event, event);
        }
    }
}
