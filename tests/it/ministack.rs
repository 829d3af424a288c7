//! Somebody else's AWS as a process on a free port of 127.0.0.1, and a person with a home folder of the test's own.

use crate::support::{Home, Ran, finish, http, judge, program, until};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running ministack, ended with the processes it started when the test lets go of it.
pub(crate) struct Ministack {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Ministack {
    pub(crate) fn start() -> Option<Self> {
        Self::with(&[])
    }

    /// One that checks signatures and that roles are there, and knows the keys that Hearth uses for endpoints.
    pub(crate) fn strict() -> Option<Self> {
        Self::with(&[("AUTH", "true"), ("AWS_ACCESS_KEY_ID", "hearth"), ("AWS_SECRET_ACCESS_KEY", "hearth")])
    }

    /// One that keeps a record of each request, as CloudTrail does.
    pub(crate) fn recording() -> Option<Self> {
        Self::with(&[("CLOUDTRAIL_RECORDING", "1")])
    }

    fn with(variables: &[(&str, &str)]) -> Option<Self> {
        let program_path = judge("HEARTH_JUDGE_MINISTACK", "the AWS provider beside ministack")?;
        let folder = tempfile::tempdir().unwrap();
        let port = crate::ports::free();
        let mut command = program(program_path);
        command
            .current_dir(folder.path())
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .env("LAMBDA_EXECUTOR", "local")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for name in ["AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        // A group of its own, so that the workers it starts end with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().unwrap();
        let mut started = Self { child, port, _folder: folder };
        until("ministack answers", || {
            assert!(started.child.try_wait().unwrap().is_none(), "ministack ended by itself");
            crate::ports::listens(port) && http(port, "GET /_ministack/health", &[], b"").status == 200
        });
        Some(started)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        // Its own group and nobody else's.
        let group = format!("-{}", self.child.id());
        program("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status().ok();
        self.child.wait().ok();
    }
}

/// Runs `hearth` with a home folder of the test's own and without the AWS variables of whoever runs the tests.
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

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        finish(&mut self.command(arguments), "")
    }

    /// The binary as this person starts it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(arguments);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if ["AWS_", "AZURE_", "GOOGLE_", "CLOUDSDK_"].iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name.as_ref());
            }
        }
        command.env("HOME", self.folder());
        command
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

    /// Adds ministack as an account that may be changed.
    pub(crate) fn meet(&self, ministack: &Ministack) {
        let added = self.json(&["accounts", "add", "emulator", &ministack.url()]);
        assert_eq!(added["account"]["id"], "endpoint:emulator", "{added}");
        assert_eq!(added["unlockedUntilUs"], Value::Null, "an account is read-only at first: {added}");
        let unlocked = self.json(&["accounts", "unlock", "emulator"]);
        assert!(unlocked["unlockedUntilUs"].is_u64(), "{unlocked}");
    }
}
