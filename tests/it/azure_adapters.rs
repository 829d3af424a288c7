//! The adapters of `assets/adapters/azure` on Microsoft's own libraries: what a handler for Lambda is given and what comes
//! of its answers, as a call and over the web. The host that nobody may have here is a line of JSON each way.

use crate::support::{Home, PATIENCE, judge, program, root, skip};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// An app as Azure's worker runs it.
struct Worker {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    functions: Value,
}

impl Worker {
    fn start(language: &str, folder: &Path) -> Option<Self> {
        let tests = root().join("tests/azure");
        let mut command = if language == "python" {
            let mut command = program(judge("HEARTH_JUDGE_AZURE_PYTHON", "the adapter for Python")?);
            command.arg(tests.join("run_python.py")).arg(folder);
            command
        } else {
            let library = judge("HEARTH_JUDGE_AZURE_NODE", "the adapter for Node")?;
            if program("node").arg("--version").output().is_err() {
                skip("the adapter for Node: no node on this computer");
                return None;
            }
            let mut command = program("node");
            command.arg(tests.join("run_node.cjs")).arg(folder).arg(library);
            command
        };
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let stdin = child.stdin.take().unwrap();
        let mut worker = Self { child, stdin, lines, functions: Value::Null };
        worker.functions = worker.line()["functions"].clone();
        Some(worker)
    }

    fn line(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(PATIENCE).expect("the worker answers")).unwrap()
    }

    /// One request: status, headers, body.
    fn ask(
        &mut self,
        method: &str,
        headers: Value,
        path: &str,
        query: Value,
        body: &str,
    ) -> (u64, Value, String) {
        let hex = body.bytes().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes everything");
            hex
        });
        let asked = json!({ "function": "handler", "method": method, "url": "https://x.net/api/kettle",
            "headers": headers, "params": query, "route": { "path": path }, "body": hex });
        writeln!(self.stdin, "{asked}").unwrap();
        let told = self.line();
        let hex = told["body"].as_str().unwrap();
        let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        let body = String::from_utf8(bytes.collect()).unwrap();
        (told["status"].as_u64().unwrap(), told["headers"].clone(), body)
    }

    /// A call, as Lambda is invoked.
    fn call(&mut self, event: &Value) -> (u64, Value, Value) {
        let headers = json!({ "hearth-event": "1" });
        let (status, headers, body) = self.ask("POST", headers, "", json!({}), &event.to_string());
        (status, headers, serde_json::from_str(&body).unwrap())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A package as the provider makes it; `hearth-azure`'s own tests hold that it does.
fn package(home: &Home, language: &str, file: &str, code: &str) -> std::path::PathBuf {
    let folder = home.write(&format!("app/{file}"), code).parent().unwrap().to_owned();
    let adapter = if language == "python" { "function_app.py" } else { "hearth-azure.cjs" };
    let from = root().join("assets/adapters/azure").join(language).join(adapter);
    std::fs::copy(from, folder.join(adapter)).unwrap();
    let about = json!({ "name": "kettle", "handler": "app.handler", "memory_mb": 2048, "timeout_s": 10 });
    std::fs::write(folder.join("hearth.json"), about.to_string()).unwrap();
    std::fs::write(folder.join("package.json"), "{\"type\": \"module\", \"main\": \"hearth-azure.cjs\"}")
        .unwrap();
    folder
}

const PYTHON: &str = r#"
def handler(event, context):
    if event == "fail":
        raise KeyError("water")
    if isinstance(event, dict) and "requestContext" in event:
        if event["rawPath"] == "/plain":
            return {"cups": 2}
        if event["rawPath"] == "/fail":
            raise KeyError("PLANTED")
        return {"statusCode": 201, "headers": {"Content-Type": "text/plain", "X-Tea": "green"}, "body": repr((
            event["requestContext"]["http"]["method"], event["rawPath"], event.get("queryStringParameters"),
            event.get("body"), "x-functions-key" in event["headers"]))}
    return [event, context.function_name, context.memory_limit_in_mb, context.get_remaining_time_in_millis() > 8000]
"#;
const NODE: &str = r"
export const handler = async (event, context) => {
  if (event === 'fail') throw new TypeError('water');
  if (event?.requestContext) {
    if (event.rawPath === '/plain') return { cups: 2 };
    if (event.rawPath === '/fail') throw new Error('PLANTED');
    return { statusCode: 201, headers: { 'Content-Type': 'text/plain', 'X-Tea': 'green' }, body: JSON.stringify([
      event.requestContext.http.method, event.rawPath, event.queryStringParameters, event.body,
      'x-functions-key' in event.headers]) };
  }
  return [event, context.functionName, context.memoryLimitInMB, context.getRemainingTimeInMillis() > 8000];
};
";

#[test]
fn a_handler_for_lambda_answers_on_azure_as_it_does_on_lambda() {
    for (language, file, code, error, seen) in [
        ("python", "app.py", PYTHON, "KeyError", "('PUT', '/a/b', {'x': '1'}, 'tea', False)"),
        ("node", "app.js", NODE, "TypeError", "[\"PUT\",\"/a/b\",{\"x\":\"1\"},\"tea\",false]"),
    ] {
        let home = Home::new();
        let Some(mut worker) = Worker::start(language, &package(&home, language, file, code)) else {
            continue;
        };
        // Microsoft's library found the function, with a key before it and a path behind it.
        let trigger = &worker.functions[0]["config"]["bindings"][0];
        assert_eq!(trigger["route"], "kettle/{*path}", "{language}: {}", worker.functions);
        assert_eq!(trigger["authLevel"].as_str().unwrap().to_lowercase(), "function");

        let (status, headers, told) = worker.call(&json!({ "cups": 2 }));
        assert_eq!((status, told), (200, json!([{ "cups": 2 }, "kettle", "2048", true])), "{language}");
        assert!(headers["hearth-request-id"].as_str().unwrap().len() > 30, "{headers}");
        let (status, headers, told) = worker.call(&json!("fail"));
        assert_eq!((status, &headers["hearth-function-error"]), (500, &json!("Unhandled")), "{language}");
        assert_eq!(told["errorType"], error, "{told}");
        assert!(told["errorMessage"].as_str().unwrap().contains("water"), "{told}");

        // Over the web: a function URL's event, and its answer.
        let key = json!({ "x-functions-key": "k" });
        let (status, headers, body) = worker.ask("PUT", key, "a/b", json!({ "x": "1", "code": "k" }), "tea");
        assert_eq!((status, body.as_str()), (201, seen), "{language}");
        let header = |name: &str| {
            headers
                .as_object()
                .unwrap()
                .iter()
                .find(|(of, _)| of.eq_ignore_ascii_case(name))
                .unwrap()
                .1
                .clone()
        };
        assert_eq!(
            (header("x-tea"), header("content-type")),
            (json!("green"), json!("text/plain")),
            "{language}"
        );
        let (status, _, body) = worker.ask("POST", json!({}), "plain", json!({}), "");
        assert_eq!((status, serde_json::from_str::<Value>(&body).unwrap()), (200, json!({ "cups": 2 })));
        let (status, _, body) = worker.ask("POST", json!({}), "fail", json!({}), "");
        assert_eq!(status, 500, "{language}");
        assert!(!body.contains("PLANTED"), "over the web a stack is nobody's business: {body}");
    }
}

#[test]
fn a_handler_that_cannot_be_loaded_says_so_at_each_call() {
    for (language, file, code) in
        [("python", "app.py", "import nothing_of_this_name\n"), ("node", "app.js", "import './no.js';\n")]
    {
        let home = Home::new();
        let Some(mut worker) = Worker::start(language, &package(&home, language, file, code)) else {
            continue;
        };
        let (status, headers, told) = worker.call(&json!({}));
        assert_eq!((status, &headers["hearth-function-error"]), (500, &json!("Unhandled")), "{language}");
        assert_eq!(told["errorType"], "Runtime.ImportModuleError", "{told}");
    }
}

#[test]
fn a_node_handler_with_a_callback_answers_too() {
    let home = Home::new();
    let code = "export const handler = (event, context, callback) => { setTimeout(() => callback(null, event.cups + 1), 5); };\n";
    let Some(mut worker) = Worker::start("node", &package(&home, "node", "app.js", code)) else { return };
    assert_eq!(worker.call(&json!({ "cups": 2 })).2, 3);
}
