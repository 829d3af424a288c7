//! Numbers of a report for people. Must not round what is kept.

use crate::api::ReportAmount;
use hearth_cost::{Decimal, Line, cents};

/// `$1,234.56`; less than a cent with all its digits, up to six places.
pub(super) fn dollars(exact: &str) -> String {
    let Ok(amount) = exact.parse::<Decimal>() else { return exact.to_owned() };
    let printed = cents(amount);
    if printed.is_zero() && !amount.is_zero() {
        return format!("${}", amount.round_sf(2).unwrap_or(amount).normalize());
    }
    let text = format!("{printed:.2}");
    let (whole, places) = text.split_once('.').unwrap_or((&text, "00"));
    format!("${}.{places}", grouped(whole))
}

/// Money of an amount, after grants and at list price, with `≈` before it when it is estimated.
pub(super) fn money(amount: &ReportAmount) -> [String; 2] {
    let sign = if amount.bounds.is_some() { "≈ " } else { "" };
    [&amount.after_grants_usd, &amount.list_usd].map(|usd| format!("{sign}{}", dollars(usd)))
}

/// A count with groups of three.
pub(super) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Part of a whole: `12.3 %`, and a dash of nothing.
pub(super) fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.1} %", part as f64 / whole as f64 * 100.0) }
}

/// Hidden lines in a sentence: those with an amount first, then what is not known.
pub(super) fn hidden_lines(lines: &[Line]) -> String {
    let known = |line: &Line| Some(format!("{} {}", line.label, dollars(&line.amount?.to_string())));
    let unknown: Vec<&str> =
        lines.iter().filter(|line| line.amount.is_none()).map(|line| line.label.as_str()).collect();
    let mut parts: Vec<String> = lines.iter().filter_map(known).collect();
    if !unknown.is_empty() {
        parts.push(format!("unknown: {}", unknown.join(", ")));
    }
    parts.join("; ")
}

/// How often it was called: unknown where something is paid for without a counted call, as for what is always on.
pub(super) fn calls(amount: &ReportAmount) -> String {
    let is_paid = amount.list_usd.bytes().any(|digit| matches!(digit, b'1'..=b'9'));
    if amount.requests == 0 && is_paid { "unknown".to_owned() } else { count(amount.requests) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_counts_read_well() {
        for (exact, words) in [
            ("0", "$0.00"),
            ("1234567.895", "$1,234,567.90"),
            ("999.994", "$999.99"),
            ("0.0000166667", "$0.000017"),
            ("12.5", "$12.50"),
        ] {
            assert_eq!(dollars(exact), words);
        }
        assert_eq!(
            (count(999), count(1_000), count(1_234_567)),
            ("999".into(), "1,000".into(), "1,234,567".into())
        );
        assert_eq!((share(1, 8), share(0, 0)), ("12.5 %".into(), "–".into()));
    }
}
