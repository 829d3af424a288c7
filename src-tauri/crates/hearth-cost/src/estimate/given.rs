//! Lines at quantities and rates that the case gives. Owns the two checks that find published slips: a rate that is
//! far from the price book, and a grant that was taken off one line and not off the other.

use super::inputs::{Inputs, quantity};
use crate::book::{MOVE_THAT_NEEDS_A_YES, PriceBook, plain};
use crate::error::{Result, usage};
use crate::line::{Line, Step};
use crate::meter::Meter;
use rust_decimal::Decimal;
use serde_json::Value;

pub(super) fn lines(book: &PriceBook, provider: &str, service: &str, value: &Value) -> Result<Vec<Line>> {
    let names: Vec<&str> =
        value.as_object().map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default();
    let inputs = Inputs::new("lines", value, &names)?;
    let mut lines = Vec::new();
    for (name, pair) in inputs.all() {
        let Some([count, rate]) = pair.as_array().map(Vec::as_slice) else {
            return usage(format!("`{name}` must be [quantity, rate], not {pair}"));
        };
        let (count, rate) = (quantity(name, count)?, quantity(name, rate)?);
        check_rate(book, (provider, service), &names, name, rate)?;
        lines.push(Line::entered(name, name, "unit of the case", vec![Step::new("all", count, rate)?]));
    }
    if (provider, service) == ("aws", "lambda") {
        check_grants(book, &lines)?;
    }
    Ok(lines)
}

/// Meters that a vendor's line of this name may be, each with a divisor from the unit of the book to that of the
/// line. Names that are not here are no meters of the book and go unchecked.
fn meters(service: (&str, &str), names: &[&str], name: &str) -> &'static [(Meter, u32)] {
    // A licence of Windows says which rows the others come from.
    let windows = names.contains(&"os");
    match (service, name) {
        (("aws", "fargate"), "vcpu") if windows => {
            &[(Meter::FargateWindowsVcpu, 3_600), (Meter::FargateWindowsVcpu, 1)]
        }
        (("aws", "fargate"), "memory") if windows => {
            &[(Meter::FargateWindowsMemory, 3_600), (Meter::FargateWindowsMemory, 1)]
        }
        (("aws", "fargate"), "os") => &[(Meter::FargateWindowsOs, 3_600), (Meter::FargateWindowsOs, 1)],
        (("aws", "fargate"), "vcpu") => &[
            (Meter::FargateVcpu, 3_600),
            (Meter::FargateVcpu, 1),
            (Meter::FargateSpotVcpu, 3_600),
            (Meter::FargateSpotVcpu, 1),
        ],
        (("aws", "fargate"), "memory") => &[
            (Meter::FargateMemory, 3_600),
            (Meter::FargateMemory, 1),
            (Meter::FargateSpotMemory, 3_600),
            (Meter::FargateSpotMemory, 1),
        ],
        (("aws", "lambda"), "requests") => {
            &[(Meter::LambdaRequests, 1), (Meter::LambdaEdgeRequests, 1), (Meter::LambdaManagedRequests, 1)]
        }
        // The page of Lambda@Edge counts by 128 MB.
        (("aws", "lambda"), "duration") => &[
            (Meter::LambdaDuration, 1),
            (Meter::LambdaProvisionedDuration, 1),
            (Meter::LambdaEdgeDuration, 1),
            (Meter::LambdaEdgeDuration, 8),
        ],
        (("aws", "lambda"), "pcdur") => &[(Meter::LambdaProvisionedDuration, 1)],
        (("aws", "lambda"), "stream") => &[(Meter::LambdaStream, 1)],
        (("aws", "lambda"), "ops") => &[(Meter::LambdaDurableOperations, 1)],
        (("aws", "lambda"), "written") => &[(Meter::LambdaDurableWritten, 1)],
        (("aws", "lambda"), "retained") => &[(Meter::LambdaDurableRetained, 1)],
        (("aws", "lambda"), "epu") => &[(Meter::LambdaKafkaPoller, 1), (Meter::LambdaSqsPoller, 1)],
        (("aws", "lambda"), "tenant") => &[(Meter::LambdaTenant, 1)],
        _ => &[],
    }
}

/// Refuses a rate that is further than a quarter from every price it could be: stale, or another meter's.
fn check_rate(
    book: &PriceBook,
    service: (&str, &str),
    names: &[&str],
    name: &str,
    rate: Decimal,
) -> Result<()> {
    let candidates = meters(service, names, name);
    let mut nearest: Option<(Decimal, String)> = None;
    for (meter, divisor) in candidates {
        for row in book.rows().iter().filter(|row| row.meter == *meter) {
            for tier in row.unit_tiers() {
                let price = tier.price / Decimal::from(*divisor);
                if price.is_zero() {
                    continue;
                }
                let percent = ((rate - price) / price * Decimal::ONE_HUNDRED).round_dp(0);
                if nearest.as_ref().is_none_or(|(best, _)| percent.abs() < best.abs()) {
                    let words =
                        format!("{} ({}, read {})", plain(price.round_dp(12)), row.key(), row.retrieved);
                    nearest = Some((percent, words));
                }
            }
        }
    }
    match nearest {
        Some((percent, words)) if percent.abs() > Decimal::from(MOVE_THAT_NEEDS_A_YES) => usage(format!(
            "the rate {rate} of `{name}` is {} % {} the nearest price of the book, {words}: it is stale or \
             another meter's",
            plain(percent.abs()),
            if percent.is_sign_negative() { "below" } else { "above" },
        )),
        _ => Ok(()),
    }
}

/// Refuses a duration from which the grant was taken beside requests from which it was not: with the grant put back,
/// and only then, every request takes whole milliseconds of whole megabytes. The grant is one for both.
fn check_grants(book: &PriceBook, lines: &[Line]) -> Result<()> {
    let quantity = |name: &str| lines.iter().find(|line| line.name == name).and_then(|line| line.quantity);
    let (Some(requests), Some(duration)) = (quantity("requests"), quantity("duration")) else {
        return Ok(());
    };
    let Some((grant, _)) = book.allowance(Meter::LambdaFreeGbSeconds, book.day()) else { return Ok(()) };
    let whole = |gb_seconds: Decimal| {
        let mb_ms = gb_seconds * Decimal::from(1_024_000);
        !requests.is_zero() && (mb_ms % requests).is_zero()
    };
    if !whole(duration) && whole(duration + grant) {
        return usage(format!(
            "`duration` of {duration} GB-seconds has the monthly grant of {grant} taken off, `requests` of {requests} \
             do not: the requests cannot be those of this duration"
        ));
    }
    Ok(())
}
