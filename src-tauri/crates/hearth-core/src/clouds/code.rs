//! The code of a function of an account: read when a person asks, kept among the packages of this computer until Hearth
//! starts the next time, looked at and edited there. Must not change an account: edited code is deployed like any other.

use super::api_error;
use super::functions::open;
use crate::api::{CloudCode, CloudCodeRead, CloudFunctionName, CodeText};
use crate::app::blocking;
use crate::code::{listing, text_of};
use crate::commands::Raw;
use crate::package::unzip;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cloud::FunctionCode;
use hearth_model::{CodePackage, Engine};
use std::io::Cursor;
use std::path::PathBuf;

pub(crate) async fn read(app: &App, request: CloudFunctionName) -> Result<CloudCode> {
    let FunctionCode { function, zip } = fetch(app, &request).await?;
    let packages = app.packages().clone();
    blocking(move || {
        let staging = packages.stage()?;
        unzip(Cursor::new(zip), staging.path())?;
        let code = packages.keep(staging)?;
        let engine = Engine::of(&function.configuration.runtime).ok();
        let handler = &function.configuration.handler;
        let listing = listing(&packages.path(&code), &function.address.name, engine, handler)?;
        Ok(CloudCode { code: code.sha256, function, listing })
    })
    .await
}

pub(crate) async fn file(app: &App, request: CloudCodeRead) -> Result<CodeText> {
    let root = kept(app, &request.code)?;
    blocking(move || text_of(&root, &request.name, request.path)).await
}

/// The zip as the account has it.
pub(crate) async fn zip(app: &App, request: CloudFunctionName) -> Result<Raw> {
    Ok(Raw(fetch(app, &request).await?.zip))
}

async fn fetch(app: &App, request: &CloudFunctionName) -> Result<FunctionCode> {
    let (account, address, provider) = open(app, request).await?;
    provider.code(&address).await.map_err(|fault| api_error(&account, fault))
}

/// Where code is that was read before.
pub(crate) fn kept(app: &App, code: &str) -> Result<PathBuf> {
    let package = CodePackage { sha256: code.to_owned(), size_bytes: 0, files: 0 };
    let root = app.packages().path(&package);
    let is_hash = code.len() == 64 && code.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_hash && root.is_dir() {
        return Ok(root);
    }
    Err(ApiError::new(ErrorCode::NotFound, "the code that was read is not here any more")
        .with_hint("Read it again from its account; what you changed can be copied before."))
}
