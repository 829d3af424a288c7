//! What the AWS Lambda API needs: the same use cases with raw bytes in and out. Must not know HTTP.

use crate::api::FunctionName;
use crate::budgets::{self, STOPPED};
use crate::deploy::{Plan, bring_zip, check_name, install};
use crate::functions::{self, existing};
use crate::invoke::{Order, begin_later, run};
use crate::publish::settle;
use crate::specs::spec;
use crate::{App, Result};
use bytes::Bytes;
use hearth_model::{
    Architecture, FunctionConfiguration, FunctionRecord, Invocation, InvocationSource, RequestId,
};
use std::collections::BTreeMap;

/// Timeout of a function that was created without one, as AWS has it.
const AWS_TIMEOUT_S: u32 = 3;

/// A function to create, as `CreateFunction` describes it.
#[derive(Clone, Debug, Default)]
pub struct CreateFunction {
    /// Name.
    pub name: String,
    /// Runtime identifier.
    pub runtime: String,
    /// Handler.
    pub handler: String,
    /// The zip.
    pub zip: Bytes,
    /// Memory size; 128 when left out.
    pub memory_mb: Option<u32>,
    /// Timeout; 3 s when left out, as AWS has it.
    pub timeout_s: Option<u32>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// One line for people.
    pub description: String,
    /// Architecture that it is priced for.
    pub architecture: Architecture,
}

/// An answer as it left the function.
#[derive(Clone, Debug)]
pub struct RawAnswer {
    /// The answer, or the error body, byte for byte.
    pub payload: Bytes,
    /// `Unhandled` when the function failed.
    pub function_error: Option<String>,
    /// Last 4 KB of the log of this invocation.
    pub log_tail: String,
    /// Everything the ledger keeps of it; `outcome` tells a throttle (429) from the rest.
    pub invocation: Invocation,
}

/// Creates a function; one of the same name is a conflict.
pub async fn create(app: &App, request: CreateFunction) -> Result<FunctionRecord> {
    check_name(&request.name)?;
    let staged = bring_zip(app, request.zip).await?;
    let plan = Plan {
        name: request.name,
        runtime: Some(request.runtime),
        handler: Some(request.handler),
        memory_mb: request.memory_mb,
        timeout_s: Some(request.timeout_s.unwrap_or(AWS_TIMEOUT_S)),
        variables: Some(request.environment),
        description: Some(request.description),
        architecture: Some(request.architecture),
        strict: false,
        must_be_new: true,
    };
    Ok(install(app, staged, plan).await?.function)
}

/// Replaces a function's code, as a new version.
pub async fn update_code(app: &App, name: &str, zip: Bytes) -> Result<FunctionRecord> {
    let before = existing(app, name).await?;
    let staged = bring_zip(app, zip).await?;
    let plan = Plan {
        name: before.name,
        runtime: Some(before.configuration.runtime),
        handler: Some(before.configuration.handler),
        memory_mb: None,
        timeout_s: None,
        variables: None,
        description: None,
        architecture: None,
        strict: false,
        must_be_new: false,
    };
    Ok(install(app, staged, plan).await?.function)
}

/// One function.
pub async fn get(app: &App, name: &str) -> Result<FunctionRecord> {
    existing(app, name).await
}

/// Version and ARN of a function that is about to be called. A warm call reads neither ledger nor files for it.
pub async fn target(app: &App, name: &str) -> Result<(u32, String)> {
    let spec = spec(app, name).await?;
    Ok((spec.version, spec.arn.clone()))
}

/// Values of a function's environment variables, which `GetFunction` shows to its owner.
pub async fn environment(app: &App, name: &str) -> Result<BTreeMap<String, String>> {
    let function = existing(app, name).await?;
    app.variables().of(&function.id, function.version)
}

/// All versions of a function, newest first, each as the function was then.
pub async fn versions(app: &App, function: &FunctionRecord) -> Result<Vec<FunctionRecord>> {
    let versions = app.store().versions(&function.id).await?;
    Ok(versions
        .into_iter()
        .map(|version| FunctionRecord {
            version: version.version,
            configuration: version.configuration,
            code: version.code,
            deployed_us: version.deployed_us,
            ..function.clone()
        })
        .collect())
}

/// Has a function have at most so many servers at once; 0 refuses every call, none takes the limit away.
pub async fn reserve_concurrency(app: &App, name: &str, limit: Option<u32>) -> Result<FunctionRecord> {
    let _publishing = app.publishing().lock().await;
    let before = existing(app, name).await?;
    let configuration = FunctionConfiguration { reserved_concurrency: limit, ..before.configuration.clone() };
    let record = settle(app, before, configuration).await?;
    if limit == Some(0) {
        // An idle server would serve whatever the limit is.
        app.runtime().reap_function(&record.id, "its limit of servers is 0").await;
    }
    Ok(record)
}

/// All functions, by name.
pub async fn list(app: &App) -> Result<Vec<FunctionRecord>> {
    let mut functions = app.store().functions().await?;
    functions.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(functions)
}

/// Deletes a function.
pub async fn delete(app: &App, name: &str) -> Result<()> {
    functions::delete(app, FunctionName { name: name.to_owned() }).await.map(|_| ())
}

/// Runs a function and waits. An empty payload counts as `{}`.
pub async fn invoke(app: &App, name: &str, payload: Bytes) -> Result<RawAnswer> {
    invoke_with_context(app, name, payload, None, None).await
}

/// Like [`invoke`], with what the headers `X-Amz-Client-Context` and `X-Amzn-Trace-Id` hold.
pub async fn invoke_with_context(
    app: &App,
    name: &str,
    payload: Bytes,
    client_context: Option<String>,
    trace: Option<String>,
) -> Result<RawAnswer> {
    let finished = run(app, order(name, payload, client_context, trace)).await?;
    Ok(RawAnswer {
        payload: finished.response.clone(),
        function_error: finished.function_error.clone(),
        log_tail: finished.log_tail.clone(),
        invocation: finished.invocation.clone(),
    })
}

/// What a refused call says when Hearth's brake refused it; none for any other call.
pub fn brake_words(invocation: &Invocation) -> Option<&str> {
    invocation.error_message.as_deref().filter(|message| message.starts_with(STOPPED))
}

/// Runs a function in the background, as `InvocationType: Event` does.
pub async fn invoke_later(app: &App, name: &str, payload: Bytes, trace: Option<String>) -> Result<RequestId> {
    begin_later(app, order(name, payload, None, trace)).await
}

/// What a call's trace header would say of the call that made it, when it has none: found by whose connection it came on.
/// Both ports are of 127.0.0.1.
pub async fn trace_of_caller(app: &App, name: &str, client_port: u16, own_port: u16) -> Option<String> {
    budgets::trace_of_caller(app, name, client_port, own_port).await
}

fn order(name: &str, payload: Bytes, client_context: Option<String>, trace: Option<String>) -> Order {
    Order {
        name: name.to_owned(),
        event: if payload.is_empty() { Bytes::from_static(b"{}") } else { payload },
        cold: false,
        source: InvocationSource::LambdaApi,
        request_id: None,
        client_context,
        trace,
    }
}
