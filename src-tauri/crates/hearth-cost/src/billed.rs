//! Billed durations and costs of a file of REPORT lines. Owns the answer's form; a bad line gets its own error. Must
//! not know files.

use crate::Day;
use crate::billing::{Package, RuleContext, parse_report};
use crate::book::PriceBook;
use crate::error::Result;
use crate::usage::{amount, gb_seconds};
use hearth_model::Architecture;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

/// What REPORT lines do not say themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BilledOptions {
    /// The region whose prices hold.
    pub region: String,
    /// The processors.
    pub architecture: Architecture,
    /// How the code is packed: decides whether init is billed where a line has no billed duration.
    pub package: Package,
    /// The day of lines that carry none; none for the day of the price book.
    pub day: Option<Day>,
}

/// One line's answer. Milliseconds and megabytes are none where the line does not say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BilledLine {
    /// It was read.
    #[serde(rename_all = "camelCase")]
    Read {
        /// The id of the request.
        request_id: Option<String>,
        /// How long the handler ran.
        duration_ms: f64,
        /// Init, on a cold start.
        init_ms: Option<f64>,
        /// Restoring a snapshot.
        restore_ms: Option<f64>,
        /// As printed, otherwise by the rules of its day.
        billed_ms: u64,
        /// Memory size.
        memory_mb: Option<u32>,
        /// Most memory used.
        max_memory_mb: Option<u32>,
        /// US dollars for the request and its duration at list price, an exact decimal; none without a memory size.
        cost: Option<String>,
    },
    /// It cannot be.
    Failed {
        /// Its number in the file, from 1.
        line: usize,
        /// Why.
        error: String,
    },
}

/// Answers every line of `bytes` that is not empty. An unknown region is an error as a whole.
pub fn billed_lines(book: &PriceBook, bytes: &[u8], options: &BilledOptions) -> Result<Vec<BilledLine>> {
    let prices = book.lambda(&options.region)?;
    let context = RuleContext { day: options.day.unwrap_or(book.day()), package: options.package };
    let request = prices.request_usd();
    let rate = prices.gb_second_usd(options.architecture);
    let read = |line: &[u8]| -> std::result::Result<BilledLine, String> {
        let line = std::str::from_utf8(line).map_err(|error| format!("not UTF-8 text: {error}"))?;
        let report = parse_report(line).map_err(|error| error.to_string())?;
        let billed_ms = report.billed_ms(context);
        let cost = report.memory_mb.map(|memory_mb| -> Result<String> {
            let mb_ms = u128::from(billed_ms) * u128::from(memory_mb);
            Ok((request + amount(gb_seconds(mb_ms)?, rate, mb_ms)?).normalize().to_string())
        });
        // For people and charts: exact figures are `billedMs` and `cost`.
        let float = |value: Decimal| value.to_f64().unwrap_or(f64::NAN);
        Ok(BilledLine::Read {
            request_id: report.request_id,
            duration_ms: float(report.duration_ms),
            init_ms: report.init_ms.map(float),
            restore_ms: report.restore_ms.map(float),
            billed_ms,
            memory_mb: report.memory_mb,
            max_memory_mb: report.max_memory_mb,
            cost: cost.transpose().map_err(|error| error.to_string())?,
        })
    };
    Ok(bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(place, line)| read(line).unwrap_or_else(|error| BilledLine::Failed { line: place + 1, error }))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> BilledOptions {
        BilledOptions {
            region: "us-east-1".to_owned(),
            architecture: Architecture::X86_64,
            package: Package::Zip,
            day: None,
        }
    }

    #[test]
    fn lines_are_priced_and_bad_ones_say_their_number() {
        let book = PriceBook::bundled().unwrap();
        let mut file = b"REPORT RequestId: a\tDuration: 395.99 ms\tBilled Duration: 662 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\tInit Duration: 265.72 ms\t\r\n\n".to_vec();
        file.extend(b"REPORT RequestId: b\tDuration: 12\n\xff\xfe\n");
        let lines = billed_lines(&book, &file, &options()).unwrap();
        assert_eq!(
            serde_json::to_value(&lines[0]).unwrap(),
            serde_json::json!({
                "requestId": "a", "durationMs": 395.99, "initMs": 265.72, "restoreMs": null, "billedMs": 662,
                "memoryMb": 512, "maxMemoryMb": 90, "cost": "0.0000057166777",
            })
        );
        let told: Vec<_> = lines[1..]
            .iter()
            .map(|line| match line {
                BilledLine::Failed { line, error } => (*line, error.contains("UTF-8")),
                BilledLine::Read { .. } => panic!("it cannot be read"),
            })
            .collect();
        assert_eq!(told, [(3, false), (4, true)]);
        let elsewhere = BilledOptions { region: "moon-1".to_owned(), ..options() };
        assert!(billed_lines(&book, b"", &elsewhere).unwrap_err().to_string().contains("`moon-1`"));
    }
}
