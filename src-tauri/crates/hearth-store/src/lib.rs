//! The ledger: SQLite, the acknowledgement journal, rollups and queries.
//!
//! Owns what is kept and how it survives a kill. Must not know prices, processes, HTTP or a user interface;
//! money is worked out from the integers kept here by whoever reads them.

mod catalogue;
mod charts;
mod database;
mod environments;
mod error;
#[cfg(test)]
mod full_disk_tests;
mod invocations;
mod journal;
mod logs;
mod recovery;
mod rollup;
mod sketch;
mod store;
mod types;
mod words;
mod writer;

pub use error::{Error, Result};
pub use store::Store;
pub use types::{
    Figures, HistogramBar, HourlyCalls, InvocationFilter, LogFilter, LogPage, SavedEvent, SeriesPoint,
    StoreOptions, UsedQuantities,
};
