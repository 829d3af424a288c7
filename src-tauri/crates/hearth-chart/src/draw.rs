//! The whole picture: head, plot, labels at the right end, foot. Owns the layout; must not know file formats.

use crate::canvas::{Align, Canvas, Weight, fitted, width};
use crate::columns::{Bands, Columns};
use crate::palette::{Palette, Stroke};
use crate::plot::{Frame, Plot, SMALL, surface};
use crate::{ChartLine, ChartPicture, LineStyle, Result};
use plotters::prelude::DrawingBackend;
use plotters::style::Color;

const MARGIN: f64 = 20.0;
const SWATCH: f64 = 18.0;
const LABEL: f64 = 12.0;
const LABEL_PITCH: f64 = 17.0;

/// Draws a picture on a canvas.
pub(crate) fn draw<B: DrawingBackend>(chart: &ChartPicture, canvas: &Canvas<B>) -> Result<()> {
    let palette = Palette::of(chart.theme)?;
    let (wide, high) = chart.drawn_size();
    let (wide, high) = (f64::from(wide), f64::from(high));
    canvas.fill(palette.token("bg-1")?)?;
    let columns = Columns::of(chart);
    let inner = wide - 2.0 * MARGIN;

    let title = fitted(&chart.title, 15.0, Weight::Strong, inner);
    canvas.text(&title, (MARGIN, 32.0), 15.0, Weight::Strong, Align::Left, palette.token("tx-1")?)?;
    let subtitle = fitted(&chart.subtitle, 12.0, Weight::Regular, inner);
    canvas.text(&subtitle, (MARGIN, 50.0), 12.0, Weight::Regular, Align::Left, palette.token("tx-2")?)?;

    let beside = chart.beside.as_ref().filter(|beside| !beside.series.is_empty());
    let others = beside.map(|beside| (beside, Columns::of_lines(chart, &beside.series)));
    let lines: Vec<&ChartLine> =
        chart.series.iter().chain(beside.iter().flat_map(|beside| &beside.series)).collect();
    let labels_room = (inner * 0.3).min(220.0);
    let labels: Vec<String> = lines
        .iter()
        .map(|line| fitted(&line.label, LABEL, Weight::Regular, labels_room - SWATCH - 16.0))
        .collect();
    let widest = labels.iter().map(|label| width(label, LABEL, Weight::Regular)).fold(0.0, f64::max);
    let gutter = if labels.is_empty() { 0.0 } else { SWATCH + 16.0 + widest };
    let (top, bottom) = (72.0, high - 58.0);
    let axis = others
        .as_ref()
        .map_or(0.0, |(beside, columns)| Plot::right_axis_width(beside.unit, columns, bottom - top));
    let frame = Frame { left: MARGIN, top, right: wide - MARGIN - gutter - axis, bottom };

    let plot = Plot::new(chart, &columns, frame);
    let empty = columns.extent().is_none();
    plot.axes(canvas, &palette, !columns.times.is_empty())?;
    // Surfaces first, so that no line is under one.
    for lines in [false, true] {
        for (line, bands) in chart.series.iter().zip(&columns.bands) {
            if (line.style == LineStyle::Line) == lines {
                plot.line(canvas, &palette, line, &columns.times, bands)?;
            }
        }
    }
    let mut ends = ends(&chart.series, &columns, &plot);
    if let Some((beside, columns)) = &others {
        let plot = plot.beside(beside.unit, columns);
        plot.right_axis(canvas, &palette)?;
        for (line, bands) in beside.series.iter().zip(&columns.bands) {
            plot.line(canvas, &palette, line, &columns.times, bands)?;
        }
        ends.extend(self::ends(&beside.series, columns, &plot));
    }
    if empty {
        let middle = (
            f64::midpoint(plot.frame.left, plot.frame.right),
            f64::midpoint(plot.frame.top, plot.frame.bottom),
        );
        canvas.text(
            "Nothing was recorded here",
            middle,
            13.0,
            Weight::Regular,
            Align::Middle,
            palette.token("tx-2")?,
        )?;
    }
    draw_labels(canvas, &palette, &plot.frame, axis, (&lines, &ends, &labels))?;
    let left_out = columns.left_out + others.map_or(0, |(_, columns)| columns.left_out);
    draw_foot(chart, canvas, &palette, left_out, (inner, high))
}

/// The heights at which lines end.
fn ends(lines: &[ChartLine], columns: &Columns, plot: &Plot) -> Vec<f64> {
    let end = |(line, bands): (&ChartLine, &Bands)| {
        let last = bands.iter().rev().flatten().next();
        let value = last.map_or(0.0, |&(lower, upper)| match line.style {
            LineStyle::Line | LineStyle::Area => upper,
            LineStyle::Stacked | LineStyle::Bars => f64::midpoint(lower, upper),
        });
        plot.y(value)
    };
    lines.iter().zip(&columns.bands).map(end).collect()
}

/// Names each line at its right end, moved apart where ends are close, with the mark it is drawn with; `axis` is the
/// room that the words of an axis take before.
fn draw_labels<B: DrawingBackend>(
    canvas: &Canvas<B>,
    palette: &Palette,
    frame: &Frame,
    axis: f64,
    (lines, ends, labels): (&[&ChartLine], &[f64], &[String]),
) -> Result<()> {
    let mut wished: Vec<(usize, f64)> = ends.iter().copied().enumerate().collect();
    // Later lines lie higher, so they come first where ends are equal.
    wished.sort_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    let places = apart(&wished, frame.top + 6.0, frame.bottom);
    let left = frame.right + axis + 10.0;
    for ((index, _), y) in wished.into_iter().zip(places) {
        let line = lines[index];
        let colour = palette.role(line.role)?;
        if line.style == LineStyle::Line {
            canvas.line(&[(left, y), (left + SWATCH, y)], 2.0, line.role.stroke(), colour.to_rgba())?;
        } else {
            let (right, top, bottom) = (left + SWATCH, y - 5.0, y + 5.0);
            let outline = [(left, bottom), (left, top), (right, top), (right, bottom)];
            surface(canvas, line.role, &[outline], colour, 0.8)?;
            let edge = [outline[0], outline[1], outline[2], outline[3], outline[0]];
            canvas.line(&edge, 1.0, Stroke::Solid, colour.to_rgba())?;
        }
        let at = (left + SWATCH + 6.0, y + 4.0);
        canvas.text(&labels[index], at, LABEL, Weight::Regular, Align::Left, palette.token("tx-1")?)?;
    }
    Ok(())
}

/// Heights for labels, in their order, at least a label apart and as near to their wishes as that lets them.
fn apart(wished: &[(usize, f64)], top: f64, bottom: f64) -> Vec<f64> {
    let mut places: Vec<f64> = Vec::with_capacity(wished.len());
    for &(_, y) in wished {
        let lowest = places.last().map_or(top, |above| above + LABEL_PITCH);
        places.push(y.max(lowest));
    }
    let mut limit = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(limit);
        limit = *place - LABEL_PITCH;
    }
    places
}

fn draw_foot<B: DrawingBackend>(
    chart: &ChartPicture,
    canvas: &Canvas<B>,
    palette: &Palette,
    left_out: usize,
    (inner, high): (f64, f64),
) -> Result<()> {
    let mut words = vec!["Hearth".to_owned()];
    if !chart.source.is_empty() {
        words.push(chart.source.clone());
    }
    words.push("times in UTC".to_owned());
    match left_out {
        0 => {}
        1 => words.push("1 value too large to draw".to_owned()),
        many => words.push(format!("{many} values too large to draw")),
    }
    let foot = fitted(&words.join(" · "), SMALL, Weight::Regular, inner);
    canvas.text(&foot, (MARGIN, high - 14.0), SMALL, Weight::Regular, Align::Left, palette.token("tx-3")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_equal_ends_are_moved_apart_inside_the_plot() {
        let places = apart(&[(2, 95.0), (1, 96.0), (0, 97.0)], 10.0, 100.0);
        assert!((places[2] - 100.0).abs() < 1e-9);
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= LABEL_PITCH - 1e-9), "{places:?}");
    }
}
