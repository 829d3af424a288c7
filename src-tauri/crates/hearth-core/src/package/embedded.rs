//! Writes a sample that is part of the program into a staging folder.

use super::{set_mode, unreadable};
use crate::Result;
use include_dir::Dir;
use std::path::Path;

/// Writes the files of `sample`, whose paths are relative to its parent, into the empty folder `into`.
pub(crate) fn write_embedded(sample: &Dir<'_>, into: &Path) -> Result<()> {
    write_level(sample, sample.path(), into)
}

fn write_level(folder: &Dir<'_>, base: &Path, into: &Path) -> Result<()> {
    for file in folder.files() {
        let path = file.path().strip_prefix(base).unwrap_or(file.path());
        let target = into.join(path);
        let name = super::shown(path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(|error| unreadable(&name, &error))?;
        }
        std::fs::write(&target, file.contents()).map_err(|error| unreadable(&name, &error))?;
        set_mode(&target, 0o644).map_err(|error| unreadable(&name, &error))?;
    }
    for inner in folder.dirs() {
        write_level(inner, base, into)?;
    }
    Ok(())
}
