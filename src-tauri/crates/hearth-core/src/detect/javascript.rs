//! JavaScript packages, for Node.js or for QuickJS.

use super::files::Files;
use super::text::{blank_javascript, identifier};
use super::{Finding, Handler};
use crate::api::EngineInfo;
use hearth_model::Engine;
use serde_json::Value;
use std::path::Path;

const EXTENSIONS: [&str; 3] = [".mjs", ".js", ".cjs"];
/// File names that usually hold the handler, best first.
const FILES: [&str; 7] = ["index", "app", "handler", "lambda", "function", "main", "server"];
/// Export names that usually are the handler, best first.
const NAMES: [&str; 5] = ["handler", "lambdaHandler", "lambda_handler", "main", "handle"];
/// Whether a Node.js takes `export` in a .js file without being told: 20.19, 22.7 and everything from 23 on.
fn detects_modules(major: u32, minor: u32) -> bool {
    match major {
        20 => minor >= 19,
        22 => minor >= 7,
        _ => major >= 23,
    }
}

/// What the JavaScript files say.
pub(super) fn find(files: &Files, engines: &[EngineInfo]) -> Option<Finding> {
    let manifest_text = files.text("package.json");
    let sources: Vec<&str> = files
        .sources(&EXTENSIONS)
        .into_iter()
        .filter(|path| !path.contains(".config.") && !path.contains(".test."))
        .collect();
    if manifest_text.is_none() && sources.is_empty() {
        return None;
    }
    let mut problems = Vec::new();
    let manifest: Value = match manifest_text.as_deref().map(serde_json::from_str) {
        None => Value::Null,
        Some(Ok(manifest)) => manifest,
        Some(Err(error)) => {
            problems.push(format!("package.json is not valid JSON: {error}"));
            Value::Null
        }
    };
    let main = manifest["main"].as_str().map(|main| main.trim_start_matches("./").to_owned());
    let handler = best_handler(files, &sources, main.as_deref());
    let (engine, reason) =
        choose_engine(files, &manifest, manifest_text.is_some(), handler.as_ref(), engines, &sources);
    if engine == Engine::Node {
        problems.extend(module_problem(files, &manifest, handler.as_ref(), engines));
        problems.extend(missing_dependencies(files, &manifest));
    }
    let mut highlights = Vec::new();
    if let Some(handler) = &handler {
        highlights.push((handler.file.clone(), "the handler".to_owned()));
    }
    if manifest_text.is_some() {
        highlights.push(("package.json".to_owned(), "JavaScript package".to_owned()));
    }
    let looked = sources.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    let looked_for = if sources.is_empty() {
        "there is no .js, .mjs or .cjs file at the top; Hearth looks for `exports.handler`".to_owned()
    } else {
        format!("looked for `exports.handler` or `export const handler` in {looked}")
    };
    Some(Finding {
        engine,
        reason,
        declared: manifest_text.is_some(),
        handler,
        looked_for,
        highlights,
        problems,
    })
}

fn best_handler(files: &Files, sources: &[&str], main: Option<&str>) -> Option<Handler> {
    let mut found = Vec::new();
    let with_main = main.filter(|main| files.has(main) && !sources.contains(main));
    for (order, path) in sources.iter().copied().chain(with_main).enumerate() {
        let source = files.text(path).unwrap_or_default();
        let stem = EXTENSIONS.iter().find_map(|extension| path.strip_suffix(extension)).unwrap_or(path);
        let base = stem.rsplit('/').next().unwrap_or(stem);
        let usual = FILES.iter().position(|name| *name == base).map_or(FILES.len() + 1, |rank| rank + 1);
        let file_rank = if main == Some(path) { 0 } else { usual + path.matches('/').count() * 20 };
        for name in exports(&source) {
            let Some(rank) = NAMES.iter().position(|usual| *usual == name) else {
                if name == "default" {
                    found.push(handler(stem, path, &name, (NAMES.len() + 1, file_rank * 1_000 + order)));
                }
                continue;
            };
            found.push(handler(stem, path, &name, (rank, file_rank * 1_000 + order)));
        }
        let functions = exported_functions(&source);
        if let [only] = functions.as_slice() {
            found.push(handler(stem, path, only, (NAMES.len(), file_rank * 1_000 + order)));
        }
    }
    found.into_iter().min_by_key(|handler| handler.rank)
}

fn handler(stem: &str, path: &str, name: &str, rank: (usize, usize)) -> Handler {
    Handler {
        handler: format!("{stem}.{name}"),
        reason: format!("{path} exports {name}"),
        file: path.to_owned(),
        rank,
    }
}

/// Names that a file exports, as far as its text says.
pub(super) fn exports(source: &str) -> Vec<String> {
    let text = blank_javascript(source);
    let mut names = Vec::new();
    for (at, _) in text.match_indices("exports") {
        let rest = &text[at + "exports".len()..];
        if let Some((name, rest)) = rest.strip_prefix('.').and_then(identifier) {
            if assigns(rest) {
                names.push(name.to_owned());
            }
        } else if let Some(list) =
            rest.trim_start().strip_prefix('=').map(str::trim_start).and_then(|rest| rest.strip_prefix('{'))
        {
            names.extend(keys(list));
        }
    }
    for (at, _) in text.match_indices("export") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || matches!(character, '_' | '.' | '$'))
        {
            continue;
        }
        let Some(rest) = text[at + "export".len()..]
            .strip_prefix(char::is_whitespace)
            .or_else(|| text[at + "export".len()..].starts_with('{').then(|| &text[at + "export".len()..]))
        else {
            continue;
        };
        let rest = rest.trim_start();
        if let Some(list) = rest.strip_prefix('{') {
            names.extend(keys(list));
        } else {
            names.extend(declared(rest));
        }
    }
    // Compiled code names its exports in strings, which are blanked above.
    for quote in ['"', '\''] {
        let marker = format!("exports, {quote}");
        for (at, _) in source.match_indices(&marker) {
            names.extend(source[at + marker.len()..].split(quote).next().map(str::to_owned));
        }
    }
    names.dedup();
    names
}

fn assigns(rest: &str) -> bool {
    rest.trim_start().strip_prefix('=').is_some_and(|rest| !rest.starts_with(['=', '>']))
}

/// What `export …` declares.
fn declared(rest: &str) -> Option<String> {
    let mut rest = rest;
    loop {
        let (word, after) = identifier(rest)?;
        match word {
            "default" => return Some("default".to_owned()),
            "const" | "let" | "var" | "function" | "async" | "class" => {
                rest = after.trim_start().trim_start_matches('*').trim_start();
            }
            name => return Some(name.to_owned()),
        }
    }
}

/// Names of `{ a, b as c, d: e, f() {} }`, up to the brace that closes it.
fn keys(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for character in list.chars() {
        match character {
            '}' if depth == 0 => break,
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            other if depth == 0 => parts.last_mut().into_iter().for_each(|part| part.push(other)),
            _ => {}
        }
    }
    parts
        .iter()
        .filter_map(|part| {
            let part = part.split(':').next().unwrap_or_default().trim();
            let name = part.rsplit(char::is_whitespace).next().unwrap_or_default();
            identifier(name).map(|(name, _)| name.to_owned())
        })
        .collect()
}

/// Exported functions that take an event, whatever they are called.
fn exported_functions(source: &str) -> Vec<String> {
    let text = blank_javascript(source);
    exports(source)
        .into_iter()
        .filter(|name| name != "default" && !NAMES.contains(&name.as_str()))
        .filter(|name| {
            text.match_indices(name.as_str()).any(|(at, _)| {
                let after: String =
                    text[at + name.len()..].chars().take(60).filter(|c| !c.is_whitespace()).collect();
                let after =
                    after.trim_start_matches('=').trim_start_matches("async").trim_start_matches("function");
                after.trim_start_matches('(').starts_with("event") && after.len() > 5
            })
        })
        .collect()
}

/// Node.js, or QuickJS when the package asks for it or can do with it and Node.js is not there.
fn choose_engine(
    files: &Files,
    manifest: &Value,
    has_manifest: bool,
    handler: Option<&Handler>,
    engines: &[EngineInfo],
    sources: &[&str],
) -> (Engine, String) {
    if manifest["engines"]["quickjs"].is_string() {
        return (Engine::Quickjs, "package.json asks for quickjs in engines".to_owned());
    }
    let reason = if has_manifest {
        "package.json".to_owned()
    } else {
        sources.first().map_or_else(|| "JavaScript".to_owned(), |path| format!("{path} is JavaScript"))
    };
    let node = engines.iter().find(|engine| engine.engine == Engine::Node && engine.available);
    if let Some(node) = node {
        return match &node.version {
            Some(version) => (Engine::Node, format!("{reason}; Node.js {version} is on this computer")),
            None => (Engine::Node, reason),
        };
    }
    let quickjs = engines.iter().any(|engine| engine.engine == Engine::Quickjs && engine.available);
    let plain = handler.is_some_and(|handler| is_plain(files, manifest, &handler.file));
    if quickjs && plain {
        return (
            Engine::Quickjs,
            format!(
                "{reason}; Node.js is not on this computer, and the QuickJS of Hearth runs plain JavaScript"
            ),
        );
    }
    (Engine::Node, reason)
}

/// Whether a file needs nothing but the language.
fn is_plain(files: &Files, manifest: &Value, file: &str) -> bool {
    if manifest["dependencies"].as_object().is_some_and(|dependencies| !dependencies.is_empty()) {
        return false;
    }
    let text = blank_javascript(&files.text(file).unwrap_or_default());
    let imports = text.lines().any(|line| {
        let line = line.trim_start();
        line.starts_with("import ") || line.starts_with("import{") || line.starts_with("export * from")
    });
    !imports
        && !["require(", "import(", "Buffer.", "process.", "__dirname"].iter().any(|word| text.contains(word))
}

/// `export` in a .js file that Node.js will take for CommonJS.
fn module_problem(
    files: &Files,
    manifest: &Value,
    handler: Option<&Handler>,
    engines: &[EngineInfo],
) -> Option<String> {
    let handler = handler?;
    let path = &handler.file;
    let text = blank_javascript(&files.text(path)?);
    let exports = text.lines().any(|line| line.starts_with("export ") || line.starts_with("export{"));
    let module = manifest["type"].as_str() == Some("module");
    let plain = Path::new(path).extension().is_some_and(|extension| extension == "js");
    if plain && exports && !module {
        let version = engines.iter().find(|engine| engine.engine == Engine::Node)?.version.clone()?;
        let mut numbers =
            version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if !detects_modules(major, minor) {
            return Some(format!(
                "{path} uses `export`, and package.json does not say \"type\": \"module\": add it, or call the file {}",
                path.replace(".js", ".mjs")
            ));
        }
    }
    let common = text.contains("module.exports") || text.contains("exports.handler");
    (plain && module && common && !exports).then(|| {
        format!(
            "{path} uses `exports`, but package.json says \"type\": \"module\": call the file {}",
            path.replace(".js", ".cjs")
        )
    })
}

fn missing_dependencies(files: &Files, manifest: &Value) -> Option<String> {
    let missing: Vec<String> = manifest["dependencies"]
        .as_object()?
        .keys()
        .filter(|name| !files.has_folder(&format!("node_modules/{name}")))
        .map(|name| format!("`{name}`"))
        .collect();
    if missing.is_empty() {
        return None;
    }
    Some(format!(
        "package.json names {}, which {} not in node_modules: run `npm install` in the folder",
        missing.join(", "),
        if missing.len() == 1 { "is" } else { "are" }
    ))
}
