//! Amounts, instants and scopes as people read them in alerts and in the log. Pure.

use hearth_model::Micros;
use jiff::{Timestamp, civil, tz::TimeZone};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;

/// An amount: cents from one cent on, all digits that matter below.
pub(super) fn usd(amount: Decimal) -> String {
    let cent = Decimal::new(1, 2);
    if amount >= cent {
        let cents = amount.round_dp(2);
        return if cents.is_integer() { format!("${}", cents.normalize()) } else { format!("${cents:.2}") };
    }
    format!("${}", significant(amount))
}

/// Two digits that matter.
fn significant(amount: Decimal) -> Decimal {
    amount.round_sf(2).unwrap_or(amount).normalize()
}

/// An estimate as a decimal with few digits; nothing where it is no number.
pub(super) fn estimate(amount: f64) -> Decimal {
    let amount = Decimal::from_f64(amount).unwrap_or_default();
    if amount >= Decimal::ONE { amount.round_dp(2).normalize() } else { significant(amount) }
}

/// The time of day here.
pub(super) fn time_of_day(at: Micros) -> String {
    zoned(at, &TimeZone::system()).map_or_else(|| "?".to_owned(), |at| at.strftime("%H:%M").to_string())
}

fn zoned(at: Micros, zone: &TimeZone) -> Option<jiff::ZonedDateTime> {
    Timestamp::from_microsecond(at.0).ok().map(|at| at.to_zoned_datetime(zone.clone()))
}

/// A calendar month in UTC, as AWS bills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Month {
    /// `2026-11`.
    pub(super) id: String,
    /// `November`.
    pub(super) name: String,
    pub(super) begins: Micros,
    pub(super) ends: Micros,
}

/// The month that holds `now`.
pub(super) fn month(now: Micros) -> Month {
    let date = zoned(now, &TimeZone::UTC).map_or(civil::Date::constant(1970, 1, 1), |now| now.date());
    let instant = |date: civil::Date| {
        let start = date.to_zoned_datetime(TimeZone::UTC).ok();
        start.map_or(Micros::ZERO, |start| Micros(start.timestamp().as_microsecond()))
    };
    let first = date.first_of_month();
    let last = date.last_of_month();
    Month {
        id: date.strftime("%Y-%m").to_string(),
        name: date.strftime("%B").to_string(),
        begins: instant(first),
        ends: instant(last.tomorrow().unwrap_or(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_as_short_as_they_can_be() {
        for (amount, words) in [
            ("12", "$12"),
            ("12.5", "$12.50"),
            ("0.014", "$0.01"),
            ("0.0000023456", "$0.0000023"),
            ("0", "$0"),
        ] {
            assert_eq!(usd(amount.parse().unwrap()), words);
        }
        assert_eq!(estimate(1234.567).to_string(), "1234.57");
        assert_eq!(estimate(0.000_123_4).to_string(), "0.00012");
        assert_eq!(estimate(f64::NAN), Decimal::ZERO);
    }

    #[test]
    fn a_month_is_the_one_of_the_calendar_in_utc() {
        let found = month(Micros(1_798_761_599_999_999));
        assert_eq!((found.id.as_str(), found.name.as_str()), ("2026-12", "December"));
        assert_eq!(found.ends, Micros(1_798_761_600_000_000), "2027-01-01T00:00:00Z");
        assert_eq!(month(found.ends).begins, found.ends);
    }
}
