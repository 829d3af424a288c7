//! How much like AWS the local runtime behaves: the behaviours that users meet most, each asked of a real Python, Node
//! and own (`provided`) function through the AWS Lambda API, as one table. It prints the table when a row differs.
//!
//! Expected words come from AWS's documentation and from AWS-recorded answers of November 2025 and February 2026.

use crate::support::{Home, Reply, Serve, has_engine, http, zip};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fmt::Write as _;

pub(crate) const SIGNED: (&str, &str) = (
    "Authorization",
    "AWS4-HMAC-SHA256 Credential=any/20261124/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00",
);
const FUNCTIONS: &str = "/2015-03-31/functions";
/// Most bytes of an answer, and of an event.
const MOST: usize = 6_291_556;
const MOST_EVENT: usize = 6 * 1024 * 1024;

/// One kind of function.
struct Kind {
    name: &'static str,
    runtime: &'static str,
    handler: &'static str,
    file: &'static str,
    code: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind {
        name: "python",
        runtime: "python3.11",
        handler: "app.handler",
        file: "app.py",
        code: include_str!("../fixtures/fidelity/app.py"),
    },
    Kind {
        name: "node",
        runtime: "nodejs20.x",
        handler: "index.handler",
        file: "index.mjs",
        code: include_str!("../fixtures/fidelity/index.mjs"),
    },
    Kind {
        name: "provided",
        runtime: "provided.al2023",
        handler: "bootstrap",
        file: "bootstrap",
        code: include_str!("../fixtures/fidelity/bootstrap"),
    },
];

/// The rows that were asked.
#[derive(Default)]
struct Table {
    rows: String,
    wrong: usize,
}

impl Table {
    /// One behaviour: its rank in the list of what users meet, who was asked, and whether it is so.
    fn row(&mut self, rank: u8, who: &str, what: &str, so: bool, saw: &dyn std::fmt::Debug) {
        let mark = if so { "like AWS" } else { "DIFFERS" };
        let mut saw = if so { String::new() } else { format!("{saw:?}") };
        saw.truncate(saw.char_indices().nth(600).map_or(saw.len(), |(at, _)| at));
        writeln!(self.rows, "{rank:>2}  {who:<9} {mark:<9} {what} {saw}").unwrap();
        self.wrong += usize::from(!so);
    }

    fn same(&mut self, rank: u8, who: &str, what: &str, saw: &Value, wanted: &Value) {
        self.row(rank, who, what, saw == wanted, &json!({ "saw": saw, "wanted": wanted }));
    }

    fn end(self) {
        assert_eq!(self.wrong, 0, "{} rows differ from AWS:\n{}", self.wrong, self.rows);
    }
}

struct Asked<'a> {
    serve: &'a Serve,
    kind: &'static Kind,
}

impl Asked<'_> {
    fn create(&self, name: &str, file: &str, code: &str, more: Value) -> Reply {
        let mut request = json!({
            "FunctionName": name,
            "Runtime": self.kind.runtime,
            "Role": "arn:aws:iam::000000000000:role/any",
            "Handler": self.kind.handler,
            "Code": { "ZipFile": STANDARD.encode(zip(&[(file, code)])) },
            "Timeout": 2,
        });
        for (key, value) in more.as_object().unwrap() {
            request[key] = value.clone();
        }
        let line = format!("POST {FUNCTIONS}");
        http(self.serve.lambda_port(), &line, &[SIGNED], request.to_string().as_bytes())
    }

    fn send(&self, name: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let line = format!("POST {FUNCTIONS}/{name}/invocations");
        http(
            self.serve.lambda_port(),
            &line,
            &[&[SIGNED, ("X-Amz-Log-Type", "Tail")], headers].concat(),
            body,
        )
    }

    fn ask(&self, event: &Value) -> Reply {
        self.send(self.kind.name, &[], event.to_string().as_bytes())
    }

    /// Another function of the same code, whose environments are its own.
    fn another(&self, what: &str) -> String {
        let name = format!("{}-{what}", self.kind.name);
        let created = self.create(&name, self.kind.file, self.kind.code, json!({}));
        assert_eq!(created.status, 201, "{created:?}");
        name
    }
}

fn tail(reply: &Reply) -> String {
    let text = STANDARD.decode(reply.header("x-amz-log-result").unwrap_or_default()).unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

/// Milliseconds behind a name in a REPORT line.
fn figure(tail: &str, name: &str) -> Option<f64> {
    let report = tail.lines().rfind(|line| line.starts_with("REPORT RequestId: "))?;
    let field = report.split('\t').find_map(|field| field.strip_prefix(name))?;
    field.strip_suffix(" ms")?.parse().ok()
}

#[test]
fn functions_behave_as_on_aws() {
    let home = Home::new();
    let serve = home.serve();
    let mut table = Table::default();
    for kind in &KINDS {
        let engine = if kind.name == "provided" { "python" } else { kind.name };
        if !has_engine(&home, engine) {
            continue;
        }
        let asked = Asked { serve: &serve, kind };
        let more = json!({ "Environment": { "Variables": { "STAGE": "test" } }, "MemorySize": 256 });
        let created = asked.create(kind.name, kind.file, kind.code, more);
        assert_eq!(created.status, 201, "{created:?}");
        contract(&asked, &mut table);
        variables(&asked, &mut table);
        lines(&asked, &mut table);
        failures(&asked, &mut table);
        limits(&asked, &mut table);
    }
    table.end();
}

/// Ranks 1, 6 and 7: what a call is given, and who serves the next one.
fn contract(asked: &Asked<'_>, table: &mut Table) {
    let who = asked.kind.name;
    let context = STANDARD.encode(br#"{"custom":{"from":"test"}}"#);
    let first = asked.send(who, &[("X-Amz-Client-Context", &context)], b"{}");
    let seen = first.json();
    let of = &seen["context"];
    let id = first.header("x-amzn-requestid").unwrap_or_default();
    table.same(1, who, "the answer's request id is the function's", &of["id"], &json!(id));
    let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{who}");
    table.same(1, who, "the invoked ARN", &of["arn"], &json!(arn));
    table.same(1, who, "name", &of["name"], &json!(who));
    table.same(1, who, "version", &of["version"], &json!("$LATEST"));
    table.same(1, who, "memory", &of["memory"], &json!("256"));
    table.same(1, who, "the log group", &of["group"], &json!(format!("/aws/lambda/{who}")));
    let stream = of["stream"].as_str().unwrap_or_default().to_owned();
    let is_stream = stream.len() == 52 && stream[10..].starts_with("/[$LATEST]");
    table.row(1, who, "the log stream: a day, [$LATEST], 32 digits", is_stream, &stream);
    let left = of["leftMs"].as_f64().unwrap_or_default();
    table.row(1, who, "time left is below the timeout", (1_000.0..=2_000.0).contains(&left), &left);
    table.same(1, who, "the client context", &of["client"], &json!({ "from": "test" }));
    let trace = seen["environment"]["_X_AMZN_TRACE_ID"].as_str().unwrap_or_default().to_owned();
    let is_trace = trace.starts_with("Root=1-") && trace.contains(";Parent=") && trace.contains(";Sampled=0");
    table.row(1, who, "a trace id", is_trace, &trace);

    let second = asked.ask(&json!({})).json();
    table.same(6, who, "the next call meets the same environment", &second["calls"], &json!(2));
    let other = second["environment"]["_X_AMZN_TRACE_ID"].as_str().unwrap_or_default();
    table.row(1, who, "each call has a trace id of its own", other != trace, &other);
    table.same(6, who, "its scratch folder is still there", &second["scratchUsed"], &json!(true));
    let counts: Vec<Value> = std::thread::scope(|scope| {
        let wait = || asked.ask(&json!({ "act": "wait" })).json()["calls"].clone();
        let both = [scope.spawn(wait), scope.spawn(wait)];
        both.map(|one| one.join().unwrap()).into()
    });
    let apart = counts.contains(&json!(1)) && counts.contains(&json!(3));
    table.row(7, who, "two calls at once meet two environments", apart, &counts);
}

/// Rank 2: variables, folders and limits of a process.
fn variables(asked: &Asked<'_>, table: &mut Table) {
    let who = asked.kind.name;
    let seen = asked.ask(&json!({})).json();
    let of = &seen["environment"];
    let root = of["LAMBDA_TASK_ROOT"].clone();
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", json!(who)),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", json!("256")),
        ("AWS_LAMBDA_FUNCTION_VERSION", json!("$LATEST")),
        ("AWS_LAMBDA_LOG_GROUP_NAME", json!(format!("/aws/lambda/{who}"))),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", json!("on-demand")),
        ("AWS_REGION", json!("us-east-1")),
        ("AWS_DEFAULT_REGION", json!("us-east-1")),
        ("AWS_EXECUTION_ENV", json!(format!("AWS_Lambda_{}", asked.kind.runtime))),
        ("AWS_XRAY_CONTEXT_MISSING", json!("LOG_ERROR")),
        ("AWS_XRAY_DAEMON_ADDRESS", json!("127.0.0.1:2000")),
        ("_AWS_XRAY_DAEMON_ADDRESS", json!("127.0.0.1")),
        ("_AWS_XRAY_DAEMON_PORT", json!("2000")),
        ("_HANDLER", json!(asked.kind.handler)),
        ("TZ", json!(":UTC")),
        ("LANG", json!("en_US.UTF-8")),
        ("PWD", root.clone()),
        ("STAGE", json!("test")),
    ] {
        table.same(2, who, name, &of[name], &value);
    }
    for name in [
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "PATH",
    ] {
        let value = of[name].as_str().unwrap_or_default();
        table.row(2, who, &format!("{name} is set"), !value.is_empty(), &value);
    }
    let libraries = of["LD_LIBRARY_PATH"].as_str().unwrap_or_default();
    let root_text = root.as_str().unwrap_or_default();
    let has_own = libraries.split(':').any(|path| path == format!("{root_text}/lib"));
    table.row(2, who, "LD_LIBRARY_PATH has the function's lib folder", has_own, &libraries);
    let extra: Vec<&String> =
        of.as_object().unwrap().keys().filter(|name| name.starts_with("HEARTH")).collect();
    table.row(2, who, "nothing of Hearth's own", extra.is_empty(), &extra);
    table.same(2, who, "the working folder is the function's", &seen["cwd"], &root);
    table.same(2, who, "time is UTC", &seen["zone"], &json!("+0000"));
    table.same(2, who, "1024 open files", &seen["files"], &json!(1024));

    let create = |name: &str, value: String| {
        let more = json!({ "Environment": { "Variables": { name: value } } });
        asked.create(&format!("{who}-variables"), asked.kind.file, asked.kind.code, more)
    };
    let reserved = create("AWS_REGION", "moon-1".to_owned());
    let refused = reserved.status == 400
        && reserved.header("x-amzn-errortype") == Some("InvalidParameterValueException")
        && reserved.text().contains("AWS_REGION");
    table.row(2, who, "a reserved name is refused by name", refused, &reserved);
    let large = create("A", "x".repeat(4_096));
    let refused = large.status == 400
        && large.header("x-amzn-errortype") == Some("InvalidParameterValueException")
        && large.text().contains("4096");
    table.row(2, who, "more than 4 KB of variables are refused", refused, &large);
    let enough = create("A", "x".repeat(4_000));
    table.row(2, who, "4 KB of variables are taken", enough.status == 201, &enough.status);
}

/// Rank 3: lines of the platform and of the function.
fn lines(asked: &Asked<'_>, table: &mut Table) {
    let who = asked.kind.name;
    let fresh = asked.another("lines");
    let cold = asked.send(&fresh, &[], br#"{"act":"log"}"#);
    let (text, id) = (tail(&cold), cold.header("x-amzn-requestid").unwrap_or_default().to_owned());
    let at = |begin: &str| text.lines().position(|line| line.starts_with(begin));
    let order = [
        at("INIT_START Runtime Version: "),
        at(&format!("START RequestId: {id} Version: $LATEST")),
        at("printed"),
        at(&format!("END RequestId: {id}")),
        at(&format!("REPORT RequestId: {id}\tDuration: ")),
    ];
    let in_order = order.iter().all(Option::is_some) && order.is_sorted();
    table.row(3, who, "INIT_START, START, lines, END, REPORT", in_order, &text);
    let names: Vec<String> = text
        .lines()
        .rfind(|line| line.starts_with("REPORT"))
        .unwrap_or_default()
        .split_terminator('\t')
        .map(|field| field.split(':').next().unwrap_or_default().to_owned())
        .collect();
    let wanted = [
        "REPORT RequestId",
        "Duration",
        "Billed Duration",
        "Memory Size",
        "Max Memory Used",
        "Init Duration",
    ];
    table.row(3, who, "REPORT's figures, Init Duration last", names == wanted, &names);
    let (ran, init) = (figure(&text, "Duration: "), figure(&text, "Init Duration: "));
    let billed = figure(&text, "Billed Duration: ");
    let wanted = ran.zip(init).map(|(ran, init)| (ran + init).ceil());
    // The figures are rounded to hundredths, so their sum may cross a whole millisecond.
    let so = billed.zip(wanted).is_some_and(|(billed, wanted)| (billed - wanted).abs() <= 1.0);
    table.row(3, who, "billed is init and duration, rounded up", so, &(ran, init, billed));
    let warm = tail(&asked.send(&fresh, &[], b"{}"));
    table.row(3, who, "a warm call has no Init Duration", !warm.contains("Init Duration"), &warm);
    let logged = text.lines().find(|line| line.contains("logged")).unwrap_or_default();
    let fields: Vec<&str> = logged.split('\t').collect();
    let so = match (who, fields.as_slice()) {
        ("python", ["[INFO]", date, request, "logged"]) | ("node", [date, request, "INFO", "logged"]) => {
            date.ends_with('Z') && *request == id
        }
        ("provided", ["logged"]) => true,
        _ => false,
    };
    table.row(3, who, "the line of a logger", so, &logged);
    let error_line = text.lines().any(|line| line.ends_with("complained"));
    table.row(3, who, "standard error is logged too", error_line, &text);
    let flood = asked.send(&fresh, &[], br#"{"act":"flood"}"#);
    let length = STANDARD.decode(flood.header("x-amz-log-result").unwrap_or_default()).unwrap().len();
    table.row(3, who, "the tail has 4 KB", length == 4096, &length);
    asked.ask(&json!({ "act": "raise" }));
    let raised = tail(&asked.ask(&json!({ "act": "raise" })));
    let wanted = match who {
        "python" => "[ERROR] ValueError: no tea\nTraceback (most recent call last):\n\u{a0}\u{a0}File \"",
        "node" => {
            "\tERROR\tInvoke Error \t{\"errorType\":\"RangeError\",\"errorMessage\":\"no tea\",\"stack\":["
        }
        _ => "START RequestId: ",
    };
    table.row(3, who, "an exception's lines", raised.contains(wanted), &raised);
}

/// Ranks 4, 5 and 10: what fails, and the call after it.
fn failures(asked: &Asked<'_>, table: &mut Table) {
    let who = asked.kind.name;
    let name = asked.another("failing");
    let ask = |event: Value| asked.send(&name, &[], event.to_string().as_bytes());
    let raised = ask(json!({ "act": "raise" }));
    let kind = match who {
        "python" => "ValueError",
        "node" => "RangeError",
        _ => "NoTea",
    };
    let body = raised.json();
    let so = raised.status == 200
        && raised.header("x-amz-function-error") == Some("Unhandled")
        && (&body["errorType"], &body["errorMessage"]) == (&json!(kind), &json!("no tea"));
    table.row(4, who, "an exception is 200, Unhandled and its body", so, &raised);
    let marshal = ask(json!({ "act": "unserialisable" }));
    let text = marshal.text();
    let so = marshal.header("x-amz-function-error") == Some("Unhandled")
        && match who {
            "python" => {
                text.contains(r#""errorType": "Runtime.MarshalError""#)
                    && text
                        .contains("Unable to marshal response: Object of type set is not JSON serializable")
            }
            "node" => text.contains("Unable to stringify response body"),
            _ => text.contains("MarshalError"),
        };
    table.row(4, who, "a result that is not JSON", so, &text);
    let hung = ask(json!({ "act": "hang" }));
    let id = hung.header("x-amzn-requestid").unwrap_or_default();
    let wanted = format!(
        r#"{{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: {id} Error: Task timed out after 2.00 seconds"}}"#
    );
    let so = hung.status == 200
        && hung.header("x-amz-function-error") == Some("Unhandled")
        && hung.text() == wanted;
    table.row(5, who, "a timeout's words", so, &hung);
    let text = tail(&hung);
    let so =
        text.contains("Duration: 2000.00 ms\tBilled Duration: 2000 ms") && text.contains("Status: timeout");
    table.row(5, who, "a timeout is billed for the timeout", so, &text);
    table.same(5, who, "the next call starts anew", &ask(json!({})).json()["calls"], &json!(1));
    for (code, words) in
        [(3, "Runtime exited with error: exit status 3"), (0, "Runtime exited without providing a reason")]
    {
        let exited = ask(json!({ "act": "exit", "code": code }));
        let id = exited.header("x-amzn-requestid").unwrap_or_default();
        let wanted =
            format!(r#"{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: {id} Error: {words}"}}"#);
        let so = exited.text() == wanted && exited.header("x-amz-function-error") == Some("Unhandled");
        table.row(10, who, &format!("an exit with {code}"), so, &exited);
        table.same(10, who, "and the next call", &ask(json!({})).json()["calls"], &json!(1));
    }
    for (index, (what, code, kind)) in init_failures(who).into_iter().enumerate() {
        let name = format!("{who}-init-{index}");
        let created = asked.create(&name, asked.kind.file, code, json!({}));
        assert_eq!(created.status, 201, "{created:?}");
        let failed = asked.send(&name, &[], b"{}");
        let so = failed.status == 200
            && failed.header("x-amz-function-error") == Some("Unhandled")
            && failed.json()["errorType"] == kind;
        table.row(10, who, what, so, &failed);
    }
}

/// What can go wrong while a function is loaded: what, its code, AWS's name for it.
fn init_failures(who: &str) -> Vec<(&'static str, &'static str, &'static str)> {
    match who {
        "python" => vec![
            ("an import that is not there", "import no_such\n", "Runtime.ImportModuleError"),
            ("a syntax error", "def handler(:\n", "Runtime.UserCodeSyntaxError"),
            ("no such handler", "x = 1\n", "Runtime.HandlerNotFound"),
            ("an exception while loading", "1 / 0\n", "ZeroDivisionError"),
            ("an exit while loading", "import os\nos._exit(127)\n", "Runtime.ExitError"),
        ],
        "node" => vec![
            ("an import that is not there", "import 'no-such';", "Runtime.ImportModuleError"),
            ("a syntax error", "export const handler = ;", "Runtime.UserCodeSyntaxError"),
            ("no such handler", "export const x = 1;", "Runtime.HandlerNotFound"),
            ("an exception while loading", "throw new RangeError('no');", "RangeError"),
            ("an exit while loading", "process.exit(127);", "Runtime.ExitError"),
        ],
        _ => vec![
            ("a bootstrap that exits", "#!/bin/sh\nexit 127\n", "Runtime.ExitError"),
            ("a bootstrap without #!", "echo hello\n", "Runtime.InvalidEntrypoint"),
        ],
    }
}

/// Rank 9: sizes and forms of events and answers.
fn limits(asked: &Asked<'_>, table: &mut Table) {
    let who = asked.kind.name;
    let large = asked.ask(&json!({ "act": "large", "bytes": MOST }));
    let so = large.header("x-amz-function-error").is_none() && large.body.len() == MOST;
    table.row(9, who, "an answer of 6 291 556 bytes passes", so, &large.body.len());
    let larger = asked.ask(&json!({ "act": "large", "bytes": MOST + 1 }));
    let wanted = json!({
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": format!("Response payload size ({} bytes) exceeded maximum allowed payload size ({MOST} bytes).", MOST + 1),
    });
    table.same(9, who, "a larger one is refused", &larger.json(), &wanted);
    let event = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2)).into_bytes();
    let most = asked.send(who, &[], &event(MOST_EVENT));
    table.row(9, who, "an event of 6 MB passes", most.status == 200, &most.status);
    let more = asked.send(who, &[], &event(MOST_EVENT + 1));
    let so = (more.status, more.header("x-amzn-errortype")) == (413, Some("RequestTooLargeException"));
    table.row(9, who, "a larger one is 413", so, &more);
    for broken in ["{not json", "{\"a\":1}}", "\u{1}"] {
        let refused = asked.send(who, &[], broken.as_bytes());
        let so = (refused.status, refused.header("x-amzn-errortype"))
            == (400, Some("InvalidRequestContentException"));
        table.row(9, who, &format!("the event {broken:?} is 400"), so, &refused);
    }
    let none = asked.send(who, &[], b"");
    table.row(9, who, "no event at all is taken", none.status == 200, &none);
}
