//! Mergeable percentiles: a DDSketch of durations in microseconds, with a relative error of at most 1 %.
//! Must not know whose durations they are.

use crate::error::{Error, Result};
use sketches_ddsketch::{Config, DDSketch};

/// A distribution that merges without loss: the sketch of a day is the sketch of its minutes.
#[derive(Clone)]
pub(crate) struct Sketch(DDSketch);

impl Sketch {
    pub(crate) fn empty() -> Self {
        Self(DDSketch::new(Config::defaults()))
    }

    pub(crate) fn add(&mut self, micros: i64) {
        self.0.add(micros.max(0) as f64);
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<()> {
        self.0.merge(&other.0).map_err(|error| damaged(&error))
    }

    /// The value below which the share `q` lies; none of nothing.
    pub(crate) fn quantile(&self, q: f64) -> Option<f64> {
        self.0.quantile(q).ok().flatten()
    }

    /// Compact bytes; none while empty.
    pub(crate) fn to_blob(&self) -> Option<Vec<u8>> {
        (self.0.count() > 0).then(|| self.0.to_java_bytes())
    }

    pub(crate) fn from_blob(blob: Option<&[u8]>) -> Result<Self> {
        match blob {
            None => Ok(Self::empty()),
            Some(bytes) => DDSketch::from_java_bytes(bytes).map(Self).map_err(|error| damaged(&error)),
        }
    }
}

fn damaged(error: &dyn std::fmt::Display) -> Error {
    Error::Unknown { what: "a sketch", value: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sketch_of(values: &[i64]) -> Sketch {
        let mut sketch = Sketch::empty();
        for value in values {
            sketch.add(*value);
        }
        sketch
    }

    const QUANTILES: [f64; 3] = [0.5, 0.95, 0.99];

    proptest! {
        #[test]
        fn percentiles_are_within_one_percent(mut values in prop::collection::vec(1_i64..900_000_000, 1..500)) {
            let sketch = sketch_of(&values);
            values.sort_unstable();
            for q in QUANTILES {
                let exact = values[(q * (values.len() - 1) as f64) as usize] as f64;
                let told = sketch.quantile(q).unwrap();
                prop_assert!((told - exact).abs() <= exact * 0.0101, "{told} for {exact} at {q}");
            }
        }

        #[test]
        fn merged_and_stored_parts_equal_the_whole(
            first in prop::collection::vec(0_i64..900_000_000, 0..200),
            second in prop::collection::vec(0_i64..900_000_000, 0..200),
        ) {
            let whole = sketch_of(&[first.clone(), second.clone()].concat());
            let mut merged = Sketch::from_blob(sketch_of(&first).to_blob().as_deref()).unwrap();
            merged.merge(&Sketch::from_blob(sketch_of(&second).to_blob().as_deref()).unwrap()).unwrap();
            for q in QUANTILES {
                prop_assert_eq!(merged.quantile(q), whole.quantile(q));
            }
        }
    }

    #[test]
    fn stored_sketches_are_small() {
        let values: Vec<i64> = (0..100_000).map(|index| 1_000 + index * 37 % 500_000).collect();
        let bytes = sketch_of(&values).to_blob().unwrap().len();
        assert!(bytes < 2_000, "a sketch of 100,000 calls takes {bytes} bytes");
        assert_eq!(Sketch::empty().to_blob(), None);
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        assert!(Sketch::from_blob(Some(&[0xff, 0x01])).is_err());
    }
}
