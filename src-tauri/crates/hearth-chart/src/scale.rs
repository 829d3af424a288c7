//! Numbers on the value axis: which ticks, and how each is written. Must not know pixels or colours.

use crate::Unit;

/// Beyond this a value is no measurement of Hearth's and is left out of a picture.
pub(crate) const LARGEST: f64 = 1e15;
const THIN_SPACE: char = '\u{2009}';
const MINUS: char = '\u{2212}';

/// The value axis: its ends and its ticks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) step: f64,
}

impl Scale {
    /// An axis that shows zero and every value, with about `wanted` ticks.
    pub(crate) fn around(lowest: f64, highest: f64, unit: Unit, wanted: u32) -> Self {
        let (lowest, highest) = (lowest.min(0.0), highest.max(0.0));
        let smallest_step = match unit {
            Unit::Count => 1.0,
            Unit::Milliseconds | Unit::Megabytes => 0.001,
            Unit::Dollars => 1e-12,
        };
        let span = if highest > lowest { highest - lowest } else { default_span(unit) };
        let step = round_up(span / f64::from(wanted.max(1))).max(smallest_step);
        let low = (lowest / step).floor() * step;
        let mut high = (highest / step).ceil() * step;
        if high <= low {
            high = low + (span / step).ceil().max(1.0) * step;
        }
        Self { low, high, step }
    }

    /// The values of the ticks, lowest first.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let count = ((self.high - self.low) / self.step).round().clamp(1.0, 50.0) as u32;
        (0..=count).map(|index| self.low + f64::from(index) * self.step).collect()
    }

    /// A tick as it is written at the axis.
    pub(crate) fn write(&self, value: f64, unit: Unit) -> String {
        let most = self.low.abs().max(self.high.abs());
        match unit {
            Unit::Count => with_sign(value, |size| shorten(size, most, self.step)),
            Unit::Milliseconds if most >= 10_000.0 => {
                with_sign(value, |size| format!("{} s", plain(size / 1_000.0, decimals(self.step / 1_000.0))))
            }
            Unit::Milliseconds => with_sign(value, |size| format!("{} ms", plain(size, decimals(self.step)))),
            Unit::Megabytes => with_sign(value, |size| format!("{} MB", plain(size, decimals(self.step)))),
            Unit::Dollars => with_sign(value, |size| money(size, self.step)),
        }
    }
}

fn default_span(unit: Unit) -> f64 {
    match unit {
        Unit::Count => 4.0,
        Unit::Milliseconds | Unit::Megabytes => 100.0,
        Unit::Dollars => 0.01,
    }
}

/// The next of 1, 2, 5, 10, 20, 50 … at or above `value`.
fn round_up(value: f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powi(value.log10().floor() as i32);
    let lead = value / power;
    let lead = [1.0, 2.0, 5.0].into_iter().find(|nice| lead <= nice * (1.0 + 1e-9)).unwrap_or(10.0);
    lead * power
}

/// How many decimals tell neighbours of this step apart.
fn decimals(step: f64) -> usize {
    if step >= 1.0 || step <= 0.0 { 0 } else { (-step.log10() - 1e-9).ceil().clamp(0.0, 12.0) as usize }
}

fn with_sign(value: f64, write: impl Fn(f64) -> String) -> String {
    let text = write(value.abs());
    if value < 0.0 && text.contains(|c: char| ('1'..='9').contains(&c)) {
        format!("{MINUS}{text}")
    } else {
        text
    }
}

fn shorten(size: f64, most: f64, step: f64) -> String {
    let (by, word) = match most {
        m if m >= 1e12 => (1e12, " T"),
        m if m >= 1e9 => (1e9, " B"),
        m if m >= 1e6 => (1e6, " M"),
        m if m >= 1e5 => (1e3, " k"),
        _ => (1.0, ""),
    };
    if size == 0.0 { "0".into() } else { format!("{}{word}", plain(size / by, decimals(step / by))) }
}

/// A figure with its thousands set apart.
pub(crate) fn plain(size: f64, decimals: usize) -> String {
    let text = format!("{size:.decimals$}");
    let (whole, rest) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(THIN_SPACE);
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        for (index, digit) in rest.chars().enumerate() {
            if index > 0 && index.is_multiple_of(3) {
                out.push(THIN_SPACE);
            }
            out.push(digit);
        }
    }
    out
}

/// Dollars with every digit the step needs, in groups of three, never in powers of ten.
fn money(size: f64, step: f64) -> String {
    if size == 0.0 {
        return "$0".into();
    }
    let needed = decimals(step);
    let shown = if needed == 0 { 0 } else { needed.max(2) };
    format!("${}", plain(size, shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(low: f64, high: f64, unit: Unit) -> Vec<String> {
        let scale = Scale::around(low, high, unit, 5);
        scale.ticks().into_iter().map(|tick| scale.write(tick, unit).replace(THIN_SPACE, "_")).collect()
    }

    #[test]
    fn counts_begin_at_zero_and_have_whole_steps() {
        assert_eq!(written(1.0, 3.0, Unit::Count), ["0", "1", "2", "3"]);
        assert_eq!(written(900.0, 4_200.0, Unit::Count), ["0", "1_000", "2_000", "3_000", "4_000", "5_000"]);
        assert_eq!(written(0.0, 2.3e6, Unit::Count).last().unwrap(), "2.5 M");
    }

    #[test]
    fn money_is_never_written_in_powers_of_ten() {
        assert_eq!(written(0.0, 5.27e-7, Unit::Dollars)[1], "$0.000_000_2");
        assert_eq!(written(0.0, 0.9, Unit::Dollars), ["$0", "$0.20", "$0.40", "$0.60", "$0.80", "$1.00"]);
        assert_eq!(written(0.0, 9e14, Unit::Dollars).last().unwrap(), "$1_000_000_000_000_000");
    }

    #[test]
    fn long_times_are_written_in_seconds() {
        assert_eq!(written(0.0, 42_000.0, Unit::Milliseconds)[1], "10 s");
        assert_eq!(written(0.0, 1.7, Unit::Milliseconds)[1], "0.5 ms");
    }

    #[test]
    fn nothing_and_below_zero_have_an_axis_too() {
        assert_eq!(written(0.0, 0.0, Unit::Count), ["0", "1", "2", "3", "4"]);
        assert_eq!(written(-3.0, -1.0, Unit::Count), ["−3", "−2", "−1", "0"]);
        for (low, high) in [(0.0, f64::MIN_POSITIVE), (-LARGEST, LARGEST), (0.0, 1e-300)] {
            for unit in [Unit::Count, Unit::Milliseconds, Unit::Dollars, Unit::Megabytes] {
                let ticks = written(low, high, unit);
                assert!((2..=12).contains(&ticks.len()), "{low} to {high} gave {ticks:?}");
            }
        }
    }
}
