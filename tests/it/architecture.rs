//! Holds the invariants of ARCHITECTURE.md that can be read off the sources.

use crate::support::{finish, program, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which of our crates each crate may name.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("hearth-model", &[]),
    ("hearth-cost", &["hearth-model"]),
    ("hearth-store", &["hearth-model"]),
    ("hearth-runtime", &["hearth-model"]),
    ("hearth-chart", &["hearth-model"]),
    ("hearth-trace", &["hearth-model"]),
    ("hearth-cloud", &["hearth-model"]),
    // A vendor knows the words and the trait, and nobody else.
    ("hearth-aws", &["hearth-model", "hearth-cloud"]),
    ("hearth-google", &["hearth-model", "hearth-cloud"]),
    ("hearth-azure", &["hearth-model", "hearth-cloud"]),
    (
        "hearth-core",
        &[
            "hearth-model",
            "hearth-cost",
            "hearth-store",
            "hearth-runtime",
            "hearth-chart",
            "hearth-trace",
            "hearth-cloud",
            "hearth-aws",
            "hearth-google",
            "hearth-azure",
        ],
    ),
    ("hearth-host", &["hearth-model", "hearth-core"]),
    // The command line is also the program of QuickJS workers, hence the runtime.
    ("hearth-cli", &["hearth-model", "hearth-core", "hearth-host", "hearth-runtime"]),
    ("hearth-desktop", &["hearth-model", "hearth-core", "hearth-host"]),
    ("xtask", &[]),
    ("lambda-runtime-echo", &[]),
];

/// Dependencies by package; those of tests count only for the rules on other people's crates.
fn dependencies(with_tests: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut command = program(env!("CARGO"));
    command.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(root());
    let ran = finish(&mut command, "");
    assert_eq!(ran.code, 0, "cargo metadata: {}", ran.stderr);
    let metadata: Value = ran.document();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let names = package["dependencies"].as_array().unwrap().iter();
            let names = names
                .filter(|dependency| with_tests || dependency["kind"] != "dev")
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned());
            (package["name"].as_str().unwrap().to_owned(), names.collect())
        })
        .collect()
}

#[test]
fn crates_depend_on_each_other_in_one_direction() {
    let rules: BTreeMap<&str, &[&str]> = MAY_NAME.iter().copied().collect();
    for (package, names) in dependencies(false) {
        let allowed =
            rules.get(package.as_str()).unwrap_or_else(|| panic!("`{package}` has no rule here yet"));
        for name in names.iter().filter(|name| name.starts_with("hearth-")) {
            assert!(allowed.contains(&name.as_str()), "`{package}` must not depend on `{name}`");
        }
    }
}

#[test]
fn only_the_window_names_tauri_and_only_the_ledger_names_sqlx() {
    for (package, names) in dependencies(true) {
        for name in names {
            if name.starts_with("tauri") {
                assert_eq!(package, "hearth-desktop", "`{package}` names `{name}`");
            }
            if name.starts_with("sqlx") {
                assert!(matches!(package.as_str(), "hearth-store" | "xtask"), "`{package}` names `{name}`");
            }
        }
    }
}

#[test]
fn only_a_vendors_crate_names_its_sdk() {
    for (package, names) in dependencies(true) {
        for name in names.iter().filter(|name| name.starts_with("aws-")) {
            assert_eq!(package, "hearth-aws", "`{package}` names `{name}`");
        }
    }
}

#[test]
fn every_module_says_what_it_owns_and_stays_below_500_lines() {
    let mut wrong = Vec::new();
    for file in rust_files(&["src-tauri", "tests"]) {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(root()).unwrap().display().to_string();
        if !text.starts_with("//!") {
            wrong.push(format!("{name} does not begin with //!"));
        }
        let lines = text.lines().count();
        if lines > 500 {
            wrong.push(format!("{name} has {lines} lines"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_wall_clock_is_read_in_one_place() {
    for file in rust_files(&["src-tauri"]) {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.strip_prefix(root()).unwrap().display().to_string();
        // Tests may date their fixtures.
        let is_test = name.contains("/tests/") || name.ends_with("tests.rs");
        if name.ends_with("hearth-core/src/clock.rs") || is_test {
            continue;
        }
        for word in ["SystemTime::now(", "Timestamp::now(", "Zoned::now("] {
            assert!(!text.contains(word), "{name} reads the wall clock with {word})");
        }
    }
}

fn rust_files(folders: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !ignored(&path) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    assert!(files.len() > 50, "the sources are found");
    files
}

fn ignored(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "node_modules" || name == "target" || name == ".results")
}
