//! A receipt in sentences: what was counted and how, what it comes to, what a dollar buys.

use super::{BilledAt, ReceiptLine, counted};
use crate::billing::Plan;
use crate::book::{PriceBook, plain};
use crate::words;
use hearth_model::Invocation;
use rust_decimal::Decimal;

/// "1 request for $0.0000002 and 396 ms × 0.5 GB for $0.0000033, together $0.0000035 at list price …".
pub(super) fn explained(
    book: &PriceBook,
    at: &BilledAt,
    invocation: &Invocation,
    lines: &[ReceiptLine],
    total: Decimal,
) -> Option<String> {
    if lines.is_empty() {
        return Some("It was refused before it ran, and what is refused costs nothing.".to_owned());
    }
    let parts: Vec<String> = lines
        .iter()
        .map(|line| {
            let start = if line.name == "init" { " of start-up" } else { "" };
            format!("{}{start} for ${}", line.label, line.amount_usd)
        })
        .collect();
    let (last, first) = parts.split_last()?;
    let list = if first.is_empty() { last.clone() } else { format!("{} and {last}", first.join(", ")) };
    let (plan, grants) = match at.plan {
        Plan::LambdaOnDemand => (String::new(), "in the first tier of the month and without the free tier"),
        plan => (format!(" of {}", plan.words()), "before what is free each month"),
    };
    let sum = format!(
        "{list}: together ${} at list price{plan} in {}, read on {}, {grants}.",
        plain(total),
        at.region,
        book.date()
    );
    Some(match rule(at, invocation) {
        None => sum,
        Some(rule) => format!("{sum} {rule}"),
    })
}

/// How the plan counts a call; none for Lambda, which counts what it reports.
fn rule(at: &BilledAt, invocation: &Invocation) -> Option<String> {
    let took = counted::took(at.plan, invocation);
    let ran = format!("{} ms", words::grouped(took.div_ceil(1_000)));
    const SHARED: &str = "calls that a server answers at the same time share that, so this is the most";
    Some(match at.plan {
        Plan::AzureConsumption => {
            let memory = match invocation.max_memory_mb {
                0 => "what it used is not known, so the memory that it may use is taken, which is the most"
                    .to_owned(),
                used => format!("it used {used} MB, counted in steps of 128 MB"),
            };
            format!("It ran {ran}, and at least 100 ms count; {memory}.")
        }
        Plan::AzureFlex => format!(
            "It ran {ran}, and a whole server counts for at least 1,000 ms, then in steps of 100 ms; {SHARED}."
        ),
        Plan::CloudRunRequest => {
            let processors =
                if at.vcpu.is_none() { "; its processors are not known, so one is taken" } else { "" };
            format!("It took {ran} with its start-up, counted in steps of 100 ms{processors}; {SHARED}.")
        }
        Plan::GoogleGen1 => format!("It ran {ran}, counted in steps of 100 ms."),
        _ => return None,
    })
}

/// "$1 buys 1.9 million of these".
pub(super) fn bought(total: Decimal, per_usd: Option<u64>) -> String {
    match per_usd {
        None => "Costs nothing".to_owned(),
        Some(0) => format!("One of these costs ${}", total.round_dp(2)),
        Some(1) => "$1 buys one of these".to_owned(),
        Some(count) => format!("$1 buys {} of these", words::count(count)),
    }
}
