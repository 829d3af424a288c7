//! Azure as a provider: accounts found in the files of Azure's own tools, and function apps with what is around them.
//!
//! Owns every request to Azure: a thin client of Azure Resource Manager of our own, since Microsoft has none for Rust.
//! A function here is a *function app*, which Azure deploys, bills and stops as one; `APP/NAME` names one function in it.
//! Secrets (tokens, keys, values of settings, connection strings) are held as [`secret::Secret`] while they are used,
//! and never kept, printed or returned. Must not know the ledger or a user interface; the words are `hearth-cloud`'s.

mod account;
mod action;
mod action_words;
mod adapter;
mod apply;
mod arm;
mod back;
mod call;
mod cost;
mod discover;
mod fault;
mod functions;
mod kudu;
mod logs;
mod metrics;
mod names;
mod open;
mod permissions;
mod place;
mod plan;
mod plan_deploy;
mod policies;
mod regions;
mod run;
mod secret;
mod settings;
mod sites;
mod standing;
mod token;
mod wire;

pub use account::AzureAccount;
pub use discover::discover;
pub use open::Azure;
pub use place::{Endpoint, Place};
pub use regions::{ALL, REGIONS};

/// The name of this vendor in ids and lists.
pub const AZURE: &str = "azure";
