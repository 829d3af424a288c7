//! A function's settings as values, each by its path: the body of a request, its update mask, its words for people and
//! the line of Google's own tool all come from them.

use super::UPDATE;
use crate::GoogleAccount;
use crate::adapter::Adapted;
use crate::client::Service;
use crate::request::{Request, masked_variables};
use hearth_cloud::{FunctionAddress, Result, Settings, quoted};
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Values of a function's body, each by its path, which is also its entry in the update mask.
#[derive(Default)]
pub(super) struct Parts {
    all: Vec<(&'static str, Value)>,
}

impl Parts {
    pub(super) fn set(&mut self, path: &'static str, value: Value) {
        self.all.push((path, value));
    }

    pub(super) fn code(&mut self, adapted: &Adapted) {
        self.set("buildConfig.runtime", json!(adapted.runtime));
        self.set("buildConfig.entryPoint", json!(adapted.entry));
        self.set("buildConfig.environmentVariables", json!(adapted.build));
    }

    pub(super) fn settings(&mut self, settings: &Settings) {
        if let Some(size) = settings.memory_mb {
            self.set("serviceConfig.availableMemory", json!(format!("{size}Mi")));
        }
        if let Some(seconds) = settings.timeout_s {
            self.set("serviceConfig.timeoutSeconds", json!(seconds));
        }
        if let Some(description) = &settings.description {
            self.set("description", json!(description));
        }
        if let Some(values) = &settings.environment {
            self.set("serviceConfig.environmentVariables", json!(values));
        }
    }

    pub(super) fn value(&self) -> Value {
        let mut body = Map::new();
        for (path, value) in &self.all {
            match path.split_once('.') {
                None => {
                    body.insert((*path).to_owned(), value.clone());
                }
                Some((outer, inner)) => {
                    let outer = body.entry(outer).or_insert_with(|| json!({}));
                    outer[inner] = value.clone();
                }
            }
        }
        Value::Object(body)
    }

    pub(super) fn patch(&self, account: &GoogleAccount, function: &FunctionAddress) -> Result<Request> {
        let path = format!("v2/{}", account.name_of(function, "functions")?);
        let mut request = Request::new(UPDATE, Service::Functions, Method::PATCH, path, Some(self.value()));
        let mask: Vec<&str> = self.all.iter().map(|(path, _)| *path).collect();
        request.query.push(("updateMask", mask.join(",")));
        Ok(request)
    }

    fn get(&self, path: &str) -> Option<&Value> {
        self.all.iter().find(|(name, _)| *name == path).map(|(_, value)| value)
    }

    /// For people.
    pub(super) fn words(&self) -> String {
        let text = |path: &str| {
            self.get(path).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let variables =
            self.get("serviceConfig.environmentVariables").and_then(Value::as_object).map(|all| {
                let names: Vec<&str> = all.keys().map(String::as_str).collect();
                if names.is_empty() {
                    "no variables".to_owned()
                } else {
                    format!("variables {}", names.join(", "))
                }
            });
        let parts = [
            text("buildConfig.runtime"),
            text("buildConfig.entryPoint").map(|entry| format!("calls {entry}")),
            text("serviceConfig.availableMemory"),
            text("serviceConfig.timeoutSeconds").map(|seconds| format!("{seconds} s")),
            text("serviceConfig.maxInstanceCount").map(|most| match most.as_str() {
                "0" => "as many servers as Google starts by itself".to_owned(),
                most => format!("at most {most} servers"),
            }),
            text("description").map(|_| "a description".to_owned()),
            variables,
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The same for Google's own command line, which uploads by itself.
pub(super) fn command(function: &FunctionAddress, verb: &str, body: &Parts) -> String {
    let mut line = format!("gcloud functions {verb} {} --gen2", function.name);
    let mut add = |flag: &str, path: &str| {
        if let Some(value) = body.get(path) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            write!(line, " --{flag} {}", quoted(&text)).ok();
        }
    };
    add("runtime", "buildConfig.runtime");
    add("entry-point", "buildConfig.entryPoint");
    add("memory", "serviceConfig.availableMemory");
    add("timeout", "serviceConfig.timeoutSeconds");
    add("concurrency", "serviceConfig.maxInstanceRequestConcurrency");
    add("max-instances", "serviceConfig.maxInstanceCount");
    add("service-account", "serviceConfig.serviceAccountEmail");
    if let Some(all) = body.get("buildConfig.environmentVariables").and_then(Value::as_object) {
        for (name, value) in all {
            write!(line, " --set-build-env-vars {name}={}", value.as_str().unwrap_or_default()).ok();
        }
    }
    if let Some(all) = body.get("serviceConfig.environmentVariables").and_then(Value::as_object) {
        write!(line, " --set-env-vars {}", quoted(&masked_variables(all.keys()))).ok();
    }
    if body.get("buildConfig.runtime").is_some() {
        line.push_str(" --trigger-http --source .");
    }
    line
}
