//! The fake of Azure (tests/azure) as a process of a test, and a person with a home folder of the test's own. Must not
//! know what is tested.

use crate::support::{Home, PATIENCE, Ran, finish, http, judge, program, root};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

/// The running fake. It ends when its standard input does, and is killed when it does not.
pub(crate) struct Fake {
    child: Child,
    pub(crate) url: String,
}

impl Fake {
    pub(crate) fn start() -> Option<Self> {
        let python = judge("HEARTH_JUDGE_AZURE_PYTHON", "the Azure provider beside Microsoft's clients")?;
        let mut command = program(python);
        command.arg(root().join("tests/azure/fake.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, receiver) = mpsc::channel();
        let stdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).ok();
            sender.send(line).ok();
        });
        let line = receiver.recv_timeout(PATIENCE).expect("the fake says where it is");
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("`{line}`: {error}"));
        Some(Self { child, url: ready["url"].as_str().unwrap().to_owned() })
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    pub(crate) fn ask(&self, path: &str, body: &Value) -> Value {
        let headers = [("content-type", "application/json")];
        let reply = http(self.port(), &format!("POST /_fake/{path}"), &headers, body.to_string().as_bytes());
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// Orders a fault for the next requests that match.
    pub(crate) fn fault(&self, fault: Value) {
        self.ask("fault", &fault);
    }

    pub(crate) fn well(&self) {
        self.ask("well", &json!({}));
    }

    /// How many requests were seen whose method and path contain the text.
    pub(crate) fn seen(&self, text: &str) -> usize {
        let seen = self.ask("seen", &json!({}));
        let line =
            |one: &Value| format!("{} {}", one["method"].as_str().unwrap(), one["path"].as_str().unwrap());
        seen.as_array().unwrap().iter().filter(|one| line(one).contains(text)).count()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        // It ends the apps it runs when nobody writes to it any more.
        drop(self.child.stdin.take());
        for _ in 0..200 {
            if self.child.try_wait().ok().flatten().is_some() {
                return;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(10));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Runs `hearth` with a home folder of the test's own and without the Azure variables of whoever runs the tests.
pub(crate) struct Person {
    pub(crate) home: Home,
    pub(crate) variables: Vec<(&'static str, String)>,
    /// All that was ever printed.
    said: std::cell::RefCell<String>,
}

impl Person {
    pub(crate) fn new() -> Self {
        let person = Self { home: Home::new(), variables: Vec::new(), said: std::cell::RefCell::default() };
        std::fs::create_dir_all(person.folder()).unwrap();
        person
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("person")
    }

    pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(arguments);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["AWS_", "AZURE_", "AZD_", "GOOGLE_"].iter().any(|begin| name.starts_with(begin)) {
                command.env_remove(name);
            }
        }
        command.env("HOME", self.folder()).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let ran = finish(&mut self.command(arguments), "");
        self.said.borrow_mut().extend([ran.stdout.as_str(), ran.stderr.as_str()]);
        ran
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[&["--json"], arguments].concat());
        assert_eq!(ran.code, 0, "{arguments:?} must succeed: {ran:?}");
        ran.document()
    }

    pub(crate) fn refused(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[&["--json"], arguments].concat());
        assert_eq!(ran.code, 1, "{arguments:?} must be refused: {ran:?}");
        ran.error()
    }

    /// Adds the fake as an account that may be changed.
    pub(crate) fn meet(&self, fake: &Fake) {
        let add = ["accounts", "add", "fake", &fake.url, "--provider", "azure", "--region", "westeurope"];
        let added = self.json(&add);
        assert_eq!(added["account"]["provider"], "azure", "{added}");
        self.json(&["accounts", "unlock", "fake"]);
    }

    /// Nothing that was planted came out: not on the terminal, not in the data folder.
    pub(crate) fn kept_secrets(&self) {
        let said = self.said.borrow();
        assert!(!said.contains("PLANTED"), "{said}");
        let mut folders = vec![self.home.data()];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.is_file()
                    && let Ok(bytes) = std::fs::read(&path)
                {
                    let found = bytes.windows(7).any(|part| part == b"PLANTED");
                    assert!(!found, "{} holds a planted secret", path.display());
                }
            }
        }
    }
}

pub(crate) fn operations(document: &Value) -> Vec<String> {
    let calls = document["review"]["review"]["calls"].as_array().unwrap();
    calls.iter().map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
}

/// A function that says what it was given.
pub(crate) const PYTHON: &str = "import os\ncount = 0\n\ndef handler(event, context):\n    global count\n    count += 1\n    \
    if event.get('fail'):\n        raise ValueError('no water')\n    return {'cups': event.get('cups'), 'colour': \
    os.environ.get('COLOUR'), 'count': count, 'name': context.function_name}\n";
