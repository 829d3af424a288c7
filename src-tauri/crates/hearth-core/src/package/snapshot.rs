//! `DATA/packages`: staging folders, the hash that names a package, the read-only snapshot, and the sweep of packages
//! that no version needs. Must not know which version needs what: it is told.

use super::folder::copy_file;
use super::{is_executable, set_mode, shown, unreadable};
use crate::{ApiError, ErrorCode, Result};
use hearth_model::CodePackage;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use walkdir::WalkDir;

const STAGING: &str = ".staging-";

/// The folder of all packages.
#[derive(Clone, Debug)]
pub(crate) struct Packages {
    root: PathBuf,
    bytecode: PathBuf,
}

/// A package being put together. Dropping it removes everything.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: TempDir,
}

impl Staging {
    /// Where the code is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a single file in, under the name `name`.
    pub(crate) fn add_file(&self, from: &Path, name: &str) -> Result<()> {
        copy_file(from, &self.path().join(name), name)
    }

    /// Makes the only folder at the top the package itself.
    pub(crate) fn unwrap_folder(&self, name: &str) -> Result<()> {
        // The wrapper is renamed first, because it may hold something of its own name.
        let wrapper = self.path().join(".unwrapped");
        let moved = std::fs::rename(self.path().join(name), &wrapper).and_then(|()| {
            for entry in std::fs::read_dir(&wrapper)? {
                let entry = entry?;
                std::fs::rename(entry.path(), self.path().join(entry.file_name()))?;
            }
            std::fs::remove_dir(&wrapper)
        });
        moved.map_err(|error| unreadable(name, &error))
    }
}

impl Packages {
    /// The packages of a data folder.
    pub(crate) fn open(data_dir: &Path) -> Result<Self> {
        let root = data_dir.join("packages");
        std::fs::create_dir_all(&root).map_err(|error| folder_problem(&root, &error))?;
        Ok(Self { root, bytecode: data_dir.join("pycache") })
    }

    /// Where Python keeps compiled modules: a folder for each package, of the package's name.
    pub(crate) fn bytecode(&self) -> &Path {
        &self.bytecode
    }

    /// Where a package is.
    pub(crate) fn path(&self, package: &CodePackage) -> PathBuf {
        self.root.join(&package.sha256)
    }

    /// An empty staging folder.
    pub(crate) fn stage(&self) -> Result<Staging> {
        let folder = tempfile::Builder::new()
            .prefix(STAGING)
            .tempdir_in(&self.root)
            .map_err(|error| folder_problem(&self.root, &error))?;
        Ok(Staging { folder })
    }

    /// Turns a staging folder into a package: hashed, read-only and complete, or not there at all.
    pub(crate) fn keep(&self, staging: Staging) -> Result<CodePackage> {
        let package = measure(staging.path())?;
        let target = self.path(&package);
        if target.is_dir() {
            return Ok(package);
        }
        make_read_only(staging.path()).map_err(|error| folder_problem(staging.path(), &error))?;
        match std::fs::rename(staging.path(), &target) {
            Ok(()) => {
                let _moved_away = staging.folder.keep();
                set_mode(&target, 0o555).map_err(|error| folder_problem(&target, &error))?;
                Ok(package)
            }
            Err(_) if target.is_dir() => Ok(package),
            Err(error) => Err(folder_problem(&target, &error)),
        }
    }

    /// Removes staging folders of a killed Hearth and packages outside `needed`, with their compiled modules. Returns
    /// how many packages went.
    pub(crate) fn sweep(&self, needed: &HashSet<String>) -> usize {
        sweep_folder(&self.bytecode, needed);
        sweep_folder(&self.root, needed)
    }
}

fn sweep_folder(root: &Path, needed: &HashSet<String>) -> usize {
    let Ok(entries) = std::fs::read_dir(root) else { return 0 };
    let mut swept = 0;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if needed.contains(&name) {
            continue;
        }
        make_writable(&entry.path());
        match std::fs::remove_dir_all(entry.path()) {
            Ok(()) => swept += usize::from(!name.starts_with(STAGING)),
            Err(error) => tracing::warn!(package = name, %error, "a package that nobody needs stays"),
        }
    }
    swept
}

/// Counts and hashes: every path in order, what it is, and its content.
fn measure(root: &Path) -> Result<CodePackage> {
    let mut hash = Sha256::new();
    let mut size_bytes = 0_u64;
    let mut files = 0_u32;
    for entry in WalkDir::new(root).follow_links(false).min_depth(1).sort_by_file_name() {
        let entry = entry.map_err(|error| folder_problem(root, &error.into()))?;
        let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let name = shown(path);
        let kind = entry.file_type();
        if kind.is_symlink() {
            let target = std::fs::read_link(entry.path()).map_err(|error| unreadable(&name, &error))?;
            field(&mut hash, "link", &name);
            field(&mut hash, "to", &shown(&target));
        } else if kind.is_file() {
            let metadata = entry.metadata().map_err(|error| folder_problem(root, &error.into()))?;
            field(&mut hash, if is_executable(&metadata) { "executable" } else { "file" }, &name);
            hash.update(metadata.len().to_le_bytes());
            feed(&mut hash, entry.path()).map_err(|error| unreadable(&name, &error))?;
            size_bytes += metadata.len();
            files += 1;
        }
    }
    let mut sha256 = String::with_capacity(64);
    for byte in hash.finalize() {
        write!(sha256, "{byte:02x}").ok();
    }
    Ok(CodePackage { sha256, size_bytes, files })
}

fn field(hash: &mut Sha256, kind: &str, text: &str) {
    hash.update(kind);
    hash.update([0]);
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

fn feed(hash: &mut Sha256, path: &Path) -> std::io::Result<()> {
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn make_read_only(root: &Path) -> std::io::Result<()> {
    for entry in WalkDir::new(root).follow_links(false).min_depth(1).contents_first(true) {
        let entry = entry?;
        if entry.file_type().is_dir() {
            set_mode(entry.path(), 0o555)?;
        } else if entry.file_type().is_file() {
            let executable = is_executable(&entry.metadata()?);
            set_mode(entry.path(), if executable { 0o555 } else { 0o444 })?;
        }
    }
    Ok(())
}

/// Gives back the right to remove things; what fails here fails again, loudly, at the removal.
fn make_writable(root: &Path) {
    for entry in WalkDir::new(root).follow_links(false).into_iter().flatten() {
        if entry.file_type().is_dir() {
            set_mode(entry.path(), 0o755).ok();
        } else if cfg!(windows) && entry.file_type().is_file() {
            set_mode(entry.path(), 0o644).ok();
        }
    }
}

fn folder_problem(path: &Path, error: &std::io::Error) -> ApiError {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return unreadable("the package", error);
    }
    ApiError::new(ErrorCode::Internal, format!("`{}` cannot be written", path.display()))
        .with_hint("Look at the rights and the free space of the data folder.")
        .with_detail(error.to_string())
}
