//! One function in one client process, and what came out of it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::{Api, Request};

/// Which client runs the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Python,
    Node,
    QuickJs,
}

/// How the client starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    WithFunction,
    Parked,
}

pub(crate) struct Run {
    pub(crate) api: Api,
    pub(crate) folder: TempDir,
    handler: String,
    child: Option<Child>,
    invocations: usize,
}

#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) stdout: String,
    pub(crate) success: bool,
    pub(crate) code: Option<i32>,
}

impl Run {
    /// Starts a client, or says why it cannot be started on this machine.
    pub(crate) fn start(engine: Engine, start: Start, handler: &str, files: &[(&str, &str)]) -> Option<Self> {
        Self::start_with(engine, start, handler, files, &[])
    }

    pub(crate) fn start_with(
        engine: Engine,
        start: Start,
        handler: &str,
        files: &[(&str, &str)],
        variables: &[(&str, &str)],
    ) -> Option<Self> {
        let mut command = command(engine)?;
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let api = Api::new();
        command.env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", api.port()));
        if start == Start::Parked {
            command.env("HEARTH_PARKED", "1");
        } else {
            command.envs(environment(folder.path(), handler)).envs(variables.iter().copied());
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let child = command.spawn().unwrap();
        Some(Self { api, folder, handler: handler.to_owned(), child: Some(child), invocations: 0 })
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// Gives one event and returns what the client posted for it.
    pub(crate) fn invoke_text(&mut self, event: &str) -> Request {
        let request = self.api.request();
        assert_eq!(
            request.path,
            "/2018-06-01/runtime/invocation/next",
            "{}",
            String::from_utf8_lossy(&request.body)
        );
        self.invocations += 1;
        let id = format!("id-{}", self.invocations);
        let headers = [
            ("lambda-runtime-aws-request-id", id.as_str()),
            // Far in the future: the year 2100.
            ("lambda-runtime-deadline-ms", "4102444800000"),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:f"),
            ("lambda-runtime-trace-id", "Root=1-2-3"),
        ];
        self.api.reply(200, &headers, event.as_bytes());
        let answer = self.api.accept_answer();
        assert!(answer.path.contains(&format!("/{id}/")), "{}", answer.path);
        answer
    }

    pub(crate) fn result(&mut self, event: Value) -> Value {
        let answer = self.invoke_text(&event.to_string());
        assert!(answer.path.ends_with("/response"), "{} {}", answer.path, answer.text());
        answer.json()
    }

    pub(crate) fn error(&mut self, event: Value) -> Value {
        let answer = self.invoke_text(&event.to_string());
        assert!(answer.path.ends_with("/error"), "{} {}", answer.path, answer.text());
        let body = answer.json();
        assert_eq!(answer.header("lambda-runtime-function-error-type"), body["errorType"].as_str());
        body
    }

    /// The error of a function that could not be loaded; its process ends with 1.
    pub(crate) fn init_error(mut self) -> (Value, String) {
        let answer = self.api.accept_answer();
        assert_eq!(answer.path, "/2018-06-01/runtime/init/error");
        let body = answer.json();
        assert_eq!(answer.header("lambda-runtime-function-error-type"), body["errorType"].as_str());
        let ended = self.wait();
        assert!(!ended.success, "a failed init ends the process");
        (body, ended.stdout)
    }

    pub(crate) fn rehearse(&mut self, event: &Value) -> Value {
        self.assignment(&json!({ "kind": "rehearse", "event": event.to_string() }));
        let answer = self.api.accept_answer();
        assert_eq!(answer.path, "/hearth/rehearsal");
        answer.json()
    }

    pub(crate) fn assign(&mut self, variables: &[(&str, &str)]) {
        let mut environment: serde_json::Map<String, Value> = environment(&self.root(), &self.handler)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Value::String(value)))
            .collect();
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
        let message = json!({ "kind": "assign", "environment": environment, "handler": self.handler, "taskRoot": self.root() });
        self.assignment(&message);
    }

    fn assignment(&mut self, message: &Value) {
        let request = self.api.request();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/hearth/assignment"));
        self.api.reply(200, &[], message.to_string().as_bytes());
    }

    /// Closes the Runtime API, at which every client ends by itself.
    pub(crate) fn finish(mut self) -> Ended {
        drop(std::mem::replace(&mut self.api, Api::new()));
        self.wait()
    }

    /// Waits for a process that ends by itself.
    pub(crate) fn wait(&mut self) -> Ended {
        let output = self.child.take().unwrap().wait_with_output().unwrap();
        Ended {
            stdout: String::from_utf8(output.stdout).unwrap(),
            success: output.status.success(),
            code: output.status.code(),
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // A failed assertion must not leave a client behind; it may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn environment(root: &Path, handler: &str) -> Vec<(&'static str, String)> {
    vec![
        ("_HANDLER", handler.to_owned()),
        ("LAMBDA_TASK_ROOT", root.to_str().unwrap().to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "f".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ]
}

/// The folder of the clients as they are in the sources.
pub(crate) fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/runtime").canonicalize().unwrap()
}

fn command(engine: Engine) -> Option<Command> {
    let mut command = match engine {
        Engine::Python => {
            let mut command = bare(interpreter("python3", "import sys; print(sys.executable)")?);
            command.args(["-S", "-B"]).arg(clients().join("python/bootstrap.py"));
            command
        }
        Engine::Node => {
            let mut command = bare(interpreter("node", "console.log(process.execPath)")?);
            command.arg(clients().join("node/bootstrap.mjs"));
            command
        }
        Engine::QuickJs => {
            let mut command = bare(std::env::current_exe().unwrap());
            command.args(["--exact", "quickjs::worker_process", "--ignored", "--nocapture"]);
            command
        }
    };
    command.env_clear();
    Some(command)
}

/// The interpreter behind any shim; `None`, and why, when there is none.
pub(crate) fn interpreter(name: &str, question: &str) -> Option<PathBuf> {
    let flag = if name == "node" { "-e" } else { "-c" };
    let found = bare(PathBuf::from(name))
        .args([flag, question])
        .output()
        .ok()
        .filter(|output| output.status.success());
    if found.is_none() {
        // Straight to the terminal: what a passing test prints is hidden.
        writeln!(std::io::stderr(), "SKIPPED tests of the `{name}` client: it is not on this machine").ok();
    }
    found.map(|output| PathBuf::from(String::from_utf8(output.stdout).unwrap().trim()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test is the supervisor here and clears the environment itself"
)]
pub(crate) fn bare(program: PathBuf) -> Command {
    Command::new(program)
}
