//! What charts ask for and get: columns of numbers over time. Must not know SQL or drawing.

use crate::Micros;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Length of one step of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours, UTC.
    Day,
}

impl Grain {
    /// Every grain.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// Its length.
    pub const fn length(self) -> Micros {
        match self {
            Self::Minute => Micros::from_seconds(60),
            Self::Hour => Micros::from_seconds(3_600),
            Self::Day => Micros::from_seconds(86_400),
        }
    }

    /// The start of the step that holds `at`.
    pub fn floor(self, at: Micros) -> Micros {
        Micros(at.0.div_euclid(self.length().0) * self.length().0)
    }

    /// The word stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

/// Which stretch of which function a chart shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeriesQuery {
    /// A function's name, or none for all functions together.
    pub function: Option<String>,
    /// First instant.
    pub from_us: Micros,
    /// Instant after the last.
    pub to_us: Micros,
    /// Step.
    pub grain: Grain,
}

/// Names of the columns of [`Series`], in their order. Durations in milliseconds, cost in US dollars,
/// `time` in seconds since 1970 UTC. Cost is that of the Cost screen: each function at the list price of its own plan. A percentile of a step without calls is NaN: a gap is a gap.
pub const SERIES_COLUMNS: [&str; 15] = [
    "time",
    "invocations",
    "errors",
    "throttles",
    "coldStarts",
    "p50Ms",
    "p95Ms",
    "p99Ms",
    "initP50Ms",
    "initP95Ms",
    "requestCostUsd",
    "computeCostUsd",
    "initCostUsd",
    "storageCostUsd",
    "alwaysOnCostUsd",
];

/// Columns of equal length in the order of [`SERIES_COLUMNS`], one row a step, empty steps included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// The columns.
    pub columns: Vec<Vec<f64>>,
}

impl Series {
    /// Little-endian bytes: a `u32` column count, a `u32` row count, then the columns one after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        let rows = self.columns.first().map_or(0, Vec::len);
        let mut bytes = Vec::with_capacity(8 + self.columns.len() * rows * 8);
        bytes.extend_from_slice(&(self.columns.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&(rows as u32).to_le_bytes());
        for column in &self.columns {
            for value in column {
                bytes.extend_from_slice(&value.to_le_bytes());
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floor_goes_down_before_1970_too() {
        assert_eq!(Grain::Minute.floor(Micros(-1)), Micros(-60_000_000));
        assert_eq!(Grain::Hour.floor(Micros(3_600_000_001)), Micros(3_600_000_000));
    }

    #[test]
    fn bytes_carry_their_shape() {
        let bytes = Series { columns: vec![vec![1.0, 2.0], vec![3.0, 4.0]] }.to_bytes();
        assert_eq!(bytes.len(), 8 + 4 * 8);
        assert_eq!(bytes[..8], [2, 0, 0, 0, 2, 0, 0, 0]);
    }
}
