//! `functions`, `delete` and `restore`.

use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{Empty, FunctionName, FunctionsList, FunctionsQuery};
use hearth_host::Caller;
use hearth_model::FunctionRecord;
use serde_json::json;

pub(super) async fn list(
    caller: &Caller,
    filter: Option<&str>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let query = FunctionsQuery { filter: filter.unwrap_or_default().to_owned() };
    let list: FunctionsList = caller.ask("functions_list", query).await?;
    if output.is_json() {
        output.document(&list.functions)?;
        return Ok(Ended::Well);
    }
    if list.functions.is_empty() {
        output.line(if list.total == 0 {
            "No function yet. Deploy one: hearth deploy PATH, or hearth deploy --sample kettle."
        } else {
            "No function matches."
        })?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Function", Side::Left),
        ("Runtime", Side::Left),
        ("Memory", Side::Right),
        ("Version", Side::Right),
        ("Calls 24 h", Side::Right),
        ("Errors", Side::Right),
        ("p50", Side::Right),
        ("p95", Side::Right),
        ("Servers", Side::Right),
        ("Month on AWS", Side::Right),
    ]);
    for row in list.functions {
        let (function, stats) = (row.function, row.stats);
        let errors = if stats.errors_24h > 0 { Tone::Bad } else { Tone::Plain };
        table.row(vec![
            cell(function.name, Tone::Strong),
            function.configuration.runtime.into(),
            format!("{} MB", function.configuration.memory_mb).into(),
            function.version.to_string().into(),
            stats.calls_24h.to_string().into(),
            cell(stats.errors_24h.to_string(), errors),
            words::maybe_duration(stats.p50_us).into(),
            words::maybe_duration(stats.p95_us).into(),
            row.servers.len().to_string().into(),
            words::money(&stats.month_list_usd).into(),
        ]);
    }
    table.print(output)?;
    Ok(Ended::Well)
}

pub(super) async fn delete(caller: &Caller, name: &str, output: &mut Output) -> Result<Ended, Failure> {
    let _: Empty = caller.ask("function_delete", FunctionName { name: name.to_owned() }).await?;
    if output.is_json() {
        output.document(&json!({ "deleted": name }))?;
    } else {
        output.line(&format!("Deleted {name}. Its history stays; hearth restore {name} brings it back."))?;
    }
    Ok(Ended::Well)
}

pub(super) async fn restore(caller: &Caller, name: &str, output: &mut Output) -> Result<Ended, Failure> {
    let function: FunctionRecord =
        caller.ask("function_restore", FunctionName { name: name.to_owned() }).await?;
    if output.is_json() {
        output.document(&function)?;
    } else {
        output.line(&format!("Restored {}, version {}.", function.name, function.version))?;
    }
    Ok(Ended::Well)
}
