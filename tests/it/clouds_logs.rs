//! Calls of functions in accounts, from logs into the ledger, through the binary: ministack runs functions and writes
//! REPORT lines into its CloudWatch.

use crate::ministack::Ministack;
use crate::person::Person;
use crate::support::until;
use serde_json::{Value, json};

const PYTHON: &str = "def handler(event, context):\n    print('boiling', event.get('cups'))\n    \
    if event.get('fail'):\n        raise ValueError('no water')\n    return {'cups': event.get('cups')}\n";
const ID: &str = "endpoint:emulator/us-east-1/kettle";

fn calls(person: &Person, function: Option<&str>) -> Vec<Value> {
    let arguments: Vec<&str> = ["invocations"].into_iter().chain(function).collect();
    person.json(&arguments).as_array().unwrap().clone()
}

/// Ministack writes lines a moment after it answered.
fn logged(person: &Person, reports: usize) {
    until("the log has the reports", || {
        let lines = person.json(&["logs", "kettle", "--account", "emulator"]);
        lines.to_string().matches("REPORT RequestId").count() >= reports
    });
}

#[test]
fn calls_in_an_account_are_in_the_ledger_once_and_never_taken_for_those_here() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let folder = person.home.function("kettle", "app.py", PYTHON);
    person.json(&["deploy", &folder, "--to", "emulator", "--memory", "256", "--yes"]);
    // A function of the same name on this computer.
    person.json(&["deploy", &folder]);
    person.json(&["invoke", "kettle", "--event", "{\"cups\":1}"]);

    let there = ["invoke", "kettle", "--account", "emulator", "--event"];
    person.json(&[&there[..], &["{\"cups\":2}"]].concat());
    let failed = person.run(&[&["--json"], &there[..], &["{\"fail\":true}"]].concat());
    assert_eq!(failed.code, 4, "{failed:?}");
    logged(&person, 2);

    // Without a word about logs, reading brings none.
    let plain = person.json(&["sync", "--account", "emulator"]);
    assert_eq!((&plain["parts"][0]["calls"], calls(&person, None).len()), (&json!(0), 1), "{plain}");

    let read = person.json(&["sync", "--account", "emulator", "--logs"]);
    let part = &read["parts"][0];
    assert_eq!(
        (&part["state"], &part["calls"], &part["unread"]),
        (&json!("done"), &json!(2), &json!([])),
        "{read}"
    );

    let of_account = calls(&person, Some(ID));
    assert_eq!(of_account.len(), 2, "{of_account:?}");
    // This judge gives a call another id in its log than in its answer.
    let call = of_account
        .iter()
        .find(|call| call["outcome"] == "succeeded")
        .unwrap_or_else(|| panic!("one of them succeeded: {of_account:?}"));
    assert_eq!((&call["source"], &call["outcome"]), (&json!("logs"), &json!("succeeded")), "{call}");
    assert_eq!((&call["functionId"], &call["functionName"]), (&json!(ID), &json!("kettle")), "{call}");
    assert_eq!(call["memoryMb"], 256, "as the REPORT line says: {call}");
    assert!(call["billedMs"].is_u64() && call["maxMemoryMb"].as_u64() > Some(0), "{call}");
    assert!(call["environmentId"].as_str().unwrap().starts_with("endpoint:emulator/"), "{call}");
    assert!(call["environmentNumber"].is_u64(), "{call}");
    let here = calls(&person, Some("kettle"));
    assert_eq!(here.len(), 1, "the name alone is the function of this computer: {here:?}");
    assert_eq!(here[0]["source"], "command_line");
    assert_eq!(calls(&person, None).len(), 3, "all of them together");

    let named = person.json(&["invocations", "kettle", "--account", "emulator"]);
    assert_eq!(named, json!(of_account), "the account and the name are the same function");
    let rows =
        person.run(&["export", "invocations", "--function", "kettle", "--account", "emulator", "-o", "-"]);
    assert_eq!(rows.stdout.lines().count(), 3, "a heading and two calls: {rows:?}");
    let servers = person.json(&["environments", "kettle", "--account", "emulator"]);
    assert!(servers.as_array().is_some_and(|all| !all.is_empty()), "{servers}");
    let all = person.refused(&["invocations", "--account", "emulator"]);
    assert!(all["message"].as_str().unwrap().contains("name of a function"), "{all}");

    // Reading again, and one function alone, brings nothing twice.
    assert_eq!(person.json(&["sync", "--account", "emulator", "--logs"])["parts"][0]["calls"], 0);
    let one = ["sync", "--account", "emulator", "--function", "kettle"];
    let again = person.json(&one);
    assert_eq!((&again["function"], &again["calls"]), (&json!(ID), &json!(0)), "{again}");
    assert_eq!(calls(&person, None).len(), 3);

    // What came since is read on, and a new start of Hearth loses nothing.
    person.json(&[&there[..], &["{\"cups\":3}"]].concat());
    logged(&person, 3);
    assert_eq!(person.json(&one)["calls"], 1);
    assert_eq!(calls(&person, Some(ID)).len(), 3);

    // Figures agree with the rows, and the bill counts both places apart.
    let checked = person.json(&["db", "check"]);
    assert_eq!(checked["problems"], json!([]), "{checked}");
    let cost = person.json(&["cost", "show", "--account", "endpoint:emulator"]);
    assert!(cost.to_string().contains("kettle"), "{cost}");
    let listed = person.json(&["functions"]);
    let rows = listed["functions"].as_array().or_else(|| listed.as_array()).unwrap();
    assert_eq!(rows.len(), 1, "the list of this computer is its own: {listed}");
    // The demo shows nothing of it.
    person.json(&["demo", "on", "--calls", "1000"]);
    let shown = calls(&person, None);
    assert!(shown.iter().all(|call| call["functionId"] != ID), "the demo is never mixed with real calls");
    person.json(&["demo", "off"]);
    assert_eq!(calls(&person, None).len(), 4);
}

#[test]
fn a_log_that_cannot_be_read_holds_no_other_up() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    person.json(&["accounts", "add", "broken", &format!("http://{nobody}")]);
    let folder = person.home.function("kettle", "app.py", PYTHON);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    person.json(&["invoke", "kettle", "--account", "emulator"]);
    logged(&person, 1);
    let ran = person.run(&["--json", "sync", "--logs"]);
    assert_eq!(ran.code, 1, "a part could not be read, which is told: {ran:?}");
    let parts = ran.document()["parts"].as_array().unwrap().clone();
    let of = |account: &str| parts.iter().find(|part| part["account"] == account).unwrap().clone();
    assert_eq!(of("endpoint:emulator")["calls"], 1, "{parts:?}");
    assert_eq!(of("endpoint:broken")["state"], "failed", "{parts:?}");
    let missing = person.refused(&["sync", "--account", "emulator", "--function", "coffee"]);
    assert_eq!(missing["code"], "not_found", "{missing}");
    let here = person.refused(&["sync", "--account", "local", "--function", "kettle"]);
    assert!(here["hint"].as_str().unwrap().contains("in the ledger already"), "{here}");
    let unknown = person.refused(&["invocations", "endpoint:emulator/us-east-1/coffee"]);
    assert!(unknown["hint"].as_str().unwrap().contains("hearth sync --logs"), "{unknown}");
}
