//! Carries one request to ECS out, and takes one back. Must not decide what is done.

use super::action::{Definition, Placed, TASKS_TAG, TaskAction};
use super::shape;
use super::words::{CAPACITY, LOG_PREFIX, log_group};
use crate::AwsAccount;
use crate::action::Role;
use crate::fault::Asked;
use crate::run::{Made, ROLE_KNOWN};
use aws_sdk_ecs::types::{
    AssignPublicIp, AwsVpcConfiguration, CapacityProviderStrategyItem, Compatibility, ContainerDefinition,
    CpuArchitecture, EphemeralStorage, KeyValuePair, LaunchType, LogConfiguration, LogDriver,
    NetworkConfiguration, NetworkMode, OsFamily, PortMapping, RuntimePlatform, Tag, TransportProtocol,
};
use hearth_cloud::{Back, Course, Fault, FaultKind, ImageTask, Result};
use hearth_model::Architecture;

/// Who started a task, as ECS shows it.
const STARTED_BY: &str = "hearth";
/// The usual storage of a task in GB, which is not sent.
const USUAL_STORAGE_GB: u32 = 20;

impl AwsAccount {
    /// Carries a request about tasks out.
    pub(crate) async fn carry_out_tasks(
        &self,
        location: &str,
        action: &TaskAction,
        made: &mut Made,
        course: &Course,
    ) -> Result<()> {
        let asked = Asked { operation: action.operation(), location };
        macro_rules! send {
            ($request:expr) => {
                $request.send().await.map_err(|error| asked.failed(&error))?
            };
        }
        match action {
            TaskAction::CreateCluster { cluster } => {
                let request = self.ecs(location)?.create_cluster().cluster_name(cluster);
                let providers = CAPACITY.iter().map(|name| (*name).to_owned()).collect();
                send!(request.set_capacity_providers(Some(providers)));
            }
            TaskAction::DeleteCluster { cluster } => {
                send!(self.ecs(location)?.delete_cluster().cluster(cluster));
            }
            TaskAction::CreateLogGroup { group } => {
                send!(self.logs_client(location)?.create_log_group().log_group_name(group));
            }
            TaskAction::DeleteLogGroup { group } => {
                send!(self.logs_client(location)?.delete_log_group().log_group_name(group));
            }
            TaskAction::Register { image, role } => {
                let role = match role {
                    Some(Role::There(arn) | Role::Ours(arn)) => Some(arn.clone()),
                    Some(Role::Made(_)) => made.role_arn.clone(),
                    None => None,
                };
                made.definition = Some(self.register(location, image, role, &asked).await?);
            }
            TaskAction::Deregister { definition } => {
                send!(self.ecs(location)?.deregister_task_definition().task_definition(definition));
            }
            TaskAction::Run { cluster, definition, count, placed } => {
                let definition = there(definition, made);
                self.run(location, cluster, &definition, *count, placed, made, course, &asked).await?;
            }
            TaskAction::Stop { cluster, id, reason } => {
                send!(self.ecs(location)?.stop_task().cluster(cluster).task(id).reason(reason));
            }
            TaskAction::CreateService { cluster, name, definition, count, placed } => {
                let definition = there(definition, made);
                let request = self.ecs(location)?.create_service().cluster(cluster).service_name(name);
                let request = request
                    .task_definition(definition)
                    .desired_count(count.cast_signed())
                    .set_launch_type(launch(placed))
                    .set_capacity_provider_strategy(spot(placed, &asked)?)
                    .network_configuration(network(placed, &asked)?);
                let answer = send!(request);
                let arn = answer.service().and_then(|service| service.service_arn()).unwrap_or_default();
                made.results.push(("service".to_owned(), arn.to_owned()));
            }
            TaskAction::Scale { cluster, name, count, .. } => {
                let request = self.ecs(location)?.update_service().cluster(cluster).service(name);
                send!(request.desired_count(count.cast_signed()));
            }
            TaskAction::DeleteService { cluster, name, .. } => {
                send!(self.ecs(location)?.delete_service().cluster(cluster).service(name).force(true));
            }
        }
        Ok(())
    }

    /// Takes a request about tasks back.
    pub(crate) async fn take_back_tasks(
        &self,
        location: &str,
        action: &TaskAction,
        made: &Made,
    ) -> Result<Back> {
        let (mut nothing, course) = (Made::default(), Course::unwatched());
        let undo = match action {
            TaskAction::CreateCluster { cluster } => TaskAction::DeleteCluster { cluster: cluster.clone() },
            TaskAction::CreateLogGroup { group } => TaskAction::DeleteLogGroup { group: group.clone() },
            TaskAction::CreateService { cluster, name, .. } => {
                TaskAction::DeleteService { cluster: cluster.clone(), name: name.clone(), tasks: 0 }
            }
            TaskAction::Scale { cluster, name, count, before } => TaskAction::Scale {
                cluster: cluster.clone(),
                name: name.clone(),
                count: *before,
                before: *count,
            },
            TaskAction::Register { .. } => match &made.definition {
                Some(definition) => TaskAction::Deregister { definition: definition.clone() },
                None => return Ok(Back::Nothing),
            },
            TaskAction::Run { .. } if made.tasks.is_empty() => return Ok(Back::Nothing),
            TaskAction::Run { cluster, .. } => {
                for id in &made.tasks {
                    let reason = "the change that started it was taken back".to_owned();
                    let stop = TaskAction::Stop { cluster: cluster.clone(), id: id.clone(), reason };
                    Box::pin(self.carry_out_tasks(location, &stop, &mut nothing, &course)).await?;
                }
                return Ok(Back::Done);
            }
            TaskAction::DeleteCluster { .. }
            | TaskAction::DeleteLogGroup { .. }
            | TaskAction::Deregister { .. }
            | TaskAction::Stop { .. }
            | TaskAction::DeleteService { .. } => return Ok(Back::Nothing),
        };
        Box::pin(self.carry_out_tasks(location, &undo, &mut nothing, &course)).await.map(|()| Back::Done)
    }

    /// Makes a task definition and answers `family:revision`.
    async fn register(
        &self,
        location: &str,
        image: &ImageTask,
        role: Option<String>,
        asked: &Asked<'_>,
    ) -> Result<String> {
        let chip = match image.size.architecture {
            Architecture::X86_64 => CpuArchitecture::X8664,
            Architecture::Arm64 => CpuArchitecture::Arm64,
        };
        let platform = RuntimePlatform::builder()
            .cpu_architecture(chip)
            .operating_system_family(OsFamily::Linux)
            .build();
        let storage = (image.size.storage_gb > USUAL_STORAGE_GB)
            .then(|| EphemeralStorage::builder().size_in_gib(image.size.storage_gb.cast_signed()).build());
        let answer = self
            .ecs(location)?
            .register_task_definition()
            .family(&image.family)
            .requires_compatibilities(Compatibility::Fargate)
            .network_mode(NetworkMode::Awsvpc)
            .cpu(image.size.cpu_units.to_string())
            .memory(image.size.memory_mb.to_string())
            .runtime_platform(platform)
            .set_ephemeral_storage(storage)
            .set_execution_role_arn(role)
            .set_task_role_arn(image.task_role.clone())
            .container_definitions(container(location, image, asked)?)
            .tags(Tag::builder().key(TASKS_TAG).value(&image.family).build())
            .send()
            .await
            .map_err(|error| asked.failed(&error))?;
        let arn = answer.task_definition().and_then(|made| made.task_definition_arn());
        let arn = arn.ok_or_else(|| asked.fault(FaultKind::Other, "AWS did not name the task definition"))?;
        Ok(shape::last(arn).to_owned())
    }

    /// Runs tasks once, also where this request is sent twice. A new role is known to ECS only after some seconds.
    #[allow(clippy::too_many_arguments, reason = "what RunTask takes")]
    async fn run(
        &self,
        location: &str,
        cluster: &str,
        definition: &str,
        count: u32,
        placed: &Placed,
        made: &mut Made,
        course: &Course,
        asked: &Asked<'_>,
    ) -> Result<()> {
        let token = format!("{:032x}", rand::random::<u128>());
        let mut number = 1;
        let answer = loop {
            let answer = self
                .ecs(location)?
                .run_task()
                .cluster(cluster)
                .task_definition(definition)
                .count(count.cast_signed())
                .started_by(STARTED_BY)
                .client_token(&token)
                .set_launch_type(launch(placed))
                .set_capacity_provider_strategy(spot(placed, asked)?)
                .network_configuration(network(placed, asked)?)
                .send()
                .await;
            let fault = match answer {
                Ok(answer) => break answer,
                Err(error) => asked.failed(&error),
            };
            if !role_is_new(&fault) || number >= ROLE_KNOWN.tries {
                return Err(fault);
            }
            if !course.pause(ROLE_KNOWN.pause(number, 0.5 + rand::random::<f64>() / 2.0)).await {
                return Err(fault);
            }
            number += 1;
        };
        made.tasks =
            answer.tasks().iter().filter_map(|task| Some(shape::last(task.task_arn()?).to_owned())).collect();
        if let Some(failure) = answer.failures().first() {
            let why = [failure.reason(), failure.detail()].into_iter().flatten().collect::<Vec<_>>();
            let words = format!(
                "AWS started {} of {count}: {}",
                made.tasks.len(),
                if why.is_empty() { "it does not say why".to_owned() } else { why.join(", ") }
            );
            return Err(asked.fault(FaultKind::Other, words));
        }
        made.results.extend(made.tasks.iter().map(|id| ("task".to_owned(), id.clone())));
        Ok(())
    }
}

/// Whether a role was made so short a time ago that ECS may not take it on yet.
fn role_is_new(fault: &Fault) -> bool {
    fault.kind == FaultKind::Invalid && fault.message.contains("unable to assume the role")
}

fn there(definition: &Definition, made: &Made) -> String {
    match definition {
        Definition::There(name) => name.clone(),
        Definition::Made(family) => made.definition.clone().unwrap_or_else(|| family.clone()),
    }
}

fn launch(placed: &Placed) -> Option<LaunchType> {
    (!placed.spot).then_some(LaunchType::Fargate)
}

fn spot(placed: &Placed, asked: &Asked<'_>) -> Result<Option<Vec<CapacityProviderStrategyItem>>> {
    if !placed.spot {
        return Ok(None);
    }
    let item = CapacityProviderStrategyItem::builder().capacity_provider("FARGATE_SPOT").weight(1).build();
    let item = item.map_err(|error| asked.fault(FaultKind::Other, error.to_string()))?;
    Ok(Some(vec![item]))
}

fn network(placed: &Placed, asked: &Asked<'_>) -> Result<NetworkConfiguration> {
    let network = &placed.network;
    let public = if network.public_ip { AssignPublicIp::Enabled } else { AssignPublicIp::Disabled };
    let groups = (!network.security_groups.is_empty()).then(|| network.security_groups.clone());
    let inner = AwsVpcConfiguration::builder()
        .set_subnets(Some(network.subnets.clone()))
        .set_security_groups(groups)
        .assign_public_ip(public)
        .build();
    let inner = inner.map_err(|error| asked.fault(FaultKind::Other, error.to_string()))?;
    Ok(NetworkConfiguration::builder().awsvpc_configuration(inner).build())
}

fn container(location: &str, image: &ImageTask, asked: &Asked<'_>) -> Result<ContainerDefinition> {
    let variables = image
        .environment
        .iter()
        .map(|(name, value)| KeyValuePair::builder().name(name).value(value).build())
        .collect::<Vec<_>>();
    let ports = image.port.map(|port| {
        let port = PortMapping::builder().container_port(i32::from(port)).protocol(TransportProtocol::Tcp);
        vec![port.build()]
    });
    let log = if image.logs {
        let log = LogConfiguration::builder()
            .log_driver(LogDriver::Awslogs)
            .options("awslogs-group", log_group(&image.family))
            .options("awslogs-region", location)
            .options("awslogs-stream-prefix", LOG_PREFIX)
            .build();
        Some(log.map_err(|error| asked.fault(FaultKind::Other, error.to_string()))?)
    } else {
        None
    };
    Ok(ContainerDefinition::builder()
        .name(&image.family)
        .image(&image.image)
        .essential(true)
        .set_command((!image.command.is_empty()).then(|| image.command.clone()))
        .set_port_mappings(ports)
        .set_environment((!variables.is_empty()).then_some(variables))
        .set_log_configuration(log)
        .build())
}
