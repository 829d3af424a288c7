//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn series(_app: &App, _request: SeriesQuery) -> Result<Raw> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn export(_app: &App, _request: ChartExport) -> Result<Raw> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
