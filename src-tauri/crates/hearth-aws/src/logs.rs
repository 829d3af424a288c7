//! Logs of a function: pages of CloudWatch's log group `/aws/lambda/NAME`, by polling, which costs nothing but the
//! usual rate of requests.

use crate::AwsAccount;
use crate::fault::Asked;
use hearth_cloud::{FaultKind, FunctionAddress, LogRow, LogsRequest, Page, Result};
use hearth_model::Micros;

/// The log group of a function.
pub(crate) fn group(name: &str) -> String {
    format!("/aws/lambda/{name}")
}

pub(crate) async fn logs(
    account: &AwsAccount,
    function: &FunctionAddress,
    request: &LogsRequest,
) -> Result<Page<LogRow>> {
    let asked = Asked { operation: "logs:FilterLogEvents", location: &function.location };
    let milliseconds = |instant: Micros| instant.0.div_euclid(1_000);
    let answer = account
        .logs_client(&function.location)?
        .filter_log_events()
        .log_group_name(group(&function.name))
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
            // A function that was never called has no log group yet.
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
