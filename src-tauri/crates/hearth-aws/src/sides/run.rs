//! Carries one request about what is set around a function out, and takes one back. Must not decide what is done.

use super::action::{Entry, Rule, SideAction, Statement, Target};
use super::bucket;
use super::words::position;
use crate::AwsAccount;
use crate::fault::Asked;
use crate::run::{Made, ROLE_KNOWN};
use aws_sdk_eventbridge::types::{RuleState, Target as GivenTarget};
use aws_sdk_lambda::types::EventSourcePosition;
use hearth_cloud::{Back, Course, Fault, FaultKind, FunctionAddress, Result};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Longest that a mapping is given to be turned on or off.
const TURNED: Duration = Duration::from_mins(2);

impl AwsAccount {
    /// Carries a request out.
    pub(crate) async fn carry_out_side(
        &self,
        at: &FunctionAddress,
        action: &SideAction,
        made: &mut Made,
        course: &Course,
    ) -> Result<()> {
        let asked = Asked { operation: action.operation(), location: &at.location };
        macro_rules! send {
            ($request:expr) => {
                $request.send().await.map_err(|error| asked.failed(&error))?
            };
        }
        match action {
            SideAction::LetRead { role, policy, document, .. } => {
                let request = self.iam().put_role_policy().role_name(role).policy_name(policy);
                send!(request.policy_document(document));
            }
            SideAction::ForbidRead { role, policy, .. } => {
                send!(self.iam().delete_role_policy().role_name(role).policy_name(policy));
            }
            SideAction::CreateMapping { source, batch_size, start, fresh } => {
                let mut patience = Patience::new(*fresh);
                let id = loop {
                    let request = self.lambda(&at.location)?.create_event_source_mapping();
                    let answer = request
                        .function_name(&at.name)
                        .event_source_arn(source)
                        .set_batch_size(batch_size.map(u32::cast_signed))
                        .set_starting_position(start.map(|start| EventSourcePosition::from(position(start))))
                        .send()
                        .await;
                    match answer.map_err(|error| asked.failed(&error)) {
                        Ok(answer) => break answer.uuid().unwrap_or_default().to_owned(),
                        Err(fault) => patience.wait(fault, "does not have permissions", course).await?,
                    }
                };
                made.mapping = Some(id.clone());
                course.watch(self.turned(at, &id, &asked)).await?;
                made.results.push(("trigger".to_owned(), id));
            }
            SideAction::TurnMapping { id, on, .. } => {
                send!(self.lambda(&at.location)?.update_event_source_mapping().uuid(id).enabled(*on));
                course.watch(self.turned(at, id, &asked)).await?;
            }
            SideAction::DeleteMapping { id, .. } => {
                send!(self.lambda(&at.location)?.delete_event_source_mapping().uuid(id));
            }
            SideAction::PutRule(rule) => self.put_rule(at, rule, &asked, made).await?,
            SideAction::TurnRule { rule, on: true } => {
                send!(self.events(&at.location)?.enable_rule().name(rule));
            }
            SideAction::TurnRule { rule, on: false } => {
                send!(self.events(&at.location)?.disable_rule().name(rule));
            }
            SideAction::DeleteRule(rule) => {
                send!(self.events(&at.location)?.delete_rule().name(&rule.name));
            }
            SideAction::PutTarget { rule, target } => self.put_target(at, rule, target, &asked).await?,
            SideAction::RemoveTarget { rule, target } => {
                let answer = send!(self.events(&at.location)?.remove_targets().rule(rule).ids(&target.id));
                let failed = answer.failed_entries().first().and_then(|entry| entry.error_message());
                if let Some(why) = failed {
                    return Err(asked.fault(FaultKind::Other, why));
                }
            }
            SideAction::Allow(statement) => self.allow(at, statement, &asked).await?,
            SideAction::Disallow(statement) => {
                let request = self.lambda(&at.location)?.remove_permission().function_name(&at.name);
                send!(request.statement_id(&statement.id));
            }
            SideAction::PutNotifications { bucket, text, entry, fresh, .. } => {
                let mut patience = Patience::new(*fresh);
                while let Err(fault) = bucket::put_notifications(self, &at.location, bucket, text).await {
                    patience.wait(fault, "Unable to validate", course).await?;
                }
                if let Entry::Comes { id, .. } = entry {
                    made.results.push(("trigger".to_owned(), format!("s3:{bucket}/{id}")));
                }
            }
            SideAction::Subscribe { topic, function } => {
                let request = self.sns(&at.location)?.subscribe().topic_arn(topic).protocol("lambda");
                let answer = send!(request.endpoint(function).return_subscription_arn(true));
                let subscription = answer.subscription_arn().unwrap_or_default().to_owned();
                made.subscription = Some(subscription.clone());
                made.results.push(("subscription".to_owned(), subscription));
            }
            SideAction::Unsubscribe { subscription, .. } => {
                send!(self.sns(&at.location)?.unsubscribe().subscription_arn(subscription));
            }
            SideAction::Keep { of, count, .. } => {
                let request = self.lambda(&at.location)?.put_provisioned_concurrency_config();
                let request = request.function_name(&at.name).qualifier(of);
                let answer = send!(request.provisioned_concurrent_executions(count.cast_signed()));
                let state = answer.status().map(|status| status.as_str().to_owned()).unwrap_or_default();
                made.results.push(("state".to_owned(), state));
            }
            SideAction::KeepNone { of, .. } => {
                let request = self.lambda(&at.location)?.delete_provisioned_concurrency_config();
                send!(request.function_name(&at.name).qualifier(of));
            }
            SideAction::SetLayers { layers, .. } => {
                let request = self.lambda(&at.location)?.update_function_configuration();
                send!(request.function_name(&at.name).set_layers(Some(layers.clone())));
                course.watch(self.in_place(at, &asked)).await?;
            }
            SideAction::SetTags { function, tags, .. } => self.set_tags(at, function, tags, &asked).await?,
            SideAction::RemoveTags { function, before } => {
                let keys = before.keys().cloned().collect();
                send!(
                    self.lambda(&at.location)?.untag_resource().resource(function).set_tag_keys(Some(keys))
                );
            }
        }
        Ok(())
    }

    /// Takes a request back that was carried out.
    pub(crate) async fn take_back_side(
        &self,
        at: &FunctionAddress,
        action: &SideAction,
        made: &Made,
    ) -> Result<Back> {
        use SideAction as S;
        let back = match action.clone() {
            S::LetRead { role, policy, document, source } => {
                S::ForbidRead { role, policy, document: Some(document), source }
            }
            S::ForbidRead { role, policy, document: Some(document), source } => {
                S::LetRead { role, policy, document, source }
            }
            S::CreateMapping { source, .. } => match made.mapping.clone() {
                Some(id) => S::DeleteMapping { id, source },
                None => return Ok(Back::Nothing),
            },
            S::TurnMapping { id, source, on } => S::TurnMapping { id, source, on: !on },
            S::DeleteMapping { .. } | S::ForbidRead { document: None, .. } => return Ok(Back::Nothing),
            S::PutRule(rule) => S::DeleteRule(rule),
            S::DeleteRule(rule) => S::PutRule(rule),
            S::TurnRule { rule, on } => S::TurnRule { rule, on: !on },
            S::PutTarget { rule, target } => S::RemoveTarget { rule, target },
            S::RemoveTarget { rule, target } => S::PutTarget { rule, target },
            S::Allow(statement) => S::Disallow(statement),
            S::Disallow(statement) => S::Allow(statement),
            // The bucket may have changed since: only our own entry is taken back.
            S::PutNotifications { bucket, entry, .. } => {
                let now = bucket::notifications(self, &at.location, &bucket).await?;
                let there = |id: &str| now.entries().any(|one| one.id == id);
                let text = match &entry {
                    Entry::Comes { id, .. } if there(id) => now.without(|one| one.id == *id),
                    Entry::Goes { id, xml } if !there(id) => now.with(xml),
                    Entry::Comes { .. } | Entry::Goes { .. } => return Ok(Back::Nothing),
                };
                let put = bucket::put_notifications(self, &at.location, &bucket, &text);
                return put.await.map(|()| Back::Done);
            }
            S::Subscribe { topic, function } => match made.subscription.clone() {
                Some(subscription) => S::Unsubscribe { subscription, topic, function },
                None => return Ok(Back::Nothing),
            },
            S::Unsubscribe { topic, function, .. } => S::Subscribe { topic, function },
            S::Keep { of, before: None, count } => S::KeepNone { of, before: count },
            S::Keep { of, before: Some(count), .. } | S::KeepNone { of, before: count } => {
                S::Keep { of, count, before: None }
            }
            S::SetLayers { layers, before } => S::SetLayers { layers: before, before: layers },
            S::SetTags { function, tags, before } => {
                let came: BTreeMap<String, String> =
                    tags.into_iter().filter(|(key, _)| !before.contains_key(key)).collect();
                if !before.is_empty() {
                    let asked = Asked { operation: "lambda:TagResource", location: &at.location };
                    self.set_tags(at, &function, &before, &asked).await?;
                }
                if came.is_empty() {
                    return Ok(Back::Done);
                }
                S::RemoveTags { function, before: came }
            }
            S::RemoveTags { function, before } => {
                S::SetTags { function, tags: before, before: BTreeMap::new() }
            }
        };
        let mut nothing = Made::default();
        self.carry_out_side(at, &back, &mut nothing, &Course::unwatched()).await.map(|()| Back::Done)
    }

    /// Waits until a mapping has become what was asked of it.
    async fn turned(&self, at: &FunctionAddress, id: &str, asked: &Asked<'_>) -> Result<()> {
        let client = self.lambda(&at.location)?;
        let begun = Instant::now();
        let mut pause = Duration::from_millis(200);
        loop {
            let answer = client.get_event_source_mapping().uuid(id).send().await;
            let answer = answer.map_err(|error| asked.failed(&error))?;
            let state = answer.state().unwrap_or_default();
            if !matches!(state, "Creating" | "Enabling" | "Disabling" | "Updating") {
                return Ok(());
            }
            if begun.elapsed() > TURNED {
                let words = format!("it is {state} after 2 minutes");
                return Err(asked.fault(FaultKind::TimedOut, words));
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(3));
        }
    }

    async fn put_rule(
        &self,
        at: &FunctionAddress,
        rule: &Rule,
        asked: &Asked<'_>,
        made: &mut Made,
    ) -> Result<()> {
        let answer = self
            .events(&at.location)?
            .put_rule()
            .name(&rule.name)
            .set_schedule_expression(rule.expression.clone())
            .set_event_pattern(rule.pattern.clone())
            .set_description(rule.description.clone())
            .state(if rule.on { RuleState::Enabled } else { RuleState::Disabled })
            .send()
            .await
            .map_err(|error| asked.failed(&error))?;
        made.results.push(("rule".to_owned(), answer.rule_arn().unwrap_or_default().to_owned()));
        Ok(())
    }

    async fn put_target(
        &self,
        at: &FunctionAddress,
        rule: &str,
        target: &Target,
        asked: &Asked<'_>,
    ) -> Result<()> {
        let given =
            GivenTarget::builder().id(&target.id).arn(&target.function).set_input(target.input.clone());
        let given = given.build().map_err(|error| asked.fault(FaultKind::Other, error.to_string()))?;
        let answer = self.events(&at.location)?.put_targets().rule(rule).targets(given).send().await;
        let answer = answer.map_err(|error| asked.failed(&error))?;
        match answer.failed_entries().first() {
            Some(failed) => {
                Err(asked.fault(FaultKind::Other, failed.error_message().unwrap_or("the target was refused")))
            }
            None => Ok(()),
        }
    }

    async fn allow(&self, at: &FunctionAddress, statement: &Statement, asked: &Asked<'_>) -> Result<()> {
        let source = Some(statement.source.clone()).filter(|source| !source.is_empty());
        let request = self.lambda(&at.location)?.add_permission().function_name(&at.name);
        let request = request
            .statement_id(&statement.id)
            .action("lambda:InvokeFunction")
            .principal(&statement.principal)
            .set_source_arn(source)
            .set_source_account(statement.account.clone());
        request.send().await.map(|_| ()).map_err(|error| asked.failed(&error))
    }

    async fn set_tags(
        &self,
        at: &FunctionAddress,
        function: &str,
        tags: &BTreeMap<String, String>,
        asked: &Asked<'_>,
    ) -> Result<()> {
        let tags = tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let request = self.lambda(&at.location)?.tag_resource().resource(function).set_tags(Some(tags));
        request.send().await.map(|_| ()).map_err(|error| asked.failed(&error))
    }
}

/// Waits for what a call before made: AWS tells its services of it within some seconds.
struct Patience {
    fresh: bool,
    number: u32,
}

impl Patience {
    fn new(fresh: bool) -> Self {
        Self { fresh, number: 1 }
    }

    /// Waits a moment, or answers the fault when it means something else or waiting was in vain.
    async fn wait(&mut self, fault: Fault, not_yet: &str, course: &Course) -> Result<()> {
        if !self.fresh || !fault.message.contains(not_yet) || self.number >= ROLE_KNOWN.tries {
            return Err(fault);
        }
        if !course.pause(ROLE_KNOWN.pause(self.number, 0.5 + rand::random::<f64>() / 2.0)).await {
            return Err(fault);
        }
        self.number += 1;
        Ok(())
    }
}
