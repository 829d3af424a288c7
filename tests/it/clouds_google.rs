//! Google Cloud through the binary: functions live their whole life in our fake, which Google's own clients accept and
//! which runs them under Google's own functions framework; Prism holds each request against Google's descriptions.

use crate::google::{Fake, Prism};
use crate::person::{Person, operations};
use crate::support::{finish, judge, program, root, until, zip};
use serde_json::{Value, json};
use std::path::Path;

const PYTHON: &str = "import os\ncount = 0\n\ndef handler(event, context):\n    global count\n    count += 1\n    \
    print('boiling', event.get('cups'))\n    if event.get('fail'):\n        raise ValueError('no water')\n    \
    return {'cups': event.get('cups'), 'colour': os.environ.get('COLOUR'), 'count': count, \
    'left': context.get_remaining_time_in_millis() > 1000}\n";
const UPLOAD: &str = "cloudfunctions.functions.sourceCodeSet";

#[test]
fn googles_own_clients_accept_the_fake() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(python) = judge("HEARTH_JUDGE_GOOGLE_PYTHON", "the fake of Google beside its own clients")
    else {
        return;
    };
    let adapter = std::fs::read_to_string(root().join("assets/adapters/google/hearth_google.py")).unwrap();
    let adapter = adapter
        .replace("HEARTH_MODULE", "app")
        .replace("HEARTH_HANDLER", "handler")
        .replace("HEARTH_TIMEOUT_S", "60");
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("code.zip");
    let code = "def handler(event, context):\n    return {'cups': event['cups']}\n";
    std::fs::write(&package, zip(&[("app.py", code), ("hearth_google.py", &adapter)])).unwrap();
    let mut command = program(python);
    command.arg(root().join("tests/google/clients.py")).arg(fake.url()).arg(package);
    let ran = finish(command.env("PYTHONDONTWRITEBYTECODE", "1"), "");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 9, "{}", ran.stdout);
}

#[test]
fn a_python_function_lives_its_whole_life_on_google() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = Person::new();
    let folder = person.home.function("kettle", "app.py", PYTHON);
    person.meet_google(&prism.url());

    let tested = person.json(&["accounts", "test", "emulator"]);
    assert_eq!(tested["identity"]["number"], "1234567890", "{tested}");
    let may = person.json(&["accounts", "permissions", "emulator"]);
    assert_eq!(may["level"], "deploy", "{may}");
    // What is denied is told, and one that Google does not take in the question is unknown alone.
    fake.control("deny", json!({ "permissions": ["run.services.delete"], "unasked": ["run.routes.invoke"] }));
    let may = person.json(&["accounts", "permissions", "emulator"]);
    let grant = |name: &str| {
        let mut all = may["permissions"].as_array().unwrap().iter();
        all.find(|one| one["name"] == name).map(|one| one["grant"].clone())
    };
    assert_eq!(grant("run.services.delete"), Some(json!("denied")), "{may}");
    assert_eq!(grant("run.routes.invoke"), Some(json!("unknown")), "{may}");
    assert_eq!(grant("run.services.list"), Some(json!("allowed")), "{may}");
    assert_eq!(may["level"], "look", "{may}");
    fake.control("deny", json!({ "permissions": [] }));
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));

    // Nobody said yes: the review is shown, nothing is changed.
    let deploy = ["deploy", &folder, "--to", "emulator", "--env", "COLOUR=s3cret-amber", "--memory", "256"];
    let refused = person.refused(&deploy);
    assert!(refused["message"].as_str().unwrap().contains("nobody said yes"), "{refused}");
    let shown = person.run(&[&deploy[..], &["--dry-run"]].concat());
    assert!(shown.stdout.contains("gcloud functions deploy kettle --gen2"), "{shown:?}");
    assert!(shown.stdout.contains("hearth_google.py is added to the package"), "{shown:?}");
    assert!(shown.stdout.contains("MODULE = \"app\""), "the added file is shown: {shown:?}");
    assert!(!shown.stdout.contains("s3cret"), "values are masked: {shown:?}");
    assert!(!fake.seen().iter().any(|one| one.starts_with("PUT") || one.ends_with("generateUploadUrl")));

    let made = person.json(&[&deploy[..], &["--yes"]].concat());
    assert_eq!(operations(&made), [UPLOAD, UPLOAD, "cloudfunctions.functions.create"]);
    let function = &made["changed"]["function"];
    assert_eq!((&function["state"], &function["name"]), (&json!("active"), &json!("kettle")), "{made}");
    assert_eq!(function["configuration"]["memoryMb"], 256);
    assert_eq!(function["configuration"]["environmentNames"], json!(["COLOUR"]));
    assert!(!made.to_string().contains("s3cret") && !made.to_string().contains("PLANTED"), "{made}");
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"][0]["name"], "kettle");

    // The folder was written for Lambda and answers under Google's own framework.
    let answer = person.json(&["invoke", "kettle", "--account", "emulator", "--event", "{\"cups\":2}"]);
    assert_eq!(answer["payload"]["cups"], 2, "{answer}");
    assert_eq!(answer["payload"]["colour"], "s3cret-amber", "the function itself has the value: {answer}");
    assert_eq!(answer["payload"]["left"], true, "{answer}");
    assert_eq!((&answer["status"], &answer["functionError"]), (&json!(200), &Value::Null));
    let warm = person.json(&["invoke", "kettle", "--account", "emulator", "--event", "{\"cups\":2}"]);
    assert_eq!(warm["payload"]["count"], 2, "the same server: {warm}");
    let failed =
        person.run(&["--json", "invoke", "kettle", "--account", "emulator", "--event", "{\"fail\":true}"]);
    assert_eq!(failed.code, 4, "the function failed, not Hearth: {failed:?}");
    assert_eq!(failed.document()["payload"]["errorType"], "ValueError", "{failed:?}");
    assert_eq!(person.json(&["invoke", "kettle", "--account", "emulator", "--check"])["status"], 204);
    let given = person.refused(&["invoke", "kettle", "--account", "emulator", "--no-wait"]);
    assert!(given["message"].as_str().unwrap().contains("cannot be done here"), "{given}");

    let id = answer["requestId"].as_str().unwrap();
    let mut lines = Value::Null;
    until("the log has the lines", || {
        lines = person.json(&["logs", "kettle", "--account", "emulator"]);
        lines.to_string().contains("boiling 2") && lines.to_string().contains(id)
    });
    let servers = person.json(&["servers", "kettle", "--account", "emulator"]);
    let server = &servers["environments"][0];
    assert!(server["initUs"].as_i64().unwrap() > 0, "the start was seen: {servers}");
    assert_eq!(server["calls"].as_array().unwrap().len(), 3, "{servers}");
    assert_eq!(
        (&server["calls"][0]["cold"], &server["calls"][1]["cold"]),
        (&json!(true), &json!(false)),
        "{servers}"
    );
    assert_eq!(server["calls"][0]["requestId"], id);

    let read = person.json(&["sync", "--account", "emulator", "--metrics", "--logs"]);
    assert_eq!(read["parts"][0]["state"], "done", "{read}");
    // The log has no billed time, so calls of it are marked as inferred; read again they are the same.
    assert_eq!(read["parts"][0]["calls"], 3, "{read}");
    let again = person.json(&["sync", "--account", "emulator", "--logs"]);
    assert_eq!(again["parts"][0]["calls"], 0, "{again}");
    let function = format!("endpoint:emulator/{}/kettle", read["parts"][0]["location"].as_str().unwrap());
    let calls = person.json(&["invocations", &function]);
    let calls = calls.as_array().unwrap();
    assert!(calls.iter().all(|call| call["source"] == "logs_inferred"), "{calls:?}");
    let first = calls.last().unwrap();
    assert!(first["requestId"].as_str().unwrap().starts_with(id), "{first}");
    assert_eq!((&first["start"], &first["outcome"]), (&json!("cold"), &json!("succeeded")), "{first}");
    assert!(first["phases"]["initUs"].as_i64() > Some(0) && first["billedMs"].as_i64() > Some(0), "{first}");
    assert!(calls.iter().any(|call| call["outcome"] == "function_error"), "{calls:?}");
    let cached = person.json(&["functions", "--cached"]);
    assert_eq!(
        (&cached["functions"][0]["calls24h"], &cached["functions"][0]["errors24h"]),
        (&json!(3.0), &json!(1.0)),
        "{cached}"
    );

    let delete = ["delete", "kettle", "--account", "emulator"];
    assert!(person.refused(&delete)["message"].as_str().unwrap().contains("nobody said yes"));
    let deleted = person.json(&[&delete[..], &["--yes"]].concat());
    assert_eq!(operations(&deleted), ["cloudfunctions.functions.delete"]);
    assert_eq!(person.json(&["functions", "--account", "emulator"])["functions"], json!([]));
    let gone = person.refused(&["invoke", "kettle", "--account", "emulator"]);
    assert_eq!(gone["code"], "not_found", "{gone}");
    person.never_kept("s3cret");
    person.never_kept("PLANTED");
}

#[test]
fn revisions_traffic_limits_and_who_may_call_can_be_set_and_taken_back() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = Person::new();
    person.meet_google(&prism.url());
    let folder = person.home.function("cup", "app.py", "def handler(event, context):\n    return 1\n");
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    std::fs::write(Path::new(&folder).join("app.py"), "def handler(event, context):\n    return 2\n")
        .unwrap();
    let again = person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    assert_eq!(operations(&again), [UPLOAD, UPLOAD, "cloudfunctions.functions.update"]);
    let call = |more: &[&str]| {
        person.json(&[&["invoke", "cup", "--account", "emulator"], more].concat())["payload"].clone()
    };
    assert_eq!(call(&[]), 2);

    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    assert_eq!(shown["unread"], json!([]), "everything could be read: {shown}");
    let version = |at: usize| shown["versions"][at]["version"].as_str().unwrap().to_owned();
    let (second, first) = (version(0), version(1));
    assert_eq!(shown["aliases"][0]["version"], json!(second.clone()), "{shown}");
    assert_eq!(shown["tags"]["hearth-function"], "cup");

    let of = ["--account", "emulator", "--yes"];
    let change = |arguments: &[&str]| person.json(&[arguments, &of[..]].concat());
    change(&["alias", "cup", "traffic", &second, "--share", &format!("{first}=0.25")]);
    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    assert_eq!(shown["aliases"][0]["weights"], json!({ first.clone(): 0.25 }), "{shown}");
    let shifted = change(&["alias", "cup", "traffic", &first]);
    assert_eq!(call(&[]), 1, "rolled back to the first revision");
    let undo = shifted["review"]["review"]["undo"]["command"].as_str().unwrap().to_owned();
    person.json(&[&undo.split(' ').skip(1).collect::<Vec<_>>()[..], &["--yes"]].concat());
    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    assert_eq!(shown["aliases"][0]["weights"], json!({ first.clone(): 0.25 }), "as before: {shown}");

    // A tag is an address of its own.
    change(&["alias", "cup", "old", &first]);
    assert_eq!(call(&["--qualifier", "old"]), 1);
    assert_eq!(call(&[]), 2);
    let untagged = person.refused(&["invoke", "cup", "--account", "emulator", "--qualifier", "none"]);
    assert!(untagged["message"].as_str().unwrap().contains("it has old"), "{untagged}");

    change(&["limit", "cup", "3"]);
    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    assert_eq!(shown["function"]["configuration"]["reservedConcurrency"], 3, "{shown}");
    let zero = person.refused(&["limit", "cup", "0", "--account", "emulator", "--yes"]);
    assert!(zero["message"].as_str().unwrap().contains("takes no limit of 0"), "{zero}");

    let opened = change(&["url", "cup", "--public"]);
    assert!(
        opened["review"]["review"]["warnings"].to_string().contains("Anybody on the internet"),
        "{opened}"
    );
    let shown = person.json(&["show", "cup", "--account", "emulator"]);
    assert_eq!(shown["url"]["public"], true, "{shown}");
    change(&["url", "cup", "--signed"]);
    assert_eq!(person.json(&["show", "cup", "--account", "emulator"])["url"]["public"], false);
    change(&["delete", "cup"]);
}

#[test]
fn node_functions_of_both_shapes_answer_under_googles_framework() {
    if judge("HEARTH_JUDGE_GOOGLE_NODE", "Node functions under Google's framework").is_none() {
        return;
    }
    let Some(fake) = Fake::start(true) else { return };
    let person = Person::new();
    person.meet_google(&fake.url());
    let module = "export const handler = async (event, context) => ({ cups: event.cups, left: context.getRemainingTimeInMillis() > 1000 });\n";
    let common =
        "exports.handler = (event, context, callback) => callback(null, { cups: event.cups, left: true });\n";
    let google = "exports.handler = (req, res) => res.json({ cups: req.body.cups, left: true });\n";
    for (name, file, code, is_adapted) in [
        ("module", "index.mjs", module, true),
        ("common", "index.js", common, true),
        ("google", "index.js", google, false),
    ] {
        let folder = person.home.function(name, file, code);
        let deploy = [
            "deploy",
            &folder,
            "--to",
            "emulator",
            "--runtime",
            "nodejs22.x",
            "--handler",
            "index.handler",
            "--yes",
        ];
        let made = person.json(&deploy);
        let warned = made["review"]["review"]["warnings"].to_string().contains("hearth_google.mjs");
        assert_eq!(warned, is_adapted, "{made}");
        let answer = person.json(&["invoke", name, "--account", "emulator", "--event", "{\"cups\":3}"]);
        assert_eq!(answer["payload"], json!({ "cups": 3, "left": true }), "{name}: {answer}");
        person.json(&["delete", name, "--account", "emulator", "--yes"]);
    }
    let other = person.home.function("own", "bootstrap", "#!/bin/sh\n");
    let refused = person.refused(&[
        "deploy",
        &other,
        "--to",
        "emulator",
        "--runtime",
        "provided.al2023",
        "--handler",
        "bootstrap",
        "--yes",
    ]);
    assert!(refused["message"].as_str().unwrap().contains("no runtime for `provided.al2023`"), "{refused}");
}

#[test]
fn functions_of_every_kind_are_in_one_list() {
    let Some(fake) = Fake::start(true) else { return };
    let Some(prism) = Prism::before(&fake) else { return };
    let person = Person::new();
    person.meet_google(&prism.url());
    let folder = person.home.function("cup", "app.py", "def handler(event, context):\n    return 1\n");
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let parent = "projects/tea-dev/locations/us-central1";
    // Made in the console: only Cloud Run knows it. And a service that is no function.
    let service = json!({
        "name": format!("{parent}/services/leaf"), "uri": "https://leaf-abc-uc.a.run.app", "etag": "\"e\"",
        "updateTime": "2026-11-28T14:00:00Z", "latestReadyRevision": format!("{parent}/services/leaf/revisions/leaf-00001-x"),
        "buildConfig": { "functionTarget": "brew", "baseImage": "us-central1-docker.pkg.dev/serverless-runtimes/google-22-full/runtimes/nodejs22" },
        "template": { "timeout": "90s", "containers": [{ "resources": { "limits": { "memory": "512Mi", "cpu": "1" }, "cpuIdle": true }, "env": [{ "name": "A", "value": "PLANTED" }] }] },
        "terminalCondition": { "type": "Ready", "state": "CONDITION_SUCCEEDED" },
    });
    let mut plain = service.clone();
    plain["name"] = json!(format!("{parent}/services/web"));
    plain.as_object_mut().unwrap().remove("buildConfig");
    let old = json!({
        "name": format!("{parent}/functions/pot"), "status": "ACTIVE", "entryPoint": "pour", "runtime": "nodejs20", "timeout": "60s",
        "availableMemoryMb": 128, "updateTime": "2026-11-28T14:00:00Z", "versionId": "3", "environmentVariables": { "B": "PLANTED" },
        "httpsTrigger": { "url": "https://us-central1-tea-dev.cloudfunctions.net/pot" },
    });
    for (kind, value) in [("service", &service), ("service", &plain), ("old", &old)] {
        fake.control("keep", json!({ "kind": kind, "value": value }));
    }
    let listed = person.json(&["functions", "--account", "emulator"]);
    let all = listed["functions"].as_array().unwrap();
    let names: Vec<&str> = all.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["cup", "leaf", "pot"], "each once, and what is no function is not there: {listed}");
    let configuration = |at: usize| &all[at]["configuration"];
    assert_eq!(
        (&configuration(1)["runtime"], &configuration(1)["handler"]),
        (&json!("nodejs22"), &json!("brew"))
    );
    assert_eq!((&configuration(1)["memoryMb"], &configuration(1)["timeoutS"]), (&json!(512), &json!(90)));
    assert_eq!(
        (&configuration(2)["memoryMb"], &configuration(2)["environmentNames"]),
        (&json!(128), &json!(["B"]))
    );
    let request = |vcpu: serde_json::Value| json!({ "plan": "cloudRunRequest", "vcpuThousandths": vcpu });
    assert_eq!(configuration(0)["billedAs"]["plan"], "cloudRunRequest", "{listed}");
    assert_eq!(configuration(1)["billedAs"], request(json!(1_000)), "{listed}");
    assert_eq!(configuration(2)["billedAs"]["plan"], "googleGen1", "{listed}");
    assert!(!listed.to_string().contains("PLANTED"), "{listed}");

    // The first generation is measured under names of its own.
    for status in [200, 500] {
        fake.control("call", json!({ "name": "pot", "location": "us-central1", "status": status, "ms": 12.5, "old": true, "cold": false }));
    }
    person.json(&["sync", "--account", "emulator", "--metrics"]);
    let cached = person.json(&["functions", "--cached"]);
    let measured =
        cached["functions"].as_array().unwrap().iter().find(|one| one["function"]["name"] == "pot");
    let measured = measured.map(|one| (one["calls24h"].clone(), one["errors24h"].clone()));
    assert_eq!(measured, Some((json!(2.0), json!(1.0))), "{cached}");

    // Each is deleted where it is kept; what cannot be deployed says what can be done.
    let folder = person.home.function("leaf", "app.py", "def handler(event, context):\n    return 1\n");
    let refused = person.refused(&["deploy", &folder, "--to", "emulator", "--yes"]);
    assert!(refused["message"].as_str().unwrap().contains("gcloud run deploy leaf"), "{refused}");
    let leaf = person.json(&["delete", "leaf", "--account", "emulator", "--yes"]);
    assert_eq!(operations(&leaf), ["run.services.delete"]);
    let pot = person.json(&["delete", "pot", "--account", "emulator", "--yes"]);
    assert!(pot["review"]["review"]["commandLines"][0].as_str().unwrap().contains("--no-gen2"), "{pot}");
    assert_eq!(
        person.json(&["functions", "--account", "emulator"])["functions"].as_array().unwrap().len(),
        1
    );
}
