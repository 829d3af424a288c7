//! `clusters`, `services`, `tasks` and `task-definitions`: what runs in an account's containers, and changes of it.

mod receipt;
mod show;

use super::changes;
use crate::arguments::{
    AtCluster, ClustersCommand, Consent, Containers, ServicesCommand, TasksCommand, Wanted, Where,
};
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{
    CloudChange, CloudChangeRequest, CloudLogs, ClusterDetail, ClusterName, Clusters, ClustersQuery,
    TaskLogsQuery, TasksWanted,
};
use hearth_core::cloud::LogRow;
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::Architecture;

pub(super) async fn run(
    caller: &Caller,
    command: &Containers,
    output: &mut Output,
) -> Result<Ended, Failure> {
    match command {
        Containers::Clusters { place, command: None } => clusters(caller, place, output).await,
        Containers::Clusters { command: Some(ClustersCommand::Delete { name, place, consent }), .. } => {
            change(caller, place, Some(name), CloudChange::DeleteCluster {}, *consent, output).await
        }
        Containers::Services { at, command: None } => show::services(&detail(caller, at).await?, output),
        Containers::Services { command: Some(command), .. } => service(caller, command, output).await,
        Containers::Tasks { at, service, command: None } => {
            let mut detail = detail(caller, at).await?;
            detail.tasks.retain(|one| service.is_none() || one.task.service == *service);
            show::tasks(&detail, output)
        }
        Containers::Tasks { command: Some(command), .. } => task(caller, command, output).await,
        Containers::TaskDefinitions { name: Some(name), place } => {
            show::definition(caller, &account(place)?, place, name, output).await
        }
        Containers::TaskDefinitions { name: None, place } => {
            show::definitions(caller, &account(place)?, place, output).await
        }
    }
}

async fn service(caller: &Caller, command: &ServicesCommand, output: &mut Output) -> Result<Ended, Failure> {
    match command {
        ServicesCommand::Create { name, tasks, at, consent } => {
            let wanted = CloudChange::CreateService { cluster: at.cluster.clone(), tasks: wanted(tasks) };
            change(caller, &at.place, Some(name), wanted, *consent, output).await
        }
        ServicesCommand::Scale { name, count, at, consent } => {
            let wanted = CloudChange::ScaleService { cluster: at.cluster.clone(), count: *count };
            change(caller, &at.place, Some(name), wanted, *consent, output).await
        }
        ServicesCommand::Delete { name, all, at, consent } => {
            let wanted = CloudChange::DeleteService { cluster: at.cluster.clone(), all: *all };
            change(caller, &at.place, Some(name), wanted, *consent, output).await
        }
        ServicesCommand::Show { name, at } => show::service(&detail(caller, at).await?, name, output),
    }
}

async fn task(caller: &Caller, command: &TasksCommand, output: &mut Output) -> Result<Ended, Failure> {
    match command {
        TasksCommand::Run { name, tasks, at, consent } => {
            let wanted = CloudChange::RunTasks { cluster: at.cluster.clone(), tasks: wanted(tasks) };
            change(caller, &at.place, name.as_ref(), wanted, *consent, output).await
        }
        TasksCommand::Stop { task, reason, at, consent } => {
            let wanted = CloudChange::StopTask { cluster: at.cluster.clone(), reason: reason.clone() };
            change(caller, &at.place, Some(task), wanted, *consent, output).await
        }
        TasksCommand::Show { task, at } => show::task(&detail(caller, at).await?, task, output),
        TasksCommand::Logs { task, at } => logs(caller, at, task, output).await,
    }
}

fn account(place: &Where) -> Result<String, ApiError> {
    place.account.clone().ok_or_else(|| {
        ApiError::new(ErrorCode::InvalidInput, "containers run in an account, and none is named")
            .with_hint("Add --account ACCOUNT; `hearth accounts` lists them.")
    })
}

fn cluster(at: &AtCluster) -> Result<ClusterName, ApiError> {
    Ok(ClusterName {
        account: account(&at.place)?,
        region: at.place.region.clone(),
        cluster: at.cluster.clone(),
    })
}

async fn detail(caller: &Caller, at: &AtCluster) -> Result<ClusterDetail, Failure> {
    Ok(caller.ask("cluster_get", cluster(at)?).await?)
}

async fn change(
    caller: &Caller,
    place: &Where,
    name: Option<&String>,
    wanted: CloudChange,
    consent: Consent,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let request = CloudChangeRequest {
        account: account(place)?,
        region: place.region.clone(),
        name: name.cloned(),
        change: wanted,
    };
    changes::change(caller, request, consent, output).await
}

fn wanted(tasks: &Wanted) -> TasksWanted {
    TasksWanted {
        image: tasks.image.clone(),
        definition: tasks.definition.clone(),
        count: Some(tasks.count),
        vcpu: tasks.vcpu.clone(),
        memory_mb: tasks.memory,
        storage_gb: tasks.storage,
        architecture: tasks.arch.as_deref().map(|arch| match arch {
            "arm64" => Architecture::Arm64,
            _ => Architecture::X86_64,
        }),
        command: tasks.command.clone(),
        port: tasks.port,
        environment: tasks.environment.iter().cloned().collect(),
        no_logs: tasks.no_logs,
        execution_role: tasks.execution_role.clone(),
        task_role: tasks.task_role.clone(),
        subnets: tasks.subnets.clone(),
        security_groups: tasks.security_groups.clone(),
        public_ip: tasks.public_ip,
        spot: tasks.spot,
    }
}

async fn clusters(caller: &Caller, place: &Where, output: &mut Output) -> Result<Ended, Failure> {
    let query = ClustersQuery { account: account(place)?, regions: place.region.iter().cloned().collect() };
    let list: Clusters = caller.ask("clusters_list", query).await?;
    // Regions that could not be read are told beside the list, and by the exit code.
    let ended = if list.faults.is_empty() { Ended::Well } else { Ended::Unable };
    if output.is_json() {
        output.document(&list)?;
        return Ok(ended);
    }
    if list.clusters.is_empty() && list.faults.is_empty() {
        output.line(&format!("There is no cluster in {} ({}).", list.account, list.regions.join(", ")))?;
        return Ok(ended);
    }
    let mut table = Table::new(&[
        ("Cluster", Side::Left),
        ("Region", Side::Left),
        ("State", Side::Left),
        ("Services", Side::Right),
        ("Tasks", Side::Right),
        ("Starting", Side::Right),
    ]);
    for one in &list.clusters {
        table.row(vec![
            cell(&one.name, Tone::Strong),
            one.location.clone().into(),
            one.state.to_lowercase().into(),
            one.services.to_string().into(),
            one.running_tasks.to_string().into(),
            one.pending_tasks.to_string().into(),
        ]);
    }
    table.print(output)?;
    for fault in &list.faults {
        output.aside(&format!("{} could not be read: {}", fault.location, fault.fault), Tone::Bad);
    }
    Ok(ended)
}

async fn logs(caller: &Caller, at: &AtCluster, task: &str, output: &mut Output) -> Result<Ended, Failure> {
    let mut lines: Vec<LogRow> = Vec::new();
    let mut cursor = None;
    loop {
        let query = TaskLogsQuery {
            cluster: cluster(at)?,
            task: task.to_owned(),
            since_us: None,
            filter: None,
            cursor,
            limit: Some(10_000),
        };
        let page: CloudLogs = caller.ask("task_logs", query).await?;
        lines.extend(page.lines);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    // Containers have streams of their own; people read by time.
    lines.sort_by_key(|line| line.at_us);
    if output.is_json() {
        output.document(&lines)?;
        return Ok(Ended::Well);
    }
    if lines.is_empty() {
        output.line(&format!("The task {task} has written nothing."))?;
    }
    for line in &lines {
        let time = output.tone(&words::exact_time(line.at_us), Tone::Quiet);
        output.line(&format!("{time}  {}", words::printable(&line.text)))?;
    }
    Ok(Ended::Well)
}
