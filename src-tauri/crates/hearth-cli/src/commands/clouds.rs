//! `functions`, `invoke` and `logs` of an account in a cloud.

use super::invoke::event_of;
use crate::arguments::{Invoke, Logs, Where};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{
    CloudFunctionName, CloudFunctions, CloudFunctionsQuery, CloudInvoke, CloudInvoked, CloudLogs,
    CloudLogsQuery, Empty, Inventory,
};
use hearth_core::cloud::{CallMode, CloudFunction, FunctionState, LogRow};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use std::collections::HashSet;
use std::time::Duration;

/// Lines that people see when they do not say how many.
const LINES: usize = 500;
/// How often new lines are asked for.
const POLL: Duration = Duration::from_secs(2);

pub(super) async fn list(
    caller: &Caller,
    place: &Where,
    filter: Option<&str>,
    versions: bool,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let query = CloudFunctionsQuery {
        versions,
        account: place.account.clone().unwrap_or_default(),
        regions: place.region.iter().cloned().collect(),
    };
    let mut list: CloudFunctions = caller.ask("cloud_functions", query).await?;
    list.functions.retain(|function| fits(function, filter));
    // Regions that could not be read are told beside the list, and by the exit code.
    let ended = if list.faults.is_empty() { Ended::Well } else { Ended::Unable };
    if output.is_json() {
        output.document(&list)?;
        return Ok(ended);
    }
    if list.functions.is_empty() && list.faults.is_empty() {
        output.line(&format!("There is no function in {} that fits.", list.account))?;
        return Ok(ended);
    }
    let mut table = Table::new(&[
        ("Function", Side::Left),
        ("Region", Side::Left),
        ("Runtime", Side::Left),
        ("Memory", Side::Right),
        ("Timeout", Side::Right),
        ("Code", Side::Right),
        ("State", Side::Left),
        ("Changed", Side::Left),
    ]);
    for function in &list.functions {
        let set = &function.configuration;
        let (state, tone) = match function.state {
            FunctionState::Active => ("active", Tone::Good),
            FunctionState::Pending => ("being made", Tone::Odd),
            FunctionState::Inactive => ("inactive", Tone::Quiet),
            FunctionState::Stopped => ("stopped", Tone::Odd),
            FunctionState::Failed => ("failed", Tone::Bad),
            FunctionState::Unknown => ("unknown", Tone::Plain),
        };
        table.row(vec![
            cell(named(function), Tone::Strong),
            function.address.location.clone().into(),
            set.runtime.clone().into(),
            format!("{} MB", set.memory_mb).into(),
            format!("{} s", set.timeout_s).into(),
            // Google does not say it.
            if function.code_bytes > 0 { words::bytes(function.code_bytes) } else { "unknown".to_owned() }
                .into(),
            cell(state, tone),
            function.changed_us.map(words::instant).unwrap_or_default().into(),
        ]);
    }
    table.print(output)?;
    for fault in &list.faults {
        output.aside(&format!("{} could not be read: {}", fault.location, fault.fault), Tone::Bad);
    }
    Ok(ended)
}

/// A version is named as its vendor names it, with a colon.
fn named(function: &CloudFunction) -> String {
    let name = &function.address.name;
    function.version.as_ref().map_or_else(|| name.clone(), |version| format!("{name}:{version}"))
}

fn fits(function: &CloudFunction, filter: Option<&str>) -> bool {
    let set = &function.configuration;
    let texts = [&function.address.name, &set.runtime, &set.handler];
    filter.is_none_or(|filter| texts.iter().any(|text| text.contains(filter)))
}

/// What was read last, with its age. Asks nobody.
pub(super) async fn cached(
    caller: &Caller,
    place: &Where,
    filter: Option<&str>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let mut inventory: Inventory = caller.ask("cloud_inventory", Empty {}).await?;
    inventory.functions.retain(|row| {
        place.account.as_ref().is_none_or(|account| row.account == *account || row.account_name == *account)
            && place.region.as_ref().is_none_or(|region| row.function.address.location == *region)
            && fits(&row.function, filter)
    });
    if output.is_json() {
        output.document(&inventory)?;
        return Ok(Ended::Well);
    }
    if inventory.functions.is_empty() {
        output.line("Nothing was read that fits: hearth sync reads what the accounts hold.")?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Function", Side::Left),
        ("Account", Side::Left),
        ("Region", Side::Left),
        ("Runtime", Side::Left),
        ("Memory", Side::Right),
        ("Calls 24 h", Side::Right),
        ("Errors", Side::Right),
        ("Read", Side::Left),
    ]);
    let figure = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), |value| value.to_string());
    for row in &inventory.functions {
        let set = &row.function.configuration;
        table.row(vec![
            cell(&row.function.address.name, Tone::Strong),
            row.account_name.clone().into(),
            row.function.address.location.clone().into(),
            set.runtime.clone().into(),
            format!("{} MB", set.memory_mb).into(),
            figure(row.calls_24h).into(),
            figure(row.errors_24h).into(),
            row.read_us.map_or_else(|| "never".to_owned(), words::instant).into(),
        ]);
    }
    table.print(output)?;
    for age in &inventory.ages {
        if let Some(fault) = &age.fault {
            output.aside(
                &format!("{} {} could not be read again: {fault}", age.account, age.location),
                Tone::Odd,
            );
        }
    }
    Ok(Ended::Well)
}

pub(super) fn function(place: &Where, name: &str) -> CloudFunctionName {
    CloudFunctionName {
        account: place.account.clone().unwrap_or_default(),
        region: place.region.clone(),
        name: name.to_owned(),
    }
}

/// The call that a person means.
pub(super) async fn order(caller: &Caller, arguments: &Invoke) -> Result<CloudInvoke, Failure> {
    if arguments.cold {
        return Err(ApiError::new(ErrorCode::InvalidInput, "--cold works only on this computer")
            .with_hint("A cloud decides itself when it starts a new server.")
            .into());
    }
    Ok(CloudInvoke {
        function: function(&arguments.place, &arguments.name),
        event: event_of(caller, arguments).await?,
        mode: match (arguments.no_wait, arguments.check) {
            (true, _) => CallMode::Event,
            (false, true) => CallMode::DryRun,
            (false, false) => CallMode::Wait,
        },
        qualifier: arguments.qualifier.clone(),
        stream: None,
    })
}

pub(super) async fn invoke(
    caller: &Caller,
    arguments: &Invoke,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let request = order(caller, arguments).await?;
    let answer: CloudInvoked = caller.ask("cloud_invoke", request).await?;
    if output.is_json() {
        output.document(&answer)?;
    } else {
        print_tail(&answer, output);
        output.document(&answer.payload)?;
        print_receipt(&answer, output);
    }
    Ok(if answer.function_error.is_some() { Ended::FunctionFailed } else { Ended::Well })
}

/// The end of the log.
pub(super) fn print_tail(answer: &CloudInvoked, output: &mut Output) {
    for line in answer.log_tail.iter().flat_map(|tail| tail.lines()) {
        output.aside(&words::printable(line), Tone::Quiet);
    }
}

/// How the function failed, how long it took and what was billed.
pub(super) fn print_receipt(answer: &CloudInvoked, output: &mut Output) {
    if let Some(error) = &answer.function_error {
        output.aside(&format!("The function failed: {}", words::printable(error)), Tone::Bad);
    }
    let billed = answer.billed_ms.map(|billed| format!(" · {billed} ms billed")).unwrap_or_default();
    let took = words::duration(answer.round_trip_us);
    output.aside(&format!("status {} · {took} there and back{billed}", answer.status), Tone::Quiet);
}

pub(super) async fn logs(caller: &Caller, arguments: &Logs, output: &mut Output) -> Result<Ended, Failure> {
    if arguments.follow {
        return follow(caller, arguments, output).await;
    }
    let mut lines: Vec<LogRow> = Vec::new();
    let mut cursor = None;
    loop {
        let page = page(caller, arguments, None, cursor).await?;
        lines.extend(page.lines);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    // AWS answers stream by stream; people read by time.
    lines.sort_by_key(|line| line.at_us);
    let usual = if output.is_json() { usize::MAX } else { LINES };
    let wanted = arguments.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usual);
    let older = lines.len().saturating_sub(wanted);
    let lines = lines.split_off(older);
    if output.is_json() {
        output.document(&lines)?;
        return Ok(Ended::Well);
    }
    if older > 0 {
        output.aside("Older lines are not shown; --limit N shows more.", Tone::Quiet);
    }
    if lines.is_empty() {
        output.line(&format!("{} has logged nothing in the last hour.", arguments.name))?;
    }
    for line in &lines {
        print(line, output)?;
    }
    Ok(Ended::Well)
}

async fn page(
    caller: &Caller,
    arguments: &Logs,
    since: Option<hearth_model::Micros>,
    cursor: Option<String>,
) -> Result<CloudLogs, Failure> {
    let query = CloudLogsQuery {
        function: function(&arguments.place, &arguments.name),
        since_us: since,
        filter: None,
        cursor,
        limit: None,
    };
    Ok(caller.ask("cloud_logs", query).await?)
}

/// Asks again and again for what came since. Lines may come late, so the last minute is asked for each time.
async fn follow(caller: &Caller, arguments: &Logs, output: &mut Output) -> Result<Ended, Failure> {
    output.aside(&format!("Following {}; Ctrl-C ends it.", arguments.name), Tone::Quiet);
    let mut seen: HashSet<String> = HashSet::new();
    let mut since = None;
    loop {
        let mut cursor = None;
        let mut still = HashSet::new();
        loop {
            let page = page(caller, arguments, since, cursor).await?;
            for line in page.lines {
                let key = format!("{} {}", line.stream, line.id);
                if !seen.contains(&key) && !still.contains(&key) {
                    if output.is_json() {
                        output.document_line(&line)?;
                    } else {
                        print(&line, output)?;
                        output.flush()?;
                    }
                }
                let latest = hearth_model::Micros(line.at_us.0 - 60_000_000);
                since = Some(since.map_or(latest, |since: hearth_model::Micros| since.max(latest)));
                still.insert(key);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        // The next question begins no earlier than this one, so nothing else can come again.
        seen = still;
        tokio::time::sleep(POLL).await;
    }
}

fn print(line: &LogRow, output: &mut Output) -> Result<(), Failure> {
    let time = output.tone(&words::exact_time(line.at_us), Tone::Quiet);
    output.line(&format!("{time}  {}", words::printable(&line.text)))
}
