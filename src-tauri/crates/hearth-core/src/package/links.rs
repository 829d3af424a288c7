//! Symbolic links of a package. Owns the rule that a link may point only inside its package.

use super::{refused, shown, unreadable};
use crate::{ApiError, Result};
use std::path::{Component, Path, PathBuf};

/// A link that is still to be made.
pub(super) struct Link {
    /// Its path inside the package.
    pub(super) path: PathBuf,
    /// Where it points, as written.
    pub(super) target: PathBuf,
}

/// Makes `links` below `root`, after every file is written, so that no file can be written through one.
pub(super) fn make_links(root: &Path, links: Vec<Link>) -> Result<()> {
    for link in &links {
        if leaves(&link.path, &link.target) {
            return Err(outside(link));
        }
        symlink(&link.target, &root.join(&link.path))
            .map_err(|error| unreadable(&shown(&link.path), &error))?;
    }
    // A chain of links can lead out although each of them looks harmless, so the real place is looked at too.
    let real_root = root.canonicalize().map_err(|error| unreadable("the package", &error))?;
    for link in &links {
        match root.join(&link.path).canonicalize() {
            Ok(real) if real.starts_with(&real_root) => {}
            Ok(_) => return Err(outside(link)),
            Err(_) => {
                return Err(refused(format!(
                    "the link `{}` points to `{}`, which is not there",
                    shown(&link.path),
                    link.target.display()
                ))
                .with_hint("Take the link away, or put the file it points to into the package."));
            }
        }
    }
    Ok(())
}

/// Whether `target`, read from the place of the link, leaves the package on paper.
fn leaves(link: &Path, target: &Path) -> bool {
    let mut depth = link.components().count().saturating_sub(1);
    for part in target.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(_) => depth += 1,
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return true,
        }
    }
    false
}

fn outside(link: &Link) -> ApiError {
    refused(format!(
        "the link `{}` points outside the package, to `{}`",
        shown(&link.path),
        link.target.display()
    ))
    .with_hint("Put a copy of the file in place of the link.")
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn symlink(target: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_file(target, link)
}
