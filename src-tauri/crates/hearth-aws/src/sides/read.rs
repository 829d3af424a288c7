//! What is set around a function, read from the services that know it. What may not be read is named with its reason;
//! the rest is still true.

use super::action::Statement;
use super::allowed::{lets_in, statements};
use super::arn::Arn;
use super::notifications::Notification;
use super::rules::Found;
use super::sources::Mapping;
use super::{bucket, rules, settings, sources};
use crate::AwsAccount;
use crate::action::URL_STATEMENT;
use crate::fault::Asked;
use crate::functions::find;
use futures_util::future::join_all;
use hearth_cloud::{Fault, FaultKind, FunctionAddress, Layer, Result, Sides, Trigger, TriggerOf};
use std::collections::BTreeSet;

pub(super) const RULES: &str = "events.amazonaws.com";
pub(super) const BUCKETS: &str = "s3.amazonaws.com";
pub(super) const TOPICS: &str = "sns.amazonaws.com";

/// A subscription of a topic that calls a function.
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) topic: String,
}

pub(crate) async fn sides(account: &AwsAccount, at: &FunctionAddress) -> Result<Sides> {
    let asked = Asked { operation: "lambda:GetFunctionConfiguration", location: &at.location };
    let missing = || asked.fault(FaultKind::NotFound, format!("there is no function `{}`", at.name));
    let function = find(account, at).await?.ok_or_else(missing)?.resource;
    let (mappings, rules, statements, keepable, layers) = futures_util::join!(
        sources::mappings(account, at),
        rules::calling(account, &at.location, &function),
        statements(account, at),
        settings::keepable(account, at),
        settings::layers(account, at),
    );
    let mut sides = Sides::default();
    let unread = &mut sides.unread;
    let statements: Vec<Statement> = keep(statements, unread);
    sides.triggers.extend(keep(mappings, unread).into_iter().map(of_mapping));
    let mut used = BTreeSet::new();
    for found in keep(rules, unread) {
        used.extend(found_by(&statements, RULES, &found.arn));
        sides.triggers.push(of_rule(found, &statements));
    }
    // S3 and SNS keep no list by function: what may call it is asked whether it does.
    let of = |principal: &'static str| statements.iter().filter(move |one| one.principal == principal);
    let buckets: BTreeSet<&str> = of(BUCKETS).filter_map(|one| bucket_of(&one.source)).collect();
    let topics: BTreeSet<&str> =
        of(TOPICS).map(|one| one.source.as_str()).filter(|topic| is_topic(topic)).collect();
    let told = join_all(buckets.iter().map(|name| notifications_of(account, at, name, &function)));
    let subscribed = join_all(topics.iter().map(|topic| subscription(account, at, topic, &function)));
    let (told, subscribed) = futures_util::join!(told, subscribed);
    for (name, entries) in buckets.iter().zip(told) {
        for entry in keep(entries, unread) {
            used.extend(
                of(BUCKETS).filter(|one| bucket_of(&one.source) == Some(*name)).map(|one| one.id.clone()),
            );
            sides.triggers.push(of_entry(name, entry));
        }
    }
    for one in subscribed {
        if let Some(one) = keep(one, unread) {
            used.extend(found_by(&statements, TOPICS, &one.topic));
            sides.triggers.push(of_topic(one));
        }
    }
    let idle = statements.iter().filter(|one| !used.contains(&one.id) && one.id != URL_STATEMENT);
    sides.triggers.extend(idle.map(of_statement));
    sides.keepable = keep(keepable, unread);
    sides.layers = keep(layers, unread);
    Ok(sides)
}

/// The layers of a region in their newest versions, by name.
pub(crate) async fn account_layers(account: &AwsAccount, location: &str) -> Result<Vec<Layer>> {
    let asked = Asked { operation: "lambda:ListLayers", location };
    let mut pages = account.lambda(location)?.list_layers().into_paginator().items().send();
    let mut layers = Vec::new();
    while let Some(given) = pages.next().await {
        let given = given.map_err(|error| asked.failed(&error))?;
        let Some(newest) = given.latest_matching_version() else { continue };
        layers.push(Layer {
            name: given.layer_name().unwrap_or_default().to_owned(),
            version: newest.layer_version_arn().unwrap_or_default().to_owned(),
            description: newest.description().unwrap_or_default().to_owned(),
            runtimes: newest.compatible_runtimes().iter().map(|one| one.as_str().to_owned()).collect(),
        });
    }
    layers.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(layers)
}

fn keep<T: Default>(read: Result<T>, unread: &mut Vec<Fault>) -> T {
    read.unwrap_or_else(|fault| {
        unread.push(fault);
        T::default()
    })
}

/// The bucket that a statement's source names, when it names one.
pub(super) fn bucket_of(source: &str) -> Option<&str> {
    let arn = Arn::parse(source).filter(|arn| arn.service == "s3")?;
    bucket::is_bucket(arn.rest).then_some(arn.rest)
}

pub(super) fn is_topic(source: &str) -> bool {
    !source.contains('*')
        && Arn::parse(source).is_some_and(|arn| arn.service == "sns" && !arn.rest.contains(':'))
}

/// The entries of a bucket that call a function.
async fn notifications_of(
    account: &AwsAccount,
    at: &FunctionAddress,
    name: &str,
    function: &str,
) -> Result<Vec<Notification>> {
    let all = bucket::notifications(account, &at.location, name).await?;
    Ok(all.entries().filter(|entry| entry.target == function).cloned().collect())
}

/// The subscription of a topic that calls a function, when there is one.
pub(super) async fn subscription(
    account: &AwsAccount,
    at: &FunctionAddress,
    topic: &str,
    function: &str,
) -> Result<Option<Subscription>> {
    let asked = Asked { operation: "sns:ListSubscriptionsByTopic", location: &at.location };
    let client = account.sns(&at.location)?;
    let mut pages = client.list_subscriptions_by_topic().topic_arn(topic).into_paginator().items().send();
    while let Some(given) = pages.next().await {
        let given = match given.map_err(|error| asked.failed(&error)) {
            Ok(given) => given,
            // A topic that was deleted calls nobody.
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            Err(fault) => return Err(fault),
        };
        if given.endpoint() == Some(function) {
            let id = given.subscription_arn().unwrap_or_default().to_owned();
            return Ok(Some(Subscription { id, topic: topic.to_owned() }));
        }
    }
    Ok(None)
}

fn found_by(statements: &[Statement], principal: &str, source: &str) -> Vec<String> {
    statements.iter().filter(|one| lets_in(one, principal, source)).map(|one| one.id.clone()).collect()
}

fn of_mapping(mapping: Mapping) -> Trigger {
    Trigger {
        on: Some(!matches!(mapping.state.as_str(), "Disabled" | "Disabling")),
        id: mapping.id,
        state: mapping.state,
        problem: mapping.problem,
        of: TriggerOf::Source {
            source: mapping.source,
            batch_size: mapping.batch_size,
            start: mapping.start,
        },
    }
}

fn of_rule(found: Found, statements: &[Statement]) -> Trigger {
    let Found { rule, arn, .. } = found;
    let let_in = statements.iter().any(|one| lets_in(one, RULES, &arn));
    Trigger {
        id: format!("rule:{}", rule.name),
        state: if rule.on { "ENABLED" } else { "DISABLED" }.to_owned(),
        on: Some(rule.on),
        problem: (!let_in).then(|| "the function's policy does not let it call".to_owned()),
        of: match (rule.expression, rule.pattern) {
            (Some(expression), _) => TriggerOf::Schedule { rule: rule.name, expression },
            (None, pattern) => TriggerOf::Pattern { rule: rule.name, pattern: pattern.unwrap_or_default() },
        },
    }
}

fn of_entry(name: &str, entry: Notification) -> Trigger {
    Trigger {
        id: format!("s3:{name}/{}", entry.id),
        state: "set".to_owned(),
        on: None,
        problem: None,
        of: TriggerOf::Bucket {
            bucket: name.to_owned(),
            events: entry.events,
            prefix: entry.prefix,
            suffix: entry.suffix,
        },
    }
}

fn of_topic(one: Subscription) -> Trigger {
    let confirmed = one.id.starts_with("arn:");
    Trigger {
        id: one.topic.clone(),
        state: if confirmed { "subscribed" } else { "waits for its confirmation" }.to_owned(),
        on: None,
        problem: None,
        of: TriggerOf::Topic { topic: one.topic },
    }
}

fn of_statement(statement: &Statement) -> Trigger {
    Trigger {
        id: format!("statement:{}", statement.id),
        state: "may call".to_owned(),
        on: None,
        problem: None,
        of: TriggerOf::Permission {
            principal: statement.principal.clone(),
            source: Some(statement.source.clone()).filter(|source| !source.is_empty()),
        },
    }
}
