//! `prices`: what books there are, rows of the newest, refreshing, and the yes to prices that moved far.

use crate::arguments::Prices;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{UNKNOWN, counted};
use hearth_core::api::{
    Empty, PriceRows, PriceVendor, PricesConfirm, PricesInfo, PricesQuery, PricesRefresh, PricesRefreshed,
};
use hearth_core::cost::Change;
use hearth_host::Caller;

pub(super) async fn prices(
    caller: &Caller,
    command: Option<&Prices>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    match command {
        None => {
            let info: PricesInfo = caller.ask("prices_get", Empty {}).await?;
            books(&info, output)
        }
        Some(Prices::Show { text, region }) => {
            let query = PricesQuery { region: region.clone(), text: text.clone() };
            let rows: PriceRows = caller.ask("prices_rows", query).await?;
            show(&rows, output)
        }
        Some(Prices::Refresh { vendors, regions, account }) => {
            let vendors = vendors
                .iter()
                .map(|vendor| match vendor.as_str() {
                    "aws" => PriceVendor::Aws,
                    "azure" => PriceVendor::Azure,
                    _ => PriceVendor::Google,
                })
                .collect();
            // From the environment, since other people see the arguments of a process.
            let google_key = std::env::var("HEARTH_GOOGLE_KEY").ok().filter(|key| !key.is_empty());
            let request =
                PricesRefresh { vendors, regions: regions.clone(), google_key, account: account.clone() };
            output.aside("Asking for price lists…", Tone::Quiet);
            let done: PricesRefreshed = caller.ask("prices_refresh", request).await?;
            refreshed(&done, output)
        }
        Some(Prices::Confirm { keys, all: _, reject }) => {
            let request = PricesConfirm { keys: keys.clone(), accept: !reject };
            let info: PricesInfo = caller.ask("prices_confirm", request).await?;
            books(&info, output)
        }
    }
}

fn books(info: &PricesInfo, output: &mut Output) -> Result<Ended, Failure> {
    if output.is_json() {
        output.document(info)?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[("Book", Side::Left), ("Prices", Side::Right), ("From", Side::Left)]);
    for book in &info.books {
        let origin = if book.bundled { "came with Hearth" } else { "fetched" };
        let tone = if book.date == info.date { Tone::Strong } else { Tone::Plain };
        table.row(vec![cell(book.date.as_str(), tone), book.rows.to_string().into(), origin.into()]);
    }
    table.print(output)?;
    changes("Waiting for a yes (`hearth prices confirm`)", &info.waiting, output)?;
    for file in &info.unread {
        output.aside(file, Tone::Bad);
    }
    Ok(Ended::Well)
}

fn refreshed(done: &PricesRefreshed, output: &mut Output) -> Result<Ended, Failure> {
    if output.is_json() {
        output.document(done)?;
        return Ok(Ended::Well);
    }
    output.line(&format!("Prices of {}: {} the same", done.date, done.same))?;
    changes("Changed", &done.changes, output)?;
    changes("Waiting for a yes (`hearth prices confirm`)", &done.waiting, output)?;
    for remark in &done.remarks {
        output.aside(remark, Tone::Quiet);
    }
    for failure in &done.failures {
        output.aside(&format!("{:?}: {}", failure.vendor, failure.message), Tone::Bad);
    }
    output.aside(&format!("Asked: {}", done.hosts.join(", ")), Tone::Quiet);
    Ok(Ended::Well)
}

fn changes(title: &str, changes: &[Change], output: &mut Output) -> Result<(), Failure> {
    if changes.is_empty() {
        return Ok(());
    }
    output.line(&format!("{title}: {}", counted(changes.len() as u64, "price")))?;
    let mut table = Table::new(&[
        ("Price", Side::Left),
        ("Before", Side::Right),
        ("After", Side::Right),
        ("Move", Side::Right),
    ]);
    for change in changes {
        let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let percent =
            change.percent.as_ref().map_or_else(|| UNKNOWN.to_owned(), |percent| format!("{percent} %"));
        let tone = if change.needs_yes { Tone::Odd } else { Tone::Plain };
        table.row(vec![
            cell(change.key.as_str(), Tone::Strong),
            or_unknown(&change.before).into(),
            or_unknown(&change.after).into(),
            cell(percent, tone),
        ]);
    }
    table.print(output)
}

fn show(rows: &PriceRows, output: &mut Output) -> Result<Ended, Failure> {
    if output.is_json() {
        output.document(rows)?;
        return Ok(Ended::Well);
    }
    let mut table = Table::new(&[
        ("Price", Side::Left),
        ("For one", Side::Left),
        ("Costs", Side::Right),
        ("Read", Side::Left),
        ("Sure", Side::Left),
    ]);
    for row in &rows.rows {
        let amount = match (&row.allowance, row.tiers.as_slice()) {
            (Some(units), _) => format!("{units} free"),
            (None, tiers) => tiers
                .iter()
                .map(|tier| {
                    let from = if tier.from == "0" { String::new() } else { format!("from {} ", tier.from) };
                    format!("{from}{} {}", tier.price, row.currency)
                })
                .collect::<Vec<_>>()
                .join(", "),
        };
        table.row(vec![
            cell(row.key.as_str(), Tone::Strong),
            row.unit.as_str().into(),
            amount.into(),
            row.retrieved.as_str().into(),
            format!("{:?}", row.confidence).to_lowercase().into(),
        ]);
    }
    table.print(output)?;
    output.aside(
        &format!("{} of the book of {}", counted(rows.rows.len() as u64, "price"), rows.date),
        Tone::Quiet,
    );
    Ok(Ended::Well)
}
