//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn list(_app: &App, _request: EnvironmentsQuery) -> Result<Vec<Environment>> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn reap(_app: &App, _request: EnvironmentName) -> Result<Empty> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn reap_all(_app: &App, _request: FunctionName) -> Result<Empty> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn lanes(_app: &App, _request: LanesQuery) -> Result<LanesSnapshot> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
