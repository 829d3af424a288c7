//! The Node client: AWS's contract for a Node function.

use serde_json::{Value, json};

use crate::run::{Engine, Run, Start};

fn start(handler: &str, files: &[(&str, &str)]) -> Option<Run> {
    Run::start(Engine::Node, Start::WithFunction, handler, files)
}

#[test]
fn answers_several_invocations_on_one_connection_and_keeps_memory() {
    let code = "let n = 0; exports.handler = async (event, context) => ({ n: ++n, name: event.name, id: context.awsRequestId, \
        left: context.getRemainingTimeInMillis() > 0, trace: process.env._X_AMZN_TRACE_ID, cwd: process.cwd() });";
    let Some(mut run) = start("index.handler", &[("index.js", code)]) else { return };
    for n in 1..=3 {
        let expected = json!({ "n": n, "name": "Ünï", "id": format!("id-{n}"), "left": true, "trace": "Root=1-2-3", "cwd": run.root() });
        assert_eq!(run.result(json!({ "name": "Ünï" })), expected);
    }
    assert_eq!(run.api.connections, 1);
    assert!(run.finish().success);
}

#[test]
fn loads_commonjs_and_es_modules_and_their_dependencies() {
    let esm = "import dep from 'dep'; export const handler = async () => dep;";
    let dep = ("node_modules/dep/index.js", "module.exports = 'dep';");
    let cases = [
        ("index.handler", vec![("index.mjs", esm), dep]),
        ("index.handler", vec![("index.js", esm), ("package.json", r#"{"type":"module"}"#), dep]),
        ("index.handler", vec![("index.cjs", "exports.handler = async () => require('dep');"), dep]),
        (
            "src/deep/index.a.b",
            vec![("src/deep/index.js", "exports.a = { b: async () => require('dep') };"), dep],
        ),
        ("index.handler", vec![("index.mjs", "export default { handler: async () => 'dep' };")]),
    ];
    for (handler, files) in cases {
        let Some(mut run) = start(handler, &files) else { return };
        assert_eq!(run.result(json!(1)), "dep", "{handler} in {files:?}");
    }
}

#[test]
fn callbacks_and_the_old_context_calls_answer() {
    let code = "exports.handler = (event, context, callback) => ({\n\
        callback: () => { setTimeout(() => console.log('late'), 5); callback(null, 'called'); },\n\
        noWait: () => { context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => {}, 60000); callback(null, 'called'); },\n\
        done: () => context.done(null, 'called'), succeed: () => context.succeed('called'), silent: () => {},\n\
        fail: () => context.fail(new RangeError('no')) })[event]();";
    let Some(mut run) = start("index.handler", &[("index.js", code)]) else { return };
    for style in ["callback", "done", "succeed"] {
        assert_eq!(run.result(json!(style)), "called", "{style}");
    }
    assert_eq!(run.result(json!("silent")), Value::Null);
    assert_eq!(run.error(json!("fail"))["errorType"], "RangeError");
    assert_eq!(run.result(json!("noWait")), "called");
    assert!(run.finish().stdout.contains("late"), "a callback waits for the event loop");
}

#[test]
fn error_body_and_log_are_shaped_as_aws_does() {
    let code = "exports.handler = async () => { throw new TypeError('bad') };";
    let Some(mut run) = start("index.handler", &[("index.js", code)]) else { return };
    let answer = run.invoke_text("{}");
    assert!(
        answer
            .text()
            .starts_with(r#"{"errorType":"TypeError","errorMessage":"bad","trace":["TypeError: bad","#)
    );
    let frame = answer.json()["trace"][1].as_str().unwrap().to_owned();
    assert!(frame.contains("index.js:1:"), "{frame}");
    let stdout = run.finish().stdout;
    let fields: Vec<&str> = stdout.trim_end().split('\t').collect();
    assert_eq!(fields[1..4], ["id-1", "ERROR", "Invoke Error "]);
    assert_eq!(serde_json::from_str::<Value>(fields[4]).unwrap()["errorMessage"], "bad");
}

#[test]
fn init_errors_carry_aws_names() {
    let cases = [
        (
            "index.handler",
            "require('nope-x')",
            "Runtime.ImportModuleError",
            "Error: Cannot find module 'nope-x'",
        ),
        (
            "index.handler",
            "exports.h = async( => {",
            "Runtime.UserCodeSyntaxError",
            "SyntaxError: Unexpected token '=>'",
        ),
        ("index.nope", "exports.h = 1", "Runtime.HandlerNotFound", "index.nope is undefined or not exported"),
        ("other.handler", "exports.h = 1", "Runtime.ImportModuleError", "Error: Cannot find module 'other'"),
        ("index", "exports.h = 1", "Runtime.MalformedHandlerName", "Bad handler"),
        ("index.handler", "throw new Error('at load')", "Error", "at load"),
    ];
    for (handler, code, kind, message) in cases {
        let Some(run) = start(handler, &[("index.js", code)]) else { return };
        let (body, stdout) = run.init_error();
        assert_eq!(body["errorType"], kind);
        assert!(body["errorMessage"].as_str().unwrap().starts_with(message), "{body}");
        assert!(stdout.contains("\tundefined\tERROR\tUncaught Exception \t"), "{stdout}");
    }
}

#[test]
fn a_syntax_error_says_where_it_is_also_in_an_es_module() {
    for (file, code) in [("index.js", "\nexports.handler = ("), ("index.mjs", "\nexport const handler = ;")] {
        let Some(run) = start("index.handler", &[(file, code)]) else { return };
        let (body, stdout) = run.init_error();
        assert_eq!(body["errorType"], "Runtime.UserCodeSyntaxError");
        assert!(body["trace"].to_string().contains(&format!("{file}:2")), "{body}");
        assert!(stdout.contains(&format!("{file}:2")), "{stdout}");
    }
}

#[test]
fn errors_outside_the_handler_answer_the_call_and_end_the_process() {
    let code = "exports.handler = async (event) => { if (event === 'throw') setTimeout(() => { throw new Error('stray'); }, 1);\n\
        else Promise.reject(new Error('stray')); await new Promise((r) => setTimeout(r, event === 'soon' ? 1 : 60000)); };";
    let rejected = "Runtime.UnhandledPromiseRejection";
    for (event, kind) in [("reject", rejected), ("soon", rejected), ("throw", "Error")] {
        let Some(mut run) = start("index.handler", &[("index.js", code)]) else { return };
        let body = run.error(json!(event));
        assert_eq!(body["errorType"], kind);
        assert!(body["errorMessage"].as_str().unwrap().ends_with("stray"), "{body}");
        assert!(!run.wait().success);
    }
}

#[test]
fn console_lines_have_aws_format_and_precede_the_answer() {
    let code = "exports.handler = async () => { console.log('a %s', 'b', { c: 1 }); console.error('bad'); process.stdout.write('raw\\n'); };";
    let Some(mut run) = start("index.handler", &[("index.js", code)]) else { return };
    assert_eq!(run.result(json!(1)), Value::Null);
    let stdout = run.finish().stdout;
    let lines: Vec<&str> = stdout.lines().collect();
    assert!(lines[0].ends_with("Z\tid-1\tINFO\ta b { c: 1 }"), "{stdout}");
    assert!(lines[1].ends_with("Z\tid-1\tERROR\tbad"), "{stdout}");
    assert_eq!(lines[2], "raw");
}

#[test]
fn a_large_event_and_result_pass_whole() {
    let Some(mut run) =
        start("index.handler", &[("index.mjs", "export const handler = async (event) => event;")])
    else {
        return;
    };
    let event = json!("x".repeat(6_000_000));
    assert_eq!(run.result(event.clone()), event);
}
