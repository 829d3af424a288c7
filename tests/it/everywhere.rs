//! One event on several functions through the binary: here and in ministack, answers side by side.

use crate::ministack::Ministack;
use crate::person::Person;
use serde_json::{Value, json};

const HERE: &str =
    "def handler(event, context):\n    return {'cups': event['cups'], 'where': 'everywhere'}\n";
const THERE: &str =
    "def handler(event, context):\n    return {'where': 'there', 'cups': event['cups'] + 1}\n";

#[test]
fn one_event_runs_here_and_in_an_account_and_what_differs_is_told() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let folder = person.home.function("kettle", "app.py", HERE);
    person.json(&["deploy", &folder]);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let other = person.home.function("samovar", "app.py", THERE);
    person.json(&["deploy", &other, "--to", "emulator", "--yes"]);
    person.json(&["sync", "--account", "emulator"]);
    let events = person.home.write("events/two-cups.json", "{\"cups\": 2}");
    person.home.write("events/notes.txt", "no event");

    let run = [
        "invoke",
        "kettle",
        "--on",
        "local",
        "--on",
        "emulator",
        "--on",
        "emulator:us-east-1/samovar",
        "--on",
        "emulator/coffee",
    ];
    let event = format!("@{}", events.display());
    let ran = person.run(&[&["--json"], &run[..], &["--event", &event]].concat());
    assert_eq!(ran.code, 1, "one target is not there, which is told: {ran:?}");
    let sides = ran.document();
    let sides = sides.as_array().unwrap();
    assert_eq!(sides.len(), 4);
    let answer = |place: usize| &sides[place]["answer"];
    assert_eq!(answer(0)["payload"], json!({ "cups": 2, "where": "everywhere" }), "{sides:?}");
    assert_eq!(answer(0)["place"], "This computer");
    assert_eq!(
        (&answer(1)["payload"], &answer(1)["place"]),
        (&answer(0)["payload"].clone(), &json!("emulator"))
    );
    assert_eq!(answer(2)["payload"], json!({ "cups": 3, "where": "there" }));
    let same: Vec<&Value> = sides.iter().map(|side| &side["sameAsFirst"]).collect();
    assert_eq!(same, [&json!(true), &json!(true), &json!(false), &Value::Null]);
    assert_eq!(sides[3]["error"]["code"], "not_found", "{sides:?}");
    for side in &sides[..3] {
        let answer = &side["answer"];
        assert!(answer["tookUs"].as_i64() > Some(0), "{answer}");
        assert_eq!(answer["outcome"], "succeeded");
        assert!(!answer["costWords"].as_str().unwrap().is_empty(), "known or not, it says why: {answer}");
    }
    assert!(answer(0)["costUsd"].is_string() && answer(0)["coldStart"].is_boolean());
    // What is here is told in the words and figures of the ledger, a vendor's answer only says whether it was cold.
    assert_eq!(answer(0)["start"] == "cold", answer(0)["coldStart"].as_bool().unwrap());
    assert_eq!(answer(1)["start"], Value::Null);
    let kept = person.json(&["invocations", "kettle"]);
    let kept = kept.as_array().unwrap().iter().find(|row| row["requestId"] == answer(0)["requestId"]);
    let phases = &kept.expect("the call is in the ledger")["phases"];
    let spent: i64 =
        ["queueUs", "initUs", "invokeUs"].iter().map(|part| phases[part].as_i64().unwrap()).sum();
    assert_eq!(answer(0)["tookUs"], json!(spent));
    let words = person.run(&[&run[..8], &["--event", &event]].concat());
    assert!(words.stdout.contains("differs") && words.stdout.contains("same"), "{words:?}");

    // The same from the folder that the person chose.
    let chosen = events.parent().unwrap().to_str().unwrap();
    let none = person.json(&["events", "--saved"]);
    assert_eq!(none["folder"], Value::Null, "{none}");
    person.json(&["settings", "--events-folder", chosen]);
    let found = person.json(&["events", "--saved"]);
    assert_eq!(found["events"].as_array().map(Vec::len), Some(1), "only JSON files: {found}");
    assert_eq!(found["events"][0]["file"], "two-cups.json");
    let saved = person.json(&["invoke", "kettle", "--saved", "two-cups.json", "--on", "local"]);
    assert_eq!(saved[0]["answer"]["payload"]["cups"], 2, "{saved}");
    assert_eq!(person.json(&["invoke", "kettle", "--saved", "two-cups.json"])["payload"]["cups"], 2);
    for outside in ["../two-cups.json", "/etc/hostname", "coffee.json"] {
        let refused = person.refused(&["invoke", "kettle", "--saved", outside]);
        assert!(refused["message"].as_str().unwrap().contains(outside), "{refused}");
    }

    // A locked account is not called, and what runs here runs all the same.
    person.json(&["accounts", "lock", "emulator"]);
    let ran = person.run(&[&["--json"], &run[..6], &["--event", &event]].concat());
    let sides = ran.document();
    assert_eq!((ran.code, &sides[0]["answer"]["outcome"]), (1, &json!("succeeded")), "{sides}");
    assert_eq!(sides[1]["error"]["code"], "locked", "{sides}");
    // A function that fails is an answer, told by the exit code.
    let failed = person.run(&["--json", "invoke", "kettle", "--on", "local", "--event", "{}"]);
    assert_eq!((failed.code, &failed.document()[0]["answer"]["outcome"]), (4, &json!("function_error")));
    assert_eq!(person.run(&["invoke", "kettle", "--on", "local", "--cold"]).code, 2, "not both");
}
