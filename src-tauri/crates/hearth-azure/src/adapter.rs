//! Makes a package for Azure out of one for Lambda: adds the adapter of `assets/adapters/azure`, which answers on Azure by
//! calling the handler. A package that is Azure's already (it has a `host.json`) stays as it is. The same package always
//! gives the same bytes. Must not know requests.

use crate::fault::Asked;
use hearth_cloud::{FaultKind, Result};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};
use std::sync::Arc;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const PYTHON: &str = include_str!("../../../../assets/adapters/azure/python/function_app.py");
const NODE: &str = include_str!("../../../../assets/adapters/azure/node/hearth-azure.cjs");
const NODE_FILE: &str = "hearth-azure.cjs";
/// What the adapter needs of Microsoft. Azure brings the Python library along, so that no version is asked for; that of
/// Node is the one that the tests run the adapter on, or a newer one.
const PYTHON_LIBRARY: &str = "azure-functions";
const NODE_LIBRARY: (&str, &str) = ("@azure/functions", "^4.16.5");
/// Largest file that is read to be changed.
const LARGEST: u64 = 1024 * 1024;

/// A language that both Hearth and Azure know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    Node,
}

impl Language {
    /// The language and its version in Azure's words: `python3.12` is python 3.12, `nodejs22.x` is node 22.
    pub(crate) fn of(runtime: &str) -> Result<(Self, String)> {
        let read = if let Some(version) = runtime.strip_prefix("python") {
            Some((Self::Python, version.to_owned()))
        } else {
            runtime
                .strip_prefix("nodejs")
                .map(|version| (Self::Node, version.trim_end_matches(".x").to_owned()))
        };
        let is_version = |text: &str| {
            !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        };
        read.filter(|(_, version)| is_version(version)).ok_or_else(|| {
            let asked = Asked { operation: "deploying", about: "" };
            asked.fault(
                FaultKind::Invalid,
                format!("Azure runs no function of Hearth with the runtime `{runtime}`; it runs Python and Node.js"),
            )
        })
    }

    /// Azure's word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
        }
    }
}

/// What the adapter is told.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) language: Language,
    pub(crate) app: &'a str,
    pub(crate) handler: Option<&'a str>,
    pub(crate) memory_mb: u32,
    pub(crate) timeout_s: u32,
}

/// A package for Azure.
pub(crate) struct Prepared {
    pub(crate) zip: Arc<[u8]>,
    pub(crate) sha256: String,
    /// Files that were added or changed, with their text; none for a package that is Azure's already.
    pub(crate) added: Vec<(String, String)>,
}

/// Makes the package.
pub(crate) fn prepare(zip: &Arc<[u8]>, sha256: &str, wanted: &Wanted<'_>) -> Result<Prepared> {
    let asked = Asked { operation: "deploying", about: "" };
    let unreadable =
        |detail: String| asked.fault(FaultKind::Invalid, format!("the package cannot be read: {detail}"));
    let mut archive =
        ZipArchive::new(Cursor::new(zip.as_ref())).map_err(|error| unreadable(error.to_string()))?;
    let has = |archive: &ZipArchive<_>, name: &str| archive.index_for_name(name).is_some();
    if has(&archive, "host.json") {
        return Ok(Prepared { zip: Arc::clone(zip), sha256: sha256.to_owned(), added: Vec::new() });
    }
    let Some(handler) = wanted.handler else {
        return Err(asked.fault(FaultKind::Invalid, "the package has no host.json, and no handler was named"));
    };
    let own = match wanted.language {
        Language::Python => "function_app.py",
        Language::Node => NODE_FILE,
    };
    if has(&archive, own) {
        let words = format!("the package has a {own} but no host.json: add host.json, or rename that file");
        return Err(asked.fault(FaultKind::Invalid, words));
    }
    let mut added =
        vec![("host.json".to_owned(), host(wanted)), ("hearth.json".to_owned(), about(wanted, handler))];
    match wanted.language {
        Language::Python => {
            added.push((own.to_owned(), PYTHON.to_owned()));
            let before = text(&mut archive, "requirements.txt").map_err(unreadable)?;
            if let Some(changed) = requirements(before.as_deref()) {
                added.push(("requirements.txt".to_owned(), changed));
            }
        }
        Language::Node => {
            added.push((own.to_owned(), NODE.to_owned()));
            let before = text(&mut archive, "package.json").map_err(unreadable)?;
            let changed = manifest(before.as_deref())
                .ok_or_else(|| unreadable("package.json is not an object".to_owned()))?;
            added.push(("package.json".to_owned(), changed));
        }
    }
    let zip = packed(&mut archive, &added).map_err(|error| unreadable(error.to_string()))?;
    let sha256 = Sha256::digest(&zip).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    });
    Ok(Prepared { zip: zip.into(), sha256, added })
}

fn host(wanted: &Wanted<'_>) -> String {
    let seconds = wanted.timeout_s;
    pretty(&json!({
        "version": "2.0",
        "functionTimeout": format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60),
        "extensionBundle": { "id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)" },
    }))
}

fn about(wanted: &Wanted<'_>, handler: &str) -> String {
    pretty(&json!({
        "name": wanted.app,
        "handler": handler,
        "memory_mb": wanted.memory_mb,
        "timeout_s": wanted.timeout_s,
    }))
}

/// The requirements with Microsoft's library among them; none when it is there.
fn requirements(before: Option<&str>) -> Option<String> {
    let before = before.unwrap_or_default();
    let names = before.lines().map(|line| {
        line.trim().split(['=', '<', '>', '~', '!', ' ', '[', ';']).next().unwrap_or_default().to_lowercase()
    });
    if names.map(|name| name.replace('_', "-")).any(|name| name == PYTHON_LIBRARY) {
        return None;
    }
    let joint = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    Some(format!("{before}{joint}{PYTHON_LIBRARY}\n"))
}

/// The manifest with the adapter as what is started, and Microsoft's library among the dependencies.
fn manifest(before: Option<&str>) -> Option<String> {
    let mut manifest: Map<String, Value> = match before {
        Some(text) => serde_json::from_str(text).ok()?,
        None => Map::new(),
    };
    manifest.insert("main".to_owned(), json!(NODE_FILE));
    let dependencies = manifest.entry("dependencies").or_insert_with(|| json!({}));
    let (name, version) = NODE_LIBRARY;
    dependencies.as_object_mut()?.entry(name).or_insert_with(|| json!(version));
    Some(pretty(&Value::Object(manifest)))
}

fn pretty(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// A small file of the package, none when it is not there.
fn text(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> std::result::Result<Option<String>, String> {
    let Some(index) = archive.index_for_name(name) else { return Ok(None) };
    let file = archive.by_index(index).map_err(|error| error.to_string())?;
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).map_err(|error| format!("{name}: {error}"))?;
    Ok(Some(text))
}

/// The package with these files in it; the others are taken over as they are.
fn packed(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    added: &[(String, String)],
) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index)?;
        let name = file.name()?.into_owned();
        if !added.iter().any(|(of, _)| *of == name) {
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

    fn zip(files: &[(&str, &str)]) -> Arc<[u8]> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner().into()
    }

    fn wanted(language: Language) -> Wanted<'static> {
        Wanted { language, app: "kettle", handler: Some("app.handler"), memory_mb: 2_048, timeout_s: 75 }
    }

    fn files(prepared: &Prepared) -> Vec<(String, String)> {
        let mut archive = ZipArchive::new(Cursor::new(prepared.zip.as_ref())).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        names.into_iter().map(|name| (name.clone(), text(&mut archive, &name).unwrap().unwrap())).collect()
    }

    #[test]
    fn a_lambda_package_gets_the_adapter_and_keeps_its_files() {
        let package =
            zip(&[("app.py", "def handler(event, context): ..."), ("requirements.txt", "requests==2")]);
        let one = prepare(&package, "ab", &wanted(Language::Python)).unwrap();
        let other = prepare(&package, "ab", &wanted(Language::Python)).unwrap();
        assert_eq!((&one.zip, &one.sha256), (&other.zip, &other.sha256), "the same bytes each time");
        let files = files(&one);
        let file =
            |name: &str| files.iter().find(|(of, _)| of == name).map(|(_, text)| text.as_str()).unwrap();
        assert_eq!(file("requirements.txt"), "requests==2\nazure-functions\n");
        assert!(file("host.json").contains("\"00:01:15\""), "{}", file("host.json"));
        assert!(file("hearth.json").contains("app.handler"));
        assert!(file("app.py").starts_with("def handler"));
        assert_eq!(file("function_app.py"), PYTHON);
        assert_eq!(one.added.len(), 4, "what is added is shown");
    }

    #[test]
    fn a_node_package_starts_with_the_adapter() {
        let package =
            zip(&[("index.mjs", ""), ("package.json", r#"{"type":"module","dependencies":{"x":"1"}}"#)]);
        let prepared = prepare(&package, "ab", &wanted(Language::Node)).unwrap();
        let manifest = &prepared.added.iter().find(|(name, _)| name == "package.json").unwrap().1;
        let manifest: Value = serde_json::from_str(manifest).unwrap();
        assert_eq!(manifest["main"], "hearth-azure.cjs");
        assert_eq!(manifest["dependencies"], json!({ "x": "1", "@azure/functions": "^4.16.5" }));
        assert_eq!(manifest["type"], "module", "the rest stays");
    }

    #[test]
    fn a_package_of_azures_own_stays_as_it_is_and_what_cannot_be_is_said() {
        let own = zip(&[("host.json", "{}"), ("function_app.py", "")]);
        let prepared = prepare(&own, "ab", &wanted(Language::Python)).unwrap();
        assert_eq!((prepared.zip, prepared.sha256.as_str(), prepared.added.len()), (own, "ab", 0));
        let half = zip(&[("function_app.py", "")]);
        let fault = prepare(&half, "ab", &wanted(Language::Python)).err().unwrap();
        assert!(fault.message.contains("no host.json"), "{fault}");
        let broken: Arc<[u8]> = Arc::from(b"no zip".as_slice());
        assert!(prepare(&broken, "ab", &wanted(Language::Python)).is_err());
        assert_eq!(Language::of("python3.12").unwrap(), (Language::Python, "3.12".to_owned()));
        assert_eq!(Language::of("nodejs22.x").unwrap(), (Language::Node, "22".to_owned()));
        assert!(Language::of("provided.al2023").is_err() && Language::of("quickjs").is_err());
    }
}
