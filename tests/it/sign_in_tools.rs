//! Signing in to Azure and Google with the vendor's own program, here a script that does to files what the program does:
//! its lines are shown, its end is told, and it ends with everything it started when nobody waits for it any more.

use crate::person::Person;
use crate::sso::Going;
use crate::support::{is_alive, program, until};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";
const TENANT: &str = "99999999-8888-7777-6666-555555555555";

struct House {
    person: Person,
}

impl House {
    /// A person with an account of Azure and one of Google, both not signed in.
    fn new() -> Self {
        let house = Self { person: Person::new() };
        let subscription = json!({ "subscriptions": [{
            "id": SUBSCRIPTION, "name": "tea", "state": "Enabled", "tenantId": TENANT, "isDefault": true,
            "environmentName": "AzureCloud", "user": { "name": "me@example.com", "type": "user" },
        }] });
        house.person.write(".azure/azureProfile.json", &subscription.to_string());
        house.person.write(".azure/msal_token_cache.json", "{}");
        house.person.write(".config/gcloud/configurations/config_default", "[core]\nproject = tea-dev\n");
        house
    }

    fn tools(&self) -> PathBuf {
        self.person.home.path().join("tools")
    }

    /// A program of this name that is this script.
    fn tool(&self, name: &str, script: &str) {
        std::fs::create_dir_all(self.tools()).unwrap();
        let path = self.tools().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn begin(&self, arguments: &[&str]) -> Going {
        let mut command = self.person.command(&[&["accounts", "sign-in"], arguments].concat());
        // Whatever tools this computer has, here are these alone.
        command.env("PATH", format!("{}:/usr/bin:/bin", self.tools().display()));
        Going::start(command)
    }

    fn account(&self, id: &str) -> Value {
        let all = self.person.json(&["accounts"]);
        let found = all.as_array().unwrap().iter().find(|one| one["account"]["id"] == id);
        found.unwrap_or_else(|| panic!("no {id} in {all}")).clone()
    }
}

/// What `az login` leaves of a person's sign-in.
fn signed_in_to_azure() -> String {
    format!(
        "cat > \"$HOME/.azure/msal_token_cache.json\" <<'END'\n{}\nEND\n",
        json!({
            "AccessToken": { "a": { "realm": TENANT, "expires_on": "4000000000", "secret": "PLANTED-azure" } },
            "RefreshToken": { "r": { "credential_type": "RefreshToken", "secret": "PLANTED-refresh" } },
        })
    )
}

#[test]
fn azures_own_tool_signs_in_and_its_lines_are_shown() {
    let house = House::new();
    let id = format!("azure:{SUBSCRIPTION}");
    let before = house.account(&id);
    assert_eq!(before["account"]["state"], "missing", "{before}");
    assert_eq!(before["signIn"]["command"], json!(["az", "login", "--tenant", TENANT]), "{before}");

    house.tool("az", &format!(
        "echo \"asked: $*\"\nprintf '\\033[33mA web browser has been opened.\\033[0m\\n' >&2\nread line && exit 9\n{}",
        signed_in_to_azure()
    ));
    let mut going = house.begin(&["tea"]);
    going.line(&format!("Running az login --tenant {TENANT}"));
    let ran = going.end();
    assert_eq!((ran.code, ran.stdout.trim()), (0, format!("{id} is signed in.").as_str()), "{ran:?}");
    assert!(ran.stderr.contains(&format!("asked: login --tenant {TENANT}")), "{ran:?}");
    assert!(
        ran.stderr.contains("A web browser has been opened.") && !ran.stderr.contains('\u{1b}'),
        "{ran:?}"
    );
    assert!(!format!("{ran:?}").contains("PLANTED"), "{ran:?}");
    assert_eq!(house.account(&id)["account"]["state"], "present");

    // As one document for a program, with the lines in it.
    let ran = house.begin(&["tea", "--json"]).end();
    assert_eq!(ran.code, 0, "{ran:?}");
    let document = ran.document();
    assert_eq!((&document["step"]["kind"], &document["flow"]["kind"]), (&json!("done"), &json!("tool")));
    assert!(
        document["lines"].as_array().unwrap().iter().any(|line| line == "A web browser has been opened.")
    );
}

#[test]
fn googles_own_tool_signs_in() {
    let house = House::new();
    let before = house.account("google:default");
    assert_eq!(before["account"]["state"], "missing", "{before}");
    let key = json!({ "type": "authorized_user", "client_id": "x", "client_secret": "PLANTED", "refresh_token": "PLANTED" });
    house.tool("gcloud", &format!(
        "echo \"asked: $*\" >&2\necho '{key}' > \"$HOME/.config/gcloud/application_default_credentials.json\"\n"
    ));
    let ran = house.begin(&["google:default"]).end();
    assert_eq!((ran.code, ran.stdout.trim()), (0, "google:default is signed in."), "{ran:?}");
    assert!(ran.stderr.contains("asked: auth application-default login"), "{ran:?}");
    assert_eq!(house.account("google:default")["account"]["state"], "present");
}

#[test]
fn a_tool_that_is_not_there_fails_or_signs_in_somebody_else_is_told() {
    let house = House::new();
    let refused = |house: &House| {
        let ran = house.begin(&["tea", "--json"]).end();
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
        ran.error()
    };
    std::fs::create_dir_all(house.tools()).unwrap();
    if program("sh").args(["-c", "PATH=/usr/bin:/bin command -v az"]).status().unwrap().success() {
        crate::support::skip("a tool that is not installed: this computer has az in /usr/bin");
    } else {
        let error = refused(&house);
        assert_eq!(error["message"], "the program `az` is not installed", "{error}");
        assert!(
            error["hint"].as_str().unwrap().contains("https://learn.microsoft.com/cli/azure/install"),
            "{error}"
        );
    }
    house.tool("az", "echo 'no browser here' >&2\nexit 3\n");
    let error = refused(&house);
    assert_eq!(error["message"], format!("`az login --tenant {TENANT}` ended with 3"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("in a terminal"), "{error}");

    house.tool("az", "echo done\n");
    let error = refused(&house);
    assert!(error["message"].as_str().unwrap().contains("`tea` is still not signed in"), "{error}");
}

#[test]
fn a_tool_that_is_cancelled_ends_with_everything_it_started() {
    let house = House::new();
    let pids = house.person.home.path().join("pids");
    // As `az` is: a script that starts the program itself.
    house.tool("az", &format!("sleep 600 &\necho $$ $! > '{}'\necho waiting\nwait\n", pids.display()));
    let mut going = house.begin(&["tea"]);
    going.line("waiting");
    let text = std::fs::read_to_string(&pids).unwrap();
    let running: Vec<u64> = text.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    assert!(running.len() == 2 && running.iter().all(|pid| is_alive(*pid)), "{text}");
    going.signal("-INT");
    let ran = going.end();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("signing in to `tea` was cancelled"), "{ran:?}");
    until("nothing of it runs on", || running.iter().all(|pid| !is_alive(*pid)));
}
