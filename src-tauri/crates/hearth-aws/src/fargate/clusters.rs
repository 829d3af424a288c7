//! Clusters, and the services and tasks in one. What may not be read is named with its reason; the rest is still true.

use super::{definitions, shape};
use crate::AwsAccount;
use crate::fault::Asked;
use aws_sdk_ecs::types::DesiredStatus;
use futures_util::{StreamExt as _, stream};
use hearth_cloud::{
    Cluster, ClusterStanding, ContainerService, Fault, FaultKind, InCluster, Result, Task, TaskSize,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Most that ECS describes at once.
const CLUSTERS: usize = 100;
const SERVICES: usize = 10;
const TASKS: usize = 100;
/// Task definitions that are asked for at once.
const AT_ONCE: usize = 6;

pub(super) async fn list(account: &AwsAccount, location: &str) -> Result<Vec<Cluster>> {
    let asked = Asked { operation: "ecs:ListClusters", location };
    let client = account.ecs(location)?;
    let mut names = Vec::new();
    let mut pages = client.list_clusters().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        names.extend(page.cluster_arns().iter().cloned());
    }
    let mut clusters = Vec::new();
    for part in names.chunks(CLUSTERS) {
        clusters.extend(described(account, location, part).await?);
    }
    clusters.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(clusters)
}

async fn described(account: &AwsAccount, location: &str, names: &[String]) -> Result<Vec<Cluster>> {
    let asked = Asked { operation: "ecs:DescribeClusters", location };
    let request = account.ecs(location)?.describe_clusters().set_clusters(Some(names.to_vec()));
    let answer = request.send().await.map_err(|error| asked.failed(&error))?;
    Ok(answer.clusters().iter().map(|given| shape::cluster(location, given)).collect())
}

/// A cluster that can be used, none when it is not there or was deleted.
pub(super) async fn find(account: &AwsAccount, at: &InCluster) -> Result<Option<Cluster>> {
    let found = described(account, &at.location, std::slice::from_ref(&at.cluster)).await?;
    Ok(found.into_iter().find(|cluster| cluster.state == "ACTIVE"))
}

fn missing(at: &InCluster) -> Fault {
    let asked = Asked { operation: "ecs:DescribeClusters", location: &at.location };
    asked.fault(FaultKind::NotFound, format!("there is no cluster `{}`", at.cluster))
}

pub(super) async fn standing(account: &AwsAccount, at: &InCluster) -> Result<ClusterStanding> {
    let cluster = find(account, at).await?.ok_or_else(|| missing(at))?;
    let (services, tasks) = futures_util::join!(services(account, at), tasks(account, at));
    let mut unread = Vec::new();
    let mut services = services.unwrap_or_else(|fault| {
        unread.push(fault);
        Vec::new()
    });
    let mut tasks = tasks.unwrap_or_else(|fault| {
        unread.push(fault);
        Vec::new()
    });
    let sizes = sizes(account, &at.location, &services, &tasks, &mut unread).await;
    for service in &mut services {
        service.size = sizes.get(&service.task_definition).cloned();
    }
    for task in &mut tasks {
        task.size = task.size.take().or_else(|| sizes.get(&task.task_definition).cloned());
    }
    services.sort_by(|one, other| one.name.cmp(&other.name));
    tasks.sort_by_key(|task| (task.stopped, Reverse(task.made_us), task.id.clone()));
    Ok(ClusterStanding { cluster, services, tasks, unread })
}

/// Sizes of the task definitions behind services and behind tasks that do not say it themselves.
async fn sizes(
    account: &AwsAccount,
    location: &str,
    services: &[ContainerService],
    tasks: &[Task],
    unread: &mut Vec<Fault>,
) -> BTreeMap<String, TaskSize> {
    let of_tasks = tasks.iter().filter(|task| task.size.is_none()).map(|task| task.task_definition.clone());
    let names: BTreeSet<String> =
        services.iter().map(|service| service.task_definition.clone()).chain(of_tasks).collect();
    let answers: Vec<_> = stream::iter(names.into_iter().filter(|name| !name.is_empty()))
        .map(|name| async move {
            let found = definitions::find(account, location, &name).await;
            (name, found)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut sizes = BTreeMap::new();
    for (name, found) in answers {
        match found {
            Ok(found) => sizes.extend(found.definition.size.map(|size| (name, size))),
            // One reason is enough: the others are most often the same.
            Err(fault) if unread.iter().any(|before| before.action == fault.action) => {}
            Err(fault) => unread.push(fault),
        }
    }
    sizes
}

async fn services(account: &AwsAccount, at: &InCluster) -> Result<Vec<ContainerService>> {
    let asked = Asked { operation: "ecs:ListServices", location: &at.location };
    let client = account.ecs(&at.location)?;
    let mut names = Vec::new();
    let mut pages = client.list_services().cluster(&at.cluster).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        names.extend(page.service_arns().iter().cloned());
    }
    let mut services = Vec::new();
    for part in names.chunks(SERVICES) {
        services.extend(described_services(account, at, part).await?);
    }
    Ok(services)
}

async fn described_services(
    account: &AwsAccount,
    at: &InCluster,
    names: &[String],
) -> Result<Vec<ContainerService>> {
    let asked = Asked { operation: "ecs:DescribeServices", location: &at.location };
    let request = account.ecs(&at.location)?.describe_services().cluster(&at.cluster);
    let answer = request.set_services(Some(names.to_vec())).send().await;
    let answer = answer.map_err(|error| asked.failed(&error))?;
    Ok(answer.services().iter().map(|given| shape::service(at, given)).collect())
}

/// A service that is there, with the size of its tasks.
pub(super) async fn service(
    account: &AwsAccount,
    at: &InCluster,
    name: &str,
) -> Result<Option<ContainerService>> {
    let found = match described_services(account, at, &[name.to_owned()]).await {
        Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
        found => found?,
    };
    // ECS keeps showing a deleted service for a while.
    let Some(mut service) = found.into_iter().find(|service| service.state != "INACTIVE") else {
        return Ok(None);
    };
    service.size = definitions::find(account, &at.location, &service.task_definition).await?.definition.size;
    Ok(Some(service))
}

/// All services of a cluster, without the sizes of their tasks.
pub(super) async fn all_services(account: &AwsAccount, at: &InCluster) -> Result<Vec<ContainerService>> {
    services(account, at).await
}

async fn tasks(account: &AwsAccount, at: &InCluster) -> Result<Vec<Task>> {
    let asked = Asked { operation: "ecs:ListTasks", location: &at.location };
    let client = account.ecs(&at.location)?;
    let mut ids = Vec::new();
    for desired in [DesiredStatus::Running, DesiredStatus::Stopped] {
        let request = client.list_tasks().cluster(&at.cluster).desired_status(desired);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| asked.failed(&error))?;
            ids.extend(page.task_arns().iter().cloned());
        }
    }
    let mut tasks = Vec::new();
    for part in ids.chunks(TASKS) {
        tasks.extend(described_tasks(account, at, part).await?);
    }
    Ok(tasks)
}

async fn described_tasks(account: &AwsAccount, at: &InCluster, ids: &[String]) -> Result<Vec<Task>> {
    let asked = Asked { operation: "ecs:DescribeTasks", location: &at.location };
    let request = account.ecs(&at.location)?.describe_tasks().cluster(&at.cluster);
    let answer = request.set_tasks(Some(ids.to_vec())).send().await;
    let answer = answer.map_err(|error| asked.failed(&error))?;
    Ok(answer.tasks().iter().map(|given| shape::task(at, given)).collect())
}

/// One task, with its size.
pub(super) async fn task(account: &AwsAccount, at: &InCluster, id: &str) -> Result<Task> {
    let asked = Asked { operation: "ecs:DescribeTasks", location: &at.location };
    let found = described_tasks(account, at, &[id.to_owned()]).await?.into_iter().next();
    let mut task = found.ok_or_else(|| {
        let words = format!(
            "there is no task `{id}` in the cluster `{}`; AWS forgets a stopped task after about an hour",
            at.cluster
        );
        asked.fault(FaultKind::NotFound, words)
    })?;
    if task.size.is_none() {
        let found = definitions::find(account, &at.location, &task.task_definition).await?;
        task.size = found.definition.size;
    }
    Ok(task)
}
