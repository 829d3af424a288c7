//! A changing request to Google, as a value: what a review shows and what is carried out are the same thing. Code and
//! values of variables are inside and must not be printed.

use crate::back::Record;
use crate::client::Service;
use hearth_cloud::{Call, Grant};
use reqwest::Method;
use serde_json::Value;
use std::sync::Arc;

/// What is shown in the place of a value.
const MASK: &str = "••••••••";

/// What a request does beside sending its body.
#[derive(Clone)]
pub(crate) enum Kind {
    /// Asks where code may be put.
    NewUpload,
    /// Puts it there.
    Upload(Arc<[u8]>),
    /// Sends its body, with the place of the code in it when `takes_code`.
    Send { takes_code: bool },
}

/// One changing request.
#[derive(Clone)]
pub(crate) struct Request {
    /// The permission that it needs first, which is also its name.
    pub(crate) operation: &'static str,
    pub(crate) more_permissions: Vec<&'static str>,
    pub(crate) kind: Kind,
    pub(crate) service: Service,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
    /// What it makes or changes, for people.
    pub(crate) makes: String,
    /// Whether the answer is something to wait for.
    pub(crate) waits: bool,
    /// The request that takes it back.
    pub(crate) undo: Option<Box<Request>>,
    /// How it is taken back when nobody here comes to that.
    pub(crate) record: Option<Record>,
    /// The same with Google's own command line.
    pub(crate) command: Option<String>,
    /// The hash of the code that goes along.
    pub(crate) sha256: Option<String>,
}

impl Request {
    /// A request that sends a body and waits.
    pub(crate) fn new(
        operation: &'static str,
        service: Service,
        method: Method,
        path: String,
        body: Option<Value>,
    ) -> Self {
        Self {
            operation,
            more_permissions: Vec::new(),
            kind: Kind::Send { takes_code: false },
            service,
            method,
            path,
            query: Vec::new(),
            body,
            makes: String::new(),
            waits: true,
            undo: None,
            record: None,
            command: None,
            sha256: None,
        }
    }

    /// The version of the API that it is sent to.
    pub(crate) fn version(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    pub(crate) fn permissions(&self) -> Vec<&'static str> {
        std::iter::once(self.operation).chain(self.more_permissions.iter().copied()).collect()
    }

    /// As a review shows it.
    pub(crate) fn call(&self, may: Grant) -> Call {
        Call {
            operation: self.operation.to_owned(),
            makes: self.makes.clone(),
            parameters: self.parameters(),
            permissions: self.permissions().into_iter().map(str::to_owned).collect(),
            may,
            undone_by: self.undo.as_ref().map(|undo| undo.operation.to_owned()),
        }
    }

    /// What is sent: method and address, and each value of the body by its path.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let mut all = match &self.kind {
            Kind::Upload(_) => vec![("PUT".to_owned(), "the signed address that Google answered".to_owned())],
            _ => vec![(self.method.to_string(), self.path.clone())],
        };
        all.extend(self.query.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        if let Some(body) = &self.body {
            flatten(body, "", &mut all);
        }
        if matches!(self.kind, Kind::Send { takes_code: true }) {
            all.push(("buildConfig.source.storageSource".to_owned(), "where the code was put".to_owned()));
        }
        if let Some(sha256) = &self.sha256 {
            all.push(("code-sha256".to_owned(), sha256.clone()));
        }
        all
    }
}

/// Names of what holds values of variables.
const VARIABLES: [&str; 2] = ["serviceConfig.environmentVariables.", "environmentVariables."];

fn flatten(value: &Value, at: &str, all: &mut Vec<(String, String)>) {
    let below = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                flatten(value, &below(name), all);
            }
        }
        _ if VARIABLES.iter().any(|prefix| at.starts_with(prefix)) => {
            all.push((at.to_owned(), MASK.to_owned()));
        }
        Value::String(text) => all.push((at.to_owned(), text.clone())),
        other => all.push((at.to_owned(), other.to_string())),
    }
}

/// Variables on a command line: names and masks.
pub(crate) fn masked_variables<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("{name}={MASK}")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_shows_what_is_sent_and_masks_values() {
        let body = json!({
            "buildConfig": { "runtime": "python312", "environmentVariables": { "GOOGLE_FUNCTION_SOURCE": "a.py" } },
            "serviceConfig": { "timeoutSeconds": 60, "environmentVariables": { "API_KEY": "s3cret" } },
        });
        let request = Request::new(
            "cloudfunctions.functions.create",
            Service::Functions,
            Method::POST,
            "v2/projects/p/locations/l/functions".to_owned(),
            Some(body),
        );
        let shown = format!("{:?}", request.call(Grant::Allowed));
        assert!(!shown.contains("s3cret") && shown.contains("API_KEY") && shown.contains("a.py"), "{shown}");
        assert_eq!(request.version(), "v2");
    }
}
