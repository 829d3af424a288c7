//! What can be wrong with a price book, a usage or a calculation. Must not know who asked.

use thiserror::Error;

/// Why a cost cannot be told. Unknown is never zero.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// No price of this kind names the region.
    #[error("there are no {what} prices for the region `{region}` in the price book")]
    UnknownRegion {
        /// Whose prices: `Lambda`, `aws`.
        what: String,
        /// The region that was asked for.
        region: String,
    },
    /// The region is known, this price in it is not.
    #[error("no published price of {meter} in `{region}`")]
    NoPrice {
        /// Provider, service and meter.
        meter: String,
        /// The region that was asked for.
        region: String,
    },
    /// The price book is not in the form it should have.
    #[error("the price book is damaged: {0}")]
    Book(String),
    /// A price list of a vendor is not in the form it should have.
    #[error("the price list of {vendor} cannot be read: {what}")]
    PriceList {
        /// Whose list it is.
        vendor: &'static str,
        /// What is wrong, with the value.
        what: String,
    },
    /// A quantity that cannot be: negative, beyond a limit of the service.
    #[error("{0}")]
    Usage(String),
    /// A line that is not a whole REPORT line.
    #[error("{0}")]
    Report(String),
    /// A quantity beyond what 28 decimal digits hold.
    #[error("the quantity {0} is too large to price exactly")]
    TooLarge(String),
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A usage error with its words.
pub(crate) fn usage<T>(words: impl Into<String>) -> Result<T> {
    Err(Error::Usage(words.into()))
}
