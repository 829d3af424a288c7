//! Task definitions: listing them, and one of them with whether Hearth made it.

use super::action::TASKS_TAG;
use super::shape;
use crate::AwsAccount;
use crate::fault::Asked;
use aws_sdk_ecs::types::{SortOrder, TaskDefinitionField, TaskDefinitionStatus};
use hearth_cloud::{FaultKind, Page, Result, TaskDefinition};

/// Most that AWS gives in a page.
const PAGE: i32 = 100;

/// A task definition, and the family that Hearth made it for.
pub(super) struct Found {
    pub(super) definition: TaskDefinition,
    pub(super) made_for: Option<String>,
}

pub(super) async fn list(account: &AwsAccount, location: &str, cursor: Option<&str>) -> Result<Page<String>> {
    let asked = Asked { operation: "ecs:ListTaskDefinitions", location };
    let answer = account
        .ecs(location)?
        .list_task_definitions()
        .status(TaskDefinitionStatus::Active)
        .sort(SortOrder::Desc)
        .max_results(PAGE)
        .set_next_token(cursor.map(str::to_owned))
        .send()
        .await
        .map_err(|error| asked.failed(&error))?;
    let items = answer.task_definition_arns().iter().map(|arn| shape::last(arn).to_owned()).collect();
    Ok(Page { items, next: answer.next_token().map(str::to_owned) })
}

pub(super) async fn find(account: &AwsAccount, location: &str, name: &str) -> Result<Found> {
    let asked = Asked { operation: "ecs:DescribeTaskDefinition", location };
    let missing =
        || asked.fault(FaultKind::NotFound, format!("there is no task definition `{name}` in {location}"));
    let answer = account
        .ecs(location)?
        .describe_task_definition()
        .task_definition(name)
        .include(TaskDefinitionField::Tags)
        .send()
        .await
        .map_err(|error| {
            let fault = asked.failed(&error);
            // ECS calls it a wrong request when there is none of that name.
            if fault.message.contains("Unable to describe task definition") { missing() } else { fault }
        })?;
    let given = answer.task_definition().ok_or_else(missing)?;
    let tag = answer.tags().iter().find(|tag| tag.key() == Some(TASKS_TAG));
    Ok(Found {
        definition: shape::definition(location, given),
        made_for: tag.and_then(|tag| tag.value()).map(str::to_owned),
    })
}
