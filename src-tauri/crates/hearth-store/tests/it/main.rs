//! The ledger at its edge: real SQLite files in temporary folders, and a process that is killed.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod ask;
mod budgets;
mod catalogue;
mod demo;
mod fixture;
mod inventory;
mod kill;
mod lanes;
mod logs;
mod opening;
mod overview;
mod paging;
mod placed;
mod recovery;
mod retention;
mod rollups;
mod seen;
mod transfer;
mod tuning;
mod unfinished;
