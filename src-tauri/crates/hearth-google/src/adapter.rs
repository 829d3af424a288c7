//! Makes a folder that was written for Lambda's shape answer on Google: a file of ours is added to the package and
//! calls the person's handler, and the review shows it. Code that already has Google's shape stays as it is. Must not
//! change a file of the person's, but for `main` of a package.json, which says where Node begins.

use crate::fault::Asked;
use hearth_cloud::{FaultKind, Result};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const PYTHON: &str = include_str!("../../../../assets/adapters/google/hearth_google.py");
const NODE: &str = include_str!("../../../../assets/adapters/google/hearth_google.mjs");
const PYTHON_FILE: &str = "hearth_google.py";
const NODE_FILE: &str = "hearth_google.mjs";
/// What Google is told to call in our files.
const ENTRY: &str = "hearth";
/// Largest file of a person's that is looked into.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A package as Google takes it.
pub(crate) struct Adapted {
    pub(crate) zip: Vec<u8>,
    pub(crate) sha256: String,
    pub(crate) runtime: String,
    pub(crate) entry: String,
    /// What Google's builder must know.
    pub(crate) build: BTreeMap<String, String>,
    /// Files that were added or changed: name and text.
    pub(crate) added: Vec<(String, String)>,
}

/// The runtime by Google's name: `python3.12` is `python312`, `nodejs22.x` is `nodejs22`.
pub(crate) fn runtime_of(runtime: &str) -> Option<String> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(version) = runtime.strip_prefix("python3") {
        let minor = version.strip_prefix('.').unwrap_or(version);
        return digits(minor).then(|| format!("python3{minor}"));
    }
    if let Some(version) = runtime.strip_prefix("nodejs") {
        let major = version.strip_suffix(".x").unwrap_or(version);
        return digits(major).then(|| format!("nodejs{major}"));
    }
    None
}

/// Adapts a package. `limits` are its memory in MB and its timeout in seconds, which a handler may ask for.
pub(crate) fn adapt(
    zip: &[u8],
    runtime: &str,
    handler: &str,
    limits: (u32, u32),
    asked: &Asked<'_>,
) -> Result<Adapted> {
    let wrong = |words: String| asked.fault(FaultKind::Invalid, words);
    let runtime = runtime_of(runtime).ok_or_else(|| {
        wrong(format!(
            "Google has no runtime for `{runtime}`; Hearth deploys Python and Node there (a program of one's own needs a container)"
        ))
    })?;
    let mut archive = ZipArchive::new(Cursor::new(zip))
        .map_err(|error| wrong(format!("the package is no zip: {error}")))?;
    let mut adapted = Adapted {
        zip: Vec::new(),
        sha256: String::new(),
        runtime,
        entry: ENTRY.to_owned(),
        build: BTreeMap::new(),
        added: Vec::new(),
    };
    let (module, function) = split(handler)
        .ok_or_else(|| wrong(format!("`{handler}` is no handler of the form file.function")))?;
    if adapted.runtime.starts_with("python") {
        python(&mut archive, &module, function, &mut adapted, asked)?;
    } else {
        node(&mut archive, &module, function, &mut adapted, asked)?;
    }
    for (_, text) in &mut adapted.added {
        *text = text
            .replace("HEARTH_MEMORY_MB", &limits.0.to_string())
            .replace("HEARTH_TIMEOUT_S", &limits.1.to_string());
    }
    adapted.zip = with(zip, archive, &adapted.added)
        .map_err(|error| wrong(format!("the package cannot be written: {error}")))?;
    for byte in Sha256::digest(&adapted.zip) {
        write!(adapted.sha256, "{byte:02x}").ok();
    }
    Ok(adapted)
}

/// `lib/app.handler` as a path without its ending, and the function. Both become part of a program, so they hold nothing
/// but letters, digits and what paths need.
fn split(handler: &str) -> Option<(String, &str)> {
    let (module, function) = handler.rsplit_once('.')?;
    let plain = |text: &str, more: &[char]| {
        !text.is_empty()
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(&letter))
    };
    let is_inside = module.split('/').all(|part| !part.is_empty() && part != "..");
    (is_inside && plain(module, &['_', '-', '/', '.']) && plain(function, &['_', '$']))
        .then(|| (module.to_owned(), function))
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// A text file of the package.
fn text(archive: &mut Archive<'_>, name: &str) -> Option<String> {
    let file = archive.by_name(name).ok()?;
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

fn python(
    archive: &mut Archive<'_>,
    module: &str,
    function: &str,
    adapted: &mut Adapted,
    asked: &Asked<'_>,
) -> Result<()> {
    let path = module.replace('.', "/");
    let files = [format!("{path}.py"), format!("{path}/__init__.py")];
    let found = files.iter().find_map(|file| Some((file, text(archive, file)?)));
    let Some((file, code)) = found else {
        return Err(asked.fault(FaultKind::Invalid, format!("the package has no file `{}`", files[0])));
    };
    if python_is_googles(&code, function) {
        function.clone_into(&mut adapted.entry);
        if file != "main.py" {
            adapted.build.insert("GOOGLE_FUNCTION_SOURCE".to_owned(), file.clone());
        }
        return Ok(());
    }
    let own = PYTHON.replace("HEARTH_MODULE", &path.replace('/', ".")).replace("HEARTH_HANDLER", function);
    adapted.build.insert("GOOGLE_FUNCTION_SOURCE".to_owned(), PYTHON_FILE.to_owned());
    adapted.added.push((PYTHON_FILE.to_owned(), own));
    Ok(())
}

/// Google calls with one argument, Lambda with two; a decorator of Google's says it plainly.
fn python_is_googles(code: &str, function: &str) -> bool {
    let start = format!("def {function}(");
    let Some((before, after)) = code.split_once(start.as_str()) else { return false };
    if before
        .trim_end_matches("async ")
        .trim_end()
        .lines()
        .last()
        .is_some_and(|line| line.contains("@functions_framework."))
    {
        return true;
    }
    let arguments = after.split(')').next().unwrap_or_default();
    let arguments: Vec<&str> = arguments.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    matches!(arguments.as_slice(), [one] if one.starts_with("request") || one.starts_with("cloud_event"))
}

fn node(
    archive: &mut Archive<'_>,
    module: &str,
    function: &str,
    adapted: &mut Adapted,
    asked: &Asked<'_>,
) -> Result<()> {
    let files = ["js", "mjs", "cjs"].map(|ending| format!("{module}.{ending}"));
    let found = files.iter().find_map(|file| Some((file.clone(), text(archive, file)?)));
    let Some((file, code)) = found else {
        return Err(asked.fault(FaultKind::Invalid, format!("the package has no file `{}`", files[0])));
    };
    let given = text(archive, "package.json");
    let mut package: Value = match &given {
        None => json!({}),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| asked.fault(FaultKind::Invalid, format!("package.json is no JSON: {error}")))?,
    };
    let begins = if node_is_googles(&code, function) {
        function.clone_into(&mut adapted.entry);
        file.as_str()
    } else {
        let own = NODE.replace("HEARTH_MODULE", &file).replace("HEARTH_HANDLER", function);
        adapted.added.push((NODE_FILE.to_owned(), own));
        NODE_FILE
    };
    if package["main"] != begins && !(given.is_none() && begins == "index.js") {
        let Some(all) = package.as_object_mut() else {
            return Err(asked.fault(FaultKind::Invalid, "package.json is no object"));
        };
        all.insert("main".to_owned(), json!(begins));
        let text = serde_json::to_string_pretty(&package).unwrap_or_default() + "\n";
        adapted.added.push(("package.json".to_owned(), text));
    }
    Ok(())
}

/// Code that registers itself with Google's framework, or takes a request and a response.
fn node_is_googles(code: &str, function: &str) -> bool {
    if code.contains("@google-cloud/functions-framework") {
        return true;
    }
    let Some(at) =
        code.find(&format!("{function} = ")).or_else(|| code.find(&format!("function {function}(")))
    else {
        return false;
    };
    let arguments =
        code[at..].split_once('(').and_then(|(_, rest)| rest.split(')').next()).unwrap_or_default();
    let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
    matches!(arguments.as_slice(), ["req" | "request", "res" | "response"])
}

/// The same zip with these files, which replace those of the same name. The same input gives the same bytes.
fn with(zip: &[u8], mut archive: Archive<'_>, added: &[(String, String)]) -> zip::result::ZipResult<Vec<u8>> {
    if added.is_empty() {
        return Ok(zip.to_vec());
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index)?;
        let is_replaced = file.name().is_ok_and(|own| added.iter().any(|(name, _)| *name == own));
        if !is_replaced {
            writer.raw_copy_file(file)?;
        }
    }
    for (name, text) in added {
        writer.start_file(name.as_str(), SimpleFileOptions::default().unix_permissions(0o644))?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked { operation: "deploying", location: "" };

    fn package(files: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn adapted(files: &[(&str, &str)], runtime: &str, handler: &str) -> Result<Adapted> {
        adapt(&package(files), runtime, handler, (256, 60), &ASKED)
    }

    #[test]
    fn runtimes_get_googles_names() {
        for (ours, theirs) in [
            ("python3.12", Some("python312")),
            ("python312", Some("python312")),
            ("nodejs22.x", Some("nodejs22")),
            ("nodejs20", Some("nodejs20")),
            ("provided.al2023", None),
            ("quickjs", None),
            ("nodejs", None),
        ] {
            assert_eq!(runtime_of(ours).as_deref(), theirs, "{ours}");
        }
    }

    #[test]
    fn lambdas_shape_gets_a_file_and_googles_shape_stays() {
        let lambda =
            adapted(&[("app.py", "def handler(event, context):\n  return 1\n")], "python3.12", "app.handler")
                .unwrap();
        assert_eq!((lambda.entry.as_str(), lambda.added[0].0.as_str()), ("hearth", "hearth_google.py"));
        assert!(
            lambda.added[0].1.contains("MODULE = \"app\"")
                && lambda.added[0].1.contains("HANDLER = \"handler\"")
        );
        assert_eq!(lambda.build["GOOGLE_FUNCTION_SOURCE"], "hearth_google.py");
        let mut archive = ZipArchive::new(Cursor::new(lambda.zip.as_slice())).unwrap();
        assert!(archive.by_name("app.py").is_ok() && archive.by_name("hearth_google.py").is_ok());

        let google = adapted(
            &[(
                "main.py",
                "import functions_framework\n\n@functions_framework.http\ndef go(request):\n  return 'x'\n",
            )],
            "python312",
            "main.go",
        )
        .unwrap();
        assert_eq!((google.entry.as_str(), google.added.len(), google.build.len()), ("go", 0, 0));

        let node = adapted(
            &[
                ("index.js", "exports.handler = async (event) => 1;\n"),
                ("package.json", "{\"name\":\"x\",\"type\":\"module\"}"),
            ],
            "nodejs22.x",
            "index.handler",
        )
        .unwrap();
        let package: Value = serde_json::from_str(&node.added[1].1).unwrap();
        assert_eq!(package, json!({ "name": "x", "type": "module", "main": "hearth_google.mjs" }));
        let google =
            adapted(&[("index.js", "exports.go = (req, res) => res.send('x');\n")], "nodejs22.x", "index.go")
                .unwrap();
        assert_eq!((google.entry.as_str(), google.added.len()), ("go", 0));
    }

    #[test]
    fn the_same_package_gives_the_same_bytes_and_a_handler_cannot_be_a_program() {
        let files = [("app.py", "def handler(event, context):\n  return 1\n")];
        let (one, other) = (
            adapted(&files, "python3.12", "app.handler").unwrap(),
            adapted(&files, "python3.12", "app.handler").unwrap(),
        );
        assert_eq!(one.sha256, other.sha256);
        for handler in ["app", "app.x\";import os", "../app.handler", "/app.handler", "a b.handler"] {
            assert!(adapted(&files, "python3.12", handler).is_err(), "{handler}");
        }
        assert!(adapted(&files, "python3.12", "gone.handler").err().unwrap().message.contains("gone.py"));
    }
}
