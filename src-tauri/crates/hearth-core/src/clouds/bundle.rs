//! Packs staged code into a zip for a cloud. The same files give the same bytes: no times, paths in order, only the
//! right to execute is kept. Must not know a vendor.

use crate::{ApiError, ErrorCode, Result};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::Arc;
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;

/// A zip and its hash.
#[derive(Clone)]
pub(crate) struct Bundle {
    pub(crate) zip: Arc<[u8]>,
    pub(crate) sha256: String,
}

/// Packs a folder.
pub(crate) fn bundle(root: &Path) -> Result<Bundle> {
    let unable = |path: &Path, detail: String| {
        ApiError::new(ErrorCode::InvalidPackage, format!("`{}` cannot be packed", path.display()))
            .with_detail(detail)
    };
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry.map_err(|error| unable(root, error.to_string()))?;
        let path = entry.path();
        let Ok(inside) = path.strip_prefix(root) else { continue };
        let name: Vec<String> =
            inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        let name = name.join("/");
        let file_type = entry.file_type();
        let written = if file_type.is_symlink() {
            let target = std::fs::read_link(path).map_err(|error| unable(inside, error.to_string()))?;
            writer.add_symlink(name, target.to_string_lossy(), SimpleFileOptions::default())
        } else if file_type.is_file() {
            let mode = if is_executable(path) { 0o755 } else { 0o644 };
            let content = std::fs::read(path).map_err(|error| unable(inside, error.to_string()))?;
            writer
                .start_file(name, SimpleFileOptions::default().unix_permissions(mode))
                .and_then(|()| writer.write_all(&content).map_err(Into::into))
        } else {
            continue;
        };
        written.map_err(|error| unable(inside, error.to_string()))?;
    }
    let zip = writer.finish().map_err(|error| unable(root, error.to_string()))?.into_inner();
    let mut sha256 = String::new();
    for byte in Sha256::digest(&zip) {
        write!(sha256, "{byte:02x}").ok();
    }
    Ok(Bundle { zip: zip.into(), sha256 })
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

/// Windows has no such right; what a package calls `bootstrap` is meant to be executed.
#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "bootstrap")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_same_files_give_the_same_zip_and_bootstrap_stays_executable() {
        let make = || {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("lib")).unwrap();
            std::fs::write(folder.path().join("lib/a.txt"), "a").unwrap();
            std::fs::write(folder.path().join("bootstrap"), "#!/bin/sh\n").unwrap();
            let executable = std::fs::Permissions::from_mode(0o700);
            std::fs::set_permissions(folder.path().join("bootstrap"), executable).unwrap();
            bundle(folder.path()).unwrap()
        };
        let (one, other) = (make(), make());
        assert_eq!((&one.zip, &one.sha256), (&other.zip, &other.sha256));
        let mut archive = zip::ZipArchive::new(Cursor::new(one.zip.to_vec())).unwrap();
        assert_eq!(archive.by_name("bootstrap").unwrap().unix_mode().unwrap() & 0o777, 0o755);
        assert_eq!(archive.by_name("lib/a.txt").unwrap().unix_mode().unwrap() & 0o777, 0o644);
    }
}
