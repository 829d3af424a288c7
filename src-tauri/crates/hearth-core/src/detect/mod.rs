//! Detection: which runtime and which handler a package wants, and why. Owns the guesses and their words. Reads
//! files and changes none; must not know how they came here or where they go.

mod files;
mod javascript;
mod name;
mod native;
mod python;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use name::{function_name, is_function_name};

use crate::api::{Detected, EngineInfo};
use files::Files;
use hearth_model::Engine;
use std::path::Path;

/// A handler that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handler {
    /// As the configuration writes it: `app.handler`.
    handler: String,
    /// "app.py defines handler".
    reason: String,
    /// The file that holds it.
    file: String,
    /// Smaller is more likely; first the name, then the file.
    rank: (usize, usize),
}

/// What one language says about a package.
#[derive(Clone, Debug)]
struct Finding {
    engine: Engine,
    /// Why this language: "requirements.txt".
    reason: String,
    /// Whether a file says so, not only the kind of files.
    declared: bool,
    handler: Option<Handler>,
    /// What was looked for, in words, when no handler was found.
    looked_for: String,
    highlights: Vec<(String, String)>,
    problems: Vec<String>,
}

/// Looks at the package in `root`, which people call `name`.
pub(crate) fn detect(root: &Path, name: &str, engines: &[EngineInfo]) -> Detected {
    let files = Files::read(root);
    let mut findings: Vec<Finding> =
        [native::find(&files), javascript::find(&files, engines), python::find(&files, engines)]
            .into_iter()
            .flatten()
            .collect();
    // A language with a handler wins over one without, then the one that a file declares.
    findings.sort_by_key(|finding| (finding.handler.is_none(), !finding.declared));
    let mut detected = Detected {
        name: function_name(name),
        runtime: None,
        runtime_reason: String::new(),
        handler: None,
        handler_reason: String::new(),
        files: files.count,
        size_bytes: files.size_bytes,
        highlights: Vec::new(),
        problems: Vec::new(),
        engine_available: false,
    };
    if findings.is_empty() {
        "nothing here says which runtime it wants".clone_into(&mut detected.runtime_reason);
        "no code was found".clone_into(&mut detected.handler_reason);
        detected.problems.push(nothing_to_run(&files));
        return detected;
    }
    let finding = findings.remove(0);
    let engine = engines.iter().find(|engine| engine.engine == finding.engine);
    detected.engine_available = engine.is_some_and(|engine| engine.available);
    detected.runtime = Some(runtime_of(finding.engine, engine));
    detected.runtime_reason = finding.reason;
    if let Some(handler) = finding.handler {
        detected.handler = Some(handler.handler);
        detected.handler_reason = handler.reason;
    } else {
        detected.handler_reason.clone_from(&finding.looked_for);
        detected.problems.push(format!("no handler was found: {}", finding.looked_for));
    }
    if !detected.engine_available {
        let why = engine
            .and_then(|engine| engine.reason.clone())
            .unwrap_or_else(|| missing(finding.engine).to_owned());
        detected.problems.push(why);
    }
    detected.highlights = finding.highlights;
    detected.problems.extend(finding.problems);
    detected
}

/// Whether `handler` can be found in the package by its file; `provided` runs whatever is called `bootstrap`.
pub(crate) fn handler_file(root: &Path, engine: Engine, handler: &str) -> Option<String> {
    if engine == Engine::Provided {
        return root.join("bootstrap").is_file().then(|| "bootstrap".to_owned());
    }
    let (module, _) = handler.rsplit_once('.')?;
    let candidates: Vec<String> = if engine == Engine::Python {
        let path = module.replace('.', "/");
        vec![format!("{path}.py"), format!("{path}/__init__.py"), format!("{path}.pyc")]
    } else {
        [".js", ".mjs", ".cjs"].iter().map(|extension| format!("{module}{extension}")).collect()
    };
    candidates.into_iter().find(|candidate| root.join(candidate).is_file())
}

/// The identifier of the engine on this computer, or a current one when there is none.
fn runtime_of(engine: Engine, info: Option<&EngineInfo>) -> String {
    match info {
        Some(info) if !info.runtime.is_empty() => info.runtime.clone(),
        _ => match engine {
            Engine::Python => "python3.13",
            Engine::Node => "nodejs22.x",
            Engine::Provided => "provided.al2023",
            Engine::Quickjs => "quickjs",
        }
        .to_owned(),
    }
}

fn missing(engine: Engine) -> &'static str {
    match engine {
        Engine::Python => "Python 3 is not on this computer: install python3",
        Engine::Node => "Node.js is not on this computer: install nodejs",
        Engine::Provided => "this computer cannot run a bootstrap executable",
        Engine::Quickjs => "the QuickJS engine of Hearth cannot start",
    }
}

fn nothing_to_run(files: &Files) -> String {
    if let Some(file) = files.paths.iter().find(|path| {
        Path::new(path).extension().is_some_and(|extension| extension == "ts")
            && !path.contains("node_modules/")
    }) {
        return format!("`{file}` is TypeScript: build it to JavaScript first, then deploy the result");
    }
    if files.count == 0 {
        return "the folder is empty".to_owned();
    }
    for (marker, words) in [
        ("go.mod", "Go: build an executable called `bootstrap`"),
        ("Cargo.toml", "Rust: build an executable called `bootstrap`, for instance with cargo lambda"),
        ("pom.xml", "Java, which no engine here runs"),
        ("build.gradle", "Java, which no engine here runs"),
    ] {
        if files.has(marker) {
            return format!("`{marker}` says {words}");
        }
    }
    "nothing to run was found: Hearth looks for *.py, *.js, *.mjs, *.cjs and an executable called bootstrap"
        .to_owned()
}
