//! The words and the trait of every place where functions live: this computer, a cloud account, an emulator.
//!
//! Owns what a person may know and do there: accounts and how they were found, locations, functions, containers, calls,
//! logs, reviews of changes, what Hearth itself asked, capabilities and faults. Pure but for [`pace`] and [`Course`], which wait. Must not know a
//! vendor, the ledger or a user interface.

mod account;
mod call;
mod capability;
mod change;
mod container_change;
mod containers;
mod cost;
mod course;
mod fault;
mod function;
mod journal;
mod line;
pub mod pace;
mod page;
mod permission;
mod provider;
mod review;
mod side;
mod sign_in;
mod tally;

pub use account::{Account, AccountId, Expiry, Identity, SignIn, SignInState};
pub use call::{
    CallMode, CallOutcome, CallRequest, LiveLines, LogRow, LogsRequest, Metric, MetricSeries, MetricsRequest,
    Pieces, Told,
};
pub use capability::{Capabilities, Capability};
pub use change::{Change, Deploy, Power, Settings, Undo, UrlAccess};
pub use container_change::{ContainerChange, ImageTask, TaskRun, TaskSource};
pub use containers::{
    Cluster, ClusterStanding, ContainerDefinition, ContainerLog, ContainerService, Containers, InCluster,
    Launch, ServiceEvent, Task, TaskContainer, TaskDefinition, TaskNetwork, TaskSize, TaskStop,
};
pub use cost::{BilledCost, BilledQuestion, BilledRow, CostRequest};
pub use course::{Back, Calls, Course, Failed, Progress, Step, WayBack};
pub use fault::{Fault, FaultKind, Result, causes, shortened};
pub use function::{
    Alias, CloudFunction, EventSource, FunctionAddress, FunctionCode, FunctionState, FunctionUrl,
    PublishedVersion, Standing,
};
pub use journal::{BegunCall, Journal};
pub use line::quoted;
pub use page::Page;
pub use permission::{Grant, Level, LevelPolicy, Permission};
pub use provider::{Changed, Provider, Reply, Vendor};
pub use review::{Call, CostEffect, Review, plan_digest};
pub use side::{Keepable, Layer, NewTrigger, SideChange, Sides, StartAt, Trigger, TriggerOf};
pub use sign_in::{Confirm, Confirmation, SignInFlow};
pub use tally::{Counted, OwnRequest, OwnTally, Tally};
