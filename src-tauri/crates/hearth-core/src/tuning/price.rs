//! What measured calls cost, through hearth-cost. Must not know how they were measured; holds no price itself.

use crate::{App, Result};
use hearth_cost::{Decimal, MemoryTime, PriceBook, Usage, cost_of};
use hearth_model::Architecture;

/// The prices of one tuning, from its begin to its end.
pub(crate) struct Prices {
    book: PriceBook,
    region: String,
}

impl Prices {
    /// The newest book and the region of the settings.
    pub(crate) fn now(app: &App) -> Self {
        Self::new(app.prices(), app.settings().price_region)
    }

    /// The newest book and this region, or that of the settings where the book has no prices for it.
    pub(crate) fn of_region(app: &App, region: &str) -> Self {
        let there = Self::new(app.prices(), region.to_owned());
        if there.of(128, 1, 1, Architecture::X86_64).is_ok() { there } else { Self::now(app) }
    }

    pub(crate) fn new(book: PriceBook, region: String) -> Self {
        Self { book, region }
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn date(&self) -> &str {
        self.book.date()
    }

    /// What calls of one size cost at list price, exact.
    pub(crate) fn of(
        &self,
        memory_mb: u32,
        requests: u64,
        billed_ms: u64,
        architecture: Architecture,
    ) -> Result<Decimal> {
        self.of_sizes(&[memory_mb], requests, billed_ms, architecture)
    }

    /// What the same number of calls and milliseconds costs at each of the sizes, together.
    pub(crate) fn of_sizes(
        &self,
        sizes: &[u32],
        requests: u64,
        billed_ms: u64,
        architecture: Architecture,
    ) -> Result<Decimal> {
        let mb_ms = sizes.iter().map(|size| u128::from(*size) * u128::from(billed_ms)).sum();
        let time = MemoryTime { compute_mb_ms: mb_ms, init_mb_ms: 0 };
        let mut usage = Usage { requests: requests * sizes.len() as u64, ..Usage::default() };
        match architecture {
            Architecture::X86_64 => usage.x86_64 = time,
            Architecture::Arm64 => usage.arm64 = time,
        }
        Ok(cost_of(&self.book, &self.region, &usage)?.total().normalize())
    }
}
