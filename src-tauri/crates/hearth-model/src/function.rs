//! Functions, their versions, configuration and package. Owns the runtime identifiers that Hearth accepts.
//! Must not know how a package is stored or how an engine starts.

use crate::{FunctionId, Micros};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The id of the account that stands for this computer.
pub const LOCAL_ACCOUNT: &str = "local";
/// The only region of the local account.
pub const LOCAL_REGION: &str = "local";
/// The account number in ARNs of local functions.
pub const LOCAL_ACCOUNT_NUMBER: &str = "000000000000";

/// The ARN that a local function sees, in the region whose prices are used.
pub fn function_arn(price_region: &str, name: &str) -> String {
    format!("arn:aws:lambda:{price_region}:{LOCAL_ACCOUNT_NUMBER}:function:{name}")
}

/// A place where functions live: this computer or a cloud account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Stable id, `local` for this computer.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// Who runs it: `local`, later `aws`, `azure`, `google`.
    pub provider: String,
}

/// What runs a function's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// The host's `CPython`.
    Python,
    /// The host's Node.js.
    Node,
    /// Any executable called `bootstrap`.
    Provided,
    /// `QuickJS`, linked into Hearth.
    Quickjs,
}

/// A runtime identifier that no engine stands behind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no engine runs `{0}`; Hearth knows python3.x, nodejs, provided and quickjs")]
pub struct UnknownRuntime(pub String);

impl Engine {
    /// The engine for a runtime identifier such as `python3.11`, `nodejs20.x`, `provided.al2023` or `quickjs`.
    pub fn of(runtime: &str) -> Result<Self, UnknownRuntime> {
        match runtime {
            "quickjs" => Ok(Self::Quickjs),
            text if text.starts_with("python3") => Ok(Self::Python),
            text if text.starts_with("nodejs") => Ok(Self::Node),
            text if text == "provided" || text.starts_with("provided.") => Ok(Self::Provided),
            other => Err(UnknownRuntime(other.to_owned())),
        }
    }
}

/// Processor architecture, which decides the price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// 64-bit x86.
    #[default]
    X86_64,
    /// 64-bit ARM.
    Arm64,
}

/// How a function is run. Values of environment variables are secrets and live elsewhere: only names are here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionConfiguration {
    /// Runtime identifier, for instance `python3.11`.
    pub runtime: String,
    /// Handler, for instance `app.handler`; the name of the executable for `provided`.
    pub handler: String,
    /// Memory size, 128 to 10240 MB.
    pub memory_mb: u32,
    /// Timeout, 1 to 900 seconds.
    pub timeout_s: u32,
    /// Names of the environment variables that the person set, sorted.
    pub environment_names: Vec<String>,
    /// Most environments at once; none means the local default.
    pub reserved_concurrency: Option<u32>,
    /// Architecture that the receipt is priced for.
    pub architecture: Architecture,
    /// One line for people.
    pub description: String,
    /// Tasks that run all the time, of a service that is billed for them and not for calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub tasks: Option<ServiceTasks>,
    /// How it is billed, where its vendor has more than one way and says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub billed_as: Option<BilledAs>,
}

/// A way in which a vendor bills a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "plan", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BilledAs {
    /// Azure Functions Consumption: executions, and the memory that they used.
    AzureConsumption,
    /// Azure Functions Flex Consumption: executions, and servers while they work.
    AzureFlex,
    /// Azure Functions Premium: servers by the hour.
    AzurePremium,
    /// Azure App Service: servers by the hour.
    AzureAppService,
    /// Google Cloud Functions, first generation.
    GoogleGen1,
    /// Google Cloud Run while requests run.
    CloudRunRequest {
        /// Processors of a server, in thousandths; none where Google does not say.
        vcpu_thousandths: Option<u32>,
    },
    /// Google Cloud Run as long as a server is there.
    CloudRunInstance,
}

/// The tasks of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceTasks {
    /// How many run.
    pub count: u32,
    /// Processors of each, in hundredths: 25 is a quarter of one.
    pub vcpu_hundredths: u32,
}

impl FunctionConfiguration {
    /// Whether a server that loaded the one also fits the other: only the limit or the description differ.
    pub fn loads_the_same_as(&self, other: &Self) -> bool {
        let other = Self {
            reserved_concurrency: self.reserved_concurrency,
            description: self.description.clone(),
            ..other.clone()
        };
        *self == other
    }
}

/// The package that a version runs, named by the hash of its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodePackage {
    /// SHA-256 over paths and contents, in lower-case hexadecimal; also the folder's name.
    pub sha256: String,
    /// Unpacked size in bytes.
    pub size_bytes: u64,
    /// Number of files.
    pub files: u32,
}

/// A function as the ledger knows it, with the configuration and package of its newest version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionRecord {
    /// Internal id.
    pub id: FunctionId,
    /// Account id, `local` for this computer.
    pub account: String,
    /// Region, `local` for this computer.
    pub region: String,
    /// Name, unique in account and region among functions that exist.
    pub name: String,
    /// Newest version, counted from 1.
    pub version: u32,
    /// Configuration of the newest version.
    pub configuration: FunctionConfiguration,
    /// Package of the newest version.
    pub code: CodePackage,
    /// First deploy.
    pub created_us: Micros,
    /// Newest deploy.
    pub deployed_us: Micros,
    /// When it was deleted; its history stays.
    pub deleted_us: Option<Micros>,
}

/// One deploy of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FunctionVersion {
    /// The function.
    pub function_id: FunctionId,
    /// Counted from 1.
    pub version: u32,
    /// Its configuration.
    pub configuration: FunctionConfiguration,
    /// Its package.
    pub code: CodePackage,
    /// When it was deployed.
    pub deployed_us: Micros,
    /// What made it: `deploy`, `configuration`, `code`, `rollback to 3`.
    pub cause: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtime_identifiers_find_their_engine() {
        for (runtime, engine) in [
            ("python3.9", Engine::Python),
            ("python3.14", Engine::Python),
            ("nodejs20.x", Engine::Node),
            ("provided", Engine::Provided),
            ("provided.al2023", Engine::Provided),
            ("quickjs", Engine::Quickjs),
        ] {
            assert_eq!(Engine::of(runtime), Ok(engine), "engine of {runtime}");
        }
        assert!(Engine::of("java21").is_err(), "an unknown runtime is refused, not guessed");
    }
}
