//! Packages at their edge: what is kept, what is refused, and that a refusal leaves nothing behind.

use super::*;
use crate::Result;
use hearth_model::CodePackage;
use std::io::{Cursor, Write as _};
use zip::write::{SimpleFileOptions, ZipWriter};

fn zip_of(build: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    build(&mut writer);
    writer.finish().unwrap().into_inner()
}

fn zip_files(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_of(|writer| {
        for (name, content) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
    })
}

struct Place {
    data: tempfile::TempDir,
    packages: Packages,
}

impl Place {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let packages = Packages::open(data.path()).unwrap();
        Self { data, packages }
    }

    fn deploy(&self, zip: &[u8]) -> Result<CodePackage> {
        let staging = self.packages.stage()?;
        unzip(Cursor::new(zip), staging.path())?;
        self.packages.keep(staging)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.data.path().join("packages")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    fn refused(&self, zip: &[u8], words: &str) {
        let error = self.deploy(zip).unwrap_err();
        assert_eq!(error.code, crate::ErrorCode::InvalidPackage, "{error:?}");
        assert!(error.message.contains(words), "`{words}` in {error:?}");
        assert_eq!(self.names(), Vec::<String>::new(), "nothing is left behind by `{words}`");
        let beside = std::fs::read_dir(self.data.path()).unwrap().count();
        assert_eq!(beside, 1, "nothing was written beside the packages by `{words}`");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.packages.sweep(&std::collections::HashSet::new());
    }
}

#[test]
fn a_zip_becomes_a_read_only_package_named_by_its_content() {
    let place = Place::new();
    let zip = zip_files(&[("app.py", b"def handler(event, context): pass\n"), ("lib/a.txt", b"a")]);
    let first = place.deploy(&zip).unwrap();
    let second = place.deploy(&zip).unwrap();
    assert_eq!(first, second, "the same content is the same package");
    assert_eq!((first.files, first.size_bytes), (2, 35));
    assert_eq!(
        place.names(),
        std::slice::from_ref(&first.sha256),
        "and it is kept once, with no staging folder"
    );
    let path = place.packages.path(&first).join("app.py");
    assert!(std::fs::metadata(&path).unwrap().permissions().readonly());

    let other = place.deploy(&zip_files(&[("app.py", b"changed")])).unwrap();
    assert_ne!(first.sha256, other.sha256);
    for package in [&first, &other] {
        std::fs::create_dir_all(place.packages.bytecode().join(&package.sha256)).unwrap();
    }
    let swept = place.packages.sweep(&std::iter::once(other.sha256.clone()).collect());
    assert_eq!(
        (swept, place.names()),
        (1, std::slice::from_ref(&other.sha256).to_vec()),
        "what no version needs is swept"
    );
    let compiled: Vec<_> = std::fs::read_dir(place.packages.bytecode()).unwrap().collect();
    assert_eq!(compiled.len(), 1, "with its compiled modules");
    assert!(place.packages.bytecode().join(&other.sha256).is_dir());
}

#[test]
fn entries_that_leave_the_package_are_refused_by_name() {
    let place = Place::new();
    for name in
        ["../evil.py", "a/../../evil.py", "/etc/evil", "C:\\evil.py", "..\\evil.py", "a\\..\\..\\evil.py"]
    {
        place.refused(&zip_files(&[("app.py", b"x"), (name, b"evil")]), name);
    }
}

#[test]
fn damaged_zips_are_refused() {
    let place = Place::new();
    place.refused(b"this is no zip", "damaged, or it is not a zip");
    place.refused(b"", "damaged, or it is not a zip");
    let good = zip_files(&[("app.py", &b"content that is long enough to damage ".repeat(50))]);
    place.refused(&good[..good.len() / 2], "damaged");
    let mut bad = good.clone();
    let at = 30 + "app.py".len() + 4;
    bad[at] ^= 0xff;
    bad[at + 1] ^= 0xff;
    place.refused(&bad, "`app.py`");
}

#[cfg(unix)]
#[test]
fn links_may_point_only_inside() {
    let place = Place::new();
    let with_links = |links: &[(&str, &str)]| {
        zip_of(|writer| {
            writer.start_file("dir/real.txt", SimpleFileOptions::default()).unwrap();
            writer.write_all(b"real").unwrap();
            for (name, target) in links {
                writer.add_symlink(*name, *target, SimpleFileOptions::default()).unwrap();
            }
        })
    };
    let package = place.deploy(&with_links(&[("bin/tool", "../dir/real.txt")])).unwrap();
    assert_eq!(std::fs::read(place.packages.path(&package).join("bin/tool")).unwrap(), b"real");
    place.packages.sweep(&std::collections::HashSet::new());

    for (name, target) in [("evil", "/etc/passwd"), ("evil", "../../secret"), ("dir/evil", "../../secret")] {
        place.refused(&with_links(&[(name, target)]), "points outside the package");
    }
    place.refused(&with_links(&[("here", "."), ("evil", "here/../..")]), "points outside");
    place.refused(&with_links(&[("gone", "nothing")]), "which is not there");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let place = Place::new();
    let outside = tempfile::tempdir().unwrap();
    let zip = zip_of(|writer| {
        writer.add_symlink("out", outside.path().to_str().unwrap(), SimpleFileOptions::default()).unwrap();
        writer.start_file("out/evil.txt", SimpleFileOptions::default()).unwrap();
        writer.write_all(b"evil").unwrap();
    });
    place.refused(&zip, "have the same path");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn names_that_collide_on_some_computers_are_refused() {
    let place = Place::new();
    place.refused(&zip_files(&[("app.py", b"1"), ("App.py", b"2")]), "differ only in case");
    place.refused(&zip_files(&[("lib/a", b"1"), ("LIB/a", b"2")]), "differ only in case");
    place.refused(&zip_files(&[("lib", b"1"), ("lib/a", b"2")]), "`lib`");
    place.refused(&zip_files(&[("a.py", b"1"), ("./a.py", b"2")]), "same path");
}

#[test]
fn an_archive_that_grows_past_250_mb_is_refused() {
    let place = Place::new();
    let bomb = zip_of(|writer| {
        let megabyte = vec![0_u8; 1024 * 1024];
        writer.start_file("bomb.bin", SimpleFileOptions::default()).unwrap();
        for _ in 0..251 {
            writer.write_all(&megabyte).unwrap();
        }
    });
    assert!(bomb.len() < 2 * 1024 * 1024, "it is small while it is packed");
    place.refused(&bomb, "more than 250 MB");
}

#[cfg(unix)]
#[test]
fn a_folder_is_copied_without_what_tools_leave_and_links_stay_inside() {
    let place = Place::new();
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let target = folder.path().join(path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, text).unwrap();
    };
    for path in [
        "app.py",
        ".git/config",
        "__pycache__/app.pyc",
        "node_modules/a/index.js",
        ".venv/pyvenv.cfg",
        ".venv/x",
    ] {
        write(path, path);
    }
    std::os::unix::fs::symlink(folder.path().join("app.py"), folder.path().join("node_modules/link.py"))
        .unwrap();
    let staging = place.packages.stage().unwrap();
    copy_folder(folder.path(), staging.path()).unwrap();
    let package = place.packages.keep(staging).unwrap();
    assert_eq!(package.files, 2, "app.py and node_modules/a/index.js");
    let link = place.packages.path(&package).join("node_modules/link.py");
    assert_eq!(
        std::fs::read_link(link).unwrap(),
        std::path::Path::new("../app.py"),
        "an absolute link became relative"
    );

    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("evil")).unwrap();
    let staging = place.packages.stage().unwrap();
    let error = copy_folder(folder.path(), staging.path()).unwrap_err();
    assert!(error.message.contains("`evil` points outside"), "{error:?}");
}

#[cfg(unix)]
#[test]
fn a_bootstrap_keeps_its_executable_bit() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let zip = zip_of(|writer| {
        writer.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
        writer.write_all(b"#!/bin/sh\n").unwrap();
    });
    let package = place.deploy(&zip).unwrap();
    let mode =
        std::fs::metadata(place.packages.path(&package).join("bootstrap")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o555);
}

/// Tools that add to a zip may leave an older entry of the same path in it.
#[test]
fn a_path_that_a_zip_holds_twice_is_named() {
    let place = Place::new();
    let mut zip = zip_files(&[("app.py", b"1"), ("lib/one.py", b"1"), ("lib/two.py", b"2"), ("z.py", b"3")]);
    for at in (0..zip.len() - 10).rev() {
        if &zip[at..at + 10] == b"lib/two.py" {
            zip[at..at + 10].copy_from_slice(b"lib/one.py");
        }
    }
    place.refused(&zip, "the path `lib/one.py` twice");
}
