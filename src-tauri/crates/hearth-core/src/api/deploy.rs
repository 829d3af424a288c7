//! Deploying: what was found in a folder, and the deploy itself.

use super::CodeText;
use hearth_model::FunctionRecord;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Where the code comes from.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CodeSource {
    /// A folder, a .zip or a single file on this computer.
    Path {
        /// Absolute path; `~` is understood.
        path: String,
    },
    /// A zip that the browser uploaded just before.
    Upload {
        /// What `POST /upload` answered.
        upload: String,
        /// Name of the dropped folder or file.
        file_name: String,
    },
    /// A sample that ships with Hearth.
    Sample {
        /// Its name.
        sample: String,
    },
    /// The code that a function on this computer runs now.
    Function {
        /// Its name.
        name: String,
    },
    /// Code that was read from an account, with files in the place of its own.
    Edited {
        /// What `cloud_code` answered.
        code: String,
        /// The function that it was read of.
        name: String,
        /// Files to write; others stay.
        files: Vec<CodeText>,
    },
}

/// Asks what a folder holds.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InspectRequest {
    /// Where the code is.
    pub source: CodeSource,
}

/// What was found, and why.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Detected {
    /// Name for the function.
    pub name: String,
    /// Runtime identifier; none when nothing fits.
    pub runtime: Option<String>,
    /// Why this runtime: "requirements.txt".
    pub runtime_reason: String,
    /// Handler; none when nothing fits.
    pub handler: Option<String>,
    /// Why this handler: "app.py defines handler".
    pub handler_reason: String,
    /// Number of files.
    pub files: u32,
    /// Unpacked size.
    pub size_bytes: u64,
    /// Files worth showing: path and a remark.
    pub highlights: Vec<(String, String)>,
    /// What stands in the way or should be known, most important first.
    pub problems: Vec<String>,
    /// Whether the runtime is on this computer.
    pub engine_available: bool,
}

/// Deploys to the local runtime. What is left out is detected, or stays as it was for a function that exists.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeployRequest {
    /// Where the code is.
    pub source: CodeSource,
    /// Function name.
    #[serde(default)]
    pub name: Option<String>,
    /// Runtime identifier.
    #[serde(default)]
    pub runtime: Option<String>,
    /// Handler.
    #[serde(default)]
    pub handler: Option<String>,
    /// Memory size, 128 to 10240 MB.
    #[serde(default)]
    pub memory_mb: Option<u32>,
    /// Timeout, 1 to 900 s.
    #[serde(default)]
    pub timeout_s: Option<u32>,
    /// Environment variables, which replace those of the function.
    #[serde(default)]
    pub environment: Option<BTreeMap<String, String>>,
}

/// What a deploy made.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Deployed {
    /// The function.
    pub function: FunctionRecord,
    /// What was found.
    pub detected: Detected,
    /// Whether it is new, or a new version of a function that existed.
    pub created: bool,
    /// A sample event that fits, as JSON text.
    pub suggested_event: String,
}

/// A sample that ships with Hearth.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Folder name under `assets/samples`.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// Runtime identifier it needs.
    pub runtime: String,
    /// Whether that runtime is on this computer.
    pub available: bool,
}
