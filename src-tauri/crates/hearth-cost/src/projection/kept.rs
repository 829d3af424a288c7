//! Environments of Lambda that are kept ready: what being ready costs, whether or not they are called.

use crate::book::{Currency, PriceBook};
use crate::error::Result;
use crate::line::Breakdown;
use crate::services::{Desk, Terms, lambda};
use hearth_model::Architecture;
use rust_decimal::Decimal;

/// Environments of one size that are kept ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptReady {
    /// How many.
    pub count: u32,
    /// For how long; billed in steps of five minutes.
    pub seconds: u64,
    /// Memory of each.
    pub memory_mb: u32,
    /// Architecture.
    pub architecture: Architecture,
}

/// What keeping environments ready costs. Calls that they answer are billed besides, at a lower rate than others.
pub fn kept_ready(book: &PriceBook, terms: &Terms, kept: &KeptReady) -> Result<Breakdown> {
    let desk = Desk::new(book, terms)?;
    let (count, seconds) = (Decimal::from(kept.count), Decimal::from(kept.seconds));
    let line = lambda::kept_ready(desk, count, seconds, kept.memory_mb, kept.architecture)?;
    let assumptions = vec!["without the calls that they answer".to_owned()];
    Ok(Breakdown::of(book, Currency::Usd, vec![line], assumptions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_of_ready_environments_is_rate_times_gb_seconds() {
        let book = PriceBook::bundled().unwrap();
        let terms = Terms::list("us-east-1", book.day());
        let kept =
            KeptReady { count: 2, seconds: 2_628_000, memory_mb: 1_024, architecture: Architecture::X86_64 };
        // Two of 1 GB for 730 hours at $0.0000041667 a GB-second in us-east-1.
        let month = kept_ready(&book, &terms, &kept).unwrap();
        assert_eq!(month.total, "21.9001752".parse().unwrap());
        let short = kept_ready(&book, &terms, &KeptReady { seconds: 1, ..kept }).unwrap();
        let five_minutes = kept_ready(&book, &terms, &KeptReady { seconds: 300, ..kept }).unwrap();
        assert_eq!(short.total, five_minutes.total);
    }
}
