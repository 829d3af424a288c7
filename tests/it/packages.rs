//! Real packages and other people's runtime clients, run as they are.

use crate::support::{Home, has_engine, judge, skip};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[test]
fn a_python_function_with_requests_as_pip_makes_it() {
    let Some(zip) = judge("HEARTH_JUDGE_PYTHON_REQUESTS", "a Python function that imports requests") else {
        return;
    };
    let home = Home::new();
    let _serve = home.serve();
    if !has_engine(&home, "python") {
        return;
    }
    home.json(&["deploy", text(&zip), "--name", "fetch", "--handler", "app.handler"]);
    let event = json!({ "url": "https://example.com/tea", "params": { "cups": 2 } }).to_string();
    let answer = home.json(&["invoke", "fetch", "--event", &event]);
    assert_eq!(answer["payload"]["url"], "https://example.com/tea?cups=2", "{answer}");
    assert_eq!(home.json(&["invoke", "fetch"])["coldStart"], false, "the second call is warm");
}

#[test]
fn a_node_function_with_the_aws_sdk_as_npm_makes_it() {
    let Some(zip) = judge("HEARTH_JUDGE_NODE_AWS_SDK", "a Node function that imports @aws-sdk/client-s3")
    else {
        return;
    };
    let home = Home::new();
    let _serve = home.serve();
    if !has_engine(&home, "node") {
        return;
    }
    home.json(&["deploy", text(&zip), "--name", "store", "--memory", "512", "--timeout", "20"]);
    let answer = home.json(&["invoke", "store", "--event", "{\"bucket\":\"tea\",\"key\":\"cup\"}"]);
    assert_eq!(answer["payload"]["input"], json!({ "Bucket": "tea", "Key": "cup" }), "{answer}");
    assert_eq!(home.json(&["invoke", "store"])["coldStart"], false, "the second call is warm");
}

#[test]
fn a_rust_function_on_the_official_client() {
    let exe = Path::new(env!("CARGO_BIN_EXE_hearth")).with_file_name("lambda-runtime-echo");
    if !exe.exists() {
        skip("a Rust function on lambda_runtime: run `cargo build -p lambda-runtime-echo` first");
        return;
    }
    let home = Home::new();
    let _serve = home.serve();
    let bootstrap = home.write("echo/bootstrap", "");
    std::fs::copy(exe, &bootstrap).unwrap();
    home.json(&["deploy", text(bootstrap.parent().unwrap())]);
    speaks_like_lambda(&home, "echo");
}

#[cfg(unix)]
#[test]
fn the_official_python_client_as_a_bootstrap() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(python) = judge("HEARTH_JUDGE_PYTHON", "awslambdaric run unmodified") else { return };
    let home = Home::new();
    let _serve = home.serve();
    home.write(
        "official/app.py",
        "def handler(event, context):\n\
         \x20   if 'fail' in event: raise RuntimeError(event['fail'])\n\
         \x20   return {'echo': event, 'requestId': context.aws_request_id}\n",
    );
    let start = format!("#!/bin/sh\nexec '{}' -m awslambdaric app.handler\n", python.display());
    let bootstrap = home.write("official/bootstrap", start);
    std::fs::set_permissions(&bootstrap, std::fs::Permissions::from_mode(0o755)).unwrap();
    let folder: PathBuf = bootstrap.parent().unwrap().to_owned();
    home.json(&["deploy", text(&folder), "--runtime", "provided.al2023", "--handler", "app.handler"]);
    speaks_like_lambda(&home, "official");
}

/// Answers, answers again on the same server, and fails with its own words.
fn speaks_like_lambda(home: &Home, name: &str) {
    let first = home.json(&["invoke", name, "--event", "{\"n\":1}"]);
    assert_eq!(first["payload"]["echo"], json!({ "n": 1 }), "{first}");
    assert_eq!(first["payload"]["requestId"], first["requestId"], "the function sees its request id");
    let second = home.json(&["invoke", name, "--event", "{\"n\":2}"]);
    assert_eq!((&second["coldStart"], &second["environmentId"]), (&json!(false), &first["environmentId"]));
    let failed = home.run(&["--json", "invoke", name, "--event", "{\"fail\":\"no water\"}"]);
    assert_eq!(failed.code, 4, "{failed:?}");
    let answer: Value = failed.document();
    assert_eq!(answer["invocation"]["outcome"], "function_error", "{answer}");
    assert!(answer["payload"]["errorMessage"].as_str().unwrap().contains("no water"), "{answer}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
