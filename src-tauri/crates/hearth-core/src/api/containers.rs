//! Clusters, services, task definitions and tasks of accounts, with what they cost.
//!
//! Money is US dollars as exact decimals in text.

use super::LocationFault;
use hearth_cloud::{Cluster, ContainerService, Fault, Task};
use hearth_cost::Breakdown;
use hearth_model::{Architecture, Micros};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Asks an account for its clusters, now.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClustersQuery {
    /// The account.
    pub account: String,
    /// The regions; empty: those that a person chose, else the account's own.
    #[serde(default)]
    pub regions: Vec<String>,
}

/// Clusters of an account. A region that could not be read does not hide the others.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Clusters {
    /// The account's id.
    pub account: String,
    /// The clusters, by region and name.
    pub clusters: Vec<Cluster>,
    /// Regions that could not be read.
    pub faults: Vec<LocationFault>,
    /// Regions that were asked.
    pub regions: Vec<String>,
}

/// Names a cluster.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClusterName {
    /// The account.
    pub account: String,
    /// The region; none: the account's own.
    #[serde(default)]
    pub region: Option<String>,
    /// The cluster.
    pub cluster: String,
}

/// What something costs while it runs as it does now, at list price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunningCost {
    /// An hour of it, with its receipt: rate times quantity.
    pub hour: Breakdown,
    /// Dollars an hour.
    pub hour_usd: String,
    /// Dollars in a month of 730 hours.
    pub month_usd: String,
}

/// A service and what it costs with as many tasks as it should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PricedService {
    /// The service.
    #[serde(flatten)]
    pub service: ContainerService,
    /// Its cost; none when nobody knows it.
    pub cost: Option<RunningCost>,
    /// Why nobody knows it.
    pub cost_unknown: Option<String>,
}

/// A task and what it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PricedTask {
    /// The task.
    #[serde(flatten)]
    pub task: Task,
    /// What it costs while it runs; none when nobody knows it.
    pub cost: Option<RunningCost>,
    /// What it cost until now or until it stopped, by the second; none when it was never billed.
    pub so_far: Option<Breakdown>,
    /// Why nobody knows it.
    pub cost_unknown: Option<String>,
}

/// A cluster with everything in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClusterDetail {
    /// The account's id.
    pub account: String,
    /// The cluster.
    pub cluster: Cluster,
    /// Its services, by name.
    pub services: Vec<PricedService>,
    /// Its tasks, those that run first.
    pub tasks: Vec<PricedTask>,
    /// Dollars an hour of all tasks that run now and whose price is known.
    pub hour_usd: String,
    /// The same in a month of 730 hours.
    pub month_usd: String,
    /// Tasks that run now and whose price nobody knows; the sums are "at least" while there are any.
    pub unpriced: u32,
    /// What could not be read, and why; the rest is true.
    pub unread: Vec<Fault>,
    /// The day of the price book.
    pub price_date: String,
    /// Hearth's clock when it was read.
    pub now_us: Micros,
}

/// Names a task definition.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskDefinitionName {
    /// The account.
    pub account: String,
    /// The region; none: the account's own.
    #[serde(default)]
    pub region: Option<String>,
    /// `family:revision`, or a family for its newest revision.
    pub name: String,
}

/// Asks for the task definitions of a region.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskDefinitionsQuery {
    /// The account.
    pub account: String,
    /// The region; none: the account's own.
    #[serde(default)]
    pub region: Option<String>,
    /// Where the last page ended.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A page of task definitions that can be run.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskDefinitions {
    /// Each as `family:revision`.
    pub definitions: Vec<String>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Asks for log lines of a task.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskLogsQuery {
    /// Its cluster.
    #[serde(flatten)]
    pub cluster: ClusterName,
    /// The task.
    pub task: String,
    /// From this instant; none: from its beginning.
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

/// Tasks that a person wants, from an image or from a task definition.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct TasksWanted {
    /// An image, for instance `nginx:1.27`.
    pub image: Option<String>,
    /// A task definition that is there.
    pub definition: Option<String>,
    /// How many; none: one.
    pub count: Option<u32>,
    /// Processors of a task, `0.25`; none: the least that goes with the memory.
    pub vcpu: Option<String>,
    /// Memory of a task; none: 512 MB.
    pub memory_mb: Option<u32>,
    /// Storage in GB; none: the 20 that come with a task.
    pub storage_gb: Option<u32>,
    /// Processors' kind; none: x86.
    pub architecture: Option<Architecture>,
    /// What to run in the place of the image's own command.
    pub command: Vec<String>,
    /// A port that it listens on.
    pub port: Option<u16>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// Not to keep its output.
    pub no_logs: bool,
    /// The role that pulls the image and writes logs.
    pub execution_role: Option<String>,
    /// The role that its code has.
    pub task_role: Option<String>,
    /// Subnets; empty: those of another service of the cluster.
    pub subnets: Vec<String>,
    /// Security groups.
    pub security_groups: Vec<String>,
    /// With a public address for each task.
    pub public_ip: bool,
    /// On spare capacity that AWS may take back.
    pub spot: bool,
}
