//! Creating, reading, changing and deleting functions as AWS's API words it.

use super::fault::Fault;
use super::invoke::Qualifier;
use super::name::FunctionRef;
use super::shape::configuration;
use super::{Answer, Api, body, empty, json};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hearth_core::api::ConfigureRequest;
use hearth_core::{App, ErrorCode, commands, lambda};
use hearth_model::{Architecture, FunctionRecord, function_arn};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::collections::BTreeMap;

/// Longest request with code in it: 50 MB of zip in base64.
const CODE_LIMIT: usize = 70_167_211;
/// Longest other request.
pub(super) const TEXT_LIMIT: usize = 6 * 1024 * 1024;
/// Functions of a page when the caller does not say.
const PAGE: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Code {
    zip_file: Option<String>,
    s3_bucket: Option<String>,
    image_uri: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Variables {
    #[serde(default)]
    variables: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateRequest {
    function_name: String,
    code: Code,
    runtime: Option<String>,
    handler: Option<String>,
    memory_size: Option<u32>,
    timeout: Option<u32>,
    environment: Option<Variables>,
    description: Option<String>,
    architectures: Option<Vec<String>>,
    package_type: Option<String>,
    #[serde(default)]
    publish: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateCodeRequest {
    #[serde(flatten)]
    code: Code,
    #[serde(default)]
    publish: bool,
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UpdateConfigurationRequest {
    runtime: Option<String>,
    handler: Option<String>,
    memory_size: Option<u32>,
    timeout: Option<u32>,
    environment: Option<Variables>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Paging {
    pub(super) marker: Option<String>,
    max_items: Option<usize>,
}

pub(super) async fn create(State(api): State<Api>, request: Request) -> Answer {
    let request: CreateRequest = parse(&body(request, CODE_LIMIT, "CreateFunction").await?)?;
    let name = FunctionRef::parse(&request.function_name, None)?.name;
    if request.package_type.as_deref().is_some_and(|kind| kind != "Zip") {
        return Err(Fault::invalid("PackageType must be Zip: Hearth runs no container images"));
    }
    let architecture = match request.architectures.as_deref() {
        None | Some([]) => Architecture::default(),
        Some([one]) if one == "x86_64" => Architecture::X86_64,
        Some([one]) if one == "arm64" => Architecture::Arm64,
        Some(other) => {
            return Err(Fault::invalid(&format!(
                "Architectures must be x86_64 or arm64, not {}",
                other.join(", ")
            )));
        }
    };
    let required = |value: Option<String>, field: &str| {
        value.filter(|text| !text.is_empty()).ok_or_else(|| Fault::invalid(&format!("{field} is missing")))
    };
    let create = lambda::CreateFunction {
        runtime: required(request.runtime, "Runtime")?,
        handler: required(request.handler, "Handler")?,
        zip: zip(&request.code)?,
        memory_mb: request.memory_size,
        timeout_s: request.timeout,
        environment: request.environment.and_then(|environment| environment.variables).unwrap_or_default(),
        description: request.description.unwrap_or_default(),
        architecture,
        name: name.clone(),
    };
    let record = lambda::create(&api.app, create).await.map_err(|error| match error.code {
        ErrorCode::Conflict => Fault::conflict(&format!("Function already exist: {name}")),
        _ => error.into(),
    })?;
    described(&api.app, StatusCode::CREATED, &record, &version(&record, request.publish)).await
}

pub(super) async fn get(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(query): Query<Qualifier>,
) -> Answer {
    let (record, executed, region) = find(&api.app, &name, query.qualifier).await?;
    let environment = lambda::environment(&api.app, &record.name).await?;
    let mut answer = json!({
        "Configuration": configuration(&record, &region, Some(&environment), &executed),
        // There is no address to fetch the code from: it is a folder on this computer.
        "Code": { "RepositoryType": "Hearth" },
        "Tags": {},
    });
    if let Some(limit) = record.configuration.reserved_concurrency {
        answer["Concurrency"] = json!({ "ReservedConcurrentExecutions": limit });
    }
    Ok(json(StatusCode::OK, &answer))
}

pub(super) async fn get_configuration(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(query): Query<Qualifier>,
) -> Answer {
    let (record, executed, _) = find(&api.app, &name, query.qualifier).await?;
    described(&api.app, StatusCode::OK, &record, &executed).await
}

pub(super) async fn list(State(api): State<Api>, Query(paging): Query<Paging>) -> Answer {
    let region = api.app.price_region();
    let size = page_size(&paging)?;
    let mut functions = lambda::list(&api.app).await?;
    functions.sort_by(|one, other| one.name.cmp(&other.name));
    // The marker is the last name of the page before, so that pages hold while functions come and go.
    let marker = paging.marker.unwrap_or_default();
    let mut rest = functions.into_iter().filter(|function| function.name > marker);
    let page: Vec<FunctionRecord> = rest.by_ref().take(size).collect();
    let shapes: Vec<_> =
        page.iter().map(|function| configuration(function, &region, None, "$LATEST")).collect();
    let mut answer = json!({ "Functions": shapes });
    if let (Some(_), Some(last)) = (rest.next(), page.last()) {
        answer["NextMarker"] = json!(last.name);
    }
    Ok(json(StatusCode::OK, &answer))
}

pub(super) async fn update_code(
    State(api): State<Api>,
    Path(name): Path<String>,
    request: Request,
) -> Answer {
    let request: UpdateCodeRequest = parse(&body(request, CODE_LIMIT, "UpdateFunctionCode").await?)?;
    let (record, executed, _) = find(&api.app, &name, None).await?;
    let zip = zip(&request.code)?;
    if request.dry_run {
        return described(&api.app, StatusCode::OK, &record, &executed).await;
    }
    let record = lambda::update_code(&api.app, &record.name, zip).await?;
    described(&api.app, StatusCode::OK, &record, &version(&record, request.publish)).await
}

pub(super) async fn update_configuration(
    State(api): State<Api>,
    Path(name): Path<String>,
    request: Request,
) -> Answer {
    let bytes = body(request, TEXT_LIMIT, "UpdateFunctionConfiguration").await?;
    let request: UpdateConfigurationRequest = parse(&bytes)?;
    let (record, _, _) = find(&api.app, &name, None).await?;
    // AWS replaces all variables at once; Hearth sets and takes away single ones.
    let mut environment = BTreeMap::new();
    if let Some(Variables { variables }) = request.environment {
        for old in &record.configuration.environment_names {
            environment.insert(old.clone(), None);
        }
        environment
            .extend(variables.unwrap_or_default().into_iter().map(|(name, value)| (name, Some(value))));
    }
    let configure = ConfigureRequest {
        name: record.name.clone(),
        handler: request.handler,
        runtime: request.runtime,
        memory_mb: request.memory_size,
        timeout_s: request.timeout,
        reserved_concurrency: None,
        description: request.description,
        environment,
    };
    let payload = serde_json::to_value(configure).map_err(|error| Fault::bad_content(&error.to_string()))?;
    Box::pin(commands::dispatch(&api.app, "function_configure", payload)).await?;
    let (record, executed, _) = find(&api.app, &name, None).await?;
    described(&api.app, StatusCode::OK, &record, &executed).await
}

pub(super) async fn delete(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(query): Query<Qualifier>,
) -> Answer {
    let function = FunctionRef::parse(&name, query.qualifier)?;
    if function.qualifier.is_some() {
        return Err(Fault::invalid("single versions cannot be deleted: leave the qualifier out"));
    }
    let arn = function_arn(&api.app.price_region(), &function.name);
    existing(&api.app, &function.name, &arn).await?;
    lambda::delete(&api.app, &function.name).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// How many items a page has: what was asked for, and 50 at most.
pub(super) fn page_size(paging: &Paging) -> Result<usize, Fault> {
    match paging.max_items.unwrap_or(PAGE) {
        size @ 1..=10_000 => Ok(size.min(PAGE)),
        size => Err(Fault::invalid(&format!("MaxItems must be 1 to 10000, not {size}"))),
    }
}

/// The function, or AWS's words for there being none.
pub(super) async fn existing(app: &App, name: &str, arn: &str) -> Result<FunctionRecord, Fault> {
    lambda::get(app, name).await.map_err(|error| match error.code {
        ErrorCode::NotFound => Fault::function_not_found(arn),
        _ => error.into(),
    })
}

pub(super) async fn find(
    app: &App,
    name: &str,
    qualifier: Option<String>,
) -> Result<(FunctionRecord, String, String), Fault> {
    let function = FunctionRef::parse(name, qualifier)?;
    let region = app.price_region();
    let arn = function_arn(&region, &function.name);
    let record = existing(app, &function.name, &arn).await?;
    let executed = function.executed(record.version, &arn)?;
    Ok((record, executed, region))
}

async fn described(app: &App, status: StatusCode, record: &FunctionRecord, version: &str) -> Answer {
    let environment = lambda::environment(app, &record.name).await?;
    Ok(json(status, &configuration(record, &app.price_region(), Some(&environment), version)))
}

fn version(record: &FunctionRecord, publish: bool) -> String {
    if publish { record.version.to_string() } else { "$LATEST".to_owned() }
}

fn zip(code: &Code) -> Result<Bytes, Fault> {
    if code.image_uri.is_some() {
        return Err(Fault::invalid("ImageUri is not taken: Hearth runs no container images; send ZipFile"));
    }
    if code.s3_bucket.is_some() {
        return Err(Fault::invalid("S3Bucket is not taken: Hearth reads no cloud storage; send ZipFile"));
    }
    let Some(text) = &code.zip_file else { return Err(Fault::invalid("ZipFile is missing")) };
    STANDARD
        .decode(text)
        .map(Bytes::from)
        .map_err(|error| Fault::bad_content(&format!("ZipFile is not base64: {error}")))
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(bytes)
        .map_err(|error| Fault::bad_content(&format!("Could not parse request body into json: {error}")))
}
