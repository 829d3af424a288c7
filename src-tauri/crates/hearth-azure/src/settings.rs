//! Settings of an app: Azure's word for environment variables. Azure replaces all of them at once and keeps its own among
//! them, so they are read, merged and read again. Values are secrets.

use crate::AzureAccount;
use crate::action::Request;
use crate::arm::{WEB, without};
use crate::fault::Asked;
use crate::secret::Secret;
use hearth_cloud::{Course, FaultKind, Result};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const READ: &str = "Microsoft.Web/sites/config/list/action";

/// Settings by name.
pub(crate) type Values = BTreeMap<String, Secret>;

/// Settings that Azure or Hearth needs: a person's variables are the others.
const OWN: [&str; 12] = [
    "AzureWebJobs",
    "FUNCTIONS_",
    "WEBSITE_",
    "WEBSITES_",
    "APPLICATIONINSIGHTS_",
    "APPINSIGHTS_",
    "DEPLOYMENT_STORAGE_",
    "SCM_",
    "ENABLE_ORYX_",
    "PYTHON_ENABLE_",
    "PYTHON_ISOLATE_",
    "DIAGNOSTICS_",
];

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    properties: Option<BTreeMap<String, String>>,
}

/// Whether Azure keeps it for itself.
pub(crate) fn is_azures(name: &str) -> bool {
    let lower = name.to_lowercase();
    OWN.iter().any(|begin| lower.starts_with(&begin.to_lowercase()))
}

/// Refuses variables that would break the app, and names that Azure does not take.
pub(crate) fn check(values: &BTreeMap<String, String>) -> Result<()> {
    let asked = Asked { operation: "Microsoft.Web/sites/config/write", about: "" };
    for name in values.keys() {
        if is_azures(name) {
            let words = format!("`{name}` is a setting that Azure needs for itself; choose another name");
            return Err(asked.fault(FaultKind::Invalid, words));
        }
        // Linux apps take letters, digits and underscores; a dot or a hyphen would be lost on the way.
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if name.is_empty() || !name.chars().all(plain) {
            let words = format!("`{name}` cannot be a setting on Azure: use letters, digits and underscores");
            return Err(asked.fault(FaultKind::Invalid, words));
        }
    }
    Ok(())
}

/// Every setting with its value.
pub(crate) async fn read(account: &AzureAccount, site_id: &str) -> Result<Values> {
    let asked = Asked { operation: READ, about: "" };
    let path = format!("{site_id}/config/appsettings/list");
    let listed: Listed = account.list_secret(&asked, &path, WEB).await?;
    let properties = listed.properties.unwrap_or_default();
    Ok(properties.into_iter().map(|(name, value)| (name, Secret::new(value))).collect())
}

/// Names of a person's variables.
pub(crate) fn names(values: &Values) -> Vec<String> {
    values.keys().filter(|name| !is_azures(name)).cloned().collect()
}

/// Sets some and leaves the others as they are at this moment, then looks whether it is so.
pub(crate) async fn merge(
    account: &AzureAccount,
    site_id: &str,
    wanted: &Values,
    course: &Course,
) -> Result<()> {
    let asked = Asked { operation: "Microsoft.Web/sites/config/write", about: "" };
    let mut all = read(account, site_id).await?;
    all.extend(wanted.iter().map(|(name, value)| (name.clone(), value.clone())));
    let secrets: Vec<Secret> = all.values().cloned().collect();
    let properties: BTreeMap<&String, &str> =
        all.iter().map(|(name, value)| (name, value.reveal())).collect();
    let body = json!({ "properties": properties });
    let path = format!("{site_id}/config/appsettings");
    let request = Request { method: Method::PUT, path, version: WEB, body: Some(body) };
    account.change(&asked, request, &secrets, course).await?;
    let now = read(account, site_id).await.map_err(|fault| without(fault, &secrets))?;
    match all.iter().find(|(name, value)| now.get(*name) != Some(*value)) {
        None => Ok(()),
        Some((name, _)) => Err(asked.fault(
            FaultKind::Conflict,
            format!(
                "`{name}` is another one than was set: somebody else changed the settings at the same time"
            ),
        )),
    }
}

/// The same as a review shows it.
pub(crate) fn masked(wanted: &Values) -> Value {
    let shown: BTreeMap<&String, &str> = wanted.keys().map(|name| (name, "***")).collect();
    json!({ "properties": shown })
}
