//! Hearth is killed with SIGKILL while it reads an account of Google or Azure, or while a call that makes something there
//! is under way: before the vendor took it and after, when its answer reaches nobody. The next one goes on, or takes it
//! back wholly, and the vendors' own clients look what is left. AWS is in `clouds_killed` and `faults_aws`.

use crate::azure::{Fake as Azure, PYTHON};
use crate::clouds_cancel::inventory;
use crate::faults_aws::{count, kept, part, sync};
use crate::faults_google::{ACCOUNT, BROKEN, BROKEN_LIST, HELLO, LOCATIONS, signed_in};
use crate::google::Fake as Google;
use crate::person::Person;
use crate::support::{Started, until};
use serde_json::{Value, json};

const SECRET: &str = "PLANTED-s3cret";
/// Whether the vendor took the call, and whether it is taken back.
const WAYS: [(bool, bool); 4] = [(false, true), (true, true), (false, false), (true, false)];

/// The only unfinished change, and the call that had begun last.
fn left(person: &Person) -> (String, String) {
    let list = person.json(&["unfinished"]);
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    let calls = list[0]["calls"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&list[0]["id"]), text(&calls.last().unwrap()["operation"]))
}

#[test]
fn a_reading_of_google_that_was_killed_goes_on_where_it_was() {
    let Some(fake) = Google::start(false) else { return };
    let person = signed_in(&fake, &LOCATIONS);
    fake.control("many", json!({ "locations": LOCATIONS, "each": 3 }));
    fake.fault(BROKEN_LIST, 1, &json!({ "kind": "hold" }));
    let going = Started::of(&mut person.command(&["sync", "--account", ACCOUNT]));
    // Looking before would be a start of Hearth of its own each time, for whose end the reading would wait.
    until("one region never answers", || fake.control("holds", json!({})) == 1);
    until("the others are read", || {
        let now = kept(&person);
        let others = LOCATIONS.iter().filter(|location| **location != BROKEN);
        others.map(|location| count(&now, location)).sum::<usize>() == 6
    });
    going.kill();
    fake.seen();
    let status = sync(&person, ACCOUNT, &["--fresh", "600"]);
    let states = LOCATIONS.map(|location| part(&status, location)["state"].as_str().unwrap().to_owned());
    assert_eq!(states, ["fresh", "fresh", "done"], "{status}");
    let seen = fake.seen();
    assert_eq!(seen.len(), 4, "a token, and the three lists of the region that was missing: {seen:?}");
    assert_eq!(LOCATIONS.map(|location| count(&kept(&person), location)), [3; 3]);
}

#[test]
fn a_deploy_that_is_killed_while_google_is_told_to_make_it_is_taken_back_or_gone_on_with() {
    for (done, takes_back) in WAYS {
        let at = format!("done: {done}, taken back: {takes_back}");
        let Some(fake) = Google::start(true) else { return };
        let person = Person::new();
        person.meet_google(&fake.url());
        let folder = person.home.function("kettle", "app.py", HELLO);
        let secret = format!("API_KEY={SECRET}");
        let deploy = ["deploy", &folder, "--to", "emulator", "--env", &secret, "--yes"];
        fake.fault("us-central1/functions$", 1, &json!({ "kind": "hold", "done": done, "method": "POST" }));
        let going = Started::of(&mut person.command(&deploy));
        until("it is told to make it", || fake.control("holds", json!({})) == 1);
        going.kill();
        person.never_kept(SECRET);
        let (id, last) = left(&person);
        assert_eq!(last, "cloudfunctions.functions.create", "{at}");
        if takes_back {
            person.json(&["unfinished", "take-back", &id, "--yes"]);
            let found = inventory("HEARTH_JUDGE_GOOGLE_PYTHON", "tests/google/inventory.py", &[&fake.url()]);
            assert_eq!(
                found,
                Some(json!({ "functions": [], "services": [] })),
                "{at}: Google's clients look"
            );
        } else {
            person.json(&deploy);
            assert_eq!(person.json(&["invoke", "kettle", "--account", "emulator"])["payload"], 1, "{at}");
        }
        assert_eq!(person.json(&["unfinished"]), json!([]), "{at}");
        person.never_kept(SECRET);
    }
}

#[test]
fn a_reading_of_azure_that_was_killed_goes_on_where_it_was() {
    let Some(fake) = Azure::start() else { return };
    let person = Person::new();
    person.meet_azure(&fake);
    person.json(&["accounts", "choose", "fake", "--region", "westeurope,eastus"]);
    fake.ask("many", &json!({ "locations": ["westeurope", "eastus"], "each": 3 }));
    // Both regions ask for the same list; one of the two is never answered.
    fake.fault(json!({ "match": "GET .*/sites$", "kind": "hold" }));
    let going = Started::of(&mut person.command(&["sync", "--account", "fake"]));
    until("one never answers, and the other is read", || {
        fake.ask("holds", &json!({})) == 1 && kept(&person)["functions"].as_array().map(Vec::len) == Some(3)
    });
    going.kill();
    let asked = fake.seen("/sites");
    let status = sync(&person, "fake", &["--fresh", "600"]);
    let mut states: Vec<&str> =
        status["parts"].as_array().unwrap().iter().map(|part| part["state"].as_str().unwrap()).collect();
    states.sort_unstable();
    assert_eq!(states, ["done", "fresh"], "{status}");
    assert_eq!(fake.seen("/sites") - asked, 1, "only what was missing is asked for");
    let whole = kept(&person);
    assert_eq!((count(&whole, "westeurope"), count(&whole, "eastus")), (3, 3));
}

#[test]
fn a_deploy_that_is_killed_while_azure_is_told_to_make_it_is_taken_back_or_gone_on_with() {
    let groups = "Microsoft.Resources/subscriptions/resourceGroups/write";
    let calls =
        [("PUT .*/resourceGroups/[^/]+$", groups), ("PUT .*/sites/kettle$", "Microsoft.Web/sites/write")];
    // Before the group is there, and before the app is.
    for (index, (done, takes_back)) in WAYS.into_iter().enumerate() {
        let (call, operation) = calls[(index + index / 2) % 2];
        let at = format!("{operation} done: {done}, taken back: {takes_back}");
        let Some(fake) = Azure::start() else { return };
        let person = Person::new();
        person.meet_azure(&fake);
        let folder = person.home.function("kettle", "app.py", PYTHON);
        let secret = format!("API_KEY={SECRET}");
        let to = ["--to", "fake", "--runtime", "python3.12", "--env", &secret, "--yes"];
        let deploy = [&["deploy", folder.as_str()][..], &to].concat();
        fake.fault(json!({ "match": call, "kind": "hold", "done": done }));
        let going = Started::of(&mut person.command(&deploy));
        until("it is told to make it", || fake.ask("holds", &json!({})) == 1);
        going.kill();
        let (id, last) = left(&person);
        assert_eq!(last, operation, "{at}");
        if takes_back {
            person.json(&["unfinished", "take-back", &id, "--yes"]);
            let found = inventory("HEARTH_JUDGE_AZURE_PYTHON", "tests/azure/inventory.py", &[&fake.url]);
            assert_eq!(found, Some(json!({ "groups": [], "sites": [] })), "{at}: Microsoft's clients look");
        } else {
            person.json(&deploy);
            let called = person.json(&["invoke", "kettle", "--account", "fake", "--event", "{\"cups\": 2}"]);
            assert_eq!(called["payload"]["cups"], 2, "{at}: {called}");
        }
        assert_eq!(person.json(&["unfinished"]), json!([]), "{at}");
        person.kept_secrets();
    }
}
