//! Logs of a task: the streams that its containers write to CloudWatch, as its task definition says.

use super::clusters::task;
use super::definitions;
use crate::AwsAccount;
use crate::fault::Asked;
use crate::logs::{Streams, lines};
use hearth_cloud::{FaultKind, InCluster, LogRow, LogsRequest, Page, Result};

pub(super) async fn logs(
    account: &AwsAccount,
    at: &InCluster,
    id: &str,
    request: &LogsRequest,
) -> Result<Page<LogRow>> {
    let task = task(account, at, id).await?;
    let found = definitions::find(account, &at.location, &task.task_definition).await?;
    let mut groups: Vec<(String, String, Vec<String>)> = Vec::new();
    for container in &found.definition.containers {
        let Some(log) = &container.log else { continue };
        // On Fargate a stream is PREFIX/CONTAINER/TASK.
        let stream = format!("{}/{}/{}", log.prefix, container.name, task.id);
        let location = log.location.clone().unwrap_or_else(|| at.location.clone());
        match groups.iter_mut().find(|(place, group, _)| *place == location && *group == log.group) {
            Some((_, _, streams)) => streams.push(stream),
            None => groups.push((location, log.group.clone(), vec![stream])),
        }
    }
    if groups.is_empty() {
        let asked = Asked { operation: "reading the log", location: &at.location };
        let words = format!(
            "the task definition {} keeps no output: none of its containers has the log driver awslogs",
            task.task_definition
        );
        return Err(asked.fault(FaultKind::Unable, words));
    }
    let (place, token) = request.cursor.as_deref().map_or((0, None), place);
    let Some((location, group, only)) = groups.get(place).cloned() else { return Ok(Page::last(Vec::new())) };
    let wanted = LogsRequest { cursor: token, ..request.clone() };
    let mut page = lines(account, &location, &Streams { group, only }, &wanted).await?;
    page.next = match page.next {
        Some(token) => Some(format!("{place}|{token}")),
        // Where containers write to groups of their own, one group follows the other.
        None if place + 1 < groups.len() => Some(format!("{}|", place + 1)),
        None => None,
    };
    Ok(page)
}

/// Which group a page is of, and where in it.
fn place(cursor: &str) -> (usize, Option<String>) {
    let (place, token) = cursor.split_once('|').unwrap_or(("0", cursor));
    (place.parse().unwrap_or_default(), Some(token.to_owned()).filter(|token| !token.is_empty()))
}
