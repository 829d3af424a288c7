//! How long AWS says to wait. Its SDK reads `x-amz-retry-after` alone; Lambda and proxies on the way say it as every
//! server does, with `Retry-After` in seconds.

use aws_sdk_lambda::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_lambda::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_lambda::error::BoxError;

/// Longer than this nobody waits: what is asked is tried again after the usual pauses, and then told.
const LONGEST_S: u32 = 30;

/// Tells the SDK of the wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryAfter;

impl Intercept for RetryAfter {
    fn name(&self) -> &'static str {
        "RetryAfter"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response_mut().headers_mut();
        let asked = headers.get("retry-after").and_then(|seconds| seconds.trim().parse::<u32>().ok());
        if let Some(seconds) = asked.filter(|seconds| *seconds <= LONGEST_S)
            && headers.get("x-amz-retry-after").is_none()
        {
            headers.try_insert("x-amz-retry-after", (seconds * 1_000).to_string())?;
        }
        Ok(())
    }
}
