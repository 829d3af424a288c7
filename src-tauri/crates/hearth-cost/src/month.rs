//! The month as the provider counts it. Pure calendar arithmetic; must not read a clock.

use crate::Day;
use crate::error::{Error, Result};
use crate::meter::Provider;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How long a month is taken to be when something runs for all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum MonthLength {
    /// 730 hours, a twelfth of a year: the vendors' calculators.
    #[default]
    Hours730,
    /// 30 days: Google's estimates.
    Days30,
    /// 31 days.
    Days31,
    /// 28 days.
    Days28,
    /// 29 days.
    Days29,
}

impl MonthLength {
    /// The length of the calendar month that holds `day`.
    pub fn actual(day: Day) -> Self {
        match day.days_in_month() {
            28 => Self::Days28,
            29 => Self::Days29,
            30 => Self::Days30,
            _ => Self::Days31,
        }
    }

    /// Hours in it.
    pub fn hours(self) -> Decimal {
        Decimal::from(match self {
            Self::Hours730 => 730,
            Self::Days28 => 28 * 24,
            Self::Days29 => 29 * 24,
            Self::Days30 => 30 * 24,
            Self::Days31 => 31 * 24,
        })
    }

    /// Seconds in it.
    pub fn seconds(self) -> Decimal {
        self.hours() * Decimal::from(3_600)
    }

    /// The assumption in words, to be printed beside the amount.
    pub fn words(self) -> String {
        match self {
            Self::Hours730 => "a month of 730 hours".to_owned(),
            other => format!("a month of {} days", (other.hours() / Decimal::from(24)).normalize()),
        }
    }
}

/// A month of a bill as two instants, in seconds since 1970: from the first one, before the second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillingMonth {
    /// First second of it.
    pub begin_s: i64,
    /// First second of the next.
    pub end_s: i64,
}

impl BillingMonth {
    /// The month `year`-`month` as `provider` counts it: the calendar month in UTC, Google's in Pacific time.
    pub fn of(provider: Provider, year: i16, month: i8) -> Result<Self> {
        let wrong = || Error::Usage(format!("there is no month {year}-{month:02}"));
        let first = Day::new(year, month, 1).map_err(|_| wrong())?;
        let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let next = Day::new(next.0, next.1, 1).map_err(|_| wrong())?;
        Ok(Self { begin_s: begin(provider, first), end_s: begin(provider, next) })
    }

    /// Whether an instant, in seconds since 1970, is in it.
    pub fn holds(self, instant_s: i64) -> bool {
        (self.begin_s..self.end_s).contains(&instant_s)
    }
}

/// Midnight of the first of a month where the provider's bill begins.
fn begin(provider: Provider, first: Day) -> i64 {
    let epoch = Day::constant(1970, 1, 1);
    let days = i64::from((first - epoch).get_days());
    // The Pacific coast is 8 hours behind UTC, 7 in summer, which holds the first midnights of April to
    // November: it begins on a Sunday from 8 to 14 March and ends on one from 1 to 7 November at 2 o'clock.
    let behind_h = match (provider, first.month()) {
        (Provider::Gcp, 4..=11) => 7,
        (Provider::Gcp, _) => 8,
        _ => 0,
    };
    days * 86_400 + behind_h * 3_600
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn google_counts_in_pacific_time_and_the_others_in_utc() {
        for (provider, year, month, begin_s, end_s) in [
            (Provider::Aws, 2026, 11, 1_793_491_200, 1_796_083_200),
            (Provider::Gcp, 2026, 11, 1_793_516_400, 1_796_112_000),
            (Provider::Gcp, 2026, 12, 1_796_112_000, 1_798_790_400),
        ] {
            let month = BillingMonth::of(provider, year, month).unwrap();
            assert_eq!((month.begin_s, month.end_s), (begin_s, end_s), "{provider}");
            assert!(month.holds(begin_s) && !month.holds(end_s));
        }
        assert!(BillingMonth::of(Provider::Aws, 2026, 13).is_err());
    }

    #[test]
    fn months_follow_each_other_without_a_gap() {
        for provider in [Provider::Aws, Provider::Azure, Provider::Gcp] {
            let months: Vec<_> =
                (1..=12).map(|month| BillingMonth::of(provider, 2028, month).unwrap()).collect();
            assert!(months.windows(2).all(|pair| pair[0].end_s == pair[1].begin_s), "{provider}");
        }
    }

    #[test]
    fn a_month_has_the_length_that_is_said() {
        assert_eq!(MonthLength::actual(Day::constant(2028, 2, 10)).words(), "a month of 29 days");
        assert_eq!(MonthLength::Hours730.seconds(), Decimal::from(2_628_000));
    }
}
