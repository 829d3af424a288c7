//! Copies a folder or a single file into a staging folder. Owns what is left behind. Must not follow a link out.

use super::links::{Link, make_links};
use super::{
    ENTRIES_LIMIT, UNPACKED_LIMIT, is_executable, is_leftover, refused, set_mode, shown, too_large, too_many,
    unreadable,
};
use crate::{ApiError, ErrorCode, Result};
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// Copies what is in `from` into the empty folder `into`.
pub(crate) fn copy_folder(from: &Path, into: &Path) -> Result<()> {
    let real_from = from.canonicalize().map_err(|error| unreadable(&from.display().to_string(), &error))?;
    let mut left = UNPACKED_LIMIT;
    let mut entries = 0_u32;
    let mut links = Vec::new();
    let walk = WalkDir::new(&real_from).follow_links(false).min_depth(1).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| !is_left_out(entry)) {
        let entry = entry.map_err(|error| {
            refused(format!("a part of `{}` cannot be read", from.display())).with_detail(error.to_string())
        })?;
        let path = entry.path().strip_prefix(&real_from).unwrap_or(entry.path()).to_owned();
        let name = shown(&path);
        entries += 1;
        if entries > ENTRIES_LIMIT {
            return Err(too_many());
        }
        let target = into.join(&path);
        let kind = entry.file_type();
        if kind.is_dir() {
            std::fs::create_dir(&target).map_err(|error| unreadable(&name, &error))?;
        } else if kind.is_symlink() {
            links.push(link(&real_from, path, entry.path())?);
        } else if kind.is_file() {
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            left = left.checked_sub(size).ok_or_else(too_large)?;
            copy_file(entry.path(), &target, &name)?;
        } else {
            return Err(refused(format!(
                "`{name}` is a device, a pipe or a socket; only files can be deployed"
            )));
        }
    }
    make_links(into, links)
}

/// Copies one file to `target`.
pub(super) fn copy_file(from: &Path, target: &Path, name: &str) -> Result<()> {
    let executable = std::fs::metadata(from).map(|metadata| is_executable(&metadata)).unwrap_or(false);
    std::fs::copy(from, target).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            ApiError::new(ErrorCode::InvalidPackage, format!("`{name}` may not be read"))
                .with_hint("Give yourself the right to read it, or take it out of the folder.")
                .with_detail(error.to_string())
        }
        _ => unreadable(name, &error),
    })?;
    set_mode(target, if executable { 0o755 } else { 0o644 }).map_err(|error| unreadable(name, &error))
}

/// Left out: what version control and caches keep, and virtual environments, whose links lead to this computer's Python.
fn is_left_out(entry: &walkdir::DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    is_leftover(&name) || (entry.file_type().is_dir() && entry.path().join("pyvenv.cfg").is_file())
}

/// A link as it will stand in the copy: an absolute target inside the folder becomes a relative one.
fn link(root: &Path, path: PathBuf, original: &Path) -> Result<Link> {
    let target = std::fs::read_link(original).map_err(|error| unreadable(&shown(&path), &error))?;
    if !target.is_absolute() {
        return Ok(Link { path, target });
    }
    let Ok(inside) = target.strip_prefix(root) else {
        return Ok(Link { path, target });
    };
    let up = path.components().count().saturating_sub(1);
    let target = std::iter::repeat_n(Component::ParentDir, up).chain(inside.components()).collect();
    Ok(Link { path, target })
}
