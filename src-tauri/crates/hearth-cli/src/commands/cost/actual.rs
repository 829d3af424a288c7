//! `cost actual`: a month as Hearth worked it out beside what AWS or Google billed.

use crate::commands::live::consent;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words::{UNKNOWN, counted, money};
use hearth_core::api::{ByUsePrice, CostActual, CostCompared};
use hearth_host::Caller;

pub(super) async fn actual(
    caller: &Caller,
    request: CostActual,
    yes: bool,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let price: Option<ByUsePrice> = caller.ask("cost_actual_price", request.clone()).await?;
    if let Some(price) = price {
        consent(&price, yes, output).await?;
    }
    let compared: CostCompared = caller.ask("cost_actual", request).await?;
    if output.is_json() {
        output.document(&compared)?;
        return Ok(Ended::Well);
    }
    let is_dollars = compared.currency == "USD";
    let billed = |amount: &str| {
        if is_dollars { money(amount) } else { format!("{amount} {}", compared.currency) }
    };
    let unknown = || UNKNOWN.to_owned();
    // Between two currencies there is none to tell.
    let difference = |amount: &str| if is_dollars { money(amount) } else { unknown() };
    output.line(&format!(
        "{} in {}: {} billed, {} worked out, difference {}",
        output.tone(&compared.account, Tone::Strong),
        compared.month,
        billed(&compared.billed),
        money(&compared.own),
        difference(&compared.difference),
    ))?;
    let mut table = Table::new(&[
        ("Line", Side::Left),
        ("Counted there", Side::Right),
        ("Counted here", Side::Right),
        ("Billed", Side::Right),
        ("Worked out", Side::Right),
        ("Difference", Side::Right),
        ("Its name there", Side::Left),
    ]);
    for line in &compared.lines {
        table.row(vec![
            cell(&line.label, Tone::Strong),
            line.billed_quantity.clone().unwrap_or_else(unknown).into(),
            line.own_quantity.clone().unwrap_or_else(unknown).into(),
            line.billed.as_deref().map_or_else(unknown, billed).into(),
            line.own.as_deref().map_or_else(unknown, money).into(),
            line.difference.as_deref().map_or_else(unknown, difference).into(),
            cell(line.meters.join(", "), Tone::Quiet),
        ]);
    }
    table.print(output)?;
    for note in &compared.notes {
        output.aside(note, Tone::Quiet);
    }
    let asked = counted(u64::from(compared.requests), "request");
    output.aside(&format!("{asked}, {}.", money(&compared.asked_usd)), Tone::Quiet);
    Ok(Ended::Well)
}
