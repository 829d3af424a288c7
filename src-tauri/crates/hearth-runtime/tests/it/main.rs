//! The runtime from outside, with real processes.

mod bytecode;
mod failures;
mod kit;
mod lifecycle;
mod logging;
mod memory;
mod official;
mod processes;
mod protocol;
