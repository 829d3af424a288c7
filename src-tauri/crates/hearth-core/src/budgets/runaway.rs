//! When spending runs away: the live rate, what it comes to by the end of the month, and since when. Pure: knows no
//! clock, no ledger and no prices. Rates are estimates and therefore floats; amounts that were spent are exact elsewhere.

use hearth_model::Micros;

/// The live rate forgets with this time constant: a call of five minutes ago counts a twelfth of one of now.
const TIME_CONSTANT_S: f64 = 120.0;
/// A rate is unusual from so many times the usual one.
pub(crate) const UNUSUAL: f64 = 4.0;
/// How long it must go on before it counts as running away.
pub(crate) const SUSTAINED: Micros = Micros::from_seconds(600);
/// The same when the budget would be gone within [`SOON_S`].
pub(crate) const URGENT: Micros = Micros::from_seconds(60);
/// Seconds in which a budget must be gone for it to be urgent.
const SOON_S: f64 = 3_600.0;

/// A rate of spending that follows what happens now: US dollars a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct LiveRate {
    value: f64,
    at: Micros,
}

impl LiveRate {
    /// So much was spent at `now`. What comes late counts as of the newest instant.
    pub(crate) fn spend(&mut self, now: Micros, usd: f64) {
        let now = now.max(self.at);
        self.value = self.at(now) + usd.max(0.0) / TIME_CONSTANT_S;
        self.at = now;
    }

    /// When something was spent last.
    pub(crate) fn last(&self) -> Micros {
        self.at
    }

    /// The rate at `now`, which is not before the last spending.
    pub(crate) fn at(&self, now: Micros) -> f64 {
        let passed = (now.0 - self.at.0).max(0) as f64 / 1e6;
        self.value * (-passed / TIME_CONSTANT_S).exp()
    }
}

/// What is known when a budget is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reading {
    /// Spent in this month so far, US dollars.
    pub(crate) spent_usd: f64,
    /// The budget.
    pub(crate) budget_usd: f64,
    /// The live rate of what runs here, US dollars a second.
    pub(crate) rate: f64,
    /// The usual rate of the same; none while history is too short to know.
    pub(crate) usual: Option<f64>,
    /// What spends in accounts, at its mean of the last days: nobody tells Hearth of a call there while it runs.
    pub(crate) elsewhere: f64,
    /// Seconds until the month ends.
    pub(crate) rest_s: f64,
}

impl Reading {
    /// What the month comes to at this rate.
    pub(crate) fn projected_usd(&self) -> f64 {
        self.spent_usd + self.together() * self.rest_s.max(0.0)
    }

    /// Both rates.
    pub(crate) fn together(&self) -> f64 {
        self.rate.max(0.0) + self.elsewhere.max(0.0)
    }

    /// Whether it would end over the budget, at a rate that is not usual.
    pub(crate) fn is_above(&self) -> bool {
        self.rate > 0.0
            && self.projected_usd() > self.budget_usd
            && self.usual.is_none_or(|usual| self.rate >= UNUSUAL * usual)
    }

    /// Whether the rest of the budget is gone within the hour.
    fn is_urgent(&self) -> bool {
        self.budget_usd - self.spent_usd <= self.together() * SOON_S
    }

    /// How many times the usual rate; none when that is unknown.
    pub(crate) fn times_usual(&self) -> Option<f64> {
        self.usual.filter(|usual| *usual > 0.0).map(|usual| self.rate / usual)
    }
}

/// Follows one budget: since when its rate is above, and whether that is a runaway by now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Episode {
    since: Option<Micros>,
}

impl Episode {
    /// Looks at a reading; the answer is since when it runs away, none while it does not.
    pub(crate) fn look(&mut self, now: Micros, reading: &Reading) -> Option<Micros> {
        if !reading.is_above() {
            self.since = None;
            return None;
        }
        let since = *self.since.get_or_insert(now);
        let long = if reading.is_urgent() { URGENT } else { SUSTAINED };
        (now - since >= long).then_some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn s(seconds: i64) -> Micros {
        Micros::from_seconds(seconds)
    }

    fn steady(usd_per_second: f64, seconds: i64) -> LiveRate {
        let mut rate = LiveRate::default();
        for second in 0..seconds {
            rate.spend(s(second), usd_per_second);
        }
        rate
    }

    fn reading(spent: f64, budget: f64, rate: f64, usual: Option<f64>) -> Reading {
        Reading { spent_usd: spent, budget_usd: budget, rate, usual, elsewhere: 0.0, rest_s: 1_000_000.0 }
    }

    proptest! {
        #[test]
        fn a_steady_rate_is_found_within_a_percent(rate in 1e-9_f64..1e3) {
            let found = steady(rate, 1_200).at(s(1_200));
            prop_assert!((found - rate).abs() <= rate * 0.01, "{} of {}", found, rate);
        }

        #[test]
        fn a_rate_is_never_negative_never_grows_by_waiting_and_scales(
            spent in proptest::collection::vec((0_i64..60, 0.0_f64..1.0), 1..60), wait in 0_i64..10_000,
        ) {
            let (mut one, mut two) = (LiveRate::default(), LiveRate::default());
            let mut now = Micros::ZERO;
            for (pause, usd) in spent {
                now = now + s(pause);
                one.spend(now, usd);
                two.spend(now, 2.0 * usd);
            }
            let (now_rate, later) = (one.at(now), one.at(now + s(wait)));
            prop_assert!(later >= 0.0 && later <= now_rate);
            prop_assert!((two.at(now) - 2.0 * now_rate).abs() <= 1e-9 * (1.0 + now_rate));
        }

        #[test]
        fn a_projection_is_what_was_spent_at_least_and_grows_with_rate_and_time(
            spent in 0.0_f64..1e6, rate in 0.0_f64..10.0, more in 0.0_f64..10.0, rest in 0.0_f64..3e6,
        ) {
            let at = |rate, rest_s| Reading { spent_usd: spent, budget_usd: 1.0, rate, usual: None, elsewhere: 0.0, rest_s }
                .projected_usd();
            prop_assert!(at(rate, rest) >= spent);
            prop_assert!(at(rate + more, rest) >= at(rate, rest));
            prop_assert!(at(rate, rest + 1.0) >= at(rate, rest));
        }

        #[test]
        fn a_runaway_began_before_it_was_found_and_lasts_without_a_gap(
            looks in proptest::collection::vec((1_i64..120, any::<bool>()), 1..80),
        ) {
            let mut episode = Episode::default();
            let mut now = Micros::ZERO;
            let mut above_since = None;
            for (pause, above) in looks {
                now = now + s(pause);
                let rate = if above { 1.0 } else { 0.0 };
                let found = episode.look(now, &reading(0.0, 100_000.0, rate, None));
                above_since = if above { above_since.or(Some(now)) } else { None };
                let expected = above_since.filter(|since| now - *since >= SUSTAINED);
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn a_usual_rate_is_no_runaway_even_when_it_ends_over_the_budget() {
        assert!(!reading(0.0, 1.0, 1.0, Some(1.0)).is_above());
        assert!(reading(0.0, 1.0, 4.0, Some(1.0)).is_above());
        assert!(reading(0.0, 1.0, 1.0, None).is_above(), "nothing is usual yet");
        assert!(!reading(0.0, 10_000_000.0, 4.0, Some(1.0)).is_above(), "it fits the budget");
        assert_eq!(reading(0.0, 1.0, 6.0, Some(2.0)).times_usual(), Some(3.0));
    }

    #[test]
    fn a_budget_that_is_gone_within_the_hour_is_urgent() {
        let mut episode = Episode::default();
        let fast = reading(0.0, 1_000.0, 1.0, None);
        assert_eq!(episode.look(s(0), &fast), None);
        assert_eq!(episode.look(s(59), &fast), None);
        assert_eq!(episode.look(s(60), &fast), Some(s(0)));
    }
}
