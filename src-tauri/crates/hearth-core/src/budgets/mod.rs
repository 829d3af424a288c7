//! Budgets and the brake: what a month may cost, who is told when, and stopping what runs away. Owns the watch that
//! looks while calls happen, and what the brake holds; works only while Hearth runs.
//!
//! Money of local functions is what AWS would charge: list price, without the free tier. Must not know transports.

mod brake;
mod commands;
pub(crate) mod elsewhere;
mod hold;
mod look;
mod rehearsal;
mod runaway;
mod signatures;
mod standing;
mod watch;
mod words;

pub(crate) use commands::{delete, history, leave, pull, release, set, set_mode, status};
pub(crate) use hold::{STOPPED, mark_refused};
pub(crate) use look::start;
pub(crate) use rehearsal::rehearse;
pub(crate) use watch::Watch;

/// Why it never stops a function of an account by itself.
const ELSEWHERE: &str = "Hearth does not know what functions in cloud accounts spend at this moment, so the brake never \
    stops one by itself: you stop one, with a review, where the vendor can limit a function to 0";

/// How the brake is released, in words.
const RELEASE: &str = "Release it with Ctrl Shift B or `hearth brake release`";
