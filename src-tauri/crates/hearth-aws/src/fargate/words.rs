//! A request to ECS in words: what it makes, and what is sent by the names of AWS's command line. Values of variables
//! are masked.

use super::action::{Definition, Placed, TASKS_TAG, TaskAction};
use crate::action::Role;
use crate::action_words::{MASK, Parameters};
use hearth_cloud::{ImageTask, TaskNetwork};
use hearth_model::Architecture;
use serde_json::{Value, json};

impl TaskAction {
    pub(crate) fn makes(&self) -> String {
        match self {
            Self::CreateCluster { cluster } => format!("cluster {cluster}, which costs nothing by itself"),
            Self::DeleteCluster { cluster } => format!("deletes the cluster {cluster}, which is empty"),
            Self::CreateLogGroup { group } => format!("log group {group} for the output of its tasks"),
            Self::DeleteLogGroup { group } => format!("deletes all logs in {group}"),
            Self::Register { image, .. } => format!(
                "task definition {}: {}, {}{}",
                image.family,
                image.image,
                image.size,
                variables(image)
            ),
            Self::Deregister { definition } => format!("no new task can be made from {definition} any more"),
            Self::Run { definition, count, placed, .. } => format!(
                "{} from {}{}",
                tasks(*count),
                definition.name(),
                if placed.spot { ", on spare capacity that AWS may take back" } else { "" }
            ),
            Self::Stop { id, .. } => format!("asks the task {id} to end, and kills it after 30 s"),
            Self::CreateService { name, definition, count, placed, .. } => format!(
                "service {name} that keeps {} of {} running{}",
                tasks(*count),
                definition.name(),
                if placed.spot { ", on spare capacity that AWS may take back" } else { "" }
            ),
            Self::Scale { name, count, before, .. } => {
                format!("{name} keeps {} running; it was {before}", tasks(*count))
            }
            Self::DeleteService { name, tasks: 0, .. } => format!("deletes the service {name}"),
            Self::DeleteService { name, tasks: count, .. } => {
                format!("deletes the service {name} and stops {}", tasks(*count))
            }
        }
    }

    /// What is sent, by the names that AWS's command line gives it. A name with an empty value is a flag.
    pub(crate) fn parameters(&self, location: &str) -> Parameters {
        let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        match self {
            Self::CreateCluster { cluster } => {
                vec![
                    named("cluster-name", cluster),
                    named("capacity-providers", &json!(CAPACITY).to_string()),
                ]
            }
            Self::DeleteCluster { cluster } => vec![named("cluster", cluster)],
            Self::CreateLogGroup { group } | Self::DeleteLogGroup { group } => {
                vec![named("log-group-name", group)]
            }
            Self::Register { image, role } => registered(location, image, role.as_ref()),
            Self::Deregister { definition } => vec![named("task-definition", definition)],
            Self::Run { cluster, definition, count, placed } => {
                let mut all = vec![
                    named("cluster", cluster),
                    named("task-definition", definition.name()),
                    named("count", &count.to_string()),
                ];
                all.extend(sent(placed));
                all
            }
            Self::Stop { cluster, id, reason } => {
                vec![named("cluster", cluster), named("task", id), named("reason", reason)]
            }
            Self::CreateService { cluster, name, definition, count, placed } => {
                let mut all = vec![
                    named("cluster", cluster),
                    named("service-name", name),
                    named("task-definition", definition.name()),
                    named("desired-count", &count.to_string()),
                ];
                all.extend(sent(placed));
                all
            }
            Self::Scale { cluster, name, count, .. } => {
                vec![
                    named("cluster", cluster),
                    named("service", name),
                    named("desired-count", &count.to_string()),
                ]
            }
            Self::DeleteService { cluster, name, .. } => {
                vec![named("cluster", cluster), named("service", name), named("force", "")]
            }
        }
    }
}

impl Definition {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::There(name) | Self::Made(name) => name,
        }
    }
}

/// `3 tasks`.
pub(super) fn tasks(count: u32) -> String {
    if count == 1 { "1 task".to_owned() } else { format!("{count} tasks") }
}

fn variables(image: &ImageTask) -> String {
    if image.environment.is_empty() {
        return String::new();
    }
    format!(", variables {}", image.environment.keys().cloned().collect::<Vec<_>>().join(", "))
}

fn sent(placed: &Placed) -> Parameters {
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let on = if placed.spot {
        named("capacity-provider-strategy", "capacityProvider=FARGATE_SPOT,weight=1")
    } else {
        named("launch-type", "FARGATE")
    };
    vec![on, named("network-configuration", &network(&placed.network).to_string())]
}

fn network(network: &TaskNetwork) -> Value {
    json!({ "awsvpcConfiguration": {
        "subnets": network.subnets,
        "securityGroups": network.security_groups,
        "assignPublicIp": if network.public_ip { "ENABLED" } else { "DISABLED" },
    }})
}

fn registered(location: &str, image: &ImageTask, role: Option<&Role>) -> Parameters {
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let chip = match image.size.architecture {
        Architecture::X86_64 => "X86_64",
        Architecture::Arm64 => "ARM64",
    };
    let mut all = vec![
        named("family", &image.family),
        named("requires-compatibilities", "FARGATE"),
        named("network-mode", "awsvpc"),
        named("cpu", &image.size.cpu_units.to_string()),
        named("memory", &image.size.memory_mb.to_string()),
        named("runtime-platform", &format!("cpuArchitecture={chip},operatingSystemFamily=LINUX")),
    ];
    match role {
        Some(Role::There(arn) | Role::Ours(arn)) => all.push(named("execution-role-arn", arn)),
        Some(Role::Made(name)) => all.push(named("execution-role-arn", &format!("arn of the role {name}"))),
        None => {}
    }
    all.extend(image.task_role.as_ref().map(|role| named("task-role-arn", role)));
    if image.size.storage_gb > 20 {
        all.push(named("ephemeral-storage", &format!("sizeInGiB={}", image.size.storage_gb)));
    }
    all.push(named("container-definitions", &containers(location, image).to_string()));
    all.push(named("tags", &format!("key={TASKS_TAG},value={}", image.family)));
    all
}

/// The one container, with its values masked.
fn containers(location: &str, image: &ImageTask) -> Value {
    let variables: Vec<Value> =
        image.environment.keys().map(|name| json!({ "name": name, "value": MASK })).collect();
    let mut container = json!({ "name": image.family, "image": image.image, "essential": true });
    if !image.command.is_empty() {
        container["command"] = json!(image.command);
    }
    if let Some(port) = image.port {
        container["portMappings"] = json!([{ "containerPort": port, "protocol": "tcp" }]);
    }
    if !variables.is_empty() {
        container["environment"] = json!(variables);
    }
    if image.logs {
        container["logConfiguration"] = json!({ "logDriver": "awslogs", "options": {
            "awslogs-group": log_group(&image.family),
            "awslogs-region": location,
            "awslogs-stream-prefix": LOG_PREFIX,
        }});
    }
    json!([container])
}

/// Where tasks of a cluster can run; spare capacity only where the cluster names it.
pub(super) const CAPACITY: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];

/// What the streams of tasks begin with.
pub(super) const LOG_PREFIX: &str = "task";

/// The log group of the tasks of a family that Hearth makes.
pub(super) fn log_group(family: &str) -> String {
    format!("/ecs/{family}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{Action, Todo};
    use hearth_cloud::{FunctionAddress, Grant, TaskSize};

    fn todo(action: TaskAction) -> Todo {
        Todo { function: FunctionAddress::new("eu-west-1", "web"), action: Action::Tasks(action) }
    }

    #[test]
    fn a_task_definition_shows_what_is_sent_and_masks_values() {
        let image = ImageTask {
            family: "web".into(),
            image: "nginx:1.27".into(),
            size: TaskSize {
                cpu_units: 256,
                memory_mb: 512,
                storage_gb: 30,
                architecture: Architecture::Arm64,
                windows: false,
            },
            command: vec!["sleep".into(), "60".into()],
            port: Some(80),
            environment: [("API_KEY".to_owned(), "s3cret".to_owned())].into(),
            logs: true,
            execution_role: None,
            task_role: None,
        };
        let todo = todo(TaskAction::Register { image, role: Some(Role::Made("hearth-role".into())) });
        let line = todo.command_line(" --region eu-west-1");
        for part in [
            "aws ecs register-task-definition --family web --requires-compatibilities FARGATE",
            "--cpu 256 --memory 512",
            "cpuArchitecture=ARM64",
            "--ephemeral-storage sizeInGiB=30",
            "\"command\":[\"sleep\",\"60\"]",
            "\"containerPort\":80",
            "\"awslogs-region\":\"eu-west-1\"",
            "API_KEY",
        ] {
            assert!(line.contains(part), "{part}: {line}");
        }
        assert!(!line.contains("s3cret"), "{line}");
        assert!(!format!("{:?}", todo.call(Grant::Allowed)).contains("s3cret"));
    }

    #[test]
    fn spare_capacity_is_asked_for_by_a_strategy_and_a_flag_has_no_value() {
        let placed = |spot| Placed {
            network: TaskNetwork {
                subnets: vec!["subnet-1".into()],
                security_groups: Vec::new(),
                public_ip: true,
            },
            spot,
        };
        let run = |spot| {
            let definition = Definition::There("web:3".into());
            todo(TaskAction::Run { cluster: "shop".into(), definition, count: 2, placed: placed(spot) })
                .command_line("")
        };
        assert!(run(false).contains("--launch-type FARGATE"), "{}", run(false));
        assert!(!run(true).contains("--launch-type"), "{}", run(true));
        assert!(run(true).contains("capacityProvider=FARGATE_SPOT,weight=1"), "{}", run(true));
        assert!(run(true).contains("\"assignPublicIp\":\"ENABLED\""), "{}", run(true));
        let delete = TaskAction::DeleteService { cluster: "shop".into(), name: "web".into(), tasks: 2 };
        assert_eq!(
            todo(delete).command_line(""),
            "aws ecs delete-service --cluster shop --service web --force"
        );
    }
}
