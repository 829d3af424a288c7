//! Detection, one case a row: the files, and what must be found.

use super::*;

fn engine(engine: Engine, runtime: &str, version: Option<&str>, available: bool) -> EngineInfo {
    EngineInfo {
        engine,
        runtime: runtime.to_owned(),
        version: version.map(str::to_owned),
        path: None,
        available,
        reason: (!available).then(|| format!("{runtime} is not on this computer: install it")),
        parked: 0,
    }
}

fn engines(node: bool) -> Vec<EngineInfo> {
    vec![
        engine(Engine::Python, "python3.11", Some("3.11.7"), true),
        engine(Engine::Node, "nodejs20.x", Some("20.20.0"), node),
        engine(Engine::Provided, "provided.al2023", None, true),
        engine(Engine::Quickjs, "quickjs", None, true),
    ]
}

fn detected(files: &[(&str, &str)], node: bool) -> Detected {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let target = folder.path().join(path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, text).unwrap();
    }
    detect(folder.path(), "my function", &engines(node))
}

fn check(files: &[(&str, &str)], runtime: &str, handler: &str) {
    let found = detected(files, true);
    assert_eq!(found.runtime.as_deref(), Some(runtime), "runtime of {files:?}: {found:?}");
    assert_eq!(found.handler.as_deref(), Some(handler), "handler of {files:?}: {found:?}");
    assert!(found.engine_available);
}

#[test]
fn handlers_are_found_where_people_write_them() {
    let python = "python3.11";
    check(&[("app.py", "def handler(event, context):\n    return 1\n")], python, "app.handler");
    check(
        &[("lambda_function.py", "import json\n\ndef lambda_handler(event, context): pass\n")],
        python,
        "lambda_function.lambda_handler",
    );
    check(
        &[
            ("main.py", "def handler(\n    event: dict[str, int],\n    context,\n) -> dict:\n    pass\n"),
            ("requirements.txt", ""),
        ],
        python,
        "main.handler",
    );
    check(&[("api.py", "from mangum import Mangum\nhandler = Mangum(app)\n")], python, "api.handler");
    check(&[("app.py", "from src.core import run as lambda_handler\n")], python, "app.lambda_handler");
    check(&[("greet.py", "def greet(event, context):\n    return 1\n")], python, "greet.greet");
    check(
        &[("src/app.py", "def handler(event, context): pass\n"), ("requirements.txt", "")],
        python,
        "src.app.handler",
    );
    check(
        &[("util.py", "def handler(x): pass\n"), ("app.py", "def lambda_handler(event, context): pass\n")],
        python,
        "app.lambda_handler",
    );

    let node = "nodejs20.x";
    check(&[("index.js", "exports.handler = async (event) => ({ ok: true });\n")], node, "index.handler");
    check(&[("index.mjs", "export const handler = async (event) => event;\n")], node, "index.handler");
    check(&[("index.mjs", "export async function handler(event) { return 1 }\n")], node, "index.handler");
    check(&[("index.js", "module.exports = { helper, handler };\n")], node, "index.handler");
    check(
        &[("index.js", "const run = async () => 1;\nmodule.exports.handler = run;\n")],
        node,
        "index.handler",
    );
    check(&[("app.mjs", "const a = 1;\nexport { a as b, run as handler };\n")], node, "app.handler");
    check(
        &[("index.js", "Object.defineProperty(exports, \"handler\", { get: () => h });\n")],
        node,
        "index.handler",
    );
    check(
        &[("package.json", r#"{"main":"./out/entry.js"}"#), ("out/entry.js", "exports.handler = () => 1\n")],
        node,
        "out/entry.handler",
    );
    check(
        &[
            ("package.json", r#"{"engines":{"quickjs":"*"}}"#),
            ("index.js", "export function handler(event) { return event }\n"),
        ],
        "quickjs",
        "index.handler",
    );
    check(&[("bootstrap", "#!/bin/sh\necho hello\n")], "provided.al2023", "bootstrap");
}

#[test]
fn a_handler_in_a_comment_or_a_string_is_not_taken() {
    for (path, text) in [
        ("app.py", "\"\"\"\ndef handler(event, context):\n\"\"\"\n# handler = 1\n"),
        (
            "index.js",
            "// exports.handler = 1\nconst text = `\nexports.handler = 2`;\n/* export const handler = 1 */\n",
        ),
    ] {
        let found = detected(&[(path, text)], true);
        assert_eq!(found.handler, None, "{path} only mentions a handler: {found:?}");
        assert!(found.problems[0].starts_with("no handler was found"), "{:?}", found.problems);
        assert!(
            found.problems[0].contains(path),
            "the file that was looked at is named: {:?}",
            found.problems
        );
    }
}

#[test]
fn the_language_with_a_handler_wins_over_files_that_lie_around() {
    check(
        &[
            ("package.json", r#"{"devDependencies":{"serverless":"3"}}"#),
            ("app.py", "def handler(event, context): pass\n"),
        ],
        "python3.11",
        "app.handler",
    );
}

#[test]
fn plain_javascript_runs_on_quickjs_when_node_is_missing() {
    let plain = detected(&[("index.mjs", "export const handler = (event) => event;\n")], false);
    assert_eq!(plain.runtime.as_deref(), Some("quickjs"));
    assert!(plain.engine_available && plain.runtime_reason.contains("QuickJS"), "{plain:?}");

    let needs_node =
        detected(&[("index.mjs", "import fs from 'node:fs';\nexport const handler = () => 1;\n")], false);
    assert_eq!(needs_node.runtime.as_deref(), Some("nodejs20.x"));
    assert!(!needs_node.engine_available);
    assert!(needs_node.problems[0].contains("install"), "what to install is said: {:?}", needs_node.problems);
}

#[test]
fn what_will_go_wrong_is_said_before_it_does() {
    let says = |files: &[(&str, &str)], words: &str| {
        let found = detected(files, true);
        assert!(
            found.problems.iter().any(|problem| problem.contains(words)),
            "`{words}` in {:?}",
            found.problems
        );
    };
    let python = ("app.py", "def handler(event, context): pass\n");
    says(
        &[python, ("requirements.txt", "requests==2.32\n# comment\n")],
        "`requests`, which is not in the package",
    );
    says(&[("app.py", "async def handler(event, context): pass\n")], "async def");
    says(
        &[("index.js", "exports.handler = () => 1;\n"), ("package.json", r#"{"dependencies":{"uuid":"9"}}"#)],
        "npm install",
    );
    says(
        &[("package.json", "{"), ("index.js", "exports.handler = () => 1;\n")],
        "package.json is not valid JSON",
    );
    says(&[("index.ts", "export const handler = () => 1;\n")], "TypeScript");
    says(&[("notes.txt", "hello")], "nothing to run was found");
    says(&[], "the folder is empty");
    says(&[("Cargo.toml", "")], "Rust");

    let installed = detected(
        &[
            python,
            ("requirements.txt", "requests\nPyYAML>=6"),
            ("requests/__init__.py", ""),
            ("PyYAML-6.0.dist-info/METADATA", ""),
        ],
        true,
    );
    assert!(installed.problems.is_empty(), "what pip installed is seen: {:?}", installed.problems);
}

#[test]
fn an_export_that_an_old_node_does_not_take_is_named() {
    for (version, named) in
        [("18.20.4", true), ("20.18.1", true), ("20.19.0", false), ("22.6.0", true), ("24.1.0", false)]
    {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.js"), "export const handler = () => 1;\n").unwrap();
        let engines = [engine(Engine::Node, "nodejs", Some(version), true)];
        let problems = detect(folder.path(), "esm", &engines).problems;
        assert_eq!(
            problems.iter().any(|problem| problem.contains("index.mjs")),
            named,
            "Node.js {version}: {problems:?}"
        );
    }
}

#[test]
fn an_executable_for_another_processor_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut elf = vec![0_u8; 64];
    elf[..4].copy_from_slice(b"\x7fELF");
    elf[18] = if cfg!(target_arch = "aarch64") { 0x3e } else { 0xb7 };
    std::fs::write(folder.path().join("bootstrap"), elf).unwrap();
    let found = detect(folder.path(), "rust", &engines(true));
    assert_eq!(found.runtime.as_deref(), Some("provided.al2023"));
    assert!(found.problems[0].contains("built for"), "{:?}", found.problems);
}

#[test]
fn names_become_what_aws_takes() {
    for (called, name) in [
        ("hello-python", "hello-python"),
        ("My Function (2)", "My-Function-2"),
        ("über.app", "ber-app"),
        ("...", "function"),
        ("", "function"),
    ] {
        assert_eq!(function_name(called), name);
        assert!(is_function_name(name));
    }
    assert_eq!(function_name(&"a".repeat(100)).len(), 64);
    for bad in ["", "a b", "a/b", "é"] {
        assert!(!is_function_name(bad), "{bad} is refused");
    }
}
