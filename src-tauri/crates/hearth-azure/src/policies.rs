//! The smallest role for each level, and which permission belongs to which level. Owns the list of everything that this
//! crate asks Azure for.

use hearth_cloud::{Level, LevelPolicy};
use serde_json::json;

/// Every permission that something in this crate needs, with the smallest level it is needed for.
pub(crate) const PERMISSIONS: &[(&str, Level)] = &[
    ("Microsoft.Resources/subscriptions/read", Level::Look),
    ("Microsoft.Authorization/permissions/read", Level::Look),
    ("Microsoft.Web/sites/read", Level::Look),
    ("Microsoft.Web/sites/functions/read", Level::Look),
    ("Microsoft.Insights/metrics/read", Level::Look),
    ("Microsoft.Insights/components/read", Level::Look),
    ("Microsoft.OperationalInsights/workspaces/read", Level::Look),
    ("Microsoft.OperationalInsights/workspaces/query/read", Level::Look),
    ("Microsoft.OperationalInsights/workspaces/query/AppTraces/read", Level::Look),
    ("Microsoft.OperationalInsights/workspaces/query/AppRequests/read", Level::Look),
    ("Microsoft.OperationalInsights/workspaces/query/AppExceptions/read", Level::Look),
    ("Microsoft.CostManagement/query/action", Level::Look),
    // Names of settings are only to be had with their values, hence not for looking.
    ("Microsoft.Web/sites/config/list/action", Level::Operate),
    ("Microsoft.Web/sites/host/listkeys/action", Level::Operate),
    ("Microsoft.Web/sites/functions/listkeys/action", Level::Operate),
    ("Microsoft.Web/sites/start/action", Level::Operate),
    ("Microsoft.Web/sites/stop/action", Level::Operate),
    ("Microsoft.Web/sites/restart/action", Level::Operate),
    ("Microsoft.Resources/subscriptions/resourceGroups/read", Level::Deploy),
    ("Microsoft.Resources/subscriptions/resourceGroups/write", Level::Deploy),
    ("Microsoft.Resources/subscriptions/resourceGroups/delete", Level::Deploy),
    ("Microsoft.Resources/subscriptions/resourceGroups/resources/read", Level::Deploy),
    ("Microsoft.Resources/tags/write", Level::Deploy),
    ("Microsoft.Storage/storageAccounts/read", Level::Deploy),
    ("Microsoft.Storage/storageAccounts/write", Level::Deploy),
    ("Microsoft.Storage/storageAccounts/delete", Level::Deploy),
    ("Microsoft.Storage/storageAccounts/listKeys/action", Level::Deploy),
    ("Microsoft.Storage/storageAccounts/blobServices/containers/write", Level::Deploy),
    ("Microsoft.OperationalInsights/workspaces/write", Level::Deploy),
    ("Microsoft.OperationalInsights/workspaces/delete", Level::Deploy),
    ("Microsoft.OperationalInsights/workspaces/sharedKeys/action", Level::Deploy),
    ("Microsoft.Insights/components/write", Level::Deploy),
    ("Microsoft.Insights/components/delete", Level::Deploy),
    ("Microsoft.Web/serverfarms/read", Level::Deploy),
    ("Microsoft.Web/serverfarms/write", Level::Deploy),
    ("Microsoft.Web/serverfarms/delete", Level::Deploy),
    ("Microsoft.Web/serverfarms/join/action", Level::Deploy),
    ("Microsoft.Web/sites/write", Level::Deploy),
    ("Microsoft.Web/sites/delete", Level::Deploy),
    ("Microsoft.Web/sites/config/write", Level::Deploy),
    ("Microsoft.Web/sites/publish/action", Level::Deploy),
    ("Microsoft.Web/sites/syncfunctiontriggers/action", Level::Deploy),
];

/// The smallest roles, each with what the smaller levels need, as `az role definition create` takes them.
pub(crate) fn policies(subscription: Option<&str>) -> Vec<LevelPolicy> {
    Level::ALL.into_iter().map(|level| LevelPolicy { level, policy: policy(level, subscription) }).collect()
}

fn policy(level: Level, subscription: Option<&str>) -> String {
    let actions: Vec<&str> =
        PERMISSIONS.iter().filter(|(_, needs)| *needs <= level).map(|(name, _)| *name).collect();
    let (name, words) = match level {
        Level::Look => ("Hearth look", "Lists function apps and reads their metrics, logs and cost."),
        Level::Operate => ("Hearth operate", "Also calls functions, and starts and stops apps."),
        Level::Deploy => ("Hearth deploy", "Also makes, deploys and deletes apps and what they need."),
    };
    let scope = format!("/subscriptions/{}", subscription.unwrap_or("SUBSCRIPTION"));
    let role = json!({
        "Name": name,
        "IsCustom": true,
        "Description": words,
        "Actions": actions,
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [scope],
    });
    serde_json::to_string_pretty(&role).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_for_looking_changes_nothing_and_reads_no_secret() {
        let all = policies(None);
        let look = &all[0].policy;
        for word in ["/write", "/delete", "listkeys", "config/list", "publish"] {
            assert!(!look.to_lowercase().contains(word), "{word}: {look}");
        }
        assert!(all[1].policy.contains("functions/listkeys/action") && !all[1].policy.contains("/write"));
        assert!(all[2].policy.contains("Microsoft.Web/sites/publish/action"));
        assert!(policies(Some("1"))[0].policy.contains("/subscriptions/1"));
    }
}
