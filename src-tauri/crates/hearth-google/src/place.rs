//! Where Google's tools keep what they know on this computer: a home folder and environment variables, given, so that
//! tests have their own. None of these variables is a secret: some name a file that holds one.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use ts_rs::TS;

const PLAIN: [&str; 8] = [
    "APPDATA",
    "CLOUDSDK_ACTIVE_CONFIG_NAME",
    "CLOUDSDK_CONFIG",
    "CLOUDSDK_CORE_PROJECT",
    "GCLOUD_PROJECT",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_CLOUD_QUOTA_PROJECT",
];

/// What tells where accounts are.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Variables, by name.
    pub variables: BTreeMap<String, String>,
}

impl Place {
    /// What this process was started with.
    pub fn of_system() -> Self {
        let plain = PLAIN.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
        Self { home: std::env::home_dir(), variables: plain.collect() }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The folder of gcloud: `~/.config/gcloud`, and `%APPDATA%\gcloud` on Windows.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        if let Some(path) = self.variable("CLOUDSDK_CONFIG") {
            return Some(PathBuf::from(path));
        }
        match self.variable("APPDATA") {
            Some(path) if cfg!(windows) => Some(Path::new(path).join("gcloud")),
            _ => self.home.as_ref().map(|home| home.join(".config/gcloud")),
        }
    }

    /// The sign-in that `gcloud auth application-default login` keeps.
    pub(crate) fn default_key(&self) -> Option<PathBuf> {
        self.folder().map(|folder| folder.join("application_default_credentials.json"))
    }

    /// The file that an environment variable names.
    pub(crate) fn named_key(&self) -> Option<PathBuf> {
        self.variable("GOOGLE_APPLICATION_CREDENTIALS").map(PathBuf::from)
    }

    /// The project of the environment, which counts for every account that has none of its own.
    pub(crate) fn project(&self) -> Option<&str> {
        self.variable("GOOGLE_CLOUD_PROJECT")
            .or_else(|| self.variable("CLOUDSDK_CORE_PROJECT"))
            .or_else(|| self.variable("GCLOUD_PROJECT"))
    }

    /// A path as people write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        match self.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }
}

/// An endpoint that speaks as Google's APIs do and takes any token: an emulator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "GoogleEndpoint")]
pub struct Endpoint {
    /// What a person calls it.
    pub name: String,
    /// Its URL, without a path; all of Google's services are asked there.
    pub url: String,
    /// The project.
    pub project: String,
    /// The region that is used when none is named.
    pub region: String,
}
