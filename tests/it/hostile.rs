//! Input that a hostile or tired person gives: each gets a clear error at the right place, and the next call works.

use crate::support::{Home, Ran, Serve, has_engine, until, zip};
use serde_json::Value;
use std::io::Write as _;

/// A function that behaves as its event says.
const MOODY_PYTHON: &str = "import json, os, sys, time\n\
    def handler(event, context):\n\
    \x20   mood = event.get('mood')\n\
    \x20   if mood == 'throw': raise ValueError('no tea today')\n\
    \x20   if mood == 'exit': os._exit(3)\n\
    \x20   if mood == 'hang': time.sleep(600)\n\
    \x20   if mood == 'spin':\n\
    \x20       while True: pass\n\
    \x20   if mood == 'eat':\n\
    \x20       hoard = [bytearray(b'x' * (64 << 20)) for _ in range(16)]\n\
    \x20       return len(hoard)\n\
    \x20   if mood == 'shout':\n\
    \x20       for _ in range(50 * 1024): print('x' * 1023)\n\
    \x20   if mood == 'set': return {1, 2}\n\
    \x20   return 'fine'\n";

struct Moody {
    home: Home,
    _serve: Serve,
}

impl Moody {
    /// A deployed moody function with 128 MB and 2 s, or none without Python.
    fn new(timeout: &str) -> Option<Self> {
        let home = Home::new();
        let serve = home.serve();
        if !has_engine(&home, "python") {
            return None;
        }
        let folder = home.function("moody", "app.py", MOODY_PYTHON);
        home.json(&["deploy", &folder, "--memory", "128", "--timeout", timeout]);
        Some(Self { home, _serve: serve })
    }

    fn invoke(&self, mood: &str) -> Ran {
        self.home.run(&["--json", "invoke", "moody", "--event", &format!("{{\"mood\":\"{mood}\"}}")])
    }

    /// The mood must fail as the function's own failure; the next call must work; the ledger must know both.
    fn fails(&self, mood: &str, outcome: &str, error_type: &str, message: &str) {
        let ran = self.invoke(mood);
        assert_eq!(ran.code, 4, "{mood}: {ran:?}");
        let answer = ran.document();
        let invocation = &answer["invocation"];
        assert_eq!(invocation["outcome"], outcome, "{mood}: {answer}");
        assert_eq!(answer["functionError"], "Unhandled", "{mood}: {answer}");
        let kind = invocation["errorType"].as_str().unwrap_or_default();
        assert!(kind.contains(error_type), "{mood}: error type `{kind}`");
        let text = answer["payload"]["errorMessage"].as_str().unwrap_or_default();
        assert!(text.contains(message), "{mood}: message `{text}`");
        assert!(
            !answer["explanation"]["cause"].as_str().unwrap_or_default().is_empty(),
            "{mood} is explained"
        );
        self.works();
        let rows = self.home.json(&["invocations", "moody"]);
        let kept = rows.as_array().unwrap().iter().find(|row| row["requestId"] == answer["requestId"]);
        assert_eq!(kept.expect("the failure is in the ledger")["outcome"], outcome);
    }

    fn works(&self) {
        let next = self.invoke("good");
        assert_eq!(next.code, 0, "the next call works: {next:?}");
        assert_eq!(next.document()["payload"], "fine");
    }
}

#[test]
fn a_handler_that_throws() {
    let Some(moody) = Moody::new("5") else { return };
    moody.fails("throw", "function_error", "ValueError", "no tea today");
}

#[test]
fn a_handler_that_exits() {
    let Some(moody) = Moody::new("5") else { return };
    moody.fails("exit", "crashed", "Runtime.ExitError", "exit");
}

#[test]
fn a_handler_that_never_returns() {
    let Some(moody) = Moody::new("1") else { return };
    for mood in ["hang", "spin"] {
        moody.fails(mood, "timed_out", "Sandbox.Timedout", "timed out after 1.00 seconds");
    }
}

#[test]
fn a_handler_that_eats_a_gigabyte_in_128_mb() {
    let Some(moody) = Moody::new("20") else { return };
    moody.fails("eat", "out_of_memory", "", "");
}

#[test]
fn a_handler_that_prints_50_mb() {
    let Some(moody) = Moody::new("60") else { return };
    let ran = moody.invoke("shout");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.document()["logTail"].as_str().unwrap().len() <= 4 * 1024, "the tail is 4 KB at most");
    moody.works();
    // The ledger is written in batches: after 50 MB the newest lines come some moments later, but they do come.
    until("the log ends with the reports of both calls", || {
        let logs = moody.home.json(&["logs", "moody", "--limit", "5"]);
        let is_report =
            |line: &&Value| line["text"].as_str().is_some_and(|text| text.starts_with("REPORT RequestId"));
        logs.as_array().unwrap().iter().filter(is_report).count() == 2
    });
}

#[test]
fn an_answer_that_is_not_json() {
    let Some(moody) = Moody::new("5") else { return };
    moody.fails("set", "function_error", "Runtime.MarshalError", "JSON serializable");
}

#[test]
fn an_event_of_7_mb() {
    let Some(moody) = Moody::new("5") else { return };
    let event = moody.home.write("big.json", format!("\"{}\"", "x".repeat(7 * 1024 * 1024)));
    let ran = moody.home.run(&["--json", "invoke", "moody", "--event", &format!("@{}", event.display())]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let error = ran.error();
    assert_eq!(error["code"], "invalid_input");
    assert!(error["message"].as_str().unwrap().contains('6'), "the limit is named: {error}");
    moody.works();
}

#[test]
fn a_syntax_error_an_import_error_and_a_handler_that_is_not_there() {
    let home = Home::new();
    let _serve = home.serve();
    if !has_engine(&home, "python") {
        return;
    }
    let good = "def handler(event, context):\n    return 'fine'\n";
    for (what, code, kind, handler) in [
        (
            "syntax",
            "def handler(event, context)\n    return 1\n",
            "Runtime.UserCodeSyntaxError",
            "app.handler",
        ),
        ("import", "import no_such_module_at_all\n", "Runtime.ImportModuleError", "app.handler"),
        ("missing", good, "Runtime.HandlerNotFound", "app.no_such_name"),
        ("raises", "raise OSError('no water')\n", "OSError", "app.handler"),
    ] {
        let folder = home.function(what, "app.py", code);
        let options = ["--runtime", "python3", "--handler", handler];
        let deployed = home.run(&[&["--json", "deploy", &folder][..], &options].concat());
        assert_eq!(deployed.code, 0, "{what}: {deployed:?}");
        let ran = home.run(&["--json", "invoke", what]);
        assert_eq!(ran.code, 4, "{what}: {ran:?}");
        let answer = ran.document();
        assert_eq!(answer["invocation"]["outcome"], "init_failed", "{what}: {answer}");
        assert_eq!(answer["payload"]["errorType"], kind, "{what}: {answer}");
        home.function(what, "app.py", good);
        home.json(&["deploy", &folder, "--handler", "app.handler"]);
        assert_eq!(home.json(&["invoke", what])["payload"], "fine", "{what}: the mended one works");
    }
}

#[test]
fn a_folder_without_a_handler() {
    let home = Home::new();
    let folder = home.function("notes", "readme.txt", "nothing to run");
    refused(&home, &home.run(&["--json", "deploy", &folder]), &[]);
    let empty = home.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    refused(&home, &home.run(&["--json", "deploy", empty.to_str().unwrap()]), &[]);
}

#[test]
fn a_corrupt_zip() {
    let home = Home::new();
    let whole = zip(&[("index.js", "export const handler = async () => 'fine';")]);
    for (name, bytes) in
        [("text.zip", &b"this is no zip"[..]), ("empty.zip", b""), ("half.zip", &whole[..whole.len() / 2])]
    {
        let path = home.write(name, bytes);
        refused(&home, &home.run(&["--json", "deploy", path.to_str().unwrap(), "--name", "x"]), &[]);
    }
    let mut flipped = whole.clone();
    let middle = 60;
    flipped[middle] ^= 0xff;
    let path = home.write("flipped.zip", &flipped);
    refused(&home, &home.run(&["--json", "deploy", path.to_str().unwrap(), "--name", "x"]), &[]);
    let path = home.write("whole.zip", &whole);
    home.json(&["deploy", path.to_str().unwrap(), "--runtime", "quickjs", "--handler", "index.handler"]);
    assert_eq!(home.json(&["invoke", "whole"])["payload"], "fine", "the next one works");
}

#[test]
fn a_zip_that_points_outside() {
    let home = Home::new();
    let code = ("index.js", "export const handler = async () => 'fine';");
    for (name, path) in
        [("up", "../../escaped.txt"), ("deep", "a/../../escaped.txt"), ("root", "/escaped.txt")]
    {
        let file = home.write(&format!("{name}.zip"), zip(&[code, (path, "gotcha")]));
        refused(&home, &home.run(&["--json", "deploy", file.to_str().unwrap()]), &["escaped.txt"]);
    }
    let file = home.write("link.zip", zip_with_link("secret", "/etc/passwd"));
    refused(&home, &home.run(&["--json", "deploy", file.to_str().unwrap()]), &["secret"]);
    let file = home.write("chain.zip", zip_with_link("folder", "../../.."));
    refused(&home, &home.run(&["--json", "deploy", file.to_str().unwrap()]), &["folder"]);
    for escaped in [home.path().join("escaped.txt"), home.data().join("escaped.txt"), "/escaped.txt".into()] {
        assert!(!escaped.exists(), "{} was written", escaped.display());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_whose_links_point_outside() {
    let home = Home::new();
    let folder = home.function("links", "index.js", "export const handler = async () => 'fine';");
    std::os::unix::fs::symlink("/etc/passwd", std::path::Path::new(&folder).join("secret.txt")).unwrap();
    let ran = home.run(&["--json", "deploy", &folder, "--runtime", "quickjs", "--handler", "index.handler"]);
    refused(&home, &ran, &["secret.txt"]);
}

/// A deploy that is refused, with the name of what is wrong, and that leaves nothing behind.
fn refused(home: &Home, ran: &Ran, names: &[&str]) {
    assert_eq!(ran.code, 1, "{ran:?}");
    let error: Value = ran.error();
    assert_eq!(error["code"], "invalid_package", "{error}");
    for name in names {
        assert!(error.to_string().contains(name), "`{name}` is named in {error}");
    }
    assert_eq!(home.json(&["functions"]).as_array().unwrap().len(), 0, "nothing was deployed");
}

fn zip_with_link(name: &str, target: &str) -> Vec<u8> {
    let options = zip::write::SimpleFileOptions::default();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("index.js", options).unwrap();
    writer.write_all(b"export const handler = async () => 'fine';").unwrap();
    writer.add_symlink(name, target, options).unwrap();
    writer.finish().unwrap().into_inner()
}
