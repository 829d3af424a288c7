//! Calling a function. A call is made once: whether a broken one ran is not known, so it is never repeated.

use crate::AwsAccount;
use crate::fault::Asked;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::config::Builder;
use aws_sdk_lambda::operation::RequestId as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{InvocationType, LogType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hearth_cloud::{CallMode, CallOutcome, CallRequest, FunctionAddress, Result};
use hearth_model::Micros;
use std::time::Duration;
use tokio::time::Instant;

/// Lambda lets a function run for 15 minutes; the rest is for the way.
pub(crate) const LONGEST: Duration = Duration::from_secs(15 * 60 + 30);

/// Settings of a client for a call: as long as a function may run, and once.
pub(crate) fn patient(settings: Builder) -> Builder {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(LONGEST)
        .operation_timeout(LONGEST)
        .build();
    settings
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled())
        // A function that thinks sends nothing meanwhile, which is not a stalled stream.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// The end of a log, as an answer carries it.
pub(crate) fn answered(text: &str) -> Option<String> {
    STANDARD.decode(text).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

pub(crate) async fn call(
    account: &AwsAccount,
    function: &FunctionAddress,
    request: CallRequest,
) -> Result<CallOutcome> {
    let asked = Asked { operation: "lambda:InvokeFunction", location: &function.location };
    let (kind, log) = match request.mode {
        CallMode::Wait => (InvocationType::RequestResponse, Some(LogType::Tail)),
        CallMode::Event => (InvocationType::Event, None),
        CallMode::DryRun => (InvocationType::DryRun, None),
    };
    let begun = Instant::now();
    let answer = account
        .lambda(&function.location)?
        .invoke()
        .function_name(&function.name)
        .invocation_type(kind)
        .set_log_type(log)
        .set_qualifier(request.qualifier)
        .payload(Blob::new(request.event))
        .customize()
        .config_override(patient(Builder::new()))
        .send()
        .await
        .map_err(|error| asked.failed(&error))?;
    let took = begun.elapsed();
    let log_tail = answer.log_result().and_then(answered);
    Ok(CallOutcome {
        request_id: answer.request_id().map(str::to_owned),
        status: u16::try_from(answer.status_code()).unwrap_or_default(),
        function_error: answer.function_error().map(str::to_owned),
        log_tail,
        version: answer.executed_version().map(str::to_owned),
        payload: answer.payload.map(Blob::into_inner).unwrap_or_default(),
        round_trip_us: Micros(i64::try_from(took.as_micros()).unwrap_or(i64::MAX)),
        told: None,
    })
}
