//! The TypeScript types of the command table. Owns the folder they are written to; the types themselves are
//! written by a test of hearth-core.

use crate::{Mode, cargo, command, must_pass, report};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

const GENERATED: &str = "ui/src/lib/api/generated";

pub(crate) fn run(root: &Path, mode: Mode) -> Result<()> {
    let folder = root.join(GENERATED);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{GENERATED} could not be cleared"))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("{GENERATED} could not be made"))?;
    must_pass(cargo(root).args(["test", "--quiet", "-p", "hearth-core", "types_are_written"]))?;
    if mode == Mode::Write {
        return Ok(());
    }
    // `git diff` alone would miss a type that is new.
    must_pass(command("git", root).args(["add", "--intent-to-add", GENERATED]))?;
    if must_pass(command("git", root).args(["diff", "--exit-code", "--", GENERATED])).is_err() {
        bail!("{GENERATED} is out of date: run `cargo xtask types` and commit it");
    }
    report("types are up to date");
    Ok(())
}
