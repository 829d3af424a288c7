//! Google that goes wrong in the middle of something: answers that drip, sign-ins and tokens that end between two pages,
//! a wrong clock, thousands of functions, functions that somebody else deletes. Refusals are in `clouds_google_faults`,
//! and a Hearth that is killed is in `faults_killed`.

use crate::clouds_google_faults::with_gcloud;
use crate::faults_aws::{age, count, kept, part, read_us, sync};
use crate::google::{Fake, Prism};
use crate::person::Person;
use crate::support::{finish, http, judge, program, root};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(crate) const ACCOUNT: &str = "google:default";
pub(crate) const HELLO: &str = "def handler(event, context):\n    return 1\n";
pub(crate) const LOCATIONS: [&str; 3] = ["europe-west1", "us-central1", "us-east1"];
/// The one that a test breaks.
pub(crate) const BROKEN: &str = "us-east1";
pub(crate) const BROKEN_LIST: &str = "^/v2/.*/locations/us-east1/functions$";
const CUP: &str = "projects/tea-dev/locations/us-central1/functions/cup";
const HOUR_S: i64 = 3_600;
const TWENTY: &str = "us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4 europe-west1 \
    europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9 europe-north1 asia-east1 asia-south1 \
    me-west1";

/// A person who signed in with gcloud, and looks into these regions.
pub(crate) fn signed_in(fake: &Fake, locations: &[&str]) -> Person {
    let person = with_gcloud(&fake.url(), "me@example.org");
    let key = json!({
        "type": "authorized_user", "client_id": "x.apps.googleusercontent.com", "client_secret": "PLANTED-client",
        "refresh_token": "PLANTED-refresh", "token_uri": format!("{}/_token", fake.url()),
    });
    person.gcloud("legacy_credentials/me@example.org/adc.json", &key.to_string());
    sign_in(fake);
    person.json(&["accounts", "choose", ACCOUNT, "--region", &locations.join(",")]);
    person
}

/// What signing in again comes to: Google takes the person's refresh token.
fn sign_in(fake: &Fake) {
    fake.control("tokens", json!({ "refresh_token": "PLANTED-refresh", "client_secret": "PLANTED-client" }));
}

/// How many of the requests end so.
fn asked(seen: &[String], end: &str) -> usize {
    seen.iter().filter(|one| one.ends_with(end)).count()
}

#[test]
fn an_answer_that_drips_is_left_and_asked_for_again_while_other_regions_are_read() {
    let Some(fake) = Fake::start(false) else { return };
    let person = signed_in(&fake, &LOCATIONS);
    fake.control("many", json!({ "locations": LOCATIONS, "each": 3 }));
    fake.seen();
    fake.fault(BROKEN_LIST, 1, &json!({ "kind": "drip" }));
    let begun = Instant::now();
    let status = sync(&person, ACCOUNT, &[]);
    assert!(begun.elapsed() < Duration::from_secs(25), "it was left: {:?}", begun.elapsed());
    for location in LOCATIONS {
        assert_eq!(part(&status, location)["functions"], 3, "{status}");
    }
    assert_eq!(asked(&fake.seen(), "/v2/projects/tea-dev/locations/us-east1/functions"), 2);
    let kept = kept(&person);
    for location in LOCATIONS.iter().filter(|location| **location != BROKEN) {
        let earlier_us = read_us(&kept, BROKEN).unwrap() - read_us(&kept, location).unwrap();
        assert!(earlier_us > 5_000_000, "{location} waited for nobody: {earlier_us} µs");
    }
}

#[test]
fn a_sign_in_and_a_change_whose_answers_drip_are_left_and_no_change_is_made_twice() {
    let Some(fake) = Fake::start(false) else { return };
    let person = signed_in(&fake, &["us-central1"]);
    person.json(&["accounts", "unlock", ACCOUNT]);
    fake.fault("^/_token$", 1, &json!({ "kind": "drip" }));
    let begun = Instant::now();
    assert_eq!(person.json(&["functions", "--account", ACCOUNT])["functions"], json!([]));
    assert!(begun.elapsed() < Duration::from_secs(20), "it was left: {:?}", begun.elapsed());

    let folder = person.home.function("cup", "app.py", HELLO);
    fake.seen();
    fake.fault("us-central1/functions$", 1, &json!({ "kind": "drip", "method": "POST" }));
    let error = person.refused(&["deploy", &folder, "--to", ACCOUNT, "--yes"]);
    assert!(error["message"].as_str().unwrap().contains("longer than it may"), "{error}");
    let seen = fake.seen();
    let made = seen.iter().filter(|one| one.starts_with("POST") && one.ends_with("/functions")).count();
    assert_eq!(made, 1, "whether it was done is not known: {seen:?}");
    assert!(seen.iter().any(|one| one.starts_with("DELETE") && one.ends_with("/functions/cup")), "{seen:?}");
    person.never_kept("PLANTED");
}

#[test]
fn a_sign_in_that_ends_between_two_pages_keeps_what_was_read_and_goes_on_afterwards() {
    let Some(fake) = Fake::start(false) else { return };
    let person = signed_in(&fake, &LOCATIONS);
    // Pages have 100.
    fake.control("many", json!({ "locations": LOCATIONS, "each": 150 }));
    sync(&person, ACCOUNT, &[]);
    let first = kept(&person);
    fake.fault(BROKEN_LIST, 1, &json!({ "kind": "revoke", "query": "pageToken" }));
    let status = sync(&person, ACCOUNT, &[]);
    let broken = part(&status, BROKEN);
    assert_eq!(
        (&broken["state"], &broken["fault"]["kind"]),
        (&json!("failed"), &json!("expired")),
        "{status}"
    );
    let second = kept(&person);
    for location in LOCATIONS {
        assert_eq!(count(&second, location), 150, "what was read stays: {location}");
        let is_broken = part(&status, location)["state"] == "failed";
        assert_eq!(
            read_us(&second, location) == read_us(&first, location),
            is_broken,
            "{location}: {status}"
        );
        assert_eq!(age(&second, location)["fault"]["kind"] == "expired", is_broken, "{location}");
    }
    // The account is told as ended, with the way out.
    let error = person.refused(&["functions", "--account", ACCOUNT, "--region", BROKEN]);
    assert_eq!(error["code"], "sign_in", "{error}");
    assert!(error["hint"].as_str().unwrap().contains("gcloud auth login me@example.org"), "{error}");
    let tested = person.run(&["--json", "accounts", "test", ACCOUNT]).document();
    assert_eq!(tested["fault"]["kind"], "expired", "{tested}");
    assert!(tested["hint"].as_str().unwrap().contains("gcloud auth login"), "{tested}");

    sign_in(&fake);
    sync(&person, ACCOUNT, &[]);
    let third = kept(&person);
    for location in LOCATIONS {
        assert_eq!((count(&third, location), &age(&third, location)["fault"]), (150, &Value::Null));
        assert!(read_us(&third, location) > read_us(&second, location), "{location} is read anew");
    }
    person.never_kept("PLANTED");
}

#[test]
fn a_token_that_ends_before_its_time_is_replaced_and_nobody_notices() {
    let Some(fake) = Fake::start(false) else { return };
    let person = signed_in(&fake, &LOCATIONS);
    fake.control("many", json!({ "locations": LOCATIONS, "each": 150 }));
    fake.seen();
    // As after a computer slept: no token that was given holds any more, but the sign-in does.
    fake.fault(BROKEN_LIST, 1, &json!({ "kind": "revoke", "query": "pageToken", "sign_in": false }));
    let status = sync(&person, ACCOUNT, &[]);
    for location in LOCATIONS {
        assert_eq!(part(&status, location)["functions"], 150, "{status}");
    }
    assert_eq!(asked(&fake.seen(), "/_token"), 2, "one token at first, and one in its place for all");
}

#[test]
fn a_clock_that_is_wrong_is_named_where_google_holds_a_time_against_its_own() {
    let Some(fake) = Fake::start(false) else { return };
    let python = judge("HEARTH_JUDGE_GOOGLE_PYTHON", "").unwrap();
    let person = with_gcloud(&fake.url(), "robot");
    let keys = finish(
        program(python).arg(root().join("tests/google/tokens.py")).env("PYTHONDONTWRITEBYTECODE", "1"),
        "",
    );
    let keys = keys.document();
    let key = json!({
        "type": "service_account", "project_id": "tea-dev", "client_email": "robot@tea-dev.iam.gserviceaccount.com",
        "private_key_id": "k1", "private_key": keys["private"], "token_uri": format!("{}/_token", fake.url()),
    });
    person.gcloud("application_default_credentials.json", &key.to_string());
    fake.control("tokens", json!({ "certificate": keys["public"] }));
    let list = ["functions", "--account", ACCOUNT];
    for (ahead_s, words) in [(3 * HOUR_S, "3 h behind"), (-3 * HOUR_S, "3 h ahead")] {
        fake.control("clock", json!({ "ahead_s": ahead_s }));
        let error = person.refused(&list);
        assert_eq!(error["code"], "network", "signing in again would not help: {error}");
        let message = error["message"].as_str().unwrap();
        let part = format!("set the clock of this computer, which is {words}");
        assert!(message.contains(&part) && message.contains("Invalid JWT"), "{error}");
    }
    fake.control("clock", json!({ "ahead_s": 0 }));
    assert_eq!(person.json(&list)["functions"], json!([]));

    // What a person signed in with has no time in it: a wrong clock is in nobody's way.
    let person = signed_in(&fake, &["us-central1"]);
    for ahead_s in [3 * HOUR_S, -3 * HOUR_S] {
        fake.control("clock", json!({ "ahead_s": ahead_s }));
        assert_eq!(person.json(&list)["functions"], json!([]), "{ahead_s}");
    }
}

#[test]
fn five_thousand_functions_in_twenty_regions_take_no_more_requests_than_pages() {
    let Some(fake) = Fake::start(false) else { return };
    let locations: Vec<&str> = TWENTY.split_whitespace().collect();
    let person = signed_in(&fake, &locations);
    fake.control("many", json!({ "locations": locations, "each": 250 }));
    fake.seen();
    let begun = Instant::now();
    let status = sync(&person, ACCOUNT, &[]);
    let took = begun.elapsed();
    let seen = fake.seen();
    for location in &locations {
        let shown = part(&status, location);
        assert_eq!((&shown["state"], &shown["functions"]), (&json!("done"), &json!(250)), "{status}");
        let at = |version: &str, what: &str| {
            asked(&seen, &format!("GET /{version}/projects/tea-dev/locations/{location}/{what}"))
        };
        let pages = [at("v2", "functions"), at("v2", "services"), at("v1", "functions")];
        assert_eq!(
            pages,
            [3, 3, 1],
            "{location}: pages of 100, and one of the first generation, which is empty"
        );
    }
    assert_eq!(seen.len(), 20 * 7 + 1, "and one token for all: {seen:?}");
    let kept = kept(&person);
    assert_eq!(kept["functions"].as_array().map(Vec::len), Some(5_000));
    assert_eq!(count(&kept, "europe-west1"), 250);
    println!(
        "5,000 functions in 20 regions of Google: {} requests in {:.1} s",
        seen.len(),
        took.as_secs_f64()
    );
    // What was generated is what Google describes.
    let Some(prism) = Prism::before(&fake) else { return };
    let token = http(
        fake.port,
        "POST /_token",
        &[],
        b"grant_type=refresh_token&refresh_token=PLANTED-refresh&client_secret=PLANTED-client",
    );
    let bearer = format!("Bearer {}", token.json()["access_token"].as_str().unwrap());
    for what in ["functions", "services"] {
        let line = format!("GET /v2/projects/tea-dev/locations/us-west4/{what}?pageSize=100&pageToken=200");
        let page = http(prism.port, &line, &[("Authorization", &bearer)], b"");
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.json()[what].as_array().map(Vec::len), Some(50));
    }
}

#[test]
fn a_function_that_is_deleted_under_ones_feet_is_told_and_gone_from_the_next_reading() {
    let Some(fake) = Fake::start(true) else { return };
    let person = Person::new();
    person.meet_google(&fake.url());
    let folder = person.home.function("cup", "app.py", HELLO);
    let deploy = ["deploy", &folder, "--to", "emulator", "--yes"];
    person.json(&deploy);
    sync(&person, "emulator", &[]);
    // After the review, at the moment when its code is replaced.
    person.home.write("cup/app.py", "def handler(event, context):\n    return 2\n");
    fake.fault("/functions/cup$", 1, &json!({ "kind": "vanish", "name": CUP, "method": "PATCH" }));
    let error = person.refused(&deploy);
    assert_eq!(error["code"], "not_found", "{error}");
    assert!(error["message"].as_str().unwrap().contains("cup"), "{error}");
    // What was read shows it, with its age; whoever asks Google is told.
    assert_eq!(count(&kept(&person), "us-central1"), 1);
    for command in [
        &["show", "cup", "--account", "emulator"][..],
        &["invoke", "cup", "--account", "emulator"],
        &["configure", "cup", "--account", "emulator", "--memory", "512", "--yes"],
        &["limit", "cup", "2", "--account", "emulator", "--yes"],
        &["delete", "cup", "--account", "emulator", "--yes"],
    ] {
        let error = person.refused(command);
        assert_eq!(error["code"], "not_found", "{command:?}: {error}");
    }
    sync(&person, "emulator", &[]);
    assert_eq!(kept(&person)["functions"], json!([]), "the next reading knows it no more");

    // Between looking for it and calling it, changing it, deleting it.
    type Moment = (&'static str, &'static str, &'static [&'static str]);
    let moments: [Moment; 3] = [
        ("^/_run/", "POST", &["invoke", "cup", "--account", "emulator"]),
        (
            "/functions/cup$",
            "PATCH",
            &["configure", "cup", "--account", "emulator", "--memory", "512", "--yes"],
        ),
        ("/functions/cup$", "DELETE", &["delete", "cup", "--account", "emulator", "--yes"]),
    ];
    for (path, method, command) in moments {
        person.json(&deploy);
        fake.fault(path, 1, &json!({ "kind": "vanish", "name": CUP, "method": method }));
        let error = person.refused(command);
        assert_eq!(error["code"], "not_found", "{command:?}: {error}");
        assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));
    }
}
