//! From a change to the requests that make it, after looking at what is there. Changes nothing. Owns the order of
//! requests, what is warned of, and the digest that names a plan.

use crate::action::{Action, Code, ROLE_POLICY, RoleOf, Todo, URL_STATEMENT};
use crate::fault::Asked;
use crate::functions::find;
use crate::roles::{self, role_name};
use crate::standing::{alias, limit, url};
use crate::{AwsAccount, back, fargate, permissions, plan_code, sides};
use hearth_cloud::{
    Change, CloudFunction, CostEffect, FaultKind, FunctionAddress, Grant, Result, Review, Settings, Undo,
    UrlAccess, plan_digest,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A plan.
pub(crate) struct Plan {
    pub(crate) title: String,
    pub(crate) todo: Vec<Todo>,
    cost: CostEffect,
    undo: Undo,
    warnings: Vec<String>,
    grants: BTreeMap<String, Grant>,
}

impl Plan {
    /// The plan for people.
    pub(crate) fn review(&self, account: &AwsAccount, change: &Change) -> Review {
        let documents = self.todo.iter().filter_map(|todo| match &todo.action {
            Action::CreateRole { role, trust, .. } => {
                Some((format!("who may take on {role}"), trust.clone()))
            }
            Action::PutRolePolicy { role, policy, .. } => {
                Some((format!("what {role} may do"), policy.clone()))
            }
            _ => None,
        });
        let location = &change.function().location;
        Review {
            title: self.title.clone(),
            calls: self.todo.iter().map(|todo| todo.call(self.may(&todo.action))).collect(),
            cost: self.cost.clone(),
            command_lines: self
                .todo
                .iter()
                .map(|todo| {
                    // IAM has no regions.
                    let is_global = todo.action.operation().starts_with("iam:");
                    todo.command_line(&account.flags(if is_global { "" } else { location }))
                })
                .collect(),
            undo: self.undo.clone(),
            warnings: self.warnings.clone(),
            documents: documents.collect(),
            digest: self.digest(),
        }
    }

    fn may(&self, action: &Action) -> Grant {
        let all = action.permissions();
        let grants = all.iter().map(|name| self.grants.get(*name).copied().unwrap_or(Grant::Unknown));
        Grant::of_all(grants)
    }

    /// Names the plan: the same requests have the same digest.
    pub(crate) fn digest(&self) -> String {
        let sent = self.todo.iter().flat_map(|todo| {
            let line = format!("{}\n{}", todo.function.location, todo.command_line(""));
            let code = match &todo.action {
                Action::CreateFunction { code: Code::Zip { sha256, .. }, .. }
                | Action::UpdateCode { code: Code::Zip { sha256, .. }, .. } => sha256.clone(),
                // What else is sent is in the line.
                _ => String::new(),
            };
            [line, code]
        });
        plan_digest(sent)
    }
}

/// What a kind of change decides.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) title: String,
    pub(crate) actions: Vec<Action>,
    pub(crate) cost: Option<CostEffect>,
    pub(crate) undo: Option<Undo>,
    pub(crate) warnings: Vec<String>,
}

pub(crate) async fn plan(account: &AwsAccount, change: &Change) -> Result<Plan> {
    let function = change.function();
    let draft = match change {
        Change::Deploy(wanted) => plan_code::zip(account, wanted).await?,
        Change::DeployImage { image, settings, role, .. } => {
            plan_code::image(account, function, image, settings, role.as_ref()).await?
        }
        Change::Configure { settings, .. } => configure(account, function, settings).await?,
        Change::Delete { logs, .. } => Box::pin(delete(account, function, *logs)).await?,
        Change::Publish { description, .. } => {
            existing(account, function, "lambda:PublishVersion").await?;
            Draft {
                title: format!("Keep {} as a version", function.name),
                actions: vec![Action::PublishVersion { description: description.clone() }],
                undo: Some(Undo::ByHand {
                    words: "A version that no alias names does no harm; it goes with the function."
                        .to_owned(),
                }),
                ..Draft::default()
            }
        }
        Change::PointAlias { alias, version, weights, .. } => {
            point(account, function, alias, version, weights).await?
        }
        Change::LimitConcurrency { limit: wanted, .. } => concurrency(account, function, *wanted).await?,
        Change::SetUrl { access, .. } => address(account, function, *access).await?,
        Change::Side { function, change } => sides::plan(account, function, change).await?,
        Change::Containers { at, cluster, change } => fargate::plan(account, at, cluster, change).await?,
        Change::TakeBack { function, calls } => back::plan(account, function, calls).await?,
        Change::Power { .. } => {
            let asked = Asked { operation: "the change", location: &function.location };
            let words = "AWS has nothing to start or stop; a limit of 0 stops a function";
            return Err(asked.fault(FaultKind::Unable, words));
        }
    };
    let names: Vec<&str> = draft.actions.iter().flat_map(Action::permissions).collect();
    let grants = match permissions::identity(account).await {
        Ok(identity) => permissions::grants(account, &identity, &names).await,
        Err(_) => BTreeMap::new(),
    };
    Ok(Plan {
        title: draft.title,
        todo: draft.actions.into_iter().map(|action| Todo { function: function.clone(), action }).collect(),
        cost: draft.cost.unwrap_or_else(|| CostEffect {
            words: "These calls cost nothing, and nothing costs money while nobody calls.".to_owned(),
            standing: false,
        }),
        undo: draft.undo.unwrap_or(Undo::ByHand { words: "Set the earlier values again.".to_owned() }),
        warnings: draft.warnings,
        grants,
    })
}

pub(crate) async fn existing(
    account: &AwsAccount,
    function: &FunctionAddress,
    operation: &str,
) -> Result<CloudFunction> {
    let asked = Asked { operation, location: &function.location };
    let missing = || asked.fault(FaultKind::NotFound, format!("there is no function `{}`", function.name));
    find(account, function).await?.ok_or_else(missing)
}

/// Variables that a change would take away.
pub(crate) fn lost_variables(before: &CloudFunction, settings: &Settings) -> Option<String> {
    let wanted = settings.environment.as_ref()?;
    let lost = before.configuration.environment_names.iter().filter(|name| !wanted.contains_key(*name));
    let lost: Vec<&str> = lost.map(String::as_str).collect();
    (!lost.is_empty()).then(|| format!("These variables go away: {}.", lost.join(", ")))
}

async fn configure(account: &AwsAccount, function: &FunctionAddress, settings: &Settings) -> Result<Draft> {
    let before = existing(account, function, "lambda:UpdateFunctionConfiguration").await?;
    let now = &before.configuration;
    Ok(Draft {
        title: format!(
            "Change the settings of {} in {}, {}",
            function.name, account.account.name, function.location
        ),
        actions: vec![Action::UpdateConfiguration { settings: settings.clone(), role: None }],
        undo: Some(Undo::ByHand {
            words: format!(
                "Now it has {}, handler {}, {} MB, {} s; set them again. Values of variables cannot be brought back.",
                now.runtime, now.handler, now.memory_mb, now.timeout_s
            ),
        }),
        warnings: lost_variables(&before, settings).into_iter().collect(),
        ..Draft::default()
    })
}

async fn delete(account: &AwsAccount, function: &FunctionAddress, logs: bool) -> Result<Draft> {
    let before = match find(account, function).await? {
        Some(before) => before,
        None => match rest_of_deletion(account, function, logs).await? {
            Some(draft) => return Ok(draft),
            None => existing(account, function, "lambda:DeleteFunction").await?,
        },
    };
    // What calls it goes first, so that nothing calls what is not there.
    let (mut actions, mut warnings) = Box::pin(sides::leave(account, &before)).await;
    actions.push(Action::DeleteFunction);
    if let Some(role) = sides::own_role(account, &before).await {
        actions.extend(sides::forbid_reading(account, &role).await?);
        actions.push(Action::DeleteRolePolicy { role: role.clone() });
        actions.push(Action::DeleteRole { role });
    } else if let Some(role) = &before.role {
        warnings
            .push(format!("Its role stays, since Hearth did not make it for this function alone: {role}."));
    }
    if logs {
        actions.push(Action::DeleteLogGroup);
    } else {
        warnings
            .push("Its logs stay and are billed as stored data; --with-logs deletes them too.".to_owned());
    }
    Ok(Draft {
        title: format!("Delete {} from {}, {}", function.name, account.account.name, function.location),
        actions,
        cost: Some(CostEffect {
            words: "Nothing is billed for the function any more.".to_owned(),
            standing: false,
        }),
        undo: Some(Undo::Impossible {
            words: "AWS keeps nothing of a deleted function. Deploy it again from your own files.".to_owned(),
        }),
        warnings,
    })
}

/// What an earlier deletion that came to no end has left of a function: the role that was its alone.
async fn rest_of_deletion(
    account: &AwsAccount,
    function: &FunctionAddress,
    logs: bool,
) -> Result<Option<Draft>> {
    let role = role_name(function);
    let found = roles::find(account, &role).await?;
    if !found.is_some_and(|found| found.is_for(RoleOf::Function, &function.name)) {
        return Ok(None);
    }
    let mut actions = sides::forbid_reading(account, &role).await?;
    if roles::policies(account, &role).await?.iter().any(|name| name == ROLE_POLICY) {
        actions.push(Action::DeleteRolePolicy { role: role.clone() });
    }
    actions.push(Action::DeleteRole { role });
    actions.extend(logs.then_some(Action::DeleteLogGroup));
    Ok(Some(Draft {
        title: format!(
            "Delete what is left of {} in {}, {}",
            function.name, account.account.name, function.location
        ),
        actions,
        undo: Some(Undo::Impossible {
            words: "The function is gone already; a new one gets a role of its own.".to_owned(),
        }),
        ..Draft::default()
    }))
}

async fn point(
    account: &AwsAccount,
    function: &FunctionAddress,
    name: &str,
    version: &str,
    weights: &BTreeMap<String, f64>,
) -> Result<Draft> {
    let asked = Asked { operation: "lambda:UpdateAlias", location: &function.location };
    if weights.contains_key(version) {
        return Err(
            asked.fault(FaultKind::Invalid, format!("version {version} cannot share traffic with itself"))
        );
    }
    if weights.len() > 1 || weights.values().any(|part| !(0.0..=1.0).contains(part)) {
        return Err(
            asked.fault(FaultKind::Invalid, "traffic can be shared with one other version, 0 to 100 % of it")
        );
    }
    let before = alias(account, function, name).await?;
    let (version, weights) = (version.to_owned(), weights.clone());
    let (action, undo) = match before {
        None => (
            Action::CreateAlias { alias: name.to_owned(), version, weights },
            Undo::ByHand {
                words: "An alias that nobody calls does no harm; it goes with the function.".to_owned(),
            },
        ),
        Some(before) => {
            let mut command =
                format!("{} {name} {}", hearth_line(account, "alias", function), before.version);
            for (version, part) in &before.weights {
                write!(command, " --share {version}={part}").ok();
            }
            (Action::UpdateAlias { before, version, weights }, Undo::Command { command })
        }
    };
    Ok(Draft {
        title: format!("Point the alias {name} of {} at another version", function.name),
        actions: vec![action],
        undo: Some(undo),
        ..Draft::default()
    })
}

async fn concurrency(account: &AwsAccount, function: &FunctionAddress, wanted: Option<u32>) -> Result<Draft> {
    existing(account, function, "lambda:PutFunctionConcurrency").await?;
    let before = limit(account, function).await?;
    let action = match (wanted, before) {
        (Some(limit), before) => Some(Action::PutConcurrency { limit, before }),
        (None, Some(before)) => Some(Action::DeleteConcurrency { before }),
        (None, None) => None,
    };
    let earlier = before.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
    Ok(Draft {
        title: format!("Limit how many of {} run at once", function.name),
        actions: action.into_iter().collect(),
        undo: Some(Undo::Command {
            command: format!("{} {earlier}", hearth_line(account, "limit", function)),
        }),
        ..Draft::default()
    })
}

async fn address(
    account: &AwsAccount,
    function: &FunctionAddress,
    access: Option<UrlAccess>,
) -> Result<Draft> {
    existing(account, function, "lambda:CreateFunctionUrlConfig").await?;
    let before = url(account, function).await?;
    let asked = Asked { operation: "lambda:CreateFunctionUrlConfig", location: &function.location };
    let (actions, undo, warnings) = match (access, before) {
        // An earlier try came as far as the address.
        (Some(UrlAccess::Public), Some(there))
            if there.public && !sides::has_statement(account, function, URL_STATEMENT).await? =>
        {
            let command = format!("{} --remove", hearth_line(account, "url", function));
            let words = format!("Anybody on the internet can call {} then, and you pay for it.", there.url);
            (vec![Action::AllowUrl], Undo::Command { command }, vec![words])
        }
        (Some(_), Some(there)) => {
            return Err(asked.fault(FaultKind::Conflict, format!("it has the address {} already", there.url)));
        }
        (Some(access), None) => {
            let mut actions = vec![Action::CreateUrl { access }];
            let mut warnings = Vec::new();
            if access == UrlAccess::Public {
                actions.push(Action::AllowUrl);
                warnings.push(
                    "Anybody on the internet who knows the address can call it, and you pay for it."
                        .to_owned(),
                );
            }
            let command = format!("{} --remove", hearth_line(account, "url", function));
            (actions, Undo::Command { command }, warnings)
        }
        (None, Some(there)) => {
            let mut actions = vec![Action::DeleteUrl];
            if there.public {
                actions.push(Action::DisallowUrl);
            }
            let words = "A new address can be made, but it will be another one.".to_owned();
            (actions, Undo::ByHand { words }, vec![format!("{} stops answering.", there.url)])
        }
        (None, None) => (Vec::new(), Undo::ByHand { words: "Nothing changes.".to_owned() }, Vec::new()),
    };
    Ok(Draft {
        title: format!("The HTTPS address of {}", function.name),
        actions,
        undo: Some(undo),
        warnings,
        ..Draft::default()
    })
}

/// A command line of Hearth about a function.
pub(crate) fn hearth_line(account: &AwsAccount, verb: &str, function: &FunctionAddress) -> String {
    format!("hearth {verb} {} {}", function.name, account.account.flags(&function.location))
}
