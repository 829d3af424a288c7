//! Charts and pages as files: SVG, PNG and PDF drawn by plotters with Hearth's own colours and an embedded font.
//! Owns how an exported chart looks. Must not know where numbers come from, nor the window.

mod calendar;
mod canvas;
mod columns;
mod draw;
mod file;
mod geometry;
mod page;
mod palette;
mod pdf;
mod picture;
mod plot;
mod scale;

pub use page::{Ink, Page, PageFormat, PageItem, PageText, draw_page};
pub use picture::{Beside, ChartLine, ChartPicture, Format, LineStyle, Role, Theme, Unit};

/// What can go wrong while drawing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The drawing library refused.
    #[error("the chart `{title}` could not be drawn: {detail}")]
    Draw {
        /// Of the chart.
        title: String,
        /// What the library said.
        detail: String,
    },
    /// The colours built into Hearth lack one or are not colours.
    #[error("the colours are unusable: {0}")]
    Tokens(String),
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// CSS that brings the font along, for pages of HTML that hold charts.
pub fn font_faces() -> String {
    file::font_faces()
}

/// A text of this size, not strong, as lines that fit in so much room on a [`Page`].
pub fn lines_of(text: &str, size: f64, room: f64) -> Vec<String> {
    canvas::broken(text, size, canvas::Weight::Regular, room)
}

/// Draws a chart. Any input gives a picture: empty lines, gaps only, one point, huge or unequal columns too.
pub fn draw(chart: &ChartPicture) -> Result<Vec<u8>> {
    match chart.format {
        Format::Svg => file::svg(chart),
        Format::Png => file::png(chart),
    }
}
