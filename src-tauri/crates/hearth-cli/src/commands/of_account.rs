//! `publish`, `alias`, `limit`, `url`, `start`, `stop`, `restart` and `show` of functions in an account. Those that a
//! function of this computer has too go to [`super::here`] when no account is named.

use super::{changes, here, history, measured};
use crate::arguments::{OfAccount, Which};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{
    CloudChange, CloudFunctionName, CloudLogsQuery, CloudStanding, Empty, Inventory, SeenEnvironments,
};
use hearth_core::cloud::{Power, UrlAccess};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;

pub(super) async fn run(caller: &Caller, command: &OfAccount, output: &mut Output) -> Result<Ended, Failure> {
    let (which, change) = match command {
        OfAccount::Limit { which, limit } if which.place.account.is_none() => {
            return here::limit(caller, &which.name, limit.0, output).await;
        }
        OfAccount::Show { which } if which.place.account.is_none() => {
            return here::show(caller, &which.name, output).await;
        }
        OfAccount::Servers { which } if which.place.account.is_none() => {
            return history::environments(caller, Some(which.name.clone()), false, output).await;
        }
        OfAccount::Publish { which, description } => {
            (which, CloudChange::Publish { description: description.clone() })
        }
        OfAccount::Alias { which, alias, version, share } => {
            let weights = share.iter().cloned().collect();
            (which, CloudChange::PointAlias { alias: alias.clone(), version: version.clone(), weights })
        }
        OfAccount::Limit { which, limit } => (which, CloudChange::LimitConcurrency { limit: limit.0 }),
        OfAccount::Url { which, public, signed, .. } => {
            let access = match (public, signed) {
                (true, _) => Some(UrlAccess::Public),
                (false, true) => Some(UrlAccess::Account),
                (false, false) => None,
            };
            (which, CloudChange::SetUrl { access })
        }
        OfAccount::Start { which } => (which, CloudChange::Power { power: Power::Start }),
        OfAccount::Stop { which } => (which, CloudChange::Power { power: Power::Stop }),
        OfAccount::Restart { which } => (which, CloudChange::Power { power: Power::Restart }),
        OfAccount::Servers { which } => return servers(caller, which, output).await,
        OfAccount::Show { which } => return show(caller, which, output).await,
    };
    account(which)?;
    changes::of_function(caller, &which.place, &which.name, change, which.consent, output).await
}

pub(super) fn account(which: &Which) -> Result<String, ApiError> {
    which.place.account.clone().ok_or_else(|| {
        ApiError::new(ErrorCode::InvalidInput, "this is done in an account, and none is named")
            .with_hint(
                "Add --account ACCOUNT; `hearth accounts` lists them. On this computer every deploy and change is a \
                 version by itself: `hearth show NAME` lists them, `hearth rollback NAME VERSION` goes back.",
            )
    })
}

async fn servers(caller: &Caller, which: &Which, output: &mut Output) -> Result<Ended, Failure> {
    let query = CloudLogsQuery {
        function: CloudFunctionName {
            account: account(which)?,
            region: which.place.region.clone(),
            name: which.name.clone(),
        },
        since_us: None,
        filter: None,
        cursor: None,
        limit: Some(10_000),
    };
    let seen: SeenEnvironments = caller.ask("cloud_environments", query).await?;
    if output.is_json() {
        output.document(&seen)?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Stream", Side::Left),
        ("First line", Side::Left),
        ("Last line", Side::Left),
        ("Init", Side::Right),
        ("Calls", Side::Right),
        ("Timed out", Side::Right),
    ]);
    for server in &seen.environments {
        let late = server.calls.iter().filter(|call| call.timed_out).count();
        table.row(vec![
            cell(&server.stream, Tone::Strong),
            words::exact_time(server.first_us).into(),
            words::exact_time(server.last_us).into(),
            server.init_us.map_or_else(|| "unknown".to_owned(), words::duration).into(),
            server.calls.len().to_string().into(),
            late.to_string().into(),
        ]);
    }
    table.print(output)?;
    output.aside("Rebuilt from log lines: when a server was born and ended is not in them.", Tone::Quiet);
    if !seen.complete {
        output.aside("There are more lines than were read; these are the oldest.", Tone::Odd);
    }
    Ok(Ended::Well)
}

async fn show(caller: &Caller, which: &Which, output: &mut Output) -> Result<Ended, Failure> {
    let request = CloudFunctionName {
        account: account(which)?,
        region: which.place.region.clone(),
        name: which.name.clone(),
    };
    let place = request.clone();
    let standing: CloudStanding = caller.ask("cloud_function", request).await?;
    if output.is_json() {
        output.document(&standing)?;
        return Ok(Ended::Well);
    }
    let function = &standing.function;
    let set = &function.configuration;
    let name = output.tone(&function.address.name, Tone::Strong);
    output.line(&format!(
        "{name}: {}, {}, {} MB, {} s",
        set.runtime, set.handler, set.memory_mb, set.timeout_s
    ))?;
    output.line(&format!("  {}", function.resource))?;
    if let Some(limit) = set.reserved_concurrency {
        output.line(&format!("  at most {limit} at once"))?;
    }
    if !set.environment_names.is_empty() {
        output.line(&format!("  variables {}", set.environment_names.join(", ")))?;
    }
    if let Some(url) = &standing.url {
        let who = if url.public { "anybody" } else { "who may invoke it" };
        output.line(&format!("  address {} ({who})", url.url))?;
    }
    for version in &standing.versions {
        output.line(&format!("  version {} {}", version.version, version.description))?;
    }
    for alias in &standing.aliases {
        let shares: Vec<String> = alias
            .weights
            .iter()
            .map(|(version, part)| format!(", {} % at {version}", part * 100.0))
            .collect();
        output.line(&format!("  alias {} at version {}{}", alias.name, alias.version, shares.concat()))?;
    }
    for source in &standing.event_sources {
        output.line(&format!("  called by {} ({})", source.source, source.state))?;
    }
    for (of, count) in &standing.provisioned {
        output.line(&format!("  {count} kept ready for {of}"))?;
    }
    for (key, value) in &standing.tags {
        output.line(&format!("  tag {key}={value}"))?;
    }
    let inventory: Inventory = caller.ask("cloud_inventory", Empty {}).await?;
    let read = inventory.functions.iter().find(|row| {
        (row.account == place.account || row.account_name == place.account)
            && row.function.address == function.address
    });
    if let Some(words) = read.and_then(|row| measured::words(&row.measured)) {
        output.line(&format!("  last 24 hours, as the account measured them: {words}"))?;
    }
    for fault in &standing.unread {
        output.aside(&format!("not read: {fault}"), Tone::Odd);
    }
    Ok(Ended::Well)
}
