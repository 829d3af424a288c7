//! Numbers in words for people: "1.9 million", "12,400", "0.5 GB". Must not be read back: exact figures
//! travel as decimals.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// A count with at most three leading digits of precision, rounded down: never promises more than there is.
pub(crate) fn count(value: u64) -> String {
    match value {
        0..=9_999 => grouped(value),
        10_000..=999_999 => grouped(floor_to(value, leading(value))),
        1_000_000..=999_999_999 => format!("{} million", tenths(value, 1_000_000)),
        _ => format!("{} billion", tenths(value, 1_000_000_000)),
    }
}

fn leading(value: u64) -> u64 {
    if value >= 100_000 { 1_000 } else { 100 }
}

fn floor_to(value: u64, step: u64) -> u64 {
    value / step * step
}

fn tenths(value: u64, unit: u64) -> String {
    let (whole, tenth) = (value / unit, value % unit * 10 / unit);
    if tenth == 0 || whole >= 100 { grouped(whole) } else { format!("{whole}.{tenth}") }
}

/// Digits in groups of three.
pub(crate) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A quantity at the edge of a tier: "6 billion", "100,000", "0.5".
pub(crate) fn quantity(value: Decimal) -> String {
    match value.to_u64() {
        Some(whole) if Decimal::from(whole) == value => {
            let exact = |unit: u64| whole >= unit && whole.is_multiple_of(unit / 100);
            if exact(1_000_000_000) {
                format!("{} billion", (value / Decimal::from(1_000_000_000)).normalize())
            } else if exact(1_000_000) {
                format!("{} million", (value / Decimal::from(1_000_000)).normalize())
            } else {
                grouped(whole)
            }
        }
        _ => value.normalize().to_string(),
    }
}

/// A memory size as people say it.
pub(crate) fn memory(megabytes: u32) -> String {
    if megabytes.is_multiple_of(128) && megabytes >= 512 {
        let gigabytes = Decimal::from(megabytes) / Decimal::from(1_024_u32);
        format!("{} GB", gigabytes.normalize())
    } else {
        format!("{megabytes} MB")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short_and_never_too_large() {
        for (value, words) in [
            (7, "7"),
            (9_999, "9,999"),
            (12_499, "12,400"),
            (999_999, "999,000"),
            (1_999_999, "1.9 million"),
            (2_000_000, "2 million"),
            (123_456_789, "123 million"),
            (5_000_000_000, "5 billion"),
        ] {
            assert_eq!(count(value), words);
        }
    }

    #[test]
    fn edges_of_tiers_are_told_without_a_row_of_zeros() {
        for (value, words) in [
            ("6000000000", "6 billion"),
            ("18750000000", "18.75 billion"),
            ("100000", "100,000"),
            ("0.5", "0.5"),
        ] {
            assert_eq!(quantity(value.parse().unwrap()), words);
        }
        assert_eq!(quantity(Decimal::MAX), Decimal::MAX.to_string());
    }

    #[test]
    fn memory_is_told_in_the_usual_unit() {
        for (megabytes, words) in
            [(128, "128 MB"), (512, "0.5 GB"), (1_024, "1 GB"), (1_769, "1769 MB"), (10_240, "10 GB")]
        {
            assert_eq!(memory(megabytes), words);
        }
    }
}
