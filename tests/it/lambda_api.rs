//! The AWS Lambda API: over raw HTTP, and with AWS's own clients.

use crate::support::{Home, Reply, Serve, finish, http, judge, program, until, zip};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const SIGNED: (&str, &str) = (
    "Authorization",
    "AWS4-HMAC-SHA256 Credential=any/20261124/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00",
);
const FUNCTIONS: &str = "/2015-03-31/functions";

fn call(serve: &Serve, line: &str, more: &[(&str, &str)], body: &[u8]) -> Reply {
    http(serve.lambda_port(), line, &[&[SIGNED], more].concat(), body)
}

fn package() -> String {
    let code = "export const handler = async (event, context) => {\n\
        console.log('saw', JSON.stringify(event));\n\
        if (event && event.fail) throw new Error(event.fail);\n\
        return { event, version: context.functionVersion, name: context.functionName, clientContext: context.clientContext };\n};\n";
    STANDARD.encode(zip(&[("index.js", code)]))
}

fn create(serve: &Serve, name: &str) -> Reply {
    let request = json!({
        "FunctionName": name,
        "Runtime": "quickjs",
        "Role": "arn:aws:iam::000000000000:role/any",
        "Handler": "index.handler",
        "Code": { "ZipFile": package() },
        "MemorySize": 256,
        "Timeout": 5,
        "Environment": { "Variables": { "COLOUR": "amber" } },
    });
    call(serve, &format!("POST {FUNCTIONS}"), &[], request.to_string().as_bytes())
}

fn fault(reply: &Reply, status: u16, kind: &str) {
    assert_eq!((reply.status, reply.header("x-amzn-errortype")), (status, Some(kind)), "{reply:?}");
    let body = reply.json();
    let message = body["message"].as_str().or_else(|| body["Message"].as_str()).unwrap_or_default();
    assert!(!message.is_empty(), "an error has a message: {body}");
    assert!(reply.header("x-amzn-requestid").is_some(), "and a request id");
}

#[test]
fn a_function_lives_its_whole_life_over_http() {
    let home = Home::new();
    let serve = home.serve();
    let created = create(&serve, "tea");
    assert_eq!(created.status, 201, "{created:?}");
    let shape = created.json();
    assert_eq!(shape["FunctionArn"], "arn:aws:lambda:us-east-1:000000000000:function:tea");
    assert_eq!((&shape["MemorySize"], &shape["Timeout"]), (&json!(256), &json!(5)));
    assert_eq!((&shape["State"], &shape["Version"]), (&json!("Active"), &json!("$LATEST")));
    assert_eq!(shape["Environment"]["Variables"]["COLOUR"], "amber");
    fault(&create(&serve, "tea"), 409, "ResourceConflictException");

    let invoke = format!("POST {FUNCTIONS}/tea/invocations");
    let reply = call(&serve, &invoke, &[("X-Amz-Log-Type", "Tail")], b"{\"n\": 1}");
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json()["event"], json!({ "n": 1 }));
    assert_eq!(reply.header("x-amz-executed-version"), Some("$LATEST"));
    assert_eq!(reply.header("x-amz-function-error"), None);
    let id = reply.header("x-amzn-requestid").unwrap().to_owned();
    let log = STANDARD.decode(reply.header("x-amz-log-result").expect("a log tail")).unwrap();
    let log = String::from_utf8(log).unwrap();
    assert!(log.contains("saw {\"n\":1}") && log.contains(&format!("REPORT RequestId: {id}")), "{log}");
    let ledger = home.json(&["invocations", "tea"]);
    assert_eq!((&ledger[0]["requestId"], &ledger[0]["source"]), (&json!(id), &json!("lambda_api")));

    let failed = call(&serve, &invoke, &[], b"{\"fail\": \"cold water\"}");
    assert_eq!((failed.status, failed.header("x-amz-function-error")), (200, Some("Unhandled")));
    assert_eq!(failed.json()["errorMessage"], "cold water");
    assert_eq!(call(&serve, &invoke, &[("X-Amz-Invocation-Type", "DryRun")], b"{}").status, 204);
    assert_eq!(call(&serve, &invoke, &[("X-Amz-Invocation-Type", "Event")], b"{\"later\":1}").status, 202);
    until("the call in the background is in the ledger", || {
        home.json(&["invocations", "tea"]).as_array().unwrap().len() == 3
    });

    let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Atea";
    let got = call(&serve, &format!("GET {FUNCTIONS}/{arn}"), &[], b"").json();
    assert_eq!(got["Configuration"]["FunctionName"], "tea");
    let change = json!({ "MemorySize": 512, "Environment": { "Variables": { "SIZE": "big" } } }).to_string();
    let changed = call(&serve, &format!("PUT {FUNCTIONS}/tea/configuration"), &[], change.as_bytes()).json();
    assert_eq!(changed["MemorySize"], 512, "{changed}");
    assert_eq!(changed["Environment"]["Variables"], json!({ "SIZE": "big" }), "variables are replaced");
    let code = json!({ "ZipFile": package(), "Publish": true }).to_string();
    let updated = call(&serve, &format!("PUT {FUNCTIONS}/tea/code"), &[], code.as_bytes());
    assert_eq!(updated.status, 200, "{updated:?}");
    let version = updated.json()["Version"].as_str().unwrap().to_owned();
    let qualified = call(&serve, &format!("{invoke}?Qualifier={version}"), &[], b"");
    assert_eq!(qualified.header("x-amz-executed-version"), Some(version.as_str()), "{qualified:?}");

    assert_eq!(call(&serve, &format!("DELETE {FUNCTIONS}/tea"), &[], b"").status, 204);
    fault(&call(&serve, &format!("GET {FUNCTIONS}/tea"), &[], b""), 404, "ResourceNotFoundException");
    fault(&call(&serve, &invoke, &[], b"{}"), 404, "ResourceNotFoundException");
}

#[test]
fn lists_come_in_pages() {
    let home = Home::new();
    let serve = home.serve();
    for name in ["a", "b", "c", "d", "e"] {
        assert_eq!(create(&serve, name).status, 201);
    }
    let (mut names, mut marker) = (Vec::new(), String::new());
    loop {
        let page = call(&serve, &format!("GET {FUNCTIONS}/?MaxItems=2&Marker={marker}"), &[], b"").json();
        let functions = page["Functions"].as_array().unwrap();
        assert!(functions.len() <= 2, "{page}");
        names.extend(functions.iter().map(|one| one["FunctionName"].as_str().unwrap().to_owned()));
        match page["NextMarker"].as_str() {
            Some(next) => marker = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
}

#[test]
fn mistakes_get_the_errors_of_aws() {
    let home = Home::new();
    let serve = home.serve();
    assert_eq!(create(&serve, "tea").status, 201);
    let invoke = format!("POST {FUNCTIONS}/tea/invocations");
    fault(&call(&serve, &invoke, &[], b"{not json"), 400, "InvalidRequestContentException");
    let seven = format!("\"{}\"", "x".repeat(7 * 1024 * 1024));
    fault(&call(&serve, &invoke, &[], seven.as_bytes()), 413, "RequestTooLargeException");
    let background = [("X-Amz-Invocation-Type", "Event")];
    let two = &seven.as_bytes()[..2 * 1024 * 1024];
    fault(&call(&serve, &invoke, &background, two), 413, "RequestTooLargeException");
    fault(
        &call(&serve, &invoke, &[("X-Amz-Invocation-Type", "Later")], b"{}"),
        400,
        "InvalidParameterValueException",
    );
    fault(&call(&serve, &format!("{invoke}?Qualifier=9"), &[], b"{}"), 404, "ResourceNotFoundException");
    let base = json!({ "FunctionName": "x", "Runtime": "quickjs", "Handler": "index.handler",
        "Code": { "ZipFile": package() } });
    for (what, key, value) in [
        ("an unknown runtime", "Runtime", json!("cobol74")),
        ("too little memory", "MemorySize", json!(64)),
        ("too long a timeout", "Timeout", json!(901)),
        ("a bad name", "FunctionName", json!("no spaces")),
        ("code in S3", "Code", json!({ "S3Bucket": "b", "S3Key": "k" })),
        ("an image", "PackageType", json!("Image")),
        ("what is no zip", "Code", json!({ "ZipFile": STANDARD.encode("no zip") })),
    ] {
        let mut request = base.clone();
        request[key] = value;
        let reply = call(&serve, &format!("POST {FUNCTIONS}"), &[], request.to_string().as_bytes());
        assert_eq!(reply.status, 400, "{what}: {reply:?}");
        fault(&reply, 400, "InvalidParameterValueException");
    }
    fault(&call(&serve, &format!("POST {FUNCTIONS}"), &[], b"{"), 400, "InvalidRequestContentException");
    fault(&call(&serve, "GET /2015-03-31/nothing", &[], b""), 404, "UnknownOperationException");
    assert_eq!(call(&serve, &invoke, &[], b"{}").status, 200, "the next call works");
}

#[test]
fn web_pages_and_unsigned_requests_are_refused() {
    let home = Home::new();
    let serve = home.serve();
    let list = format!("GET {FUNCTIONS}");
    let port = serve.lambda_port();
    fault(&http(port, &list, &[], b""), 403, "MissingAuthenticationTokenException");
    fault(&http(port, &list, &[("Authorization", "Basic YTpi")], b""), 403, "UnrecognizedClientException");
    let own = serve.lambda.clone();
    for header in [
        ("Host", "rebound.example"),
        ("Origin", "http://evil.example"),
        ("Origin", own.as_str()),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        fault(&call(&serve, &list, &[header], b""), 403, "AccessDeniedException");
    }
    assert_eq!(call(&serve, &list, &[("Host", &format!("localhost:{port}"))], b"").status, 200);
    let preflight = [("Origin", "http://evil.example"), ("Access-Control-Request-Method", "POST")];
    let preflight = http(port, &format!("OPTIONS {FUNCTIONS}"), &preflight, b"");
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (403, None));
}

#[test]
fn boto3_works_unmodified() {
    let Some(python) = judge("HEARTH_JUDGE_PYTHON", "boto3 against the Lambda API") else { return };
    let home = Home::new();
    let serve = home.serve();
    let archive = home.write("tea.zip", STANDARD.decode(package()).unwrap());
    let mut command = program(python);
    command.args(["-c", include_str!("boto3_client.py"), &serve.lambda]).arg(archive);
    let ran = finish(aws_environment(&mut command, &home), "");
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    let seen = ran.document();
    assert_eq!(seen["answer"]["event"], json!({ "cups": 3 }), "{seen}");
    assert_eq!(
        seen["errors"],
        json!([
            "ResourceConflictException",
            "ResourceNotFoundException",
            "InvalidParameterValueException",
            "InvalidRequestContentException",
            "RequestTooLargeException"
        ])
    );
    assert_eq!(seen["functionError"], "Unhandled");
    assert_eq!(seen["listed"], json!(["tea-0", "tea-1", "tea-2"]));
}

#[test]
fn the_aws_command_line_works_unmodified() {
    let Some(aws) = judge("HEARTH_JUDGE_AWS", "the AWS command line against the Lambda API") else { return };
    let home = Home::new();
    let serve = home.serve();
    let archive = home.write("tea.zip", STANDARD.decode(package()).unwrap());
    let run = |arguments: &[&str]| -> Value {
        let mut command = program(&aws);
        command.args(["--endpoint-url", &serve.lambda, "--output", "json", "lambda"]).args(arguments);
        let ran = finish(aws_environment(&mut command, &home), "");
        assert_eq!(ran.code, 0, "{arguments:?}: {} {}", ran.stdout, ran.stderr);
        if ran.stdout.trim().is_empty() { Value::Null } else { ran.document() }
    };
    let zip = format!("fileb://{}", archive.display());
    let role = "arn:aws:iam::000000000000:role/any";
    run(&[
        "create-function",
        "--function-name",
        "tea",
        "--runtime",
        "quickjs",
        "--role",
        role,
        "--handler",
        "index.handler",
        "--zip-file",
        &zip,
        "--memory-size",
        "256",
    ]);
    let changed = run(&["update-function-configuration", "--function-name", "tea", "--timeout", "9"]);
    assert_eq!(changed["Timeout"], 9);
    let file = home.path().join("answer.json");
    let said = run(&[
        "invoke",
        "--function-name",
        "tea",
        "--payload",
        "{\"cups\":2}",
        "--log-type",
        "Tail",
        file.to_str().unwrap(),
    ]);
    assert_eq!(said["StatusCode"], 200);
    assert!(said["LogResult"].is_string(), "{said}");
    let answer: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(answer["event"]["cups"], 2);
    run(&["delete-function", "--function-name", "tea"]);
}

/// Keys that mean nothing, and no configuration of the person who runs the tests.
fn aws_environment<'command>(
    command: &'command mut std::process::Command,
    home: &Home,
) -> &'command mut std::process::Command {
    command
        .env("AWS_ACCESS_KEY_ID", "any")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_CONFIG_FILE", home.path().join("none"))
        .env("AWS_SHARED_CREDENTIALS_FILE", home.path().join("none"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env_remove("AWS_PROFILE")
        .env("NO_PROXY", "127.0.0.1,localhost")
}
