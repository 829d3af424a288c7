//! Parked processes: rehearsed before they know their function, then assigned;
//! and the zygote that forks Python ones.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::api::Api;
use crate::run::{Engine, Run, Start, bare, clients, interpreter};

fn becomes_its_function(engine: Engine, handler: &str, file: (&str, &str)) {
    let Some(mut run) = Run::start(engine, Start::Parked, handler, &[file]) else { return };
    for n in 1..=2 {
        assert_eq!(run.rehearse(&json!({ "n": n }))["rehearsed"], json!({ "n": n }));
    }
    run.assign(&[("COLOUR", "blue")]);
    for n in 1..=2 {
        assert_eq!(run.result(json!({})), json!({ "n": n, "colour": "blue", "parked": null }));
    }
    assert_eq!(run.api.connections, 1);
    assert!(run.finish().success);
}

const PYTHON: &str = "import os\nn = 0\ndef handler(event, context):\n    global n\n    n += 1\n    \
    return {'n': n, 'colour': os.environ['COLOUR'], 'parked': os.environ.get('HEARTH_PARKED')}\n";
const SCRIPT: &str = "let n = 0; export const handler = async () => ({ n: ++n, colour: process.env.COLOUR, \
    parked: process.env.HEARTH_PARKED ?? null });";

#[test]
fn a_parked_python_becomes_its_function() {
    becomes_its_function(Engine::Python, "app.handler", ("app.py", PYTHON));
}

#[test]
fn a_parked_node_becomes_its_function() {
    becomes_its_function(Engine::Node, "index.handler", ("index.mjs", SCRIPT));
}

#[test]
fn a_parked_quickjs_becomes_its_function() {
    becomes_its_function(Engine::QuickJs, "index.handler", ("index.js", SCRIPT));
}

#[test]
fn a_parked_process_reports_a_function_that_cannot_be_loaded() {
    for (engine, handler, name, code) in [
        (Engine::Python, "app.handler", "app.py", "import nothere_x\n"),
        (Engine::Node, "index.handler", "index.mjs", "import 'nothere_x';"),
        (Engine::QuickJs, "index.handler", "index.js", "import 'nothere_x';"),
    ] {
        let Some(mut run) = Run::start(engine, Start::Parked, handler, &[(name, code)]) else { continue };
        run.assign(&[]);
        assert_eq!(run.init_error().0["errorType"], "Runtime.ImportModuleError");
    }
}

#[cfg(unix)]
#[test]
fn the_zygote_forks_children_and_tells_how_they_end() {
    let Some(python) = interpreter("python3", "import sys; print(sys.executable)") else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("app.py"),
        "import os\ndef handler(e, c):\n    print('from', os.getpgrp() == os.getpid())\n    return e\n",
    )
    .unwrap();
    // A module of the function goes before a library module of the same name.
    std::fs::write(folder.path().join("queue.py"), "MINE = True\n").unwrap();
    std::fs::write(folder.path().join("own.py"), "import queue\ndef handler(e, c):\n    return queue.MINE\n")
        .unwrap();
    let mut command = bare(python);
    command.args(["-S", "-B"]).arg(clients().join("python/zygote.py")).env_clear();
    let mut zygote = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut orders = zygote.stdin.take().unwrap();
    let mut news = BufReader::new(zygote.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&news.next().unwrap().unwrap()).unwrap();
    let assign = |api: &mut Api, handler: &str| {
        assert_eq!(api.request().path, "/hearth/assignment");
        let message =
            json!({ "kind": "assign", "environment": {}, "handler": handler, "taskRoot": folder.path() });
        api.reply(200, &[], message.to_string().as_bytes());
    };

    for (handler, result, log) in [("app.handler", json!(7), "from True\n"), ("own.handler", json!(true), "")]
    {
        let mut api = Api::new();
        let output = folder.path().join("output");
        std::fs::write(&output, "").unwrap();
        writeln!(orders, "{}", json!({ "fork": { "port": api.port(), "output": output } })).unwrap();
        let told = next();
        assert_eq!(told["port"], json!(api.port()));
        assign(&mut api, handler);
        assert_eq!(api.request().path, "/2018-06-01/runtime/invocation/next");
        api.reply(200, &[("lambda-runtime-aws-request-id", "id-1")], b"7");
        assert_eq!(api.accept_answer().json(), result);
        assert_eq!(std::fs::read_to_string(&output).unwrap(), log);
        drop(api);
        assert_eq!(next(), json!({ "exited": told["pid"], "code": 0, "signal": null }));
    }
    drop(orders);
    assert!(zygote.wait().unwrap().success());
}
