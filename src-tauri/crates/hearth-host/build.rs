//! Puts the built UI, or a page that says how to build it, where the browser host embeds it from.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PLACEHOLDER: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Hearth</title>\
    <p id=\"ui-not-built\">The UI is not built: run <code>make run</code>.</p></html>\n";

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../..");
    let dist = root.join("ui/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("ui");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    // The placeholder goes into the build's own folder: in ui/dist it would look like a finished build to make.
    if dist.join("index.html").exists() {
        copy(&dist, &target)
    } else {
        fs::write(target.join("index.html"), PLACEHOLDER)
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
