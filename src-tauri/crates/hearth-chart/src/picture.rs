//! What to draw: the description of one chart. Owns no drawing and must not know where the numbers come from.

use serde::{Deserialize, Serialize};

/// One chart as a file: title, lines over time, and how the file is to look.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartPicture {
    /// What the chart shows, in a few words.
    pub title: String,
    /// Of what and when, for example `hello · 23 Nov 2026, UTC`; empty for none.
    pub subtitle: String,
    /// Where the numbers come from, for example `measured on this computer`; empty for none.
    pub source: String,
    /// The lines, bottom first when stacked.
    pub series: Vec<ChartLine>,
    /// Instants of the values in seconds since 1970 UTC, ascending. Values without an instant are not drawn.
    pub times: Vec<f64>,
    /// What the values count.
    pub unit: Unit,
    /// Lines of another unit over the same instants, with an axis of their own at the right.
    pub beside: Option<Beside>,
    /// Colours.
    pub theme: Theme,
    /// Kind of file.
    pub format: Format,
    /// Width and height in pixels; brought into 320×200 to 3840×2160.
    pub size: (u32, u32),
}

/// Lines that count something else than the others of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// What the values count.
    pub unit: Unit,
    /// The lines.
    pub series: Vec<ChartLine>,
}

/// One named line of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartLine {
    /// Its name, written at its right end and in the legend.
    pub label: String,
    /// What it means; decides colour, and dash or hatch.
    pub role: Role,
    /// One value for each instant; NaN and infinities are gaps.
    pub values: Vec<f64>,
    /// How it is drawn.
    pub style: LineStyle,
}

/// How one line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineStyle {
    /// A line that breaks at gaps.
    Line,
    /// A line with its area down to zero.
    Area,
    /// An area on top of the stacked lines before it.
    Stacked,
    /// A bar a step on top of the bar lines before it.
    Bars,
}

/// What a line means. The same meaning has the same colour in every chart of Hearth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The handler's own work, and a warm duration.
    Compute,
    /// Cold starts and what start-up costs; always hatched or dashed.
    Startup,
    /// Invocations, and what requests cost.
    Requests,
    /// What is paid for whether called or not.
    AlwaysOn,
    /// Errors.
    Failed,
    /// Refused invocations.
    Throttled,
    /// Paused servers.
    Frozen,
    /// The median.
    Median,
    /// The 95th percentile; dashed.
    Percentile95,
    /// The 99th percentile; dotted.
    Percentile99,
    /// Everything else.
    Other,
}

/// What values count; decides the words at the axis and whether it begins at zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things: whole steps, zero base.
    Count,
    /// Time in milliseconds: zero base, spoken as ms or s.
    Milliseconds,
    /// US dollars: zero base, never in powers of ten.
    Dollars,
    /// Memory in MB: zero base.
    Megabytes,
}

/// Ground and ink.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Light ink on a dark ground.
    #[default]
    Dark,
    /// Dark ink on a light ground.
    Light,
    /// The brightest ink on black, for those who need contrast.
    #[serde(rename = "hc")]
    HighContrast,
}

/// Kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Scalable, as UTF-8 text.
    Svg,
    /// Pixels.
    Png,
}

impl ChartPicture {
    /// The width and height that are drawn: the wished ones within what can be read and what fits in memory.
    pub fn drawn_size(&self) -> (u32, u32) {
        (self.size.0.clamp(320, 3840), self.size.1.clamp(200, 2160))
    }
}
