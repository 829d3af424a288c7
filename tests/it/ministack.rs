//! Somebody else's AWS as a process on a free port of 127.0.0.1.

use crate::person::Person;
use crate::support::{Group, http, judge, program, until};
use serde_json::Value;
use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

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

/// What AWS's own client for Python is started with: it answers one expression after the other, a line each. `of("sqs")` is
/// a client, and `refused(lambda: …)` the code of a refusal.
const BOTO: &str = "
import boto3, datetime, functools, json, sys
from botocore.config import Config
@functools.cache
def of(name):
    once = Config(retries={'total_max_attempts': 1})
    keys = {'aws_access_key_id': 'hearth', 'aws_secret_access_key': 'hearth'}
    return boto3.client(name, endpoint_url=sys.argv[1], region_name='us-east-1', config=once, **keys)
def refused(call):
    try:
        call()
    except Exception as error:
        return error.response['Error']['Code']
for line in sys.stdin:
    print(json.dumps(eval(json.loads(line)), default=str), flush=True)
";

/// AWS's own client for Python beside a ministack, as the judge of what is there. It ends when its standard input does.
pub(crate) struct Boto {
    python: PathBuf,
    child: Child,
    ask: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Boto {
    pub(crate) fn beside(ministack: &Ministack) -> Option<Self> {
        let python = judge("HEARTH_JUDGE_PYTHON", "what is in ministack beside boto3")?;
        let mut command = crate::sso::clean(&python);
        // Files of whoever runs the tests are not read.
        command.args(["-c", BOTO, &ministack.url()]).env("HOME", "/nonexistent");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let ask = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Some(Self { python, child, ask: RefCell::new(ask) })
    }

    /// A Python that runs scripts.
    pub(crate) fn python(&self) -> &Path {
        &self.python
    }

    /// What an expression answers.
    pub(crate) fn says(&self, expression: &str) -> Value {
        let (stdin, stdout) = &mut *self.ask.borrow_mut();
        writeln!(stdin, "{}", Value::from(expression)).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{expression}: see above what boto3 says"))
    }
}

impl Drop for Boto {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
