//! What Hearth does: the [`App`], its use cases, the event bus and the command table.
//!
//! Knows no transport: the window and the browser host both call [`commands::dispatch`]. Must not name Tauri, axum or SQL.

pub mod api;
mod app;
mod charts;
mod code;
pub mod commands;
mod deploy;
mod environments;
mod error;
mod events;
mod export;
mod functions;
mod history;
mod invoke;
mod system;

pub use app::App;
pub use error::{ApiError, ErrorCode, Result};
