//! Containers of accounts, asked now: clusters, services, task definitions, tasks and their logs, with what they cost.
//! Owns the way from a person's words to a cluster of an open account. Must not know requests of a vendor.

pub(crate) mod change;
mod price;
pub(crate) mod wanted;

use super::functions::{location, locations};
use super::{Clouds, api_error};
use crate::api::{
    CloudLogs, ClusterDetail, ClusterName, Clusters, ClustersQuery, LocationFault, TaskDefinitionName,
    TaskDefinitions, TaskDefinitionsQuery, TaskLogsQuery,
};
use crate::{ApiError, App, ErrorCode, Result};
use futures_util::{StreamExt as _, stream};
use hearth_cloud::{Account, Containers, InCluster, LogsRequest, Provider, TaskDefinition};
use hearth_model::Micros;
use std::sync::Arc;

/// Regions that are asked at once.
const AT_ONCE: usize = 6;

/// An open account that runs containers.
pub(super) struct Open {
    pub(super) account: Account,
    provider: Arc<dyn Provider>,
}

impl Open {
    async fn of(app: &App, named: &str) -> Result<Self> {
        let account = Clouds::account(app, named).await?;
        let provider = Clouds::open(app, &account).await?;
        let open = Self { account, provider };
        open.containers()?;
        Ok(open)
    }

    fn containers(&self) -> Result<&dyn Containers> {
        self.provider.containers().ok_or_else(|| {
            ApiError::new(
                ErrorCode::InvalidInput,
                format!("the account `{}` has no clusters and no tasks", self.account.name),
            )
            .with_hint("Hearth runs containers on AWS Fargate: name an account of AWS.")
        })
    }

    fn at(&self, named: &ClusterName) -> InCluster {
        InCluster::new(location(&self.account, named.region.as_deref()), &named.cluster)
    }
}

pub(crate) async fn clusters(app: &App, request: ClustersQuery) -> Result<Clusters> {
    let open = Open::of(app, &request.account).await?;
    let wanted = if request.regions.is_empty() { locations(app, &open.account) } else { request.regions };
    let containers = open.containers()?;
    let answers: Vec<_> = stream::iter(wanted.clone())
        .map(|location| async move {
            let listed = containers.clusters(&location).await;
            (location, listed)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let (mut clusters, mut faults) = (Vec::new(), Vec::new());
    for (location, listed) in answers {
        match listed {
            Ok(listed) => clusters.extend(listed),
            Err(fault) => faults.push(LocationFault { location, fault }),
        }
    }
    clusters.sort_by(|one, other| (&one.location, &one.name).cmp(&(&other.location, &other.name)));
    faults.sort_by(|one, other| one.location.cmp(&other.location));
    match faults.first() {
        // When nothing at all could be read, that is the answer.
        Some(first) if clusters.is_empty() && faults.len() == wanted.len() => {
            Err(api_error(&open.account, first.fault.clone()))
        }
        _ => Ok(Clusters { account: open.account.id.0.clone(), clusters, faults, regions: wanted }),
    }
}

pub(crate) async fn cluster(app: &App, request: ClusterName) -> Result<ClusterDetail> {
    let open = Open::of(app, &request.account).await?;
    let at = open.at(&request);
    let standing = open.containers()?.cluster(&at).await;
    let standing = standing.map_err(|fault| api_error(&open.account, fault))?;
    Ok(price::detail(app, open.account.id.0.clone(), standing))
}

pub(crate) async fn definitions(app: &App, request: TaskDefinitionsQuery) -> Result<TaskDefinitions> {
    let open = Open::of(app, &request.account).await?;
    let place = location(&open.account, request.region.as_deref());
    let page = open.containers()?.task_definitions(&place, request.cursor.as_deref()).await;
    let page = page.map_err(|fault| api_error(&open.account, fault))?;
    Ok(TaskDefinitions { definitions: page.items, next: page.next })
}

pub(crate) async fn definition(app: &App, request: TaskDefinitionName) -> Result<TaskDefinition> {
    let open = Open::of(app, &request.account).await?;
    let place = location(&open.account, request.region.as_deref());
    let found = open.containers()?.task_definition(&place, &request.name).await;
    found.map_err(|fault| api_error(&open.account, fault))
}

pub(crate) async fn logs(app: &App, request: TaskLogsQuery) -> Result<CloudLogs> {
    let open = Open::of(app, &request.cluster.account).await?;
    let at = open.at(&request.cluster);
    let wanted = LogsRequest {
        // A stream is one task's alone, so that its beginning is the task's.
        since_us: Some(request.since_us.unwrap_or(Micros::ZERO)),
        until_us: None,
        filter: request.filter,
        cursor: request.cursor,
        limit: request.limit.unwrap_or(1_000),
    };
    let page = open.containers()?.task_logs(&at, &request.task, &wanted).await;
    let page = page.map_err(|fault| api_error(&open.account, fault))?;
    Ok(CloudLogs { lines: page.items, next: page.next })
}
