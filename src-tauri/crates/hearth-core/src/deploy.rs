//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn inspect(_app: &App, _request: InspectRequest) -> Result<Detected> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn deploy(_app: &App, _request: DeployRequest) -> Result<Deployed> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn samples(_app: &App, _request: Empty) -> Result<Vec<Sample>> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
