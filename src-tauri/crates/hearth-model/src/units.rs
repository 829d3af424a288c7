//! Time as whole microseconds, and the clock that everything is given. Must not read the system's clock itself.

use serde::{Deserialize, Serialize};
use std::ops::{Add, Sub};
use std::sync::atomic::{AtomicI64, Ordering};
use ts_rs::TS;

/// Microseconds: an instant since 1970 UTC, or a length of time.
///
/// A plain number in JSON and TypeScript, exact until the year 2255.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Micros(pub i64);

impl Micros {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// Whole seconds as microseconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1_000_000)
    }

    /// Milliseconds with their fraction, as log lines print them.
    pub fn as_milliseconds(self) -> f64 {
        self.0 as f64 / 1_000.0
    }
}

impl Add for Micros {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Micros {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// Where the time comes from. The two binaries pass the system's clock; tests pass [`ManualClock`].
pub trait Clock: Send + Sync + 'static {
    /// Microseconds since 1970 UTC.
    fn now(&self) -> Micros;
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: Micros) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Micros) {
        self.0.fetch_add(by.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}
