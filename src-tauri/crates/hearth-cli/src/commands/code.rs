//! `code`: the code that a function runs, written to where a person can edit it. Nothing is overwritten.

use crate::arguments::Where;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::words;
use hearth_core::api::CloudFunctionName;
use hearth_core::commands::Body;
use hearth_core::{ApiError, ErrorCode, unpack};
use hearth_host::Caller;
use hearth_model::LOCAL_ACCOUNT;
use serde_json::json;
use std::path::{Path, PathBuf};

pub(super) async fn code(
    caller: &Caller,
    name: &str,
    place: &Where,
    path: Option<&Path>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let path = path.map_or_else(|| PathBuf::from(name), Path::to_owned);
    let as_zip =
        path == Path::new("-") || path.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
    // Before anybody is asked, since the code may be large.
    if as_zip && path.exists() {
        return Err(taken(&path, "is there already"));
    }
    if !as_zip && let Some(why) = not_empty(&path) {
        return Err(taken(&path, why));
    }
    let request = CloudFunctionName {
        account: place.account.clone().unwrap_or_else(|| LOCAL_ACCOUNT.to_owned()),
        region: place.region.clone(),
        name: name.to_owned(),
    };
    let Body::Bytes(zip) = caller.call("cloud_code_zip", serde_json::to_value(&request)?).await? else {
        return Err(ApiError::new(ErrorCode::Internal, "the code came without a file").into());
    };
    if as_zip {
        output.file(&path, &zip)?;
        return Ok(Ended::Well);
    }
    let made = !path.exists();
    std::fs::create_dir_all(&path).map_err(|error| {
        ApiError::new(ErrorCode::InvalidInput, format!("the folder `{}` cannot be made", path.display()))
            .with_detail(error.to_string())
    })?;
    if let Err(error) = unpack(&zip, &path) {
        if made {
            std::fs::remove_dir_all(&path).ok();
        }
        return Err(error.into());
    }
    if output.is_json() {
        output.document(&json!({ "folder": path, "zipBytes": zip.len() }))?;
        return Ok(Ended::Well);
    }
    let size = words::bytes(zip.len() as u64);
    output.line(&format!("The code of {name} is in {}, {size} packed.", path.display()))?;
    let to = match (&place.account, &place.region) {
        (Some(account), Some(region)) => format!(" --to {account}:{region}"),
        (Some(account), None) => format!(" --to {account}"),
        (None, _) => String::new(),
    };
    output
        .aside(&format!("Deploy it again: hearth deploy {}{to} --name {name}", path.display()), Tone::Quiet);
    Ok(Ended::Well)
}

fn not_empty(path: &Path) -> Option<&'static str> {
    match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().map(|_| "is not empty"),
        Err(_) => path.exists().then_some("is no folder"),
    }
}

fn taken(path: &Path, why: &str) -> Failure {
    ApiError::new(ErrorCode::Conflict, format!("`{}` {why}, and nothing is overwritten", path.display()))
        .with_hint("Choose another with --output.")
        .into()
}
