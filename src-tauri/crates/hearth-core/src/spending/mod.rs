//! Money: months of scopes, bills of functions, forecasts and what-if, all from the rollups of the ledger and the price
//! book. Must not know SQL, a transport or how figures are drawn; budgets and tuning live elsewhere.

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
mod plans;
mod prices;
mod receipt;
mod running;
mod stretch;
mod taken;
mod target;
mod what_if;

pub(crate) use bill::{Sums, plain};
pub(crate) use chart::{Dollars, chart};
pub(crate) use detail::function;
pub(crate) use export::export;
pub(crate) use hidden::{asking, hidden};
pub(crate) use lists::{list, lists};
pub(crate) use overview::overview;
pub(crate) use period::{Asked, Month, account_names, asked, asked_of, day_of};
pub(crate) use plans::lambda_region;
pub(crate) use prices::price_source;
pub(crate) use receipt::{Priced, receipt};
pub(crate) use stretch::{Piece, stretch};
pub(crate) use what_if::what_if;
