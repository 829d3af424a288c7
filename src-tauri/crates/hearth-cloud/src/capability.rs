//! What a provider can do. A user interface reads it and leaves out what is not there; nobody finds out by an error.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use ts_rs::TS;

/// One thing a provider may be able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Deploy code.
    Deploy,
    /// Deploy a container image as a function.
    DeployImage,
    /// Give a function's code back.
    ReadCode,
    /// Delete a function.
    Delete,
    /// Change memory, timeout, handler, variables.
    Configure,
    /// Call and wait for the answer.
    Invoke,
    /// Call without waiting.
    InvokeEvent,
    /// Ask whether a call would be allowed.
    InvokeDryRun,
    /// Call and get the answer piece by piece as it is made.
    InvokeStream,
    /// Read logs.
    Logs,
    /// Get log lines as they are written, which the vendor bills by the minute.
    LiveTail,
    /// Read metrics.
    Metrics,
    /// Keep versions that never change.
    Versions,
    /// Keep the code and settings of now as a version; where it is missing, each deploy is one.
    Publish,
    /// Names that point at versions, and shift traffic between two.
    Aliases,
    /// An HTTPS address of the function's own, made and taken away.
    Url,
    /// Say who may call the address that a function always has.
    UrlAccess,
    /// Queues and streams that call it.
    EventSources,
    /// A limit on how many run at once.
    ReservedConcurrency,
    /// Environments that are kept ready.
    ProvisionedConcurrency,
    /// Say what calls a function by itself, and add, turn off and remove it.
    Triggers,
    /// Layers over a function's code.
    Layers,
    /// Tags.
    Tags,
    /// Say which permissions the account has.
    Permissions,
    /// Environments can be told apart in the logs.
    Environments,
    /// Start, stop and restart a function.
    Power,
    /// Say what was billed.
    BilledCost,
    /// Say what the vendor charges.
    ListPrices,
    /// Clusters, services and tasks that run containers.
    Containers,
}

/// What a provider can do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(as = "Vec<Capability>")]
pub struct Capabilities(pub BTreeSet<Capability>);

impl Capabilities {
    /// These.
    pub fn of(all: impl IntoIterator<Item = Capability>) -> Self {
        Self(all.into_iter().collect())
    }

    /// Whether it can.
    pub fn can(&self, what: Capability) -> bool {
        self.0.contains(&what)
    }
}
