//! What Hearth does: the [`App`], its use cases, the event bus and the command table.
//!
//! Knows no transport: the window and the browser host both call [`commands::dispatch`]. Must not name Tauri, axum or SQL.

pub mod api;
mod app;
pub mod batch;
mod budgets;
mod bus;
mod calls;
mod charts;
mod clock;
mod clouds;
mod code;
pub mod commands;
mod demo;
mod deploy;
mod detect;
mod environments;
mod error;
mod events;
mod everywhere;
mod explain;
mod export;
mod functions;
mod history;
mod invoke;
pub mod lambda;
mod lane;
mod ledger;
mod money;
mod owner;
mod pace;
mod package;
pub mod prices;
mod publish;
mod report;
mod samples;
mod settings;
mod specs;
mod spending;
mod stage;
mod system;
mod tuning;
mod variables;
mod waits;

pub use app::{App, AppOptions};
pub use clock::SystemClock;
pub use clouds::place::Place;
pub use error::{ApiError, ErrorCode, Result};
/// The words of accounts and the functions in them.
pub use hearth_cloud as cloud;
/// Prices and cost arithmetic, for shells that need no [`App`].
pub use hearth_cost as cost;
pub use owner::{OwnerInfo, make_data_dir, read_owner};
pub use package::unpack;
