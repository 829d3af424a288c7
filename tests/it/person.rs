//! A person who runs `hearth`: a home folder of the test's own and none of the variables of whoever runs the tests. How
//! they meet a cloud is for the cloud's own module to say.

use crate::support::{Home, Ran, finish};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// What variables of the vendors' tools begin with.
const VENDORS: [&str; 6] = ["AWS_", "AZURE_", "AZD_", "GOOGLE_", "CLOUDSDK_", "GCLOUD_"];

pub(crate) struct Person {
    pub(crate) home: Home,
    /// Variables of their own.
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl Person {
    pub(crate) fn new() -> Self {
        let person = Self { home: Home::new(), variables: Vec::new() };
        std::fs::create_dir_all(person.folder()).unwrap();
        person
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("person")
    }

    /// Writes a file in their home folder.
    pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        self.home.wrote(&path);
        path
    }

    /// The binary as this person starts it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(arguments);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if VENDORS.iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name.as_ref());
            }
        }
        command.env("HOME", self.folder()).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let ran = finish(&mut self.command(arguments), "");
        self.home.heard(&ran);
        ran
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[&["--json"], arguments].concat());
        assert_eq!(ran.code, 0, "{arguments:?} must succeed: {ran:?}");
        ran.document()
    }

    /// What a command that must not succeed says.
    pub(crate) fn refused(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[&["--json"], arguments].concat());
        assert_eq!(ran.code, 1, "{arguments:?} must be refused: {ran:?}");
        ran.error()
    }

    /// Adds an endpoint as an account, and allows it to be changed; `more` says as whom it speaks.
    pub(crate) fn add(&self, name: &str, url: &str, more: &[&str]) {
        let added = self.json(&[&["accounts", "add", name, url], more].concat());
        assert_eq!(added["account"]["id"], format!("endpoint:{name}"), "{added}");
        assert_eq!(added["unlockedUntilUs"], Value::Null, "an account is read-only at first: {added}");
        let unlocked = self.json(&["accounts", "unlock", name]);
        assert!(unlocked["unlockedUntilUs"].is_u64(), "{unlocked}");
    }

    /// Nothing in the data folder holds this.
    pub(crate) fn never_kept(&self, secret: &str) {
        self.home.never_kept(secret);
    }

    /// Nothing that was planted came out until now: not on the terminal, not in the data folder. When a test lets go of
    /// its home that is looked at once more, wider.
    pub(crate) fn kept_secrets(&self) {
        let said = self.home.said();
        assert!(!said.contains("PLANTED"), "{said}");
        self.never_kept("PLANTED");
    }
}

/// The operations of a review.
pub(crate) fn operations(made: &Value) -> Vec<&str> {
    let calls = made["review"]["review"]["calls"].as_array().unwrap().iter();
    calls.map(|call| call["operation"].as_str().unwrap()).collect()
}
