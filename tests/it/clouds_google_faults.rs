//! What goes wrong with Google: sign-ins, refusals, broken lines, answers that cannot be read, builds that fail. What is
//! said must be true and useful, nothing is asked twice that may have been done, and no secret comes out.

use crate::google::{Fake, Prism};
use crate::person::Person;
use crate::support::{finish, http, judge, program, root};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const HELLO: &str = "def handler(event, context):\n    return 1\n";
const LIST: &str = "^/v2/projects/tea-dev/locations/us-central1/functions$";

fn refusal(status: u16, word: &str, message: &str) -> Value {
    json!({ "kind": "status", "status": status, "body": { "error": { "code": status, "message": message, "status": word } } })
}

#[test]
fn what_google_refuses_is_said_in_words() {
    let Some(fake) = Fake::start(true) else { return };
    let person = Person::new();
    person.meet_google(&fake.url());
    let disabled = json!({ "kind": "status", "status": 403, "body": { "error": {
        "code": 403, "message": "Cloud Functions API has not been used", "status": "PERMISSION_DENIED",
        "details": [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "metadata": { "service": "cloudfunctions.googleapis.com" } }],
    } } });
    for (planted, code, words) in [
        (refusal(401, "UNAUTHENTICATED", "bad token hearth"), "sign_in", "nobody is signed in"),
        (
            refusal(
                403,
                "PERMISSION_DENIED",
                "Permission 'cloudfunctions.functions.list' denied on resource",
            ),
            "not_allowed",
            "lacks the permission cloudfunctions.functions.list",
        ),
        (disabled, "network", "gcloud services enable cloudfunctions.googleapis.com"),
        (refusal(404, "NOT_FOUND", "no such project"), "not_found", "it is not there"),
        (refusal(429, "RESOURCE_EXHAUSTED", "quota"), "network", "too many requests"),
        (refusal(500, "INTERNAL", "oops"), "network", "broke off"),
        (refusal(503, "UNAVAILABLE", "later"), "network", "broke off"),
        (json!({ "kind": "cut" }), "network", "broke off"),
        (json!({ "kind": "truncated" }), "network", "broke off"),
        (json!({ "kind": "malformed" }), "network", "cannot be read"),
    ] {
        fake.seen();
        fake.fault(LIST, 4, &planted);
        let error = person.refused(&["functions", "--account", "emulator"]);
        assert_eq!(error["code"], code, "{planted}: {error}");
        assert!(error["message"].as_str().unwrap().contains(words), "{planted}: {error}");
        assert!(!error.to_string().contains("PLANTED"), "{error}");
        // Asked again when that may help, and only then.
        let tries = fake
            .seen()
            .iter()
            .filter(|one| one.ends_with("us-central1/functions") && one.contains("/v2/"))
            .count();
        let expected = if matches!(code, "network") && !words.starts_with("gcloud") { 4 } else { 1 };
        assert_eq!(tries, expected, "{planted}");
        fake.control("clear", json!({}));
    }
}

#[test]
fn what_passes_is_waited_for_as_long_as_google_says() {
    let Some(fake) = Fake::start(true) else { return };
    let person = Person::new();
    person.meet_google(&fake.url());
    for planted in [
        refusal(429, "RESOURCE_EXHAUSTED", "quota"),
        refusal(503, "UNAVAILABLE", "later"),
        json!({ "kind": "cut" }),
    ] {
        fake.fault(LIST, 2, &planted);
        assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]), "{planted}");
    }
    let wait = |seconds: &str| {
        let mut planted = refusal(429, "RESOURCE_EXHAUSTED", "quota");
        planted["headers"] = json!({ "Retry-After": seconds });
        planted
    };
    fake.fault(LIST, 1, &wait("1"));
    let begun = Instant::now();
    person.json(&["functions", "--account", "emulator"]);
    assert!(begun.elapsed() >= Duration::from_secs(1), "it waited: {:?}", begun.elapsed());
    // Longer than a person waits: told at once.
    fake.seen();
    fake.fault(LIST, 1, &wait("600"));
    let error = person.refused(&["functions", "--account", "emulator"]);
    assert!(error["message"].as_str().unwrap().contains("too many requests"), "{error}");
    assert_eq!(
        fake.seen().iter().filter(|one| one.contains("/v2/") && one.ends_with("/functions")).count(),
        1
    );
}

#[test]
fn nothing_that_may_have_been_done_is_done_twice() {
    let Some(fake) = Fake::start(true) else { return };
    let person = Person::new();
    person.meet_google(&fake.url());
    let folder = person.home.function("cup", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);

    fake.seen();
    fake.fault("^/_run/", 1, &json!({ "kind": "cut" }));
    let error = person.refused(&["invoke", "cup", "--account", "emulator"]);
    assert!(error["message"].as_str().unwrap().contains("whether it was done is not known"), "{error}");
    assert_eq!(fake.seen().iter().filter(|one| one.contains("/_run/")).count(), 1, "a call is made once");

    // Making one that broke off is not tried again, and what may be there is taken back.
    fake.fault("us-central1/functions$", 1, &json!({ "kind": "cut", "method": "POST" }));
    let error = person.refused(&["deploy", &folder, "--to", "emulator", "--name", "mug", "--yes"]);
    assert!(error["message"].as_str().unwrap().contains("broke off"), "{error}");
    let seen = fake.seen();
    assert_eq!(
        seen.iter().filter(|one| one.starts_with("POST") && one.ends_with("/functions")).count(),
        1,
        "{seen:?}"
    );
    assert!(seen.iter().any(|one| one.starts_with("DELETE") && one.ends_with("/functions/mug")), "{seen:?}");
    assert_eq!(
        person.json(&["functions", "--account", "emulator"])["functions"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn a_build_that_fails_says_why_and_is_taken_back() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = Person::new();
    person.meet_google(&prism.url());
    let folder = person.home.function("cup", "app.py", HELLO);
    fake.control("build", json!({ "problem": "no matching distribution found for teapot==9" }));
    let deploy = ["deploy", &folder, "--to", "emulator", "--env", "KEY=s3cret-value", "--yes"];
    let error = person.refused(&deploy);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("Build failed"), "{message}");
    assert!(message.contains("ERROR: build step 2 failed"), "the end of its log: {message}");
    assert!(message.contains("these calls were taken back: cloudfunctions.functions.create"), "{message}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));

    // New code that does not build leaves the code that is there.
    fake.control("build", json!({}));
    person.json(&deploy);
    fake.control("build", json!({ "problem": "no matching distribution" }));
    person.refused(&deploy);
    assert_eq!(person.json(&["invoke", "cup", "--account", "emulator"])["payload"], 1);
}

#[test]
fn an_upload_that_is_refused_does_not_show_its_signed_address() {
    let Some(fake) = Fake::start(true) else { return };
    let person = Person::new();
    person.meet_google(&fake.url());
    let folder = person.home.function("cup", "app.py", HELLO);
    for planted in [refusal(403, "PERMISSION_DENIED", "PLANTED-signature"), json!({ "kind": "cut" })] {
        fake.fault("^/_upload/", 1, &planted);
        let ran = person.run(&["--json", "deploy", &folder, "--to", "emulator", "--yes"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(!format!("{ran:?}").contains("PLANTED"), "{ran:?}");
    }
}

/// A person with gcloud's files: a configuration whose services are at `url`.
pub(crate) fn with_gcloud(url: &str, account: &str) -> Person {
    let person = Person::new();
    let services = ["cloudfunctions", "run", "monitoring", "logging", "cloudresourcemanager"];
    let overrides = services.map(|service| format!("{service} = {url}/\n")).concat();
    person.gcloud(
        "configurations/config_default",
        &format!("[core]\naccount = {account}\nproject = tea-dev\n[functions]\nregion = us-central1\n[api_endpoint_overrides]\n{overrides}"),
    );
    person
}

#[test]
fn a_persons_own_sign_in_calls_a_function_that_only_some_may_call() {
    let Some(fake) = Fake::start(false) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = with_gcloud(&prism.url(), "me@example.org");
    let key = json!({
        "type": "authorized_user", "client_id": "x.apps.googleusercontent.com", "client_secret": "PLANTED-client",
        "refresh_token": "PLANTED-refresh", "quota_project_id": "tea-billing", "token_uri": format!("{}/_token", fake.url()),
    });
    let planted = json!({ "refresh_token": "PLANTED-refresh", "client_secret": "PLANTED-client", "quota": "tea-billing" });
    fake.control("tokens", planted.clone());
    let accounts = person.json(&["accounts"]);
    assert_eq!(accounts[1]["account"]["state"], "missing", "{accounts}");
    assert!(
        accounts[1]["account"]["signInCommand"]
            .as_str()
            .unwrap()
            .starts_with("gcloud auth application-default login"),
        "{accounts}"
    );
    person.gcloud("legacy_credentials/me@example.org/adc.json", &key.to_string());
    let mut said = String::new();
    let mut run = |arguments: &[&str], code: i32| {
        let ran = person.run(&[&["--json"], arguments].concat());
        assert_eq!(ran.code, code, "{arguments:?}: {ran:?}");
        said.extend([ran.stdout.as_str(), ran.stderr.as_str()]);
        if code == 1 && ran.stdout.is_empty() { ran.error() } else { ran.document() }
    };
    let accounts = run(&["accounts"], 0);
    assert_eq!(
        (&accounts[1]["account"]["id"], &accounts[1]["account"]["signIn"]),
        (&json!("google:default"), &json!("login"))
    );
    // The quota project goes along, or Google would refuse.
    assert_eq!(run(&["accounts", "test", "google:default"], 0)["identity"]["number"], "1234567890");
    run(&["accounts", "unlock", "google:default"], 0);
    let folder = person.home.function("cup", "app.py", HELLO);
    run(&["deploy", &folder, "--to", "google:default", "--yes"], 0);
    assert_eq!(run(&["invoke", "cup", "--account", "google:default"], 0)["payload"], 1);

    // It ends: the way out is said.
    fake.control("revoke", json!({}));
    fake.control("tokens", json!({ "expired": true }));
    let error = run(&["functions", "--account", "google:default"], 1);
    assert_eq!(error["code"], "sign_in", "{error}");
    assert!(error["hint"].as_str().unwrap().contains("gcloud auth login me@example.org"), "{error}");
    // A client that Google does not know is quoted by the fake, and masked here.
    fake.control("tokens", json!({ "refresh_token": "other", "client_secret": "other" }));
    let error = run(&["functions", "--account", "google:default"], 1);
    assert_eq!(error["code"], "sign_in", "{error}");
    assert!(!said.contains("PLANTED"), "{said}");
    person.never_kept("PLANTED");
}

#[test]
fn a_service_account_signs_as_googles_own_library_wants_it() {
    let Some(fake) = Fake::start(false) else { return };
    let Some(python) = judge("HEARTH_JUDGE_GOOGLE_PYTHON", "a service account beside google-auth") else {
        return;
    };
    let person = with_gcloud(&fake.url(), "robot");
    let made = finish(
        program(python).arg(root().join("tests/google/tokens.py")).env("PYTHONDONTWRITEBYTECODE", "1"),
        "",
    );
    let keys = made.document();
    let key = json!({
        "type": "service_account", "project_id": "tea-dev", "client_email": "robot@tea-dev.iam.gserviceaccount.com",
        "private_key_id": "k1", "private_key": keys["private"], "token_uri": format!("{}/_token", fake.url()),
    });
    person.gcloud("application_default_credentials.json", &key.to_string());
    fake.control("tokens", json!({ "certificate": keys["public"] }));
    let accounts = person.json(&["accounts"]);
    assert_eq!(accounts.as_array().map(Vec::len), Some(2), "one sign-in is one account: {accounts}");
    assert_eq!(
        (&accounts[1]["account"]["signIn"], &accounts[1]["account"]["expiry"]["kind"]),
        (&json!("keys"), &json!("never"))
    );
    let account = ["--account", "google:default"];
    person.json(&["accounts", "unlock", "google:default"]);
    let folder = person.home.function("cup", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "google:default", "--yes"]);
    assert_eq!(person.json(&[&["invoke", "cup"], &account[..]].concat())["payload"], 1);
    // A key of somebody else's is refused, and nothing of it is shown.
    let other = finish(
        program(judge("HEARTH_JUDGE_GOOGLE_PYTHON", "").unwrap())
            .arg(root().join("tests/google/tokens.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1"),
        "",
    );
    fake.control("tokens", json!({ "certificate": other.document()["public"] }));
    let error = person.refused(&[&["functions"], &account[..]].concat());
    assert_eq!(error["code"], "sign_in", "{error}");
    let middle = keys["private"].as_str().unwrap().lines().nth(5).unwrap();
    assert!(!error.to_string().contains(middle), "{error}");
    person.never_kept(middle);
}

#[test]
fn a_person_acts_as_a_service_account() {
    let Some(fake) = Fake::start(false) else { return };
    let person = with_gcloud(&fake.url(), "robot");
    let key = json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url": format!("{}/_iam/robot:generateAccessToken", fake.url()),
        "source_credentials": {
            "type": "authorized_user", "client_id": "x", "client_secret": "PLANTED-client",
            "refresh_token": "PLANTED-refresh", "token_uri": format!("{}/_token", fake.url()),
        },
    });
    person.gcloud("application_default_credentials.json", &key.to_string());
    fake.control("tokens", json!({ "refresh_token": "PLANTED-refresh", "client_secret": "PLANTED-client" }));
    person.json(&["accounts", "unlock", "google:default"]);
    let folder = person.home.function("cup", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "google:default", "--yes"]);
    assert_eq!(person.json(&["invoke", "cup", "--account", "google:default"])["payload"], 1);
    fake.fault(
        "^/_iam/",
        1,
        &refusal(403, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied"),
    );
    let error = person.refused(&["functions", "--account", "google:default"]);
    assert!(error["message"].as_str().unwrap().contains("iam.serviceAccounts.getAccessToken"), "{error}");
    person.never_kept("PLANTED");
}

#[test]
fn prism_refuses_requests_and_answers_that_google_does_not_describe() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let headers = [("Authorization", "Bearer hearth"), ("Content-Type", "application/json")];
    let parent = "/v2/projects/tea-dev/locations/us-central1";
    let ask = |line: String, body: &str| http(prism.port, &line, &headers, body.as_bytes()).status;
    assert_eq!(ask(format!("GET {parent}/functions"), ""), 200);
    assert_eq!(ask(format!("GET {parent}/functions?pageSize=many"), ""), 422, "a wrong type");
    let create = format!("POST {parent}/functions?functionId=cup");
    for wrong in [
        r#"{"buildConfig":{"entrypoint":"x"}}"#,
        r#"{"environment":"GEN_3"}"#,
        r#"{"serviceConfig":{"timeoutSeconds":"60"}}"#,
    ] {
        assert_eq!(ask(create.clone(), wrong), 422, "{wrong}");
    }
    assert_eq!(ask(format!("POST {parent}/functions:upload"), "{}"), 404, "no such method");
    let service = json!({ "name": format!("{}/services/x", &parent[4..]), "terminalCondition": { "state": "RUNNING" } });
    fake.control("keep", json!({ "kind": "service", "value": service }));
    assert_eq!(ask(format!("GET {parent}/services"), ""), 500, "an answer with a state that Google has not");
}
