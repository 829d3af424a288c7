//! Secrets stay where they are. Distinctive ones are planted wherever a person can put one, the main verbs and all exports
//! are driven with the loudest log, Hearth is killed on the way; then everything that was said and written is searched.
//!
//! Values of a function's variables are kept in one file that only its owner may read, since the function needs them;
//! events and answers of calls on this computer are kept in the ledger, since History shows them. What all other tests
//! leave is searched by `planted`.

use crate::fake_aws::{FakeAws, Says};
use crate::ministack::Ministack;
use crate::support::{Home, Ran, finish, has_engine, until};
use base64::Engine as _;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// Credentials: nowhere at all.
const CREDENTIALS: [(&str, &str); 9] = [
    ("a key for Google's price list", "PLANTgooglePriceKey0123456789"),
    ("an AWS secret key in a file", "PLANTawsFileSecret0123456789abcdefghijkl"),
    ("an AWS session token in a file", "PLANTawsFileToken0123456789"),
    ("an AWS secret key in the environment", "PLANTawsVariableSecret0123456789abcdefgh"),
    ("an AWS session token in the environment", "PLANTawsVariableToken0123456789"),
    ("an Azure client secret", "PLANTazureClientSecret0123456789"),
    ("a Google private key", "PLANTgooglePrivateKey0123456789"),
    ("a token of single sign-on", "PLANTssoAccessToken0123456789"),
    ("what a program that makes keys prints", "PLANTprocessOutput0123456789"),
];
/// A value of a function's variables: in its own file alone.
const VARIABLE: &str = "PLANTfunctionVariable0123456789";
/// A header of an event: in the ledger alone.
const EVENT: &str = "PLANTeventAuthorization0123456789";
const CODE: &str = "import os\n\ndef handler(event, context):\n    print('pouring')\n    if event.get('fail'):\n        \
    raise ValueError('no water')\n    return {'length': len(os.environ['TOKEN'])}\n";

struct House {
    home: Home,
    said: String,
}

impl House {
    fn folder(&self) -> PathBuf {
        self.home.path().join("person")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let secret = |what: &str| CREDENTIALS.iter().find(|(known, _)| *known == what).unwrap().1;
        let mut command = self.home.command(arguments);
        command
            .env("HOME", self.folder())
            .env("HEARTH_LOG", "trace")
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", secret("an AWS secret key in the environment"))
            .env("AWS_SESSION_TOKEN", secret("an AWS session token in the environment"))
            .env("HEARTH_GOOGLE_KEY", secret("a key for Google's price list"))
            .env("AZURE_TENANT_ID", "t-1")
            .env("AZURE_CLIENT_ID", "c-1")
            .env("AZURE_CLIENT_SECRET", secret("an Azure client secret"))
            // Nobody listens there: no cloud is asked.
            .env("AZURE_AUTHORITY_HOST", "http://127.0.0.1:9")
            .env("GOOGLE_APPLICATION_CREDENTIALS", self.folder().join("robot.json"));
        for name in ["AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL"] {
            command.env_remove(name);
        }
        command
    }

    fn keep(&mut self, ran: Ran) -> Ran {
        self.said.push_str(&ran.stdout);
        self.said.push_str(&ran.stderr);
        ran
    }

    /// Runs it as people and as programs do; what it says is searched later.
    fn run(&mut self, arguments: &[&str]) -> Ran {
        let ran = finish(&mut self.command(arguments), "");
        self.keep(ran)
    }

    fn well(&mut self, arguments: &[&str]) {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
    }

    /// `hearth serve`, its log in a file that is searched.
    fn serve(&self, log: &Path) -> Child {
        let log = std::fs::File::create(log).unwrap();
        let mut command = self.command(&["--json", "serve", "--port", "0", "--lambda-port", "0"]);
        command.stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }
}

/// The secret as it is, and as base64 and JSON would write it.
fn spellings(secret: &str) -> Vec<String> {
    let whole = base64::engine::general_purpose::STANDARD.encode(secret);
    // Without the last letters, which depend on what follows.
    vec![secret.to_owned(), whole[..whole.len() - 4].to_owned()]
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    spellings(secret).iter().any(|text| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.is_symlink() {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn plant(house: &House, url: &str) {
    let secret = |what: &str| CREDENTIALS.iter().find(|(known, _)| *known == what).unwrap().1;
    let credentials = format!(
        "[tea]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {}\naws_session_token = {}\n",
        secret("an AWS secret key in a file"),
        secret("an AWS session token in a file")
    );
    house.write(".aws/credentials", &credentials);
    let script = house.folder().join("keys.sh");
    let config = format!(
        "[profile tea]\nregion = us-east-1\nendpoint_url = {url}\n\
         [profile corp]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Look\n\
         [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n\
         [profile tool]\ncredential_process = {}\nendpoint_url = {url}\n",
        script.display()
    );
    house.write(".aws/config", &config);
    let printed = secret("what a program that makes keys prints");
    house.write("keys.sh", &format!("#!/bin/sh\necho '{printed}'\necho '{printed}' >&2\nexit 1\n"));
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let sso = json!({
        "startUrl": "https://corp.awsapps.com/start", "expiresAt": "2020-01-01T00:00:00Z",
        "accessToken": secret("a token of single sign-on"),
    });
    house.write(".aws/sso/cache/corp.json", &sso.to_string());
    let key = secret("a Google private key");
    let robot = json!({
        "type": "service_account", "project_id": "tea-dev", "private_key_id": "1",
        "private_key": format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n"),
        "client_email": "robot@tea-dev.iam.gserviceaccount.com", "token_uri": "http://127.0.0.1:9/token",
    });
    house.write("robot.json", &robot.to_string());
}

#[test]
fn planted_secrets_are_found_nowhere_after_the_main_verbs_exports_and_a_kill() {
    let Some(ministack) = Ministack::start() else { return };
    let mut house = House { home: Home::new(), said: String::new() };
    if !has_engine(&house.home, "python") {
        return;
    }
    plant(&house, &ministack.url());
    let folder = house.home.function("kettle", "app.py", CODE);
    let variable = format!("TOKEN={VARIABLE}");
    let event = json!({ "headers": { "authorization": format!("Bearer {EVENT}") } }).to_string();
    let failing = json!({ "fail": true, "headers": { "authorization": EVENT } }).to_string();

    // On this computer.
    house.well(&["deploy", &folder, "--env", &variable]);
    house.well(&["invoke", "kettle", "--event", &event]);
    house.run(&["invoke", "kettle", "--event", &failing]);
    house.well(&["configure", "kettle", "--memory", "256"]);
    house.run(&["configure", "kettle", "--runtime", "python1.0", "--env", &variable]);
    house.well(&["functions"]);
    house.well(&["--json", "functions"]);
    house.well(&["invocations"]);
    house.well(&["logs", "kettle"]);
    house.well(&["environments", "--all"]);

    // In an account, signed with the planted keys.
    house.well(&["accounts"]);
    house.well(&["--json", "accounts"]);
    house.well(&["accounts", "add", "emulator", &ministack.url(), "--profile", "tea"]);
    house.well(&["accounts", "unlock", "emulator"]);
    house.well(&["accounts", "test", "emulator"]);
    house.well(&["accounts", "permissions", "emulator"]);
    let deploy = ["deploy", &folder, "--to", "emulator", "--env", &variable];
    house.well(&[&deploy[..], &["--dry-run"]].concat());
    house.well(&[&["--json"], &deploy[..], &["--yes"]].concat());
    house.well(&["invoke", "kettle", "--account", "emulator", "--event", &event]);
    house.well(&["invoke", "kettle", "--account", "emulator", "--event", &event, "--stream"]);
    house.run(&["invoke", "kettle", "--account", "emulator", "--event", &failing]);
    house.well(&["configure", "kettle", "--account", "emulator", "--env", &variable, "--yes"]);
    house.well(&["show", "kettle", "--account", "emulator"]);
    house.well(&["--json", "show", "kettle", "--account", "emulator"]);
    house.well(&["logs", "kettle", "--account", "emulator"]);
    house.well(&["sync", "--account", "emulator", "--logs"]);
    house.well(&["functions", "--cached"]);

    // Sign-ins that fail, and a server that quotes the request with its headers.
    let quoting = FakeAws::start(|asked| {
        let all: Vec<String> = asked.headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        Says::error(
            403,
            "SignatureDoesNotMatch",
            &format!("The Canonical String for this request should have been\n'GET\n{}'", all.join("\n")),
        )
    });
    house.well(&["accounts", "add", "quoting", &quoting.url(), "--profile", "tea"]);
    for account in ["corp", "tool", "quoting", "azure:environment"] {
        house.run(&["accounts", "test", account]);
        house.run(&["--json", "functions", "--account", account]);
    }
    assert!(
        quoting.seen().iter().any(|asked| asked.header("x-amz-security-token").contains("PLANT")),
        "the planted keys were used"
    );

    // Exports.
    let exports = house.home.path().join("exports");
    std::fs::create_dir_all(&exports).unwrap();
    let to = |name: &str| exports.join(name).to_str().unwrap().to_owned();
    for what in ["calls", "durations", "cost", "functions", "invocations", "environments", "logs", "series"] {
        let file = to(&format!("{what}.out"));
        house.well(&["export", what, "--output", &file]);
    }
    for format in ["html", "svg", "csv", "json", "pdf"] {
        let file = to(&format!("report.{format}"));
        house.well(&[
            "cost",
            "report",
            "--from",
            "2026-01-01",
            "--to",
            "2027-12-31",
            "--format",
            format,
            "--out",
            &file,
        ]);
    }
    house.well(&["db", "query", "SELECT name FROM sqlite_master"]);
    house.well(&["db", "export", &to("ledger.db")]);

    // A server that is killed in the middle of a call leaves its journal, and the next one reads it.
    let log = exports.join("serve.log");
    let mut serve = house.serve(&log);
    until("it serves", || house.home.data().join("owner.sock").exists());
    house.well(&["invoke", "kettle", "--event", &event]);
    serve.kill().unwrap();
    serve.wait().unwrap();
    house.well(&["invocations"]);
    house.well(&["db", "check"]);

    search(&house, &exports);
}

fn search(house: &House, exports: &Path) {
    let mut all = Vec::new();
    files(&house.home.data(), &mut all);
    let data = all.len();
    files(exports, &mut all);
    assert!(data > 5 && all.len() > data + 10, "there is something to search: {all:?}");
    for (what, secret) in CREDENTIALS.iter().copied().chain([("a variable", VARIABLE), ("an event", EVENT)]) {
        // What a person typed is not said back; the ledger's answer to `invocations` has no event.
        let place = house.said.find(secret).map(|at| house.said[..at].lines().last().unwrap_or_default());
        assert!(!holds(house.said.as_bytes(), secret), "{what} is in what commands said: {place:?}");
    }
    let mut kept = Vec::new();
    for path in &all {
        let bytes = std::fs::read(path).unwrap();
        for (what, secret) in CREDENTIALS {
            assert!(!holds(&bytes, secret), "{what} is in {}", path.display());
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        if holds(&bytes, VARIABLE) {
            assert_eq!(name, "environment.json", "a variable is in {}", path.display());
            let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{} is for its owner alone", path.display());
            kept.push(path);
        }
        if holds(&bytes, EVENT) {
            let is_ledger = name.contains("ledger") || name.contains("journal") || name.contains(".db");
            assert!(is_ledger, "an event is in {}", path.display());
        }
    }
    assert!(!kept.is_empty(), "the function's own file has its variables, or the search finds nothing");
}
