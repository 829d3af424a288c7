//! Money: months of scopes, bills of functions, forecasts and what-if, all from the rollups of the ledger and the price
//! book. Must not know SQL, a transport or how figures are drawn; budgets and tuning live elsewhere.

mod assumptions;
mod bill;
mod bounds;
mod chart;
mod days;
mod detail;
mod export;
mod flags;
mod forecast;
mod ghost;
mod hidden;
mod ledger;
mod lists;
mod movers;
mod offered;
mod overview;
mod period;
pub(crate) mod plans;
mod prices;
mod receipt;
mod running;
mod shares;
mod stretch;
mod sums;
mod taken;
mod target;
mod target_words;
mod what_if;

pub(crate) use assumptions::assumptions;
pub(crate) use chart::{Dollars, chart};
pub(crate) use detail::function;
pub(crate) use export::export;
pub(crate) use hidden::{asking, hidden};
pub(crate) use lists::{list, lists, lists_between};
pub(crate) use overview::overview;
pub(crate) use period::{Asked, Month, account_names, asked, asked_of, day_of};
pub(crate) use plans::lambda_region;
pub(crate) use prices::price_source;
pub(crate) use receipt::{Priced, receipt};
pub(crate) use stretch::{Piece, stretch};
pub(crate) use sums::{Sums, plain};
pub(crate) use what_if::what_if;
