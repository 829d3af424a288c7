//! What AWS sends piece by piece over one answer that stays open: the answer of a function, and log lines as they are
//! written (Live Tail). Neither is ever asked for a second time: a call may have run, and a session is billed.

use crate::AwsAccount;
use crate::call::{LONGEST, answered, patient};
use crate::fault::Asked;
use crate::logs::group;
use aws_sdk_cloudwatchlogs::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_cloudwatchlogs::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cloudwatchlogs::error::BoxError;
use aws_sdk_cloudwatchlogs::types::StartLiveTailResponseStream;
use aws_sdk_cloudwatchlogs::types::error::StartLiveTailResponseStreamError;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::{Builder, StalledStreamProtectionConfig};
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_lambda::operation::RequestId as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{InvokeWithResponseStreamResponseEvent, LogType};
use futures_util::{StreamExt as _, stream};
use hearth_cloud::{
    CallMode, CallOutcome, CallRequest, Fault, FaultKind, FunctionAddress, LiveLines, LogRow, Pieces, Result,
    causes,
};
use hearth_model::Micros;
use std::error::Error;
use tokio::time::{Instant, timeout_at};

/// Calls a function once; its answer is handed on as it comes.
pub(crate) async fn call(
    account: &AwsAccount,
    function: &FunctionAddress,
    request: CallRequest,
    pieces: Pieces,
) -> Result<CallOutcome> {
    let asked = Asked { operation: "lambda:InvokeWithResponseStream", location: &function.location };
    if request.mode != CallMode::Wait {
        return Err(asked.fault(FaultKind::Invalid, "only a call that is waited for has an answer to stream"));
    }
    let begun = Instant::now();
    let mut answer = account
        .lambda(&function.location)?
        .invoke_with_response_stream()
        .function_name(&function.name)
        .log_type(LogType::Tail)
        .set_qualifier(request.qualifier)
        .payload(Blob::new(request.event))
        .customize()
        .config_override(patient(Builder::new()))
        .send()
        .await
        .map_err(|error| asked.failed(&error))?;
    let mut outcome = CallOutcome {
        request_id: answer.request_id().map(str::to_owned),
        status: u16::try_from(answer.status_code()).unwrap_or_default(),
        version: answer.executed_version().map(str::to_owned),
        ..CallOutcome::default()
    };
    loop {
        let event = timeout_at(begun + LONGEST, answer.event_stream.recv())
            .await
            .map_err(|_| asked.fault(FaultKind::TimedOut, "the answer does not end"))?
            .map_err(|error| broken(&asked, &error))?;
        match event {
            Some(InvokeWithResponseStreamResponseEvent::PayloadChunk(chunk)) => {
                let bytes = chunk.payload.map(Blob::into_inner).unwrap_or_default();
                pieces(&bytes);
                outcome.payload.extend(bytes);
            }
            Some(InvokeWithResponseStreamResponseEvent::InvokeComplete(complete)) => {
                outcome.log_tail = complete.log_result().and_then(answered);
                // What went wrong after the first piece was sent is told only here.
                outcome.function_error = match (complete.error_code, complete.error_details) {
                    (Some(code), Some(details)) if !details.is_empty() => Some(format!("{code}: {details}")),
                    (code, _) => code.filter(|code| !code.is_empty()),
                };
                outcome.round_trip_us =
                    Micros(i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX));
                return Ok(outcome);
            }
            // A kind of piece that a later Lambda may send says nothing to us.
            Some(_) => {}
            None => {
                let came = outcome.payload.len();
                let words =
                    format!("the answer ended after {came} bytes without saying that it was complete");
                return Err(asked.fault(FaultKind::BrokenOff, words));
            }
        }
    }
}

/// Begins a session of Live Tail: lines of a function's log as they are written.
pub(crate) async fn tail(
    account: &AwsAccount,
    function: &FunctionAddress,
    filter: Option<&str>,
) -> Result<LiveLines> {
    let asked = Asked { operation: "logs:StartLiveTail", location: &function.location };
    let client = account.logs_client(&function.location)?;
    let resource = resource(account, function).await?;
    let alone = aws_sdk_cloudwatchlogs::config::Builder::new()
        .retry_config(RetryConfig::disabled())
        // A quiet log sends next to nothing, which is not a stalled stream.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let alone = if account.account.endpoint.is_some() { alone.interceptor(OwnHost) } else { alone };
    let answer = client
        .start_live_tail()
        .log_group_identifiers(resource)
        .set_log_event_filter_pattern(filter.filter(|filter| !filter.is_empty()).map(str::to_owned))
        .customize()
        .config_override(alone)
        .send()
        .await
        .map_err(|error| asked.failed(&error))?;
    let location = function.location.clone();
    let lines = stream::unfold(Some(answer.response_stream), move |open| {
        let location = location.clone();
        async move {
            let mut open = open?;
            let asked = Asked { operation: "logs:StartLiveTail", location: &location };
            match open.recv().await {
                Ok(Some(StartLiveTailResponseStream::SessionUpdate(update))) => {
                    let rows = update.session_results.unwrap_or_default().into_iter().map(|line| LogRow {
                        at_us: Micros(line.timestamp.unwrap_or_default().saturating_mul(1_000)),
                        stream: line.log_stream_name.unwrap_or_default(),
                        // Live lines have none.
                        id: String::new(),
                        text: line.message.unwrap_or_default().trim_end().to_owned(),
                    });
                    Some((Ok(rows.collect()), Some(open)))
                }
                Ok(Some(_)) => Some((Ok(Vec::new()), Some(open))),
                Ok(None) => None,
                // After three hours AWS ends every session.
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(StartLiveTailResponseStreamError::is_session_timeout_exception) =>
                {
                    None
                }
                Err(error) => Some((Err(broken(&asked, &error)), None)),
            }
        }
    });
    Ok(lines.boxed())
}

/// The log's full name, which Live Tail wants: in the same account and region as the function.
async fn resource(account: &AwsAccount, function: &FunctionAddress) -> Result<String> {
    let asked = Asked { operation: "lambda:GetFunctionConfiguration", location: &function.location };
    let answer = account
        .lambda(&function.location)?
        .get_function_configuration()
        .function_name(&function.name)
        .send()
        .await
        .map_err(|error| asked.failed(&error))?;
    let own = answer.function_arn().unwrap_or_default();
    let parts: Vec<&str> = own.split(':').collect();
    let [_, partition, _, region, number, ..] = parts.as_slice() else {
        return Err(asked.fault(FaultKind::Other, format!("`{own}` does not say the account")));
    };
    let group = group(&function.name);
    Ok(format!("arn:{partition}:logs:{region}:{number}:log-group:{group}"))
}

/// What broke an open answer off.
fn broken<E, R>(asked: &Asked<'_>, error: &SdkError<E, R>) -> Fault
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match error.as_service_error() {
        Some(said) => {
            let meta = said.meta();
            asked.said(200, meta.code().unwrap_or_default(), meta.message().unwrap_or_default())
        }
        None => asked.fault(FaultKind::BrokenOff, causes(error)),
    }
}

/// AWS answers streams at a host of their own, `stream-…`. An endpoint that a person added has one host for everything.
#[derive(Debug)]
struct OwnHost;

impl Intercept for OwnHost {
    fn name(&self) -> &'static str {
        "OwnHost"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let request = context.request_mut();
        let plain = request.uri().replacen("://stream-", "://", 1);
        request.set_uri(plain)?;
        Ok(())
    }
}
