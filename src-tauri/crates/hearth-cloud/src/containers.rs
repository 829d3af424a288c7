//! Containers that a provider runs: clusters, services, task definitions and tasks. Values of environment variables are
//! not here: only names are.

use crate::{Fault, LogRow, LogsRequest, Page, Reply};
use hearth_model::{Architecture, Micros};
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// Names a cluster, service or task inside an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InCluster {
    /// The region.
    pub location: String,
    /// The cluster.
    pub cluster: String,
}

/// A group of services and tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// The region.
    pub location: String,
    /// The name.
    pub name: String,
    /// The vendor's full name of it.
    pub resource: String,
    /// The vendor's word for its state.
    pub state: String,
    /// Services.
    pub services: u32,
    /// Tasks that run.
    pub running_tasks: u32,
    /// Tasks that are being started.
    pub pending_tasks: u32,
}

/// On what tasks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Launch {
    /// AWS Fargate.
    Fargate,
    /// AWS Fargate on spare capacity, which AWS may take back.
    FargateSpot,
    /// Some on Fargate and some on spare capacity.
    Mixed,
    /// Machines of the account's own.
    Other,
}

/// What one task is given.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskSize {
    /// Processors; 1024 are one.
    pub cpu_units: u32,
    /// Memory.
    pub memory_mb: u32,
    /// Storage in GB; 20 come with a task.
    pub storage_gb: u32,
    /// Its processors' kind.
    pub architecture: Architecture,
    /// Whether it runs Windows.
    pub windows: bool,
}

/// Where tasks are in the network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskNetwork {
    /// Subnets, at least one.
    pub subnets: Vec<String>,
    /// Security groups; empty: the network's usual one.
    #[serde(default)]
    pub security_groups: Vec<String>,
    /// Whether each task has a public address.
    #[serde(default)]
    pub public_ip: bool,
}

/// Keeps a number of tasks running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContainerService {
    /// The cluster it is in.
    #[serde(flatten)]
    pub at: InCluster,
    /// The name.
    pub name: String,
    /// The vendor's full name of it.
    pub resource: String,
    /// The vendor's word for its state.
    pub state: String,
    /// Tasks that should run.
    pub desired: u32,
    /// Tasks that run.
    pub running: u32,
    /// Tasks that are being started.
    pub pending: u32,
    /// What its tasks are made from, `family:revision`.
    pub task_definition: String,
    /// What each task is given; none when it could not be read.
    pub size: Option<TaskSize>,
    /// On what they run.
    pub launch: Launch,
    /// Where they are in the network, when the vendor says so.
    pub network: Option<TaskNetwork>,
    /// How the last deployment goes, in the vendor's words.
    pub rollout: Option<String>,
    /// What happened last.
    pub event: Option<ServiceEvent>,
    /// When it was made.
    pub made_us: Option<Micros>,
}

/// Something that a service noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceEvent {
    /// When.
    pub at_us: Micros,
    /// What, in the vendor's words.
    pub message: String,
}

/// Why a task stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskStop {
    /// The vendor's code, for instance `EssentialContainerExited`.
    pub code: String,
    /// The vendor's reason.
    pub reason: String,
    /// The same in one line for people.
    pub words: String,
    /// What can be done; none when nothing needs to be.
    pub hint: Option<String>,
    /// Whether something went wrong, and not just ended.
    pub failed: bool,
}

/// A container of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskContainer {
    /// The name.
    pub name: String,
    /// The image.
    pub image: String,
    /// The vendor's word for its state.
    pub state: String,
    /// How its process ended.
    pub exit_code: Option<i32>,
    /// The vendor's reason.
    pub reason: Option<String>,
}

/// One run of a task definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// The cluster it is in.
    #[serde(flatten)]
    pub at: InCluster,
    /// Its id.
    pub id: String,
    /// The vendor's full name of it.
    pub resource: String,
    /// The vendor's word for its state.
    pub state: String,
    /// Whether it has stopped.
    pub stopped: bool,
    /// The service that keeps it; none when it was run by itself.
    pub service: Option<String>,
    /// What it is made from, `family:revision`.
    pub task_definition: String,
    /// What it is given; none when it could not be read.
    pub size: Option<TaskSize>,
    /// On what it runs.
    pub launch: Launch,
    /// When it was asked for.
    pub made_us: Option<Micros>,
    /// When pulling its image began, from when on it is billed.
    pub billed_from_us: Option<Micros>,
    /// When it ran.
    pub started_us: Option<Micros>,
    /// When it stopped.
    pub stopped_us: Option<Micros>,
    /// Why it stopped.
    pub stop: Option<TaskStop>,
    /// Its containers.
    pub containers: Vec<TaskContainer>,
}

/// Where a container's output goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContainerLog {
    /// The log group.
    pub group: String,
    /// What the streams of tasks begin with.
    pub prefix: String,
    /// The region, when it is another one.
    pub location: Option<String>,
}

/// A container of a task definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ContainerDefinition {
    /// The name.
    pub name: String,
    /// The image.
    pub image: String,
    /// Whether the task stops with it.
    pub essential: bool,
    /// Ports it listens on.
    pub ports: Vec<u16>,
    /// Names of its environment variables.
    pub environment_names: Vec<String>,
    /// Where its output goes; none when nobody keeps it.
    pub log: Option<ContainerLog>,
}

/// What tasks are made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TaskDefinition {
    /// The region.
    pub location: String,
    /// The name of all its revisions.
    pub family: String,
    /// The revision, which never changes.
    pub revision: u32,
    /// The vendor's full name of it.
    pub resource: String,
    /// Whether new tasks can be made from it.
    pub active: bool,
    /// Whether Fargate can run it.
    pub fargate: bool,
    /// What each task is given; none when it does not say.
    pub size: Option<TaskSize>,
    /// The role that its code has.
    pub task_role: Option<String>,
    /// The role that pulls images and writes logs.
    pub execution_role: Option<String>,
    /// Its containers.
    pub containers: Vec<ContainerDefinition>,
}

/// A cluster with everything in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClusterStanding {
    /// The cluster.
    pub cluster: Cluster,
    /// Its services, by name.
    pub services: Vec<ContainerService>,
    /// Its tasks, those that run first, the newest first; vendors forget those that stopped after a while.
    pub tasks: Vec<Task>,
    /// What could not be read, and why; the rest is true.
    pub unread: Vec<Fault>,
}

/// The containers of an open account; an account that has none is no such thing. Reads only: changes are a
/// [`crate::Change`] as everywhere.
pub trait Containers: Send + Sync {
    /// The clusters of a location, by name.
    fn clusters<'a>(&'a self, location: &'a str) -> Reply<'a, Vec<Cluster>>;

    /// A cluster with its services and tasks.
    fn cluster<'a>(&'a self, at: &'a InCluster) -> Reply<'a, ClusterStanding>;

    /// One service, none when it is not there.
    fn service<'a>(&'a self, at: &'a InCluster, name: &'a str) -> Reply<'a, Option<ContainerService>>;

    /// One task.
    fn task<'a>(&'a self, at: &'a InCluster, id: &'a str) -> Reply<'a, Task>;

    /// A page of the task definitions of a location that can be run, as `family:revision`, newest first.
    fn task_definitions<'a>(&'a self, location: &'a str, cursor: Option<&'a str>) -> Reply<'a, Page<String>>;

    /// One task definition: `family:revision`, or a family for its newest revision.
    fn task_definition<'a>(&'a self, location: &'a str, name: &'a str) -> Reply<'a, TaskDefinition>;

    /// A page of log lines of a task, oldest first.
    fn task_logs<'a>(
        &'a self,
        at: &'a InCluster,
        id: &'a str,
        request: &'a LogsRequest,
    ) -> Reply<'a, Page<LogRow>>;
}

impl InCluster {
    /// A place.
    pub fn new(location: impl Into<String>, cluster: impl Into<String>) -> Self {
        Self { location: location.into(), cluster: cluster.into() }
    }
}

impl fmt::Display for TaskSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chip = match (self.windows, self.architecture) {
            (true, _) => ", Windows",
            (false, Architecture::X86_64) => "",
            (false, Architecture::Arm64) => ", arm64",
        };
        write!(formatter, "{} vCPU, {} MB{chip}", f64::from(self.cpu_units) / 1_024.0, self.memory_mb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_reads_as_people_say_it() {
        let size = TaskSize {
            cpu_units: 256,
            memory_mb: 512,
            storage_gb: 20,
            architecture: Architecture::Arm64,
            windows: false,
        };
        assert_eq!(size.to_string(), "0.25 vCPU, 512 MB, arm64");
    }
}
