//! The ledger: SQLite, the acknowledgement journal, rollups and queries.
//!
//! Owns what is kept and how it survives a kill. Must not know prices, processes, HTTP or a user interface;
//! money is worked out from the integers kept here by whoever reads them.

mod ask;
mod backlog;
mod budgets;
mod catalogue;
mod catalogue_transfer;
mod charts;
mod check;
mod database;
mod demo;
mod environments;
mod error;
mod freezes;
#[cfg(test)]
mod full_disk_tests;
mod ingest;
mod inventory;
mod invocations;
mod journal;
mod log_rows;
mod logs;
#[cfg(test)]
mod migration_tests;
mod overview;
mod own_requests;
mod packed;
mod past;
mod pieces;
mod placed;
mod rebuild;
mod record;
mod recovery;
mod retention;
mod rollup;
mod rollup_rows;
mod scopes;
mod search;
mod seen;
mod sketch;
mod sketch_rows;
mod soundness;
mod state;
mod store;
mod tasks_reads;
mod transfer;
mod trigrams;
mod tuning;
mod types;
mod unfinished;
mod upkeep;
mod usage;
mod words;
mod writer;

pub use ask::{Answer, Value};
pub use budgets::{BrakeEntry, BrakedFunction, StoredBudget};
pub use check::CheckReport;
pub use demo::DemoRemoved;
pub use error::{Error, Result};
pub use ingest::Batch;
pub use inventory::{CloudFigure, CloudMetric, InventoryRead, InventoryRow};
pub use overview::OVERVIEW_HOURS;
pub use own_requests::OwnRequests;
pub use placed::{PlacedFunction, UsageDays, VersionChange};
pub use retention::{Deleted, Retention, Storage};
pub use scopes::{DEMO_ACCOUNT_PREFIX, DEMO_FUNCTION_PREFIX, Scope};
pub use seen::{LogCursor, Seen, SeenInvocation};
pub use store::Store;
pub use transfer::Imported;
pub use tuning::TuningRecord;
pub use types::{
    Counted, Figures, FunctionOverview, FunctionUsage, HistogramBar, HourlyCalls, InvocationFilter,
    LogFilter, LogPage, SavedEvent, SavedQuery, SeriesPoint, SizedUsage, StoreOptions, UsageStep,
    UsedQuantities,
};
pub use unfinished::UnfinishedRecord;
