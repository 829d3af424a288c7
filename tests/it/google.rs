//! A Google on this computer for tests: our fake, which Google's own clients accept (`tests/google`), with Prism in front
//! of it, which holds each request and each answer against Google's own descriptions of its APIs.

use crate::ports;
use crate::support::{Home, Ran, finish, http, judge, program, root, until};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

/// The descriptions as one OpenAPI document, made once.
fn description() -> Option<&'static PathBuf> {
    static MADE: OnceLock<Option<(tempfile::TempDir, PathBuf)>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let python = judge("HEARTH_JUDGE_GOOGLE_PYTHON", "requests to Google against its descriptions")?;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("google.oas.json");
        let ran = finish(program(python).arg(root().join("tests/google/openapi.py")).arg(&path), "");
        assert_eq!(ran.code, 0, "{ran:?}");
        Some((folder, path))
    });
    made.as_ref().map(|(_, path)| path)
}

/// The running fake, ended with the functions in it when the test lets go of it.
pub(crate) struct Fake {
    child: Child,
    /// The fake ends when this does.
    stdin: Option<ChildStdin>,
    pub(crate) port: u16,
}

impl Fake {
    /// One that takes any token, or one that takes only tokens that it gave.
    pub(crate) fn start(any_token: bool) -> Option<Self> {
        let python = judge("HEARTH_JUDGE_GOOGLE_PYTHON", "the Google provider beside Google's own clients")?;
        let port = ports::free();
        let mut command = program(python);
        command
            .arg(root().join("tests/google/fake.py"))
            .arg(port.to_string())
            .args(any_token.then_some("--any-token"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let mut started = Self { child, stdin, port };
        until("the fake answers", || {
            assert!(started.child.try_wait().unwrap().is_none(), "the fake ended by itself");
            ports::listens(port)
        });
        Some(started)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Plants something, or asks what was seen; see `tests/google/control.py`.
    pub(crate) fn control(&self, what: &str, body: Value) -> Value {
        let reply = http(self.port, &format!("POST /_fake/{what}"), &[], body.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    /// Plants a fault for the next requests.
    pub(crate) fn fault(&self, path: &str, times: u32, kind: &Value) {
        let mut body = kind.clone();
        body["path"] = json!(path);
        body["times"] = json!(times);
        self.control("fault", body);
    }

    /// Which requests came since somebody asked last, as `METHOD path`.
    pub(crate) fn seen(&self) -> Vec<String> {
        let seen = self.control("seen", json!({}));
        let all = seen.as_array().unwrap().iter();
        all.map(|one| format!("{} {}", one["method"].as_str().unwrap(), one["path"].as_str().unwrap()))
            .collect()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.stdin.take());
        self.child.wait().ok();
    }
}

/// Prism in front of the fake.
pub(crate) struct Prism {
    child: Child,
    pub(crate) port: u16,
}

impl Prism {
    pub(crate) fn before(fake: &Fake) -> Option<Self> {
        let prism = judge("HEARTH_JUDGE_PRISM", "requests to Google against its descriptions")?;
        let description = description()?;
        let port = ports::free();
        let mut command = program(prism);
        command
            .args(["proxy", "-h", "127.0.0.1", "-p", &port.to_string(), "--errors"])
            .arg(description)
            .arg(fake.url())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // A group of its own, so that what it starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().unwrap();
        let mut started = Self { child, port };
        until("Prism answers", || {
            assert!(started.child.try_wait().unwrap().is_none(), "Prism ended by itself");
            ports::listens(port)
        });
        Some(started)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        program("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status().ok();
        self.child.wait().ok();
    }
}

/// Runs `hearth` with a home folder of the test's own and without the variables of whoever runs the tests.
pub(crate) struct Person {
    pub(crate) home: Home,
}

impl Person {
    pub(crate) fn new() -> Self {
        let person = Self { home: Home::new() };
        std::fs::create_dir_all(person.folder()).unwrap();
        person
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("person")
    }

    /// Writes a file of gcloud.
    pub(crate) fn gcloud(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder().join(".config/gcloud").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(arguments);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if ["AWS_", "GOOGLE_", "CLOUDSDK_", "GCLOUD_"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name.as_ref());
            }
        }
        command.env("HOME", self.folder());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        finish(&mut self.command(arguments), "")
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

    /// Adds an endpoint that speaks as Google as an account that may be changed.
    pub(crate) fn meet(&self, url: &str) {
        let add = ["accounts", "add", "emulator", url, "--provider", "google", "--project", "tea-dev"];
        let added = self.json(&add);
        assert_eq!(added["account"]["id"], "endpoint:emulator", "{added}");
        assert_eq!(added["unlockedUntilUs"], Value::Null, "an account is read-only at first: {added}");
        self.json(&["accounts", "unlock", "emulator"]);
    }

    /// Nothing in the data folder holds this.
    pub(crate) fn never_kept(&self, secret: &str) {
        let mut folders = vec![self.home.data()];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file() {
                    let bytes = std::fs::read(&path).unwrap();
                    let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                    assert!(!found, "{} holds {secret}", path.display());
                }
            }
        }
    }
}

/// The operations of a review.
pub(crate) fn operations(made: &Value) -> Vec<&str> {
    let calls = made["review"]["review"]["calls"].as_array().unwrap().iter();
    calls.map(|call| call["operation"].as_str().unwrap()).collect()
}
