//! `accounts requests`: what Hearth itself asked of accounts, and what that costs.

use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{OwnBilling, OwnRequestsMonth, OwnRequestsRow, OwnRequestsTable};
use hearth_host::Caller;

pub(super) async fn own_requests(
    caller: &Caller,
    month: Option<String>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let asked: OwnRequestsTable = caller.ask("own_requests", OwnRequestsMonth { month }).await?;
    if output.is_json() {
        output.document(&asked)?;
        return Ok(Ended::Well);
    }
    if asked.rows.is_empty() {
        output.line(&format!("Hearth asked nothing of any account in {}.", asked.month))?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Account", Side::Left),
        ("Service", Side::Left),
        ("Operation", Side::Left),
        ("Requests", Side::Right),
        ("Billed", Side::Right),
        ("Cost", Side::Right),
    ]);
    for row in &asked.rows {
        table.row(vec![
            cell(&row.account, Tone::Strong),
            row.service.clone().into(),
            row.operation.clone().into(),
            row.requests.map_or_else(|| "not counted".to_owned(), |count| count.to_string()).into(),
            quantity(row).into(),
            cost(row).into(),
        ]);
    }
    table.print(output)?;
    let sum = words::money(&asked.usd);
    output.line(&format!(
        "{} in {}: {sum} at list price.",
        words::counted(asked.requests, "request"),
        asked.month
    ))?;
    let mut told: Vec<&str> = Vec::new();
    for row in asked.rows.iter().filter(|row| matches!(row.billing, OwnBilling::Billed | OwnBilling::Unknown))
    {
        if !told.contains(&row.operation.as_str()) {
            told.push(&row.operation);
            output.aside(&format!("{}: {}.", row.operation, row.price), Tone::Quiet);
        }
    }
    Ok(Ended::Well)
}

fn quantity(row: &OwnRequestsRow) -> String {
    match (row.quantity, &row.unit) {
        (Some(count), Some(unit)) => format!("{count} {unit}"),
        _ => String::new(),
    }
}

fn cost(row: &OwnRequestsRow) -> String {
    match (&row.usd, row.billing) {
        (Some(usd), _) => words::money(usd),
        (None, OwnBilling::Free) => "no price".to_owned(),
        (None, OwnBilling::Call) => "with the function".to_owned(),
        (None, OwnBilling::Billed | OwnBilling::Unknown) => "unknown".to_owned(),
    }
}
