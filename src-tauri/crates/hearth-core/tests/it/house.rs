//! An App in a folder of its own, and short ways to use it.

use hearth_core::commands::{Body, dispatch};
use hearth_core::{ApiError, App, AppOptions, Place, SystemClock};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A Python function that greets.
pub(crate) const GREETER: &str = "\
import os

def handler(event, context):
    print('greeting', event.get('name'))
    if event.get('fail'):
        raise ValueError('told to fail')
    return {'hello': event.get('name'), 'secret_length': len(os.environ.get('SECRET', ''))}
";

/// An open Hearth.
pub(crate) struct House {
    pub(crate) app: App,
    pub(crate) data: tempfile::TempDir,
    pub(crate) code: tempfile::TempDir,
}

impl House {
    pub(crate) async fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let app = open_in(data.path()).await.unwrap();
        Self { app, data, code: tempfile::tempdir().unwrap() }
    }

    /// Whether Python functions can run; says so when not.
    pub(crate) async fn has_python(&self) -> bool {
        let info = self.ok("app_info", json!({})).await;
        let found = info["engines"]
            .as_array()
            .unwrap()
            .iter()
            .any(|engine| engine["engine"] == "python" && engine["available"] == true);
        if !found {
            // Straight to the terminal: what a passing test prints is hidden.
            writeln!(std::io::stderr(), "SKIPPED a test with Python: there is no Python 3 on this computer")
                .ok();
        }
        found
    }

    pub(crate) fn folder(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.code.path().join(name);
        for (path, text) in files {
            let target = folder.join(path);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, text).unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub(crate) async fn call(&self, command: &str, request: Value) -> Result<Body, ApiError> {
        dispatch(&self.app, command, request).await
    }

    /// A command that answers JSON and works.
    pub(crate) async fn ok(&self, command: &str, request: Value) -> Value {
        match self.call(command, request).await {
            Ok(Body::Json(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("`{command}` did not answer JSON: {other:?}"),
        }
    }

    /// A command that answers bytes and works.
    pub(crate) async fn bytes(&self, command: &str, request: Value) -> Vec<u8> {
        match self.call(command, request).await {
            Ok(Body::Bytes(bytes)) => bytes,
            other => panic!("`{command}` did not answer bytes: {other:?}"),
        }
    }

    /// A command that is refused.
    pub(crate) async fn refused(&self, command: &str, request: Value) -> ApiError {
        match self.call(command, request).await {
            Err(error) => error,
            Ok(body) => panic!("`{command}` was not refused: {body:?}"),
        }
    }

    /// Deploys a folder with the greeter under `name`.
    pub(crate) async fn deploy_greeter(&self, name: &str) -> Value {
        let folder = self.folder(name, &[("app.py", GREETER)]);
        self.ok("deploy", json!({ "source": path_source(&folder), "name": name })).await
    }

    pub(crate) async fn invoke(&self, name: &str, event: &Value) -> Value {
        self.ok("invoke", json!({ "name": name, "event": event.to_string(), "source": "test" })).await
    }
}

pub(crate) async fn open_in(data: &Path) -> Result<App, ApiError> {
    App::open(AppOptions {
        data_dir: data.to_owned(),
        clock: Arc::new(SystemClock),
        worker_exe: None,
        place: Place::default(),
    })
    .await
}

pub(crate) fn path_source(path: &Path) -> Value {
    json!({ "kind": "path", "path": path.to_str().unwrap() })
}
