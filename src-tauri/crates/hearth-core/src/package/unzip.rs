//! Unpacks a zip that nobody vouches for. Owns the refusals: paths that leave the package, links, names that
//! collide, archives that grow without end. Must not touch anything outside the folder it is given.

use super::links::{Link, make_links};
use super::twice::repeated_path;
use super::{ENTRIES_LIMIT, UNPACKED_LIMIT, is_leftover, refused, set_mode, too_large, too_many, unreadable};
use crate::{ApiError, Result};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::result::ZipError;

/// Most bytes of a link's target; a path is never longer.
const LINK_LIMIT: u64 = 4_096;

/// Unpacks a zip in memory into the empty folder `into`, with all refusals.
pub fn unpack(zip: &[u8], into: &Path) -> Result<()> {
    unzip(Cursor::new(zip), into)
}

/// Unpacks `archive` into the empty folder `into`.
pub(crate) fn unzip<R: Read + Seek>(archive: R, into: &Path) -> Result<()> {
    let mut archive = ZipArchive::new(archive).map_err(|error| corrupt("the zip", &error))?;
    if archive.has_duplicate_names() {
        let directory = archive.central_directory_start();
        let path = repeated_path(&mut archive.into_inner(), directory);
        let what = path.map_or_else(|| "the same path".to_owned(), |path| format!("the path `{path}`"));
        return Err(refused(format!("the zip holds {what} twice")).with_hint("Make the zip again."));
    }
    if u32::try_from(archive.len()).map_or(true, |entries| entries > ENTRIES_LIMIT) {
        return Err(too_many());
    }
    let mut names = Names::default();
    let mut left = UNPACKED_LIMIT;
    let mut links = Vec::new();
    for index in 0..archive.len() {
        let mut entry =
            archive.by_index(index).map_err(|error| corrupt(&format!("entry {}", index + 1), &error))?;
        let name = entry
            .name()
            .map(std::borrow::Cow::into_owned)
            .map_err(|error| corrupt(&format!("the name of entry {}", index + 1), &error))?;
        let parts = safe_parts(&name)?;
        if parts.iter().any(|part| is_leftover(part)) || parts.is_empty() {
            continue;
        }
        let folder = entry.is_dir();
        names.claim(&parts, folder, &name)?;
        let path: PathBuf = parts.iter().collect();
        let target = into.join(&path);
        if folder {
            std::fs::create_dir_all(&target).map_err(|error| unreadable(&name, &error))?;
            continue;
        }
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(|error| unreadable(&name, &error))?;
        }
        if entry.is_symlink() {
            links.push(Link { path, target: link_target(&mut entry, &name)? });
            continue;
        }
        if let Some(kind) = special_kind(entry.unix_mode()) {
            return Err(refused(format!(
                "the zip entry `{name}` is {kind}; only files, folders and links can be deployed"
            )));
        }
        let executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        left -= write_file(&mut entry, &target, &name, left)?;
        set_mode(&target, if executable { 0o755 } else { 0o644 })
            .map_err(|error| unreadable(&name, &error))?;
    }
    make_links(into, links)
}

/// The parts of an entry's path, or why it is refused.
fn safe_parts(name: &str) -> Result<Vec<String>> {
    let leaves = |reason: &str| {
        refused(format!("the zip entry `{name}` {reason}, so nothing was unpacked"))
            .with_hint("Make the zip again from inside the function's folder.")
    };
    if name.contains('\0') {
        return Err(leaves("has a NUL character in its name"));
    }
    let name_with_slashes = name.replace('\\', "/");
    let drive = name_with_slashes.as_bytes().get(1) == Some(&b':')
        && name_with_slashes.as_bytes()[0].is_ascii_alphabetic();
    if name_with_slashes.starts_with('/') || drive {
        return Err(leaves("has an absolute path"));
    }
    let mut parts = Vec::new();
    for part in name_with_slashes.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(leaves("points outside the package")),
            part => parts.push(part.to_owned()),
        }
    }
    Ok(parts)
}

/// Names that were seen, so that no entry replaces another on any file system.
#[derive(Default)]
struct Names {
    /// Folded path of each file and link, and the name it came under.
    files: HashMap<String, String>,
    /// Folded path of each folder, named or implied, and how it was written.
    folders: HashMap<String, String>,
    folders_seen: HashSet<String>,
}

impl Names {
    fn claim(&mut self, parts: &[String], folder: bool, name: &str) -> Result<()> {
        let clash = |other: &str| {
            refused(format!(
                "the zip entries `{other}` and `{name}` have the same path, or differ only in case"
            ))
            .with_hint("Rename one of them: on many computers they are one file.")
        };
        let folder_parts = if folder { parts.len() } else { parts.len() - 1 };
        for end in 1..=folder_parts {
            let path = parts[..end].join("/");
            if !self.folders_seen.insert(path.clone()) {
                continue;
            }
            let folded = path.to_lowercase();
            if let Some(other) = self.files.get(&folded) {
                return Err(clash(other));
            }
            if let Some(other) = self.folders.insert(folded, path.clone()) {
                return Err(clash(&other));
            }
        }
        if !folder {
            let folded = parts.join("/").to_lowercase();
            if let Some(other) = self.folders.get(&folded) {
                return Err(clash(other));
            }
            if let Some(other) = self.files.insert(folded, name.to_owned()) {
                return Err(clash(&other));
            }
        }
        Ok(())
    }
}

fn link_target(entry: &mut impl Read, name: &str) -> Result<PathBuf> {
    let mut text = String::new();
    entry.take(LINK_LIMIT + 1).read_to_string(&mut text).map_err(|error| entry_unreadable(name, &error))?;
    if text.len() as u64 > LINK_LIMIT {
        return Err(refused(format!("the link `{name}` has a target longer than {LINK_LIMIT} bytes")));
    }
    Ok(PathBuf::from(text))
}

/// What an entry is when it is neither file, folder nor link.
fn special_kind(mode: Option<u32>) -> Option<&'static str> {
    match mode? & 0o170_000 {
        0o020_000 | 0o060_000 => Some("a device"),
        0o010_000 => Some("a named pipe"),
        0o140_000 => Some("a socket"),
        _ => None,
    }
}

/// Writes an entry and returns its bytes. The sizes in the archive's headers are not believed.
fn write_file(entry: &mut impl Read, target: &Path, name: &str, left: u64) -> Result<u64> {
    let mut file = File::create_new(target).map_err(|error| unreadable(name, &error))?;
    let mut limited = entry.take(left + 1);
    let mut written = 0_u64;
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        let read = limited.read(&mut buffer).map_err(|error| entry_unreadable(name, &error))?;
        if read == 0 {
            return Ok(written);
        }
        written += read as u64;
        if written > left {
            return Err(too_large());
        }
        io::Write::write_all(&mut file, &buffer[..read]).map_err(|error| unreadable(name, &error))?;
    }
}

fn entry_unreadable(name: &str, error: &io::Error) -> ApiError {
    refused(format!("the zip is damaged at entry `{name}`"))
        .with_hint("Make the zip again, or copy it again if it came from elsewhere.")
        .with_detail(error.to_string())
}

fn corrupt(what: &str, error: &ZipError) -> ApiError {
    let text = error.to_string();
    let message = if text.to_lowercase().contains("password") {
        format!("{what} is encrypted, and Hearth has no password for it")
    } else if matches!(error, ZipError::UnsupportedArchive(_)) {
        format!("{what} uses something that Hearth cannot unpack: only plain and deflated entries work")
    } else {
        format!("{what} is damaged, or it is not a zip at all")
    };
    refused(message).with_hint("Make the zip again with an ordinary tool.").with_detail(text)
}
