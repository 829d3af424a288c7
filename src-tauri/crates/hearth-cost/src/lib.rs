//! Prices and cost arithmetic. Pure: integers in, exact decimals out, no I/O, no clock.
//!
//! Must not know the ledger, the runtime or a user interface.

mod error;
mod price_book;
mod receipt;
mod usage;
mod words;

pub use error::{Error, Result};
pub use price_book::{LambdaPrices, PriceBook, Tier};
pub use receipt::{Receipt, ReceiptLine, receipt};
pub use rust_decimal::Decimal;
pub use usage::{Cost, MemoryTime, Usage, cost_of};
