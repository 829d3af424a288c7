//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn list(_app: &App, _request: FunctionsQuery) -> Result<FunctionsList> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn get(_app: &App, _request: FunctionName) -> Result<FunctionDetail> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn configure(_app: &App, _request: ConfigureRequest) -> Result<FunctionRecord> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn delete(_app: &App, _request: FunctionName) -> Result<Empty> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn restore(_app: &App, _request: FunctionName) -> Result<FunctionRecord> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn rollback(_app: &App, _request: RollbackRequest) -> Result<FunctionRecord> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
