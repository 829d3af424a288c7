//! Event source mappings: queues and streams that Lambda reads for a function, and what the function's role needs for
//! it.

use super::arn::{Arn, name_for, short};
use crate::AwsAccount;
use crate::action::RoleOf;
use crate::fault::Asked;
use crate::roles::{self, role_name};
use aws_sdk_lambda::types::{EventSourceMappingConfiguration as Given, EventSourcePosition};
use hearth_cloud::{CloudFunction, FunctionAddress, Result, StartAt};
use serde_json::json;

/// What a policy inside a role begins with that lets it read a source.
const READS: &str = "read-";

/// An event source mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) state: String,
    pub(super) batch_size: Option<u32>,
    pub(super) start: Option<StartAt>,
    pub(super) problem: Option<String>,
    /// Whether it has settings that Hearth does not set.
    pub(super) has_more: bool,
}

/// The mappings of a function.
pub(super) async fn mappings(account: &AwsAccount, at: &FunctionAddress) -> Result<Vec<Mapping>> {
    let asked = Asked { operation: "lambda:ListEventSourceMappings", location: &at.location };
    let client = account.lambda(&at.location)?;
    let mut pages = client.list_event_source_mappings().function_name(&at.name).into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| asked.failed(&error))?;
        all.extend(page.event_source_mappings().iter().map(mapping));
    }
    Ok(all)
}

fn mapping(given: &Given) -> Mapping {
    let result = given.last_processing_result().filter(|words| words.starts_with("PROBLEM"));
    Mapping {
        id: given.uuid().unwrap_or_default().to_owned(),
        source: given.event_source_arn().unwrap_or_default().to_owned(),
        state: given.state().unwrap_or_default().to_owned(),
        batch_size: given.batch_size().and_then(|size| u32::try_from(size).ok()),
        start: given.starting_position().and_then(|start| match start {
            EventSourcePosition::Latest => Some(StartAt::Latest),
            EventSourcePosition::TrimHorizon => Some(StartAt::Oldest),
            _ => None,
        }),
        problem: result.map(str::to_owned),
        has_more: given.filter_criteria().is_some_and(|all| !all.filters().is_empty())
            || given.destination_config().is_some_and(|to| to.on_failure().is_some())
            || given.maximum_batching_window_in_seconds().is_some_and(|seconds| seconds > 0)
            || given.scaling_config().is_some()
            || !given.function_response_types().is_empty(),
    }
}

/// What the role of a function must be allowed to do with a source; none when Lambda cannot read such a thing.
pub(super) fn reads(source: &str) -> Option<&'static [&'static str]> {
    let arn = Arn::parse(source)?;
    match arn.service {
        "sqs" => Some(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]),
        "kinesis" => Some(&[
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:ListShards",
        ]),
        "dynamodb" if arn.rest.contains("/stream/") => Some(&[
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:DescribeStream",
            "dynamodb:ListStreams",
        ]),
        _ => None,
    }
}

/// Whether a source is a queue, which has no place to begin at.
pub(super) fn is_queue(source: &str) -> bool {
    Arn::parse(source).is_some_and(|arn| arn.service == "sqs")
}

/// The name of the policy inside a role that lets it read a source.
pub(super) fn read_policy(source: &str) -> String {
    name_for(READS, short(source), source, 64)
}

/// That policy.
pub(super) fn read_document(source: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": reads(source).unwrap_or_default(), "Resource": source }],
    })
    .to_string()
}

/// The role that Hearth made for this function alone: its name and its tag both say so.
pub(crate) async fn own_role(account: &AwsAccount, function: &CloudFunction) -> Option<String> {
    let role = function.role.as_deref()?.rsplit('/').next()?;
    if role != role_name(&function.address) {
        return None;
    }
    let found = roles::find(account, role).await.ok()??;
    found.is_for(RoleOf::Function, &function.address.name).then(|| role.to_owned())
}

/// The policies inside a role that let it read sources.
pub(super) async fn read_policies(account: &AwsAccount, role: &str) -> Result<Vec<String>> {
    let mut names = roles::policies(account, role).await?;
    names.retain(|name| name.starts_with(READS));
    Ok(names)
}
