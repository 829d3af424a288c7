//! Amazon's own runtime clients, unmodified.

use crate::kit::{Kit, json};
use hearth_model::Outcome;
use hearth_runtime::FunctionSpec;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

/// Builds the fixture, a function on the `lambda_runtime` crate, and returns its program.
fn rust_function() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "the test builds a fixture, it runs no function")]
    let status = std::process::Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "lambda-runtime-echo"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the fixture builds");
    let test = std::env::current_exe().expect("this test");
    let target = test.parent().and_then(|deps| deps.parent()).expect("target folder");
    target.join(format!("lambda-runtime-echo{}", std::env::consts::EXE_SUFFIX))
}

#[tokio::test]
async fn a_rust_function_on_lambda_runtime_runs() {
    let kit = Kit::new().await;
    let spec = kit.provided("");
    std::fs::copy(rust_function(), spec.code_dir.join("bootstrap")).expect("copied");
    let spec = Arc::new(spec);
    for number in 0..3 {
        let done = kit.call(&spec, &format!("{{\"n\":{number}}}")).await;
        assert_eq!(done.invocation.outcome, Outcome::Succeeded, "{:?}", done.response);
        assert_eq!(json(&done)["echo"]["n"], number);
        assert_eq!(json(&done)["requestId"], done.invocation.request_id.as_str());
    }
    let failed = kit.call(&spec, "{\"fail\":\"on purpose\"}").await;
    assert_eq!(failed.invocation.outcome, Outcome::FunctionError);
    assert_eq!(json(&failed)["errorMessage"], "on purpose");
    assert_eq!(kit.runtime.environments().len(), 1, "one environment served them all");
}

/// The interpreter of the judges, who has Amazon's client; `make test` installs it.
fn awslambdaric() -> Option<PathBuf> {
    let found = std::env::var_os("HEARTH_JUDGE_PYTHON").map(PathBuf::from).filter(|path| path.exists());
    if found.is_none() {
        // Straight to the terminal: what a passing test prints is hidden.
        let why = "HEARTH_JUDGE_PYTHON names nothing; run `make judges` and source tests/tools/judges.env";
        writeln!(std::io::stderr(), "SKIPPED awslambdaric: {why}").ok();
    }
    found
}

#[tokio::test]
async fn a_python_function_on_awslambdaric_runs() {
    let Some(interpreter) = awslambdaric() else { return };
    let kit = Kit::new().await;
    let code = kit.python(
        "import os\ndef handler(event, context):\n    if event == 'fail':\n        raise ValueError('on purpose')\n    if event == 'exit':\n        os._exit(4)\n    print('hello')\n    return {'event': event, 'id': context.aws_request_id, 'left': context.get_remaining_time_in_millis()}\n",
    );
    let bootstrap = format!("#!/bin/sh\nexec '{}' -m awslambdaric app.handler\n", interpreter.display());
    let spec = FunctionSpec { handler: "app.handler".to_owned(), ..kit.provided(&bootstrap) };
    std::fs::copy(code.code_dir.join("app.py"), spec.code_dir.join("app.py")).expect("copied");
    let spec = Arc::new(spec);
    for number in 0..3 {
        let done = kit.call(&spec, &number.to_string()).await;
        assert_eq!(done.invocation.outcome, Outcome::Succeeded, "{:?}", done.response);
        assert_eq!(json(&done)["event"], number);
        assert_eq!(json(&done)["id"], done.invocation.request_id.as_str());
        assert!(json(&done)["left"].as_i64().is_some_and(|left| left > 0));
    }
    let failed = kit.call(&spec, "\"fail\"").await;
    assert_eq!(json(&failed)["errorType"], "ValueError");
    assert_eq!(kit.runtime.environments().len(), 1, "one environment served them all");
    assert_eq!(kit.call(&spec, "\"exit\"").await.invocation.outcome, Outcome::Crashed);
    assert_eq!(kit.call(&spec, "1").await.invocation.outcome, Outcome::Succeeded);
}
