//! Compiled Python modules: packages are read-only, and no cold start but the first compiles them.

use crate::kit::{Kit, cold, json};
use hearth_model::Outcome;
use hearth_runtime::ParkedCounts;
use std::path::Path;
use std::sync::Arc;

fn compiled(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                left.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "pyc") {
                let name = entry.file_name().to_string_lossy().into_owned();
                found.push(name.split('.').next().unwrap_or_default().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// With and without parked processes, which take another way to the function's folder.
#[tokio::test]
async fn compiled_modules_are_kept_beside_the_package_and_used_again() {
    for parked in [0, 1] {
        let kept = tempfile::tempdir().expect("folder");
        let kit = Kit::with(|options| {
            options.bytecode_dir = Some(kept.path().to_owned());
            options.parked = ParkedCounts { python: parked, node: 0, quickjs: 0 };
        })
        .await;
        kit.until("parked processes", || kit.runtime.engines()[0].parked == parked).await;
        // `colorsys` is of the library and not preloaded: it is not the package's.
        let spec = kit.python(
            "import os, sys\nimport colorsys\nimport inner.part\ndef handler(event, context):\n    \
             return [inner.part.VALUE, type(inner.part.__loader__).__name__, 'HEARTH_PYCACHE' in os.environ, sys.pycache_prefix]\n",
        );
        let inner = spec.code_dir.join("inner");
        std::fs::create_dir(&inner).expect("folder");
        std::fs::write(inner.join("__init__.py"), "").expect("module");
        std::fs::write(inner.join("part.py"), "VALUE = 'first'\n").expect("module");
        let package = spec.code_dir.clone();
        let spec = Arc::new(spec);
        let seen = json(&kit.call(&spec, "{}").await);
        assert_eq!(seen, serde_json::json!(["first", "Loader", false, null]), "parked: {parked}");
        assert_eq!(compiled(&package), Vec::<String>::new(), "the package stays as it is");
        // Written once the call was answered, or at the next one by a process that was stopped before it had written;
        // only what the package holds.
        kit.call(&spec, "{}").await;
        kit.until("compiled modules", || compiled(kept.path()) == ["__init__", "app", "part"]).await;
        let folder = kept.path().join(package.file_name().expect("name"));
        assert!(folder.is_dir(), "a folder of the package's name, so that it can be swept with it");

        // A cold start takes the compiled module: the same size and time, other words in the source.
        let part = inner.join("part.py");
        let written = std::fs::metadata(&part).and_then(|data| data.modified()).expect("time");
        std::fs::write(&part, "VALUE = 'other'\n").expect("module");
        std::fs::File::options()
            .write(true)
            .open(&part)
            .and_then(|file| file.set_modified(written))
            .expect("time");
        let again = kit.runtime.invoke(cold(&spec, "{}")).await;
        assert_eq!(json(&again)[0], "first", "read from the compiled module");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_does_no_harm() {
    let kept = tempfile::NamedTempFile::new().expect("file");
    let kit = Kit::with(|options| options.bytecode_dir = Some(kept.path().to_owned())).await;
    let spec = Arc::new(kit.python("def handler(event, context):\n    return 1\n"));
    let done = kit.call(&spec, "{}").await;
    assert_eq!(done.invocation.outcome, Outcome::Succeeded, "{:?}", done.response);
}

/// Who sets the variables of Python about compiled modules means them.
#[tokio::test]
async fn a_functions_own_choice_counts() {
    let (kept, own) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let kit = Kit::with(|options| options.bytecode_dir = Some(kept.path().to_owned())).await;
    for (name, value, kept_there) in
        [("PYTHONPYCACHEPREFIX", own.path().to_str().expect("text"), 1), ("PYTHONDONTWRITEBYTECODE", "1", 1)]
    {
        let mut spec = kit.python("def handler(event, context):\n    return 1\n");
        spec.environment.insert(name.to_owned(), value.to_owned());
        let spec = Arc::new(spec);
        assert_eq!(json(&kit.call(&spec, "{}").await), 1);
        // The second is served after whatever the first left to be written.
        assert_eq!(json(&kit.call(&spec, "{}").await), 1);
        assert_eq!(compiled(kept.path()), Vec::<String>::new(), "{name}");
        assert_eq!(compiled(own.path()).iter().filter(|name| *name == "app").count(), kept_there, "{name}");
    }
}
