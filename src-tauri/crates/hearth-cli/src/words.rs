//! Figures as people read them. What is unknown is a dash, never zero.

use hearth_core::cost::{Currency, Decimal};
use hearth_model::Micros;
use jiff::{Timestamp, tz::TimeZone};

/// What stands where nothing is known.
pub(crate) const UNKNOWN: &str = "–";

/// What a function printed, which must not move the cursor or colour the rest.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() && letter != '\t' { '�' } else { letter }).collect()
}

/// An instant in local time, to the second.
pub(crate) fn instant(at: Micros) -> String {
    format(at, "%Y-%m-%d %H:%M:%S")
}

/// An instant in local time, to the millisecond.
pub(crate) fn exact_time(at: Micros) -> String {
    format(at, "%H:%M:%S%.3f")
}

fn format(at: Micros, pattern: &str) -> String {
    Timestamp::from_microsecond(at.0)
        .map(|instant| instant.to_zoned_datetime(TimeZone::system()).strftime(pattern).to_string())
        .unwrap_or_else(|_| UNKNOWN.to_owned())
}

/// A length of time with three digits that matter.
pub(crate) fn duration(length: Micros) -> String {
    let milliseconds = length.as_milliseconds();
    if milliseconds < 10.0 {
        format!("{milliseconds:.2} ms")
    } else if milliseconds < 100.0 {
        format!("{milliseconds:.1} ms")
    } else if milliseconds < 10_000.0 {
        format!("{milliseconds:.0} ms")
    } else {
        format!("{:.1} s", milliseconds / 1_000.0)
    }
}

/// A length of time that may not be known.
pub(crate) fn maybe_duration(length: Option<Micros>) -> String {
    length.map_or_else(|| UNKNOWN.to_owned(), duration)
}

/// A number of bytes.
pub(crate) fn bytes(count: u64) -> String {
    match count {
        0..1_024 => format!("{count} B"),
        1_024..1_048_576 => format!("{:.1} KB", count as f64 / 1_024.0),
        _ => format!("{:.1} MB", count as f64 / 1_048_576.0),
    }
}

/// A count with its noun.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A price in dollars without zeros that say nothing.
pub(crate) fn dollars(amount: &str) -> String {
    let trimmed =
        if amount.contains('.') { amount.trim_end_matches('0').trim_end_matches('.') } else { amount };
    match trimmed.strip_prefix('-') {
        Some(size) => format!("-${size}"),
        None => format!("${trimmed}"),
    }
}

/// Cents, or all that matters of less than that.
pub(crate) fn money(amount: &str) -> String {
    let amount: Decimal = amount.parse().unwrap_or_default();
    let sign = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
    let size = amount.abs();
    if size.is_zero() {
        "$0".to_owned()
    } else if size < Decimal::new(1, 2) {
        let digits = size.round_sf(3).unwrap_or(size).normalize();
        format!("{sign}${digits}")
    } else {
        format!("{sign}${:.2}", size.round_dp(2))
    }
}

/// An amount in words with the sign of its currency: `$0.30`, `CNY 0.30`.
pub(crate) fn paid_in(currency: Currency, dollars: &str) -> String {
    match currency {
        Currency::Usd => dollars.to_owned(),
        Currency::Cny => dollars.replace('$', &format!("{} ", currency.code())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        assert_eq!(duration(Micros(1_234)), "1.23 ms");
        assert_eq!(duration(Micros(123_456)), "123 ms");
        assert_eq!(duration(Micros(12_345_678)), "12.3 s");
        assert_eq!(maybe_duration(None), "–");
        assert_eq!(bytes(2_048), "2.0 KB");
        assert_eq!(dollars("0.0000002080"), "$0.000000208");
        assert_eq!(dollars("10"), "$10");
        assert_eq!(dollars("-1.3327475640"), "-$1.332747564", "a grant of money");
    }

    #[test]
    fn amounts_are_cents_or_the_digits_that_matter() {
        for (amount, told) in [
            ("302.6904", "$302.69"),
            ("0.01", "$0.01"),
            ("0.0000123456", "$0.0000123"),
            ("0", "$0"),
            ("-4.505", "-$4.50"),
            ("-0.0", "$0"),
        ] {
            assert_eq!(money(amount), told);
        }
        assert_eq!(paid_in(Currency::Usd, &money("0.3043")), "$0.30");
        assert_eq!(paid_in(Currency::Cny, &money("-0.3043")), "-CNY 0.30");
    }
}
