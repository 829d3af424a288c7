//! What the AWS Lambda API needs: the same use cases with raw bytes in and out. Must not know HTTP.

use crate::{ApiError, App, ErrorCode, Result};
use bytes::Bytes;
use hearth_model::{Architecture, FunctionRecord, Invocation, RequestId};
use std::collections::BTreeMap;

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
pub async fn create(_app: &App, _request: CreateFunction) -> Result<FunctionRecord> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}

/// Replaces a function's code, as a new version.
pub async fn update_code(_app: &App, _name: &str, _zip: Bytes) -> Result<FunctionRecord> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}

/// One function.
pub async fn get(_app: &App, _name: &str) -> Result<FunctionRecord> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}

/// Values of a function's environment variables, which `GetFunction` shows to its owner.
pub async fn environment(_app: &App, _name: &str) -> Result<BTreeMap<String, String>> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}

/// All functions, by name.
pub async fn list(_app: &App) -> Result<Vec<FunctionRecord>> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}

/// Deletes a function.
pub async fn delete(_app: &App, _name: &str) -> Result<()> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}

/// Runs a function and waits. An empty payload counts as `{}`.
pub async fn invoke(_app: &App, _name: &str, _payload: Bytes) -> Result<RawAnswer> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}

/// Runs a function in the background, as `InvocationType: Event` does.
pub async fn invoke_later(_app: &App, _name: &str, _payload: Bytes) -> Result<RequestId> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
