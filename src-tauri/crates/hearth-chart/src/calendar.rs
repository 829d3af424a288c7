//! Instants on the time axis, in UTC: which ticks, and how each is written. Must not know pixels.

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const STEPS: [i64; 25] = [
    1,
    5,
    15,
    30,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    365 * DAY,
    3_652 * DAY,
    36_525 * DAY,
    365_250 * DAY,
];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Instants outside year 1 to 9999 are left out of a picture.
pub(crate) const EARLIEST: f64 = -62_135_596_800.0;
pub(crate) const LATEST: f64 = 253_402_300_799.0;

/// One tick of the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TimeTick {
    pub(crate) at: i64,
    pub(crate) label: String,
    /// Whether a new day begins here, which is drawn stronger.
    pub(crate) day: bool,
}

/// Ticks between two instants, at most `most` of them.
pub(crate) fn ticks(from: f64, to: f64, most: u32) -> Vec<TimeTick> {
    let span = (to - from).max(1.0);
    let most = f64::from(most.max(2));
    let step = STEPS.into_iter().find(|step| span / *step as f64 <= most).unwrap_or(STEPS[STEPS.len() - 1]);
    let first = (from / step as f64).ceil() as i64;
    let last = (to / step as f64).floor() as i64;
    (first..=last)
        .map(|index| {
            let at = index * step;
            TimeTick { at, label: write(at, step), day: at.rem_euclid(DAY) == 0 && step < DAY }
        })
        .collect()
}

fn write(at: i64, step: i64) -> String {
    let (year, month, day) = date(at.div_euclid(DAY));
    let second = at.rem_euclid(DAY);
    let month = MONTHS[(month - 1).clamp(0, 11) as usize];
    if step >= 28 * DAY {
        format!("{day} {month} {year}")
    } else if step >= DAY || second == 0 {
        format!("{day} {month}")
    } else if step >= MINUTE {
        format!("{:02}:{:02}", second / HOUR, second % HOUR / MINUTE)
    } else {
        format!("{:02}:{:02}:{:02}", second / HOUR, second % HOUR / MINUTE, second % MINUTE)
    }
}

/// Year, month and day of a day counted from 1 January 1970. Counts from 1 March of year 0, so that the leap day is
/// the last of its year.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: f64, to: f64) -> Vec<String> {
        ticks(from, to, 8).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn dates_are_right_around_leap_days_and_before_1970() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(-1), (1969, 12, 31));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_780), (2026, 11, 23));
    }

    #[test]
    fn an_hour_is_written_in_minutes_and_a_week_in_days() {
        let noon = 20_780.0 * 86_400.0 + 43_200.0;
        assert_eq!(
            labels(noon, noon + 3_600.0),
            ["12:00", "12:10", "12:20", "12:30", "12:40", "12:50", "13:00"]
        );
        assert_eq!(labels(noon, noon + 7.0 * 86_400.0)[0], "24 Nov");
    }

    #[test]
    fn midnight_names_the_day() {
        let evening = 20_780.0 * 86_400.0 + 18.0 * 3_600.0;
        let ticks = ticks(evening, evening + 43_200.0, 6);
        let midnight = ticks.iter().find(|tick| tick.day).unwrap();
        assert_eq!(midnight.label, "24 Nov");
    }

    #[test]
    fn any_stretch_has_few_ticks() {
        for span in [0.0, 1.0, 59.0, 1e6, 1e9, LATEST - EARLIEST] {
            assert!(ticks(EARLIEST, EARLIEST + span, 8).len() <= 11, "{span}");
        }
    }
}
