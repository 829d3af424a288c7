//! Python packages.

use super::files::Files;
use super::text::{blank_python, identifier};
use super::{Finding, Handler};
use crate::api::EngineInfo;
use hearth_model::Engine;

/// File names that usually hold the handler, best first.
const FILES: [&str; 8] =
    ["lambda_function", "app", "handler", "main", "index", "function", "lambda_handler", "lambda"];
/// Function names that usually are the handler, best first.
const NAMES: [&str; 4] = ["lambda_handler", "handler", "main", "handle"];
/// Names of a first parameter that make any function look like a handler.
const EVENTS: [&str; 4] = ["event", "_event", "evt", "event_"];

/// What the Python files say.
pub(super) fn find(files: &Files, engines: &[EngineInfo]) -> Option<Finding> {
    let marker = ["requirements.txt", "pyproject.toml", "Pipfile", "setup.py"]
        .into_iter()
        .find(|name| files.has(name));
    let sources = files.sources(&[".py"]);
    if marker.is_none() && sources.is_empty() {
        return None;
    }
    let mut asynchronous = None;
    let mut found: Vec<Handler> = Vec::new();
    for (order, path) in sources.iter().enumerate() {
        let text = blank_python(&files.text(path).unwrap_or_default());
        let module = path.trim_end_matches(".py").replace('/', ".");
        let stem = module.rsplit('.').next().unwrap_or(&module);
        let file_rank = FILES.iter().position(|name| *name == stem).unwrap_or(FILES.len())
            + path.matches('/').count() * 20;
        for definition in definitions(&text) {
            if definition.asynchronous {
                asynchronous.get_or_insert_with(|| (path.to_string(), definition.name.clone()));
                continue;
            }
            found.push(Handler {
                handler: format!("{module}.{}", definition.name),
                reason: format!("{path} {} {}", definition.verb, definition.name),
                file: path.to_string(),
                rank: (definition.rank, file_rank * 1_000 + order),
            });
        }
    }
    let handler = found.into_iter().min_by_key(|handler| handler.rank);
    let looked = sources.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    let looked_for = match (&asynchronous, sources.is_empty()) {
        (Some((path, name)), _) => {
            format!(
                "`{name}` in {path} is `async def`, which Lambda does not await; write `def {name}(event, context)`"
            )
        }
        (None, true) => {
            "there is no .py file at the top; Hearth looks for `def handler(event, context)`".to_owned()
        }
        (None, false) => format!("looked for `def handler(event, context)` or `lambda_handler` in {looked}"),
    };
    let mut highlights = Vec::new();
    if let Some(handler) = &handler {
        highlights.push((handler.file.clone(), "the handler".to_owned()));
    }
    let mut problems = Vec::new();
    if let Some(marker) = marker {
        highlights.push((marker.to_owned(), "Python package".to_owned()));
    }
    let missing = missing_requirements(files);
    if !missing.is_empty() {
        problems.push(format!(
            "requirements.txt names {}, which {} not in the package: run `pip install -r requirements.txt -t .` in the folder",
            missing.join(", "),
            if missing.len() == 1 { "is" } else { "are" }
        ));
    }
    let here = engines.iter().find(|engine| engine.engine == Engine::Python && engine.available);
    let reason = marker.map_or_else(|| format!("{} is Python", sources[0]), str::to_owned);
    Some(Finding {
        engine: Engine::Python,
        reason: here
            .and_then(|engine| engine.version.as_ref())
            .map_or(reason.clone(), |version| format!("{reason}; Python {version} is on this computer")),
        declared: marker.is_some(),
        handler,
        looked_for,
        highlights,
        problems,
    })
}

struct Definition {
    name: String,
    verb: &'static str,
    asynchronous: bool,
    rank: usize,
}

/// Names at the top level of blanked source that may be a handler.
fn definitions(text: &str) -> Vec<Definition> {
    let mut found = Vec::new();
    for (at, line) in line_starts(text) {
        let (asynchronous, rest) = match line.strip_prefix("async ") {
            Some(rest) => (true, rest.trim_start()),
            None => (false, line),
        };
        if let Some(rest) = rest.strip_prefix("def ") {
            let Some((name, _)) = identifier(rest.trim_start()) else { continue };
            let parameters = parameters(&text[at..]);
            let usual = NAMES.iter().position(|usual| *usual == name);
            let looks_right = parameters.first().is_some_and(|first| EVENTS.contains(&first.as_str()))
                && parameters.len() >= 2
                && !name.starts_with('_');
            let enough =
                parameters.len() >= 2 || parameters.iter().any(|parameter| parameter.starts_with('*'));
            let rank = match usual {
                Some(usual) if enough => usual,
                _ if looks_right => NAMES.len(),
                _ => continue,
            };
            found.push(Definition { name: name.to_owned(), verb: "defines", asynchronous, rank });
        } else if let Some((name, rest)) = identifier(line) {
            let assigned = rest.trim_start().strip_prefix('=').is_some_and(|rest| !rest.starts_with('='));
            if assigned && matches!(name, "handler" | "lambda_handler") {
                let rank = usize::from(name == "handler");
                found.push(Definition { name: name.to_owned(), verb: "assigns", asynchronous: false, rank });
            } else if name == "from" {
                found.extend(imported(rest));
            }
        }
    }
    found
}

fn line_starts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end())
    })
}

/// `from other import lambda_handler`, or `… as handler`.
fn imported(rest: &str) -> Option<Definition> {
    let (_, names) = rest.split_once(" import ")?;
    names.split(',').find_map(|part| {
        let name = part.rsplit(" as ").next()?.trim().trim_matches(['(', ')']);
        let rank = ["lambda_handler", "handler"].iter().position(|usual| *usual == name)?;
        Some(Definition { name: name.to_owned(), verb: "imports", asynchronous: false, rank })
    })
}

/// Names of the parameters of the definition that `text` begins with.
fn parameters(text: &str) -> Vec<String> {
    let Some(open) = text.find('(') else { return Vec::new() };
    let mut depth = 0;
    let mut parameters = Vec::new();
    let mut current = String::new();
    for character in text[open..].chars() {
        match character {
            '(' | '[' | '{' => {
                depth += 1;
                if depth > 1 {
                    current.push(character);
                }
            }
            ')' | ']' | '}' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            ',' if depth == 1 => parameters.push(std::mem::take(&mut current)),
            other => current.push(other),
        }
    }
    parameters.push(current);
    parameters
        .iter()
        .map(|parameter| parameter.split([':', '=']).next().unwrap_or_default().trim().to_owned())
        .filter(|name| !name.is_empty() && name != "/")
        .collect()
}

/// Distributions of requirements.txt that left no trace in the package.
fn missing_requirements(files: &Files) -> Vec<String> {
    let Some(text) = files.text("requirements.txt") else { return Vec::new() };
    let installed: Vec<String> = files
        .paths
        .iter()
        .filter_map(|path| path.split('/').next())
        .map(|top| normal(top.split(".dist-info").next().unwrap_or(top).split('-').next().unwrap_or(top)))
        .collect();
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !line.is_empty() && !line.starts_with('-') && !line.contains("://"))
        .filter_map(|line| line.split(['=', '<', '>', '!', '~', '[', ';', ' ', '@']).next())
        .filter(|name| {
            let wanted = normal(name);
            !installed.iter().any(|top| *top == wanted || top.trim_end_matches(".py") == wanted)
        })
        .map(|name| format!("`{name}`"))
        .collect()
}

fn normal(name: &str) -> String {
    name.to_lowercase().replace(['-', '.'], "_").trim_end_matches("_py").to_owned()
}
