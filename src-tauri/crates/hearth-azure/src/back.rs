//! Taking back what a change left that was half made when Hearth was killed: what is kept of a call outside this process,
//! and from that to requests, after looking at what is there. Owns that no resource group is deleted which Hearth did not
//! make, or which holds what Hearth did not make. Changes nothing.

use crate::AzureAccount;
use crate::action::{Action, Target};
use crate::names::{Names, TAG};
use crate::plan::{Draft, GOES_ALONG, InGroup, in_group, target};
use crate::plan_deploy::group;
use crate::sites::{find, parts};
use hearth_cloud::{BegunCall, CostEffect, FunctionAddress, Power, Result, Undo, WayBack};
use serde::{Deserialize, Serialize};

/// How a call is taken back. Nothing here is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "back", rename_all = "snake_case")]
enum Record {
    DeleteGroup,
    /// It goes with the group that the same change made.
    WithGroup,
    Power {
        before: Power,
    },
}

/// The record of a call; none when nothing takes it back.
pub(crate) fn record(action: &Action, way: WayBack) -> Option<String> {
    let record = match (action, way) {
        (Action::PutGroup, _) => Record::DeleteGroup,
        (Action::Power { before, .. }, WayBack::Call) => Record::Power { before: *before },
        (_, WayBack::With(_)) => Record::WithGroup,
        _ => return None,
    };
    serde_json::to_string(&record).ok()
}

pub(crate) async fn plan(
    account: &AzureAccount,
    function: &FunctionAddress,
    calls: &[BegunCall],
) -> Result<Draft> {
    let app = parts(function).0;
    let site = find(account, function).await?;
    let at = if let Some(site) = &site {
        target(account, site).await?
    } else {
        let names = Names::new(&account.scope().await?, &function.location, app);
        Target { site_id: names.site_id(), names, region: function.location.clone(), code_host: None }
    };
    let title = format!("Take back what a change of {app} in {} left", account.account.name);
    let mut draft = Draft::new(title, at, Vec::new());
    draft.cost = Some(CostEffect { words: "Nothing of it is billed any more.".to_owned(), standing: false });
    draft.undo = Some(Undo::Impossible {
        words: "What is taken back is made again only by making the change again.".to_owned(),
    });
    for call in calls.iter().rev() {
        match call.record.as_deref().map(serde_json::from_str) {
            Some(Ok(Record::DeleteGroup)) => with_group(account, app, &mut draft).await?,
            Some(Ok(Record::WithGroup)) => {}
            Some(Ok(Record::Power { before })) => {
                let is =
                    |site: &crate::sites::Site| if site.is_stopped() { Power::Stop } else { Power::Start };
                if let Some(now) = site.as_ref().map(is).filter(|now| *now != before) {
                    draft.actions.push(Action::Power { power: before, before: now });
                }
            }
            Some(Err(_)) => draft.warnings.push(format!(
                "{} stays: this Hearth does not know how it is taken back; a newer one noted it.",
                call.operation
            )),
            None => draft.warnings.push(format!("Nothing takes {} back, if it was made.", call.operation)),
        }
    }
    if draft.actions.is_empty() {
        draft
            .warnings
            .push("Nothing is left that could be taken back: this only forgets the change.".to_owned());
    }
    Ok(draft)
}

async fn with_group(account: &AzureAccount, app: &str, draft: &mut Draft) -> Result<()> {
    let names = &draft.target.names;
    let Some(found) = group(account, names).await? else { return Ok(()) };
    let name = &names.group;
    if !found.is_for(app) {
        let words = format!(
            "The resource group {name} stays: it has not the tag {TAG}, so that another than Hearth made it."
        );
        draft.warnings.push(words);
        return Ok(());
    }
    let InGroup { ids, strange } = in_group(account, names).await?;
    if !strange.is_empty() {
        let words = format!(
            "The resource group {name} stays, since it holds what Hearth did not make: {}.",
            strange.join(", ")
        );
        draft.warnings.push(words);
        return Ok(());
    }
    draft.actions.push(Action::DeleteGroup);
    draft.documents.push((GOES_ALONG.to_owned(), ids.join("\n")));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_change_made_in_its_own_group_goes_with_it() {
        let group = record(&Action::PutGroup, WayBack::Call);
        assert_eq!(group.as_deref(), Some(r#"{"back":"delete_group"}"#));
        let inside = record(&Action::PutStorage, WayBack::With(0));
        assert_eq!(inside.as_deref(), Some(r#"{"back":"with_group"}"#));
        assert_eq!(record(&Action::PutStorage, WayBack::None), None, "in a group that was there before");
        let stop = Action::Power { power: Power::Stop, before: Power::Start };
        assert_eq!(record(&stop, WayBack::Call).as_deref(), Some(r#"{"back":"power","before":"start"}"#));
    }
}
