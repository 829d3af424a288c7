//! The files of a package as detection sees them.

use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Source longer than this is not read: it is bundled or generated, and its end says nothing new.
const READ_LIMIT: u64 = 4 * 1024 * 1024;

/// Paths and sizes of a package.
pub(super) struct Files {
    root: PathBuf,
    /// All paths with `/`, sorted, the shallow ones first.
    pub(super) paths: Vec<String>,
    pub(super) count: u32,
    pub(super) size_bytes: u64,
}

impl Files {
    /// Lists the files below `root`.
    pub(super) fn read(root: &Path) -> Self {
        let mut paths = Vec::new();
        let mut size_bytes = 0;
        let walk = WalkDir::new(root).follow_links(false).min_depth(1).sort_by_file_name();
        for entry in walk.into_iter().flatten().filter(|entry| !entry.file_type().is_dir()) {
            size_bytes +=
                if entry.file_type().is_file() { entry.metadata().map_or(0, |data| data.len()) } else { 0 };
            let path = entry.path().strip_prefix(root).unwrap_or(entry.path());
            paths.push(
                path.components()
                    .map(|part| part.as_os_str().to_string_lossy())
                    .collect::<Vec<_>>()
                    .join("/"),
            );
        }
        paths.sort_by_cached_key(|path| (path.matches('/').count(), path.clone()));
        Self {
            root: root.to_owned(),
            count: u32::try_from(paths.len()).unwrap_or(u32::MAX),
            paths,
            size_bytes,
        }
    }

    /// Whether there is a file at `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        self.root.join(path).is_file()
    }

    /// Whether there is a folder at `path`.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        self.root.join(path).is_dir()
    }

    /// The text of a file, with what is not UTF-8 replaced.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.start(path, READ_LIMIT).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The first bytes of a file.
    pub(super) fn start(&self, path: &str, limit: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(self.root.join(path)).ok()?;
        std::io::Read::read_to_end(&mut std::io::Read::take(file, limit), &mut bytes).ok()?;
        Some(bytes)
    }

    /// Files with one of these extensions that a person may have written, at most one folder deep.
    pub(super) fn sources(&self, extensions: &[&str]) -> Vec<&str> {
        let wanted = |path: &&str| extensions.iter().any(|extension| path.ends_with(extension));
        let own = |path: &&str| {
            let mut parts = path.split('/').rev().skip(1);
            path.matches('/').count() <= 1
                && parts.all(|folder| {
                    matches!(
                        folder,
                        "src" | "lib" | "dist" | "build" | "app" | "functions" | "function" | "handlers"
                    )
                })
        };
        self.paths.iter().map(String::as_str).filter(wanted).filter(own).collect()
    }

    /// Whether an executable bit is set.
    pub(super) fn is_executable(&self, path: &str) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::metadata(self.root.join(path)).is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
        }
        #[cfg(not(unix))]
        {
            self.has(path)
        }
    }
}
