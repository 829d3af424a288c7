//! `db`: looking after the ledger, and asking it in SQL.

use crate::arguments::{Db, Query};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{self, UNKNOWN};
use hearth_core::api::{
    Empty, LedgerAnswer, LedgerCheck, LedgerChecked, LedgerExported, LedgerFile, LedgerImported, LedgerInfo,
    LedgerQuery, LedgerVacuumed,
};
use hearth_core::commands::Body;
use hearth_host::Caller;
use serde_json::Value;
use std::path::Path;

/// Letters of a value that people see; programs and CSV get all of them.
const LETTERS: usize = 80;

pub(super) async fn run(caller: &Caller, action: &Db, output: &mut Output) -> Result<Ended, Failure> {
    match action {
        Db::Check { rebuild } => check(caller, *rebuild, output).await,
        Db::Info => info(caller, output).await,
        Db::Vacuum => vacuum(caller, output).await,
        Db::Export { file } => export(caller, file, output).await,
        Db::Import { file } => import(caller, file, output).await,
        Db::Query(query) => ask(caller, query, output).await,
    }
}

/// A path as the owner of the data folder, who may be another process, understands it.
fn whole(file: &Path) -> LedgerFile {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    LedgerFile { path: path.display().to_string() }
}

async fn check(caller: &Caller, rebuild: bool, output: &mut Output) -> Result<Ended, Failure> {
    let checked: LedgerChecked = caller.ask("ledger_check", LedgerCheck { rebuild }).await?;
    let ended = if checked.ok { Ended::Well } else { Ended::Unable };
    if output.is_json() {
        output.document(&checked)?;
        return Ok(ended);
    }
    for problem in &checked.problems {
        output.line(&output.tone(problem, Tone::Bad))?;
    }
    output.line(&format!(
        "{}: the charts of {} against {}.",
        if checked.ok { "All is well" } else { "Something is wrong" },
        words::counted(checked.days, "day"),
        words::counted(checked.invocations, "call")
    ))?;
    if !checked.ok {
        output.aside(
            "`hearth db check --rebuild` builds charts anew; damaged files need a copy of earlier.",
            Tone::Quiet,
        );
    }
    Ok(ended)
}

async fn info(caller: &Caller, output: &mut Output) -> Result<Ended, Failure> {
    let info: LedgerInfo = caller.ask("ledger_info", Empty {}).await?;
    if output.is_json() {
        output.document(&info)?;
        return Ok(Ended::Well);
    }
    output.line(&format!("file     {}", info.path))?;
    output.line(&format!(
        "size     {}, of it {} free",
        words::bytes(info.file_bytes),
        words::bytes(info.free_bytes)
    ))?;
    output.line(&format!("calls    {}", info.invocations))?;
    output.line(&format!("keeps    {}", info.keeps))?;
    if let Some(from) = info.raw_from_us {
        output.line(&format!(
            "deleted  {} calls and {} log lines from before {}; their charts are there",
            info.deleted_invocations,
            info.deleted_log_lines,
            words::instant(from)
        ))?;
    }
    if let Some(problem) = &info.recording_problem {
        output.aside(problem, Tone::Bad);
    }
    Ok(Ended::Well)
}

async fn vacuum(caller: &Caller, output: &mut Output) -> Result<Ended, Failure> {
    let done: LedgerVacuumed = caller.ask("ledger_vacuum", Empty {}).await?;
    if output.is_json() {
        output.document(&done)?;
        return Ok(Ended::Well);
    }
    output.line(&format!(
        "From {} to {}; {} calls and {} log lines were too old and are deleted.",
        words::bytes(done.before_bytes),
        words::bytes(done.after_bytes),
        done.deleted_invocations,
        done.deleted_log_lines
    ))?;
    Ok(Ended::Well)
}

async fn export(caller: &Caller, file: &Path, output: &mut Output) -> Result<Ended, Failure> {
    let done: LedgerExported = caller.ask("ledger_export", whole(file)).await?;
    if output.is_json() {
        output.document(&done)?;
    } else {
        output.line(&format!("{}, {}", done.path, words::bytes(done.bytes)))?;
    }
    Ok(Ended::Well)
}

async fn import(caller: &Caller, file: &Path, output: &mut Output) -> Result<Ended, Failure> {
    let done: LedgerImported = caller.ask("ledger_import", whole(file)).await?;
    if output.is_json() {
        output.document(&done)?;
        return Ok(Ended::Well);
    }
    output.line(&format!(
        "New: {} functions, {} calls, {} log lines, charts of {} hours.",
        done.functions, done.invocations, done.log_lines, done.hours
    ))?;
    Ok(Ended::Well)
}

async fn ask(caller: &Caller, query: &Query, output: &mut Output) -> Result<Ended, Failure> {
    let question = LedgerQuery { sql: query.sql.clone(), limit: query.limit, timeout_ms: query.timeout };
    if query.csv {
        match caller.call("ledger_query_csv", serde_json::to_value(question)?).await? {
            Body::Bytes(csv) => output.bytes(&csv)?,
            Body::Json(text) => output.line(&text)?,
        }
        return Ok(Ended::Well);
    }
    let answer: LedgerAnswer = caller.ask("ledger_query", question).await?;
    if output.is_json() {
        output.document(&answer)?;
        return Ok(Ended::Well);
    }
    let number = |column: usize| answer.rows.iter().any(|row| row.get(column).is_some_and(Value::is_number));
    let headings: Vec<(&str, Side)> = answer
        .columns
        .iter()
        .enumerate()
        .map(|(column, name)| (name.as_str(), if number(column) { Side::Right } else { Side::Left }))
        .collect();
    let mut table = Table::new(&headings);
    for row in &answer.rows {
        table.row(row.iter().map(|value| cell(shown(value), Tone::Plain)).collect());
    }
    table.print(output)?;
    let rows = answer.rows.len();
    let more = if answer.truncated { " shown, and there are more: use --limit or --csv" } else { "" };
    output.aside(&format!("{rows} rows{more}; {:.0} ms.", answer.elapsed_ms), Tone::Quiet);
    Ok(Ended::Well)
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return UNKNOWN.to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
