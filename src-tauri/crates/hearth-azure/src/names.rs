//! Names of what Hearth makes in Azure: the same app always has the same ones, so that a plan can be made twice. Owns
//! the tags that say what is Hearth's.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The tag on everything that Hearth makes for an app: its name.
pub(crate) const TAG: &str = "hearth-function";
/// The tag with the handler, since Azure does not know such a thing.
pub(crate) const HANDLER_TAG: &str = "hearth-handler";
/// The tag with the timeout in seconds.
pub(crate) const TIMEOUT_TAG: &str = "hearth-timeout";
/// The tag with the hash of the code.
pub(crate) const CODE_TAG: &str = "hearth-code";
/// Azure's own tag that leads from an app to its Application Insights.
pub(crate) const INSIGHTS_TAG: &str = "hidden-link: /app-insights-resource-id";
/// The container with the code of an app on Flex.
pub(crate) const CONTAINER: &str = "code";

/// Names and ids of one app's resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) app: String,
    pub(crate) group: String,
    pub(crate) storage: String,
    /// Where the subscription is: `/subscriptions/…`.
    scope: String,
}

impl Names {
    pub(crate) fn new(scope: &str, region: &str, app: &str) -> Self {
        // Names of storage accounts are everybody's: 3 to 24 small letters and digits.
        let hash = Sha256::digest(format!("{scope}/{region}/{app}").to_lowercase().as_bytes());
        let hash = hash.iter().take(6).fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").ok();
            text
        });
        let plain: String = app.chars().filter(char::is_ascii_alphanumeric).take(10).collect();
        Self {
            app: app.to_owned(),
            group: format!("hearth-{app}"),
            storage: format!("h{}{hash}", plain.to_lowercase()),
            scope: scope.to_owned(),
        }
    }

    pub(crate) fn group_id(&self) -> String {
        format!("{}/resourceGroups/{}", self.scope, self.group)
    }

    pub(crate) fn storage_id(&self) -> String {
        format!("{}/providers/Microsoft.Storage/storageAccounts/{}", self.group_id(), self.storage)
    }

    pub(crate) fn container_id(&self) -> String {
        format!("{}/blobServices/default/containers/{CONTAINER}", self.storage_id())
    }

    pub(crate) fn plan_id(&self) -> String {
        format!("{}/providers/Microsoft.Web/serverfarms/{}", self.group_id(), self.app)
    }

    pub(crate) fn site_id(&self) -> String {
        format!("{}/providers/Microsoft.Web/sites/{}", self.group_id(), self.app)
    }

    pub(crate) fn workspace_id(&self) -> String {
        format!("{}/providers/Microsoft.OperationalInsights/workspaces/{}", self.group_id(), self.group)
    }

    /// Everything that Hearth makes in the group.
    pub(crate) fn ids(&self) -> [String; 5] {
        [self.storage_id(), self.plan_id(), self.site_id(), self.workspace_id(), self.component_id()]
    }

    pub(crate) fn component_id(&self) -> String {
        format!("{}/providers/Microsoft.Insights/components/{}", self.group_id(), self.group)
    }
}

/// Whether Azure takes it as the name of an app.
pub(crate) fn is_app_name(name: &str) -> bool {
    let inside = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    (2..=60).contains(&name.len()) && inside && !name.starts_with('-') && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_azure_takes_and_tell_apps_apart() {
        let names = Names::new("/subscriptions/1", "westeurope", "Kettle-of-the-kitchen");
        assert!(names.storage.len() <= 24, "{}", names.storage);
        assert!(names.storage.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()));
        let other = Names::new("/subscriptions/2", "westeurope", "Kettle-of-the-kitchen");
        assert_ne!(names.storage, other.storage);
        for (name, is) in [("kettle-2", true), ("k", false), ("tea_pot", false), ("-tea", false)] {
            assert_eq!(is_app_name(name), is, "{name}");
        }
    }
}
