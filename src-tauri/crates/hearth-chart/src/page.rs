//! A page: texts, rules and charts at places, as SVG, PNG or PDF. Owns no layout: who makes a page says where things
//! are. Must not know what the words mean.

use crate::canvas::{Align, Canvas, Weight, fitted};
use crate::file::{self, Drawing};
use crate::geometry::Point;
use crate::palette::{Palette, Stroke};
use crate::{ChartPicture, Result, Theme, draw, pdf};
use plotters::prelude::DrawingBackend;
use plotters::style::Color;

/// A page to draw, in pixels; 794 × 1123 is A4.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Its title, for readers of the file.
    pub title: String,
    /// Width and height.
    pub size: (u32, u32),
    /// Colours.
    pub theme: Theme,
    /// What is on it, the lowest first.
    pub items: Vec<PageItem>,
}

/// Something on a page.
#[derive(Clone, Debug, PartialEq)]
pub enum PageItem {
    /// One line of text.
    Text(PageText),
    /// A thin line.
    Rule {
        /// From here.
        from: Point,
        /// To here.
        to: Point,
    },
    /// A chart with its upper left corner at a place, in its own size.
    Chart {
        /// Where.
        at: Point,
        /// Which.
        chart: Box<ChartPicture>,
    },
}

/// One line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct PageText {
    /// The words.
    pub text: String,
    /// Where its baseline begins, or ends when it is right-aligned.
    pub at: Point,
    /// Size of the letters in pixels.
    pub size: f64,
    /// Whether it is strong.
    pub strong: bool,
    /// Whether `at` is its end.
    pub right: bool,
    /// Colour.
    pub ink: Ink,
    /// Longer texts are cut with an ellipsis.
    pub room: f64,
}

/// Colour of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    /// The usual one.
    #[default]
    Usual,
    /// Less important.
    Quiet,
    /// To be seen first.
    Warning,
}

/// Kind of file of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFormat {
    /// Scalable, with the font inside.
    Svg,
    /// Pixels.
    Png,
    /// To print.
    Pdf,
}

/// Draws a page.
pub fn draw_page(page: &Page, format: PageFormat) -> Result<Vec<u8>> {
    match format {
        PageFormat::Svg => file::svg_with_font(page),
        PageFormat::Png => file::png(page),
        PageFormat::Pdf => pdf::pdf(page),
    }
}

impl Drawing for Page {
    fn title(&self) -> &str {
        &self.title
    }

    fn size(&self) -> (u32, u32) {
        (self.size.0.clamp(320, 3_840), self.size.1.clamp(200, 3_840))
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<'_, B>) -> Result<()> {
        let palette = Palette::of(self.theme)?;
        canvas.fill(palette.token("bg-1")?)?;
        for item in &self.items {
            match item {
                PageItem::Text(text) => {
                    let weight = if text.strong { Weight::Strong } else { Weight::Regular };
                    let colour = palette.token(match text.ink {
                        Ink::Usual => "tx-1",
                        Ink::Quiet => "tx-2",
                        Ink::Warning => "st-failed",
                    })?;
                    let words = fitted(&text.text, text.size, weight, text.room);
                    let align = if text.right { Align::Right } else { Align::Left };
                    canvas.text(&words, text.at, text.size, weight, align, colour)?;
                }
                PageItem::Rule { from, to } => {
                    canvas.line(&[*from, *to], 1.0, Stroke::Solid, palette.token("tx-3")?.mix(0.5))?;
                }
                PageItem::Chart { at, chart } => {
                    draw::draw(chart, &canvas.part(*at, chart.drawn_size()))?;
                }
            }
        }
        Ok(())
    }
}
