//! Requests in words: what a review shows of each, and the same as a command line. Never shows a secret.

use crate::action::{Action, MASK, Request, Target};
use crate::kudu;
use hearth_cloud::{Call, Grant, Power};
use serde_json::Value;
use std::fmt::Write as _;

impl Action {
    /// What it makes or changes.
    fn makes(&self, target: &Target) -> String {
        let names = &target.names;
        let app = &names.app;
        match self {
            Self::PutGroup => format!("the resource group {}, which holds all that follows", names.group),
            Self::PutStorage => format!("the storage account {}", names.storage),
            Self::PutContainer => "a container in it for the code".to_owned(),
            Self::PutPlan { kind } => format!("a {}", kind.words()),
            Self::PutWorkspace => "a workspace that keeps logs for 30 days".to_owned(),
            Self::PutComponent => "Application Insights, which writes logs to it".to_owned(),
            Self::PutSite(new) => {
                format!("the function app {app} with {} {}", new.runtime.0, new.runtime.1)
            }
            Self::PutMemory { memory_mb, .. } => format!("servers of {app} with {memory_mb} MB"),
            Self::PutSettings { values } => {
                let names: Vec<&str> = values.keys().map(String::as_str).collect();
                format!("the settings {}; all others stay", names.join(", "))
            }
            Self::Publish { code, .. } => {
                format!("the code of {app}, {} bytes, which Azure builds", code.zip.len())
            }
            Self::SyncTriggers => "Azure looks for the functions in the code".to_owned(),
            Self::PutTags { .. } => "tags that say what is deployed; all others stay".to_owned(),
            Self::Power { power: Power::Start, .. } => format!("{app} answers calls again"),
            Self::Power { power: Power::Stop, .. } => format!("{app} answers no calls"),
            Self::Power { power: Power::Restart, .. } => format!("new servers for {app}"),
            Self::DeleteSite { with_plan: true } => format!("{app} and its plan are deleted"),
            Self::DeleteSite { with_plan: false } => format!("{app} is deleted; its plan stays"),
            Self::DeleteStorage => format!("the storage account {} is deleted", names.storage),
            Self::DeleteGroup => format!("the resource group {} is deleted with all in it", names.group),
        }
    }

    /// The request for a review.
    pub(crate) fn call(&self, target: &Target, may: Grant) -> Call {
        let mut parameters = Vec::new();
        match (self.request(target, None), self) {
            (Some(request), _) => {
                parameters.push(("request".to_owned(), format!("{} {}", request.method, request.path)));
                if let Some(body) = &request.body {
                    flat(body, "", &mut parameters);
                }
            }
            (None, Self::Publish { code, kind }) => {
                parameters.push(("request".to_owned(), format!("POST {}", code_address(target, *kind))));
                parameters.push(("code".to_owned(), format!("{} bytes", code.zip.len())));
                parameters.push(("sha256".to_owned(), code.sha256.clone()));
            }
            (None, _) => {}
        }
        Call {
            operation: self.operation().to_owned(),
            makes: self.makes(target),
            parameters,
            permissions: self.permissions().into_iter().map(str::to_owned).collect(),
            may,
            undone_by: self.undone_by().map(str::to_owned),
        }
    }

    /// The same with Azure's command line.
    pub(crate) fn command_line(&self, target: &Target) -> String {
        match (self.request(target, None), self) {
            // The bare request replaces all settings; this command merges, as Hearth does.
            (_, Self::PutSettings { values }) => {
                let mut line =
                    format!("az functionapp config appsettings set --ids '{}' --settings", target.site_id);
                for name in values.keys() {
                    write!(line, " {name}={MASK}").ok();
                }
                line
            }
            (Some(Request { method, path, version, body }), _) => {
                let joint = if path.contains('?') { '&' } else { '?' };
                let method = method.as_str().to_lowercase();
                let mut line =
                    format!("az rest --method {method} --uri '{path}{joint}api-version={version}'");
                if let Some(body) = body {
                    // A quote inside would end the argument.
                    write!(line, " --body '{}'", body.to_string().replace('\'', "'\\''")).ok();
                }
                line
            }
            (None, Self::Publish { kind, .. }) => format!(
                "curl -X POST \"https://$(az functionapp show --ids '{}' --query \
                 'hostNameSslStates[?hostType==`Repository`].name | [0]' --output tsv){}\" -H 'Content-Type: \
                 application/zip' --data-binary @code.zip -H \"Authorization: Bearer $(az account \
                 get-access-token --query accessToken --output tsv)\"",
                target.site_id,
                kudu::path(*kind)
            ),
            (None, _) => String::new(),
        }
    }
}

fn code_address(target: &Target, kind: crate::sites::PlanKind) -> String {
    let host = target.code_host.as_deref().unwrap_or("the app's deployment host");
    format!("https://{host}{}", kudu::path(kind))
}

/// A document as names and values.
fn flat(document: &Value, name: &str, into: &mut Vec<(String, String)>) {
    match document {
        Value::Object(fields) => {
            // Settings are a list of names and values on Azure.
            if let (Some(Value::String(of)), Some(Value::String(value)), 2) =
                (fields.get("name"), fields.get("value"), fields.len())
            {
                into.push((format!("{name}.{of}"), value.clone()));
                return;
            }
            for (field, value) in fields {
                let name = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                flat(value, &name, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| flat(item, name, into)),
        Value::String(text) => into.push((name.to_owned(), text.clone())),
        Value::Null => into.push((name.to_owned(), MASK.to_owned())),
        other => into.push((name.to_owned(), other.to_string())),
    }
}
