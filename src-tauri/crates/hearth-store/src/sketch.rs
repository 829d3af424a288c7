//! Mergeable percentiles: a DDSketch of durations in microseconds, with a relative error of at most 1 %. Its own
//! few lines instead of a library, since a chart merges thousands of them: reading one is a loop over its bytes.
//! Must not know whose durations they are.

use crate::error::{Error, Result};

/// Natural logarithm of the ratio between two bounds, (1 + 0.01) / (1 - 0.01).
const LN_GAMMA: f64 = 0.020_000_666_706_669_435;
/// First byte of a stored sketch: its format.
const FORMAT: u8 = 1;
/// One bin for 0, one for 1 µs, and the rest up to the longest time that an `i64` can tell.
const BINS: usize = 2_190;

/// The bin of a duration: 0 for nothing, else one more than the power of gamma that is not below it.
fn bin_of(micros: i64) -> u16 {
    if micros <= 0 { 0 } else { ((micros as f64).ln() / LN_GAMMA).ceil() as u16 + 1 }
}

/// The value whose distance to both bounds of a bin is the same share of it.
fn value_of(bin: usize) -> f64 {
    if bin == 0 {
        return 0.0;
    }
    let upper = ((bin - 1) as f64 * LN_GAMMA).exp();
    2.0 * upper / (1.0 + LN_GAMMA.exp())
}

/// A distribution that merges without loss: the sketch of a day is the sketch of its minutes. Small: this one is
/// for writing, and for
/// reading one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sketch(Vec<(u16, u64)>);

impl Sketch {
    pub(crate) fn add(&mut self, micros: i64) {
        self.add_bin(bin_of(micros), 1);
    }

    fn add_bin(&mut self, bin: u16, count: u64) {
        match self.0.binary_search_by_key(&bin, |(bin, _)| *bin) {
            Ok(index) => self.0[index].1 += count,
            Err(index) => self.0.insert(index, (bin, count)),
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
            return;
        }
        for (bin, count) in &other.0 {
            self.add_bin(*bin, *count);
        }
    }

    pub(crate) fn merge_blob(&mut self, blob: Option<&[u8]>) -> Result<()> {
        each_bin(blob, |bin, count| self.add_bin(bin as u16, count))
    }

    /// What is stored.
    pub(crate) fn read(blob: Option<&[u8]>) -> Result<Self> {
        let mut bins = Vec::new();
        each_bin(blob, |bin, count| bins.push((bin as u16, count)))?;
        Ok(Self(bins))
    }

    /// The values that these shares do not exceed, in rising order of shares; none of nothing.
    pub(crate) fn quantiles<const N: usize>(&self, shares: [f64; N]) -> [Option<f64>; N] {
        let count = self.0.iter().map(|(_, count)| count).sum();
        quantiles(self.0.iter().map(|(bin, count)| (usize::from(*bin), *count)), count, shares)
    }

    /// Pairs of "bins further" and "how many", each in as few bytes as it needs; none while empty.
    pub(crate) fn to_blob(&self) -> Option<Vec<u8>> {
        if self.0.is_empty() {
            return None;
        }
        let mut bytes = Vec::with_capacity(1 + self.0.len() * 3);
        bytes.push(FORMAT);
        let mut last = 0;
        for (bin, count) in &self.0 {
            push_number(&mut bytes, u64::from(bin - last));
            push_number(&mut bytes, *count);
            last = *bin;
        }
        Some(bytes)
    }
}

/// What many sketches say together. Large and fast: this one is for reading.
#[derive(Clone, Debug)]
pub(crate) struct Distribution {
    bins: Vec<u64>,
    count: u64,
}

impl Distribution {
    pub(crate) fn empty() -> Self {
        Self { bins: Vec::new(), count: 0 }
    }

    pub(crate) fn add_blob(&mut self, blob: Option<&[u8]>) -> Result<()> {
        if blob.is_some() && self.bins.is_empty() {
            self.bins = vec![0; BINS];
        }
        let (bins, total) = (&mut self.bins, &mut self.count);
        each_bin(blob, |bin, count| {
            bins[bin] += count;
            *total += count;
        })
    }

    /// The values that these shares do not exceed, in rising order of shares; none of nothing.
    pub(crate) fn quantiles<const N: usize>(&self, shares: [f64; N]) -> [Option<f64>; N] {
        quantiles(self.bins.iter().copied().enumerate(), self.count, shares)
    }
}

/// The number, counted from 1, of the value that a share of `count` values does not exceed: rounded up, so that the
/// slowest of a few calls is not left out.
fn rank(share: f64, count: u64) -> u64 {
    // 0.95 times 20 must not become a little more than 19.
    ((share * count as f64 - 1e-9).ceil() as u64).max(1)
}

/// The values that rising shares of `count` values do not exceed; `bins` come in their order.
fn quantiles<const N: usize>(
    bins: impl Iterator<Item = (usize, u64)>,
    count: u64,
    shares: [f64; N],
) -> [Option<f64>; N] {
    let mut answers = [None; N];
    let mut below = 0;
    let mut next = 0;
    for (bin, more) in bins.filter(|(_, more)| *more > 0) {
        below += more;
        while next < N && below >= rank(shares[next], count) {
            answers[next] = Some(value_of(bin));
            next += 1;
        }
        if next == N {
            break;
        }
    }
    answers
}

fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn each_bin(blob: Option<&[u8]>, mut tell: impl FnMut(usize, u64)) -> Result<()> {
    let Some(blob) = blob else { return Ok(()) };
    let damaged = || Error::Unknown { what: "a sketch of bytes", value: format!("{blob:02x?}") };
    let Some((&FORMAT, mut rest)) = blob.split_first() else { return Err(damaged()) };
    let mut bin = 0_usize;
    while !rest.is_empty() {
        let further = take_number(&mut rest).ok_or_else(damaged)?;
        let count = take_number(&mut rest).ok_or_else(damaged)?;
        bin = bin.saturating_add(usize::try_from(further).unwrap_or(BINS));
        if bin >= BINS {
            return Err(damaged());
        }
        tell(bin, count);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sketch_of(values: &[i64]) -> Sketch {
        let mut sketch = Sketch::default();
        for value in values {
            sketch.add(*value);
        }
        sketch
    }

    fn read(sketches: &[&Sketch]) -> Distribution {
        let mut distribution = Distribution::empty();
        for sketch in sketches {
            distribution.add_blob(sketch.to_blob().as_deref()).unwrap();
        }
        distribution
    }

    const SHARES: [f64; 3] = [0.5, 0.95, 0.99];

    proptest! {
        #[test]
        fn percentiles_are_within_one_percent(mut values in prop::collection::vec(1_i64..900_000_000_000, 1..500)) {
            let told = read(&[&sketch_of(&values)]).quantiles(SHARES);
            prop_assert_eq!(Sketch::read(sketch_of(&values).to_blob().as_deref()).unwrap().quantiles(SHARES), told);
            values.sort_unstable();
            for (told, share) in told.into_iter().zip(SHARES) {
                let exact = values[(share * values.len() as f64 - 1e-9).ceil() as usize - 1] as f64;
                let told = told.unwrap();
                prop_assert!((told - exact).abs() <= exact * 0.0101, "{told} for {exact} at {share}");
            }
        }

        #[test]
        fn merged_and_stored_parts_equal_the_whole(
            first in prop::collection::vec(0_i64..900_000_000, 0..200),
            second in prop::collection::vec(0_i64..900_000_000, 0..200),
        ) {
            let whole = sketch_of(&[first.clone(), second.clone()].concat());
            let (first, second) = (sketch_of(&first), sketch_of(&second));
            prop_assert_eq!(read(&[&first, &second]).quantiles(SHARES), read(&[&whole]).quantiles(SHARES));
            let mut merged = first.clone();
            merged.merge(&second);
            prop_assert_eq!(&merged, &whole);
            let mut stored = second;
            stored.merge_blob(first.to_blob().as_deref()).unwrap();
            prop_assert_eq!(stored, whole);
        }

        #[test]
        fn damaged_bytes_are_an_error_and_not_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if Distribution::empty().add_blob(Some(&bytes)).is_ok() {
                prop_assert_eq!(bytes.first(), Some(&FORMAT));
            }
        }
    }

    #[test]
    fn the_slowest_of_few_calls_is_their_p95() {
        let told = sketch_of(&[2_500, 4_800, 152_000, 10_000_000]).quantiles(SHARES).map(Option::unwrap);
        assert!((told[0] - 4_800.0).abs() < 48.1, "p50 is the second of four: {}", told[0]);
        assert!(told[1] > 9_800_000.0 && told[2] > 9_800_000.0, "p95 {} and p99 {}", told[1], told[2]);
        assert_eq!((rank(0.95, 20), rank(0.95, 21), rank(0.5, 1)), (19, 20, 1));
    }

    #[test]
    fn stored_sketches_are_small() {
        let values: Vec<i64> = (0..100_000).map(|index| 1_000 + index * 37 % 500_000).collect();
        let bytes = sketch_of(&values).to_blob().unwrap().len();
        assert!(bytes < 1_300, "a sketch of 100,000 calls takes {bytes} bytes");
        assert_eq!(Sketch::default().to_blob(), None);
    }

    #[test]
    fn the_shortest_and_the_longest_durations_have_a_bin() {
        for micros in [i64::MIN, 0, 1, i64::MAX] {
            let distribution = read(&[&sketch_of(&[micros])]);
            assert_eq!(distribution.count, 1);
            let told = distribution.quantiles([0.5])[0].unwrap();
            assert!(
                (told - micros.max(0) as f64).abs() <= micros.max(0) as f64 * 0.0101,
                "{told} for {micros}"
            );
        }
    }
}
