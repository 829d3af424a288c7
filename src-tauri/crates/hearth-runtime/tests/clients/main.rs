//! Drives each runtime client, as the process it is, against a scripted
//! Runtime API: what a function sees, answers, logs and how it fails.

mod api;
mod node;
mod parked;
mod python;
mod quickjs;
mod run;
