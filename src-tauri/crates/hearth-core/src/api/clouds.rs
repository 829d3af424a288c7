//! Functions in accounts. An account is named by its id or, where only one has it, by its name.

use crate::api::{AccountInfo, CodeListing, CodeSource, TasksWanted};
use hearth_cloud::{
    CallMode, Changed, CloudFunction, Fault, LogRow, Power, Review, SideChange, Standing, UrlAccess,
};
use hearth_model::{Architecture, Micros, RequestId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use ts_rs::TS;

/// Names a function in an account.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudFunctionName {
    /// The account.
    pub account: String,
    /// The region; none: the account's own.
    #[serde(default)]
    pub region: Option<String>,
    /// The function.
    pub name: String,
}

/// The code of a function of an account as it was read.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudCode {
    /// Names this code until Hearth ends.
    pub code: String,
    /// The function as it was then.
    pub function: CloudFunction,
    /// Its files.
    #[serde(flatten)]
    pub listing: CodeListing,
}

/// Asks for one file of such code.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudCodeRead {
    /// What `cloud_code` answered.
    pub code: String,
    /// The function that it was read of.
    pub name: String,
    /// Path inside the package.
    pub path: String,
}

/// Asks an account for its functions, now.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudFunctionsQuery {
    /// The account.
    pub account: String,
    /// The regions; empty: those that a person chose, else the account's own.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Every version of each function, where the vendor lists them so, and not only the newest code.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub versions: bool,
}

/// A region that could not be read.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LocationFault {
    /// The region.
    pub location: String,
    /// Why.
    pub fault: Fault,
}

/// Functions of an account. A region that could not be read does not hide the others.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudFunctions {
    /// The account's id.
    pub account: String,
    /// The functions, by region and name.
    pub functions: Vec<CloudFunction>,
    /// Regions that could not be read.
    pub faults: Vec<LocationFault>,
}

/// Calls a function in an account.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudInvoke {
    /// Which.
    #[serde(flatten)]
    pub function: CloudFunctionName,
    /// The event, JSON text.
    pub event: String,
    /// How.
    #[serde(default)]
    pub mode: CallMode,
    /// A version or an alias.
    #[serde(default)]
    pub qualifier: Option<String>,
    /// Have the answer sent as it comes, as `cloud_pieces` under this id of the caller's own.
    #[serde(default)]
    pub stream: Option<RequestId>,
}

/// What came of it. Times and sizes that AWS did not say are none.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudInvoked {
    /// The vendor's id of the call.
    pub request_id: Option<String>,
    /// The vendor's status.
    pub status: u16,
    /// The decoded answer.
    #[ts(type = "unknown")]
    pub payload: Value,
    /// How the function failed, in the vendor's word.
    pub function_error: Option<String>,
    /// The end of its log.
    pub log_tail: Option<String>,
    /// The version that answered.
    pub version: Option<String>,
    /// The whole call, seen from here.
    pub round_trip_us: Micros,
    /// Billed milliseconds, when the log's REPORT line says them.
    pub billed_ms: Option<u32>,
    /// Whether it was a cold start, when the log says so.
    pub cold_start: Option<bool>,
}

/// Asks for log lines.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudLogsQuery {
    /// Which function.
    #[serde(flatten)]
    pub function: CloudFunctionName,
    /// From this instant; none: the last hour.
    #[serde(default)]
    pub since_us: Option<Micros>,
    /// Text or pattern in the vendor's language.
    #[serde(default)]
    pub filter: Option<String>,
    /// Where the last page ended.
    #[serde(default)]
    pub cursor: Option<String>,
    /// Most lines of the page, 1 to 10,000.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A page of log lines, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudLogs {
    /// The lines.
    pub lines: Vec<LogRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What should change.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CloudChange {
    /// Deploy code; what is left out is detected, or stays.
    Deploy {
        /// Where the code is.
        source: CodeSource,
        /// Runtime identifier.
        #[serde(default)]
        runtime: Option<String>,
        /// Handler.
        #[serde(default)]
        handler: Option<String>,
        /// Memory size.
        #[serde(default)]
        memory_mb: Option<u32>,
        /// Timeout.
        #[serde(default)]
        timeout_s: Option<u32>,
        /// Architecture.
        #[serde(default)]
        architecture: Option<Architecture>,
        /// Environment variables, which replace those of the function.
        #[serde(default)]
        environment: Option<BTreeMap<String, String>>,
        /// The role it runs as.
        #[serde(default)]
        role: Option<String>,
        /// What a new function is billed by, where the vendor has more than one way.
        #[serde(default)]
        plan: Option<String>,
    },
    /// Deploy a container image that is in a registry already; what is left out stays.
    DeployImage {
        /// The image, for instance `111122223333.dkr.ecr.eu-west-1.amazonaws.com/tea:4`.
        image: String,
        /// Memory size.
        #[serde(default)]
        memory_mb: Option<u32>,
        /// Timeout.
        #[serde(default)]
        timeout_s: Option<u32>,
        /// Architecture.
        #[serde(default)]
        architecture: Option<Architecture>,
        /// Environment variables, which replace those of the function.
        #[serde(default)]
        environment: Option<BTreeMap<String, String>>,
        /// The role it runs as.
        #[serde(default)]
        role: Option<String>,
    },
    /// Delete.
    Delete {
        /// Also its logs.
        #[serde(default)]
        logs: bool,
    },
    /// Keep a version.
    Publish {
        /// One line for people.
        #[serde(default)]
        description: String,
    },
    /// Point an alias at a version.
    PointAlias {
        /// The alias.
        alias: String,
        /// The version.
        version: String,
        /// Parts of the traffic of other versions, 0 to 1.
        #[serde(default)]
        weights: BTreeMap<String, f64>,
    },
    /// Limit how many run at once.
    LimitConcurrency {
        /// The limit; none takes it away.
        limit: Option<u32>,
    },
    /// Give it an address or take it away.
    SetUrl {
        /// Who may call it; none takes it away.
        access: Option<UrlAccess>,
    },
    /// Start, stop or restart it.
    Power {
        /// What.
        power: Power,
    },
    /// Change how it is set; what is left out stays. What a vendor ties to the code is refused with what to do.
    Configure {
        /// Runtime, as its vendor names it.
        #[serde(default)]
        runtime: Option<String>,
        /// Handler.
        #[serde(default)]
        handler: Option<String>,
        /// Memory size.
        #[serde(default)]
        memory_mb: Option<u32>,
        /// Timeout in seconds.
        #[serde(default)]
        timeout_s: Option<u32>,
        /// One line for people.
        #[serde(default)]
        description: Option<String>,
        /// Environment variables: on AWS they replace those of the function, on Azure all others stay.
        #[serde(default)]
        environment: Option<BTreeMap<String, String>>,
    },
    /// Change what is set around it: triggers, environments kept ready, layers, tags.
    Side {
        /// What.
        change: SideChange,
    },
    /// Run tasks once; the change's name is that of the new task definition, from the image when left out.
    RunTasks {
        /// The cluster, which is made when it is not there.
        cluster: String,
        /// The tasks.
        tasks: TasksWanted,
    },
    /// Keep tasks running as a service of the change's name.
    CreateService {
        /// The cluster, which is made when it is not there.
        cluster: String,
        /// The tasks.
        tasks: TasksWanted,
    },
    /// Keep another number of tasks of a service running.
    ScaleService {
        /// The cluster.
        cluster: String,
        /// How many.
        count: u32,
    },
    /// Stop the task of the change's name.
    StopTask {
        /// The cluster.
        cluster: String,
        /// Why, for whoever looks later.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Delete a service and stop its tasks.
    DeleteService {
        /// The cluster.
        cluster: String,
        /// Also what Hearth made for it alone: its task definition, its role and its logs.
        #[serde(default)]
        all: bool,
    },
    /// Delete the cluster of the change's name, which must be empty.
    DeleteCluster {},
    /// Take back what an unfinished change left; function and region are its own.
    TakeBack {
        /// The id of the unfinished change.
        unfinished: String,
    },
}

/// A change of a function, or of containers, in an account.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudChangeRequest {
    /// The account.
    pub account: String,
    /// The region; none: the account's own.
    #[serde(default)]
    pub region: Option<String>,
    /// The function, service, task or cluster; none: from the code or the image.
    #[serde(default)]
    pub name: Option<String>,
    /// What should change.
    pub change: CloudChange,
}

/// A change before it is made.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudReview {
    /// The account.
    pub account: AccountInfo,
    /// The region.
    pub region: String,
    /// The function.
    pub name: String,
    /// What would happen.
    pub review: Review,
    /// The same with Hearth's command line.
    pub command_line: String,
    /// Whether the account must be unlocked first.
    pub locked: bool,
}

/// Makes a change that was reviewed.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudApply {
    /// The change, as it was reviewed.
    #[serde(flatten)]
    pub request: CloudChangeRequest,
    /// The digest of the review.
    pub digest: String,
    /// Names this change while it is made, chosen by the caller, so that its steps are told apart and it can be
    /// cancelled; none: nobody cancels it.
    #[serde(default)]
    #[ts(optional)]
    pub change_id: Option<RequestId>,
}

/// A change that is being made.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudChangeName {
    /// The id that its caller chose.
    pub change_id: RequestId,
}

/// What a change made.
pub type CloudChanged = Changed;

/// A function with everything around it.
pub type CloudStanding = Standing;
