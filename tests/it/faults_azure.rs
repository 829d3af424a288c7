//! Azure that goes wrong in the middle of something: answers that drip, sign-ins and tokens that end between two pages,
//! a wrong clock, thousands of apps, apps that somebody else deletes. Refusals are in `clouds_azure_faults`, and a
//! Hearth that is killed is in `faults_killed`.

use crate::azure::{Fake, PYTHON};
use crate::clouds_cancel::inventory;
use crate::faults_aws::{age, count, kept, part, read_us, sync};
use crate::person::Person;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";
const LIST: &str = "GET .*/sites$";
const HOUR_S: i64 = 3_600;
const TWENTY: &str = "australiaeast brazilsouth canadacentral centralindia centralus eastasia eastus eastus2 \
    francecentral germanywestcentral japaneast koreacentral northeurope norwayeast southeastasia swedencentral uksouth \
    westeurope westus westus2";
/// Ends of tokens, in seconds since 1970.
const LATER: i64 = 4_000_000_000;
const LONG_AGO: i64 = 1_700_000_000;
const SIGN_IN: &str = "az login --tenant t-1";

/// A person who uses the sign-in of the Azure CLI, which is a script of the test's own.
fn with_cli(fake: &Fake) -> Person {
    let mut person = Person::new();
    let profile = json!({ "subscriptions": [{ "id": SUBSCRIPTION, "name": "Fernhill", "state": "Enabled",
        "tenantId": "t-1", "isDefault": true, "environmentName": "AzureCloud",
        "user": { "name": "ada@example.com", "type": "user" } }] });
    person.write(".azure/azureProfile.json", &profile.to_string());
    let system = std::env::var("PATH").unwrap();
    person.variables = vec![("PATH", format!("{}:{system}", person.folder().join("bin").display()))];
    let add = ["accounts", "add", "over", &fake.url, "--provider", "azure", "--profile", SUBSCRIPTION];
    person.json(&add);
    person
}

/// What the Azure CLI does when it is asked for a token.
fn cli(person: &Person, script: &str) {
    let path = person.write("bin/az", &format!("#!/bin/sh\necho asked >> \"$HOME/az.log\"\n{script}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A script that prints a token which the Azure CLI believes to hold until then.
fn prints(token: &str, expires_on: i64) -> String {
    format!("echo '{{\"accessToken\":\"{token}\",\"expires_on\":{expires_on}}}'")
}

/// How often the Azure CLI was started since the last time.
fn started(person: &Person) -> usize {
    let path = person.folder().join("az.log");
    let times = std::fs::read_to_string(&path).unwrap_or_default().lines().count();
    std::fs::remove_file(path).ok();
    times
}

#[test]
fn an_answer_that_drips_is_left_and_asked_for_again_while_other_regions_are_read() {
    let Some(fake) = Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    person.json(&["accounts", "choose", "fake", "--region", "westeurope,eastus"]);
    fake.ask("many", &json!({ "locations": ["westeurope", "eastus"], "each": 3 }));
    fake.fault(json!({ "match": LIST, "kind": "drip" }));
    let begun = Instant::now();
    let status = sync(&person, "fake", &[]);
    assert!(begun.elapsed() < Duration::from_secs(25), "it was left: {:?}", begun.elapsed());
    let kept = kept(&person);
    let read = |location: &str| {
        assert_eq!(part(&status, location)["functions"], 3, "{status}");
        read_us(&kept, location).unwrap()
    };
    assert_eq!(fake.seen("/sites"), 3, "once more for the one that dripped");
    let apart_us = (read("westeurope") - read("eastus")).abs();
    assert!(apart_us > 5_000_000, "the other waited for nobody: {apart_us} µs");
}

#[test]
fn a_change_whose_answer_drips_is_left_and_not_made_twice() {
    let Some(fake) = Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    let folder = person.home.function("kettle", "app.py", PYTHON);
    fake.fault(json!({ "match": "PUT .*/serverfarms/", "kind": "drip" }));
    let begun = Instant::now();
    let error = person.refused(&["deploy", &folder, "--to", "fake", "--runtime", "python3.12", "--yes"]);
    assert!(begun.elapsed() < Duration::from_secs(40), "it was left: {:?}", begun.elapsed());
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("longer than it may") && message.contains("taken back"), "{error}");
    assert_eq!(fake.seen("/serverfarms/"), 1, "whether it was done is not known");
    let found = inventory("HEARTH_JUDGE_AZURE_PYTHON", "tests/azure/inventory.py", &[&fake.url]);
    assert_eq!(found, Some(json!({ "groups": [], "sites": [] })), "Microsoft's clients find nothing");
}

#[test]
fn a_sign_in_that_ends_between_two_pages_keeps_what_was_read_and_goes_on_afterwards() {
    let Some(fake) = Fake::start() else { return };
    let person = with_cli(&fake);
    fake.ask("sign_in", &json!({ "tokens": ["PLANTED-1"] }));
    cli(&person, &prints("PLANTED-1", LATER));
    fake.ask("many", &json!({ "locations": ["westeurope"], "each": 5, "page": 2 }));
    sync(&person, "over", &[]);
    let first = kept(&person);
    assert_eq!(count(&first, "westeurope"), 5);

    // The tool has one token more to give; then it says that one must sign in again.
    let once = format!(
        "if [ -e \"$HOME/ended\" ]; then echo 'AADSTS70043: PLANTED has expired' >&2; exit 1; fi\n: > \"$HOME/ended\"\n{}",
        prints("PLANTED-1", LATER)
    );
    cli(&person, &once);
    fake.fault(json!({ "match": LIST, "kind": "revoke", "query": "skip=2" }));
    let status = sync(&person, "over", &[]);
    let broken = part(&status, "all");
    assert_eq!(
        (&broken["state"], &broken["fault"]["kind"]),
        (&json!("failed"), &json!("expired")),
        "{status}"
    );
    let second = kept(&person);
    assert_eq!(count(&second, "westeurope"), 5, "what was read stays");
    assert_eq!(read_us(&second, "all"), read_us(&first, "all"), "with its age");
    assert_eq!(age(&second, "all")["fault"]["kind"], "expired", "{second}");
    // The account is told as ended, with the way out.
    let error = person.refused(&["functions", "--account", "over"]);
    assert_eq!(error["code"], "sign_in", "{error}");
    assert!(error["hint"].as_str().unwrap().contains(SIGN_IN), "{error}");
    let tested = person.run(&["--json", "accounts", "test", "over"]).document();
    assert_eq!(tested["fault"]["kind"], "expired", "{tested}");
    assert!(tested["hint"].as_str().unwrap().contains(SIGN_IN), "{tested}");

    fake.ask("sign_in", &json!({ "tokens": ["PLANTED-2"] }));
    cli(&person, &prints("PLANTED-2", LATER));
    sync(&person, "over", &[]);
    let third = kept(&person);
    assert_eq!((count(&third, "westeurope"), &age(&third, "all")["fault"]), (5, &Value::Null));
    assert!(read_us(&third, "all") > read_us(&second, "all"), "it is read anew");
    person.kept_secrets();
}

#[test]
fn a_token_that_ends_before_its_time_is_replaced_and_nobody_notices() {
    let Some(fake) = Fake::start() else { return };
    let mut person = Person::new();
    person.variables = vec![
        ("AZURE_TENANT_ID", "t-1".to_owned()),
        ("AZURE_CLIENT_ID", "c-1".to_owned()),
        ("AZURE_CLIENT_SECRET", "PLANTED-good".to_owned()),
        ("AZURE_AUTHORITY_HOST", fake.url.clone()),
    ];
    let add = ["accounts", "add", "robot", &fake.url, "--provider", "azure", "--profile", "environment"];
    person.json(&add);
    fake.ask("many", &json!({ "locations": ["westeurope"], "each": 5, "page": 2 }));
    fake.fault(json!({ "match": LIST, "kind": "revoke", "query": "skip=2", "open": true }));
    let status = sync(&person, "robot", &[]);
    assert_eq!(part(&status, "all")["functions"], 5, "{status}");
    assert_eq!(fake.seen("/oauth2/"), 2, "one token at first, and one in its place");
    assert_eq!(fake.seen("/sites"), 4, "three pages, one of them once more");
    person.kept_secrets();
}

#[test]
fn a_clock_that_is_wrong_is_named_and_no_tool_is_started_for_each_request() {
    let Some(fake) = Fake::start() else { return };
    let person = with_cli(&fake);
    let list = ["functions", "--account", "over"];
    // The computer's clock is behind: its tools believe in a token that Azure knows to have ended.
    fake.ask("sign_in", &json!({ "tokens": ["PLANTED-old"] }));
    fake.ask("revoke", &json!({}));
    cli(&person, &prints("PLANTED-old", LATER));
    fake.ask("clock", &json!({ "ahead_s": 3 * HOUR_S }));
    let error = person.refused(&list);
    assert_eq!(error["code"], "network", "signing in again would not help for long: {error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("set the clock of this computer, which is 3 h behind"), "{error}");
    assert!(message.contains("ExpiredAuthenticationToken"), "{error}");
    // With a right clock the same is a sign-in that has ended.
    fake.ask("clock", &json!({ "ahead_s": 0 }));
    let error = person.refused(&list);
    assert_eq!(error["code"], "sign_in", "{error}");
    assert!(error["hint"].as_str().unwrap().contains(SIGN_IN), "{error}");

    // It is ahead: a good token seems to have ended long ago, and is used all the same.
    fake.ask("sign_in", &json!({ "tokens": ["PLANTED-new"] }));
    cli(&person, &prints("PLANTED-new", LONG_AGO));
    fake.ask("clock", &json!({ "ahead_s": -3 * HOUR_S }));
    fake.ask("many", &json!({ "locations": ["westeurope"], "each": 9, "page": 2 }));
    started(&person);
    let listed = person.json(&list);
    assert_eq!(listed["functions"].as_array().map(Vec::len), Some(9), "{listed}");
    assert_eq!(started(&person), 1, "the tool is asked once for five pages");
    person.kept_secrets();
}

#[test]
fn five_thousand_apps_in_twenty_regions_take_no_more_requests_than_pages() {
    let Some(fake) = Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    // One list has the apps of every region.
    person.json(&["accounts", "choose", "fake", "--region", "all"]);
    let locations: Vec<&str> = TWENTY.split_whitespace().collect();
    fake.ask("many", &json!({ "locations": locations, "each": 250, "page": 100 }));
    let before = fake.seen("");
    let begun = Instant::now();
    let status = sync(&person, "fake", &[]);
    let took = begun.elapsed();
    assert_eq!(part(&status, "all")["functions"], 5_000, "{status}");
    assert_eq!(fake.seen("/providers/Microsoft.Web/sites?"), 50, "pages of 100");
    let others = fake.seen("") - before - 50;
    assert!(others <= 1, "nothing else but which subscription it is: {others}");
    let kept = kept(&person);
    for location in locations {
        assert_eq!(count(&kept, location), 250, "{location}");
    }
    println!("5,000 apps in 20 regions of Azure: {} requests in {:.1} s", 50 + others, took.as_secs_f64());
    let found = inventory("HEARTH_JUDGE_AZURE_PYTHON", "tests/azure/inventory.py", &[&fake.url]).unwrap();
    assert_eq!(found["sites"].as_array().map(Vec::len), Some(5_000), "Microsoft's clients find as many");
}

#[test]
fn an_app_that_is_deleted_under_ones_feet_is_told_and_gone_from_the_next_reading() {
    let Some(fake) = Fake::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    let folder = person.home.function("kettle", "app.py", PYTHON);
    let deploy = ["deploy", &folder, "--to", "fake", "--runtime", "python3.12", "--yes"];
    let group = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/hearth-kettle");
    // Between looking for it and calling it, changing it, stopping it; and deleting it, which is then done already.
    type Moment = (&'static str, &'static [&'static str]);
    let moments: [Moment; 4] = [
        ("POST .*/listkeys$", &["invoke", "kettle", "--account", "fake"]),
        (
            "PUT .*/config/appsettings$",
            &["configure", "kettle", "--account", "fake", "--env", "COLOUR=red", "--yes"],
        ),
        ("POST .*/sites/kettle/stop$", &["stop", "kettle", "--account", "fake", "--yes"]),
        ("DELETE .*/resourcegroups/[^/]+$", &["delete", "kettle", "--account", "fake", "--yes"]),
    ];
    for (moment, command) in moments {
        person.json(&deploy);
        sync(&person, "fake", &[]);
        assert_eq!(count(&kept(&person), "westeurope"), 1);
        fake.fault(json!({ "match": moment, "kind": "vanish", "path": group }));
        if command[0] == "delete" {
            person.json(command);
        } else {
            let error = person.refused(command);
            assert_eq!(error["code"], "not_found", "{command:?}: {error}");
        }
        assert_eq!(count(&kept(&person), "westeurope"), 1, "what was read shows it, with its age");
        // Whoever asks Azure is told.
        for (_, command) in moments {
            let error = person.refused(command);
            assert_eq!(error["code"], "not_found", "{command:?}: {error}");
            assert!(error["message"].as_str().unwrap().contains("kettle"), "{command:?} names it: {error}");
        }
        assert_eq!(person.refused(&["show", "kettle", "--account", "fake"])["code"], "not_found");
        sync(&person, "fake", &[]);
        assert_eq!(count(&kept(&person), "westeurope"), 0, "the next reading knows it no more");
    }
    person.kept_secrets();
}
