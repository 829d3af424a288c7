//! The TypeScript types of the command table. Owns the folder they are written to; the types themselves are
//! written by a test of hearth-core.

use crate::{Mode, cargo, must_pass, report};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// All packages, as the Makefile chooses them: what is compiled is shared.
const BUILT: [&str; 4] = ["test", "--quiet", "--workspace", "--lib"];
const GENERATED: &str = "ui/src/lib/api/generated";

pub(crate) fn run(root: &Path, mode: Mode) -> Result<()> {
    let folder = root.join(GENERATED);
    // Built before anything is cleared: code that does not compile must not cost the types that are there.
    must_pass(cargo(root).args(BUILT).arg("--no-run"))?;
    let before = read(&folder)?;
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("{GENERATED} could not be cleared"))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("{GENERATED} could not be made"))?;
    must_pass(cargo(root).args(BUILT).arg("types_are_written"))?;
    let after = read(&folder)?;
    if after.is_empty() {
        bail!("hearth-core's test `types_are_written` wrote nothing to {GENERATED}");
    }
    if mode == Mode::Check {
        let changed = differences(&before, &after);
        if !changed.is_empty() {
            bail!(
                "{GENERATED} was out of date and has been written again; commit it: {}",
                changed.join(", ")
            );
        }
        report(&format!("{} files of types are up to date", after.len()));
    }
    Ok(())
}

fn differences(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<String> {
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    names
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| name.display().to_string())
        .collect()
}

/// Every file in a folder and its folders, by its path inside.
fn read(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        if !next.exists() {
            continue;
        }
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_owned();
                files.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_changed_and_removed_files_are_differences() {
        let files = |list: &[(&str, &str)]| {
            list.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec())).collect()
        };
        let before = files(&[("Same.ts", "1"), ("Changed.ts", "1"), ("Removed.ts", "1")]);
        let after = files(&[("Same.ts", "1"), ("Changed.ts", "2"), ("New.ts", "1")]);
        assert_eq!(differences(&before, &after), ["Changed.ts", "Removed.ts", "New.ts"]);
    }
}
