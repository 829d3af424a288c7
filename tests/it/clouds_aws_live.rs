//! What an account of AWS sends while it happens, and what AWS bills by use: streamed answers, Live Tail, Cost Explorer.
//! ministack is the judge where it can do it. Where it cannot, our own server says what AWS says, and AWS's own client
//! reads the same bytes and comes to the same.

use crate::fake_aws::{Asked, FakeAws, Says, event};
use crate::ministack::Ministack;
use crate::person::Person;
use crate::support::{Ran, finish, http, judge, program, root, until};
use base64::Engine as _;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const STREAM: &str = "application/vnd.amazon.eventstream";
const HELLO: &str = "def handler(event, context):\n    print('pouring', event.get('cups'))\n    return {'cups': event.get('cups')}\n";

/// What AWS's own client says, if it is here.
fn judged(arguments: &[&str]) -> Option<Value> {
    let python = judge("HEARTH_JUDGE_PYTHON", "streams and bills beside AWS's own client")?;
    let ran = finish(program(python).arg(root().join("tests/aws/judge.py")).args(arguments), "");
    assert_eq!(ran.code, 0, "{ran:?}");
    Some(ran.document())
}

/// The documents that a command printed, one a line.
fn documents(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{ran:?}"))).collect()
}

/// Lines of a function's log as AWS gives the end of it.
fn tail_of(lines: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(lines)
}

#[test]
fn a_streamed_answer_of_a_function_in_an_account_comes_whole() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let folder = person.home.function("kettle", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    let call = ["invoke", "kettle", "--account", "emulator", "--stream", "--event", "{\"cups\":2}"];
    let ran = person.run(&[&["--json"], &call[..]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let told = documents(&ran);
    let (answer, pieces) = told.split_last().unwrap();
    let text: String = pieces.iter().map(|piece| piece["piece"].as_str().unwrap()).collect();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({ "cups": 2 }), "{ran:?}");
    assert_eq!((&answer["status"], &answer["payload"]), (&json!(200), &json!({ "cups": 2 })), "{ran:?}");
    // For people the answer alone is on standard output.
    let ran = person.run(&call);
    assert_eq!((ran.code, ran.stdout.trim_end()), (0, "{\"cups\": 2}"), "{ran:?}");
    let error = person.run(&["--json", "invoke", "nobody", "--account", "emulator", "--stream"]);
    assert_eq!((error.code, &error.error()["code"]), (1, &json!("not_found")), "{error:?}");
    person.json(&["accounts", "lock", "emulator"]);
    let refused = person.run(&[&["--json"], &call[..]].concat());
    assert_eq!(refused.error()["code"], "locked", "a streamed call is a call: {refused:?}");
}

#[test]
fn pieces_are_printed_as_they_come_and_a_late_failure_is_told() {
    let log = "START RequestId: 1 Version: 7\npouring\nREPORT RequestId: 1\tDuration: 1402.11 ms\tBilled Duration: 1403 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t\n";
    let complete = json!({
        "ErrorCode": "Unhandled", "ErrorDetails": "no water left", "LogResult": tail_of(log)
    });
    let pieces = vec![
        event("PayloadChunk", "application/octet-stream", b"one "),
        // A letter is cut between two pieces.
        event("PayloadChunk", "application/octet-stream", b"caf\xc3"),
        event("PayloadChunk", "application/octet-stream", b"\xa9 three"),
        event("InvokeComplete", "application/json", complete.to_string().as_bytes()),
    ];
    let fake = FakeAws::start(move |_| Says::Pieces {
        kind: STREAM,
        pieces: pieces.clone(),
        pause: Duration::from_millis(400),
    });
    let person = Person::new();
    person.json(&["accounts", "add", "emulator", &fake.url()]);
    person.json(&["accounts", "unlock", "emulator"]);
    let mut command =
        person.home.command(&["--json", "invoke", "kettle", "--account", "emulator", "--stream"]);
    let mut child =
        command.env("HOME", person.folder()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    let mut lines = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        lines.push((begun.elapsed(), serde_json::from_str::<Value>(&line.unwrap()).unwrap()));
    }
    assert_eq!(child.wait().unwrap().code(), Some(4), "the function failed, not Hearth");
    let texts: Vec<&str> = lines.iter().filter_map(|(_, line)| line["piece"].as_str()).collect();
    assert_eq!(texts, ["one ", "caf", "é three"], "{lines:?}");
    let between = lines[2].0.saturating_sub(lines[0].0);
    assert!(between > Duration::from_millis(500), "they came one by one: {lines:?}");
    let answer = &lines.last().unwrap().1;
    assert_eq!(answer["functionError"], "Unhandled: no water left", "{answer}");
    assert_eq!((&answer["billedMs"], &answer["version"]), (&json!(1403), &json!("7")), "{answer}");
    assert!(answer["logTail"].as_str().unwrap().contains("pouring"), "{answer}");
    let asked = fake.seen();
    assert_eq!(asked.len(), 1, "a call is made once");
    assert!(asked[0].is("POST /2021-11-15/functions/kettle/response-streaming-invocations"), "{asked:?}");
    assert_eq!(asked[0].header("x-amz-log-type"), "Tail");
    let Some(theirs) = judged(&["stream", &fake.url(), "kettle"]) else { return };
    assert_eq!((&theirs["text"], &theirs["complete"]), (&json!("one café three"), &complete), "{theirs}");
    assert_eq!(theirs["status"], 200);
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    let fake = FakeAws::start(|_| Says::Pieces {
        kind: STREAM,
        pieces: vec![event("PayloadChunk", "application/octet-stream", b"half of ")],
        pause: Duration::ZERO,
    });
    let person = Person::new();
    person.json(&["accounts", "add", "emulator", &fake.url()]);
    person.json(&["accounts", "unlock", "emulator"]);
    let ran = person.run(&["--json", "invoke", "kettle", "--account", "emulator", "--stream"]);
    let error = ran.error();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("broke off") && message.contains("after 8 bytes"), "{error}");
    assert_eq!(fake.seen().len(), 1, "it may have run, so it is not called again");
}

#[test]
fn live_lines_of_a_function_come_until_they_are_stopped_and_the_price_is_told() {
    let Some(ministack) = Ministack::start() else { return };
    let person = Person::new();
    person.meet(&ministack);
    let folder = person.home.function("kettle", "app.py", HELLO);
    person.json(&["deploy", &folder, "--to", "emulator", "--yes"]);
    // Its log is there after its first call.
    person.json(&["invoke", "kettle", "--account", "emulator"]);
    until("the log is there", || {
        person.json(&["logs", "kettle", "--account", "emulator"]).to_string().contains("pouring")
    });
    let live = ["--json", "logs", "kettle", "--account", "emulator", "--live"];
    let refused = person.run(&live);
    let error = refused.error();
    assert!(error["message"].as_str().unwrap().contains("$0.01 for each minute"), "{error}");

    let serve = person.home.serve();
    let mut command = person.home.command(&[&live[..], &["--yes", "--filter", "pouring"]].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let seen = Arc::new(Mutex::new(Vec::<Value>::new()));
    let (kept, stdout) = (Arc::clone(&seen), child.stdout.take().unwrap());
    let reading = std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            kept.lock().unwrap().push(serde_json::from_str(&line).unwrap());
        }
    });
    // A session hears only what is written after it began. What its own functions print, this judge does not hand to
    // sessions, so that somebody else writes into the log.
    let said = |target: &str, body: Value| write_log(&ministack, target, &body);
    said("CreateLogStream", json!({ "logGroupName": "/aws/lambda/kettle", "logStreamName": "theirs" }));
    until("a live line comes", || {
        let now: u64 = finish(program("date").arg("+%s000"), "").stdout.trim().parse().unwrap();
        let lines = ["boiling", "pouring 3"].map(|text| json!({ "timestamp": now, "message": text }));
        said(
            "PutLogEvents",
            json!({ "logGroupName": "/aws/lambda/kettle", "logStreamName": "theirs", "logEvents": lines }),
        );
        std::thread::park_timeout(Duration::from_millis(300));
        seen.lock()
            .unwrap()
            .iter()
            .any(|line| line["text"].as_str().is_some_and(|text| text.contains("pouring")))
    });
    let sent = program("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let mut code = None;
    until("it ends after Ctrl-C", || {
        code = child.try_wait().unwrap();
        code.is_some()
    });
    assert_eq!(code.unwrap().code(), Some(0));
    reading.join().unwrap();
    let seen = seen.lock().unwrap();
    let (receipt, lines) = seen.split_last().unwrap();
    assert_eq!(receipt["liveTail"]["ended"], "stopped", "{receipt}");
    assert_eq!((&receipt["liveTail"]["minutes"], &receipt["liveTail"]["usd"]), (&json!(1), &json!("0.01")));
    assert_eq!(receipt["liveTail"]["lines"], lines.len(), "{receipt}");
    assert!(lines.iter().all(|line| line["text"].as_str().unwrap().contains("pouring")), "{lines:?}");
    assert!(lines.iter().all(|line| line["stream"].as_str().is_some_and(|stream| !stream.is_empty())));
    drop(serve);
}

/// Asks ministack's CloudWatch Logs for something, as AWS's clients do.
fn write_log(ministack: &Ministack, operation: &str, body: &Value) {
    let credential = "AWS4-HMAC-SHA256 Credential=hearth/20261129/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0";
    let target = format!("Logs_20140328.{operation}");
    let headers = [
        ("Authorization", credential),
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", target.as_str()),
    ];
    let answer = http(ministack.port(), "POST /", &headers, body.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Prices of Lambda in Dublin in two pages, and nothing that Hearth uses of the other services.
fn products(asked: &Asked) -> Says {
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let product = |sku: &str, group: &str, unit: &str, price: &str| {
        let term = json!({ "offerTermCode": "JRTCKXETXF", "sku": sku, "effectiveDate": "2026-11-01T00:00:00Z",
            "priceDimensions": { format!("{sku}.JRTCKXETXF.6YS6EN2CT7"): { "unit": unit, "beginRange": "0",
                "endRange": "Inf", "pricePerUnit": { "USD": price } } }, "termAttributes": {} });
        json!({ "product": { "productFamily": "Serverless", "sku": sku, "attributes": {
                "regionCode": "eu-west-1", "location": "EU (Ireland)", "group": group, "groupDescription": group,
                "usagetype": format!("EU-{group}") } },
            "serviceCode": "AWSLambda", "terms": { "OnDemand": { format!("{sku}.JRTCKXETXF"): term } },
            "version": "20261120000000", "publicationDate": "2026-11-20T00:00:00Z" })
        .to_string()
    };
    let (list, next) = match (body["ServiceCode"].as_str(), body["NextToken"].as_str()) {
        (Some("AWSLambda"), None) => {
            (vec![product("AAA", "AWS-Lambda-Requests", "Requests", "0.0000002200")], json!("page-2"))
        }
        (Some("AWSLambda"), Some(_)) => {
            (vec![product("BBB", "AWS-Lambda-Duration-ARM", "Lambda-GB-Second", "0.0000133334")], Value::Null)
        }
        _ => (Vec::new(), Value::Null),
    };
    let mut answer = json!({ "FormatVersion": "aws_v1", "PriceList": list });
    if !next.is_null() {
        answer["NextToken"] = next;
    }
    Says::json(200, &answer)
}

#[test]
fn list_prices_are_asked_for_by_an_account_as_botocore_describes_it() {
    let fake = FakeAws::start(products);
    let person = Person::new();
    person.json(&["accounts", "add", "emulator", &fake.url()]);
    let done = person.json(&[
        "prices",
        "refresh",
        "--vendor",
        "aws",
        "--account",
        "emulator",
        "--region",
        "eu-west-1",
    ]);
    assert_eq!(done["changes"].as_array().map(Vec::len), Some(1), "one price moved by a tenth: {done}");
    assert_eq!(done["changes"][0]["key"], "aws/lambda/requests eu-west-1", "{done}");
    let shown = person.json(&["prices", "show", "lambda/requests", "--region", "eu-west-1"]);
    assert_eq!(shown["rows"][0]["tiers"][0]["price"], "0.00000022", "{shown}");
    assert!(
        shown["rows"][0]["source"]
            .as_str()
            .unwrap()
            .contains("Query API, AWSLambda publication of 2026-11-20")
    );

    let seen = fake.seen();
    let targets: Vec<&str> = seen.iter().map(|asked| asked.header("x-amz-target")).collect();
    assert!(targets.iter().all(|target| *target == "AWSPriceListService.GetProducts"), "{targets:?}");
    let own = person.json(&["accounts", "requests"]);
    let counted =
        own["rows"].as_array().unwrap().iter().find(|row| row["operation"] == "GetProducts").unwrap();
    assert_eq!((&counted["requests"], &counted["billing"]), (&json!(targets.len()), &json!("free")), "{own}");
    let mut bodies: Vec<Value> =
        seen.iter().map(|asked| serde_json::from_slice(&asked.body).unwrap()).collect();
    // Services are asked at once; the judge asks the first question again.
    bodies.sort_by_key(|body| body["ServiceCode"] != "AWSLambda" || !body["NextToken"].is_null());
    let file = person.home.write("bodies.json", Value::Array(bodies).to_string());
    let refused = person.refused(&["prices", "refresh", "--vendor", "aws", "--account", "local"]);
    assert!(refused["message"].as_str().unwrap().contains("cannot be asked for list prices"), "{refused}");
    let Some(theirs) = judged(&["prices", &fake.url(), file.to_str().unwrap()]) else { return };
    assert_eq!((&theirs["problems"], &theirs["unknown"]), (&json!([]), &json!([])), "{theirs}");
    assert_eq!(theirs["skus"], json!(["AAA", "BBB"]), "{theirs}");
}

/// Two days of a bill in two pages.
fn bill(asked: &Asked) -> Says {
    if asked.header("x-amz-target") != "AWSInsightsIndexService.GetCostAndUsage" {
        let identity = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/tea</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        return Says::Answer { status: 200, headers: Vec::new(), body: identity.as_bytes().to_vec() };
    }
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let group = |service: &str, meter: &str, cost: &str, used: &str, unit: &str| {
        json!({ "Keys": [service, meter], "Metrics": {
            "UnblendedCost": { "Amount": cost, "Unit": "USD" }, "UsageQuantity": { "Amount": used, "Unit": unit }
        } })
    };
    let (day, next, groups) = if body["NextPageToken"].is_null() {
        let groups = [
            group("AWS Lambda", "EUW1-Request", "0.4", "2000000", "Requests"),
            group("AWS Lambda", "EUW1-Lambda-GB-Second-ARM", "1.5", "112500", "Lambda-GB-Second"),
        ];
        ("2026-10-01", json!("page-2"), groups.to_vec())
    } else {
        let groups = [
            group("AWS Lambda", "Request", "0.2", "1000000", "Requests"),
            group("AmazonCloudWatch", "EUW1-Logs-LiveTail", "0.07", "7", "Minutes"),
        ];
        ("2026-10-02", Value::Null, groups.to_vec())
    };
    let mut answer = json!({ "ResultsByTime": [
        { "TimePeriod": { "Start": day, "End": "2026-10-03" }, "Total": {}, "Groups": groups, "Estimated": true }
    ], "DimensionValueAttributes": [] });
    if !next.is_null() {
        answer["NextPageToken"] = next;
    }
    Says::json(200, &answer)
}

#[test]
fn a_month_is_set_beside_what_aws_billed_after_the_price_was_told() {
    let fake = FakeAws::start(bill);
    let person = Person::new();
    person.json(&["accounts", "add", "emulator", &fake.url()]);
    let question = ["cost", "actual", "--account", "emulator", "--month", "2026-10"];
    let error = person.refused(&question);
    assert!(error["message"].as_str().unwrap().contains("$0.01 for each request"), "{error}");
    let error =
        person.refused(&["accounts", "billed", "emulator", "--since", "2026-10-01", "--until", "2026-10-31"]);
    assert!(error["message"].as_str().unwrap().contains("$0.01 for each request"), "{error}");
    assert!(fake.seen().is_empty(), "nobody was asked before a yes");
    let error = person.refused(&["cost", "actual", "--account", "emulator", "--month", "2999-01", "--yes"]);
    assert!(error["message"].as_str().unwrap().contains("2999-01 has not begun yet"), "{error}");

    let compared = person.json(&[&question[..], &["--yes"]].concat());
    assert_eq!(compared["billed"], "2.17", "{compared}");
    assert_eq!((&compared["requests"], &compared["askedUsd"]), (&json!(2), &json!("0.02")), "{compared}");
    let told: Vec<(&str, &Value, &Value)> = compared["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["label"].as_str().unwrap(), &line["billed"], &line["own"]))
        .collect();
    assert_eq!(
        told,
        [
            ("Duration", &json!("1.5"), &Value::Null),
            ("Requests", &json!("0.6"), &Value::Null),
            ("Logs-LiveTail", &json!("0.07"), &Value::Null),
        ],
        "what Hearth does not know is unknown, not nothing"
    );
    assert_eq!(compared["lines"][1]["meters"], json!(["EUW1-Request", "Request"]));
    let bodies: Vec<Value> = fake
        .seen()
        .iter()
        .filter(|asked| asked.header("x-amz-target").ends_with("GetCostAndUsage"))
        .map(|asked| serde_json::from_slice(&asked.body).unwrap())
        .collect();
    assert_eq!(bodies.len(), 2, "{bodies:?}");
    assert_eq!(bodies[0]["TimePeriod"], json!({ "Start": "2026-10-01", "End": "2026-11-01" }));
    assert!(bodies[0]["Filter"].to_string().contains("123456789012"), "this account alone: {}", bodies[0]);
    let shown = person.run(&[&question[..], &["--yes"]].concat());
    assert!(shown.stdout.contains("$2.17 billed") && shown.stdout.contains("Duration"), "{shown:?}");
    let file = person.home.write("bodies.json", Value::Array(bodies).to_string());
    let Some(theirs) = judged(&["bill", &fake.url(), file.to_str().unwrap()]) else { return };
    assert_eq!((&theirs["problems"], &theirs["unknown"]), (&json!([]), &json!([])), "{theirs}");
    assert_eq!(theirs["groups"][0], json!(["AWS Lambda", "EUW1-Request"]), "{theirs}");
}
