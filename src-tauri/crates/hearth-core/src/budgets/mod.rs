//! Budgets and the brake: what a month may cost, who is told when, and stopping what runs away. Owns the watch that
//! looks while calls happen, and what the brake holds; works only while Hearth runs.
//!
//! Money of local functions is what AWS would charge: list price, without the free tier. Must not know transports.

mod brake;
mod callers;
mod commands;
pub(crate) mod elsewhere;
mod hold;
mod look;
mod of_demo;
mod rehearsal;
mod runaway;
mod signatures;
mod standing;
mod there;
mod watch;
mod words;

pub(crate) use callers::trace as trace_of_caller;
pub(crate) use commands::{changed, delete, history, leave, pull, release, set, set_mode, status};
pub(crate) use hold::{STOPPED, mark_refused};
pub(crate) use look::start;
pub(crate) use of_demo::make as make_of_demo;
pub(crate) use rehearsal::rehearse;
pub(crate) use there::consent;
pub(crate) use watch::Watch;

/// When it stops a function of an account by itself.
const ELSEWHERE: &str = "What functions in cloud accounts spend is known when their logs are read, so the brake stops one \
    by itself only on AWS, when the budget of its account is spent, the account is unlocked and you allowed it (`hearth \
    brake allow ACCOUNT`); else you stop one, with a review, where the vendor can limit a function to 0";

/// How the brake is released, in words.
const RELEASE: &str = "Release it with Ctrl Shift B or `hearth brake release`";
