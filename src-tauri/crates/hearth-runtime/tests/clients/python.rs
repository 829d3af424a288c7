//! The Python client: AWS's contract for a Python function.

use serde_json::{Value, json};

use crate::run::{Engine, Run, Start};

fn start(handler: &str, files: &[(&str, &str)]) -> Option<Run> {
    Run::start(Engine::Python, Start::WithFunction, handler, files)
}

fn fails_to_load(handler: &str, files: &[(&str, &str)]) -> Option<(Value, String)> {
    start(handler, files).map(Run::init_error)
}

#[test]
fn answers_several_invocations_on_one_connection_and_keeps_memory() {
    let code = "import os\nn = 0\ndef handler(event, context):\n    global n\n    n += 1\n    \
        return {'n': n, 'name': event['name'], 'id': context.aws_request_id, 'memory': context.memory_limit_in_mb,\n        \
        'left': context.get_remaining_time_in_millis() > 0, 'trace': os.environ['_X_AMZN_TRACE_ID'], 'cwd': os.getcwd()}\n";
    let Some(mut run) = start("app.handler", &[("app.py", code)]) else { return };
    for n in 1..=3 {
        let expected = json!({ "n": n, "name": "Ünï", "id": format!("id-{n}"), "memory": "128", "left": true,
            "trace": "Root=1-2-3", "cwd": run.root() });
        assert_eq!(run.result(json!({ "name": "Ünï" })), expected);
    }
    assert_eq!(run.api.connections, 1);
    assert!(run.finish().success);
}

#[test]
fn error_body_and_log_are_shaped_as_aws_does() {
    let code = "def handler(event, context):\n    raise ValueError('bad é')\n";
    let Some(mut run) = start("app.handler", &[("app.py", code)]) else { return };
    let file = run.root().join("app.py");
    let answer = run.invoke_text("{}");
    let expected = format!(
        r#"{{"errorMessage": "bad \u00e9", "errorType": "ValueError", "requestId": "id-1", "stackTrace": ["  File \"{}\", line 2, in handler\n    raise ValueError('bad \u00e9')\n"]}}"#,
        file.display()
    );
    assert_eq!(answer.text(), expected);
    let stdout = run.finish().stdout;
    let expected = format!(
        "[ERROR] ValueError: bad é\nTraceback (most recent call last):\n\u{a0}\u{a0}File \"{}\", line 2, in handler\n\
         \u{a0}\u{a0}\u{a0}\u{a0}raise ValueError('bad é')\n",
        file.display()
    );
    assert_eq!(stdout, expected);
}

#[test]
fn results_that_are_not_json_are_marshal_errors_and_the_next_call_works() {
    let code = "import decimal\ndef handler(event, context):\n    \
        return {'set': lambda: {1}, 'decimal': lambda: decimal.Decimal('1.10'), 'none': lambda: None}[event]()\n";
    let Some(mut run) = start("app.handler", &[("app.py", code)]) else { return };
    let body = run.error(json!("set"));
    assert_eq!(body["errorType"], "Runtime.MarshalError");
    assert_eq!(
        body["errorMessage"],
        "Unable to marshal response: Object of type set is not JSON serializable"
    );
    assert_eq!(run.invoke_text("\"decimal\"").text(), "1.10");
    assert_eq!(run.result(json!("none")), Value::Null);
}

#[test]
fn init_errors_carry_aws_names_and_words() {
    let cases = [
        (
            "app.handler",
            "import nothere_x\n",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nothere_x'",
        ),
        (
            "app.handler",
            "def h(:\n",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': invalid syntax (app.py, line 1)",
        ),
        ("app.nope", "x = 1\n", "Runtime.HandlerNotFound", "Handler 'nope' missing on module 'app'"),
        (
            "app",
            "x = 1\n",
            "Runtime.MalformedHandlerName",
            "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
        ),
        (
            "other.handler",
            "x = 1\n",
            "Runtime.ImportModuleError",
            "Unable to import module 'other': No module named 'other'",
        ),
        ("app.handler", "1 / 0\n", "ZeroDivisionError", "division by zero"),
    ];
    for (handler, code, kind, message) in cases {
        let Some((body, stdout)) = fails_to_load(handler, &[("app.py", code)]) else { return };
        assert_eq!(body["errorType"], kind);
        assert_eq!(body["errorMessage"], message);
        assert_eq!(body["requestId"], "");
        assert!(stdout.contains(&format!("[ERROR] {kind}: {message}\n")), "{stdout}");
    }
}

#[test]
fn resolves_modules_in_packages_and_folders_with_dependencies_beside_them() {
    let files = [
        ("pkg/sub/mod.py", "import dep\ndef go(event, context):\n    return dep.NAME\n"),
        ("dep/__init__.py", "NAME = 'dep'\n"),
    ];
    for handler in ["pkg/sub/mod.go", "pkg.sub.mod.go"] {
        let Some(mut run) = start(handler, &files) else { return };
        assert_eq!(run.result(json!(null)), "dep");
    }
}

#[test]
fn logs_go_out_in_order_before_the_answer_and_in_aws_format() {
    let code = "import logging, sys\nlogging.getLogger().setLevel('INFO')\ndef handler(event, context):\n    \
        print('one')\n    logging.info('two %s', 2)\n    sys.stdout.write('three')\n";
    let Some(mut run) = start("app.handler", &[("app.py", code)]) else { return };
    run.result(json!(1));
    let stdout = run.finish().stdout;
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!((lines[0], lines[2]), ("one", "three"));
    let fields: Vec<&str> = lines[1].split('\t').collect();
    assert_eq!((fields[0], fields[2], fields[3]), ("[INFO]", "id-1", "two 2"));
    assert!(fields[1].ends_with('Z') && fields[1].len() == "2026-01-01T00:00:00.000Z".len(), "{}", fields[1]);
}

#[test]
fn json_log_format_is_one_document_a_line() {
    let code = "import logging\ndef handler(event, context):\n    logging.getLogger('mine').error('bad %s', 1, extra={'more': 2})\n";
    let variables = [("AWS_LAMBDA_LOG_FORMAT", "JSON")];
    let Some(mut run) =
        Run::start_with(Engine::Python, Start::WithFunction, "app.handler", &[("app.py", code)], &variables)
    else {
        return;
    };
    run.result(json!(1));
    let line: Value = serde_json::from_str(&run.finish().stdout).unwrap();
    assert_eq!(
        (&line["level"], &line["message"], &line["logger"]),
        (&json!("ERROR"), &json!("bad 1"), &json!("mine"))
    );
    assert_eq!((&line["requestId"], &line["more"]), (&json!("id-1"), &json!(2)));
}

#[test]
fn a_handler_that_exits_ends_the_process_with_its_code() {
    let code = "import sys\ndef handler(event, context):\n    print('bye')\n    sys.exit(3)\n";
    let Some(mut run) = start("app.handler", &[("app.py", code)]) else { return };
    run.api.request();
    run.api.reply(200, &[("lambda-runtime-aws-request-id", "id-1")], b"{}");
    let ended = run.wait();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), "bye\n"));
}

#[test]
fn an_error_that_cannot_be_told_is_still_an_error() {
    let code = "class Odd(Exception):\n    def __str__(self):\n        raise ValueError('no')\n\
        def handler(event, context):\n    raise Odd()\n";
    let Some(mut run) = start("app.handler", &[("app.py", code)]) else { return };
    let body = run.error(json!(1));
    assert_eq!(body["errorType"], "Odd");
    assert_eq!(body["errorMessage"], "<the message of the error raised ValueError>");
}

#[test]
fn a_large_event_and_result_pass_whole() {
    let code = "def handler(event, context):\n    return event\n";
    let Some(mut run) = start("app.handler", &[("app.py", code)]) else { return };
    let event = json!("x".repeat(6_000_000));
    assert_eq!(run.result(event.clone()), event);
}
