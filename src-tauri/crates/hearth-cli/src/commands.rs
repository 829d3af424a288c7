//! What each command asks Hearth for and how it shows the answer. Must not know who answers.

mod accounts;
mod budgets;
mod change;
mod changes;
mod clouds;
mod code;
mod containers;
pub(crate) mod cost;
mod course;
mod db;
mod demo;
mod deploy;
mod events;
mod everywhere;
mod export;
mod functions;
mod here;
mod history;
mod invoke;
mod live;
mod logs;
mod measured;
mod named;
mod of_account;
mod own_requests;
mod prices;
mod report;
mod sides;
mod sign_in;
mod sync;
mod system;
mod tune;
mod unfinished;

use crate::arguments::{Command, Cost};
use crate::failure::{Ended, Failure};
use crate::output::Output;
use hearth_core::api::CloudChange;
use hearth_host::Caller;

/// Runs a command against whoever owns the data folder.
pub(crate) async fn run(caller: &Caller, command: &Command, output: &mut Output) -> Result<Ended, Failure> {
    if matches!(
        command,
        Command::Functions { .. }
            | Command::Invocations(_)
            | Command::Environments { .. }
            | Command::Logs(_)
            | Command::Export(_)
            | Command::Cost { .. }
    ) {
        demo::watermark(caller, output).await;
    }
    match command {
        Command::OfAccount(command) => of_account::run(caller, command, output).await,
        Command::Sides(command) => sides::run(caller, command, output).await,
        Command::Containers(command) => containers::run(caller, command, output).await,
        Command::Sync(arguments) => sync::sync(caller, arguments, output).await,
        Command::Accounts { command } => accounts::accounts(caller, command.as_ref(), output).await,
        Command::Unfinished { command } => unfinished::unfinished(caller, command.as_ref(), output).await,
        Command::Deploy(arguments) => deploy::deploy(caller, arguments, output).await,
        Command::Invoke(arguments) if !arguments.on.is_empty() => {
            everywhere::invoke(caller, arguments, output).await
        }
        Command::Invoke(arguments) if arguments.streamed.stream => {
            live::invoke(caller, arguments, output).await
        }
        Command::Invoke(arguments) if arguments.place.account.is_some() => {
            clouds::invoke(caller, arguments, output).await
        }
        Command::Invoke(arguments) => invoke::invoke(caller, arguments, output).await,
        Command::Functions { filter, place, cached: true, .. } => {
            clouds::cached(caller, place, filter.as_deref(), output).await
        }
        Command::Functions { filter, place, versions, .. } if place.account.is_some() => {
            clouds::list(caller, place, filter.as_deref(), *versions, output).await
        }
        Command::Functions { filter, .. } => functions::list(caller, filter.as_deref(), output).await,
        Command::Invocations(arguments) => history::invocations(caller, arguments, output).await,
        Command::Environments { name, place, all } => {
            let function = named::function(caller, place, name.as_deref()).await?;
            // Which servers of an account live still, nobody says: those that its logs tell of are listed.
            history::environments(caller, function, *all || place.account.is_some(), output).await
        }
        Command::Logs(arguments) if arguments.live.live => live::tail(caller, arguments, output).await,
        Command::Logs(arguments) if arguments.place.account.is_some() => {
            clouds::logs(caller, arguments, output).await
        }
        Command::Logs(arguments) => logs::logs(caller, arguments, output).await,
        Command::Configure(arguments) if arguments.place.account.is_some() => {
            changes::configure(caller, arguments, output).await
        }
        Command::Configure(arguments) => change::configure(caller, arguments, output).await,
        Command::Rollback { name, version } => change::rollback(caller, name, *version, output).await,
        Command::Reap { what } => change::reap(caller, what, output).await,
        Command::Cancel { request_id } => change::cancel(caller, request_id, output).await,
        Command::Export(arguments) => export::export(caller, arguments, output).await,
        Command::Code { name, place, output: path } => {
            code::code(caller, name, place, path.as_deref(), output).await
        }
        Command::Delete { name, place, with_logs, consent } if place.account.is_some() => {
            let delete = CloudChange::Delete { logs: *with_logs };
            changes::of_function(caller, place, name, delete, *consent, output).await
        }
        Command::Delete { name, .. } => functions::delete(caller, name, output).await,
        Command::Restore { name } => functions::restore(caller, name, output).await,
        Command::Events { saved: true, .. } => events::saved(caller, output).await,
        Command::Events { id, .. } => events::events(caller, id.as_deref(), output).await,
        Command::Samples => deploy::samples(caller, output).await,
        Command::Prices { prices } => prices::prices(caller, prices.as_ref(), output).await,
        Command::Info => system::info(caller, output).await,
        Command::Settings(arguments) => system::settings(caller, arguments, output).await,
        Command::Tune(arguments) => tune::tune(caller, arguments, output).await,
        Command::Demo { action } => demo::run(caller, action, output).await,
        Command::Db { action } => db::run(caller, action, output).await,
        Command::Budgets { command } => budgets::budgets(caller, command.as_ref(), output).await,
        Command::Brake { command } => budgets::brake(caller, command.as_ref(), output).await,
        Command::Cost { cost: Cost::Report(arguments) } => report::report(caller, arguments, output).await,
        Command::Cost { cost } => cost::from_ledger(caller, cost, output).await,
        // Those never come here: they are the owner and a server, not callers.
        Command::Serve(_) | Command::Worker { .. } => Ok(Ended::Unable),
    }
}
