//! Turning triggers on and off, and removing them with what was there for them alone.

use super::action::{Entry, SideAction};
use super::allowed::statements;
use super::plan::hearth;
use super::read::{BUCKETS, RULES, TOPICS, bucket_of, is_topic, subscription};
use super::{bucket, rules, sources};
use crate::AwsAccount;
use crate::action::{Action, URL_STATEMENT};
use crate::fault::Asked;
use crate::plan::{Draft, existing};
use hearth_cloud::{CloudFunction, FaultKind, FunctionAddress, Result, TriggerOf, Undo};

/// Turns a trigger on or off.
pub(super) async fn turn(account: &AwsAccount, at: &FunctionAddress, id: &str, on: bool) -> Result<Draft> {
    let asked = Asked { operation: "lambda:UpdateEventSourceMapping", location: &at.location };
    let function = existing(account, at, asked.operation).await?;
    let action = if let Some(name) = id.strip_prefix("rule:") {
        let found = rules::rule(account, &at.location, name).await?;
        let found =
            found.ok_or_else(|| asked.fault(FaultKind::NotFound, format!("there is no rule `{name}`")))?;
        let (ours, others) = rules::targets(account, &at.location, name, &function.resource).await?;
        if ours.is_empty() || others > 0 {
            let words = format!(
                "the rule `{name}` calls other things too; it is turned for all of them or not at all"
            );
            return Err(asked.fault(FaultKind::Invalid, words));
        }
        (found.rule.on != on).then(|| SideAction::TurnRule { rule: name.to_owned(), on })
    } else {
        let mappings = sources::mappings(account, at).await?;
        let Some(one) = mappings.into_iter().find(|one| one.id == id || one.source == id) else {
            let words = format!("`{id}` cannot be turned on and off; a queue, a stream or a rule can");
            return Err(asked.fault(FaultKind::Invalid, words));
        };
        let is_on = !matches!(one.state.as_str(), "Disabled" | "Disabling");
        (is_on != on).then_some(SideAction::TurnMapping { id: one.id, source: one.source, on })
    };
    let back = if on { "triggers disable" } else { "triggers enable" };
    Ok(Draft {
        title: format!("Turn a trigger of {} {}", at.name, if on { "on" } else { "off" }),
        actions: action.into_iter().map(Action::Side).collect(),
        undo: Some(Undo::Command { command: hearth(account, at, back, &[id]) }),
        ..Draft::default()
    })
}

/// Removes a trigger.
pub(super) async fn remove(account: &AwsAccount, at: &FunctionAddress, id: &str) -> Result<Draft> {
    let function = existing(account, at, "lambda:RemovePermission").await?;
    let gone = Gone { account, at, function: &function };
    let (actions, undo) = if let Some(name) = id.strip_prefix("rule:") {
        gone.rule(name).await?
    } else if let Some((name, entry)) = id.strip_prefix("s3:").and_then(|rest| rest.split_once('/')) {
        gone.notification(name, entry).await?
    } else if let Some(statement) = id.strip_prefix("statement:") {
        gone.statement(statement).await?
    } else if is_topic(id) {
        gone.topic(id).await?
    } else {
        gone.mapping(id).await?
    };
    Ok(Draft {
        title: format!("Remove a trigger of {}", at.name),
        actions: actions.into_iter().map(Action::Side).collect(),
        undo: Some(undo),
        ..Draft::default()
    })
}

/// What must go before a function that is deleted, in other services: what would call nothing. What cannot be read
/// stays, with its reason.
pub(crate) async fn leave(account: &AwsAccount, function: &CloudFunction) -> (Vec<Action>, Vec<String>) {
    let at = &function.address;
    let gone = Gone { account, at, function };
    let mut actions = Vec::new();
    let mut warnings = Vec::new();
    match Box::pin(super::sides(account, at)).await {
        Ok(sides) => {
            for trigger in &sides.triggers {
                let removed = match &trigger.id {
                    id if id.starts_with("rule:") => gone.rule(&id["rule:".len()..]).await,
                    id if is_topic(id) => gone.topic(id).await,
                    id if matches!(trigger.of, TriggerOf::Source { .. }) => gone.mapping(id).await,
                    _ => continue,
                };
                match removed {
                    Ok((removed, _)) => actions.extend(removed),
                    Err(fault) => warnings.push(format!("{} stays: {fault}", trigger.id)),
                }
            }
            let (entries, why) = gone.entries(&sides.triggers).await;
            actions.extend(entries);
            warnings.extend(why);
            warnings.extend(
                sides.unread.iter().map(|fault| format!("What calls it is not known whole: {fault}")),
            );
        }
        Err(fault) => warnings.push(format!("What calls it is not known: {fault}")),
    }
    // The policy goes with the function, and what its role may with the role.
    actions.retain(|action| !matches!(action, SideAction::Disallow(_) | SideAction::ForbidRead { .. }));
    (actions.into_iter().map(Action::Side).collect(), warnings)
}

/// What lets a role that goes read sources: a role with a policy in it cannot be deleted.
pub(crate) async fn forbid_reading(account: &AwsAccount, role: &str) -> Result<Vec<Action>> {
    let policies = sources::read_policies(account, role).await?;
    let forbid = |policy: String| {
        let (role, source) = (role.to_owned(), policy.clone());
        Action::Side(SideAction::ForbidRead { role, policy, document: None, source })
    };
    Ok(policies.into_iter().map(forbid).collect())
}

type Removal = Result<(Vec<SideAction>, Undo)>;

struct Gone<'a> {
    account: &'a AwsAccount,
    at: &'a FunctionAddress,
    function: &'a CloudFunction,
}

impl Gone<'_> {
    fn missing(&self, operation: &str, what: &str) -> hearth_cloud::Fault {
        let asked = Asked { operation, location: &self.at.location };
        asked.fault(FaultKind::NotFound, format!("{what} does not call {}", self.at.name))
    }

    fn again(&self, arguments: &[&str]) -> Undo {
        Undo::Command { command: hearth(self.account, self.at, "triggers add", arguments) }
    }

    /// The statements that are there for one source alone.
    async fn disallow(&self, principal: &str, source: &str) -> Result<Vec<SideAction>> {
        let all = statements(self.account, self.at).await?;
        let ours = all.into_iter().filter(|one| one.principal == principal && one.source == source);
        Ok(ours.map(SideAction::Disallow).collect())
    }

    async fn mapping(&self, id: &str) -> Removal {
        let all = sources::mappings(self.account, self.at).await?;
        let Some(one) = all.iter().find(|one| one.id == id || one.source == id) else {
            return Err(self.missing("lambda:DeleteEventSourceMapping", &format!("`{id}`")));
        };
        let mut actions = vec![SideAction::DeleteMapping { id: one.id.clone(), source: one.source.clone() }];
        if let Some(role) = sources::own_role(self.account, self.function).await {
            let policy = sources::read_policy(&one.source);
            if sources::read_policies(self.account, &role).await?.contains(&policy) {
                let document = Some(sources::read_document(&one.source));
                actions.push(SideAction::ForbidRead { role, policy, document, source: one.source.clone() });
            }
        }
        let undo = if one.has_more {
            let words =
                "It has settings that Hearth does not set, such as filters: add it again by AWS's own tools.";
            Undo::ByHand { words: words.to_owned() }
        } else {
            let size = one.batch_size.map(|size| size.to_string());
            let mut arguments = vec!["--source", one.source.as_str()];
            arguments.extend(size.as_deref().into_iter().flat_map(|size| ["--batch", size]));
            if one.start.is_some() {
                // What it read already is not read again.
                arguments.extend(["--from", "latest"]);
            }
            self.again(&arguments)
        };
        Ok((actions, undo))
    }

    async fn rule(&self, name: &str) -> Removal {
        let location = &self.at.location;
        let asked = Asked { operation: "events:DeleteRule", location };
        let nothing = || self.missing(asked.operation, &format!("the rule `{name}`"));
        let found = rules::rule(self.account, location, name).await?.ok_or_else(nothing)?;
        if let Some(service) = &found.managed_by {
            let words = format!("the rule `{name}` belongs to {service}, which alone changes it");
            return Err(asked.fault(FaultKind::Invalid, words));
        }
        let (ours, others) = rules::targets(self.account, location, name, &self.function.resource).await?;
        if ours.is_empty() {
            return Err(nothing());
        }
        let mut actions = self.disallow(RULES, &found.arn).await?;
        let has_input = ours.iter().any(|target| target.input.is_some());
        actions.extend(
            ours.into_iter().map(|target| SideAction::RemoveTarget { rule: name.to_owned(), target }),
        );
        let undo = match &found.rule.expression {
            Some(expression) if others == 0 && !has_input => {
                self.again(&["--schedule", expression, "--rule", name])
            }
            _ => {
                Undo::ByHand { words: "Add it as a target of the rule again, by AWS's own tools.".to_owned() }
            }
        };
        if others == 0 {
            actions.push(SideAction::DeleteRule(found.rule));
        }
        Ok((actions, undo))
    }

    async fn notification(&self, name: &str, entry: &str) -> Removal {
        let before = bucket::notifications(self.account, &self.at.location, name).await?;
        let ours: Vec<_> = before.entries().filter(|one| one.target == self.function.resource).collect();
        let Some(one) = ours.iter().find(|one| one.id == entry) else {
            let what = format!("the notification `{entry}` of the bucket `{name}`");
            return Err(self.missing("s3:PutBucketNotificationConfiguration", &what));
        };
        let mut actions = vec![SideAction::PutNotifications {
            bucket: name.to_owned(),
            text: before.without(|other| other == *one),
            entry: Entry::Goes { id: entry.to_owned(), xml: one.xml.clone() },
            others: before.entries().filter(|other| other != one).count(),
            fresh: false,
        }];
        // Other notifications of the same bucket need the statement still.
        if ours.iter().all(|one| one.id == entry) {
            let all = statements(self.account, self.at).await?;
            let of_it = all
                .into_iter()
                .filter(|one| one.principal == BUCKETS && bucket_of(&one.source) == Some(name));
            actions.extend(of_it.map(SideAction::Disallow));
        }
        let mut arguments = vec!["--bucket", name];
        arguments.extend(one.events.iter().flat_map(|event| ["--event", event]));
        arguments.extend(one.prefix.iter().flat_map(|prefix| ["--prefix", prefix]));
        arguments.extend(one.suffix.iter().flat_map(|suffix| ["--suffix", suffix]));
        Ok((actions, self.again(&arguments)))
    }

    /// The entries of all buckets that call it, one request a bucket.
    async fn entries(&self, triggers: &[hearth_cloud::Trigger]) -> (Vec<SideAction>, Vec<String>) {
        let mut names: Vec<&str> = triggers
            .iter()
            .filter_map(|trigger| trigger.id.strip_prefix("s3:")?.split_once('/').map(|(name, _)| name))
            .collect();
        names.dedup();
        let (mut actions, mut warnings) = (Vec::new(), Vec::new());
        for name in names {
            match bucket::notifications(self.account, &self.at.location, name).await {
                Ok(before) => {
                    // Each request sends the whole of what is left then.
                    let mut after = before.clone();
                    let ours: Vec<_> = before
                        .entries()
                        .filter(|one| one.target == self.function.resource)
                        .cloned()
                        .collect();
                    for one in ours {
                        let text = after.without(|other| *other == one);
                        let others = after.entries().filter(|other| **other != one).count();
                        let entry = Entry::Goes { id: one.id, xml: one.xml };
                        let Ok(next) = super::notifications::Notifications::parse(&text) else { continue };
                        after = next;
                        let bucket = name.to_owned();
                        actions.push(SideAction::PutNotifications {
                            bucket,
                            text,
                            entry,
                            others,
                            fresh: false,
                        });
                    }
                }
                Err(fault) => warnings.push(format!("Notifications of the bucket {name} stay: {fault}")),
            }
        }
        (actions, warnings)
    }

    async fn topic(&self, topic: &str) -> Removal {
        let found = subscription(self.account, self.at, topic, &self.function.resource).await?;
        let found = found.ok_or_else(|| self.missing("sns:Unsubscribe", topic))?;
        // What nobody confirmed has no name yet by which it could be removed.
        if !found.id.starts_with("arn:") {
            let words = format!(
                "the subscription to {topic} waits for its confirmation ({}): confirm it first, or leave it until AWS drops it",
                found.id
            );
            let asked = Asked { operation: "sns:Unsubscribe", location: &self.at.location };
            return Err(asked.fault(FaultKind::Conflict, words));
        }
        let mut actions = self.disallow(TOPICS, topic).await?;
        actions.push(SideAction::Unsubscribe {
            subscription: found.id,
            topic: topic.to_owned(),
            function: self.function.resource.clone(),
        });
        Ok((actions, self.again(&["--topic", topic])))
    }

    async fn statement(&self, id: &str) -> Removal {
        let all = statements(self.account, self.at).await?;
        let one = all.into_iter().find(|one| one.id == id && one.id != URL_STATEMENT);
        let one =
            one.ok_or_else(|| self.missing("lambda:RemovePermission", &format!("the statement `{id}`")))?;
        let words = format!(
            "Let {} call it again, on behalf of {}, by AWS's own tools.",
            one.principal,
            if one.source.is_empty() { "anything" } else { &one.source }
        );
        Ok((vec![SideAction::Disallow(one)], Undo::ByHand { words }))
    }
}
