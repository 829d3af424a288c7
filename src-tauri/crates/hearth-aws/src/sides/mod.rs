//! What is set around a function: event source mappings, rules of EventBridge, notifications of buckets, subscriptions
//! of topics, the statements of its policy that let these in, environments kept ready, layers and tags.
//!
//! Owns every request about these and what the answers mean. Changes go the way of all changes of an account: a plan of
//! [`SideAction`]s, which the review shows and the carrying out sends. Must not know prices.

mod action;
mod allowed;
mod arn;
mod bucket;
mod leave;
mod notifications;
mod plan;
mod read;
mod rules;
mod run;
mod settings;
mod sources;
mod words;

pub(crate) use action::SideAction;
pub(crate) use allowed::has_statement;
pub(crate) use leave::{forbid_reading, leave};
pub(crate) use plan::plan;
pub(crate) use read::{account_layers, sides};
pub(crate) use sources::own_role;
