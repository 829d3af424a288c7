//! Who an account is, what it may do, and the smallest role for each level. Google itself is asked
//! (`projects.testIamPermissions`); an account that may not ask gets "unknown", never a guess.

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::Asked;
use crate::wire::{Project, Tested};
use hearth_cloud::{FaultKind, Grant, Identity, Level, LevelPolicy, Permission, Result};
use serde_json::json;
use std::collections::BTreeMap;

/// Every permission that something in this crate needs, with the smallest level it is needed for.
pub(crate) const PERMISSIONS: &[(&str, Level)] = &[
    ("resourcemanager.projects.get", Level::Look),
    ("cloudfunctions.functions.list", Level::Look),
    ("cloudfunctions.functions.get", Level::Look),
    ("cloudfunctions.functions.getIamPolicy", Level::Look),
    ("cloudfunctions.operations.get", Level::Look),
    ("run.services.list", Level::Look),
    ("run.services.get", Level::Look),
    ("run.services.getIamPolicy", Level::Look),
    ("run.revisions.list", Level::Look),
    ("run.operations.get", Level::Look),
    ("logging.logEntries.list", Level::Look),
    ("monitoring.timeSeries.list", Level::Look),
    ("run.routes.invoke", Level::Operate),
    ("cloudfunctions.functions.invoke", Level::Operate),
    ("run.services.update", Level::Operate),
    ("cloudfunctions.functions.create", Level::Deploy),
    ("cloudfunctions.functions.update", Level::Deploy),
    ("cloudfunctions.functions.delete", Level::Deploy),
    ("cloudfunctions.functions.sourceCodeSet", Level::Deploy),
    ("cloudfunctions.functions.setIamPolicy", Level::Deploy),
    ("run.services.delete", Level::Deploy),
    ("run.services.setIamPolicy", Level::Deploy),
    ("iam.serviceAccounts.actAs", Level::Deploy),
];

/// What only reading the bill needs, in a table of BigQuery that may be in another project: an account does well without.
const BILL: &[&str] = &[
    "bigquery.datasets.get",
    "bigquery.tables.list",
    "bigquery.tables.get",
    "bigquery.tables.getData",
    "bigquery.jobs.create",
];

/// Google takes 100 permissions in a question.
const MOST: usize = 100;

pub(crate) async fn identity(account: &GoogleAccount) -> Result<Identity> {
    let asked = Asked { operation: "resourcemanager.projects.get", location: "" };
    let path = format!("v3/projects/{}", account.project);
    let project: Project = account.read(asked, Service::Resources, path).await?;
    let name = if project.display_name.is_empty() { &project.project_id } else { &project.display_name };
    Ok(Identity {
        number: project.name.rsplit('/').next().unwrap_or_default().to_owned(),
        principal: format!("project {} ({name})", account.project),
    })
}

pub(crate) async fn permissions(account: &GoogleAccount) -> Result<Vec<Permission>> {
    let needed = PERMISSIONS.iter().map(|(name, level)| (*name, *level, false));
    let all: Vec<_> = needed.chain(BILL.iter().map(|name| (*name, Level::Look, true))).collect();
    let names: Vec<&str> = all.iter().map(|(name, ..)| *name).collect();
    let grants = ask(account, &names).await?;
    let permission = |(name, level, optional): (&str, Level, bool)| Permission {
        name: name.to_owned(),
        level,
        grant: grants.get(name).copied().unwrap_or(Grant::Unknown),
        optional,
    };
    Ok(all.into_iter().map(permission).collect())
}

/// What Google says of these permissions; nothing when it may not be asked.
pub(crate) async fn grants(account: &GoogleAccount, names: &[&str]) -> BTreeMap<String, Grant> {
    ask(account, names).await.unwrap_or_else(|fault| {
        tracing::info!(%fault, "permissions of an account are not known");
        BTreeMap::new()
    })
}

async fn ask(account: &GoogleAccount, names: &[&str]) -> Result<BTreeMap<String, Grant>> {
    let asked = Asked { operation: "resourcemanager.projects.testIamPermissions", location: "" };
    let mut found = BTreeMap::new();
    let mut parts: Vec<&[&str]> = names.chunks(MOST).collect();
    while let Some(part) = parts.pop() {
        let path = format!("v3/projects/{}:testIamPermissions", account.project);
        let ask = Ask::post(asked, Service::Resources, path, json!({ "permissions": part }));
        let tested: Tested = match account.client.send(&ask).await {
            Ok(tested) => tested,
            // One that cannot be asked for at a project spoils the whole question: it alone is unknown.
            Err(fault) if fault.kind == FaultKind::Invalid && part.len() > 1 => {
                let (one, other) = part.split_at(part.len() / 2);
                parts.extend([one, other]);
                continue;
            }
            Err(fault) if fault.kind == FaultKind::Invalid => continue,
            Err(fault) => return Err(fault),
        };
        found.extend(part.iter().map(|name| {
            let is_there = tested.permissions.iter().any(|allowed| allowed == name);
            ((*name).to_owned(), if is_there { Grant::Allowed } else { Grant::Denied })
        }));
    }
    Ok(found)
}

/// The smallest role for each level, as a file for `gcloud iam roles create --file`.
pub(crate) fn policies() -> Vec<LevelPolicy> {
    Level::ALL.into_iter().map(|level| LevelPolicy { level, policy: role(level) }).collect()
}

fn role(level: Level) -> String {
    let (title, note) = match level {
        Level::Look => ("Hearth: look", "list functions, read logs and metrics"),
        Level::Operate => ("Hearth: operate", "also call functions and shift traffic"),
        Level::Deploy => ("Hearth: deploy", "also deploy, delete and open functions"),
    };
    let mut text = format!("title: \"{title}\"\ndescription: \"{note}\"\nstage: GA\nincludedPermissions:\n");
    for (name, _) in PERMISSIONS.iter().filter(|(_, needs)| *needs <= level) {
        text.extend(["- ", name, "\n"]);
    }
    text.push_str(
        "# Only to read what Google billed, from its export in BigQuery; leave them out otherwise.\n",
    );
    for name in BILL {
        text.extend(["- ", name, "\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_for_looking_changes_nothing() {
        let all = policies();
        let changes = ["create", "update", "delete", "setIamPolicy", "sourceCodeSet", "actAs", "invoke"];
        let (functions, bill) = all[0].policy.split_once('#').unwrap();
        assert!(!changes.iter().any(|word| functions.contains(word)), "{functions}");
        assert!(bill.contains("- bigquery.tables.getData\n"), "{bill}");
        assert!(all[1].policy.contains("run.routes.invoke") && !all[1].policy.contains("functions.create"));
        assert!(all[2].policy.contains("iam.serviceAccounts.actAs"));
        assert!(PERMISSIONS.len() + BILL.len() <= MOST);
    }
}
