//! From the words of a person who wants tasks to a [`TaskRun`]: sizes that Fargate offers, a name from the image, the
//! network of another service where none is named.

use crate::api::TasksWanted;
use crate::{ApiError, ErrorCode, Result};
use hearth_cloud::{Containers, ImageTask, InCluster, TaskNetwork, TaskRun, TaskSize, TaskSource};
use hearth_cost::{Decimal, fits_task_size, task_size};
use hearth_model::Architecture;
use rust_decimal::prelude::ToPrimitive as _;

const USUAL_MEMORY_MB: u32 = 512;
const USUAL_STORAGE_GB: u32 = 20;
/// Storage that a task of Fargate can have.
const STORAGE_GB: std::ops::RangeInclusive<u32> = 20..=200;

fn refuse<T>(message: impl Into<String>, hint: &str) -> Result<T> {
    Err(ApiError::new(ErrorCode::InvalidInput, message).with_hint(hint))
}

/// What to call tasks of an image: `registry/team/web:1.2` is `web`.
pub(super) fn family_of(image: &str) -> String {
    let path = image.split('@').next().unwrap_or(image);
    let last = path.rsplit('/').next().unwrap_or(path);
    let name = last.split(':').next().unwrap_or(last);
    name.chars()
        .map(|it| if it.is_ascii_alphanumeric() || it == '-' || it == '_' { it } else { '-' })
        .collect()
}

/// The tasks that are wanted; `family` is what a new task definition is called.
pub(super) fn source(wanted: &TasksWanted, family: Option<&str>) -> Result<TaskSource> {
    match (&wanted.image, &wanted.definition) {
        (Some(image), None) => {
            let family = family.map_or_else(|| family_of(image), str::to_owned);
            Ok(TaskSource::Image(self::image(wanted, image.trim(), family)?))
        }
        (None, Some(definition)) => {
            let of_image = wanted.memory_mb.is_some()
                || wanted.vcpu.is_some()
                || wanted.port.is_some()
                || !wanted.command.is_empty()
                || !wanted.environment.is_empty();
            if of_image {
                return refuse(
                    format!(
                        "the task definition `{definition}` says size, port, command and variables itself"
                    ),
                    "Leave them out, or name an image instead, which gets a task definition of its own.",
                );
            }
            Ok(TaskSource::Definition(definition.clone()))
        }
        _ => refuse(
            "tasks are made from an image or from a task definition: name one of them",
            "For instance --image nginx:1.27, or --definition web:3.",
        ),
    }
}

fn image(wanted: &TasksWanted, image: &str, family: String) -> Result<ImageTask> {
    for name in wanted.environment.keys() {
        if name.is_empty() || name.contains(['=', '\0']) {
            return refuse(
                format!("`{name}` cannot be the name of an environment variable"),
                "Write NAME=VALUE.",
            );
        }
    }
    Ok(ImageTask {
        family,
        image: image.to_owned(),
        size: size(wanted)?,
        command: wanted.command.clone(),
        port: wanted.port,
        environment: wanted.environment.clone(),
        logs: !wanted.no_logs,
        execution_role: wanted.execution_role.clone(),
        task_role: wanted.task_role.clone(),
    })
}

/// A size that Fargate offers; what is not offered is refused with the next larger one.
pub(super) fn size(wanted: &TasksWanted) -> Result<TaskSize> {
    let memory_mb = wanted.memory_mb.unwrap_or(USUAL_MEMORY_MB);
    let storage_gb = wanted.storage_gb.unwrap_or(USUAL_STORAGE_GB);
    if !STORAGE_GB.contains(&storage_gb) {
        return refuse(
            format!("a task has 20 to 200 GB of storage, not {storage_gb}"),
            "20 GB come with it.",
        );
    }
    let vcpu = match &wanted.vcpu {
        Some(text) => match text.trim().parse::<Decimal>() {
            Ok(vcpu) => vcpu,
            Err(_) => {
                return refuse(format!("`{text}` is no number of processors"), "Write for instance 0.25.");
            }
        },
        None => match task_size(Decimal::new(25, 2), memory_mb) {
            Some((vcpu, _)) => vcpu,
            None => {
                return refuse(
                    format!("Fargate has no task of {memory_mb} MB"),
                    "The largest has 249856 MB.",
                );
            }
        },
    };
    if !fits_task_size(vcpu, memory_mb) {
        let hint = task_size(vcpu, memory_mb).map_or_else(
            || "The largest has 32 vCPU and 249856 MB.".to_owned(),
            |(vcpu, memory_mb)| {
                format!("The next larger one has {} vCPU and {memory_mb} MB.", vcpu.normalize())
            },
        );
        return refuse(format!("Fargate has no task of {} vCPU and {memory_mb} MB", vcpu.normalize()), &hint);
    }
    Ok(TaskSize {
        cpu_units: (vcpu * Decimal::from(1_024)).to_u32().unwrap_or_default(),
        memory_mb,
        storage_gb,
        architecture: wanted.architecture.unwrap_or(Architecture::X86_64),
        windows: false,
    })
}

/// The network that is named, else that of a service of the cluster.
async fn network(wanted: &TasksWanted, containers: &dyn Containers, at: &InCluster) -> Result<TaskNetwork> {
    let named = TaskNetwork {
        subnets: wanted.subnets.clone(),
        security_groups: wanted.security_groups.clone(),
        public_ip: wanted.public_ip,
    };
    if !named.subnets.is_empty() {
        return Ok(named);
    }
    // A cluster that is not there yet has none; what is wrong with the account, the review says better.
    let there = containers.cluster(at).await.ok();
    let other = there.and_then(|standing| standing.services.into_iter().find_map(|service| service.network));
    match other {
        Some(other) => Ok(TaskNetwork {
            security_groups: if named.security_groups.is_empty() {
                other.security_groups
            } else {
                named.security_groups
            },
            public_ip: named.public_ip || other.public_ip,
            subnets: other.subnets,
        }),
        None => refuse(
            "a task needs a subnet, and no service of the cluster has one to take it from",
            "Name it with --subnet; `aws ec2 describe-subnets --query Subnets[].SubnetId` lists those of the account.",
        ),
    }
}

/// Everything that is wanted, as it would be run.
pub(super) async fn run(
    wanted: &TasksWanted,
    family: Option<&str>,
    containers: &dyn Containers,
    at: &InCluster,
) -> Result<TaskRun> {
    let source = source(wanted, family)?;
    Ok(TaskRun {
        source,
        count: wanted.count.unwrap_or(1),
        network: network(wanted, containers, at).await?,
        spot: wanted.spot,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_named_after_their_image() {
        for (image, name) in [
            ("nginx", "nginx"),
            ("nginx:1.27", "nginx"),
            ("public.ecr.aws/nginx/nginx:1.27-alpine", "nginx"),
            ("localhost:5000/team/my.app@sha256:0123", "my-app"),
        ] {
            assert_eq!(family_of(image), name, "{image}");
        }
    }

    #[test]
    fn a_size_is_one_that_fargate_offers_or_refused_with_the_next_one() {
        let wanted = |vcpu: Option<&str>, memory_mb| TasksWanted {
            vcpu: vcpu.map(str::to_owned),
            memory_mb,
            ..TasksWanted::default()
        };
        let usual = size(&wanted(None, None)).unwrap();
        assert_eq!((usual.cpu_units, usual.memory_mb), (256, 512));
        assert_eq!(size(&wanted(None, Some(4_096))).unwrap().cpu_units, 512);
        let error = size(&wanted(Some("1"), Some(2_500))).unwrap_err();
        assert!(error.message.contains("1 vCPU and 2500 MB"), "{error:?}");
        assert_eq!(error.hint.as_deref(), Some("The next larger one has 1 vCPU and 3072 MB."));
        assert!(size(&wanted(Some("much"), None)).unwrap_err().message.contains("`much`"));
    }

    #[test]
    fn an_image_or_a_task_definition_and_not_both() {
        let both =
            TasksWanted { image: Some("a".into()), definition: Some("b".into()), ..TasksWanted::default() };
        for wanted in [TasksWanted::default(), both] {
            assert!(source(&wanted, None).unwrap_err().message.contains("name one of them"));
        }
        let sized =
            TasksWanted { definition: Some("web:3".into()), memory_mb: Some(512), ..TasksWanted::default() };
        assert!(source(&sized, None).unwrap_err().message.contains("`web:3`"));
    }
}
