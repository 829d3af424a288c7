//! Drives each runtime client, as the process it is, against a scripted
//! Runtime API: what a function sees, answers, logs and how it fails.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod node;
mod parked;
mod python;
mod quickjs;
mod run;
