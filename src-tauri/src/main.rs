//! The window's entry. Owns nothing but the start: what must happen before any thread runs, then [`hearth_desktop::run`].
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    hearth_desktop::run()
}
