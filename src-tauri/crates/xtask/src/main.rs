//! Chores of the repository: `cargo xtask sqlx [--check]` and `cargo xtask types [--check]`.
//!
//! Owns the files that are generated and committed. Must not be needed to build or run Hearth.

mod sqlx_data;
mod types;

use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Write,
    Check,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = root()?;
    match words.as_slice() {
        ["sqlx"] => sqlx_data::run(&root, Mode::Write),
        ["sqlx", "--check"] => sqlx_data::run(&root, Mode::Check),
        ["types"] => types::run(&root, Mode::Write),
        ["types", "--check"] => types::run(&root, Mode::Check),
        _ => bail!("usage: cargo xtask sqlx [--check] | cargo xtask types [--check]"),
    }
}

fn root() -> Result<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = manifest.ancestors().nth(3).context("the repository's root is three folders above xtask")?;
    Ok(root.to_owned())
}

#[expect(clippy::print_stderr, reason = "a chore talks to the person who started it")]
fn report(line: &str) {
    eprintln!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "a chore starts cargo and git, never a function")]
fn command(program: &str, root: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root);
    command
}

/// Cargo as a person starts it. What cargo tells a program that it runs, such as `CARGO_PKG_NAME`, would have the build
/// script of `ring` run again and all that stands on TLS compiled again, here and by the next build.
fn cargo(root: &Path) -> Command {
    let mut command = command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), root);
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars() {
        if told(&name) {
            command.env_remove(name);
        }
    }
    command
}

fn must_pass(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} did not start"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
