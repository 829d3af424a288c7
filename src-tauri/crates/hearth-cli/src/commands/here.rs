//! `show` and `limit` of a function on this computer, and what to use instead of verbs that exist in accounts only.

use super::change;
use crate::failure::{Ended, Failure};
use crate::output::{Output, Tone};
use crate::table::{Side, Table, cell};
use crate::words;
use hearth_core::api::{ConfigureRequest, FunctionDetail, FunctionName};
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use hearth_model::FunctionRecord;

/// A function with its versions, newest first.
pub(super) async fn show(caller: &Caller, name: &str, output: &mut Output) -> Result<Ended, Failure> {
    let detail: FunctionDetail = caller.ask("function_get", FunctionName { name: name.to_owned() }).await?;
    if output.is_json() {
        output.document(&detail)?;
        return Ok(Ended::Well);
    }
    change::tell(&detail.summary.function, output)?;
    output.line(&format!("  {}", detail.arn))?;
    let mut table = Table::new(&[
        ("Version", Side::Right),
        ("Made", Side::Left),
        ("By", Side::Left),
        ("Memory", Side::Right),
    ]);
    for version in &detail.versions {
        table.row(vec![
            cell(version.version.to_string(), Tone::Strong),
            words::instant(version.deployed_us).into(),
            version.cause.clone().into(),
            format!("{} MB", version.configuration.memory_mb).into(),
        ]);
    }
    table.print(output)?;
    Ok(Ended::Well)
}

/// Most servers at once, or as many as any function may have.
pub(super) async fn limit(
    caller: &Caller,
    name: &str,
    limit: Option<u32>,
    output: &mut Output,
) -> Result<Ended, Failure> {
    if limit == Some(0) {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("the limit of `{name}` cannot be 0: on this computer the brake stops a function"),
        )
        .with_hint(format!(
            "`hearth brake pull {name}` stops it, and `hearth limit {name} none` takes a limit away."
        ))
        .into());
    }
    let request = ConfigureRequest {
        name: name.to_owned(),
        handler: None,
        runtime: None,
        memory_mb: None,
        timeout_s: None,
        // In this request 0 says that there shall be none.
        reserved_concurrency: Some(limit.unwrap_or(0)),
        description: None,
        environment: std::collections::BTreeMap::new(),
    };
    let function: FunctionRecord = caller.ask("function_configure", request).await?;
    change::tell(&function, output)
}
