//! Where a month will end: a profile of weekdays and hours over past hours, with an interval from its own past errors.
//! Pure arithmetic on hours; must not know what they count, a clock or a user interface.

use std::f64::consts::LN_2;

/// Seconds.
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// Whole days that a forecast needs at least: two days are no pattern, but they have a difference.
const FEWEST_DAYS: usize = 3;
/// Whole days from which on weekdays are told apart.
const WEEKDAY_DAYS: usize = 14;
/// After so many days a day counts half.
const HALF_LIFE_DAYS: f64 = 14.0;
/// Days whose level counts for what comes.
const LEVEL_DAYS: usize = 7;
/// Quantile of Student's t that leaves 5 % on either side, by degrees of freedom from 1 on; 1.645 for ever after.
/// Source: any table of the t distribution, for instance NIST/SEMATECH e-Handbook 1.3.6.7.2, read 2026-11.
const T_95: [f64; 30] = [
    6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753,
    1.746, 1.740, 1.734, 1.729, 1.725, 1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697,
];

/// What is still to come, with an interval of nine in ten.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outlook {
    /// Most likely.
    pub(crate) expected: f64,
    /// Lower end.
    pub(crate) low: f64,
    /// Upper end.
    pub(crate) high: f64,
    /// Expected by day, UTC; the first entry is the rest of the current day.
    pub(crate) days: Vec<f64>,
    /// Whole days behind it.
    pub(crate) history_days: u32,
    /// Whether weekdays were told apart.
    pub(crate) weekdays: bool,
}

/// Why there is no outlook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooLittle {
    /// Nothing was ever used.
    Nothing,
    /// So many whole days only.
    Days(usize),
}

/// What comes between `now_s` and `end_s`. `hours` are values of whole hours, `(start, value)`, ascending; hours that are
/// left out had none. Only whole days before the current one are learnt from; all instants are seconds, UTC.
pub(crate) fn outlook(hours: &[(i64, f64)], now_s: i64, end_s: i64) -> Result<Outlook, TooLittle> {
    let today = now_s.div_euclid(DAY);
    let Some(first) = hours.iter().find(|(_, value)| *value > 0.0).map(|(at, _)| *at) else {
        return Err(TooLittle::Nothing);
    };
    // The day of the first call began before it: it is whole only when the call came in its first hour.
    let first_day = (first + DAY - HOUR).div_euclid(DAY);
    let days = usize::try_from(today - first_day).unwrap_or_default();
    if days < FEWEST_DAYS {
        return Err(TooLittle::Days(days));
    }
    let mut table = vec![[0.0_f64; 24]; days];
    for (at, value) in hours {
        let day = at.div_euclid(DAY) - first_day;
        if let Some(row) = usize::try_from(day).ok().and_then(|day| table.get_mut(day)) {
            row[(at.rem_euclid(DAY) / HOUR) as usize] += value;
        }
    }
    let history = History { first_day, table };
    let level = history.level(days);
    let profile = history.profile(days);
    let mut expected_days: Vec<f64> = Vec::new();
    let mut at = now_s;
    while at < end_s {
        let next = (at.div_euclid(HOUR) + 1) * HOUR;
        let part = (next.min(end_s) - at) as f64 / HOUR as f64;
        let day = at.div_euclid(DAY);
        let value = profile.at(day, (at.rem_euclid(DAY) / HOUR) as usize) * level * part;
        let place = (day - today) as usize;
        if expected_days.len() <= place {
            expected_days.resize(place + 1, 0.0);
        }
        expected_days[place] += value;
        at = next;
    }
    let expected: f64 = expected_days.iter().sum();
    let ahead = (end_s - now_s).max(0) as f64 / DAY as f64;
    let half = history.spread(days, ahead);
    Ok(Outlook {
        expected,
        low: (expected - half).max(0.0),
        high: expected + half,
        days: expected_days,
        history_days: days as u32,
        weekdays: days >= WEEKDAY_DAYS,
    })
}

/// Whole days, oldest first.
struct History {
    /// Days since 1970.
    first_day: i64,
    table: Vec<[f64; 24]>,
}

/// Relative weight of each hour; a whole week of hours, or one day's repeated.
struct Profile([[f64; 24]; 7]);

impl Profile {
    fn at(&self, day: i64, hour: usize) -> f64 {
        self.0[weekday(day)][hour]
    }

    fn day(&self, day: i64) -> f64 {
        self.0[weekday(day)].iter().sum()
    }
}

/// 0 for Thursday, the first day of 1970.
fn weekday(day: i64) -> usize {
    day.rem_euclid(7) as usize
}

impl History {
    fn total(&self, place: usize) -> f64 {
        self.table[place].iter().sum()
    }

    fn day(&self, place: usize) -> i64 {
        self.first_day + place as i64
    }

    /// The shape of the first `known` days: newer ones count more. Scaled so that a day has 1 on average.
    fn profile(&self, known: usize) -> Profile {
        let split = known >= WEEKDAY_DAYS;
        let mut sums = [[0.0_f64; 24]; 7];
        let mut weights = [0.0_f64; 7];
        for place in 0..known {
            let weight = (-LN_2 * (known - 1 - place) as f64 / HALF_LIFE_DAYS).exp();
            let own = weekday(self.day(place));
            let all = 0..7;
            let targets = if split { own..own + 1 } else { all };
            for target in targets {
                weights[target] += weight;
                for (sum, value) in sums[target].iter_mut().zip(self.table[place]) {
                    *sum += weight * value;
                }
            }
        }
        for (row, weight) in sums.iter_mut().zip(weights) {
            if weight > 0.0 {
                for value in row.iter_mut() {
                    *value /= weight;
                }
            }
        }
        let mean = sums.iter().flatten().sum::<f64>() / 7.0;
        if mean > 0.0 {
            for value in sums.iter_mut().flatten() {
                *value /= mean;
            }
        }
        Profile(sums)
    }

    /// What a day of weight 1 has lately: the last days, whatever weekdays they were.
    fn level(&self, known: usize) -> f64 {
        let profile = self.profile(known);
        let from = known.saturating_sub(LEVEL_DAYS);
        let (mut seen, mut weight) = (0.0, 0.0);
        for place in from..known {
            seen += self.total(place);
            weight += profile.day(self.day(place));
        }
        if weight > 0.0 { seen / weight } else { 0.0 }
    }

    /// Half the width of the interval for `ahead` days: how far each past day was from what the days before it said,
    /// for as many days, and how unsure the level itself is.
    fn spread(&self, days: usize, ahead: f64) -> f64 {
        let mut squares = 0.0;
        let mut weights = 0.0;
        let mut count = 0_usize;
        for place in 1..days {
            // A profile of one day is that day; from two weeks on it knows weekdays.
            let said = self.level(place) * self.profile(place).day(self.day(place));
            let error = self.total(place) - said;
            let weight = (-LN_2 * (days - 1 - place) as f64 / HALF_LIFE_DAYS).exp();
            squares += weight * error * error;
            weights += weight;
            count += 1;
        }
        if count == 0 || weights == 0.0 {
            return 0.0;
        }
        let sigma = (squares / weights).sqrt();
        let quantile = T_95.get(count - 1).copied().unwrap_or(1.645);
        // Days err each on their own; the level errs for all of them at once.
        let level = days.min(LEVEL_DAYS) as f64;
        quantile * sigma * (ahead + ahead * ahead / level.max(days as f64 / 2.0)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-01 00:00 UTC, a Sunday.
    const START: i64 = 1_793_491_200;

    /// A week that repeats, with noise from a generator of its own.
    fn trace(days: usize, noise: f64, seed: u64) -> Vec<(i64, f64)> {
        let mut state = seed.wrapping_mul(2).wrapping_add(1);
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1_u32 << 31)
        };
        (0..days * 24)
            .map(|hour| {
                let at = START - days as i64 * DAY + hour as i64 * HOUR;
                let by_hour = 1.0 + ((hour % 24) as f64 / 24.0 * std::f64::consts::TAU).sin();
                let weekend = if at.div_euclid(DAY).rem_euclid(7) < 2 { 0.5 } else { 1.0 };
                (at, by_hour * weekend * (1.0 + noise * (random() - 0.5)))
            })
            .collect()
    }

    fn width(outlook: &Outlook) -> f64 {
        outlook.high - outlook.low
    }

    #[test]
    fn without_history_there_is_no_forecast() {
        assert_eq!(outlook(&[], START, START + 30 * DAY), Err(TooLittle::Nothing));
        assert_eq!(outlook(&[(START - HOUR, 0.0)], START, START + DAY), Err(TooLittle::Nothing));
        assert_eq!(outlook(&[(START - HOUR, 1.0)], START, START + DAY), Err(TooLittle::Days(0)));
        assert_eq!(outlook(&trace(2, 0.1, 1), START, START + DAY), Err(TooLittle::Days(2)));
    }

    #[test]
    fn a_week_that_repeats_is_foretold_exactly_and_narrowly() {
        let hours = trace(56, 0.0, 1);
        let week: f64 = hours[hours.len() - 7 * 24..].iter().map(|(_, value)| value).sum();
        let outlook = outlook(&hours, START, START + 14 * DAY).unwrap();
        assert!((outlook.expected - 2.0 * week).abs() < 1e-6 * week, "{outlook:?} for {week}");
        assert!(width(&outlook) < 0.2 * outlook.expected, "{outlook:?}");
        assert!(outlook.weekdays && outlook.history_days == 56 && outlook.days.len() == 14);
    }

    #[test]
    fn a_new_level_counts_after_a_week_of_it() {
        let mut hours = trace(42, 0.0, 1);
        let from = hours.len() - 7 * 24;
        for (_, value) in &mut hours[from..] {
            *value *= 3.0;
        }
        let week: f64 = hours[from..].iter().map(|(_, value)| value).sum();
        let outlook = outlook(&hours, START, START + 7 * DAY).unwrap();
        assert!((outlook.expected / week - 1.0).abs() < 0.02, "{outlook:?} for {week}");
    }

    #[test]
    fn more_history_narrows_the_interval_of_a_stationary_trace() {
        let mean = |days: usize| -> f64 {
            let widths = (1..=20)
                .map(|seed| width(&outlook(&trace(days, 0.6, seed), START, START + 20 * DAY).unwrap()));
            widths.sum::<f64>() / 20.0
        };
        let (short, medium, long) = (mean(5), mean(21), mean(56));
        assert!(short > medium && medium > long, "{short} {medium} {long}");
    }

    #[test]
    fn nine_of_ten_months_end_inside() {
        let (mut inside, mut all) = (0, 0);
        for seed in 1..=60 {
            let hours = trace(50, 0.8, seed);
            let now = START - 10 * DAY;
            let known: Vec<_> = hours.iter().copied().filter(|(at, _)| *at < now).collect();
            let truth: f64 = hours.iter().filter(|(at, _)| *at >= now).map(|(_, value)| value).sum();
            let told = outlook(&known, now, START).unwrap();
            inside += i32::from(told.low <= truth && truth <= told.high);
            all += 1;
        }
        assert!(inside * 10 >= all * 8, "{inside} of {all}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_interval_holds_the_point_and_nothing_is_negative(
            values in prop::collection::vec(0.0_f64..1e6, 1..900),
            ahead_hours in 0_i64..744,
            minutes in 0_i64..60,
        ) {
            let count = values.len() as i64;
            let hours: Vec<_> =
                values.iter().enumerate().map(|(place, value)| (START + (place as i64 - count) * HOUR, *value)).collect();
            let now = START + minutes * 60;
            if let Ok(outlook) = outlook(&hours, now, now + ahead_hours * HOUR) {
                prop_assert!(outlook.low >= 0.0);
                prop_assert!(outlook.low <= outlook.expected + 1e-9 && outlook.expected <= outlook.high + 1e-9);
                let days: f64 = outlook.days.iter().sum();
                prop_assert!((days - outlook.expected).abs() <= 1e-6 * outlook.expected.max(1.0));
                if ahead_hours == 0 {
                    prop_assert!(outlook.expected.abs() < f64::EPSILON);
                }
            } else {
                prop_assert!(count < 5 * 24 || values.iter().all(|value| *value == 0.0));
            }
        }
    }
}
