//! Prices and cost arithmetic. Pure: integers in, exact decimals out, no I/O, no clock.
//!
//! A [`PriceBook`] holds list prices with their sources; [`Books`] choose the book of a day. Calculators turn usage
//! into a [`Breakdown`], whose lines open to rate × quantity, tier by tier. Must not know the ledger, the runtime or
//! a user interface.

mod book;
mod charge;
mod error;
mod line;
mod meter;
mod month;
mod receipt;
mod usage;
mod words;

pub use book::{
    BookDiff, Books, Change, ChangeKind, Confidence, Currency, LambdaPrices, PriceBook, Row, Tier,
};
pub use charge::{Quantity, SavingsPlan};
pub use error::{Error, Result};
pub use line::{Basis, Breakdown, Line, LineKind, PriceSource, Step, cents};
pub use meter::{Meter, Provider, Unit};
pub use month::{BillingMonth, MonthLength};
pub use receipt::{Receipt, ReceiptLine, receipt};
pub use rust_decimal::Decimal;
pub use usage::{Cost, MemoryTime, Usage, cost_of};

/// A day of the calendar; prices are dated by days.
pub type Day = jiff::civil::Date;
