//! Ink on paper: text, lines and areas at pixel positions, on plotters' SVG or bitmap backend.
//! Owns the font and the finer grid that the backends' whole pixels need. Must not know charts.

use crate::geometry::{Point, dashes};
use crate::palette::Stroke;
use crate::{Error, Result};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use std::sync::Once;

/// Backend pixels of one pixel of the picture: the backends take whole numbers, so lines would step without it.
pub(crate) const FINENESS: u32 = 2;
/// The name in the SVG file, so that a reader without Inter falls back to what is near. It is registered under the
/// same name.
const FAMILY: &str = "Inter, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif";
pub(crate) static REGULAR: &[u8] = include_bytes!("../../../../assets/fonts/Inter-Regular.ttf");
pub(crate) static SEMIBOLD: &[u8] = include_bytes!("../../../../assets/fonts/Inter-SemiBold.ttf");
static FONTS: Once = Once::new();
/// plotters' font size over the em that its SVG backend writes.
const SIZE_OF_EM: f64 = 1.24;

/// How strong a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Strong,
}

/// Where a text lies from its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Middle,
    Right,
}

/// How far above the given baseline the backend wants the point of a text, in its own font size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Baseline {
    Svg,
    Bitmap,
}

/// A sheet to draw on.
pub(crate) struct Canvas<'a, B: DrawingBackend> {
    area: DrawingArea<B, Shift>,
    title: &'a str,
    baseline: Baseline,
}

impl<'a, B: DrawingBackend> Canvas<'a, B> {
    pub(crate) fn new(backend: B, title: &'a str, baseline: Baseline) -> Self {
        register_fonts();
        Self { area: backend.into_drawing_area(), title, baseline }
    }

    fn drawn<E: std::error::Error + Send + Sync>(
        &self,
        result: std::result::Result<(), DrawingAreaErrorKind<E>>,
    ) -> Result<()> {
        result.map_err(|source| Error::Draw { title: self.title.to_owned(), detail: source.to_string() })
    }

    pub(crate) fn fill(&self, colour: RGBColor) -> Result<()> {
        self.drawn(self.area.fill(&colour))
    }

    /// Writes a text whose baseline is at `at.1`.
    pub(crate) fn text(
        &self,
        text: &str,
        at: Point,
        size: f64,
        weight: Weight,
        align: Align,
        colour: RGBColor,
    ) -> Result<()> {
        let font = font(size, weight);
        let rise = match self.baseline {
            Baseline::Svg => 0.76 * size,
            Baseline::Bitmap => 0.5 * size * SIZE_OF_EM,
        };
        let horizontal = match align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = font.color(&colour).pos(Pos::new(horizontal, VPos::Top));
        self.drawn(self.area.draw_text(&printable(text), &style, fine((at.0, at.1 - rise))))
    }

    pub(crate) fn line(&self, points: &[Point], width: f64, stroke: Stroke, colour: RGBAColor) -> Result<()> {
        let style = ShapeStyle {
            color: colour,
            filled: false,
            stroke_width: (width * f64::from(FINENESS)).round() as u32,
        };
        let pieces = match stroke {
            Stroke::Solid => vec![points.to_vec()],
            Stroke::Broken(on, off) => dashes(points, f64::from(on), f64::from(off)),
        };
        let draw = |piece: &[Point]| {
            let piece: Vec<_> = piece.iter().copied().map(fine).collect();
            self.drawn(self.area.draw(&PathElement::new(piece, style)))
        };
        for piece in pieces {
            match self.baseline {
                Baseline::Svg => draw(&piece)?,
                // At a sharp turn the corner of this backend reaches out of the plot.
                Baseline::Bitmap => piece.windows(2).try_for_each(draw)?,
            }
        }
        Ok(())
    }

    pub(crate) fn area(&self, outline: &[Point], colour: RGBAColor) -> Result<()> {
        let outline: Vec<_> = outline.iter().copied().map(fine).collect();
        self.drawn(self.area.draw(&Polygon::new(outline, colour.filled())))
    }

    pub(crate) fn dot(&self, at: Point, radius: f64, colour: RGBColor) -> Result<()> {
        self.drawn(self.area.draw(&Circle::new(fine(at), radius * f64::from(FINENESS), colour.filled())))
    }

    /// A part of the sheet, with its own zero at its upper left corner.
    pub(crate) fn part(&self, at: Point, (wide, high): (u32, u32)) -> Self {
        let size = (wide * FINENESS, high * FINENESS);
        Self { area: self.area.clone().shrink(fine(at), size), title: self.title, baseline: self.baseline }
    }

    pub(crate) fn finish(self) -> Result<()> {
        self.drawn(self.area.present())
    }
}

fn register_fonts() {
    FONTS.call_once(|| {
        // A font that cannot be read shows itself as an error of the first text.
        let _unusable = register_font(FAMILY, FontStyle::Normal, REGULAR).is_err()
            || register_font(FAMILY, FontStyle::Bold, SEMIBOLD).is_err();
    });
}

fn font(size: f64, weight: Weight) -> FontDesc<'static> {
    let style = match weight {
        Weight::Regular => FontStyle::Normal,
        Weight::Strong => FontStyle::Bold,
    };
    FontDesc::new(FontFamily::Name(FAMILY), size * SIZE_OF_EM * f64::from(FINENESS), style)
}

/// The width of a text in pixels.
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    register_fonts();
    let fallback = text.chars().count() as f64 * size * 0.6;
    font(size, weight)
        .box_size(&printable(text))
        .map_or(fallback, |(width, _)| f64::from(width) / f64::from(FINENESS))
}

/// A text cut to a width, with an ellipsis when something went.
pub(crate) fn fitted(text: &str, size: f64, weight: Weight, room: f64) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().take(400).collect();
    while kept.pop().is_some() {
        let shorter: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
        if width(&shorter, size, weight) <= room {
            return shorter;
        }
    }
    String::new()
}

/// A text as lines that are no wider than `room`. A word that is wider has a line of its own.
pub(crate) fn broken(text: &str, size: f64, weight: Weight, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match (longer.filter(|longer| width(longer, size, weight) <= room), lines.last_mut()) {
            (Some(longer), Some(last)) => *last = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text without the characters that XML cannot hold.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c })
        .collect()
}

fn fine(point: Point) -> (i32, i32) {
    let scale = |value: f64| (value * f64::from(FINENESS)).round().clamp(-1e6, 1e6) as i32;
    (scale(point.0), scale(point.1))
}
