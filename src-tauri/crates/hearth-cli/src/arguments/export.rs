//! The arguments of `export`. Must not know how files are made.

use super::Where;
use clap::{Args, ValueEnum};
use hearth_core::api::ImageFormat;
use hearth_model::{Grain, Micros};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What to write: a chart, or a table
    pub(crate) what: Exported,
    /// Only of this function
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Option<String>,
    #[command(flatten)]
    pub(crate) place: Where,
    /// Charts and series: how far back, for instance 90m, 24h, 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = stretch)]
    pub(crate) last: Micros,
    /// Charts and series: length of a step [default: minute up to a day, else hour]
    #[arg(long, value_name = "STEP")]
    pub(crate) grain: Option<Step>,
    /// Charts: kind of picture
    #[arg(long, value_name = "KIND", default_value = "svg")]
    pub(crate) format: Picture,
    /// Charts: colours
    #[arg(long, value_name = "THEME", default_value = "light")]
    pub(crate) theme: Theme,
    /// The file, or - for standard output [default: hearth-WHAT.svg, .png or .csv in this folder]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What can be written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Exported {
    /// Chart of calls, errors and refusals
    Calls,
    /// Chart of cold starts
    ColdStarts,
    /// Chart of duration percentiles
    Durations,
    /// Chart of cost at list price, each function on its own plan
    Cost,
    /// Table of functions
    Functions,
    /// Table of invocations
    Invocations,
    /// Table of servers, also those that ended
    Environments,
    /// Table of log lines
    Logs,
    /// Table of the figures behind the charts
    Series,
}

impl Exported {
    /// Its name on the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::ColdStarts => "cold-starts",
            Self::Durations => "durations",
            Self::Cost => "cost",
            Self::Functions => "functions",
            Self::Invocations => "invocations",
            Self::Environments => "environments",
            Self::Logs => "logs",
            Self::Series => "series",
        }
    }

    /// Whether it becomes a picture.
    pub(crate) fn is_chart(self) -> bool {
        match self {
            Self::Calls | Self::ColdStarts | Self::Durations | Self::Cost => true,
            Self::Functions | Self::Invocations | Self::Environments | Self::Logs | Self::Series => false,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Step {
    Minute,
    Hour,
    Day,
}

impl From<Step> for Grain {
    fn from(step: Step) -> Self {
        match step {
            Step::Minute => Self::Minute,
            Step::Hour => Self::Hour,
            Step::Day => Self::Day,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Picture {
    Svg,
    Png,
}

impl From<Picture> for ImageFormat {
    fn from(picture: Picture) -> Self {
        match picture {
            Picture::Svg => Self::Svg,
            Picture::Png => Self::Png,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A number with `m`, `h` or `d`.
fn stretch(text: &str) -> Result<Micros, String> {
    let seconds = match text.as_bytes().last() {
        Some(b'm') => 60,
        Some(b'h') => 3_600,
        Some(b'd') => 86_400,
        _ => 0,
    };
    let number = text.get(..text.len().saturating_sub(1)).and_then(|digits| digits.parse::<i64>().ok());
    match number.filter(|number| (1..=100_000).contains(number)) {
        Some(number) if seconds > 0 => Ok(Micros::from_seconds(number * seconds)),
        _ => Err("write it as a number with m, h or d, for instance 24h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_a_number_and_a_unit() {
        assert_eq!(stretch("90m"), Ok(Micros::from_seconds(5_400)));
        assert_eq!(stretch("24h"), Ok(Micros::from_seconds(86_400)));
        assert_eq!(stretch("7d"), Ok(Micros::from_seconds(604_800)));
        for text in ["", "h", "24", "-1h", "0d", "1w", "1.5h", "é"] {
            assert!(stretch(text).is_err(), "{text:?}");
        }
    }
}
