//! From Google's answers to the words of `hearth-cloud`. Owns which of Google's codes mean what. Never lets a token, a
//! key or a signed address into a message.

use hearth_cloud::{Fault, FaultKind, causes, shortened};
use serde::Deserialize;
use std::collections::BTreeMap;

const MASK: &str = "••••••••";
const CLOSED: &str = "is not enabled in this project";

/// Whether the project never used the API that was asked, so that nothing is in it.
pub(crate) fn is_closed(fault: &Fault) -> bool {
    fault.kind == FaultKind::Other && fault.message.contains(CLOSED)
}

/// What was asked, for instance `cloudfunctions.functions.list`, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'a str,
    pub(crate) location: &'a str,
}

/// Google's error, of every API the same.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) message: String,
    pub(crate) status: String,
    details: Vec<Detail>,
    errors: Vec<Reason>,
}

/// What BigQuery says beside its status, which is the same for a full quota and a missing right.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Reason {
    reason: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Detail {
    reason: String,
    metadata: BTreeMap<String, String>,
    request_id: String,
}

#[derive(Deserialize)]
struct Wrapped {
    error: Said,
}

impl Asked<'_> {
    fn words(&self) -> String {
        if self.location.is_empty() {
            self.operation.to_owned()
        } else {
            format!("{} in {}", self.operation, self.location)
        }
    }

    /// A fault of our own about it.
    pub(crate) fn fault(&self, kind: FaultKind, message: impl Into<String>) -> Fault {
        Fault::new(kind, self.words(), message)
    }

    /// An answer that is no success.
    pub(crate) fn refused(&self, status: u16, body: &[u8]) -> Fault {
        let said = serde_json::from_slice::<Wrapped>(body).map(|wrapped| wrapped.error).unwrap_or_default();
        self.said(status, &said)
    }

    /// What Google said.
    pub(crate) fn said(&self, status: u16, said: &Said) -> Fault {
        let reason = |name: &str| said.details.iter().find(|detail| detail.reason == name);
        // Google says this of its own project, that of the tool which signed in, when nobody was named who pays.
        if said.message.contains("quota project") {
            let words = "this sign-in names no project that pays for its requests; name one: gcloud auth \
                application-default set-quota-project PROJECT";
            return self.fault(FaultKind::Other, words);
        }
        if let Some(disabled) = reason("SERVICE_DISABLED") {
            let service = disabled.metadata.get("service").map_or("this API", String::as_str);
            let words =
                format!("the API {service} {CLOSED}; enable it with `gcloud services enable {service}`");
            return self.fault(FaultKind::Other, shortened(&words));
        }
        let is_quota = |one: &Reason| matches!(one.reason.as_str(), "rateLimitExceeded" | "quotaExceeded");
        let kind = match said.status.as_str() {
            _ if said.errors.iter().any(is_quota) => FaultKind::Throttled,
            "UNAUTHENTICATED" if reason("ACCESS_TOKEN_EXPIRED").is_some() => FaultKind::Expired,
            "UNAUTHENTICATED" => FaultKind::NotSignedIn,
            "PERMISSION_DENIED" => FaultKind::NotAllowed { permission: self.permission(said) },
            "RESOURCE_EXHAUSTED" => FaultKind::Throttled,
            "NOT_FOUND" => FaultKind::NotFound,
            "ALREADY_EXISTS" | "ABORTED" | "FAILED_PRECONDITION" => FaultKind::Conflict,
            "INVALID_ARGUMENT" | "OUT_OF_RANGE" => FaultKind::Invalid,
            "DEADLINE_EXCEEDED" => FaultKind::TimedOut,
            "UNAVAILABLE" | "INTERNAL" | "CANCELLED" => FaultKind::BrokenOff,
            "UNIMPLEMENTED" => FaultKind::Unable,
            _ => match status {
                400 | 422 => FaultKind::Invalid,
                401 => FaultKind::NotSignedIn,
                403 => FaultKind::NotAllowed { permission: self.permission(said) },
                404 => FaultKind::NotFound,
                409 | 412 => FaultKind::Conflict,
                408 | 504 => FaultKind::TimedOut,
                429 => FaultKind::Throttled,
                500..=599 => FaultKind::BrokenOff,
                _ => FaultKind::Other,
            },
        };
        let message = match said.message.lines().next() {
            Some(line) if !line.is_empty() => line.to_owned(),
            _ => format!("Google answered {status} without saying why"),
        };
        let mut fault = self.fault(kind, shortened(&message));
        fault.request_id =
            said.details.iter().map(|detail| detail.request_id.clone()).find(|id| !id.is_empty());
        fault
    }

    /// The permission that Google names, or the one that is called as the operation.
    fn permission(&self, said: &Said) -> String {
        let named = said.details.iter().find_map(|detail| detail.metadata.get("permission").cloned());
        named.or_else(|| permission(&said.message)).unwrap_or_else(|| self.operation.to_owned())
    }

    /// A request that brought no whole answer.
    pub(crate) fn broken(&self, error: reqwest::Error) -> Fault {
        // An address may hold a signature: the cause is told without it.
        let error = error.without_url();
        if error.is_timeout() {
            return self.fault(FaultKind::TimedOut, "no answer in time");
        }
        self.fault(FaultKind::BrokenOff, causes(&error))
    }
}

/// "Permission 'cloudfunctions.functions.list' denied on …", or BigQuery's "… does not have bigquery.jobs.create
/// permission in …"
fn permission(message: &str) -> Option<String> {
    let quoted = message.split_once("ermission '").or_else(|| message.split_once("ermission \""));
    let name = match quoted {
        Some((_, rest)) => rest.split(['\'', '"']).next()?,
        None => message.split_once(" permission")?.0.rsplit(' ').next()?,
    };
    (name.matches('.').count() >= 2).then(|| name.to_owned())
}

/// Takes secrets out of a fault, whoever put them in.
pub(crate) fn masked(mut fault: Fault, secrets: &[&str]) -> Fault {
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        if fault.message.contains(*secret) {
            fault.message = fault.message.replace(*secret, MASK);
        }
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> =
        Asked { operation: "cloudfunctions.functions.list", location: "europe-west1" };

    fn refused(status: u16, body: &str) -> Fault {
        ASKED.refused(status, body.as_bytes())
    }

    #[test]
    fn codes_of_google_become_words() {
        for (status, word, kind) in [
            (401, "UNAUTHENTICATED", FaultKind::NotSignedIn),
            (429, "RESOURCE_EXHAUSTED", FaultKind::Throttled),
            (404, "NOT_FOUND", FaultKind::NotFound),
            (409, "ALREADY_EXISTS", FaultKind::Conflict),
            (400, "INVALID_ARGUMENT", FaultKind::Invalid),
            (503, "UNAVAILABLE", FaultKind::BrokenOff),
            (418, "TEAPOT", FaultKind::Other),
        ] {
            let body = format!("{{\"error\":{{\"code\":{status},\"message\":\"m\",\"status\":\"{word}\"}}}}");
            assert_eq!(refused(status, &body).kind, kind, "{word}");
        }
        assert_eq!(refused(503, "<html>").kind, FaultKind::BrokenOff);
        assert_eq!(refused(504, "").kind, FaultKind::TimedOut);
    }

    #[test]
    fn a_refusal_names_the_permission_and_a_closed_api_the_way_to_open_it() {
        let denied = refused(
            403,
            r#"{"error":{"code":403,"message":"Permission 'run.services.list' denied on resource","status":"PERMISSION_DENIED"}}"#,
        );
        assert_eq!(denied.kind, FaultKind::NotAllowed { permission: "run.services.list".into() });
        let unnamed = refused(403, r#"{"error":{"message":"no","status":"PERMISSION_DENIED"}}"#);
        assert_eq!(unnamed.kind, FaultKind::NotAllowed { permission: ASKED.operation.into() });
        let closed = refused(
            403,
            r#"{"error":{"message":"x","status":"PERMISSION_DENIED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED","metadata":{"service":"run.googleapis.com"}}]}}"#,
        );
        assert!(closed.message.contains("gcloud services enable run.googleapis.com"), "{closed}");
        assert!(is_closed(&closed));
    }

    #[test]
    fn an_api_that_nobody_pays_for_is_no_closed_one() {
        let unpaid = refused(
            403,
            r#"{"error":{"message":"The run.googleapis.com API requires a quota project, which is not set by default.","status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED","metadata":{"service":"run.googleapis.com"}}]}}"#,
        );
        assert!(unpaid.message.contains("set-quota-project") && !is_closed(&unpaid), "{unpaid}");
    }

    #[test]
    fn secrets_are_masked_wherever_they_come_from() {
        let fault =
            masked(ASKED.fault(FaultKind::Other, "bad token ya29.PLANTED here"), &["ya29.PLANTED", ""]);
        assert_eq!(fault.message, "bad token •••••••• here");
    }
}
