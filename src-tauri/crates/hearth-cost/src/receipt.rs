//! The receipt of one invocation: its lines and their sum. Must not know how an invocation was measured.

use crate::book::PriceBook;
use crate::error::Result;
use crate::usage::{amount, gb_seconds};
use crate::words;
use hearth_model::{Invocation, Outcome};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One line of a receipt: quantity × rate = amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptLine {
    /// What is paid for: `request`, `compute`, `init`.
    pub name: String,
    /// The same for people: "1 request", "49 ms × 0.5 GB".
    pub label: String,
    /// Quantity in `unit`, an exact decimal.
    pub quantity: String,
    /// `request` or `GB-second`.
    pub unit: String,
    /// US dollars for one unit, an exact decimal.
    pub rate_usd: String,
    /// US dollars, an exact decimal.
    pub amount_usd: String,
}

/// What one invocation would cost on AWS Lambda at list price, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The lines, which add up to the total.
    pub lines: Vec<ReceiptLine>,
    /// Their sum in US dollars, an exact decimal.
    pub total_usd: String,
    /// How many of these 1 USD buys, rounded down; none when the total is zero.
    pub per_usd: Option<u64>,
    /// What it costs where it ran: `0` on this computer.
    pub here_usd: String,
    /// In words, for people: "$1 buys 1.9 million of these".
    pub words: String,
    /// Region of the prices.
    pub price_region: String,
    /// Day of the price book, `2026-11-20`.
    pub price_date: String,
    /// Where the prices come from.
    pub source: String,
}

/// The receipt of `invocation` at the prices of `region`. A refused request costs nothing, one that still runs
/// is charged for what is known.
pub fn receipt(book: &PriceBook, region: &str, invocation: &Invocation) -> Result<Receipt> {
    let prices = book.lambda(region)?;
    let mut lines = Vec::with_capacity(3);
    let mut total = Decimal::ZERO;
    if invocation.outcome != Outcome::Throttled {
        let rate = prices.request_usd();
        total += rate;
        lines.push(ReceiptLine {
            name: "request".to_owned(),
            label: "1 request".to_owned(),
            quantity: "1".to_owned(),
            unit: "request".to_owned(),
            rate_usd: plain(rate),
            amount_usd: plain(rate),
        });
        let (compute_ms, init_ms) = invocation.billed_split();
        let rate = prices.gb_second_usd(invocation.architecture);
        for (name, milliseconds) in [("compute", compute_ms), ("init", init_ms)] {
            if milliseconds == 0 {
                continue;
            }
            let mb_ms = u128::from(milliseconds) * u128::from(invocation.memory_mb);
            let quantity = gb_seconds(mb_ms)?;
            let usd = amount(quantity, rate, mb_ms)?;
            total += usd;
            lines.push(ReceiptLine {
                name: name.to_owned(),
                label: format!(
                    "{} ms × {}",
                    words::grouped(milliseconds),
                    words::memory(invocation.memory_mb)
                ),
                quantity: plain(quantity),
                unit: "GB-second".to_owned(),
                rate_usd: plain(rate),
                amount_usd: plain(usd),
            });
        }
    }
    let per_usd = (!total.is_zero()).then(|| (Decimal::ONE / total).floor().to_u64()).flatten();
    Ok(Receipt {
        lines,
        total_usd: plain(total),
        per_usd,
        here_usd: "0".to_owned(),
        words: in_words(total, per_usd),
        price_region: region.to_owned(),
        price_date: book.date().to_owned(),
        source: book.source().to_owned(),
    })
}

fn in_words(total: Decimal, per_usd: Option<u64>) -> String {
    match per_usd {
        None => "Costs nothing".to_owned(),
        Some(0) => format!("One of these costs ${}", total.round_dp(2)),
        Some(1) => "$1 buys one of these".to_owned(),
        Some(count) => format!("$1 buys {} of these", words::count(count)),
    }
}

fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_model::{
        Architecture, InvocationSource, Micros, Phases, RequestId, ServerStart, billed_milliseconds,
    };
    use proptest::prelude::*;

    fn invocation(outcome: Outcome, init_us: i64, invoke_us: i64, memory_mb: u32) -> Invocation {
        let throttled = outcome == Outcome::Throttled;
        Invocation {
            request_id: RequestId::from("r"),
            function_id: "f".into(),
            function_name: "kettle".to_owned(),
            version: 1,
            environment_id: None,
            environment_number: None,
            started_us: Micros::ZERO,
            outcome,
            start: if init_us > 0 { ServerStart::Cold } else { ServerStart::Warm },
            phases: Phases { init_us: Micros(init_us), invoke_us: Micros(invoke_us), ..Phases::default() },
            billed_ms: if throttled { 0 } else { billed_milliseconds(Micros(init_us), Micros(invoke_us)) },
            memory_mb,
            max_memory_mb: 0,
            architecture: Architecture::X86_64,
            event_bytes: 0,
            response_bytes: 0,
            error_type: None,
            error_message: None,
            source: InvocationSource::Test,
        }
    }

    fn receipt_of(invocation: &Invocation) -> Receipt {
        receipt(&PriceBook::bundled().unwrap(), "us-east-1", invocation).unwrap()
    }

    #[test]
    fn a_cold_call_pays_for_the_request_the_handler_and_init() {
        let receipt = receipt_of(&invocation(Outcome::Succeeded, 265_720, 395_990, 512));
        let lines: Vec<_> = receipt
            .lines
            .iter()
            .map(|line| (line.name.as_str(), line.label.as_str(), line.amount_usd.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                ("request", "1 request", "0.0000002"),
                ("compute", "396 ms × 0.5 GB", "0.0000033000066"),
                ("init", "266 ms × 0.5 GB", "0.0000022166711"),
            ]
        );
        assert_eq!(receipt.total_usd, "0.0000057166777", "the sum of the lines");
        assert_eq!(receipt.per_usd, Some(174_926));
        assert_eq!(receipt.words, "$1 buys 174,000 of these");
    }

    #[test]
    fn a_warm_call_has_no_line_for_init() {
        let receipt = receipt_of(&invocation(Outcome::Succeeded, 0, 20_000, 1_024));
        assert_eq!(receipt.lines.len(), 2);
        assert_eq!(receipt.total_usd, "0.000000533334");
        assert_eq!(receipt.words, "$1 buys 1.8 million of these");
    }

    #[test]
    fn a_throttled_call_costs_nothing() {
        let receipt = receipt_of(&invocation(Outcome::Throttled, 0, 0, 512));
        assert_eq!((receipt.total_usd.as_str(), receipt.per_usd, receipt.lines.len()), ("0", None, 0));
    }

    proptest! {
        #[test]
        fn lines_add_up_to_the_total_and_quantity_times_rate_to_each_line(
            init in 0_i64..10_000_000, invoke in 0_i64..900_000_000, memory in 128_u32..=10_240,
        ) {
            let receipt = receipt_of(&invocation(Outcome::Succeeded, init, invoke, memory));
            let decimal = |text: &str| text.parse::<Decimal>().unwrap();
            let mut sum = Decimal::ZERO;
            for line in &receipt.lines {
                prop_assert_eq!(decimal(&line.quantity) * decimal(&line.rate_usd), decimal(&line.amount_usd));
                sum += decimal(&line.amount_usd);
            }
            prop_assert_eq!(sum, decimal(&receipt.total_usd));
        }

        #[test]
        fn longer_and_larger_never_cost_less(
            invoke in 0_i64..900_000_000, more_us in 0_i64..1_000_000, memory in 128_u32..10_000, more_mb in 0_u32..240,
        ) {
            let total = |invoke, memory| {
                receipt_of(&invocation(Outcome::Succeeded, 0, invoke, memory)).total_usd.parse::<Decimal>().unwrap()
            };
            prop_assert!(total(invoke + more_us, memory) >= total(invoke, memory));
            prop_assert!(total(invoke, memory + more_mb) >= total(invoke, memory));
        }
    }
}
