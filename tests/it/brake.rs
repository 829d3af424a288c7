//! Budgets and the brake on the command line: what is set is told, what is stopped is refused with the reason, also
//! over the Lambda API and after a kill, and a release brings it back.

use crate::support::{Home, has_engine, http, until};
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
    home.json(&["brake", "arm"]);
    home.json(&["invoke", "looper"]);
    until("the brake holds looper", || holds(&home, "looper"));
    let status = home.json(&["brake", "status"]);
    let reason = status["held"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("it calls itself"), "{reason}");
}
