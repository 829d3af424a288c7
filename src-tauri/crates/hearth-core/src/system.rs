//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn info(_app: &App, _request: Empty) -> Result<AppInfo> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn settings(_app: &App, _request: Empty) -> Result<Settings> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn set_settings(_app: &App, _request: Settings) -> Result<Settings> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
