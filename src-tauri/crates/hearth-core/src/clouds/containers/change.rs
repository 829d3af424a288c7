//! Changes of containers: from a person's words to a [`Change`], the same as a command line of Hearth, and what it does
//! to the bill. The rest is as with every change of an account.

use super::price::{Priced, Prices, of_service};
use super::wanted;
use crate::api::{CloudChange, CloudChangeRequest, RunningCost, TasksWanted};
use crate::{ApiError, ErrorCode, Result};
use hearth_cloud::{
    Change, ContainerChange, Containers, CostEffect, FunctionAddress, InCluster, Launch, Provider, Review,
    TaskRun, TaskSize, TaskSource, quoted,
};
use hearth_cost::Decimal;
use hearth_model::Architecture;

/// Why a task is stopped when nobody says.
const USUAL_REASON: &str = "stopped from Hearth";

/// Whether a change is about containers.
pub(in crate::clouds) fn is_of_containers(change: &CloudChange) -> bool {
    matches!(
        change,
        CloudChange::RunTasks { .. }
            | CloudChange::CreateService { .. }
            | CloudChange::ScaleService { .. }
            | CloudChange::StopTask { .. }
            | CloudChange::DeleteService { .. }
            | CloudChange::DeleteCluster {}
    )
}

fn containers(provider: &dyn Provider) -> Result<&dyn Containers> {
    provider.containers().ok_or_else(|| {
        ApiError::new(ErrorCode::InvalidInput, "this account has no clusters and no tasks")
            .with_hint("Hearth runs containers on AWS Fargate: name an account of AWS.")
    })
}

/// From a person's words to a change.
pub(in crate::clouds) async fn mean(
    provider: &dyn Provider,
    place: &str,
    request: &CloudChangeRequest,
) -> Result<Change> {
    let containers = containers(provider)?;
    let given = request.name.as_deref();
    let named = |what: &str| {
        given
            .map(str::to_owned)
            .ok_or_else(|| ApiError::new(ErrorCode::InvalidInput, format!("the change names no {what}")))
    };
    let (name, cluster, change) = match &request.change {
        CloudChange::RunTasks { cluster, tasks } => {
            let at = InCluster::new(place, cluster);
            let run = wanted::run(tasks, given, containers, &at).await?;
            let name = match &run.source {
                TaskSource::Image(image) => image.family.clone(),
                TaskSource::Definition(name) => name.clone(),
            };
            (name, cluster, ContainerChange::Run(run))
        }
        CloudChange::CreateService { cluster, tasks } => {
            let name = match given {
                Some(name) => name.to_owned(),
                None => tasks.image.as_deref().map(wanted::family_of).map_or_else(|| named("service"), Ok)?,
            };
            let at = InCluster::new(place, cluster);
            let run = wanted::run(tasks, Some(&name), containers, &at).await?;
            (name.clone(), cluster, ContainerChange::CreateService { name, run })
        }
        CloudChange::ScaleService { cluster, count } => {
            let name = named("service")?;
            (name.clone(), cluster, ContainerChange::Scale { name, count: *count })
        }
        CloudChange::StopTask { cluster, reason } => {
            let id = named("task")?;
            let reason = reason.clone().unwrap_or_else(|| USUAL_REASON.to_owned());
            (id.clone(), cluster, ContainerChange::StopTask { id, reason })
        }
        CloudChange::DeleteService { cluster, all } => {
            let name = named("service")?;
            (name.clone(), cluster, ContainerChange::DeleteService { name, all: *all })
        }
        CloudChange::DeleteCluster {} => {
            let name = named("cluster")?;
            let at = FunctionAddress::new(place, &name);
            return Ok(Change::Containers { at, cluster: name, change: ContainerChange::DeleteCluster });
        }
        _ => return Err(ApiError::internal("this change is not about containers")),
    };
    Ok(Change::Containers { at: FunctionAddress::new(place, name), cluster: cluster.clone(), change })
}

/// The same with Hearth's command line; values of variables are left to the reader.
pub(in crate::clouds) fn command_line(change: &CloudChange, name: &str, of: &str) -> Option<String> {
    Some(match change {
        CloudChange::RunTasks { cluster, tasks } => {
            let named = tasks.image.as_ref().map(|_| format!(" --name {name}")).unwrap_or_default();
            format!("hearth tasks run{}{named} --cluster {cluster} {of}", flags(tasks))
        }
        CloudChange::CreateService { cluster, tasks } => {
            format!("hearth services create {name}{} --cluster {cluster} {of}", flags(tasks))
        }
        CloudChange::ScaleService { cluster, count } => {
            format!("hearth services scale {name} {count} --cluster {cluster} {of}")
        }
        CloudChange::StopTask { cluster, reason } => {
            let reason = reason.as_ref().map(|reason| format!(" --reason {}", quoted(reason)));
            format!("hearth tasks stop {name}{} --cluster {cluster} {of}", reason.unwrap_or_default())
        }
        CloudChange::DeleteService { cluster, all } => {
            let all = if *all { " --all" } else { "" };
            format!("hearth services delete {name}{all} --cluster {cluster} {of}")
        }
        CloudChange::DeleteCluster {} => format!("hearth clusters delete {name} {of}"),
        _ => return None,
    })
}

fn flags(tasks: &TasksWanted) -> String {
    let mut line = String::new();
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            for part in [" --", flag, " ", &quoted(&value)] {
                line.push_str(part);
            }
        }
    };
    add("image", tasks.image.clone());
    add("definition", tasks.definition.clone());
    add("count", tasks.count.map(|count| count.to_string()));
    add("vcpu", tasks.vcpu.clone());
    add("memory", tasks.memory_mb.map(|size| size.to_string()));
    add("storage", tasks.storage_gb.map(|size| size.to_string()));
    let arch = |it| if it == Architecture::Arm64 { "arm64" } else { "x86_64" };
    add("arch", tasks.architecture.map(|it| arch(it).to_owned()));
    add("port", tasks.port.map(|port| port.to_string()));
    for name in tasks.environment.keys() {
        add("env", Some(format!("{name}=…")));
    }
    for part in &tasks.command {
        add("command", Some(part.clone()));
    }
    add("execution-role", tasks.execution_role.clone());
    add("task-role", tasks.task_role.clone());
    for subnet in &tasks.subnets {
        add("subnet", Some(subnet.clone()));
    }
    for group in &tasks.security_groups {
        add("security-group", Some(group.clone()));
    }
    for (flag, is_set) in [("no-logs", tasks.no_logs), ("public-ip", tasks.public_ip), ("spot", tasks.spot)] {
        if is_set {
            line.push_str(" --");
            line.push_str(flag);
        }
    }
    line
}

/// Tasks before and after a change, all of one kind.
struct Effect {
    size: Option<TaskSize>,
    launch: Launch,
    public_ip: Option<bool>,
    before: u32,
    after: u32,
    /// Whether somebody keeps them running.
    kept: bool,
}

/// Says in the review what a change does to the bill, by the prices of today.
pub(in crate::clouds) async fn price(
    app: &crate::App,
    provider: &dyn Provider,
    change: &Change,
    review: &mut Review,
) -> Result<()> {
    let Change::Containers { at, cluster, change } = change else { return Ok(()) };
    let containers = containers(provider)?;
    let place = InCluster::new(&at.location, cluster);
    let Some(effect) = effect(containers, &place, change).await else { return Ok(()) };
    let prices = Prices::of(app);
    let one = Priced { size: effect.size.as_ref(), launch: effect.launch, public_ip: effect.public_ip };
    let cost = |tasks| prices.running(&at.location, &one, tasks);
    review.cost = CostEffect {
        words: match (cost(effect.before), cost(effect.after)) {
            (Ok(before), Ok(after)) => words(&effect, &before, &after, &at.location, prices.date()),
            (Err(why), _) | (_, Err(why)) => {
                format!("{} What it costs is not known: {why}.", review.cost.words)
            }
        },
        standing: effect.after > 0,
    };
    Ok(())
}

async fn effect(containers: &dyn Containers, at: &InCluster, change: &ContainerChange) -> Option<Effect> {
    let of_run = |run: &TaskRun, size, kept| Effect {
        size,
        launch: if run.spot { Launch::FargateSpot } else { Launch::Fargate },
        public_ip: Some(run.network.public_ip),
        before: 0,
        after: run.count,
        kept,
    };
    match change {
        ContainerChange::Run(run) => Some(of_run(run, size(containers, at, run).await, false)),
        ContainerChange::CreateService { run, .. } => {
            Some(of_run(run, size(containers, at, run).await, true))
        }
        ContainerChange::Scale { name, count } => of_service_now(containers, at, name, *count).await,
        ContainerChange::DeleteService { name, .. } => of_service_now(containers, at, name, 0).await,
        ContainerChange::StopTask { .. } | ContainerChange::DeleteCluster => None,
    }
}

async fn of_service_now(
    containers: &dyn Containers,
    at: &InCluster,
    name: &str,
    after: u32,
) -> Option<Effect> {
    let service = containers.service(at, name).await.ok()??;
    let one = of_service(&service);
    let (launch, public_ip) = (one.launch, one.public_ip);
    Some(Effect { before: service.desired, after, size: service.size, launch, public_ip, kept: true })
}

async fn size(containers: &dyn Containers, at: &InCluster, run: &TaskRun) -> Option<TaskSize> {
    match &run.source {
        TaskSource::Image(image) => Some(image.size.clone()),
        TaskSource::Definition(name) => containers.task_definition(&at.location, name).await.ok()?.size,
    }
}

fn words(effect: &Effect, before: &RunningCost, after: &RunningCost, location: &str, date: &str) -> String {
    let least = if after.hour.unknown.is_empty() { "" } else { "at least " };
    let until = if effect.kept { "" } else { ", until it ends" };
    let hour = |cost: &RunningCost| format!("{least}${}", rounded(cost.hour.total, 6));
    let month = |cost: &RunningCost| format!("{least}${}", rounded(decimal(&cost.month_usd), 2));
    let source = format!("list price in {location} of {date}");
    let size = effect.size.as_ref().map(ToString::to_string).unwrap_or_default();
    match (effect.before, effect.after) {
        (0, 0) => "No task runs, so nothing is billed.".to_owned(),
        (0, count) => format!(
            "{} an hour{until}, {} in a month of 730 hours for {} of {size} ({source}).",
            hour(after),
            month(after),
            if count == 1 { "1 task".to_owned() } else { format!("{count} tasks") }
        ),
        (_, 0) => format!(
            "{} an hour and {} in a month of 730 hours are billed no longer once its tasks have stopped ({source}).",
            hour(before),
            month(before)
        ),
        (from, to) => format!(
            "From {} to {} an hour, from {} to {} in a month of 730 hours, for {to} tasks of {size}, not {from} \
             ({source}).",
            hour(before),
            hour(after),
            month(before),
            month(after)
        ),
    }
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

fn rounded(amount: Decimal, digits: u32) -> String {
    let rounded = amount.round_dp(digits);
    // What rounds to nothing is not nothing.
    let shown = if rounded.is_zero() { amount } else { rounded };
    shown.normalize().to_string()
}
