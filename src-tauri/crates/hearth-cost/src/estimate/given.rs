//! Lines at quantities and rates that the case gives. Owns the two checks that find published slips: a rate that is
//! far from the price book, and a number of requests that was copied from the GB-seconds beside it.

use super::inputs::{Inputs, quantity};
use crate::book::{Currency, MOVE_THAT_NEEDS_A_YES, PriceBook, plain};
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

/// The price of the book that is nearest to a rate.
struct Nearest {
    /// By how many percent the rate is above it.
    percent: Decimal,
    words: String,
    currency: Currency,
}

fn nearest(
    book: &PriceBook,
    service: (&str, &str),
    names: &[&str],
    name: &str,
    rate: Decimal,
) -> Option<Nearest> {
    let mut nearest: Option<Nearest> = None;
    for (meter, divisor) in meters(service, names, name) {
        for row in book.rows().iter().filter(|row| row.meter == *meter) {
            for tier in row.unit_tiers() {
                let price = tier.price / Decimal::from(*divisor);
                if price.is_zero() {
                    continue;
                }
                let percent = ((rate - price) / price * Decimal::ONE_HUNDRED).round_dp(2);
                if nearest.as_ref().is_none_or(|best| percent.abs() < best.percent.abs()) {
                    let words =
                        format!("{} ({}, read {})", plain(price.round_dp(12)), row.key(), row.retrieved);
                    nearest = Some(Nearest { percent, words, currency: row.currency });
                }
            }
        }
    }
    nearest
}

/// Refuses a rate that is further than a quarter from every price it could be: stale, or another meter's.
fn check_rate(
    book: &PriceBook,
    service: (&str, &str),
    names: &[&str],
    name: &str,
    rate: Decimal,
) -> Result<()> {
    match nearest(book, service, names, name, rate) {
        Some(Nearest { percent, words, .. })
            if percent.round_dp(0).abs() > Decimal::from(MOVE_THAT_NEEDS_A_YES) =>
        {
            usage(format!(
                "the rate {rate} of `{name}` is {} % {} the nearest price of the book, {words}: it is stale or \
                 another meter's",
                plain(percent.round_dp(0).abs()),
                if percent.is_sign_negative() { "below" } else { "above" },
            ))
        }
        _ => Ok(()),
    }
}

/// In what rates are paid: yuan when every rate that is known is a price of China, dollars otherwise. Rates that are to
/// the digit prices of two currencies have no sum.
pub(super) fn currency(
    book: &PriceBook,
    provider: &str,
    service: &str,
    value: &Value,
) -> Result<Option<Currency>> {
    let Some(pairs) = value.as_object() else { return Ok(None) };
    let names: Vec<&str> = pairs.keys().map(String::as_str).collect();
    let known: Vec<Nearest> = pairs
        .iter()
        .filter_map(|(name, pair)| {
            let rate = quantity(name, pair.as_array()?.get(1)?).ok()?;
            nearest(book, (provider, service), &names, name, rate)
        })
        .collect();
    let exact: Vec<Currency> =
        known.iter().filter(|one| one.percent.is_zero()).map(|one| one.currency).collect();
    if let Some((first, other)) = exact.first().zip(exact.iter().find(|one| **one != exact[0])) {
        return usage(format!(
            "its rates are prices in {} and {}, which have no sum: make it two cases",
            first.code(),
            other.code()
        ));
    }
    let Some(first) = known.first().map(|one| one.currency) else { return Ok(None) };
    let is_one = known.iter().all(|one| one.currency == first);
    Ok(Some(if is_one { first } else { Currency::Usd }))
}

/// Refuses, beside event pollers, requests that repeat the GB-seconds of the duration from which the grant was taken
/// off: a slip of a published example, where a day's calls times 30 became twice as many. Elsewhere the two grants may
/// well be used up apart from each other, and any number of requests can be that of a duration.
fn check_grants(book: &PriceBook, lines: &[Line]) -> Result<()> {
    let quantity = |name: &str| lines.iter().find(|line| line.name == name).and_then(|line| line.quantity);
    let (Some(requests), Some(duration), Some(_)) =
        (quantity("requests"), quantity("duration"), quantity("epu"))
    else {
        return Ok(());
    };
    let Some((grant, _)) = book.allowance(Meter::LambdaFreeGbSeconds, book.day()) else { return Ok(()) };
    if requests == duration + grant {
        return usage(format!(
            "`requests` of {requests} are the GB-seconds of `duration` before its monthly grant of {grant} was taken \
             off: the number was copied, and the requests are not those of this duration"
        ));
    }
    Ok(())
}
