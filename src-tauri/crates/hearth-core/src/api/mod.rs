//! Requests and answers of the commands, as JSON and TypeScript see them. Plain data; must not hold behaviour.

mod budgets;
mod by_use;
mod clouds;
mod containers;
mod cost;
mod demo;
mod deploy;
mod everywhere;
mod functions;
mod history;
mod inventory;
mod invoke;
mod ledger;
mod prices;
mod report;
mod system;
mod tuning;
mod what_if;

pub use budgets::*;
pub use by_use::*;
pub use clouds::*;
pub use containers::*;
pub use cost::*;
pub use demo::*;
pub use deploy::*;
pub use everywhere::*;
pub use functions::*;
pub use history::*;
pub use inventory::*;
pub use invoke::*;
pub use ledger::*;
pub use prices::*;
pub use report::*;
pub use system::*;
pub use tuning::*;
pub use what_if::*;
