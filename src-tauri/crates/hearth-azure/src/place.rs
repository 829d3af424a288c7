//! Where Azure's tools keep what they know on this computer: a home folder and environment variables, given, so that
//! tests have their own. A secret variable is asked only whether it is there; see [`crate::token`] for its one use.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// Variables whose values are no secrets.
const PLAIN: [&str; 8] = [
    "AZURE_CONFIG_DIR",
    "AZD_CONFIG_DIR",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_SUBSCRIPTION_ID",
    "AZURE_AUTHORITY_HOST",
    "AZURE_LOCATION",
    "PATH",
];
/// The variable with the secret of a service principal.
pub(crate) const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";

/// What tells where accounts are.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Variables that are no secrets, by name.
    pub variables: BTreeMap<String, String>,
    /// Whether the environment holds the secret of a service principal.
    pub has_client_secret: bool,
}

impl Place {
    /// What this process was started with.
    pub fn of_system() -> Self {
        let plain = PLAIN.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
        Self {
            home: std::env::home_dir(),
            variables: plain.collect(),
            has_client_secret: std::env::var_os(CLIENT_SECRET).is_some_and(|value| !value.is_empty()),
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn folder(&self, variable: &str, usual: &str) -> Option<PathBuf> {
        match self.variable(variable) {
            Some(path) => Some(PathBuf::from(path)),
            None => self.home.as_ref().map(|home| home.join(usual)),
        }
    }

    /// `~/.azure`, of the Azure CLI.
    pub(crate) fn cli(&self) -> Option<PathBuf> {
        self.folder("AZURE_CONFIG_DIR", ".azure")
    }

    /// `~/.azd`, of the Azure Developer CLI.
    pub(crate) fn developer_cli(&self) -> Option<PathBuf> {
        self.folder("AZD_CONFIG_DIR", ".azd")
    }

    /// A path as people write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        match self.home.as_ref().and_then(|home| path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }
}

/// An endpoint that speaks as Azure Resource Manager does, which a person added: an emulator, a fake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "AzureEndpoint")]
pub struct Endpoint {
    /// What a person calls it.
    pub name: String,
    /// Its URL, without a path.
    pub url: String,
    /// The region that new apps are made in.
    pub region: Option<String>,
    /// The account whose token signs, by its id without `azure:`; none signs with a token that everybody knows.
    #[serde(default)]
    pub profile: Option<String>,
}
