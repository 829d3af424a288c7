//! What Google billed, through the binary: from billing exports in our fake's BigQuery, which really runs the question.
//! Prism holds each request against Google's description, and Google's own client reads the same table row by row.

use crate::google::{Fake, Prism};
use crate::person::Person;
use crate::support::{finish, judge, program, root};
use serde_json::{Value, json};

const STANDARD: &str = "tea-dev.billing.gcp_billing_export_v1_0123AB_4567CD_89EF01";
const DETAILED: &str = "tea-dev.billing.gcp_billing_export_resource_v1_0123AB_4567CD_89EF01";
const BILLED: [&str; 7] =
    ["accounts", "billed", "emulator", "--since", "2026-11-01", "--until", "2026-11-02"];
const RUN: (&str, &str) = ("152E-C115-5142", "Cloud Run");

/// An hour of usage.
fn hour(at: &str, (service, name): (&str, &str), sku: &str, cost: f64, credits: &[f64]) -> Value {
    json!({
        "usage_start_time": at,
        "service": { "id": service, "description": name },
        "sku": { "id": sku, "description": sku },
        "project": { "id": "tea-dev" },
        "cost": cost,
        "currency": "EUR",
        "usage": { "amount": 1.5e9, "unit": "bytes", "amount_in_pricing_units": 1.5, "pricing_unit": "second" },
        "credits": credits.iter().map(|amount| json!({ "name": "free", "amount": amount })).collect::<Vec<_>>(),
    })
}

fn of(mut hour: Value, more: Value) -> Value {
    hour.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    hour
}

/// Two days of Pacific time, which changes to winter time on the first, and what is not of them.
fn hours() -> Vec<Value> {
    let function = ("29E7-DA93-CA13", "Cloud Run Functions");
    vec![
        hour("2026-11-01T06:30:00Z", RUN, "CPU", 100.0, &[]),
        hour("2026-11-01T07:00:00Z", RUN, "CPU", 0.1, &[]),
        hour("2026-11-01T09:00:00Z", RUN, "CPU", 0.2, &[-0.05, -0.01]),
        hour("2026-11-02T07:59:00Z", RUN, "CPU", 0.000_000_4, &[]),
        of(hour("2026-11-02T08:00:00Z", RUN, "Requests", 0.7, &[]), json!({ "written": "2026-11-05" })),
        hour("2026-11-02T20:00:00Z", function, "Invocations", 0.3, &[-0.3]),
        hour("2026-11-03T08:00:00Z", RUN, "CPU", 100.0, &[]),
        hour("2026-11-02T10:00:00Z", ("6F81-5844-456A", "Compute Engine"), "Core", 100.0, &[]),
        of(hour("2026-11-02T10:00:00Z", RUN, "CPU", 100.0, &[]), json!({ "project": { "id": "coffee" } })),
    ]
}

fn export(name: &str, rows: &[Value]) -> Value {
    json!({ "name": name, "rows": rows })
}

fn asked(arguments: &[&'static str]) -> Vec<&'static str> {
    [&BILLED[..], arguments].concat()
}

/// What Google's own client finds in the table, without a question of ours.
fn judged(fake: &Fake, table: &str) -> Option<Value> {
    let python = judge("HEARTH_JUDGE_GOOGLE_PYTHON", "a bill of Google beside its own client")?;
    let mut command = program(python);
    command.arg(root().join("tests/google/bill_client.py")).args([
        &fake.url(),
        table,
        "tea-dev",
        "2026-11-01",
        "2026-11-02",
    ]);
    let ran = finish(command.env("PYTHONDONTWRITEBYTECODE", "1"), "");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    Some(ran.document())
}

#[test]
fn a_bill_is_read_from_its_export_after_the_price_was_told() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = Person::new();
    person.meet_google(&prism.url());
    fake.control("export", json!({ "name": "tea-dev.aaa.words", "other": true }));
    fake.control("export", export(STANDARD, &hours()));

    fake.seen();
    let error = person.refused(&BILLED);
    let words = error["message"].as_str().unwrap();
    assert!(words.contains(&format!("reads 4 MiB of {STANDARD}")), "{error}");
    assert!(words.contains("bills 10 MiB: $0.00006,") && words.contains("$6.25 a TiB"), "{error}");
    assert_eq!(fake.control("questions", json!({})), json!([]), "nothing was run before a yes");

    let bill = person.json(&asked(&["--yes"]));
    let rows = bill["rows"].as_array().unwrap();
    let told: Vec<[&str; 4]> = rows
        .iter()
        .map(|row| ["day", "meter", "amount", "currency"].map(|name| row[name].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ["2026-11-01", "CPU", "0.2400004", "EUR"],
            ["2026-11-02", "Requests", "0.7", "EUR"],
            ["2026-11-02", "Invocations", "0", "EUR"],
        ],
        "exact, with credits, by days of Pacific time: {bill}"
    );
    assert_eq!((&rows[0]["quantity"], &rows[0]["unit"]), (&json!("4.5"), &json!("second")), "{bill}");
    assert_eq!(rows[0]["service"], "Cloud Run", "{bill}");
    assert!(bill["notes"].to_string().contains("Pacific"), "{bill}");
    let questions = fake.control("questions", json!({}));
    assert_eq!(questions[0]["maximumBytesBilled"], "10485760", "{questions}");
    if let Some(theirs) = judged(&fake, STANDARD) {
        same(&bill, &theirs);
    }
    let shown = person.run(&asked(&["--yes"]));
    assert!(shown.stdout.contains("0.2400004") && shown.stdout.contains("Cloud Run Functions"), "{shown:?}");
    person.never_kept("0.2400004");
}

/// Hearth's rows and those that Google's client added up, in whichever order.
fn same(bill: &Value, theirs: &Value) {
    let names = ["day", "service", "meter", "resource", "currency", "unit", "quantity", "amount"];
    let sorted = |rows: &Value| {
        let one = |row: &Value| names.map(|name| row[name].as_str().unwrap().to_owned());
        let mut all: Vec<[String; 8]> = rows.as_array().unwrap().iter().map(one).collect();
        all.sort();
        all
    };
    assert_eq!(sorted(&bill["rows"]), sorted(theirs));
    assert!(!theirs.as_array().unwrap().is_empty());
}

#[test]
fn pages_are_followed_a_slow_question_is_waited_for_and_a_lost_answer_is_billed_once() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = Person::new();
    person.meet_google(&prism.url());
    let kettle = "//run.googleapis.com/projects/1/locations/us-central1/services/kettle";
    let resources = [json!({ "name": "kettle", "global_name": kettle }), json!({ "name": "cup" }), json!({})];
    let rows: Vec<Value> = hours()
        .into_iter()
        .enumerate()
        .map(|(at, hour)| of(hour, json!({ "resource": resources[at % 3] })))
        .collect();
    fake.control("export", export(STANDARD, &[]));
    fake.control("export", export(DETAILED, &rows));
    fake.control("export", json!({ "page": 1, "slow": 2 }));
    // The answer is lost behind the question: it is sent again with its id, and runs once.
    fake.control("export", json!({ "lose": 1 }));

    let bill = person.json(&asked(&["--yes"]));
    let resource = |at: usize| bill["rows"][at]["resource"].as_str().unwrap();
    assert!(bill["notes"].to_string().contains(DETAILED), "the table that knows resources: {bill}");
    assert_eq!((resource(0), bill["rows"].as_array().unwrap().len()), ("CPU", 5), "{bill}");
    assert!((0..5).any(|at| resource(at) == kettle) && (0..5).any(|at| resource(at) == "cup"), "{bill}");
    // The question, two looks while it ran, four pages behind the first.
    assert_eq!(bill["requests"], 7, "{bill}");
    let questions = fake.control("questions", json!({}));
    assert_eq!(questions.as_array().unwrap().len(), 1, "{questions}");
    fake.control("export", json!({ "slow": 0 }));
    if let Some(theirs) = judged(&fake, DETAILED) {
        same(&bill, &theirs);
    }
}

#[test]
fn a_table_is_named_where_it_cannot_be_found_and_a_name_is_never_sql() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = Person::new();
    person.meet_google(&prism.url());
    let none = person.refused(&asked(&["--yes"]));
    assert_eq!(none["code"], "not_found", "{none}");
    let words = none["message"].as_str().unwrap();
    assert!(words.contains("turn it on") && words.contains("PROJECT.DATASET.TABLE"), "{none}");

    let elsewhere = "money.bills.gcp_billing_export_v1_FFFFFF_000000_111111";
    fake.control("export", export(elsewhere, &hours()));
    let bill = person.json(&asked(&["--yes", "--table", elsewhere]));
    assert_eq!(bill["rows"][0]["amount"], "0.2400004", "{bill}");
    fake.seen();
    for bad in ["money.bills", "money.bills.t` WHERE true; --", "money.bills.t/../../x", ""] {
        let refused = person.refused(&[&BILLED[..], &["--yes", "--table", bad]].concat());
        assert!(
            refused["message"].as_str().unwrap().contains("is not the name of a table"),
            "{bad}: {refused}"
        );
    }
    assert_eq!(fake.seen(), [""; 0], "nobody was asked with a name like that");
    let gone = person.refused(&asked(&["--yes", "--table", "money.bills.gone"]));
    assert_eq!(gone["code"], "not_found", "{gone}");
    fake.control("export", json!({ "name": "money.bills.words", "other": true }));
    let other = person.refused(&asked(&["--yes", "--table", "money.bills.words"]));
    assert!(other["message"].as_str().unwrap().contains("is no billing export"), "{other}");

    // Two bills in one project: a person says which.
    fake.control("export", export(STANDARD, &hours()));
    fake.control("export", export("tea-dev.more.gcp_billing_export_v1_222222_333333_444444", &[]));
    let several = person.refused(&asked(&["--yes"]));
    let words = several["message"].as_str().unwrap();
    assert!(words.contains("more than one bill") && words.contains(STANDARD), "{several}");

    let day = person.refused(&["accounts", "billed", "emulator", "--since", "May", "--until", "2026-11-02"]);
    assert!(day["message"].as_str().unwrap().contains("`May` is not a day"), "{day}");
}

#[test]
fn what_may_not_be_asked_says_which_right_is_missing() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = Person::new();
    person.meet_google(&prism.url());
    fake.control("export", export(STANDARD, &hours()));
    for right in ["bigquery.jobs.create", "bigquery.tables.getData"] {
        fake.control("deny", json!({ "permissions": [right] }));
        let refused = person.refused(&asked(&["--yes"]));
        assert_eq!(refused["code"], "not_allowed", "{refused}");
        assert!(refused["hint"].as_str().unwrap().contains(right), "{refused}");
        let may = person.json(&["accounts", "permissions", "emulator"]);
        let told = may["permissions"].as_array().unwrap().iter().find(|one| one["name"] == right).unwrap();
        assert_eq!((&told["grant"], &told["optional"]), (&json!("denied"), &json!(true)), "{may}");
        assert_eq!(may["level"], "deploy", "functions do well without it: {may}");
    }
    fake.control("deny", json!({ "permissions": [] }));
    let full = json!({ "kind": "status", "status": 403, "body": { "error": {
        "code": 403, "message": "Quota exceeded", "status": "PERMISSION_DENIED", "errors": [{ "reason": "quotaExceeded" }],
    } } });
    fake.fault("/queries$", 4, &full);
    let refused = person.refused(&asked(&["--yes"]));
    assert!(refused["message"].as_str().unwrap().contains("too many requests"), "{refused}");
}

#[test]
fn a_month_is_set_beside_what_google_billed() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = Person::new();
    person.meet_google(&prism.url());
    let named = |sku: &str, cost: f64| hour("2026-10-05T12:00:00Z", RUN, sku, cost, &[]);
    let rows = [
        named("Services CPU (Request-based billing)", 1.5),
        named("Services CPU Tier 2 (Request-based billing)", 0.25),
        named("Requests", 0.4),
        named("Jobs CPU in us-central1", 0.01),
        hour("2026-11-01T12:00:00Z", RUN, "Requests", 100.0, &[]),
    ];
    fake.control("export", export(STANDARD, &rows));
    let question = ["cost", "actual", "--account", "emulator", "--month", "2026-10"];
    let refused = person.refused(&question);
    assert!(refused["message"].as_str().unwrap().contains("bills 10 MiB: $0.00006,"), "{refused}");
    assert_eq!(fake.control("questions", json!({})), json!([]), "nothing was run before a yes");

    let compared = person.json(&[&question[..], &["--yes"]].concat());
    let told: Vec<[&Value; 2]> =
        compared["lines"].as_array().unwrap().iter().map(|line| [&line["label"], &line["billed"]]).collect();
    assert_eq!(
        json!(told),
        json!(
            [["Processors of requests", "1.75"], ["Requests", "0.4"], ["Jobs CPU in us-central1", "0.01"],]
        ),
        "tiers are one line, and what Hearth has no line for stays itself"
    );
    assert_eq!((&compared["billed"], &compared["currency"]), (&json!("2.16"), &json!("EUR")), "{compared}");
    assert_eq!(compared["askedUsd"], "0.000059604644775390625", "{compared}");
    let notes = compared["notes"].to_string();
    assert!(notes.contains("Pacific") && notes.contains("Google bills in EUR"), "{compared}");
    let shown = person.run(&[&question[..], &["--yes"]].concat());
    assert!(shown.stdout.contains("2.16 EUR billed"), "{shown:?}");
    assert!(shown.stdout.contains("difference –"), "none is told between two currencies: {shown:?}");
}
