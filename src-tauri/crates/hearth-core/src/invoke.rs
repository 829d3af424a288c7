//! Skeleton of the first commit.
#![allow(unused_imports, clippy::unused_async)]
use crate::api::*;
use crate::commands::Raw;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{Environment, FunctionRecord, SeriesQuery};

pub async fn invoke(_app: &App, _request: InvokeRequest) -> Result<InvokeAnswer> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn cancel(_app: &App, _request: InvocationName) -> Result<Empty> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
pub async fn send(_app: &App, _request: SendRequest) -> Result<Sent> {
    Err(ApiError::new(ErrorCode::Internal, "not built yet"))
}
