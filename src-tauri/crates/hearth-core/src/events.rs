//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn library(_app: &App, _request: Empty) -> Result<Vec<SampleEvent>> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn saved(_app: &App, _request: FunctionName) -> Result<Vec<SavedEvent>> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn save(_app: &App, _request: SavedEvent) -> Result<Empty> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn delete(_app: &App, _request: SavedEventName) -> Result<Empty> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
