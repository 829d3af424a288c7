//! The command line: the golden path, exit codes, documents and words.

use crate::support::{Home, finish, until};
use serde_json::json;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

#[test]
fn a_sample_is_deployed_invoked_logged_and_deleted() {
    let home = Home::new();
    let _serve = home.serve();
    let deployed = home.json(&["deploy", "--sample", "kettle"]);
    assert_eq!(deployed["function"]["name"], "kettle");
    assert_eq!(deployed["function"]["configuration"]["runtime"], "quickjs");
    assert_eq!(deployed["created"], true);

    let answer = home.json(&["invoke", "kettle", "--event", "{\"cups\":2}"]);
    assert_eq!(answer["payload"]["poured"], 2);
    assert_eq!(answer["functionError"], json!(null));
    assert_eq!(answer["coldStart"], true);
    assert!(answer["phases"]["initUs"].as_i64().unwrap() > 0, "a cold start took time: {answer}");
    for key in ["queueUs", "invokeUs", "freezeUs"] {
        assert!(answer["phases"][key].is_i64(), "phase {key} is in {answer}");
    }
    assert!(answer["billedMs"].as_u64().unwrap() >= 30, "two cups take 30 ms: {answer}");
    assert!(answer["receipt"]["totalUsd"].as_str().unwrap().starts_with("0.0000"), "{answer}");
    assert!(answer["logTail"].as_str().unwrap().contains("REPORT RequestId"), "{answer}");
    let id = answer["requestId"].as_str().unwrap();
    let environment = answer["environmentId"].as_str().unwrap();

    let functions = home.json(&["functions"]);
    assert_eq!(functions.as_array().unwrap().len(), 1);
    let invocations = home.json(&["invocations", "kettle"]);
    assert_eq!(invocations[0]["requestId"], id);
    assert_eq!(invocations[0]["outcome"], "succeeded");
    let environments = home.json(&["environments", "kettle"]);
    assert_eq!(environments[0]["id"], environment);
    let logs = home.json(&["logs", "kettle"]);
    let texts: Vec<&str> = logs.as_array().unwrap().iter().filter_map(|line| line["text"].as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("heating 2 cups")), "{texts:?}");

    home.json(&["delete", "kettle"]);
    let gone = home.run(&["--json", "invoke", "kettle"]);
    assert_eq!(gone.code, 1, "{gone:?}");
    assert_eq!(gone.error()["code"], "not_found");
    assert_eq!(gone.stdout, "", "an error leaves standard output empty");
    home.json(&["restore", "kettle"]);
    assert_eq!(home.json(&["invoke", "kettle"])["payload"]["poured"], 1);
    assert_eq!(home.json(&["invocations", "kettle"]).as_array().unwrap().len(), 2, "history stays");
}

#[test]
fn exit_codes_tell_usage_hearth_and_function_apart() {
    let home = Home::new();
    let _serve = home.serve();
    home.json(&["deploy", "--sample", "kettle"]);
    for (arguments, code) in [
        (&["invoke", "kettle"][..], 0),
        (&["--version"], 0),
        (&["--help"], 0),
        (&["invoke", "nobody"], 1),
        (&["invoke", "kettle", "--event", "{not json"], 1),
        (&["invoke", "kettle", "--event", "@/nonexistent/event.json"], 1),
        (&["deploy", "/nonexistent/folder"], 1),
        (&["logs", "nobody"], 1),
        (&["delete", "nobody"], 1),
        (&["invoke"], 2),
        (&["nonsense"], 2),
        (&["deploy", ".", "--memory", "lots"], 2),
        (&["deploy", ".", "--env", "NAMEONLY"], 2),
        (&["invoke", "kettle", "--event", "{\"cups\":99}"], 4),
    ] {
        let ran = home.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran:?}");
        let ran = home.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.code, code, "{arguments:?} --json: {ran:?}");
        if matches!(code, 1 | 2) {
            let error = ran.error();
            assert!(error["code"].is_string() && error["message"].is_string(), "{error}");
        }
    }
}

#[test]
fn a_program_that_asks_for_the_version_gets_a_document() {
    let asked = Home::new().run(&["--json", "--version"]);
    let document: serde_json::Value = serde_json::from_str(&asked.stdout).expect("one JSON document");
    assert_eq!((asked.code, &document["version"]), (0, &json!(env!("CARGO_PKG_VERSION"))), "{asked:?}");
}

#[test]
fn an_answer_is_printed_as_the_function_wrote_it_and_its_log_cannot_steer_a_terminal() {
    let home = Home::new();
    let _serve = home.serve();
    let code = "export const handler = async (event) => {\n  console.log('\\u001b]0;taken over\\u0007');\n  return event;\n};\n";
    let folder = home.function("echo", "index.js", code);
    home.json(&["deploy", &folder, "--runtime", "quickjs", "--handler", "index.handler"]);
    let event = "{\"z\":1,\"a\":[2.50,\"b\"]}";
    for arguments in
        [&["invoke", "echo", "--event", event][..], &["--json", "invoke", "echo", "--event", event]]
    {
        let ran = home.run(arguments);
        assert!(ran.stdout.contains("{\"z\":1,\"a\":[2.5,\"b\"]}"), "in the function's own order: {ran:?}");
        assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
    }
    // Digits that no number of this program holds.
    let code = "def handler(event, context):\n    return {'large': 12345678901234567890123}\n";
    let folder = home.function("large", "app.py", code);
    home.json(&["deploy", &folder]);
    let ran = home.run(&["--json", "invoke", "large"]);
    assert!(ran.stdout.contains("12345678901234567890123"), "{ran:?}");
}

#[test]
fn people_get_the_answer_alone_on_standard_output_and_no_colours_in_a_pipe() {
    let home = Home::new();
    let _serve = home.serve();
    home.json(&["deploy", "--sample", "kettle"]);
    let ran = home.run(&["invoke", "kettle", "--event", "{\"cups\":3}"]);
    assert_eq!(ran.document()["poured"], 3);
    assert!(ran.stderr.contains("heating 3 cups"), "the log is beside it: {}", ran.stderr);
    assert!(
        ran.stderr.contains("ms billed") && ran.stderr.contains("$1 buys"),
        "the receipt too: {}",
        ran.stderr
    );
    for arguments in
        [&["functions"][..], &["invocations"], &["environments"], &["logs", "kettle"], &["events"]]
    {
        let ran = home.run(arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(!ran.stdout.is_empty() && !ran.stdout.contains('\u{1b}'), "{arguments:?}: {}", ran.stdout);
    }
}

#[test]
fn events_come_from_the_library_a_file_and_standard_input() {
    let home = Home::new();
    let _serve = home.serve();
    let echo = home.function("echo", "index.js", "export const handler = async (event) => event;");
    home.write("echo/package.json", r#"{"type":"module","engines":{"quickjs":"*"}}"#);
    home.json(&["deploy", &echo, "--runtime", "quickjs", "--handler", "index.handler"]);

    let library = home.json(&["events"]);
    let services: Vec<&str> =
        library.as_array().unwrap().iter().filter_map(|e| e["service"].as_str()).collect();
    for service in ["API Gateway", "S3", "SQS", "SNS", "EventBridge", "DynamoDB", "Kinesis"] {
        assert!(services.contains(&service), "{service} is among {services:?}");
    }
    let event = home.run(&["events", "s3-put"]);
    let sent = finish(&mut home.command(&["--json", "invoke", "echo", "--event", "-"]), &event.stdout);
    assert_eq!(sent.document()["payload"], event.document(), "standard input is the event");

    let file = home.write("event.json", "{\"from\":\"file\"}");
    let answer = home.json(&["invoke", "echo", "--event", &format!("@{}", file.display())]);
    assert_eq!(answer["payload"]["from"], "file");
}

#[test]
fn following_prints_each_line_as_a_document_until_it_is_ended() {
    let home = Home::new();
    let serve = home.serve();
    home.json(&["deploy", "--sample", "kettle"]);
    let mut command = home.command(&["--json", "logs", "kettle", "--follow"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let mut seen = None;
    until("a followed line arrives", || {
        // The follower may not listen yet when the first call goes out.
        home.json(&["invoke", "kettle"]);
        seen = receiver.try_iter().find(|line| line.contains("poured"));
        seen.is_some()
    });
    let line: serde_json::Value = serde_json::from_str(&seen.unwrap()).unwrap();
    assert_eq!(line["origin"], "function");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(serve.stop("-INT").success(), "SIGINT ends serve in order");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let home = Home::new();
    let mut child = home.command(&["events"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut stderr).unwrap();
    assert!(child.wait().unwrap().success(), "{stderr}");
    assert_eq!(stderr.matches("panicked").count(), 0, "{stderr}");
}

/// Everything the window writes to files, the command line writes too.
#[test]
fn charts_and_tables_are_written_to_files() {
    let home = Home::new();
    let _serve = home.serve();
    home.json(&["deploy", "--sample", "kettle"]);
    home.json(&["invoke", "kettle"]);
    let file = home.path().join("out");
    let name = file.to_str().unwrap();
    let export = |arguments: &[&str]| {
        let said = home.json(&[&["export"], arguments, &["--output", name]].concat());
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(said["bytes"], bytes.len(), "{said}");
        bytes
    };
    for chart in ["calls", "cold-starts", "durations", "cost"] {
        let svg = String::from_utf8(export(&[chart, "--function", "kettle"])).unwrap();
        assert!(svg.starts_with("<svg") || svg.starts_with("<?xml"), "{chart}: {}", &svg[..80]);
        assert!(svg.contains("kettle"), "{chart} says of what it is");
    }
    let png = export(&["durations", "--format", "png", "--theme", "dark", "--last", "7d", "--grain", "hour"]);
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    for (table, column) in [
        ("functions", "name"),
        ("invocations", "requestId"),
        ("environments", "id"),
        ("logs", "text"),
        ("series", "invocations"),
    ] {
        let csv = String::from_utf8(export(&[table])).unwrap();
        let head = csv.lines().next().unwrap_or_default();
        assert!(head.to_lowercase().contains(&column.to_lowercase()), "{table}: {head}");
        assert!(csv.lines().count() > 1, "{table} has rows");
    }
    let out = home.run(&["export", "invocations", "--output", "-"]);
    assert!(out.code == 0 && out.stdout.contains("kettle"), "{out:?}");
    let nowhere = home.run(&["--json", "export", "calls", "--output", "/nowhere/chart.svg"]);
    assert_eq!((nowhere.code, nowhere.error()["code"].as_str()), (1, Some("invalid_input")), "{nowhere:?}");
    assert_eq!(home.run(&["export", "calls", "--last", "soon"]).code, 2);
}

#[test]
fn functions_and_servers_are_changed_from_the_command_line() {
    let home = Home::new();
    let _serve = home.serve();
    home.json(&["deploy", "--sample", "kettle"]);
    let changed = home.json(&[
        "configure",
        "kettle",
        "--memory",
        "256",
        "--timeout",
        "9",
        "--env",
        "A=1",
        "--env",
        "B=2",
        "--limit",
        "3",
    ]);
    assert_eq!(changed["version"], 2);
    assert_eq!(changed["configuration"]["memoryMb"], 256);
    assert_eq!(changed["configuration"]["reservedConcurrency"], 3);
    let changed = home.json(&["configure", "kettle", "--unset", "A"]);
    assert_eq!(changed["configuration"]["environmentNames"], json!(["B"]));
    assert_eq!(changed["configuration"]["timeoutS"], 9, "what is not named stays");
    let back = home.json(&["rollback", "kettle", "1"]);
    assert_eq!((&back["version"], &back["configuration"]["environmentNames"]), (&json!(4), &json!([])));

    let first = home.json(&["invoke", "kettle"]);
    assert!(home.json(&["info"])["serversMemoryBytes"].as_u64().unwrap() > 0, "what the server holds now");
    let id = first["environmentId"].as_str().unwrap();
    assert_eq!(home.json(&["reap", id])["servers"], 1);
    let second = home.json(&["invoke", "kettle"]);
    assert_eq!(second["coldStart"], true, "its server was reaped");
    assert_eq!(home.json(&["reap", "kettle"])["servers"], 1);
    assert_eq!(home.json(&["environments"]), json!([]));
    assert_eq!(
        home.json(&["info"])["serversMemoryBytes"],
        0,
        "no server, no memory: not the peaks of old ones"
    );
    let none = home.run(&["--json", "cancel", "no-such-call"]);
    assert_eq!((none.code, none.error()["code"].as_str()), (1, Some("not_found")), "{none:?}");
}
