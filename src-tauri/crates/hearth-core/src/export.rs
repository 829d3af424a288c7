//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn table(_app: &App, _request: TableExport) -> Result<Raw> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
