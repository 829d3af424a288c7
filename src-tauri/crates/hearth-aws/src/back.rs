//! Taking back what a change left that was half made when Hearth was killed: the record of each call, which is kept
//! outside this process, and from records to requests, after looking at what is there. Owns that nothing is deleted which
//! Hearth did not make, and that what somebody else chose meanwhile stays. Changes nothing.

use crate::AwsAccount;
use crate::action::{Action, ROLE_POLICY, RoleOf, TAG, Todo, URL_STATEMENT};
use crate::functions::find;
use crate::plan::Draft;
use crate::standing::{alias, limit, tags, url};
use crate::{roles, sides};
use hearth_cloud::{Alias, BegunCall, CloudFunction, CostEffect, FunctionAddress, Result, Undo};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a call is taken back. Names and numbers: nothing here is secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "back", rename_all = "snake_case")]
enum Record {
    DeleteRole { role: String, of: RoleOf },
    DeleteRolePolicy { role: String, of: RoleOf },
    DeleteFunction,
    DeleteAlias { alias: String },
    PointAlias { before: Alias, version: String, weights: BTreeMap<String, f64> },
    Limit { before: Option<u32>, limit: Option<u32> },
    DeleteUrl,
    DisallowUrl,
}

/// The record of a call; none when nothing takes it back, or nothing that is known before it is sent.
pub(crate) fn record(todo: &Todo) -> Option<String> {
    // The policy goes into the role that the name says, and whose it is shows its tag.
    let of = |role: &str| {
        if role == roles::role_name(&todo.function) { RoleOf::Function } else { RoleOf::Tasks }
    };
    let record = match &todo.action {
        Action::CreateRole { role, of, .. } => Record::DeleteRole { role: role.clone(), of: *of },
        Action::PutRolePolicy { role, .. } => Record::DeleteRolePolicy { role: role.clone(), of: of(role) },
        Action::CreateFunction { .. } => Record::DeleteFunction,
        Action::CreateAlias { alias, .. } => Record::DeleteAlias { alias: alias.clone() },
        Action::UpdateAlias { before, version, weights } => {
            Record::PointAlias { before: before.clone(), version: version.clone(), weights: weights.clone() }
        }
        Action::PutConcurrency { limit, before } => Record::Limit { before: *before, limit: Some(*limit) },
        Action::DeleteConcurrency { before } => Record::Limit { before: Some(*before), limit: None },
        Action::CreateUrl { .. } => Record::DeleteUrl,
        Action::AllowUrl => Record::DisallowUrl,
        Action::DeleteRolePolicy { .. }
        | Action::DeleteRole { .. }
        | Action::UpdateCode { .. }
        | Action::UpdateConfiguration { .. }
        | Action::DeleteFunction
        | Action::DeleteLogGroup
        | Action::PublishVersion { .. }
        | Action::DeleteAlias { .. }
        | Action::DeleteUrl
        // Without its address, which is gone, letting everybody call it is nothing to bring back.
        | Action::DisallowUrl
        | Action::Side(_)
        | Action::Tasks(_) => return None,
    };
    serde_json::to_string(&record).ok()
}

/// Records that become requests.
struct Way<'a> {
    account: &'a AwsAccount,
    at: &'a FunctionAddress,
    function: Option<CloudFunction>,
    actions: Vec<Action>,
    warnings: Vec<String>,
}

pub(crate) async fn plan(account: &AwsAccount, at: &FunctionAddress, calls: &[BegunCall]) -> Result<Draft> {
    let function = find(account, at).await?;
    let mut way = Way { account, at, function, actions: Vec::new(), warnings: Vec::new() };
    for call in calls.iter().rev() {
        match call.record.as_deref().map(serde_json::from_str) {
            Some(Ok(record)) => way.back(record).await?,
            Some(Err(_)) => way.warnings.push(format!(
                "{} stays: this Hearth does not know how it is taken back; a newer one noted it.",
                call.operation
            )),
            None => way.warnings.push(format!("Nothing takes {} back, if it was made.", call.operation)),
        }
    }
    if way.actions.is_empty() {
        way.warnings
            .push("Nothing is left that could be taken back: this only forgets the change.".to_owned());
    }
    Ok(Draft {
        title: format!(
            "Take back what a change of {} in {}, {} left",
            at.name, account.account.name, at.location
        ),
        actions: way.actions,
        cost: Some(CostEffect {
            words: "These calls cost nothing, and nothing of it is billed any more.".to_owned(),
            standing: false,
        }),
        undo: Some(Undo::Impossible {
            words: "What is taken back is made again only by making the change again.".to_owned(),
        }),
        warnings: way.warnings,
    })
}

impl Way<'_> {
    async fn back(&mut self, record: Record) -> Result<()> {
        let (account, at) = (self.account, self.at);
        match record {
            Record::DeleteFunction => self.function().await?,
            Record::DeleteRolePolicy { role, of } => self.policy(role, of).await?,
            Record::DeleteRole { role, of } => self.role(role, of).await?,
            // What is set at a function is nowhere without it.
            _ if self.function.is_none() => {}
            Record::DeleteAlias { alias: name } => {
                if alias(account, at, &name).await?.is_some() {
                    self.actions.push(Action::DeleteAlias { alias: name });
                }
            }
            Record::PointAlias { before, version, weights } => {
                let now = alias(account, at, &before.name).await?;
                match now.filter(|now| *now != before) {
                    Some(now) if now.version == version && now.weights == weights => {
                        let Alias { version, weights, .. } = before;
                        self.actions.push(Action::UpdateAlias { before: now, version, weights });
                    }
                    Some(now) => self.chosen(&format!("The alias {}", now.name)),
                    None => {}
                }
            }
            Record::Limit { before, limit: set } => {
                let now = limit(account, at).await?;
                match (before, now) {
                    (before, now) if before == now => {}
                    (_, now) if now != set => self.chosen("The limit"),
                    (Some(limit), before) => self.actions.push(Action::PutConcurrency { limit, before }),
                    (None, Some(before)) => self.actions.push(Action::DeleteConcurrency { before }),
                    (None, None) => {}
                }
            }
            Record::DeleteUrl => {
                if url(account, at).await?.is_some() {
                    self.actions.push(Action::DeleteUrl);
                }
            }
            Record::DisallowUrl => {
                if sides::has_statement(account, at, URL_STATEMENT).await? {
                    self.actions.push(Action::DisallowUrl);
                }
            }
        }
        Ok(())
    }

    fn chosen(&mut self, what: &str) {
        let words = format!("{what} of {} stays: somebody chose another one meanwhile.", self.at.name);
        self.warnings.push(words);
    }

    async fn function(&mut self) -> Result<()> {
        let Some(function) = &self.function else { return Ok(()) };
        let tags = tags(self.account, &function.resource, &self.at.location).await?;
        if tags.get(TAG) == Some(&self.at.name) {
            self.actions.push(Action::DeleteFunction);
        } else {
            let words = format!(
                "{} stays: it has not the tag {TAG}, so that another than Hearth made it.",
                self.at.name
            );
            self.warnings.push(words);
        }
        Ok(())
    }

    /// A role is there to be taken back when its tag says that Hearth made it for this.
    async fn is_ours(&mut self, role: &str, of: RoleOf) -> Result<bool> {
        let Some(found) = roles::find(self.account, role).await? else { return Ok(false) };
        if found.is_for(of, &self.at.name) && !self.is_needed(&found.arn) {
            return Ok(true);
        }
        let why = if self.is_needed(&found.arn) {
            format!("{} runs as it", self.at.name)
        } else {
            format!("it has not the tag {}, so that another than Hearth made it", of.tag())
        };
        let words = format!("The role {role} stays: {why}.");
        if !self.warnings.contains(&words) {
            self.warnings.push(words);
        }
        Ok(false)
    }

    /// Whether the function stays and runs as this role.
    fn is_needed(&self, arn: &str) -> bool {
        let runs = self.function.as_ref().is_some_and(|function| function.role.as_deref() == Some(arn));
        runs && !self.actions.contains(&Action::DeleteFunction)
    }

    async fn policy(&mut self, role: String, of: RoleOf) -> Result<()> {
        let inside = roles::policies(self.account, &role).await?;
        let action = Action::DeleteRolePolicy { role: role.clone() };
        if inside.iter().any(|name| name == ROLE_POLICY)
            && !self.actions.contains(&action)
            && self.is_ours(&role, of).await?
        {
            self.actions.push(action);
        }
        Ok(())
    }

    async fn role(&mut self, role: String, of: RoleOf) -> Result<()> {
        if !self.is_ours(&role, of).await? {
            return Ok(());
        }
        // A later try may have put it there.
        self.policy(role.clone(), of).await?;
        let inside = roles::policies(self.account, &role).await?;
        if let Some(other) = inside.iter().find(|name| *name != ROLE_POLICY) {
            let words = format!("The role {role} stays: it has the policy {other}, which came later.");
            self.warnings.push(words);
            return Ok(());
        }
        self.actions.push(Action::DeleteRole { role });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{Code, Role};
    use hearth_cloud::Settings;

    #[test]
    fn the_record_of_a_deploy_says_how_each_call_is_taken_back_and_holds_no_code_and_no_value() {
        let at = FunctionAddress::new("eu-west-1", "tea");
        let role = "hearth-eu-west-1-tea".to_owned();
        let settings = Settings {
            environment: Some([("API_KEY".to_owned(), "s3cret".to_owned())].into()),
            ..Settings::default()
        };
        let code = Code::Zip { bytes: b"s3cret".as_slice().into(), sha256: "s3cret".into() };
        let of = |action: Action| record(&Todo { function: at.clone(), action });
        let made = [
            of(Action::CreateRole { role: role.clone(), trust: "{}".into(), of: RoleOf::Function }),
            of(Action::PutRolePolicy { role: role.clone(), policy: "{}".into(), allows: "" }),
            of(Action::CreateFunction {
                code: code.clone(),
                settings: settings.clone(),
                role: Role::Made(role),
            }),
            of(Action::UpdateCode { code, settings }),
        ];
        let texts: Vec<&str> = made.iter().map(|record| record.as_deref().unwrap_or("none")).collect();
        assert_eq!(
            texts,
            [
                r#"{"back":"delete_role","role":"hearth-eu-west-1-tea","of":"function"}"#,
                r#"{"back":"delete_role_policy","role":"hearth-eu-west-1-tea","of":"function"}"#,
                r#"{"back":"delete_function"}"#,
                "none",
            ]
        );
    }

    #[test]
    fn a_record_is_read_as_it_was_written_and_one_of_a_newer_hearth_is_not() {
        let before = Alias { name: "live".into(), version: "1".into(), weights: BTreeMap::new() };
        for record in [
            Record::PointAlias { before, version: "2".into(), weights: [("1".into(), 0.1)].into() },
            Record::Limit { before: None, limit: Some(0) },
            Record::DisallowUrl,
        ] {
            let text = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
        }
        assert!(serde_json::from_str::<Record>(r#"{"back":"unsay"}"#).is_err());
    }
}
