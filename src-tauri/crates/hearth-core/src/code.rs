//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn list(_app: &App, _request: FunctionName) -> Result<CodeListing> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn read(_app: &App, _request: CodeReadRequest) -> Result<CodeText> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn save(_app: &App, _request: CodeSaveRequest) -> Result<FunctionRecord> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
