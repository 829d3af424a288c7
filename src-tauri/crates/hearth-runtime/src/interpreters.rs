//! Which interpreters this computer has: the real ones, behind any version-chooser's shim, asked once. Must not
//! know functions.

use crate::spawn::{Launch, Spawner};
use crate::variables;
use hearth_model::Engine;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// A shim may start a shell and look through many versions.
const PATIENCE: Duration = Duration::from_secs(5);
const PYTHON_QUESTION: &str =
    "import sys; print(sys.executable); print('.'.join(map(str, sys.version_info[:3])))";
const NODE_QUESTION: &str = "console.log(process.execPath); console.log(process.versions.node)";

/// A program that runs functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Interpreter {
    pub(crate) path: PathBuf,
    pub(crate) version: String,
}

/// What was found; the text says why an engine is missing.
pub(crate) struct Interpreters {
    pub(crate) python: Result<Interpreter, String>,
    pub(crate) node: Result<Interpreter, String>,
}

impl Interpreters {
    pub(crate) async fn find(spawner: &Spawner, search_path: Option<&OsStr>, scratch: &Path) -> Self {
        let path = search_path.map(OsString::from).or_else(|| std::env::var_os("PATH")).unwrap_or_default();
        let (python, node) = tokio::join!(
            look(spawner, &path, scratch, &["python3", "python"], &["-I", "-S", "-c", PYTHON_QUESTION]),
            look(spawner, &path, scratch, &["node"], &["-e", NODE_QUESTION]),
        );
        Self { python: new_enough(python, Engine::Python, 3, 8), node: new_enough(node, Engine::Node, 18, 0) }
    }
}

fn new_enough(
    found: Option<Interpreter>,
    engine: Engine,
    major: u32,
    minor: u32,
) -> Result<Interpreter, String> {
    let (name, other) = match engine {
        Engine::Python => ("Python", "install Python 3"),
        _ => ("Node.js", "install Node.js"),
    };
    let Some(interpreter) = found else {
        return Err(format!("no {name} was found on PATH; {other}, or use the quickjs runtime"));
    };
    let mut parts = interpreter.version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if version < (major, minor) {
        let Interpreter { path, version } = interpreter;
        return Err(format!(
            "{name} {version} at {} is too old; Hearth needs {major}.{minor} or newer",
            path.display()
        ));
    }
    Ok(interpreter)
}

/// Asks each candidate on `path` in turn where it really is.
async fn look(
    spawner: &Spawner,
    path: &OsStr,
    scratch: &Path,
    names: &[&str],
    arguments: &[&str],
) -> Option<Interpreter> {
    for name in names {
        for folder in std::env::split_paths(path) {
            let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            if program.is_absolute()
                && program.is_file()
                && let Some(found) = ask(spawner, path, scratch, &program, arguments).await
            {
                return Some(found);
            }
        }
    }
    None
}

async fn ask(
    spawner: &Spawner,
    path: &OsStr,
    scratch: &Path,
    program: &Path,
    arguments: &[&str],
) -> Option<Interpreter> {
    let launch = Launch {
        program: program.to_owned(),
        arguments: arguments.iter().map(OsString::from).collect(),
        directory: scratch.to_owned(),
        environment: shim_variables(path, scratch),
        stdin: Stdio::null(),
        stdout: Stdio::piped(),
        stderr: Stdio::null(),
    };
    let child = spawner.spawn(launch).await.ok()?;
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.ok()?.ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    let path = PathBuf::from(lines.next()?.trim());
    let version = lines.next()?.trim().to_owned();
    path.is_file().then_some(Interpreter { path, version })
}

/// What version choosers need to find themselves; nothing that changes how an interpreter behaves.
fn shim_variables(path: &OsStr, scratch: &Path) -> BTreeMap<String, String> {
    let mut variables = variables::base(scratch);
    variables.insert("PATH".to_owned(), path.to_string_lossy().into_owned());
    for name in [
        "HOME",
        "PYENV_ROOT",
        "PYENV_VERSION",
        "NVM_DIR",
        "ASDF_DIR",
        "ASDF_DATA_DIR",
        "MISE_DATA_DIR",
        "VOLTA_HOME",
        "FNM_DIR",
    ] {
        if let Ok(value) = std::env::var(name) {
            variables.insert(name.to_owned(), value);
        }
    }
    variables
}
