//! A receipt of tasks: each line rate times quantity, with where the price is from.

use crate::failure::Failure;
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::cost::{Breakdown, Decimal};

pub(super) fn print(title: &str, receipt: &Breakdown, output: &mut Output) -> Result<(), Failure> {
    let least = if receipt.unknown.is_empty() { "" } else { "at least " };
    let total = format!("{title}: {least}{}", amount(receipt.total));
    let total = output.tone(&total, Tone::Strong);
    output.line(&total)?;
    let mut table = Table::new(&[
        ("For", Side::Left),
        ("Quantity", Side::Right),
        ("Unit", Side::Left),
        ("Rate", Side::Right),
        ("Amount", Side::Right),
    ]);
    for line in &receipt.lines {
        if line.steps.is_empty() {
            table.row(vec![
                line.label.clone().into(),
                words::UNKNOWN.into(),
                line.unit.clone().into(),
                words::UNKNOWN.into(),
                cell("unknown", Tone::Odd),
            ]);
        }
        for step in &line.steps {
            table.row(vec![
                line.label.clone().into(),
                step.quantity.round_dp(6).normalize().to_string().into(),
                line.unit.clone().into(),
                words::dollars(&step.rate.to_string()).into(),
                amount(step.amount).into(),
            ]);
        }
    }
    table.print(output)?;
    for line in receipt.lines.iter().filter(|line| line.amount.is_none()) {
        if let Some(note) = &line.note {
            output.aside(&format!("{} unknown: {note}", line.label), Tone::Quiet);
        }
    }
    let said = format!("{}; prices of {}", receipt.assumptions.join("; "), receipt.price_date);
    output.aside(&said, Tone::Quiet);
    Ok(())
}

/// To a billionth of a dollar; `--json` has all digits.
fn amount(exact: Decimal) -> String {
    words::dollars(&exact.round_dp(9).normalize().to_string())
}
