//! Google Cloud as a provider: accounts found in the files of Google's own tools, and Cloud Run functions of both
//! generations and both APIs with what is around them.
//!
//! Owns every request to Google. Secrets stay in Google's files and, while a token holds, in [`token`]: nothing here
//! keeps, prints or returns one. Must not know the ledger or a user interface; the words are `hearth-cloud`'s.
//!
//! Requests are our own over `reqwest` and not Google's crates: `google-cloud-functions-v2` and its like bring
//! opentelemetry and, for logging, tonic and prost; `google-cloud-auth` signs ID tokens only with aws-lc, brings a
//! second jiff, and gives none to a person's own sign-in. What is needed here is about twenty calls of JSON.

mod account;
mod adapter;
mod apply;
mod back;
mod bigquery;
mod call;
mod client;
mod cost;
mod discover;
mod export;
mod fault;
mod functions;
mod key;
mod logs;
mod metrics;
mod open;
mod operation;
mod permissions;
mod place;
mod plan;
mod plan_deploy;
mod policy;
mod properties;
mod regions;
mod request;
mod standing;
mod token;
mod wire;

pub use account::GoogleAccount;
pub use discover::discover;
pub use open::Google;
pub use place::{Endpoint, Place};
pub use regions::REGIONS;

/// The name of this vendor in ids and lists.
pub const GOOGLE: &str = "google";
