//! What can be wrong with a price book or a calculation. Must not know who asked.

use thiserror::Error;

/// Why a cost cannot be told. Unknown is never zero.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The book has no rows for this region.
    #[error("no Lambda prices for region `{0}` in the price book")]
    UnknownRegion(String),
    /// The price book is not in the form it should have.
    #[error("the price book is damaged: {0}")]
    Book(String),
    /// A quantity beyond what 28 decimal digits hold.
    #[error("the quantity {0} is too large to price exactly")]
    TooLarge(u128),
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
