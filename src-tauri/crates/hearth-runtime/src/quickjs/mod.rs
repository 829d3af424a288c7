//! The QuickJS worker: one process, one engine, one execution environment.
//!
//! Owns what happens inside `hearth worker quickjs`. It speaks the Lambda
//! Runtime API like any other client and must know nothing of the supervisor
//! that started it.

use std::process::ExitCode;

/// Runs the worker until its Runtime API goes away; reads its settings from the environment.
pub fn worker_main() -> ExitCode {
    ExitCode::FAILURE
}
