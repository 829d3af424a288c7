//! One call with its receipt: each line rate times quantity, with where the price is from; or why it has none.

use super::{function, tone};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{InvocationDetail, InvocationName};
use hearth_core::cost::Receipt;
use hearth_host::Caller;

pub(super) async fn show(caller: &Caller, request: &str, output: &mut Output) -> Result<Ended, Failure> {
    let query = InvocationName { request_id: request.into() };
    let detail: InvocationDetail = caller.ask("invocation_get", query).await?;
    if output.is_json() {
        output.document(&detail)?;
        return Ok(Ended::Well);
    }
    let call = &detail.invocation;
    let outcome = output.tone(&call.outcome.as_str().replace('_', " "), tone(call.outcome));
    output.line(&format!(
        "{} {outcome}, {} after {}",
        function(call),
        words::instant(call.started_us),
        words::duration(call.phases.invoke_us)
    ))?;
    match (&detail.receipt, &detail.unpriced) {
        (Some(receipt), _) => print(receipt, output)?,
        (None, Some(why)) => output.line(&format!("{why}."))?,
        (None, None) => output.line("Its price is unknown.")?,
    }
    Ok(Ended::Well)
}

fn print(receipt: &Receipt, output: &mut Output) -> Result<(), Failure> {
    let mut table = Table::new(&[
        ("For", Side::Left),
        ("Quantity", Side::Right),
        ("Unit", Side::Left),
        ("Rate", Side::Right),
        ("Amount", Side::Right),
    ]);
    for line in &receipt.lines {
        table.row(vec![
            line.label.clone().into(),
            line.quantity.clone().into(),
            line.unit.clone().into(),
            words::dollars(&line.rate_usd).into(),
            words::dollars(&line.amount_usd).into(),
        ]);
    }
    table.row(vec![
        cell("together", Tone::Strong),
        String::new().into(),
        String::new().into(),
        String::new().into(),
        cell(words::dollars(&receipt.total_usd), Tone::Strong),
    ]);
    table.print(output)?;
    output.line(&format!("{}.", receipt.words))?;
    if let Some(explained) = &receipt.explained {
        output.aside(explained, Tone::Quiet);
    }
    let source = format!(
        "List prices of {} in {}, {} ({}); not from a bill.",
        receipt.plan, receipt.price_region, receipt.price_date, receipt.source
    );
    output.aside(&source, Tone::Quiet);
    Ok(())
}
