//! The numbers of a picture made safe to draw: sorted, of equal length, stacked. Must not know pixels or colours.

use crate::calendar::{EARLIEST, LATEST};
use crate::scale::LARGEST;
use crate::{ChartLine, ChartPicture, LineStyle};

/// One line's values between which lower and upper bound each step is drawn; none at a gap.
pub(crate) type Bands = Vec<Option<(f64, f64)>>;

/// What is drawn, in step.
pub(crate) struct Columns {
    /// Ascending instants.
    pub(crate) times: Vec<f64>,
    /// One for each line of the picture.
    pub(crate) bands: Vec<Bands>,
    /// Values that are too large to be a measurement and were left out.
    pub(crate) left_out: usize,
}

impl Columns {
    pub(crate) fn of(chart: &ChartPicture) -> Self {
        Self::of_lines(chart, &chart.series)
    }

    /// The columns of other lines over the instants of a picture.
    pub(crate) fn of_lines(chart: &ChartPicture, lines: &[ChartLine]) -> Self {
        let mut order: Vec<usize> =
            (0..chart.times.len()).filter(|&row| (EARLIEST..=LATEST).contains(&chart.times[row])).collect();
        order.sort_by(|&a, &b| chart.times[a].total_cmp(&chart.times[b]));
        let mut left_out = 0;
        let mut stacked = Pile::new(order.len());
        let mut bars = Pile::new(order.len());
        let bands = lines
            .iter()
            .map(|line| {
                let values: Vec<Option<f64>> = order
                    .iter()
                    .map(|&row| line.values.get(row).copied().filter(|value| value.is_finite()))
                    .map(|value| {
                        let kept = value.filter(|value| value.abs() <= LARGEST);
                        left_out += usize::from(value.is_some() && kept.is_none());
                        kept
                    })
                    .collect();
                match line.style {
                    LineStyle::Line | LineStyle::Area => {
                        values.into_iter().map(|value| value.map(|value| (0.0, value))).collect()
                    }
                    LineStyle::Stacked => stacked.put(values),
                    LineStyle::Bars => bars.put(values),
                }
            })
            .collect();
        Self { times: order.into_iter().map(|row| chart.times[row]).collect(), bands, left_out }
    }

    /// The lowest and the highest bound of all, none when there is nothing to draw.
    pub(crate) fn extent(&self) -> Option<(f64, f64)> {
        let mut bounds = self.bands.iter().flatten().flatten().flat_map(|&(lower, upper)| [lower, upper]);
        let first = bounds.next()?;
        Some(bounds.fold((first, first), |(low, high), bound| (low.min(bound), high.max(bound))))
    }

    /// The shortest distance of two instants, in seconds.
    pub(crate) fn step(&self) -> Option<f64> {
        self.times.windows(2).map(|pair| pair[1] - pair[0]).filter(|&step| step > 0.0).min_by(f64::total_cmp)
    }
}

/// Values on top of each other: above zero upward, below zero downward.
struct Pile {
    up: Vec<f64>,
    down: Vec<f64>,
}

impl Pile {
    fn new(rows: usize) -> Self {
        Self { up: vec![0.0; rows], down: vec![0.0; rows] }
    }

    fn put(&mut self, values: Vec<Option<f64>>) -> Bands {
        let place = |(row, value): (usize, Option<f64>)| {
            value.map(|value| {
                let base = if value < 0.0 { &mut self.down[row] } else { &mut self.up[row] };
                let lower = *base;
                *base += value;
                (lower, *base)
            })
        };
        values.into_iter().enumerate().map(place).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChartLine, Format, Role, Theme, Unit};

    fn chart(times: Vec<f64>, lines: Vec<(LineStyle, Vec<f64>)>) -> ChartPicture {
        let series = lines
            .into_iter()
            .map(|(style, values)| ChartLine { label: "line".into(), role: Role::Compute, values, style })
            .collect();
        ChartPicture {
            title: String::new(),
            subtitle: String::new(),
            source: String::new(),
            series,
            times,
            unit: Unit::Count,
            beside: None,
            theme: Theme::Dark,
            format: Format::Svg,
            size: (640, 360),
        }
    }

    #[test]
    fn stacks_leave_gaps_open_and_go_on_above_them() {
        let columns = Columns::of(&chart(
            vec![0.0, 60.0],
            vec![(LineStyle::Stacked, vec![1.0, f64::NAN]), (LineStyle::Stacked, vec![2.0, 3.0])],
        ));
        assert_eq!(columns.bands[0], [Some((0.0, 1.0)), None]);
        assert_eq!(columns.bands[1], [Some((1.0, 3.0)), Some((0.0, 3.0))]);
        assert_eq!(columns.extent(), Some((0.0, 3.0)));
    }

    #[test]
    fn unequal_columns_and_times_out_of_order_are_brought_in_step() {
        let columns = Columns::of(&chart(
            vec![120.0, f64::NAN, 0.0, 60.0],
            vec![(LineStyle::Line, vec![2.0, 9.0, 0.5])],
        ));
        assert_eq!(columns.times, [0.0, 60.0, 120.0]);
        assert_eq!(columns.bands[0], [Some((0.0, 0.5)), None, Some((0.0, 2.0))]);
        assert_eq!(columns.step(), Some(60.0));
    }

    #[test]
    fn what_no_measurement_can_be_is_left_out_and_counted() {
        let columns = Columns::of(&chart(vec![0.0, 1.0], vec![(LineStyle::Line, vec![f64::MAX, 1.0])]));
        assert_eq!((columns.left_out, columns.extent()), (1, Some((0.0, 1.0))));
    }
}
