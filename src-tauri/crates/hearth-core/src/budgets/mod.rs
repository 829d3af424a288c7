//! Budgets and the brake: what a month may cost, who is told when, and stopping what runs away. Owns the watch that
//! looks while calls happen, and what the brake holds; works only while Hearth runs.
//!
//! Money of local functions is what AWS would charge: list price, without the free tier. Must not know transports.

mod brake;
mod commands;
mod hold;
mod look;
mod runaway;
mod signatures;
mod standing;
mod watch;
mod words;

pub(crate) use commands::{delete, history, leave, pull, release, set, set_mode, status};
pub(crate) use hold::{STOPPED, mark_refused};
pub(crate) use look::start;
pub(crate) use watch::Watch;
