//! `cost report`: one page about money, as a file.

use crate::arguments::Report;
use crate::failure::{Ended, Failure};
use crate::output::Output;
use hearth_core::api::{CostReportQuery, ReportFormat};
use hearth_core::commands::Body;
use hearth_core::{ApiError, ErrorCode};
use hearth_host::Caller;
use std::path::PathBuf;

pub(super) async fn report(
    caller: &Caller,
    arguments: &Report,
    output: &mut Output,
) -> Result<Ended, Failure> {
    let (format, extension) = match arguments.format.as_str() {
        "html" => (ReportFormat::Html, "html"),
        "svg" => (ReportFormat::Svg, "svg"),
        "png" => (ReportFormat::Png, "png"),
        "csv" => (ReportFormat::Csv, "csv"),
        "json" => (ReportFormat::Json, "json"),
        _ => (ReportFormat::Pdf, "pdf"),
    };
    let request = CostReportQuery {
        from: arguments.from.clone(),
        to: arguments.to.clone(),
        scope: arguments.scope.clone(),
        format,
    };
    let Body::Bytes(bytes) = caller.call("cost_report", serde_json::to_value(request)?).await? else {
        return Err(ApiError::new(ErrorCode::Internal, "`cost_report` answered without a file").into());
    };
    let usual = || PathBuf::from(format!("hearth-cost-{}-{}.{extension}", arguments.from, arguments.to));
    let path = arguments.out.clone().unwrap_or_else(usual);
    output.file(&path, &bytes)?;
    Ok(Ended::Well)
}
