//! The way a service or a cluster goes: what is deleted with it, which is only what Hearth made for it alone.

use super::Work;
use crate::action::{Action, RoleOf};
use crate::fargate::action::TaskAction;
use crate::fargate::clusters::{all_services, find};
use crate::fargate::definitions;
use crate::fargate::words::{log_group, tasks};
use crate::plan::Draft;
use crate::roles;
use hearth_cloud::{ContainerService, CostEffect, FaultKind, Result, TaskDefinition, Undo};

impl Work<'_> {
    pub(super) async fn delete_service(&self, name: &str, all: bool) -> Result<Draft> {
        let before = self.existing(name, "ecs:DeleteService").await?;
        let mut actions = vec![Action::Tasks(TaskAction::DeleteService {
            cluster: self.at.cluster.clone(),
            name: name.to_owned(),
            tasks: before.running + before.pending,
        })];
        let mut warnings = Vec::new();
        if all {
            self.belongings(&before, &mut actions, &mut warnings).await?;
        } else {
            warnings.push(
                "Its task definition, role and logs stay; --all deletes what Hearth made of them.".to_owned(),
            );
        }
        Ok(Draft {
            title: format!("Delete the service {name} from {}", self.place()),
            actions,
            cost: Some(CostEffect {
                words: "Its tasks are billed until they have stopped, and then nothing more.".to_owned(),
                standing: false,
            }),
            undo: Some(Undo::Impossible {
                words: "AWS keeps nothing of a deleted service. Create it again from its task definition or image."
                    .to_owned(),
            }),
            warnings,
        })
    }

    pub(super) async fn delete_cluster(&self) -> Result<Draft> {
        let asked = self.asked("ecs:DeleteCluster");
        let name = &self.at.cluster;
        let found = find(self.account, &self.at)
            .await?
            .ok_or_else(|| asked.fault(FaultKind::NotFound, format!("there is no cluster `{name}`")))?;
        if found.services + found.running_tasks + found.pending_tasks > 0 {
            let words = format!(
                "the cluster `{name}` still has {} and {}",
                if found.services == 1 {
                    "1 service".to_owned()
                } else {
                    format!("{} services", found.services)
                },
                tasks(found.running_tasks + found.pending_tasks)
            );
            return Err(asked.fault(FaultKind::Conflict, words));
        }
        Ok(Draft {
            title: format!("Delete the cluster {name} from {}", self.place()),
            actions: vec![Action::Tasks(TaskAction::DeleteCluster { cluster: name.clone() })],
            undo: Some(Undo::ByHand {
                words: "A cluster of that name is made again with the next task or service in it.".to_owned(),
            }),
            ..Draft::default()
        })
    }

    /// What Hearth made for a service alone, and nothing else.
    async fn belongings(
        &self,
        service: &ContainerService,
        actions: &mut Vec<Action>,
        warnings: &mut Vec<String>,
    ) -> Result<()> {
        let found = definitions::find(self.account, &self.at.location, &service.task_definition).await?;
        let definition = found.definition;
        if found.made_for.as_ref() != Some(&definition.family) {
            warnings.push(format!(
                "The task definition {} stays with its role and logs, since Hearth did not make it.",
                service.task_definition
            ));
            return Ok(());
        }
        let others = all_services(self.account, &self.at).await?;
        let shared = others
            .iter()
            .find(|other| other.name != service.name && family(&other.task_definition) == definition.family);
        if let Some(other) = shared {
            warnings.push(format!(
                "The task definition {} stays with its role and logs: the service {} uses it as well.",
                service.task_definition, other.name
            ));
            return Ok(());
        }
        actions.push(Action::Tasks(TaskAction::Deregister { definition: service.task_definition.clone() }));
        if let Some(role) = self.own_role(&definition).await {
            actions.push(Action::DeleteRolePolicy { role: role.clone() });
            actions.push(Action::DeleteRole { role });
        }
        let group = log_group(&definition.family);
        if self.has_log_group(&group).await? {
            actions.push(Action::Tasks(TaskAction::DeleteLogGroup { group }));
        }
        Ok(())
    }

    /// The role that Hearth made for these tasks alone: its name and its tag both say so.
    async fn own_role(&self, definition: &TaskDefinition) -> Option<String> {
        let role = definition.execution_role.as_deref()?.rsplit('/').next()?;
        if role != self.role_name(&definition.family) {
            return None;
        }
        let found = roles::find(self.account, role).await.ok()??;
        found.is_for(RoleOf::Tasks, &definition.family).then(|| role.to_owned())
    }
}

/// The part of `family:revision` that names all revisions.
fn family(definition: &str) -> &str {
    definition.split(':').next().unwrap_or(definition)
}
