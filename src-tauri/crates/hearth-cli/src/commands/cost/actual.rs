//! `cost actual`: a month as Hearth worked it out beside what AWS billed.

use super::month::rounded;
use crate::commands::live::agree;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{UNKNOWN, counted};
use hearth_core::api::{ByUse, CostActual, CostCompared};
use hearth_host::Caller;

pub(super) async fn actual(
    caller: &Caller,
    account: &str,
    month: Option<String>,
    yes: bool,
    output: &mut Output,
) -> Result<Ended, Failure> {
    agree(caller, ByUse::Bill, yes, output).await?;
    let request = CostActual { account: account.to_owned(), month, agreed: true };
    let compared: CostCompared = caller.ask("cost_actual", request).await?;
    if output.is_json() {
        output.document(&compared)?;
        return Ok(Ended::Well);
    }
    let money = |amount: &str| {
        if compared.currency == "USD" { rounded(amount) } else { format!("{amount} {}", compared.currency) }
    };
    let unknown = || UNKNOWN.to_owned();
    output.line(&format!(
        "{} in {}: {} billed, {} worked out, difference {}",
        output.tone(&compared.account, Tone::Strong),
        compared.month,
        money(&compared.billed),
        rounded(&compared.own),
        rounded(&compared.difference),
    ))?;
    let mut table = Table::new(&[
        ("Line", Side::Left),
        ("Counted by AWS", Side::Right),
        ("Counted here", Side::Right),
        ("Billed", Side::Right),
        ("Worked out", Side::Right),
        ("Difference", Side::Right),
        ("AWS calls it", Side::Left),
    ]);
    for line in &compared.lines {
        table.row(vec![
            cell(&line.label, Tone::Strong),
            line.billed_quantity.clone().unwrap_or_else(unknown).into(),
            line.own_quantity.clone().unwrap_or_else(unknown).into(),
            line.billed.as_deref().map_or_else(unknown, money).into(),
            line.own.as_deref().map_or_else(unknown, rounded).into(),
            line.difference.as_deref().map_or_else(unknown, rounded).into(),
            cell(line.meters.join(", "), Tone::Quiet),
        ]);
    }
    table.print(output)?;
    for note in &compared.notes {
        output.aside(note, Tone::Quiet);
    }
    let asked = counted(u64::from(compared.requests), "request");
    output.aside(&format!("{asked} to Cost Explorer, {}.", rounded(&compared.asked_usd)), Tone::Quiet);
    Ok(Ended::Well)
}
