//! Services of Fargate in accounts, into the ledger: each reading notes how many tasks of which size run, as a version
//! when that is another than before. Owns that the time between two readings counts as the one before it. Must not know
//! prices.

use super::sync::AGAIN;
use crate::App;
use hearth_cloud::pace::Rate;
use hearth_cloud::{Account, ContainerService, Containers, Fault, FaultKind, InCluster, Launch};
use hearth_model::{CodePackage, FunctionConfiguration, FunctionId, FunctionRecord, Micros, ServiceTasks};
use std::collections::BTreeSet;

/// Reads every service of a location; answers how many are counted.
pub(super) async fn read(
    app: &App,
    account: &Account,
    containers: &dyn Containers,
    location: &str,
    rate: &Rate,
) -> hearth_cloud::Result<u32> {
    let ask = || async {
        rate.turn().await;
        containers.clusters(location).await
    };
    let clusters = AGAIN.ask(super::sync::chance, ask).await?;
    let mut services = Vec::new();
    for cluster in clusters.iter().filter(|cluster| cluster.services > 0) {
        rate.turn().await;
        let standing = containers.cluster(&InCluster::new(location, cluster.name.as_str())).await?;
        // What is not known to be there is not known to be gone either.
        if let Some(fault) = standing.unread.into_iter().next() {
            return Err(fault);
        }
        services.extend(standing.services);
    }
    let now = app.now();
    let mut seen = BTreeSet::new();
    for service in &services {
        if let Some(record) = record(account, service, now) {
            keep(app, account, &record).await.map_err(kept)?;
            seen.insert(record.id);
        }
    }
    let known = app.store().functions_of_accounts(None).await.map_err(kept)?;
    for gone in known {
        let is_of_here = gone.account == account.id.0 && gone.region == location && !seen.contains(&gone.id);
        let Some(tasks) = gone.configuration.tasks.filter(|tasks| is_of_here && tasks.count > 0) else {
            continue;
        };
        // It may come back under its name, so it is not deleted: no task of it runs.
        let tasks = Some(ServiceTasks { count: 0, ..tasks });
        let configuration = FunctionConfiguration { tasks, ..gone.configuration.clone() };
        let none = FunctionRecord { configuration, deployed_us: now, ..gone };
        keep(app, account, &none).await.map_err(kept)?;
    }
    app.store().put_tasks_read(account.id.as_str(), location, now).await.map_err(kept)?;
    Ok(u32::try_from(seen.len()).unwrap_or(u32::MAX))
}

/// A service as the ledger has it; none when its tasks are not billed as Fargate on Linux at the usual price, or their size
/// is not known.
fn record(account: &Account, service: &ContainerService, now: Micros) -> Option<FunctionRecord> {
    let size = service.size.as_ref().filter(|size| !size.windows && size.cpu_units > 0)?;
    if service.launch != Launch::Fargate {
        return None;
    }
    let InCluster { location, cluster } = &service.at;
    // A function may have the same name, and another cluster a service of it.
    let id = FunctionId::in_account(account.id.as_str(), location, &format!("{cluster}:{}", service.name));
    Some(FunctionRecord {
        id,
        account: account.id.0.clone(),
        region: location.clone(),
        name: service.name.clone(),
        version: 1,
        configuration: FunctionConfiguration {
            runtime: "container".to_owned(),
            handler: "service".to_owned(),
            memory_mb: size.memory_mb,
            timeout_s: 900,
            environment_names: Vec::new(),
            reserved_concurrency: None,
            architecture: size.architecture,
            description: format!("a service of the cluster {cluster}"),
            tasks: Some(ServiceTasks {
                count: service.running,
                vcpu_hundredths: size.cpu_units.saturating_mul(100) / 1_024,
            }),
            billed_as: None,
        },
        code: CodePackage { sha256: format!("account:{}", service.task_definition), size_bytes: 0, files: 0 },
        created_us: now,
        deployed_us: now,
        deleted_us: None,
    })
}

/// Stores it where it is another one than before.
async fn keep(app: &App, account: &Account, found: &FunctionRecord) -> hearth_store::Result<()> {
    let known = app.store().functions_of_accounts(Some(&found.id)).await?.into_iter().next();
    let Some(known) = known else {
        app.store().put_account(account.id.as_str(), &account.name, &account.provider).await?;
        return app.store().put_function(found, "read from the account").await;
    };
    if known.configuration == found.configuration {
        return Ok(());
    }
    let next = FunctionRecord {
        version: known.version.saturating_add(1),
        created_us: known.created_us,
        ..found.clone()
    };
    app.store().put_function(&next, "read from the account").await
}

fn kept(error: hearth_store::Error) -> Fault {
    Fault::new(FaultKind::Other, "writing to the ledger", error.to_string())
}
