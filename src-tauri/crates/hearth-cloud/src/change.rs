//! Changes that a person may want. A change says what should be so; how it is made is the provider's, and a person sees
//! that in a review first. Values of environment variables and code are here and must not be printed: `Debug` leaves
//! them out.

use crate::{BegunCall, ContainerChange, FunctionAddress, SideChange};
use hearth_model::Architecture;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use ts_rs::TS;

/// Who may call a function's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UrlAccess {
    /// Anybody.
    Public,
    /// Who signs with the account's permissions.
    Account,
}

/// Settings to change; what is none stays.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Runtime identifier.
    pub runtime: Option<String>,
    /// Handler.
    pub handler: Option<String>,
    /// Memory size.
    pub memory_mb: Option<u32>,
    /// Timeout.
    pub timeout_s: Option<u32>,
    /// Architecture.
    pub architecture: Option<Architecture>,
    /// One line for people.
    pub description: Option<String>,
    /// Environment variables, which replace those that are set.
    pub environment: Option<BTreeMap<String, String>>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Option<Vec<&String>> = self.environment.as_ref().map(|all| all.keys().collect());
        formatter
            .debug_struct("Settings")
            .field("runtime", &self.runtime)
            .field("handler", &self.handler)
            .field("memory_mb", &self.memory_mb)
            .field("timeout_s", &self.timeout_s)
            .field("architecture", &self.architecture)
            .field("description", &self.description)
            .field("environment_names", &names)
            .finish()
    }
}

/// Code to deploy.
#[derive(Clone, PartialEq, Eq)]
pub struct Deploy {
    /// Where and what.
    pub function: FunctionAddress,
    /// Settings; a new function needs runtime and handler.
    pub settings: Settings,
    /// The zip.
    pub code: Arc<[u8]>,
    /// Its hash, as a person can compare it.
    pub code_sha256: String,
    /// The role it runs as; none: the one it has, or one made for it.
    pub role: Option<String>,
    /// What a new function is billed by, where the vendor has more than one way: for Azure `flex`, `consumption` or
    /// `premium`. None: the vendor's usual one, or the one it has.
    pub plan: Option<String>,
}

impl fmt::Debug for Deploy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Deploy")
            .field("function", &self.function)
            .field("settings", &self.settings)
            .field("code_bytes", &self.code.len())
            .field("code_sha256", &self.code_sha256)
            .field("role", &self.role)
            .field("plan", &self.plan)
            .finish()
    }
}

/// What can be done with a function that runs or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// It answers calls again.
    Start,
    /// It answers no calls.
    Stop,
    /// All its servers are made anew.
    Restart,
}

/// A change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Make a function, or give one new code and settings.
    Deploy(Deploy),
    /// Make a function from a container image, or give one another image and settings. The image is in a registry already.
    DeployImage {
        /// The function.
        function: FunctionAddress,
        /// The image, for instance `111122223333.dkr.ecr.eu-west-1.amazonaws.com/tea:4`.
        image: String,
        /// Settings; a runtime and a handler are the image's own.
        settings: Settings,
        /// The role it runs as; none: the one it has, or one made for it.
        role: Option<String>,
    },
    /// Change settings.
    Configure {
        /// The function.
        function: FunctionAddress,
        /// What changes.
        settings: Settings,
    },
    /// Delete a function and what belongs to it alone.
    Delete {
        /// The function.
        function: FunctionAddress,
        /// Also its logs.
        logs: bool,
    },
    /// Keep the code and settings of now as a version.
    Publish {
        /// The function.
        function: FunctionAddress,
        /// One line for people.
        description: String,
    },
    /// Point a name at a version, and give other versions parts of the traffic.
    PointAlias {
        /// The function.
        function: FunctionAddress,
        /// The name.
        alias: String,
        /// The version.
        version: String,
        /// Parts of the traffic that other versions get, 0 to 1.
        weights: BTreeMap<String, f64>,
    },
    /// Limit how many run at once; none takes the limit away.
    LimitConcurrency {
        /// The function.
        function: FunctionAddress,
        /// The limit; 0 stops it.
        limit: Option<u32>,
    },
    /// Give it an HTTPS address, or take it away.
    SetUrl {
        /// The function.
        function: FunctionAddress,
        /// Who may call it; none takes the address away.
        access: Option<UrlAccess>,
    },
    /// Start, stop or restart it.
    Power {
        /// The function.
        function: FunctionAddress,
        /// What.
        power: Power,
    },
    /// Change what is set around it: triggers, environments kept ready, layers, tags.
    Side {
        /// The function.
        function: FunctionAddress,
        /// What.
        change: SideChange,
    },
    /// Run, scale, stop or delete containers.
    Containers {
        /// The region, and the name of what changes: the service, the family of tasks, the task, or the cluster.
        at: FunctionAddress,
        /// The cluster.
        cluster: String,
        /// What.
        change: ContainerChange,
    },
    /// Take back what a change left that nobody came to the end of.
    TakeBack {
        /// The function that it was about.
        function: FunctionAddress,
        /// Its calls that may have been made, in their order.
        calls: Vec<BegunCall>,
    },
}

impl Change {
    /// What kind of change it is, in one word that never changes.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Deploy(_) | Self::DeployImage { .. } => "deploy",
            Self::Configure { .. } => "configure",
            Self::Delete { .. } => "delete",
            Self::Publish { .. } => "publish",
            Self::PointAlias { .. } => "point_alias",
            Self::LimitConcurrency { .. } => "limit_concurrency",
            Self::SetUrl { .. } => "set_url",
            Self::Power { .. } => "power",
            Self::Side { .. } => "side",
            Self::Containers { .. } => "containers",
            Self::TakeBack { .. } => "take_back",
        }
    }

    /// The function that changes, or what of containers does.
    pub fn function(&self) -> &FunctionAddress {
        match self {
            Self::Deploy(deploy) => &deploy.function,
            Self::DeployImage { function, .. }
            | Self::Configure { function, .. }
            | Self::Delete { function, .. }
            | Self::Publish { function, .. }
            | Self::PointAlias { function, .. }
            | Self::LimitConcurrency { function, .. }
            | Self::SetUrl { function, .. }
            | Self::Power { function, .. }
            | Self::Side { function, .. }
            | Self::TakeBack { function, .. } => function,
            Self::Containers { at, .. } => at,
        }
    }
}

/// How a change can be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Undo {
    /// By this command line.
    Command {
        /// The command line.
        command: String,
    },
    /// Only partly or with work, as the words say.
    ByHand {
        /// How.
        words: String,
    },
    /// Not at all.
    Impossible {
        /// Why.
        words: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_code_are_not_printed() {
        let settings = Settings {
            environment: Some([("API_KEY".to_owned(), "s3cret".to_owned())].into()),
            ..Settings::default()
        };
        let deploy = Deploy {
            function: FunctionAddress::new("eu-west-1", "tea"),
            settings,
            code: Arc::from(b"s3cret".as_slice()),
            code_sha256: "ab".into(),
            role: None,
            plan: None,
        };
        let text = format!("{:?}", Change::Deploy(deploy));
        assert!(text.contains("API_KEY") && text.contains("code_bytes: 6"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}
