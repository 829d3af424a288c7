//! What Hearth itself asks of accounts, and what that costs: its table beside what somebody else's server saw.

use crate::azure;
use crate::fake_aws::{FakeAws, Says};
use crate::google;
use crate::ministack::Ministack;
use crate::person::Person;
use serde_json::{Value, json};

const HELLO: &str = "def handler(event, context):\n    return 1\n";

fn table(person: &Person) -> Value {
    person.json(&["accounts", "requests"])
}

fn row<'a>(table: &'a Value, operation: &str) -> &'a Value {
    let rows = table["rows"].as_array().unwrap();
    rows.iter().find(|row| row["operation"] == operation).unwrap_or_else(|| panic!("no {operation}: {table}"))
}

#[test]
fn every_request_to_aws_is_counted_once_and_what_is_billed_is_priced() {
    let Some(ministack) = Ministack::start() else { return };
    let port = ministack.port();
    let fake = FakeAws::start(move |_| Says::HandOn(port));
    let person = Person::new();
    person.add("emulator", &fake.url(), &[]);
    assert_eq!(table(&person)["rows"], json!([]), "nothing was asked");
    let said = person.run(&["accounts", "requests"]);
    assert!(said.stdout.contains("asked nothing of any account"), "{said:?}");

    let folder = person.home.function("cup", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    person.json(&["invoke", "cup", "--account", "emulator"]);
    person.json(&["sync", "--account", "emulator", "--metrics", "--logs"]);
    let asked = table(&person);
    assert_eq!(asked["requests"], fake.seen().len(), "what the server saw: {asked}");
    let metrics = row(&asked, "GetMetricData");
    assert_eq!((&metrics["requests"], &metrics["unit"]), (&json!(1), &json!("metrics")), "{metrics}");
    assert_eq!(metrics["quantity"], 4, "calls, errors, throttles and time of one function: {metrics}");
    assert_eq!((&metrics["usd"], &asked["usd"]), (&json!("0.00004"), &json!("0.00004")), "{asked}");
    assert_eq!(
        (&row(&asked, "Invoke")["billing"], &row(&asked, "Invoke")["usd"]),
        (&json!("call"), &Value::Null)
    );
    assert_eq!(row(&asked, "CreateFunction")["billing"], "free");
    assert_eq!(row(&asked, "ListFunctions")["locations"], json!(["us-east-1"]));
    // The same amount is a hidden line of the bill.
    let hidden = person.json(&["cost", "show"])["hidden"].to_string();
    assert!(hidden.contains("\"knownUsd\":\"0.00004\""), "{hidden}");

    // Asking for the bill is billed, and what is refused for a moment is counted each time.
    let before = asked["requests"].as_u64().unwrap();
    person.run(&[
        "accounts",
        "billed",
        "emulator",
        "--since",
        "2026-11-01",
        "--until",
        "2026-11-02",
        "--yes",
    ]);
    let asked = table(&person);
    let bill = row(&asked, "GetCostAndUsage");
    assert_eq!(asked["requests"].as_u64().unwrap() - before, fake.seen().len() as u64, "{asked}");
    assert!(bill["usd"].as_str().unwrap().parse::<f64>().unwrap() >= 0.01, "{bill}");
    let said = person.run(&["accounts", "requests"]);
    for words in ["GetMetricData", "4 metrics", "$0.00004", "no price", "with the function"] {
        assert!(said.stdout.contains(words), "{words}: {said:?}");
    }
    let refused = person.refused(&["accounts", "requests", "--month", "soon"]);
    assert!(refused["message"].as_str().unwrap().contains("`soon` is no month"), "{refused}");
}

#[test]
fn every_request_to_google_and_azure_is_counted_once() {
    if let Some(fake) = google::Fake::start(true) {
        let person = Person::new();
        person.meet_google(&fake.url());
        fake.seen();
        person.json(&["functions", "--account", "emulator"]);
        person.json(&["sync", "--account", "emulator", "--metrics", "--logs"]);
        let asked = table(&person);
        assert_eq!(asked["requests"], fake.seen().len(), "what the server saw: {asked}");
        assert_eq!(row(&asked, "cloudfunctions.functions.list")["billing"], "free", "{asked}");
    }
    if let Some(fake) = azure::Fake::start() {
        let person = Person::new();
        person.meet_azure(&fake);
        let before = fake.seen("");
        person.json(&["functions", "--account", "fake"]);
        person.json(&["sync", "--account", "fake", "--metrics", "--logs"]);
        let asked = table(&person);
        assert_eq!(asked["requests"], fake.seen("") - before, "what the server saw: {asked}");
        assert_eq!(row(&asked, "Microsoft.Web/sites/read")["service"], "Microsoft.Web", "{asked}");
    }
}
