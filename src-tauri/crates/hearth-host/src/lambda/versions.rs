//! Versions as AWS lists them. Every deploy makes one in Hearth, and only the newest is run. Must not know how a
//! version comes about.

use super::fault::Fault;
use super::functions::{Paging, TEXT_LIMIT, find, page_size, parse};
use super::shape::configuration;
use super::{Answer, Api, body, json};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use hearth_core::lambda;
use hearth_model::{FunctionRecord, function_arn};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PublishRequest {
    code_sha256: Option<String>,
    revision_id: Option<String>,
}

/// `ListVersionsByFunction`: `$LATEST`, then the oldest first.
pub(super) async fn list(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(paging): Query<Paging>,
) -> Answer {
    let size = page_size(&paging)?;
    let (record, _, region) = find(&api.app, &name, None).await?;
    let mut versions = lambda::versions(&api.app, &record).await?;
    versions.sort_by_key(|version| version.version);
    // The marker is the first version of the next page; `$LATEST` counts as 0.
    let first: u32 = match paging.marker.as_deref() {
        None | Some("") => 0,
        Some(marker) => marker.parse().map_err(|_| Fault::invalid("the Marker is not one of this list"))?,
    };
    let latest = (0, shape(&record, &region, "$LATEST"));
    let numbered = versions
        .iter()
        .map(|version| (version.version, shape(version, &region, &version.version.to_string())));
    let mut rest = std::iter::once(latest).chain(numbered).skip_while(|(number, _)| *number < first);
    let page: Vec<Value> = rest.by_ref().take(size).map(|(_, shape)| shape).collect();
    let mut answer = json!({ "Versions": page });
    if let Some((next, _)) = rest.next() {
        answer["NextMarker"] = json!(next.to_string());
    }
    Ok(json(StatusCode::OK, &answer))
}

/// `PublishVersion`: the newest version, which the last deploy made.
pub(super) async fn publish(State(api): State<Api>, Path(name): Path<String>, request: Request) -> Answer {
    let bytes = body(request, TEXT_LIMIT, "PublishVersion").await?;
    let request: PublishRequest = if bytes.is_empty() { PublishRequest::default() } else { parse(&bytes)? };
    let (record, _, region) = find(&api.app, &name, None).await?;
    let answer = shape(&record, &region, &record.version.to_string());
    let differs = |asked: Option<String>, key: &str| asked.is_some_and(|asked| answer[key] != asked.as_str());
    if differs(request.code_sha256, "CodeSha256") {
        return Err(Fault::invalid(&format!("CodeSHA256 is different from current CodeSHA256 in {name}")));
    }
    if differs(request.revision_id, "RevisionId") {
        return Err(Fault::precondition("The RevisionId provided does not match the latest RevisionId"));
    }
    Ok(json(StatusCode::CREATED, &answer))
}

/// A version's configuration, under the ARN that names it.
fn shape(record: &FunctionRecord, region: &str, version: &str) -> Value {
    let mut shape = configuration(record, region, None, version);
    shape["FunctionArn"] = json!(format!("{}:{version}", function_arn(region, &record.name)));
    shape
}
