//! Where AWS's tools keep what they know on this computer: a home folder and environment variables, given, so that
//! tests have their own. Secret variables are asked only whether they are there.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// Variables whose values are no secrets.
const PLAIN: [&str; 9] = [
    "AWS_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/// What tells where accounts are.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Variables that are no secrets, by name.
    pub variables: BTreeMap<String, String>,
    /// Whether the environment holds a key.
    pub has_keys: bool,
    /// Whether that key comes with a session token, and so ends.
    pub has_session_token: bool,
}

impl Place {
    /// What this process was started with.
    pub fn of_system() -> Self {
        let plain = PLAIN.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
        let there = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            home: std::env::home_dir(),
            variables: plain.collect(),
            has_keys: there("AWS_ACCESS_KEY_ID") && there("AWS_SECRET_ACCESS_KEY"),
            has_session_token: there("AWS_SESSION_TOKEN"),
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A region of the environment, which counts for every account that has none of its own.
    pub(crate) fn region(&self) -> Option<&str> {
        self.variable("AWS_REGION").or_else(|| self.variable("AWS_DEFAULT_REGION"))
    }

    fn file(&self, variable: &str, usual: &str) -> Option<PathBuf> {
        match self.variable(variable) {
            Some(path) => Some(self.expand(path)),
            None => self.home.as_ref().map(|home| home.join(".aws").join(usual)),
        }
    }

    fn expand(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        }
    }

    /// `~/.aws/config`.
    pub(crate) fn config_file(&self) -> Option<PathBuf> {
        self.file("AWS_CONFIG_FILE", "config")
    }

    /// `~/.aws/credentials`.
    pub(crate) fn credentials_file(&self) -> Option<PathBuf> {
        self.file("AWS_SHARED_CREDENTIALS_FILE", "credentials")
    }

    /// Where single-sign-on sessions are kept.
    pub(crate) fn sso_cache(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(".aws/sso/cache"))
    }

    /// Where sessions of `aws login` are kept.
    pub(crate) fn login_cache(&self) -> Option<PathBuf> {
        match self.variable("AWS_LOGIN_CACHE_DIRECTORY") {
            Some(path) => Some(PathBuf::from(path)),
            None => self.home.as_ref().map(|home| home.join(".aws/login/cache")),
        }
    }

    /// A path as people write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        match self.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }
}

/// A Lambda-compatible endpoint that a person added: an emulator, another Hearth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// What a person calls it.
    pub name: String,
    /// Its URL, without a path.
    pub url: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The profile whose keys sign; none signs with keys that everybody knows.
    #[serde(default)]
    pub profile: Option<String>,
}
