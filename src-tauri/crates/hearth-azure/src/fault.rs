//! From Azure's answers to the words of `hearth-cloud`. Owns which of Azure's codes mean what, and the names of missing
//! permissions. Texts come in scrubbed: see [`crate::secret`].

use crate::wire::Answer;
use hearth_cloud::{Fault, FaultKind};
use serde_json::Value;
use std::error::Error;
use std::fmt::Write as _;

/// Longest message that is shown.
const LONGEST: usize = 600;

/// What was asked, in the words of Azure's permissions, and about what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'a str,
    /// A region, an app, or nothing.
    pub(crate) about: &'a str,
}

impl Asked<'_> {
    fn words(&self) -> String {
        if self.about.is_empty() {
            self.operation.to_owned()
        } else {
            format!("{} in {}", self.operation, self.about)
        }
    }

    /// A fault of our own about it.
    pub(crate) fn fault(&self, kind: FaultKind, message: impl Into<String>) -> Fault {
        Fault::new(kind, self.words(), message)
    }

    /// What a failed request means.
    pub(crate) fn broken(&self, error: reqwest::Error) -> Fault {
        // An address may hold a key.
        let error = error.without_url();
        let kind = if error.is_timeout() { FaultKind::TimedOut } else { FaultKind::BrokenOff };
        self.fault(kind, chain(&error))
    }

    /// An answer that should have been JSON of a certain shape.
    pub(crate) fn odd(&self, error: &serde_json::Error) -> Fault {
        // The error names places and types, never values.
        let place = format!("line {}, column {}", error.line(), error.column());
        let kind = if error.is_eof() { FaultKind::BrokenOff } else { FaultKind::Other };
        self.fault(kind, format!("the answer is not the JSON that Azure describes ({place})"))
    }

    /// What an answer that is no success means.
    pub(crate) fn refused(&self, answer: &Answer) -> Fault {
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let (code, message) = said(&document);
        let mut fault = self.said(answer.status, &code, &message);
        if fault.kind == FaultKind::Throttled
            && let Some(seconds) = answer.wait_s()
        {
            write!(fault.message, " (Azure asks to wait {seconds} s)").ok();
        }
        fault.request_id =
            answer.header("x-ms-request-id").or_else(|| answer.header("x-ms-correlation-request-id"));
        fault
    }

    /// What a code and a message mean.
    pub(crate) fn said(&self, status: u16, code: &str, message: &str) -> Fault {
        let kind = match (status, code) {
            (_, "ExpiredAuthenticationToken") => FaultKind::Expired,
            (
                _,
                "InvalidAuthenticationToken" | "AuthenticationFailed" | "InvalidAuthenticationTokenTenant",
            )
            | (401, _) => {
                let lower = message.to_lowercase();
                if lower.contains("expired") { FaultKind::Expired } else { FaultKind::NotSignedIn }
            }
            (_, "AuthorizationFailed" | "LinkedAuthorizationFailed" | "InsufficientAccessError")
            | (403, _) => {
                let permission = permission(message).unwrap_or_else(|| self.operation.to_owned());
                FaultKind::NotAllowed { permission }
            }
            (_, "TooManyRequests" | "SubscriptionRequestsThrottled" | "ResourceRequestsThrottled")
            | (429, _) => FaultKind::Throttled,
            (404 | 410, _) => FaultKind::NotFound,
            (409 | 412, _) => FaultKind::Conflict,
            (400 | 405 | 411 | 413 | 415 | 422, _) => FaultKind::Invalid,
            (408 | 500..=599, _) => FaultKind::BrokenOff,
            _ => FaultKind::Other,
        };
        let message = match (code.is_empty(), message.is_empty()) {
            (true, true) => format!("status {status}"),
            (_, true) => code.to_owned(),
            (true, false) => message.to_owned(),
            (false, false) => format!("{message} ({code})"),
        };
        self.fault(kind, cut(&message))
    }
}

/// Code and message of an answer: `{"error":{"code","message"}}`, or App Service's `{"Code","Message"}`.
pub(crate) fn said(document: &Value) -> (String, String) {
    let error = document.get("error").unwrap_or(document);
    let text = |names: [&str; 2]| {
        names.iter().find_map(|name| error.get(name)?.as_str()).unwrap_or_default().to_owned()
    };
    let message = match document.get("error_description").and_then(Value::as_str) {
        Some(described) => described.lines().next().unwrap_or_default().to_owned(),
        None => text(["message", "Message"]),
    };
    let code = error.as_str().map_or_else(|| text(["code", "Code"]), str::to_owned);
    (code, message)
}

/// The permission that Azure names: "… does not have authorization to perform action 'Microsoft.Web/sites/read' over …".
fn permission(message: &str) -> Option<String> {
    let rest =
        message.split_once("perform action '").or_else(|| message.split_once("perform action(s) '"))?.1;
    let name = rest.split(['\'', ',']).next()?;
    name.contains('/').then(|| name.to_owned())
}

pub(crate) fn cut(text: &str) -> String {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// The causes in one text, each once.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    cut(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked { operation: "Microsoft.Web/sites/read", about: "westeurope" };

    #[test]
    fn codes_of_azure_become_words() {
        let message = "The client 'x' does not have authorization to perform action 'Microsoft.Web/sites/write' over scope '/y'";
        let denied = FaultKind::NotAllowed { permission: "Microsoft.Web/sites/write".into() };
        for (status, code, kind) in [
            (401, "ExpiredAuthenticationToken", FaultKind::Expired),
            (401, "InvalidAuthenticationToken", FaultKind::NotSignedIn),
            (403, "AuthorizationFailed", denied.clone()),
            (403, "", denied),
            (404, "ResourceNotFound", FaultKind::NotFound),
            (409, "Conflict", FaultKind::Conflict),
            (400, "LocationNotAvailableForResourceType", FaultKind::Invalid),
            (429, "TooManyRequests", FaultKind::Throttled),
            (503, "ServerTimeout", FaultKind::BrokenOff),
            (418, "Teapot", FaultKind::Other),
        ] {
            assert_eq!(ASKED.said(status, code, message).kind, kind, "{code}");
        }
        let unnamed = ASKED.said(403, "AuthorizationFailed", "no");
        assert_eq!(unnamed.kind, FaultKind::NotAllowed { permission: "Microsoft.Web/sites/read".into() });
        assert_eq!(ASKED.said(500, "", "").message, "status 500");
    }

    #[test]
    fn both_shapes_of_errors_are_read() {
        let arm = serde_json::json!({ "error": { "code": "A", "message": "b" } });
        let app_service = serde_json::json!({ "Code": "A", "Message": "b" });
        let sign_in =
            serde_json::json!({ "error": "invalid_client", "error_description": "b\r\nTrace ID: x" });
        assert_eq!(said(&arm), ("A".into(), "b".into()));
        assert_eq!(said(&app_service), ("A".into(), "b".into()));
        assert_eq!(said(&sign_in), ("invalid_client".into(), "b".into()));
    }
}
