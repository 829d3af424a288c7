//! Packages: code on its way from a zip, a folder or a file into `DATA/packages/<sha256>/`, where it stays
//! read-only. Owns what a package may hold. Must not know functions, runtimes or the ledger.

mod embedded;
mod folder;
mod links;
mod snapshot;
mod twice;
mod unzip;

#[cfg(test)]
mod tests;

pub(crate) use embedded::write_embedded;
pub(crate) use folder::copy_folder;
pub(crate) use snapshot::{Packages, Staging};
pub use unzip::unpack;
pub(crate) use unzip::unzip;

use crate::{ApiError, ErrorCode};
use std::path::Path;

/// Most bytes that a package may unpack to: 250 MB, as on AWS.
pub(crate) const UNPACKED_LIMIT: u64 = 250 * 1024 * 1024;
/// Most files and folders in a package. AWS names no number; this one stops archives made of empty entries.
pub(crate) const ENTRIES_LIMIT: u32 = 200_000;

/// Whether a path inside a package is written by tools and never by people.
pub(crate) fn is_leftover(name: &str) -> bool {
    matches!(name, ".git" | ".hg" | ".svn" | "__pycache__" | "__MACOSX" | ".DS_Store" | ".pytest_cache")
}

fn refused(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidPackage, message)
}

/// What becomes of an input or output error at `path`, a place inside the package.
fn unreadable(path: &str, error: &std::io::Error) -> ApiError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            ApiError::new(ErrorCode::DiskFull, "the disk is full, so the code cannot be copied")
                .with_hint("Make room on the disk that holds the data folder, then deploy again.")
        }
        _ => refused(format!("`{path}` cannot be copied")).with_detail(error.to_string()),
    }
}

fn too_large() -> ApiError {
    refused("the code unpacks to more than 250 MB, which is the limit of AWS Lambda")
        .with_hint("Leave out what the function does not import: tests, caches, other platforms' binaries.")
}

fn too_many() -> ApiError {
    refused(format!("the code has more than {ENTRIES_LIMIT} files and folders"))
        .with_hint("Leave out what the function does not import: caches, tests, build output.")
}

/// A path inside a package with `/`, for people and for hashes.
fn shown(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    let mut permissions = std::fs::metadata(path)?.permissions();
    permissions.set_readonly(mode & 0o200 == 0);
    std::fs::set_permissions(path, permissions)
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &std::fs::Metadata) -> bool {
    true
}

/// Gives a file of a staging folder its executable bit.
pub(crate) fn make_executable(root: &Path, name: &str) -> crate::Result<()> {
    let path = root.join(name);
    if path.is_file() {
        set_mode(&path, 0o755).map_err(|error| unreadable(name, &error))?;
    }
    Ok(())
}
