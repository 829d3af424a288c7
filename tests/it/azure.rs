//! The fake of Azure (tests/azure) as a process of a test. Must not know what is tested.

use crate::person::Person;
use crate::support::{first_document, http, judge, program, root};
use serde_json::{Value, json};
use std::process::{Child, Stdio};

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
        let ready = first_document(&mut child);
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

impl Person {
    /// Adds the fake as an account that may be changed.
    pub(crate) fn meet_azure(&self, fake: &Fake) {
        self.add("fake", &fake.url, &["--provider", "azure", "--region", "westeurope"]);
    }
}

/// A function that says what it was given.
pub(crate) const PYTHON: &str = "import os\ncount = 0\n\ndef handler(event, context):\n    global count\n    count += 1\n    \
    if event.get('fail'):\n        raise ValueError('no water')\n    return {'cups': event.get('cups'), 'colour': \
    os.environ.get('COLOUR'), 'count': count, 'name': context.function_name}\n";
