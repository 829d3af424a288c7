//! `cost`: arithmetic on files here, which needs no data folder and no owner; months and what-if in [`month`] and
//! [`what_if`].

mod actual;
mod month;
mod what_if;

use crate::arguments::{Billed, Cost};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{UNKNOWN, dollars, paid_in};
use hearth_core::api::CostActual;
use hearth_core::cost::{
    BilledLine, BilledOptions, CaseAnswer, Package, PriceBook, billed_lines, estimate_cases,
};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::Architecture;
use std::path::Path;

/// What asks the ledger.
pub(super) async fn from_ledger(
    caller: &Caller,
    command: &Cost,
    output: &mut Output,
) -> Result<Ended, Failure> {
    match command {
        Cost::Show { month, by, scope } => month::show(caller, month.clone(), *by, scope, output).await,
        Cost::Function { name, month } => month::function(caller, name, month.clone(), output).await,
        Cost::Forecast { scope } => month::forecast(caller, scope, output).await,
        Cost::Actual { account, month, table, yes } => {
            let (account, month, table) = (account.clone(), month.clone(), table.clone());
            actual::actual(caller, CostActual { account, month, table, agreed: true }, *yes, output).await
        }
        Cost::WhatIf(arguments) => what_if::what_if(caller, arguments, output).await,
        Cost::Estimate { .. } | Cost::Billed(_) | Cost::Report(_) => Ok(Ended::Unable),
    }
}

/// What needs no data folder and no owner; none for what asks the ledger.
pub(crate) fn from_files(command: &Cost, output: &mut Output) -> Option<Result<Ended, Failure>> {
    match command {
        Cost::Estimate { cases } => Some(estimate(cases, output)),
        Cost::Billed(arguments) => Some(billed(arguments, output)),
        Cost::Show { .. }
        | Cost::Function { .. }
        | Cost::Forecast { .. }
        | Cost::Actual { .. }
        | Cost::WhatIf(_)
        | Cost::Report(_) => None,
    }
}

fn estimate(file: &Path, output: &mut Output) -> Result<Ended, Failure> {
    let bytes = read(file)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let message = format!("`{}` is not UTF-8 text", file.display());
        ApiError::new(ErrorCode::InvalidInput, message).with_detail(error.to_string())
    })?;
    let book = PriceBook::bundled().map_err(ApiError::from)?;
    let answers = estimate_cases(&book, text).map_err(|error| {
        ApiError::from(error)
            .with_hint("Write an object with `cases`, each with `id`, `calc` and `inputs`.")
            .with_detail(format!("in `{}`", file.display()))
    })?;
    if output.is_json() {
        output.document(&answers)?;
    } else {
        let mut table = Table::new(&[
            ("Case", Side::Left),
            ("Line", Side::Left),
            ("Amount", Side::Right),
            ("Printed", Side::Right),
        ]);
        for answer in &answers {
            match answer {
                // Said below: a long reason must not widen the table.
                CaseAnswer::Failed { id, .. } => {
                    table.row(vec![cell(id, Tone::Strong), cell("cannot be worked out", Tone::Bad)]);
                }
                CaseAnswer::Done { id, lines, currency, total } => {
                    let sum = [("total", total)].into_iter();
                    let parts = lines.iter().map(|(name, line)| (name.as_str(), &line.amount));
                    for (place, (name, amount)) in parts.chain(sum).enumerate() {
                        let case = if place == 0 { id.as_str() } else { "" };
                        let tone = if name == "total" { Tone::Strong } else { Tone::Plain };
                        table.row(vec![
                            cell(case, Tone::Strong),
                            cell(name, tone),
                            cell(paid_in(*currency, &dollars(&amount.exact)), tone),
                            cell(paid_in(*currency, &format!("${}", amount.printed)), tone),
                        ]);
                    }
                }
            }
        }
        table.print(output)?;
        for answer in &answers {
            if let CaseAnswer::Failed { id, error } = answer {
                output.aside(&format!("{id}: {error}"), Tone::Bad);
            }
        }
        output.aside(&format!("List prices as read on {}.", book.date()), Tone::Quiet);
    }
    let done = answers.is_empty() || answers.iter().any(|answer| matches!(answer, CaseAnswer::Done { .. }));
    Ok(if done { Ended::Well } else { Ended::Unable })
}

/// Always a JSON array: it is made for programs.
fn billed(arguments: &Billed, output: &mut Output) -> Result<Ended, Failure> {
    let bytes = read(&arguments.report_lines)?;
    let book = PriceBook::bundled().map_err(ApiError::from)?;
    let day = arguments.date.as_deref().map(str::parse).transpose().map_err(|_| {
        let date = arguments.date.as_deref().unwrap_or(UNKNOWN);
        ApiError::new(ErrorCode::InvalidInput, format!("`{date}` is no day"))
            .with_hint("Write it as 2025-05-12.")
    })?;
    let options = BilledOptions {
        region: arguments.region.clone(),
        architecture: if arguments.architecture == "arm64" {
            Architecture::Arm64
        } else {
            Architecture::X86_64
        },
        package: match arguments.package.as_str() {
            "image" => Package::Image,
            "custom-runtime" => Package::CustomRuntime,
            _ => Package::Zip,
        },
        day,
    };
    let lines = billed_lines(&book, &bytes, &options).map_err(|error| {
        ApiError::from(error)
            .with_hint(format!("Hearth has prices for {}.", book.regions().collect::<Vec<_>>().join(", ")))
    })?;
    output.document(&lines)?;
    for line in &lines {
        if let BilledLine::Failed { line, error } = line {
            output.aside(&format!("Line {line}: {error}"), Tone::Bad);
        }
    }
    let read = lines.is_empty() || lines.iter().any(|line| matches!(line, BilledLine::Read { .. }));
    Ok(if read { Ended::Well } else { Ended::Unable })
}

fn read(file: &Path) -> Result<Vec<u8>, ApiError> {
    std::fs::read(file).map_err(|error| {
        ApiError::new(ErrorCode::NotFound, format!("`{}` cannot be read", file.display()))
            .with_detail(error.to_string())
    })
}
