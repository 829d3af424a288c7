//! The whole core at its edge: real ledger, real runtime, real functions, in a folder of their own. What needs an
//! interpreter that is not there says so and passes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod brake;
mod contract;
mod demo;
mod deploys;
mod estimates;
mod house;
mod invocations;
mod month_report;
mod owner;
mod pace;
mod prices;
mod prices_of_their_day;
mod receipts;
mod report;
mod secrets;
mod spending;
