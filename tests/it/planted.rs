//! The word that stands for a secret in tests, looked for in all that a test leaves when it is over: data folder, logs,
//! exports, whatever was written beside them, and what commands said. Must not know any test.
//!
//! Two things hold it by right: what the test itself put there, and the one file in which the variables of a function of
//! this computer are kept for its owner alone.

use crate::support::{Home, Ran};
use base64::Engine as _;
use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};

/// Tests put it into every secret.
const WORD: &[u8] = b"PLANTED";
/// The same as base64 writes it, after 0, 1 and 2 bytes: the letters that do not depend on what is around.
const IN_BASE64: [&[u8]; 3] = [b"UExBTlRFR", b"BMQU5URU", b"QTEFOVEVE"];
/// Folders of a home that are the vendors' tools', which keep their tokens there, and those of tests that play them.
const OF_TOOLS: [&str; 5] = ["person/.aws", "person/.azure", "person/.azd", "person/.config/gcloud", "tools"];

/// Whether the text stands in these bytes. Jumps from one first letter to the next as the system does it, since tests
/// are compiled without optimisation.
fn holds(mut bytes: &[u8], text: &[u8]) -> bool {
    while !bytes.is_empty() {
        bytes.skip_until(text[0]).expect("memory can be read");
        if bytes.starts_with(&text[1..]) {
            return true;
        }
    }
    false
}

fn holds_word(bytes: &[u8]) -> bool {
    holds(bytes, WORD) || IN_BASE64.iter().any(|text| holds(bytes, text))
}

/// What was said that must not have been said.
pub(crate) fn said(text: &str) -> Option<String> {
    holds_word(text.as_bytes()).then(|| {
        let lines: Vec<&str> = text.lines().filter(|line| holds_word(line.as_bytes())).collect();
        format!("a command said {lines:?}")
    })
}

/// The files below a folder that hold the word and may not; `own` are those that the test wrote.
pub(crate) fn below(home: &Path, own: &[PathBuf]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        // A server that is still ending takes files away meanwhile.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, kind) = (entry.path(), entry.file_type());
            if kind.as_ref().is_ok_and(std::fs::FileType::is_dir) {
                if !OF_TOOLS.iter().any(|tools| path == home.join(tools)) {
                    folders.push(path);
                }
            } else if kind.is_ok_and(|kind| kind.is_file())
                && !own.contains(&path)
                && std::fs::read(&path).is_ok_and(|bytes| holds_word(&bytes))
                && !is_for_its_owner(&path)
            {
                found.push(format!("{} holds a secret", path.display()));
            }
        }
    }
    found
}

/// Where the values of a function's variables are kept, since the function needs them.
fn is_for_its_owner(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.file_name().is_some_and(|name| name == "environment.json")
        && std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o777 == 0o600)
}

/// Ends the test if anything was found; one that fails already is only told.
pub(crate) fn complain(found: &[String]) {
    if found.is_empty() {
        return;
    }
    let told = found.join("\n");
    if std::thread::panicking() {
        writeln!(std::io::stderr(), "this test also left secrets:\n{told}").ok();
    } else {
        panic!("this test left secrets:\n{told}");
    }
}

#[test]
fn the_word_is_found_as_it_is_and_as_base64_wherever_it_stands() {
    for before in ["", "x", "xy", "PLANT PLANTE", "PLANTPLANTE"] {
        for after in ["", "z", "-token"] {
            let text = format!("{before}PLANTED{after}");
            assert!(holds_word(text.as_bytes()), "{text}");
            let written = base64::engine::general_purpose::STANDARD.encode(&text);
            assert!(holds_word(written.as_bytes()), "{text} as {written}");
        }
    }
    for innocent in ["", "P", "PLANT", "PLANTE", "PLANTPLANTE", "planted", "UExBTlRF"] {
        assert!(!holds_word(innocent.as_bytes()), "{innocent}");
    }
}

#[test]
#[should_panic(expected = "ledger.db holds a secret")]
fn a_test_that_leaves_a_secret_in_its_data_folder_fails() {
    let home = Home::new();
    std::fs::create_dir_all(home.data()).unwrap();
    std::fs::write(home.data().join("ledger.db"), "a row with PLANTED-token in it").unwrap();
}

#[test]
#[should_panic(expected = "a command said")]
fn a_test_in_which_a_command_says_a_secret_fails() {
    let ran = Ran { code: 0, stdout: String::new(), stderr: "refused: Bearer PLANTED-token".to_owned() };
    Home::new().heard(&ran);
}

#[test]
fn what_a_test_wrote_itself_and_what_only_the_owner_may_read_holds_it_by_right() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    home.write("keys.txt", "PLANTED");
    let variables = home.data().join("functions/1/environment.json");
    std::fs::create_dir_all(variables.parent().unwrap()).unwrap();
    std::fs::write(&variables, "{\"KEY\": \"PLANTED\"}").unwrap();
    let own: Vec<PathBuf> = vec![home.path().join("sources/keys.txt")];
    for (mode, found) in [(0o600, 0), (0o644, 1)] {
        std::fs::set_permissions(&variables, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(below(home.path(), &own).len(), found, "{mode:o}");
    }
    // A copy is nobody's.
    std::fs::set_permissions(&variables, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(below(home.path(), &[]).len(), 1);
}
