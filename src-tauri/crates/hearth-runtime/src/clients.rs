//! Our runtime clients for Python and Node, carried inside the binary and unpacked below the run folder. Must not
//! know what they do.

use crate::error::{Error, Result};
use include_dir::{Dir, DirEntry, include_dir};
use std::fs;
use std::path::Path;

static CLIENTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../../assets/runtime");

/// Writes the clients to `folder`, over older ones.
pub(crate) fn unpack(folder: &Path) -> Result<()> {
    write(&CLIENTS, folder)
}

fn write(dir: &Dir<'_>, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::files("create", folder))?;
    for entry in dir.entries() {
        let Some(name) = entry.path().file_name() else { continue };
        let target = folder.join(name);
        match entry {
            // What an interpreter left beside its sources in a working copy.
            DirEntry::Dir(_) if name == "__pycache__" => {}
            DirEntry::Dir(inner) => write(inner, &target)?,
            DirEntry::File(file) => {
                fs::write(&target, file.contents()).map_err(Error::files("write", &target))?;
            }
        }
    }
    Ok(())
}
