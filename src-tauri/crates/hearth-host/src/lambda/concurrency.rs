//! Reserved concurrency, and the account's limits. Must not know how calls are refused.

use super::fault::Fault;
use super::functions::{TEXT_LIMIT, find, parse};
use super::{Answer, Api, body, empty, json};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use hearth_core::lambda;
use serde::Deserialize;
use serde_json::json;

/// Most that one function may reserve.
const MOST: u32 = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutRequest {
    reserved_concurrent_executions: Option<i64>,
}

/// `PutFunctionConcurrency`: at most so many servers at once; 0 refuses every call.
pub(super) async fn put(State(api): State<Api>, Path(name): Path<String>, request: Request) -> Answer {
    let request: PutRequest = parse(&body(request, TEXT_LIMIT, "PutFunctionConcurrency").await?)?;
    let (record, ..) = find(&api.app, &name, None).await?;
    let asked = request.reserved_concurrent_executions;
    let limit = asked.and_then(|limit| u32::try_from(limit).ok()).filter(|limit| *limit <= MOST);
    let Some(limit) = limit else {
        let asked = asked.map_or_else(|| "nothing".to_owned(), |asked| asked.to_string());
        return Err(Fault::invalid(&format!(
            "ReservedConcurrentExecutions must be 0 to {MOST}, not {asked}"
        )));
    };
    lambda::reserve_concurrency(&api.app, &record.name, Some(limit)).await?;
    Ok(json(StatusCode::OK, &json!({ "ReservedConcurrentExecutions": limit })))
}

/// `GetFunctionConcurrency`: an empty document when nothing is reserved.
pub(super) async fn get(State(api): State<Api>, Path(name): Path<String>) -> Answer {
    let (record, ..) = find(&api.app, &name, None).await?;
    let answer = match record.configuration.reserved_concurrency {
        Some(limit) => json!({ "ReservedConcurrentExecutions": limit }),
        None => json!({}),
    };
    Ok(json(StatusCode::OK, &answer))
}

/// `DeleteFunctionConcurrency`.
pub(super) async fn delete(State(api): State<Api>, Path(name): Path<String>) -> Answer {
    let (record, ..) = find(&api.app, &name, None).await?;
    lambda::reserve_concurrency(&api.app, &record.name, None).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// `GetAccountSettings`: AWS's usual limits, of which Hearth keeps the sizes, and what is here.
pub(super) async fn account(State(api): State<Api>) -> Answer {
    let functions = lambda::list(&api.app).await?;
    let bytes: u64 = functions.iter().map(|function| function.code.size_bytes).sum();
    let reserved: u32 =
        functions.iter().filter_map(|function| function.configuration.reserved_concurrency).sum();
    let answer = json!({
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800_u64,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": 52_428_800,
            "ConcurrentExecutions": MOST,
            "UnreservedConcurrentExecutions": MOST.saturating_sub(reserved),
        },
        "AccountUsage": { "TotalCodeSize": bytes, "FunctionCount": functions.len() },
    });
    Ok(json(StatusCode::OK, &answer))
}
