//! From a change of containers to the requests that make it, after looking at what is there. Changes nothing. Owns which
//! parts are made with it (cluster, log group, role); which go with it is `remove`'s.

mod remove;

use super::action::{Definition, Placed, TaskAction};
use super::clusters::{find, service, task};
use super::definitions;
use super::words::{log_group, tasks};
use crate::AwsAccount;
use crate::action::{Action, Role, RoleOf};
use crate::fault::Asked;
use crate::plan::Draft;
use crate::roles::{self, role_name};
use hearth_cloud::{
    ContainerChange, ContainerService, CostEffect, FaultKind, FunctionAddress, ImageTask, InCluster, Result,
    TaskRun, TaskSource, Undo,
};
use serde_json::json;

/// Most tasks that one request runs.
const AT_ONCE: u32 = 10;
/// Most tasks of a service, AWS's usual quota.
const MOST_TASKS: u32 = 5_000;
const LONGEST_NAME: usize = 255;

pub(crate) async fn plan(
    account: &AwsAccount,
    at: &FunctionAddress,
    cluster: &str,
    change: &ContainerChange,
) -> Result<Draft> {
    let work = Work { account, at: InCluster::new(&at.location, cluster) };
    named("cluster", cluster, &work.asked("the change"))?;
    match change {
        ContainerChange::Run(run) => work.run(run).await,
        ContainerChange::CreateService { name, run } => work.create_service(name, run).await,
        ContainerChange::Scale { name, count } => work.scale(name, *count).await,
        ContainerChange::StopTask { id, reason } => work.stop(id, reason).await,
        ContainerChange::DeleteService { name, all } => work.delete_service(name, *all).await,
        ContainerChange::DeleteCluster => work.delete_cluster().await,
    }
}

/// One change that is being planned.
struct Work<'a> {
    account: &'a AwsAccount,
    at: InCluster,
}

impl Work<'_> {
    fn asked<'a>(&'a self, operation: &'a str) -> Asked<'a> {
        Asked { operation, location: &self.at.location }
    }

    /// A command line of Hearth about something in the cluster.
    fn line(&self, verb: &str) -> String {
        let InCluster { location, cluster } = &self.at;
        format!("hearth {verb} --cluster {cluster} {}", self.account.account.flags(location))
    }

    fn place(&self) -> String {
        format!("{}, {}", self.account.account.name, self.at.location)
    }

    async fn run(&self, run: &TaskRun) -> Result<Draft> {
        let asked = self.asked("ecs:RunTask");
        if !(1..=AT_ONCE).contains(&run.count) {
            let words = format!("AWS runs 1 to {AT_ONCE} tasks in a request, not {}", run.count);
            return Err(asked.fault(FaultKind::Invalid, words));
        }
        let mut parts = self.parts(run, &asked).await?;
        let placed = Placed { network: run.network.clone(), spot: run.spot };
        let what = parts.definition.name().to_owned();
        parts.actions.push(Action::Tasks(TaskAction::Run {
            cluster: self.at.cluster.clone(),
            definition: parts.definition,
            count: run.count,
            placed,
        }));
        Ok(Draft {
            title: format!("Run {} of {what} in {}", tasks(run.count), self.place()),
            actions: parts.actions,
            cost: Some(runs_on()),
            undo: Some(Undo::ByHand {
                words: format!(
                    "Stop it when it is made: {}. What was made with it costs nothing while no task runs.",
                    self.line("tasks stop TASK")
                ),
            }),
            warnings: parts.warnings,
        })
    }

    async fn create_service(&self, name: &str, run: &TaskRun) -> Result<Draft> {
        let asked = self.asked("ecs:CreateService");
        named("service", name, &asked)?;
        in_quota(run.count, &asked)?;
        let mut parts = self.parts(run, &asked).await?;
        if parts.cluster_is_there && service(self.account, &self.at, name).await?.is_some() {
            let words = format!("the cluster `{}` has a service `{name}` already", self.at.cluster);
            return Err(asked.fault(FaultKind::Conflict, words));
        }
        parts.actions.push(Action::Tasks(TaskAction::CreateService {
            cluster: self.at.cluster.clone(),
            name: name.to_owned(),
            definition: parts.definition,
            count: run.count,
            placed: Placed { network: run.network.clone(), spot: run.spot },
        }));
        Ok(Draft {
            title: format!("Keep {} of {name} running in {}", tasks(run.count), self.place()),
            actions: parts.actions,
            cost: Some(runs_on()),
            undo: Some(Undo::Command { command: self.line(&format!("services delete {name} --all")) }),
            warnings: parts.warnings,
        })
    }

    /// What must be there before tasks can run.
    async fn parts(&self, run: &TaskRun, asked: &Asked<'_>) -> Result<Parts> {
        if run.network.subnets.is_empty() {
            return Err(asked.fault(FaultKind::Invalid, "a task of Fargate needs at least one subnet"));
        }
        let mut parts = Parts {
            actions: Vec::new(),
            warnings: Vec::new(),
            definition: Definition::There(String::new()),
            cluster_is_there: find(self.account, &self.at).await?.is_some(),
        };
        if !parts.cluster_is_there {
            let cluster = self.at.cluster.clone();
            parts.actions.push(Action::Tasks(TaskAction::CreateCluster { cluster }));
        }
        match &run.source {
            TaskSource::Definition(name) => {
                let found = definitions::find(self.account, &self.at.location, name).await?.definition;
                if !found.active || !found.fargate {
                    let why = if found.active { "is not for Fargate" } else { "was deregistered" };
                    return Err(
                        asked.fault(FaultKind::Invalid, format!("the task definition `{name}` {why}"))
                    );
                }
                parts.definition = Definition::There(format!("{}:{}", found.family, found.revision));
            }
            TaskSource::Image(image) => self.image(image, &mut parts, asked).await?,
        }
        if run.network.public_ip {
            parts.warnings.push(
                "Each task has a public address; what its security groups let in can be reached from the internet."
                    .to_owned(),
            );
        } else if matches!(run.source, TaskSource::Image(_)) {
            parts.warnings.push(
                "Without a public address its image can be pulled only where the subnets have a way out, such as a \
                 NAT gateway or endpoints of AWS."
                    .to_owned(),
            );
        }
        Ok(parts)
    }

    /// What an image needs around it: a log group, a role that pulls it and writes logs, a task definition.
    async fn image(&self, image: &ImageTask, parts: &mut Parts, asked: &Asked<'_>) -> Result<()> {
        named("family", &image.family, asked)?;
        if image.image.is_empty() || image.image.contains(char::is_whitespace) {
            return Err(
                asked.fault(FaultKind::Invalid, format!("`{}` is not the name of an image", image.image))
            );
        }
        let group = log_group(&image.family);
        if image.logs && !self.has_log_group(&group).await? {
            parts.actions.push(Action::Tasks(TaskAction::CreateLogGroup { group }));
        }
        let private = image.image.contains(".dkr.ecr.");
        let role = match &image.execution_role {
            Some(arn) => Some(Role::There(arn.clone())),
            None if image.logs || private => Some(self.role(image, private, &mut parts.actions).await?),
            None => None,
        };
        parts.actions.push(Action::Tasks(TaskAction::Register { image: image.clone(), role }));
        parts.definition = Definition::Made(image.family.clone());
        Ok(())
    }

    async fn has_log_group(&self, group: &str) -> Result<bool> {
        let asked = self.asked("logs:DescribeLogGroups");
        let client = self.account.logs_client(&self.at.location)?;
        let answer = client.describe_log_groups().log_group_name_prefix(group).send().await;
        let answer = answer.map_err(|error| asked.failed(&error))?;
        Ok(answer.log_groups().iter().any(|one| one.log_group_name() == Some(group)))
    }

    /// The role that Hearth made for these tasks before, or a new one.
    async fn role(&self, image: &ImageTask, private: bool, actions: &mut Vec<Action>) -> Result<Role> {
        let role = self.role_name(&image.family);
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "ecs-tasks.amazonaws.com" },
                "Action": "sts:AssumeRole",
            }],
        });
        let logs = format!("arn:aws:logs:{}:*:log-group:{}:*", self.at.location, log_group(&image.family));
        let mut statements = Vec::new();
        if image.logs {
            statements.push(json!({
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": logs,
            }));
        }
        if private {
            statements.push(json!({
                "Effect": "Allow",
                "Action": [
                    "ecr:GetAuthorizationToken",
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:GetDownloadUrlForLayer",
                    "ecr:BatchGetImage",
                ],
                "Resource": "*",
            }));
        }
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        let policy = Action::PutRolePolicy {
            role: role.clone(),
            policy: policy.to_string(),
            allows: match (image.logs, private) {
                (true, true) => {
                    "pull images of this account and write the logs of its tasks, and nothing else"
                }
                (false, _) => "pull images of this account and nothing else",
                (true, false) => "write the logs of its tasks and nothing else",
            },
        };
        if let Some(found) = roles::find(self.account, &role).await? {
            let of = (RoleOf::Tasks, image.family.as_str());
            actions.extend(roles::rest(self.account, (&role, &found), of, policy).await);
            return Ok(Role::There(found.arn));
        }
        actions.push(Action::CreateRole { role: role.clone(), trust: trust.to_string(), of: RoleOf::Tasks });
        actions.push(policy);
        Ok(Role::Made(role))
    }

    fn role_name(&self, family: &str) -> String {
        role_name(&FunctionAddress::new(&self.at.location, format!("tasks-{family}")))
    }

    async fn existing(&self, name: &str, operation: &str) -> Result<ContainerService> {
        let missing = || {
            let words = format!("there is no service `{name}` in the cluster `{}`", self.at.cluster);
            self.asked(operation).fault(FaultKind::NotFound, words)
        };
        service(self.account, &self.at, name).await?.ok_or_else(missing)
    }

    async fn scale(&self, name: &str, count: u32) -> Result<Draft> {
        in_quota(count, &self.asked("ecs:UpdateService"))?;
        let before = self.existing(name, "ecs:UpdateService").await?.desired;
        let action = (before != count).then(|| {
            Action::Tasks(TaskAction::Scale {
                cluster: self.at.cluster.clone(),
                name: name.to_owned(),
                count,
                before,
            })
        });
        let warning = (count == 0).then(|| format!("No task of {name} runs any more, so it answers nobody."));
        Ok(Draft {
            title: format!("Keep {} of {name} running, not {before}", tasks(count)),
            actions: action.into_iter().collect(),
            cost: Some(runs_on()),
            undo: Some(Undo::Command { command: self.line(&format!("services scale {name} {before}")) }),
            warnings: warning.into_iter().collect(),
        })
    }

    async fn stop(&self, id: &str, reason: &str) -> Result<Draft> {
        let found = task(self.account, &self.at, id).await?;
        let action = (!found.stopped).then(|| {
            Action::Tasks(TaskAction::Stop {
                cluster: self.at.cluster.clone(),
                id: found.id.clone(),
                reason: reason.to_owned(),
            })
        });
        let warning = found.service.as_ref().filter(|_| !found.stopped).map(|service| {
            format!("The service {service} starts another task in its place; scale it to have fewer.")
        });
        Ok(Draft {
            title: format!("Stop the task {} of {}", found.id, found.task_definition),
            actions: action.into_iter().collect(),
            cost: Some(CostEffect {
                words: "It is billed until it has stopped.".to_owned(),
                standing: false,
            }),
            undo: Some(Undo::ByHand {
                words: format!(
                    "A stopped task stays stopped. Another one: {}",
                    self.line(&format!("tasks run --definition {}", found.task_definition))
                ),
            }),
            warnings: warning.into_iter().collect(),
        })
    }
}

/// What is made before tasks run.
struct Parts {
    actions: Vec<Action>,
    warnings: Vec<String>,
    definition: Definition,
    cluster_is_there: bool,
}

/// Prices are not known here; who shows the review says them.
fn runs_on() -> CostEffect {
    CostEffect {
        words: "Each task is billed by the second for its processors and memory as long as it runs."
            .to_owned(),
        standing: true,
    }
}

fn in_quota(count: u32, asked: &Asked<'_>) -> Result<()> {
    if count > MOST_TASKS {
        let words = format!("a service has at most {MOST_TASKS} tasks, not {count}");
        return Err(asked.fault(FaultKind::Invalid, words));
    }
    Ok(())
}

/// Letters, digits, hyphens and underscores, as ECS takes them.
fn named(what: &str, name: &str, asked: &Asked<'_>) -> Result<()> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
        let words = format!(
            "`{name}` cannot be the name of a {what}: 1 to {LONGEST_NAME} letters, digits, hyphens and underscores"
        );
        return Err(asked.fault(FaultKind::Invalid, words));
    }
    Ok(())
}
