//! The QuickJS worker: a Node-like function with nothing installed.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::run::{Engine, Run, Start};

/// Not a test: the process that the others start as their worker.
#[test]
#[ignore = "started by the other tests as the worker"]
fn worker_process() -> ExitCode {
    hearth_runtime::quickjs::worker_main()
}

fn start(handler: &str, files: &[(&str, &str)]) -> Run {
    Run::start(Engine::QuickJs, Start::WithFunction, handler, files).unwrap()
}

#[test]
fn answers_several_invocations_on_one_connection_and_keeps_memory() {
    let code = "let n = 0; export const handler = async (event, context) => { await new Promise((r) => setTimeout(r, 2)); \
        return { n: ++n, name: event.name, id: context.awsRequestId, left: context.getRemainingTimeInMillis() > 0, \
        trace: process.env._X_AMZN_TRACE_ID, memory: context.memoryLimitInMB }; };";
    let mut run = start("index.handler", &[("index.js", code)]);
    for n in 1..=3 {
        let expected = json!({ "n": n, "name": "Ünï", "id": format!("id-{n}"), "left": true, "trace": "Root=1-2-3", "memory": "128" });
        assert_eq!(run.result(json!({ "name": "Ünï" })), expected);
    }
    assert_eq!(run.api.connections, 1);
    assert!(run.finish().success);
}

#[test]
fn loads_every_style_of_module_from_its_own_folder() {
    let cases = [
        ("index.handler", vec![("index.js", "exports.handler = async () => 'ok';")]),
        ("index.handler", vec![("index.mjs", "export default { handler: () => Promise.resolve('ok') };")]),
        (
            "src/index.a.b",
            vec![
                ("src/index.js", "import { x } from '../lib/x.js'; export const a = { b: async () => x };"),
                ("lib/x.js", "export const x = 'ok';"),
            ],
        ),
        (
            "index.handler",
            vec![
                ("index.js", "const x = require('./x'); module.exports = { handler: async () => x.y };"),
                ("x.js", "exports.y = require('./z.json').z;"),
                ("z.json", r#"{"z":"ok"}"#),
            ],
        ),
        (
            "index.handler",
            vec![
                (
                    "index.js",
                    "import z from './z.json' with { type: 'json' }; export const handler = (e, c, done) => done(null, z.z);",
                ),
                ("z.json", r#"{"z":"ok"}"#),
            ],
        ),
    ];
    for (handler, files) in cases {
        assert_eq!(start(handler, &files).result(json!(1)), "ok", "{handler} in {files:?}");
    }
}

#[test]
fn modules_that_quickjs_lacks_are_named() {
    for code in ["const fs = require('fs');", "import fs from 'fs';", "import fs from 'node:fs';"] {
        let (body, stdout) = start("index.handler", &[("index.js", code)]).init_error();
        assert_eq!(body["errorType"], "Runtime.ImportModuleError", "{body}");
        assert_eq!(body["errorMessage"], "Error: quickjs has no module `fs`; use nodejs");
        assert!(stdout.contains("\tundefined\tERROR\tUncaught Exception \t"), "{stdout}");
    }
}

#[test]
fn files_outside_the_folder_cannot_be_loaded() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.js"), "export const secret = 1;").unwrap();
    let code = format!(
        "import {{ secret }} from '{}/secret.js'; export const handler = () => secret;",
        outside.path().display()
    );
    let (body, _) = start("index.handler", &[("index.js", &code)]).init_error();
    assert_eq!(body["errorType"], "Runtime.ImportModuleError", "{body}");
}

#[test]
fn init_errors_carry_aws_names() {
    let cases = [
        ("index.handler", "export const h = async( => {", "Runtime.UserCodeSyntaxError", "SyntaxError: "),
        (
            "index.nope",
            "export const h = 1;",
            "Runtime.HandlerNotFound",
            "index.nope is undefined or not exported",
        ),
        ("index.h", "export const h = 1;", "Runtime.HandlerNotFound", "index.h is not a function"),
        (
            "other.handler",
            "export const h = 1;",
            "Runtime.ImportModuleError",
            "Error: Cannot find module 'other'",
        ),
        ("index", "export const h = 1;", "Runtime.MalformedHandlerName", "Bad handler"),
        ("index.handler", "throw new Error('at load')", "Error", "at load"),
    ];
    for (handler, code, kind, message) in cases {
        let (body, _) = start(handler, &[("index.js", code)]).init_error();
        assert_eq!(body["errorType"], kind, "{body}");
        assert!(body["errorMessage"].as_str().unwrap().starts_with(message), "{body}");
    }
}

#[test]
fn a_handler_that_throws_is_an_error_and_the_next_call_works() {
    let code = "export const handler = async (event) => { if (event === 1) throw new TypeError('bad'); return 'fine'; };";
    let mut run = start("index.handler", &[("index.js", code)]);
    let body = run.error(json!(1));
    assert_eq!((&body["errorType"], &body["errorMessage"]), (&json!("TypeError"), &json!("bad")));
    assert_eq!(body["trace"][0], "TypeError: bad");
    assert!(body["trace"][1].as_str().unwrap().contains("index.js:1:"), "{body}");
    assert_eq!(run.result(json!(2)), "fine");
}

#[test]
fn a_handler_that_can_never_answer_gives_null_and_strays_end_the_worker() {
    let code = "export const handler = async (event) => { if (event === 'stray') Promise.reject(new Error('lost')); await new Promise(() => {}); };";
    let mut run = start("index.handler", &[("index.js", code)]);
    assert_eq!(run.result(json!("never")), Value::Null);
    let body = run.error(json!("stray"));
    assert_eq!(
        (&body["errorType"], &body["errorMessage"]),
        (&json!("Runtime.UnhandledPromiseRejection"), &json!("Error: lost"))
    );
    assert!(!run.wait().success);
}

#[test]
fn console_lines_have_aws_format() {
    let code = "export const handler = async () => { console.log('a %s', 'b', { c: [1, 'd'], e: null }); console.warn(new Map([['k', 1]])); };";
    let mut run = start("index.handler", &[("index.js", code)]);
    run.result(json!(1));
    let stdout = run.finish().stdout;
    assert!(stdout.contains("Z\tid-1\tINFO\ta b { c: [ 1, 'd' ], e: null }\n"), "{stdout}");
    assert!(stdout.contains("Z\tid-1\tWARN\tMap(1) { 'k' => 1 }\n"), "{stdout}");
}

#[test]
fn the_small_part_of_node_is_there() {
    let code = "export const handler = async () => ({\n\
        text: new TextDecoder().decode(new TextEncoder().encode('é')), bytes: [...new TextEncoder().encode('é')],\n\
        uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()),\n\
        random: crypto.getRandomValues(new Uint8Array(8)).length, now: performance.now() >= 0, name: process.env.AWS_LAMBDA_FUNCTION_NAME,\n\
        fetch: await fetch('http://localhost').catch((error) => error.message) });";
    let result = start("index.handler", &[("index.js", code)]).result(json!(1));
    let expected = json!({ "text": "é", "bytes": [0xc3, 0xa9], "uuid": true, "random": 8, "now": true, "name": "f",
        "fetch": "quickjs has no `fetch`; use nodejs or python" });
    assert_eq!(result, expected);
}
