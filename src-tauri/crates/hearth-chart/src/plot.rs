//! The plot inside a picture: axes, grid, and the lines, areas and bars in it. Owns the way from values to pixels.

use crate::calendar;
use crate::canvas::{Align, Canvas, Weight, width};
use crate::columns::{Bands, Columns};
use crate::geometry::{Point, hatch, runs};
use crate::palette::{Palette, Stroke};
use crate::scale::Scale;
use crate::{ChartLine, ChartPicture, LineStyle, Result, Role, Unit};
use plotters::prelude::DrawingBackend;
use plotters::style::{Color, RGBColor};

pub(crate) const SMALL: f64 = 11.0;
const HATCH: f64 = 6.0;

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

/// Where values and instants lie.
pub(crate) struct Plot {
    pub(crate) frame: Frame,
    scale: Scale,
    unit: Unit,
    from: f64,
    to: f64,
    /// Half the width of a bar in pixels.
    half_bar: f64,
}

impl Plot {
    /// Lays the plot into `frame`, which it narrows by the room that the value axis needs.
    pub(crate) fn new(chart: &ChartPicture, columns: &Columns, mut frame: Frame) -> Self {
        let (lowest, highest) = columns.extent().unwrap_or((0.0, 0.0));
        let wanted = ((frame.bottom - frame.top) / 44.0).clamp(2.0, 8.0) as u32;
        let scale = Scale::around(lowest, highest, chart.unit, wanted);
        let widest = scale
            .ticks()
            .into_iter()
            .map(|tick| width(&scale.write(tick, chart.unit), SMALL, Weight::Regular))
            .fold(0.0, f64::max);
        frame.left += (widest + 10.0).min((frame.right - frame.left) * 0.5);
        let step = columns.step();
        let has_bars = chart.series.iter().any(|line| line.style == LineStyle::Bars);
        let first = columns.times.first().copied().unwrap_or(0.0);
        let last = columns.times.last().copied().unwrap_or(0.0);
        let margin = match step {
            Some(step) if has_bars => step / 2.0,
            Some(_) => 0.0,
            None => 60.0,
        };
        let (from, to) = (first - margin, last + margin);
        let share = step.unwrap_or(30.0) / (to - from);
        let half_bar = ((frame.right - frame.left) * share * 0.36).clamp(0.5, 24.0);
        Self { frame, scale, unit: chart.unit, from, to, half_bar }
    }

    /// A plot over the same instants with a scale of its own, for values of another unit.
    pub(crate) fn beside(&self, unit: Unit, columns: &Columns) -> Self {
        let (lowest, highest) = columns.extent().unwrap_or((0.0, 0.0));
        let wanted = ((self.frame.bottom - self.frame.top) / 44.0).clamp(2.0, 8.0) as u32;
        let Self { frame, from, to, half_bar, .. } = *self;
        Self { frame, scale: Scale::around(lowest, highest, unit, wanted), unit, from, to, half_bar }
    }

    /// How wide the words of an axis at the right are.
    pub(crate) fn right_axis_width(unit: Unit, columns: &Columns, high: f64) -> f64 {
        let (lowest, highest) = columns.extent().unwrap_or((0.0, 0.0));
        let scale = Scale::around(lowest, highest, unit, (high / 44.0).clamp(2.0, 8.0) as u32);
        let words = scale.ticks().into_iter().map(|tick| scale.write(tick, unit));
        words.map(|words| width(&words, SMALL, Weight::Regular)).fold(0.0, f64::max) + 12.0
    }

    /// Draws the words of an axis at the right; the grid is that of the other one.
    pub(crate) fn right_axis<B: DrawingBackend>(&self, canvas: &Canvas<B>, palette: &Palette) -> Result<()> {
        let axis = palette.token("c-axis")?;
        for tick in self.scale.ticks() {
            let at = (self.frame.right + 8.0, self.y(tick) + 4.0);
            let text = self.scale.write(tick, self.unit);
            canvas.text(&text, at, SMALL, Weight::Regular, Align::Left, axis)?;
        }
        Ok(())
    }

    fn x(&self, time: f64) -> f64 {
        self.frame.left + (time - self.from) / (self.to - self.from) * (self.frame.right - self.frame.left)
    }

    pub(crate) fn y(&self, value: f64) -> f64 {
        let share = (value - self.scale.low) / (self.scale.high - self.scale.low);
        self.frame.bottom - share * (self.frame.bottom - self.frame.top)
    }

    /// Draws grid and axes.
    pub(crate) fn axes<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        palette: &Palette,
        timed: bool,
    ) -> Result<()> {
        let (grid, axis) = (palette.token("c-grid")?, palette.token("c-axis")?);
        let Frame { left, top, right, bottom } = self.frame;
        for tick in self.scale.ticks() {
            let y = self.y(tick);
            let is_base = tick.abs() < self.scale.step / 2.0;
            let colour = if is_base { palette.token("line-3")? } else { grid };
            canvas.line(&[(left, y), (right, y)], 1.0, Stroke::Solid, colour.to_rgba())?;
            let text = self.scale.write(tick, self.unit);
            canvas.text(&text, (left - 8.0, y + 4.0), SMALL, Weight::Regular, Align::Right, axis)?;
        }
        if !timed {
            return Ok(());
        }
        let ticks = calendar::ticks(self.from, self.to, ((right - left) / 70.0) as u32);
        for tick in ticks {
            let x = self.x(tick.at as f64);
            let colour = if tick.day { palette.token("line-2")? } else { grid };
            canvas.line(&[(x, top), (x, bottom + 4.0)], 1.0, Stroke::Solid, colour.to_rgba())?;
            let label = width(&tick.label, SMALL, Weight::Regular) / 2.0;
            let x = x.clamp(left + label - 20.0, (right - label + 20.0).max(left + label - 20.0));
            canvas.text(&tick.label, (x, bottom + 18.0), SMALL, Weight::Regular, Align::Middle, axis)?;
        }
        Ok(())
    }

    /// Draws one line of the picture.
    pub(crate) fn line<B: DrawingBackend>(
        &self,
        canvas: &Canvas<B>,
        palette: &Palette,
        line: &ChartLine,
        times: &[f64],
        bands: &Bands,
    ) -> Result<()> {
        let colour = palette.role(line.role)?;
        let placed = times
            .iter()
            .zip(bands)
            .map(|(&time, band)| band.map(|(lower, upper)| (self.x(time), self.y(lower), self.y(upper))));
        if line.style == LineStyle::Bars {
            for (x, lower, upper) in placed.flatten().filter(|(_, lower, upper)| (lower - upper).abs() > 0.01)
            {
                let (left, right) = (x - self.half_bar, x + self.half_bar);
                let outline = [(left, lower), (left, upper), (right, upper), (right, lower)];
                surface(canvas, line.role, &[outline], colour, 1.0)?;
                canvas.line(&closed(&outline), 1.0, Stroke::Solid, colour.to_rgba())?;
            }
            return Ok(());
        }
        for run in runs(placed) {
            let upper: Vec<Point> = run.iter().map(|&(x, _, upper)| (x, upper)).collect();
            if let [alone] = upper[..] {
                canvas.dot(alone, 2.5, colour)?;
                continue;
            }
            if line.style != LineStyle::Line {
                let pieces: Vec<[Point; 4]> = run
                    .windows(2)
                    .map(|pair| {
                        let ((x0, low0, up0), (x1, low1, up1)) = (pair[0], pair[1]);
                        [(x0, low0), (x0, up0), (x1, up1), (x1, low1)]
                    })
                    .collect();
                let share = if line.style == LineStyle::Stacked { 0.62 } else { 0.22 };
                surface(canvas, line.role, &pieces, colour, share)?;
            }
            canvas.line(&upper, 2.0, line.role.stroke(), colour.to_rgba())?;
        }
        Ok(())
    }
}

/// Fills pieces of one surface: hatched or plain, as its meaning wants.
pub(crate) fn surface<B: DrawingBackend>(
    canvas: &Canvas<B>,
    role: Role,
    pieces: &[[Point; 4]],
    colour: RGBColor,
    share: f64,
) -> Result<()> {
    if role.hatched() {
        for piece in pieces {
            canvas.area(piece, colour.mix(share * 0.25))?;
            for (from, to) in hatch(piece, HATCH) {
                canvas.line(&[from, to], 1.5, Stroke::Solid, colour.to_rgba())?;
            }
        }
        return Ok(());
    }
    // One outline for all pieces: neighbours drawn one by one would show seams.
    let tops = pieces.iter().flat_map(|piece| [piece[1], piece[2]]);
    let bases = pieces.iter().rev().flat_map(|piece| [piece[3], piece[0]]);
    let mut outline: Vec<Point> = tops.chain(bases).collect();
    outline.dedup();
    canvas.area(&outline, colour.mix(share))
}

fn closed(outline: &[Point; 4]) -> [Point; 5] {
    [outline[0], outline[1], outline[2], outline[3], outline[0]]
}
