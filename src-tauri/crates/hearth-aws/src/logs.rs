//! Logs: pages of a log group of CloudWatch, a function's `/aws/lambda/NAME` or a task's, by polling, which costs
//! nothing but the usual rate of requests.

use crate::AwsAccount;
use crate::fault::Asked;
use hearth_cloud::{FaultKind, FunctionAddress, LogRow, LogsRequest, Page, Result};
use hearth_model::Micros;

/// The log group of a function.
pub(crate) fn group(name: &str) -> String {
    format!("/aws/lambda/{name}")
}

/// Streams of a log group.
pub(crate) struct Streams {
    pub(crate) group: String,
    /// Only these; empty: all of the group.
    pub(crate) only: Vec<String>,
}

pub(crate) async fn logs(
    account: &AwsAccount,
    function: &FunctionAddress,
    request: &LogsRequest,
) -> Result<Page<LogRow>> {
    let streams = Streams { group: group(&function.name), only: Vec::new() };
    lines(account, &function.location, &streams, request).await
}

/// A page of lines of some streams, oldest first.
pub(crate) async fn lines(
    account: &AwsAccount,
    location: &str,
    streams: &Streams,
    request: &LogsRequest,
) -> Result<Page<LogRow>> {
    let asked = Asked { operation: "logs:FilterLogEvents", location };
    let milliseconds = |instant: Micros| instant.0.div_euclid(1_000);
    let answer = account
        .logs_client(location)?
        .filter_log_events()
        .log_group_name(&streams.group)
        .set_log_stream_names((!streams.only.is_empty()).then(|| streams.only.clone()))
        .set_start_time(request.since_us.map(milliseconds))
        .set_end_time(request.until_us.map(milliseconds))
        .set_filter_pattern(request.filter.clone().filter(|filter| !filter.is_empty()))
        .set_next_token(request.cursor.clone())
        .limit(i32::try_from(request.limit.clamp(1, 10_000)).unwrap_or(10_000))
        .send()
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let fault = asked.failed(&error);
            // What has written nothing yet has no log group and no stream.
            return if fault.kind == FaultKind::NotFound { Ok(Page::last(Vec::new())) } else { Err(fault) };
        }
    };
    let items = answer
        .events()
        .iter()
        .map(|event| LogRow {
            at_us: Micros(event.timestamp().unwrap_or_default().saturating_mul(1_000)),
            stream: event.log_stream_name().unwrap_or_default().to_owned(),
            id: event.event_id().unwrap_or_default().to_owned(),
            text: event.message().unwrap_or_default().trim_end().to_owned(),
        })
        .collect();
    Ok(Page { items, next: answer.next_token().map(str::to_owned) })
}
