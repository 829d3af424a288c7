//! Billed time: what a provider makes of a duration. Owns the rules by plan, package and day, and what sums and
//! averages say about them. Must not know prices.

mod memory;
mod report;
#[cfg(test)]
mod report_tests;
mod rules;
mod time;

pub use memory::{AZURE_CONSUMPTION_MB, billed_memory_mb, gen1_ghz};
pub use report::{Reported, RuleContext, parse_report};
pub use rules::{InitBilling, Package, Plan, Rule, rule};
pub use time::{Time, billed_time};
