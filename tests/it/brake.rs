//! Budgets and the brake on the command line: what is set is told, what is stopped is refused with the reason, also
//! over the Lambda API and after a kill, and a release brings it back.

use crate::ministack::Ministack;
use crate::person::Person;
use crate::support::{Home, has_engine, http, skip, until};
use serde_json::{Value, json};

const SIGNED: (&str, &str) = (
    "Authorization",
    "AWS4-HMAC-SHA256 Credential=any/20261124/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00",
);

fn holds(home: &Home, name: &str) -> bool {
    let status = home.json(&["brake", "status"]);
    status["held"].as_array().unwrap().iter().any(|held| held["function"] == name)
}

#[test]
fn a_spent_budget_pulls_the_armed_brake_and_a_release_lets_calls_through() {
    let home = Home::new();
    let serve = home.serve();
    home.json(&["deploy", "--sample", "kettle"]);
    home.json(&["configure", "kettle", "--limit", "4"]);
    let budgets = home.json(&["budgets", "set", "0.0000001", "function:kettle", "--alert", "80,100"]);
    assert_eq!((&budgets[0]["subject"], &budgets[0]["alerts"]), (&json!("kettle"), &json!([80, 100])));
    assert_eq!(home.json(&["brake", "arm"])["mode"], "armed");
    assert_eq!(home.json(&["invoke", "kettle"])["payload"]["poured"], 1);
    until("the brake holds kettle", || holds(&home, "kettle"));
    let rehearsal = home.json(&["brake", "rehearse"]);
    assert_eq!((&rehearsal["functions"][0]["act"], &rehearsal["mode"]), (&json!("holds"), &json!("armed")));
    let words = home.run(&["brake", "rehearse"]);
    for part in ["kettle", "holds it already", "4 servers", "status 429", "hearth brake release"] {
        assert!(words.stdout.contains(part), "{part} in {words:?}");
    }
    assert!(words.stderr.contains("Nothing was changed"), "{words:?}");

    let refused = home.run(&["--json", "invoke", "kettle"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let message = refused.document()["invocation"]["errorMessage"].as_str().unwrap().to_owned();
    assert!(message.starts_with("stopped by Hearth's brake: kettle spent the budget of $"), "{message}");
    let api = http(serve.lambda_port(), "POST /2015-03-31/functions/kettle/invocations", &[SIGNED], b"{}");
    assert_eq!((api.status, api.header("x-amzn-errortype")), (429, Some("TooManyRequestsException")));
    assert!(api.text().contains("stopped by Hearth's brake"), "{api:?}");
    let words = home.run(&["brake"]);
    assert!(words.stdout.contains("kettle stopped since"), "{words:?}");
    assert!(words.stderr.contains("only while Hearth runs"), "{words:?}");

    // A kill does not release it.
    serve.kill();
    let _serve = home.serve();
    assert!(holds(&home, "kettle"));
    assert_eq!(home.run(&["--json", "invoke", "kettle"]).code, 1);
    assert_eq!(home.json(&["brake", "disarm"])["mode"], "suggest");
    assert!(holds(&home, "kettle"), "disarming does not let go");
    assert_eq!(home.json(&["brake", "release"])["held"], json!([]));
    let functions = home.json(&["functions"]);
    assert_eq!(functions[0]["function"]["configuration"]["reservedConcurrency"], 4);
    assert_eq!(home.json(&["invoke", "kettle"])["payload"]["poured"], 1);

    let kinds: Vec<Value> =
        home.json(&["brake", "log"]).as_array().unwrap().iter().rev().map(|it| it["kind"].clone()).collect();
    for kind in ["budget", "mode", "threshold", "pulled", "released"] {
        assert!(kinds.iter().any(|it| it == kind), "{kind} in {kinds:?}");
    }
    assert_eq!(home.json(&["budgets", "delete", "function:kettle"]), json!([]));
}

#[test]
fn what_is_no_budget_or_scope_is_refused_and_nothing_held_is_well() {
    let home = Home::new();
    let _serve = home.serve();
    for (arguments, words) in [
        (&["--json", "budgets", "set", "-5"][..], "not above 0"),
        (&["--json", "budgets", "set", "5", "team:x"], "`team:x` is no scope"),
        (&["--json", "budgets", "set", "5", "function:none"], "`none`"),
        (&["--json", "budgets", "delete"], "no budget"),
        (&["--json", "brake", "pull", "none"], "`none`"),
    ] {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {ran:?}");
        assert!(ran.error()["message"].as_str().unwrap().contains(words), "{arguments:?}: {ran:?}");
    }
    assert_eq!(home.run(&["brake", "pull"]).code, 2, "a pull names functions, or --all");
    assert_eq!(home.json(&["brake", "release"])["held"], json!([]));
    assert!(home.run(&["budgets"]).stdout.contains("No budget yet"));
}

/// The armed brake stops `looper` once it is called, and says why.
fn caught(home: &Home) {
    home.json(&["brake", "arm"]);
    home.json(&["invoke", "looper"]);
    until("the brake holds looper", || holds(home, "looper"));
    let status = home.json(&["brake", "status"]);
    let reason = status["held"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("it calls itself"), "{reason}");
}

#[test]
fn a_function_that_invokes_itself_is_caught_by_the_trace_that_clients_pass_on() {
    let home = Home::new();
    if !has_engine(&home, "python") {
        return;
    }
    let serve = home.serve();
    let code = format!(
        "import os, urllib.request\n\
         def handler(event, context):\n    \
             headers = {{'Authorization': '{}',\n        \
                 'X-Amz-Invocation-Type': 'Event', 'X-Amzn-Trace-Id': os.environ['_X_AMZN_TRACE_ID']}}\n    \
             url = 'http://127.0.0.1:{}/2015-03-31/functions/looper/invocations'\n    \
             urllib.request.urlopen(urllib.request.Request(url, b'{{}}', headers, method='POST')).read()\n",
        SIGNED.1,
        serve.lambda_port()
    );
    home.json(&["deploy", &home.function("looper", "app.py", &code)]);
    caught(&home);
}

/// A function that calls itself in the background; the client is of the language's library and passes no trace on.
fn plain_loop(port: u16) -> String {
    format!(
        "import urllib.request\n\
         def handler(event, context):\n    \
             headers = {{'Authorization': '{}', 'X-Amz-Invocation-Type': 'Event'}}\n    \
             url = 'http://127.0.0.1:{port}/2015-03-31/functions/looper/invocations'\n    \
             urllib.request.urlopen(urllib.request.Request(url, b'{{}}', headers, method='POST')).read()\n",
        SIGNED.1,
    )
}

#[test]
fn a_function_that_calls_itself_without_a_trace_is_stopped_soon_and_its_rest_after_a_release_is_told() {
    let home = Home::new();
    if !has_engine(&home, "python") {
        return;
    }
    if !cfg!(target_os = "linux") {
        return skip("whose connection a call came on is known on Linux only");
    }
    let serve = home.serve();
    home.json(&["deploy", &home.function("looper", "app.py", &plain_loop(serve.lambda_port()))]);
    caught(&home);
    let functions = home.json(&["functions", "looper"]);
    let ran = functions[0]["figures"].to_string();
    let rows = home.json(&["invocations", "looper", "--limit", "500"]);
    let well = rows.as_array().unwrap().iter().filter(|row| row["outcome"] == "succeeded").count();
    assert!(well < 100, "{well} calls ran before it was stopped: {ran}");

    home.json(&["brake", "release"]);
    let words = home.run(&["brake", "status"]);
    assert!(words.stdout.contains("looper was released: the brake leaves it alone until"), "{words:?}");
}

#[test]
fn a_load_of_many_calls_at_the_same_time_that_people_make_is_no_loop() {
    let home = Home::new();
    if !has_engine(&home, "python") {
        return;
    }
    let serve = home.serve();
    let code = "import time\ndef handler(event, context):\n    time.sleep(0.01)\n    return 1\n";
    home.json(&["deploy", &home.function("kettle", "app.py", code)]);
    home.json(&["brake", "arm"]);
    let port = serve.lambda_port();
    let clients: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(move || {
                for _ in 0..40 {
                    let path = "POST /2015-03-31/functions/kettle/invocations";
                    assert_eq!(http(port, path, &[SIGNED], b"{}").status, 200);
                }
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    let status = home.json(&["brake", "status"]);
    assert_eq!((&status["held"], &status["suggestions"]), (&json!([]), &json!([])), "{status}");
}

/// The budget of an account is spent by what its log tells; nothing is stopped there before somebody allowed that, and
/// nothing in an account that is locked.
#[test]
fn an_armed_brake_stops_a_function_of_an_account_only_where_it_may_and_one_release_brings_its_limit_back() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    let _serve = person.home.serve();
    person.meet(&ministack);
    let folder = person.home.function("cup", "app.py", "def handler(event, context):\n    return 1\n");
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    person.json(&["limit", "cup", "3", "--account", "emulator", "--yes"]);
    person.json(&["invoke", "cup", "--account", "emulator"]);
    until("the log has the report", || {
        person.json(&["logs", "cup", "--account", "emulator"]).to_string().contains("REPORT RequestId")
    });
    let read = person.json(&["sync", "--account", "emulator", "--logs"]);
    assert_eq!(read["parts"][0]["calls"], 1, "{read}");
    let limit = || {
        let shown = person.json(&["show", "cup", "--account", "emulator"]);
        shown["function"]["configuration"]["reservedConcurrency"].clone()
    };
    let logged = |words: &str| person.json(&["brake", "log"]).to_string().contains(words);

    person.json(&["budgets", "set", "0.0000001", "account:endpoint:emulator"]);
    person.json(&["brake", "arm"]);
    until("it is suggested", || {
        logged("It may not stop that by itself: hearth brake allow endpoint:emulator")
    });
    assert_eq!(limit(), 3, "arming alone is no consent for an account");

    let asked = person.run(&["brake", "allow", "emulator"]);
    assert_eq!(asked.code, 1, "{asked:?}");
    assert!(
        asked.stdout.contains("reserved concurrency") && asked.stderr.contains("nobody said yes"),
        "{asked:?}"
    );
    person.json(&["accounts", "lock", "emulator"]);
    let allowed = person.json(&["brake", "allow", "emulator", "--yes"]);
    assert_eq!(allowed["mayStop"][0]["account"], "endpoint:emulator", "{allowed}");
    until("a locked account is left alone", || logged("The account is read-only"));
    person.json(&["accounts", "unlock", "emulator"]);
    assert_eq!(limit(), 3);

    person.json(&["brake", "arm"]);
    let elsewhere = || person.json(&["brake", "status"])["heldElsewhere"].clone();
    until("the brake holds cup", || elsewhere()[0]["function"] == "cup");
    let held = elsewhere();
    assert_eq!((&held[0]["by"], &held[0]["formerConcurrency"]), (&json!("brake"), &json!(3)), "{held}");
    assert!(held[0]["reason"].as_str().unwrap().contains("spent the budget of $"), "{held}");
    assert_eq!(limit(), 0);
    let words = person.run(&["brake"]);
    assert!(words.stdout.contains("cup in emulator, us-east-1 stopped since"), "{words:?}");
    assert!(words.stdout.contains("It may stop functions of emulator by itself"), "{words:?}");

    let released = person.json(&["brake", "release"]);
    assert_eq!((&released["heldElsewhere"], limit()), (&json!([]), json!(3)), "{released}");
    person.json(&["brake", "arm"]);
    for words in ["Stopped cup in emulator, us-east-1: emulator spent the budget", "Released cup in emulator"]
    {
        assert!(logged(words), "{words}");
    }
    let entries = person.json(&["brake", "log"]);
    let pulled = entries.as_array().unwrap().iter().find(|entry| entry["kind"] == "pulled").unwrap();
    assert_eq!(pulled["by"], "brake", "{pulled}");
    let forbidden = person.json(&["brake", "forbid", "emulator"]);
    assert_eq!(forbidden["mayStop"], json!([]), "{forbidden}");
    let here = person.refused(&["brake", "allow", "local", "--yes"]);
    assert!(here["message"].as_str().unwrap().contains("needs no consent"), "{here}");
}
