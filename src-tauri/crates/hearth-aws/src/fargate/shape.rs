//! ECS's answers in the words of `hearth-cloud`. Pure; values of environment variables are dropped here.

use super::stop::stop;
use aws_sdk_ecs::primitives::DateTime;
use aws_sdk_ecs::types::{
    AssignPublicIp, Cluster as GivenCluster, Compatibility, ContainerDefinition as GivenContainer,
    CpuArchitecture, LaunchType, LogDriver, NetworkConfiguration, Secret, Service, Task as GivenTask,
    TaskDefinition as GivenDefinition, TaskDefinitionStatus, TaskStopCode,
};
use hearth_cloud::{
    Cluster, ContainerDefinition, ContainerLog, ContainerService, InCluster, Launch, ServiceEvent, Task,
    TaskContainer, TaskDefinition, TaskNetwork, TaskSize,
};
use hearth_model::{Architecture, Micros};

/// Storage that comes with a task.
const USUAL_STORAGE_GB: u32 = 20;
const SPOT: &str = "FARGATE_SPOT";
/// What the group of a service's task begins with.
const OF_SERVICE: &str = "service:";

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn counted(value: i32) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

fn instant(at: Option<&DateTime>) -> Option<Micros> {
    Some(Micros(i64::try_from(at?.as_nanos() / 1_000).ok()?))
}

/// What stands behind the last slash: `arn:aws:ecs:…:task/cluster/id` is of the task `id`.
pub(super) fn last(resource: &str) -> &str {
    resource.rsplit('/').next().unwrap_or(resource)
}

pub(super) fn cluster(location: &str, given: &GivenCluster) -> Cluster {
    Cluster {
        location: location.to_owned(),
        name: text(given.cluster_name()),
        resource: text(given.cluster_arn()),
        state: text(given.status()),
        services: counted(given.active_services_count()),
        running_tasks: counted(given.running_tasks_count()),
        pending_tasks: counted(given.pending_tasks_count()),
    }
}

pub(super) fn service(at: &InCluster, given: &Service) -> ContainerService {
    let strategy = given.capacity_provider_strategy();
    let spot = strategy.iter().filter(|item| item.capacity_provider() == SPOT).count();
    let fargate = strategy.iter().filter(|item| item.capacity_provider() == "FARGATE").count();
    let launch = match (strategy.len(), spot, fargate) {
        (0, ..) if given.launch_type() == Some(&LaunchType::Fargate) => Launch::Fargate,
        (1.., spot, 0) if spot == strategy.len() => Launch::FargateSpot,
        (1.., 0, fargate) if fargate == strategy.len() => Launch::Fargate,
        (1.., 1.., 1..) => Launch::Mixed,
        _ => Launch::Other,
    };
    let newest = given.deployments().iter().find(|one| one.status() == Some("PRIMARY"));
    let rollout = newest.and_then(|one| {
        let state = one.rollout_state()?.as_str();
        let why = one.rollout_state_reason().filter(|why| !why.is_empty());
        Some(why.map_or_else(|| state.to_owned(), |why| format!("{state}: {why}")))
    });
    ContainerService {
        at: at.clone(),
        name: text(given.service_name()),
        resource: text(given.service_arn()),
        state: text(given.status()),
        desired: counted(given.desired_count()),
        running: counted(given.running_count()),
        pending: counted(given.pending_count()),
        task_definition: last(given.task_definition().unwrap_or_default()).to_owned(),
        size: None,
        launch,
        network: given.network_configuration().and_then(network),
        rollout,
        event: given.events().first().and_then(|event| {
            Some(ServiceEvent { at_us: instant(event.created_at())?, message: text(event.message()) })
        }),
        made_us: instant(given.created_at()),
    }
}

fn network(given: &NetworkConfiguration) -> Option<TaskNetwork> {
    let given = given.awsvpc_configuration()?;
    Some(TaskNetwork {
        subnets: given.subnets().to_vec(),
        security_groups: given.security_groups().to_vec(),
        public_ip: given.assign_public_ip() == Some(&AssignPublicIp::Enabled),
    })
}

pub(super) fn task(at: &InCluster, given: &GivenTask) -> Task {
    let launch = match (given.capacity_provider_name(), given.launch_type()) {
        (Some(SPOT), _) => Launch::FargateSpot,
        (Some("FARGATE"), _) | (_, Some(LaunchType::Fargate)) => Launch::Fargate,
        _ => Launch::Other,
    };
    let containers: Vec<TaskContainer> = given
        .containers()
        .iter()
        .map(|one| TaskContainer {
            name: text(one.name()),
            image: text(one.image()),
            state: text(one.last_status()),
            exit_code: one.exit_code(),
            reason: one.reason().map(str::to_owned).filter(|reason| !reason.is_empty()),
        })
        .collect();
    let stopped = given.last_status() == Some("STOPPED");
    let code = given.stop_code().map(TaskStopCode::as_str).unwrap_or_default();
    let reason = given.stopped_reason().unwrap_or_default();
    let ends = stopped || !code.is_empty() || !reason.is_empty();
    Task {
        at: at.clone(),
        id: last(given.task_arn().unwrap_or_default()).to_owned(),
        resource: text(given.task_arn()),
        state: text(given.last_status()),
        stopped,
        service: given.group().and_then(|group| group.strip_prefix(OF_SERVICE)).map(str::to_owned),
        task_definition: last(given.task_definition_arn().unwrap_or_default()).to_owned(),
        size: task_size(given),
        launch,
        made_us: instant(given.created_at()),
        billed_from_us: instant(given.pull_started_at()),
        started_us: instant(given.started_at()),
        stopped_us: instant(given.stopped_at()),
        stop: ends.then(|| stop(code, reason, &containers)),
        containers,
    }
}

/// The size that a task says itself; none when it does not say on which processors it runs.
fn task_size(given: &GivenTask) -> Option<TaskSize> {
    let chip = given.attributes().iter().find(|one| one.name() == "ecs.cpu-architecture")?.value()?;
    Some(TaskSize {
        cpu_units: units(given.cpu()?)?,
        memory_mb: megabytes(given.memory()?)?,
        storage_gb: given.ephemeral_storage().map_or(USUAL_STORAGE_GB, |it| counted(it.size_in_gib())),
        architecture: if chip == "arm64" { Architecture::Arm64 } else { Architecture::X86_64 },
        windows: given.platform_family().is_some_and(|family| family.starts_with("Windows")),
    })
}

/// `256` or `.25 vcpu`, as a task definition may say it.
fn units(text: &str) -> Option<u32> {
    let lower = text.trim().to_lowercase();
    match lower.strip_suffix("vcpu") {
        Some(processors) => {
            let processors: f64 = processors.trim().parse().ok()?;
            (processors > 0.0).then(|| (processors * 1_024.0).round() as u32)
        }
        None => lower.parse().ok(),
    }
}

/// `512` or `0.5 GB`.
fn megabytes(text: &str) -> Option<u32> {
    let lower = text.trim().to_lowercase();
    match lower.strip_suffix("gb") {
        Some(gigabytes) => {
            let gigabytes: f64 = gigabytes.trim().parse().ok()?;
            (gigabytes > 0.0).then(|| (gigabytes * 1_024.0).round() as u32)
        }
        None => lower.parse().ok(),
    }
}

pub(super) fn definition(location: &str, given: &GivenDefinition) -> TaskDefinition {
    let platform = given.runtime_platform();
    let size = given.cpu().and_then(units).zip(given.memory().and_then(megabytes));
    TaskDefinition {
        location: location.to_owned(),
        family: text(given.family()),
        revision: counted(given.revision()),
        resource: text(given.task_definition_arn()),
        active: given.status() == Some(&TaskDefinitionStatus::Active),
        fargate: given.compatibilities().contains(&Compatibility::Fargate),
        size: size.map(|(cpu_units, memory_mb)| TaskSize {
            cpu_units,
            memory_mb,
            storage_gb: given.ephemeral_storage().map_or(USUAL_STORAGE_GB, |it| counted(it.size_in_gib())),
            architecture: match platform.and_then(|it| it.cpu_architecture()) {
                Some(CpuArchitecture::Arm64) => Architecture::Arm64,
                _ => Architecture::X86_64,
            },
            windows: platform
                .and_then(|it| it.operating_system_family())
                .is_some_and(|family| family.as_str().starts_with("WINDOWS")),
        }),
        task_role: given.task_role_arn().map(str::to_owned).filter(|role| !role.is_empty()),
        execution_role: given.execution_role_arn().map(str::to_owned).filter(|role| !role.is_empty()),
        containers: given.container_definitions().iter().map(container).collect(),
    }
}

fn container(given: &GivenContainer) -> ContainerDefinition {
    let plain = given.environment().iter().filter_map(|pair| pair.name());
    let secret = given.secrets().iter().map(Secret::name);
    let mut environment_names: Vec<String> = plain.chain(secret).map(str::to_owned).collect();
    environment_names.sort();
    ContainerDefinition {
        name: text(given.name()),
        image: text(given.image()),
        essential: given.essential().unwrap_or(true),
        ports: given
            .port_mappings()
            .iter()
            .filter_map(|port| u16::try_from(port.container_port()?).ok())
            .collect(),
        environment_names,
        log: given.log_configuration().filter(|it| *it.log_driver() == LogDriver::Awslogs).and_then(|it| {
            let options = it.options()?;
            Some(ContainerLog {
                group: options.get("awslogs-group")?.clone(),
                prefix: options.get("awslogs-stream-prefix").cloned().unwrap_or_default(),
                location: options.get("awslogs-region").cloned(),
            })
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecs::types::{CapacityProviderStrategyItem, KeyValuePair};

    #[test]
    fn sizes_are_read_in_both_ways_that_aws_takes_them() {
        for (text, wanted) in
            [("256", Some(256)), (".25 vCPU", Some(256)), ("2 vcpu", Some(2_048)), ("much", None)]
        {
            assert_eq!(units(text), wanted, "{text}");
        }
        for (text, wanted) in [("512", Some(512)), ("0.5GB", Some(512)), ("2 GB", Some(2_048)), ("", None)] {
            assert_eq!(megabytes(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_service_on_both_kinds_of_capacity_is_neither() {
        let at = InCluster::new("eu-west-1", "shop");
        let on = |names: &[&str]| {
            let items = names.iter().map(|name| {
                CapacityProviderStrategyItem::builder().capacity_provider(*name).build().unwrap()
            });
            let given = Service::builder().set_capacity_provider_strategy(Some(items.collect())).build();
            service(&at, &given).launch
        };
        assert_eq!(on(&["FARGATE"]), Launch::Fargate);
        assert_eq!(on(&["FARGATE_SPOT"]), Launch::FargateSpot);
        assert_eq!(on(&["FARGATE_SPOT", "FARGATE"]), Launch::Mixed);
        assert_eq!(on(&["my-machines"]), Launch::Other);
        assert_eq!(on(&[]), Launch::Other);
        let plain = Service::builder().launch_type(LaunchType::Fargate).build();
        assert_eq!(service(&at, &plain).launch, Launch::Fargate);
    }

    #[test]
    fn values_of_variables_stay_outside() {
        let pair = |name: &str| KeyValuePair::builder().name(name).value("planted").build();
        let given =
            GivenContainer::builder().name("web").environment(pair("B")).environment(pair("A")).build();
        let container = container(&given);
        assert_eq!(container.environment_names, ["A", "B"]);
        assert!(!format!("{container:?}").contains("planted"));
    }
}
