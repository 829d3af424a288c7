//! AWS as a provider: accounts found in the files of AWS's own tools, and Lambda with what is around it, and Fargate.
//!
//! Owns every request to AWS. Secrets stay in AWS's files and in the SDK: nothing here keeps, prints or returns one.
//! Must not know the ledger or a user interface; the words are `hearth-cloud`'s.

mod account;
mod action;
mod action_words;
mod apply;
mod back;
mod call;
mod code;
mod cost;
mod counting;
mod discover;
mod fargate;
mod fault;
mod functions;
mod http;
mod ini;
mod logs;
mod metrics;
mod open;
mod permissions;
mod place;
mod plan;
mod plan_code;
mod policies;
mod prices;
mod regions;
mod roles;
mod run;
mod sessions;
mod sides;
mod sign_in;
mod standing;
mod stream;
mod waiting;

pub use account::AwsAccount;
pub use discover::discover;
pub use open::Aws;
pub use place::{Endpoint, Place};
pub use regions::REGIONS;

/// The name of this vendor in ids and lists.
pub const AWS: &str = "aws";
