//! AWS Fargate, which AWS asks for under the name of ECS: clusters, services, task definitions and tasks.
//!
//! Owns every request to ECS and what its answers mean. Changes go the way of all changes of an account: a plan of
//! [`TaskAction`]s, which the review shows and the carrying out sends. Must not know prices.

mod action;
mod clusters;
mod definitions;
mod logs;
mod plan;
mod run;
mod shape;
mod stop;
mod words;

pub(crate) use action::{TASKS_TAG, TaskAction};
pub(crate) use plan::plan;

use crate::AwsAccount;
use hearth_cloud::{
    Cluster, ClusterStanding, ContainerService, Containers, InCluster, LogRow, LogsRequest, Page, Reply,
    Task, TaskDefinition,
};

impl Containers for AwsAccount {
    fn clusters<'a>(&'a self, location: &'a str) -> Reply<'a, Vec<Cluster>> {
        Box::pin(clusters::list(self, location))
    }

    fn cluster<'a>(&'a self, at: &'a InCluster) -> Reply<'a, ClusterStanding> {
        Box::pin(clusters::standing(self, at))
    }

    fn service<'a>(&'a self, at: &'a InCluster, name: &'a str) -> Reply<'a, Option<ContainerService>> {
        Box::pin(clusters::service(self, at, name))
    }

    fn task<'a>(&'a self, at: &'a InCluster, id: &'a str) -> Reply<'a, Task> {
        Box::pin(clusters::task(self, at, id))
    }

    fn task_definitions<'a>(&'a self, location: &'a str, cursor: Option<&'a str>) -> Reply<'a, Page<String>> {
        Box::pin(definitions::list(self, location, cursor))
    }

    fn task_definition<'a>(&'a self, location: &'a str, name: &'a str) -> Reply<'a, TaskDefinition> {
        Box::pin(async move { Ok(definitions::find(self, location, name).await?.definition) })
    }

    fn task_logs<'a>(
        &'a self,
        at: &'a InCluster,
        id: &'a str,
        request: &'a LogsRequest,
    ) -> Reply<'a, Page<LogRow>> {
        Box::pin(logs::logs(self, at, id, request))
    }
}
