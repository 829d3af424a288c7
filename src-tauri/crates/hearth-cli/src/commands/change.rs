//! `configure`, `rollback`, `reap` and `cancel`: what changes functions and servers that exist.

use crate::arguments::Configure;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::words;
use hearth_core::api::{
    ConfigureRequest, Empty, EnvironmentName, EnvironmentsQuery, FunctionName, InvocationName,
    RollbackRequest,
};
use hearth_host::Caller;
use hearth_model::{Environment, EnvironmentId, FunctionRecord, RequestId};
use serde_json::json;

pub(super) async fn configure(
    caller: &Caller,
    arguments: &Configure,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let set = arguments.environment.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
    let unset = arguments.unset.iter().map(|name| (name.clone(), None));
    let request = ConfigureRequest {
        name: arguments.name.clone(),
        handler: arguments.handler.clone(),
        runtime: arguments.runtime.clone(),
        memory_mb: arguments.memory,
        timeout_s: arguments.timeout,
        reserved_concurrency: arguments.limit,
        description: arguments.description.clone(),
        environment: set.chain(unset).collect(),
    };
    let function: FunctionRecord = caller.ask("function_configure", request).await?;
    tell(&function, output)
}

pub(super) async fn rollback(
    caller: &Caller,
    name: &str,
    version: u32,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let request = RollbackRequest { name: name.to_owned(), version };
    let function: FunctionRecord = caller.ask("function_rollback", request).await?;
    tell(&function, output)
}

/// Says what a function is set to now.
pub(super) fn tell(function: &FunctionRecord, output: &mut Output) -> Result<Ended, Failure> {
    if output.is_json() {
        output.document(function)?;
        return Ok(Ended::Well);
    }
    let set = &function.configuration;
    let name = output.tone(&function.name, Tone::Strong);
    output.line(&format!(
        "{name} version {}: {}, {}, {} MB, {} s",
        function.version, set.runtime, set.handler, set.memory_mb, set.timeout_s
    ))?;
    if let Some(limit) = set.reserved_concurrency {
        output.line(&format!("  at most {} at once", words::counted(u64::from(limit), "server")))?;
    }
    if !set.environment_names.is_empty() {
        output.line(&format!("  variables {}", set.environment_names.join(", ")))?;
    }
    Ok(Ended::Well)
}

/// Reaps one server by its id, or all idle ones of a function.
pub(super) async fn reap(caller: &Caller, what: &str, output: &mut Output) -> Result<Ended, Failure> {
    let live: Vec<Environment> = caller.ask("environments_list", EnvironmentsQuery::default()).await?;
    let reaped = if live.iter().any(|server| server.id.as_str() == what) {
        let request = EnvironmentName { environment_id: EnvironmentId::from(what) };
        let Empty {} = caller.ask("environment_reap", request).await?;
        1
    } else {
        let Empty {} = caller.ask("function_reap", FunctionName { name: what.to_owned() }).await?;
        live.iter().filter(|server| server.function_name == what).count() as u64
    };
    if output.is_json() {
        output.document(&json!({ "servers": reaped }))?;
    } else {
        output.line(&format!("Reaped {}.", words::counted(reaped, "server")))?;
    }
    Ok(Ended::Well)
}

pub(super) async fn cancel(caller: &Caller, request: &str, output: &mut Output) -> Result<Ended, Failure> {
    let request = InvocationName { request_id: RequestId::from(request) };
    let Empty {} = caller.ask("invoke_cancel", request.clone()).await?;
    if output.is_json() {
        output.document(&json!({ "cancelled": request.request_id }))?;
    } else {
        output.line("Cancelled; its server was ended.")?;
    }
    Ok(Ended::Well)
}
