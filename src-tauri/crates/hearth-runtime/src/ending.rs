//! How a call ends: the outcome, the body as Lambda words it and what becomes of the environment. Pure; must not
//! know processes or time sources.

use crate::api::Signal;
use crate::process::Exit;
use crate::{FunctionSpec, PAYLOAD_LIMIT};
use bytes::Bytes;
use hearth_model::{Outcome, RequestId};
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// What becomes of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It may serve again.
    Keep,
    /// It broke, and why.
    Fail(String),
    /// It is removed, and why.
    Reap(String),
}

pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) body: Bytes,
    pub(crate) error_type: Option<String>,
    pub(crate) error_message: Option<String>,
    pub(crate) fate: Fate,
    /// When the answer came, where it came from the process.
    pub(crate) at: Option<Instant>,
    /// `REPORT`'s status.
    pub(crate) status: Option<(&'static str, Option<String>)>,
}

/// Keys in the order Lambda writes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    error_type: &'a str,
    error_message: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ErrorWords {
    error_type: Option<String>,
    error_message: Option<String>,
}

impl Ending {
    /// An error that the platform words itself.
    pub(crate) fn platform(outcome: Outcome, kind: &str, message: String, fate: Fate) -> Self {
        let body = serde_json::to_vec(&ErrorBody { error_type: kind, error_message: &message });
        Self {
            outcome,
            // Two strings always serialise.
            body: body.map(Bytes::from).unwrap_or_default(),
            error_type: Some(kind.to_owned()),
            error_message: Some(message),
            fate,
            at: None,
            status: Some(("error", Some(kind.to_owned()))),
        }
    }

    pub(crate) fn timed_out(function: &FunctionSpec, request: &RequestId) -> Self {
        let seconds = function.timeout.0 as f64 / 1e6;
        let mut ending = Self::platform(
            Outcome::TimedOut,
            "Sandbox.Timedout",
            format!("RequestId: {request} Error: Task timed out after {seconds:.2} seconds"),
            Fate::Fail(format!("timed out after {seconds:.2} s")),
        );
        ending.status = Some(("timeout", None));
        ending
    }

    /// Refused before a server was touched; the body is Lambda's answer to the caller.
    pub(crate) fn refused(outcome: Outcome, kind: &str, message: &str, body: &'static str) -> Self {
        Self {
            outcome,
            body: Bytes::from_static(body.as_bytes()),
            error_type: Some(kind.to_owned()),
            error_message: Some(message.to_owned()),
            fate: Fate::Keep,
            at: None,
            status: None,
        }
    }

    fn failed(outcome: Outcome, body: Bytes, kind: Option<String>, at: Option<Instant>, fate: Fate) -> Self {
        let words: ErrorWords = serde_json::from_slice(&body).unwrap_or_default();
        let error_type = words.error_type.or(kind).or_else(|| Some("Runtime.Unknown".to_owned()));
        let message = words.error_message.map(|text| text.lines().next().unwrap_or_default().to_owned());
        Self { outcome, body, status: None, error_type, error_message: message, fate, at }
    }

    /// The end that `signal` means; none when it means no end. `init` says whether the function was loading.
    pub(crate) fn of(
        signal: Signal,
        function: &FunctionSpec,
        request: &RequestId,
        init: bool,
    ) -> Option<Self> {
        let ending = match signal {
            Signal::Ready(_) => return None,
            Signal::InitError { body, kind } => {
                let reason = Fate::Fail("its code could not be loaded".to_owned());
                let mut ending = Self::failed(Outcome::InitFailed, body, kind, None, reason);
                ending.status = Some(("error", ending.error_type.clone()));
                ending
            }
            Signal::Response { body, at } => return Some(answered(body, at)),
            Signal::TooLarge { bytes, at } => {
                let mut ending = Self::platform(
                    Outcome::FunctionError,
                    "Function.ResponseSizeTooLarge",
                    format!(
                        "Response payload size ({bytes} bytes) exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
                    ),
                    Fate::Keep,
                );
                ending.at = Some(at);
                ending
            }
            Signal::Error { body, kind, at } => {
                Self::failed(Outcome::FunctionError, body, kind, Some(at), Fate::Keep)
            }
            Signal::Exited(Exit::OutOfMemory { bytes }) => {
                let bytes = bytes.unwrap_or_else(|| u64::from(function.memory_mb) * 1024 * 1024);
                return Self::of(Signal::OutOfMemory { bytes }, function, request, init);
            }
            Signal::Exited(exit) => Self::platform(
                if init { Outcome::InitFailed } else { Outcome::Crashed },
                "Runtime.ExitError",
                format!("RequestId: {request} Error: {}", exit.words()),
                Fate::Fail(exit.words()),
            ),
            Signal::OutOfMemory { bytes } => {
                let used = bytes.div_ceil(1024 * 1024);
                let mut ending = Self::platform(
                    Outcome::OutOfMemory,
                    "Runtime.ExitError",
                    format!("RequestId: {request} Error: Runtime exited with error: signal: killed"),
                    Fate::Fail(format!("used {used} MB of its {} MB", function.memory_mb)),
                );
                ending.status = Some(("error", Some("Runtime.OutOfMemory".to_owned())));
                ending
            }
            Signal::Cancelled => Self::platform(
                Outcome::Cancelled,
                "Hearth.Cancelled",
                format!("RequestId: {request} Error: The invocation was cancelled"),
                Fate::Reap("its invocation was cancelled".to_owned()),
            ),
            Signal::Closing => Self::platform(
                Outcome::Lost,
                "Hearth.Closed",
                format!("RequestId: {request} Error: Hearth closed while the function ran"),
                Fate::Reap("Hearth closes".to_owned()),
            ),
        };
        Some(ending)
    }
}

fn answered(body: Bytes, at: Instant) -> Ending {
    // An empty answer is what a handler without a result sends from a shell.
    let checked = if body.is_empty() {
        Ok(())
    } else {
        serde_json::from_slice::<serde::de::IgnoredAny>(&body).map(|_| ())
    };
    match checked {
        Ok(()) => Ending {
            outcome: Outcome::Succeeded,
            body: if body.is_empty() { Bytes::from_static(b"null") } else { body },
            error_type: None,
            error_message: None,
            fate: Fate::Keep,
            at: Some(at),
            status: None,
        },
        Err(error) => {
            let mut ending = Ending::platform(
                Outcome::FunctionError,
                "Runtime.MarshalError",
                format!("The function's answer is not valid JSON: {error}"),
                Fate::Keep,
            );
            ending.at = Some(at);
            ending
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_errors_have_lambdas_order_of_keys() {
        let ending = Ending::platform(Outcome::Crashed, "Runtime.ExitError", "m".to_owned(), Fate::Keep);
        assert_eq!(&ending.body[..], br#"{"errorType":"Runtime.ExitError","errorMessage":"m"}"#);
    }

    #[test]
    fn an_answer_that_is_not_json_is_a_function_error() {
        let ending = answered(Bytes::from_static(b"not json"), Instant::now());
        assert_eq!(ending.outcome, Outcome::FunctionError);
        assert_eq!(ending.fate, Fate::Keep, "the environment itself is fine");
        assert_eq!(answered(Bytes::from_static(b"{\"a\":1}"), Instant::now()).outcome, Outcome::Succeeded);
    }
}
