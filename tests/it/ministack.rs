//! Somebody else's AWS as a process on a free port of 127.0.0.1.

use crate::person::Person;
use crate::support::{Group, http, judge, program, until};

/// A running ministack, ended with the processes it started when the test lets go of it.
pub(crate) struct Ministack {
    /// Ended before its folder goes.
    _group: Group,
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
            .env("LAMBDA_EXECUTOR", "local");
        for name in ["AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        let mut group = Group::start(&mut command);
        until("ministack answers", || {
            assert!(group.is_running(), "ministack ended by itself");
            crate::ports::listens(port) && http(port, "GET /_ministack/health", &[], b"").status == 200
        });
        Some(Self { _group: group, port, _folder: folder })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Person {
    /// Adds ministack as an account that may be changed.
    pub(crate) fn meet(&self, ministack: &Ministack) {
        self.add("emulator", &ministack.url(), &[]);
    }
}
