//! The receipt of one invocation: its lines and their sum. Must not know how an invocation was measured.

use crate::book::{PriceBook, Row, Tier, plain};
use crate::charge::tiered;
use crate::error::{Error, Result};
use crate::meter::Meter;
use crate::usage::gb_seconds;
use crate::words;
use hearth_model::{Architecture, Invocation, Outcome};
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
    /// The tier of the month that the rate is of, in words: "first 6 billion".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub tier: Option<String>,
    /// Where the rate was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub source: Option<String>,
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
    /// The whole receipt in one sentence, with what was assumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub explained: Option<String>,
}

/// The receipt of `invocation` at the prices of `region`. A refused request costs nothing, one that still runs
/// is charged for what is known.
pub fn receipt(book: &PriceBook, region: &str, invocation: &Invocation) -> Result<Receipt> {
    // Lambda must have prices there, whatever other rows name the region.
    book.lambda(region)?;
    let mut lines = Vec::with_capacity(3);
    let mut total = Decimal::ZERO;
    if invocation.outcome != Outcome::Throttled {
        let (compute_ms, init_ms) = invocation.billed_split();
        let memory_mb = invocation.memory_mb;
        let requests = Priced::of(book, Meter::LambdaRequests, region, None)?;
        total += requests.push(&mut lines, "request", "1 request".to_owned(), Decimal::ONE)?;
        let duration = Priced::of(book, Meter::LambdaDuration, region, Some(invocation.architecture))?;
        for (name, milliseconds) in [("compute", compute_ms), ("init", init_ms)] {
            if milliseconds == 0 {
                continue;
            }
            let quantity = gb_seconds(u128::from(milliseconds) * u128::from(memory_mb))?;
            let label = format!("{} ms × {}", words::grouped(milliseconds), words::memory(memory_mb));
            total += duration.push(&mut lines, name, label, quantity)?;
        }
    }
    let per_usd = (!total.is_zero()).then(|| (Decimal::ONE / total).floor().to_u64()).flatten();
    Ok(Receipt {
        total_usd: plain(total),
        per_usd,
        here_usd: "0".to_owned(),
        words: in_words(total, per_usd),
        explained: explained(book, region, &lines, total),
        price_region: region.to_owned(),
        price_date: book.date().to_owned(),
        source: book.source().to_owned(),
        lines,
    })
}

/// A row of the book on its way to lines of a receipt.
struct Priced<'a> {
    book: &'a PriceBook,
    row: &'a Row,
    tiers: Vec<Tier>,
}

impl<'a> Priced<'a> {
    fn of(
        book: &'a PriceBook,
        meter: Meter,
        region: &str,
        architecture: Option<Architecture>,
    ) -> Result<Self> {
        let row = book.price(meter, region, architecture, book.day())?;
        Ok(Self { book, row, tiers: row.unit_tiers() })
    }

    /// Adds the line of `quantity`, which alone never leaves the first tier, and returns its amount.
    fn push(
        &self,
        lines: &mut Vec<ReceiptLine>,
        name: &str,
        label: String,
        quantity: Decimal,
    ) -> Result<Decimal> {
        let steps = tiered(&self.tiers, Decimal::ZERO, quantity)?;
        let [step] = steps.as_slice() else { return Err(Error::TooLarge(plain(quantity))) };
        lines.push(ReceiptLine {
            name: name.to_owned(),
            label,
            quantity: plain(step.quantity),
            unit: self.row.meter.unit().name().to_owned(),
            rate_usd: plain(step.rate),
            amount_usd: plain(step.amount),
            tier: (self.tiers.len() > 1).then(|| step.label.clone()),
            source: Some(self.book.source_of(self.row)),
        });
        Ok(step.amount)
    }
}

/// "1 request for $0.0000002 and 396 ms × 0.5 GB for $0.0000033, together $0.0000035 at list price …".
fn explained(book: &PriceBook, region: &str, lines: &[ReceiptLine], total: Decimal) -> Option<String> {
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
    Some(format!(
        "{list}: together ${} at list price in {region}, read on {}, in the first tier of the month and without the \
         free tier.",
        plain(total),
        book.date()
    ))
}

fn in_words(total: Decimal, per_usd: Option<u64>) -> String {
    match per_usd {
        None => "Costs nothing".to_owned(),
        Some(0) => format!("One of these costs ${}", total.round_dp(2)),
        Some(1) => "$1 buys one of these".to_owned(),
        Some(count) => format!("$1 buys {} of these", words::count(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_model::{InvocationSource, Micros, Phases, RequestId, ServerStart, billed_milliseconds};
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
        assert_eq!(receipt.lines[1].tier.as_deref(), Some("first 6 billion"));
        assert!(receipt.lines[1].source.as_deref().unwrap().contains("Price List"), "{receipt:?}");
        assert_eq!(
            receipt.explained.as_deref(),
            Some(
                "1 request for $0.0000002, 396 ms × 0.5 GB for $0.0000033000066 and 266 ms × 0.5 GB of start-up for \
                 $0.0000022166711: together $0.0000057166777 at list price in us-east-1, read on 2026-11-23, in the \
                 first tier of the month and without the free tier."
            )
        );
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
        assert!(receipt.explained.unwrap().contains("costs nothing"));
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
