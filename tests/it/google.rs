//! A Google on this computer for tests: our fake, which Google's own clients accept (`tests/google`), with Prism in front
//! of it, which holds each request and each answer against Google's own descriptions of its APIs.

use crate::person::Person;
use crate::ports;
use crate::support::{Group, finish, http, judge, program, root, until};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Stdio};
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
    _group: Group,
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
            .arg(fake.url());
        let mut group = Group::start(&mut command);
        until("Prism answers", || {
            assert!(group.is_running(), "Prism ended by itself");
            ports::listens(port)
        });
        Some(Self { _group: group, port })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Person {
    /// Writes a file of gcloud.
    pub(crate) fn gcloud(&self, path: &str, text: &str) -> PathBuf {
        self.write(&format!(".config/gcloud/{path}"), text)
    }

    /// Adds an endpoint that speaks as Google as an account that may be changed.
    pub(crate) fn meet_google(&self, url: &str) {
        self.add("emulator", url, &["--provider", "google", "--project", "tea-dev"]);
    }
}
