//! Environments kept ready, layers and tags: what is set now, and plans to set them.

use super::action::SideAction;
use super::arn::{Arn, layer_of};
use super::plan::hearth;
use crate::AwsAccount;
use crate::action::{Action, TAG};
use crate::fault::Asked;
use crate::functions;
use crate::plan::{Draft, existing};
use crate::standing::{aliases, tags as tags_of};
use hearth_cloud::{FaultKind, FunctionAddress, Keepable, Result, Undo};
use std::collections::BTreeMap;

/// Most layers of a function.
const MOST_LAYERS: usize = 5;
/// Aliases and versions that are asked one by one where there is no list of what is kept ready.
const ASKED_ONE_BY_ONE: usize = 20;

/// Aliases and versions, with what is kept ready for each.
pub(super) async fn keepable(account: &AwsAccount, at: &FunctionAddress) -> Result<Vec<Keepable>> {
    let asked = Asked { operation: "lambda:ListVersionsByFunction", location: &at.location };
    let client = account.lambda(&at.location)?;
    let mut pages =
        client.list_versions_by_function().function_name(&at.name).into_paginator().items().send();
    let mut versions = Vec::new();
    while let Some(given) = pages.next().await {
        let given = given.map_err(|error| asked.failed(&error))?;
        let version = given.version().unwrap_or_default().to_owned();
        let set = functions::function(&at.location, &given).configuration;
        versions.push(Keepable {
            of: version.clone(),
            version,
            memory_mb: set.memory_mb,
            architecture: set.architecture,
            wanted: None,
            ready: 0,
            state: None,
        });
    }
    versions.sort_by_key(|one| std::cmp::Reverse(one.version.parse::<u64>().unwrap_or_default()));
    let of_aliases = aliases(account, at).await?.into_iter().filter_map(|alias| {
        let version = versions.iter().find(|one| one.version == alias.version)?;
        Some(Keepable { of: alias.name, ..version.clone() })
    });
    let mut all: Vec<Keepable> = of_aliases.collect();
    // What an alias points at can only be kept ready when it never changes.
    all.extend(versions);
    all.retain(|one| one.version != "$LATEST");
    match kept(account, at).await? {
        Some(kept) => {
            for kept in kept {
                if let Some(one) = all.iter_mut().find(|one| one.of == kept.of) {
                    (one.wanted, one.ready, one.state) = (Some(kept.wanted), kept.ready, kept.state);
                }
            }
        }
        None => {
            for one in all.iter_mut().take(ASKED_ONE_BY_ONE) {
                one.wanted = wanted(account, at, &one.of).await?;
            }
        }
    }
    Ok(all)
}

/// What is kept ready: for what, how many are wanted, how many are ready, and how far that is.
struct Kept {
    of: String,
    wanted: u32,
    ready: u32,
    state: Option<String>,
}

/// All that is kept ready; none where there is no such list.
async fn kept(account: &AwsAccount, at: &FunctionAddress) -> Result<Option<Vec<Kept>>> {
    let asked = Asked { operation: "lambda:ListProvisionedConcurrencyConfigs", location: &at.location };
    let client = account.lambda(&at.location)?;
    let request = client.list_provisioned_concurrency_configs().function_name(&at.name);
    let mut pages = request.into_paginator().items().send();
    let mut all = Vec::new();
    while let Some(given) = pages.next().await {
        let given = match given.map_err(|error| asked.failed(&error)) {
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            given => given?,
        };
        let number =
            |count: Option<i32>| count.and_then(|count| u32::try_from(count).ok()).unwrap_or_default();
        all.push(Kept {
            of: given.function_arn().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default().to_owned(),
            wanted: number(given.requested_provisioned_concurrent_executions()),
            ready: number(given.available_provisioned_concurrent_executions()),
            state: given.status().map(|status| status.as_str().to_owned()),
        });
    }
    Ok(Some(all))
}

/// How many are wanted ready for one alias or version; none when none are.
async fn wanted(account: &AwsAccount, at: &FunctionAddress, of: &str) -> Result<Option<u32>> {
    let asked = Asked { operation: "lambda:GetProvisionedConcurrencyConfig", location: &at.location };
    let request = account.lambda(&at.location)?.get_provisioned_concurrency_config();
    match request.function_name(&at.name).qualifier(of).send().await {
        Ok(answer) => Ok(answer
            .requested_provisioned_concurrent_executions()
            .and_then(|count| u32::try_from(count).ok())),
        Err(error) => {
            let fault = asked.failed(&error);
            if fault.kind == FaultKind::NotFound { Ok(None) } else { Err(fault) }
        }
    }
}

/// The layers of a function, in their order.
pub(super) async fn layers(account: &AwsAccount, at: &FunctionAddress) -> Result<Vec<String>> {
    let asked = Asked { operation: "lambda:GetFunctionConfiguration", location: &at.location };
    let request = account.lambda(&at.location)?.get_function_configuration().function_name(&at.name);
    let answer = request.send().await.map_err(|error| asked.failed(&error))?;
    Ok(answer.layers().iter().filter_map(|layer| layer.arn()).map(str::to_owned).collect())
}

/// Keeps environments ready, or none.
pub(super) async fn keep_ready(
    account: &AwsAccount,
    at: &FunctionAddress,
    of: &str,
    count: Option<u32>,
) -> Result<Draft> {
    let asked = Asked { operation: "lambda:PutProvisionedConcurrencyConfig", location: &at.location };
    existing(account, at, asked.operation).await?;
    let all = keepable(account, at).await?;
    if !all.iter().any(|one| one.of == of) {
        let known: Vec<&str> = all.iter().map(|one| one.of.as_str()).collect();
        let words = match known.as_slice() {
            [] => {
                format!("`{of}` is no alias and no version of {}, which has none; publish one first", at.name)
            }
            known => {
                format!("`{of}` is no alias and no version of {}: there are {}", at.name, known.join(", "))
            }
        };
        return Err(asked.fault(FaultKind::Invalid, words));
    }
    if count == Some(0) {
        return Err(asked.fault(FaultKind::Invalid, "AWS keeps at least 1 ready; `none` keeps none"));
    }
    let before = wanted(account, at, of).await?;
    let action = match (count, before) {
        (Some(count), before) if Some(count) != before => {
            Some(SideAction::Keep { of: of.to_owned(), count, before })
        }
        (None, Some(before)) => Some(SideAction::KeepNone { of: of.to_owned(), before }),
        _ => None,
    };
    let earlier = before.map_or_else(|| "none".to_owned(), |count| count.to_string());
    let mut warnings = Vec::new();
    if count.is_some() && before.is_none() {
        warnings.push(
            "They are billed from when they are ready until they are taken away, called or not.".to_owned(),
        );
    }
    Ok(Draft {
        title: format!("Keep environments of {} ready at {of}", at.name),
        actions: action.into_iter().map(Action::Side).collect(),
        undo: Some(Undo::Command { command: hearth(account, at, "keep", &[of, &earlier]) }),
        warnings,
        ..Draft::default()
    })
}

/// Attaches and detaches layers.
pub(super) async fn set_layers(
    account: &AwsAccount,
    at: &FunctionAddress,
    attach: &[String],
    detach: &[String],
) -> Result<Draft> {
    let asked = Asked { operation: "lambda:UpdateFunctionConfiguration", location: &at.location };
    existing(account, at, asked.operation).await?;
    let before = layers(account, at).await?;
    let after = combined(&before, attach, detach).map_err(|why| asked.fault(FaultKind::Invalid, why))?;
    let undo = undo_of_layers(&before, &after);
    let changes = before != after;
    let set = Action::Side(SideAction::SetLayers { layers: after, before });
    Ok(Draft {
        title: format!("The layers of {}", at.name),
        actions: changes.then_some(set).into_iter().collect(),
        undo: Some(match undo {
            Some(arguments) => {
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                Undo::Command { command: hearth(account, at, "layers", &arguments) }
            }
            None => Undo::ByHand { words: "Nothing changes.".to_owned() },
        }),
        ..Draft::default()
    })
}

/// The layers after a change. A version gives way to another one of the same layer in its place, since AWS takes one.
fn combined(
    before: &[String],
    attach: &[String],
    detach: &[String],
) -> std::result::Result<Vec<String>, String> {
    let mut after = before.to_vec();
    for gone in detach {
        let Some(place) = after.iter().position(|one| one == gone || layer_of(one) == gone) else {
            return Err(format!("`{gone}` is not attached"));
        };
        after.remove(place);
    }
    for version in attach {
        if Arn::parse(version).is_none() || layer_of(version) == version {
            return Err(format!(
                "`{version}` is no version of a layer: write arn:aws:lambda:REGION:ACCOUNT:layer:NAME:NUMBER"
            ));
        }
        match after.iter().position(|one| layer_of(one) == layer_of(version)) {
            Some(place) => after[place].clone_from(version),
            None => after.push(version.clone()),
        }
    }
    if after.len() > MOST_LAYERS {
        return Err(format!("a function has at most {MOST_LAYERS} layers, not {}", after.len()));
    }
    Ok(after)
}

/// What brings the layers back: arguments of `hearth layers`.
fn undo_of_layers(before: &[String], after: &[String]) -> Option<Vec<String>> {
    let attach =
        before.iter().filter(|one| !after.contains(one)).flat_map(|one| ["--attach".to_owned(), one.clone()]);
    let detach = after
        .iter()
        .filter(|one| !before.iter().any(|other| layer_of(one) == layer_of(other)))
        .flat_map(|one| ["--detach".to_owned(), one.clone()]);
    let all: Vec<String> = attach.chain(detach).collect();
    (!all.is_empty()).then_some(all)
}

/// Sets and removes tags.
pub(super) async fn set_tags(
    account: &AwsAccount,
    at: &FunctionAddress,
    set: &BTreeMap<String, String>,
    remove: &[String],
) -> Result<Draft> {
    let asked = Asked { operation: "lambda:TagResource", location: &at.location };
    let function = existing(account, at, asked.operation).await?.resource;
    let now = tags_of(account, &function, &at.location).await?;
    let tags: BTreeMap<String, String> = set
        .iter()
        .filter(|(key, value)| now.get(*key) != Some(*value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let replaced = of_now(&now, tags.keys());
    let gone = of_now(&now, remove.iter());
    let mut warnings = Vec::new();
    if tags.contains_key(TAG) || gone.contains_key(TAG) {
        warnings
            .push(format!("By the tag {TAG} Hearth finds what it made for the function when it is deleted."));
    }
    let mut undo: Vec<String> = replaced
        .iter()
        .chain(&gone)
        .flat_map(|(key, value)| ["--set".to_owned(), format!("{key}={value}")])
        .collect();
    undo.extend(
        tags.keys()
            .filter(|key| !now.contains_key(*key))
            .flat_map(|key| ["--remove".to_owned(), key.clone()]),
    );
    let mut actions = Vec::new();
    if !tags.is_empty() {
        actions.push(SideAction::SetTags { function: function.clone(), tags, before: replaced });
    }
    if !gone.is_empty() {
        actions.push(SideAction::RemoveTags { function, before: gone });
    }
    let undo: Vec<&str> = undo.iter().map(String::as_str).collect();
    Ok(Draft {
        title: format!("The tags of {}", at.name),
        actions: actions.into_iter().map(Action::Side).collect(),
        undo: Some(if undo.is_empty() {
            Undo::ByHand { words: "Nothing changes.".to_owned() }
        } else {
            Undo::Command { command: hearth(account, at, "tags", &undo) }
        }),
        warnings,
        ..Draft::default()
    })
}

/// Those of some tags that are set now.
fn of_now<'a>(
    now: &BTreeMap<String, String>,
    keys: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, String> {
    keys.filter_map(|key| Some((key.clone(), now.get(key)?.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(name: &str, number: u32) -> String {
        format!("arn:aws:lambda:us-east-1:1:layer:{name}:{number}")
    }

    #[test]
    fn layers_keep_their_order_and_one_version_of_each() {
        let before = [layer("a", 1), layer("b", 1)];
        let after = combined(&before, &[layer("a", 2), layer("c", 1)], &[]).unwrap();
        assert_eq!(after, [layer("a", 2), layer("b", 1), layer("c", 1)]);
        let undo = undo_of_layers(&before, &after).unwrap();
        assert_eq!(undo, ["--attach".to_owned(), layer("a", 1), "--detach".to_owned(), layer("c", 1)]);
        let named = "arn:aws:lambda:us-east-1:1:layer:b".to_owned();
        assert_eq!(combined(&before, &[], std::slice::from_ref(&named)).unwrap(), [layer("a", 1)]);
        assert!(combined(&before, &[named], &[]).unwrap_err().contains("no version of a layer"));
        assert!(combined(&before, &[], &[layer("z", 1)]).unwrap_err().contains("not attached"));
        let many: Vec<String> = ["c", "d", "e", "f"].map(|name| layer(name, 1)).into();
        assert!(combined(&before, &many, &[]).unwrap_err().contains("at most 5"));
        assert_eq!(undo_of_layers(&before, &before), None);
    }
}
