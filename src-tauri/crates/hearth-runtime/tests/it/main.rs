//! The runtime from outside, with real processes.

mod failures;
mod kit;
mod lifecycle;
mod logging;
mod official;
mod processes;
mod protocol;
