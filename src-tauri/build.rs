//! Prepares the window's context: capabilities, icons and the built UI.

use std::{fs, io, path::Path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=ui/dist");
    placeholder(Path::new("ui/dist"))?;
    let attributes =
        tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*");
    tauri_build::try_build(attributes)?;
    Ok(())
}

/// A clone without Node still compiles and tests its Rust; the page then says what is missing.
fn placeholder(dist: &Path) -> io::Result<()> {
    let index = dist.join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(dist)?;
    fs::write(
        index,
        "<!doctype html><title>Hearth</title><p id=\"ui-not-built\">The UI is not built: run make run",
    )
}
