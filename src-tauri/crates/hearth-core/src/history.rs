//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn invocations(_app: &App, _request: InvocationsQuery) -> Result<InvocationsPage> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn invocation(_app: &App, _request: InvocationName) -> Result<InvocationDetail> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn logs(_app: &App, _request: LogsQuery) -> Result<LogsPage> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
