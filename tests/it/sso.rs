//! IAM Identity Center on this computer (`tests/aws/sso.py`), a person whose profile signs in there, and a sign-in that
//! goes on while a test looks at it.

use crate::person::Person;
use crate::support::{PATIENCE, Ran, finish, http, judge, program, root};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// The running fake, ended when the test lets go of it.
pub(crate) struct Sso {
    child: Child,
    python: PathBuf,
    pub(crate) url: String,
}

impl Sso {
    pub(crate) fn start() -> Option<Self> {
        let python = judge("HEARTH_JUDGE_PYTHON", "signing in through IAM Identity Center")?;
        let mut command = program(&python);
        command.arg(root().join("tests/aws/sso.py")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("http://127.0.0.1:"), "the fake says where it is: `{url}`");
        Some(Self { child, python, url: url.trim().to_owned() })
    }

    fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// What the person on the page does from now on: `allow`, `refuse`, `sleep`.
    pub(crate) fn person(&self, does: &str) {
        self.say("/_person", &serde_json::json!({ "does": does }));
    }

    pub(crate) fn says(&self, says: &Value) {
        self.say("/_say", says);
    }

    fn say(&self, path: &str, body: &Value) {
        let answer = http(self.port(), &format!("POST {path}"), &[], body.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// What was asked.
    pub(crate) fn seen(&self) -> Vec<Value> {
        http(self.port(), "GET /_seen", &[], b"").json().as_array().unwrap().clone()
    }

    pub(crate) fn count(&self, operation: &str) -> usize {
        self.seen().iter().filter(|one| one["operation"] == operation).count()
    }

    /// Somebody else's client in the person's home.
    pub(crate) fn theirs(&self, person: &Person, arguments: &[&str]) -> Value {
        let mut command = clean(&self.python);
        command.arg(root().join("tests/aws/judge_sso.py")).args(arguments).env("HOME", person.folder());
        let ran = finish(&mut command, "");
        assert_eq!(ran.code, 0, "botocore must manage: {ran:?}");
        ran.document()
    }

    /// Files of a person with a profile `corp` of a session, one `old` of the older kind, and one `prod` of a role; AWS's
    /// own way to say where services are leads to this fake, and all others to `elsewhere`. AWS's SDK for Rust looks for
    /// `sso-oidc` where botocore looks for `sso_oidc`.
    pub(crate) fn configure(&self, person: &Person, elsewhere: &str) {
        let here = &self.url;
        let role =
            "sso_account_id = 111122223333\nsso_role_name = Look\nregion = us-east-1\nservices = here\n";
        person.write(
            ".aws/config",
            &format!(
                "[profile corp]\nsso_session = corp\n{role}\
                 [profile old]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n{role}\
                 [profile lost]\nsso_start_url = https://nobody.awsapps.com/start\nsso_region = us-east-1\n{role}\
                 [profile prod]\nrole_arn = arn:aws:iam::999900001111:role/Deploy\nsource_profile = corp\n\
                 region = us-east-1\nservices = here\n\
                 [profile keys]\naws_access_key_id = AKIAPLANTED\naws_secret_access_key = PLANTED\n\
                 [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n\
                 sso_registration_scopes = sso:account:access\n\
                 [services here]\nsso_oidc =\n  endpoint_url = {here}\nsso-oidc =\n  endpoint_url = {here}\nsso =\n  endpoint_url = {here}\n\
                 sts =\n  endpoint_url = {elsewhere}\nlambda =\n  endpoint_url = {elsewhere}\n"
            ),
        );
    }
}

impl Drop for Sso {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A program without the AWS variables of whoever runs the tests.
pub(crate) fn clean(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = program(name);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
}

/// A command that goes on: its lines on standard error as they come.
pub(crate) struct Going {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Going {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines, seen: Vec::new() }
    }

    /// Waits for a line with this in it.
    pub(crate) fn line(&mut self, part: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|error| panic!("no `{part}` ({error}) in {:?}", self.seen));
            self.seen.push(line.clone());
            if line.contains(part) {
                return line;
            }
        }
    }

    pub(crate) fn signal(&self, signal: &str) {
        let sent = program("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ran {
        // Its lines end when it does.
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.seen.push(line);
        }
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        Ran { code, stdout, stderr: self.seen.join("\n") }
    }
}
