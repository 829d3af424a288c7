//! Functions inside an app, and what calls each of them: Azure calls that a trigger.

use crate::AzureAccount;
use crate::arm::WEB;
use crate::fault::Asked;
use crate::sites::Site;
use hearth_cloud::{EventSource, FaultKind, Result};
use serde::Deserialize;
use serde_json::Value;

/// A function in an app, as Azure answers it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Inside {
    name: String,
    properties: Properties,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    name: Option<String>,
    #[serde(default)]
    config: Value,
    // Azure writes this one name in its own way.
    #[serde(rename = "invoke_url_template")]
    invoke_url_template: Option<String>,
    is_disabled: Option<bool>,
}

/// Who may call a function over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Anybody,
    Key,
    MasterKey,
}

impl Inside {
    /// The name without the app's.
    pub(crate) fn name(&self) -> &str {
        let own = self.properties.name.as_deref().unwrap_or(&self.name);
        own.rsplit('/').next().unwrap_or(own)
    }

    /// The binding that calls it.
    fn trigger(&self) -> Option<&Value> {
        let bindings = self.properties.config.get("bindings")?.as_array()?;
        bindings.iter().find(|one| {
            one.get("type")
                .and_then(Value::as_str)
                .is_some_and(|kind| kind.to_lowercase().ends_with("trigger"))
        })
    }

    fn word(&self, name: &str) -> Option<&str> {
        self.trigger()?.get(name)?.as_str()
    }

    pub(crate) fn is_http(&self) -> bool {
        self.word("type").is_some_and(|kind| kind.eq_ignore_ascii_case("httpTrigger"))
    }

    pub(crate) fn access(&self) -> Access {
        match self.word("authLevel").map(str::to_lowercase).as_deref() {
            Some("anonymous") => Access::Anybody,
            Some("admin") => Access::MasterKey,
            // Azure's own level where none is named.
            _ => Access::Key,
        }
    }

    /// The method to call it by: POST where it takes that, since an event has a body.
    pub(crate) fn method(&self) -> String {
        let methods = self.trigger().and_then(|trigger| trigger.get("methods")?.as_array().cloned());
        let methods: Vec<String> = methods
            .unwrap_or_default()
            .iter()
            .filter_map(|method| method.as_str().map(str::to_uppercase))
            .collect();
        match methods.first() {
            Some(first) if !methods.iter().any(|method| method == "POST") => first.clone(),
            _ => "POST".to_owned(),
        }
    }

    /// The path it answers at.
    pub(crate) fn path(&self) -> String {
        let template = self.properties.invoke_url_template.as_deref();
        // The host is taken from the app, whatever a template says.
        let path = template
            .and_then(|url| url.split_once("://")?.1.split_once('/').map(|(_, path)| path.to_owned()));
        let path = path.map_or_else(
            || format!("/api/{}", self.word("route").unwrap_or_else(|| self.name())),
            |path| format!("/{path}"),
        );
        // Parts that may be left out are: `{*rest}` and `{name?}`.
        let kept: Vec<&str> = path
            .split('/')
            .filter(|part| !(part.starts_with("{*") || (part.starts_with('{') && part.ends_with("?}"))))
            .collect();
        kept.join("/")
    }

    /// The same in our words.
    pub(crate) fn event_source(&self) -> EventSource {
        let kind = self.word("type").unwrap_or("unknown");
        let more = ["schedule", "queueName", "topicName", "eventHubName", "path", "containerName"];
        let more = more.iter().find_map(|name| self.word(name));
        let source = match more {
            _ if self.is_http() => format!("{kind} {} {}", self.method(), self.path()),
            Some(more) => format!("{kind} {more}"),
            None => kind.to_owned(),
        };
        let is_off = self.properties.is_disabled.unwrap_or_default();
        EventSource {
            id: self.name().to_owned(),
            source,
            state: if is_off { "disabled" } else { "enabled" }.to_owned(),
            batch_size: None,
        }
    }
}

/// The functions of an app.
pub(crate) async fn inside(account: &AzureAccount, site: &Site) -> Result<Vec<Inside>> {
    let asked = Asked { operation: "Microsoft.Web/sites/functions/read", about: &site.name };
    account.list(&asked, &format!("{}/functions", site.id), WEB).await
}

/// The function that a person means: the one named, or the only one.
pub(crate) async fn one(account: &AzureAccount, site: &Site, named: Option<&str>) -> Result<Inside> {
    let asked = Asked { operation: "calling a function", about: &site.name };
    let all = inside(account, site).await?;
    let names: Vec<&str> = all.iter().map(Inside::name).collect();
    let found = match named {
        Some(named) => all.iter().find(|one| one.name().eq_ignore_ascii_case(named)),
        None if all.len() == 1 => all.first(),
        None => None,
    };
    match (found, named) {
        (Some(found), _) => Ok(found.clone()),
        (None, _) if all.is_empty() => Err(asked.fault(
            FaultKind::NotFound,
            "the app has no functions: deploy code to it, or look at its build and its logs",
        )),
        (None, Some(named)) => Err(asked.fault(
            FaultKind::NotFound,
            format!("it has no function `{named}`; it has {}", names.join(", ")),
        )),
        (None, None) => Err(asked.fault(
            FaultKind::Invalid,
            format!("it has {} functions; name one, for instance {}/{}", names.len(), site.name, names[0]),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_trigger_says_how_a_function_is_called() {
        let read = |config: Value, template: Option<&str>| -> Inside {
            let properties = json!({ "name": "tea", "config": config, "invoke_url_template": template });
            serde_json::from_value(json!({ "name": "app/tea", "properties": properties })).unwrap()
        };
        let http = json!({ "bindings": [{ "type": "http", "direction": "out" },
            { "type": "httpTrigger", "authLevel": "ANONYMOUS", "methods": ["get", "post"], "route": "a/b" }] });
        let one = read(http.clone(), Some("https://elsewhere.example.com/api/a/b"));
        assert_eq!((one.name(), one.path().as_str(), one.method().as_str()), ("tea", "/api/a/b", "POST"));
        assert_eq!(one.access(), Access::Anybody);
        assert_eq!(read(http.clone(), None).path(), "/api/a/b");
        let rest = read(http, Some("https://x.net/api/kettle/{*path}"));
        assert_eq!(rest.path(), "/api/kettle");
        let timer =
            read(json!({ "bindings": [{ "type": "timerTrigger", "schedule": "0 * * * * *" }] }), None);
        assert!(!timer.is_http());
        assert_eq!(timer.event_source().source, "timerTrigger 0 * * * * *");
        let odd = read(Value::Null, None);
        assert_eq!(odd.event_source().source, "unknown");
        assert_eq!(odd.access(), Access::Key);
    }
}
