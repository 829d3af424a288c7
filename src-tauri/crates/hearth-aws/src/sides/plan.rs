//! From a change of what is set around a function to the requests that make it, after looking at what is there.

use super::action::{Entry, Rule, SideAction, Statement, Target};
use super::allowed::{lets_in, statements};
use super::arn::{Arn, name_for, short};
use super::notifications::Notification;
use super::read::{BUCKETS, RULES, TOPICS, is_topic, subscription};
use super::{bucket, leave, rules, settings, sources};
use crate::AwsAccount;
use crate::action::Action;
use crate::fault::Asked;
use crate::plan::{Draft, existing};
use hearth_cloud::{
    CloudFunction, CostEffect, FaultKind, FunctionAddress, NewTrigger, Result, SideChange, StartAt, Undo,
    quoted,
};

/// What a notification of a bucket is about when nobody says it.
const STORED: &str = "s3:ObjectCreated:*";

pub(crate) async fn plan(account: &AwsAccount, at: &FunctionAddress, change: &SideChange) -> Result<Draft> {
    match change {
        SideChange::AddTrigger { trigger } => {
            let function = existing(account, at, "lambda:AddPermission").await?;
            Add { account, at, function }.plan(trigger).await
        }
        SideChange::TurnTrigger { id, on } => leave::turn(account, at, id, *on).await,
        SideChange::RemoveTrigger { id } => leave::remove(account, at, id).await,
        SideChange::Keep { of, count } => settings::keep_ready(account, at, of, *count).await,
        SideChange::Layers { attach, detach } => settings::set_layers(account, at, attach, detach).await,
        SideChange::Tags { set, remove } => settings::set_tags(account, at, set, remove).await,
    }
}

/// A command line of Hearth about what is set around a function.
pub(super) fn hearth(account: &AwsAccount, at: &FunctionAddress, verb: &str, arguments: &[&str]) -> String {
    let arguments: Vec<String> =
        [at.name.clone()].into_iter().chain(arguments.iter().map(|one| quoted(one))).collect();
    let arguments = arguments.join(" ");
    format!("hearth {verb} {arguments} {}", account.account.flags(&at.location))
}

/// Adding a trigger.
struct Add<'a> {
    account: &'a AwsAccount,
    at: &'a FunctionAddress,
    function: CloudFunction,
}

impl Add<'_> {
    async fn plan(&self, trigger: &NewTrigger) -> Result<Draft> {
        match trigger {
            NewTrigger::Source { source, batch_size, start } => {
                self.source(source, *batch_size, *start).await
            }
            NewTrigger::Schedule { expression, rule } => self.schedule(expression, rule.as_deref()).await,
            NewTrigger::Pattern { pattern, rule } => self.pattern(pattern, rule.as_deref()).await,
            NewTrigger::Bucket { bucket, events, prefix, suffix } => {
                self.bucket(bucket, events, prefix.as_deref(), suffix.as_deref()).await
            }
            NewTrigger::Topic { topic } => self.topic(topic).await,
        }
    }

    fn asked(&self, operation: &'static str) -> Asked<'_> {
        Asked { operation, location: &self.at.location }
    }

    /// The account that the function is in, and AWS's partition.
    fn owner(&self) -> (String, String) {
        let arn = Arn::parse(&self.function.resource);
        arn.map(|arn| (arn.partition.to_owned(), arn.account.to_owned())).unwrap_or_default()
    }

    fn undo(&self, id: &str) -> Undo {
        Undo::Command { command: hearth(self.account, self.at, "triggers remove", &[id]) }
    }

    /// The statement that lets a source call the function, unless one does already.
    async fn allow(
        &self,
        principal: &str,
        prefix: &str,
        source: &str,
        owner: Option<String>,
    ) -> Result<Option<SideAction>> {
        let there = statements(self.account, self.at).await?;
        if there.iter().any(|one| lets_in(one, principal, source)) {
            return Ok(None);
        }
        Ok(Some(SideAction::Allow(Statement {
            id: name_for(prefix, short(source), source, 90),
            principal: principal.to_owned(),
            source: source.to_owned(),
            account: owner,
        })))
    }

    async fn source(&self, source: &str, batch_size: Option<u32>, start: Option<StartAt>) -> Result<Draft> {
        let asked = self.asked("lambda:CreateEventSourceMapping");
        let invalid = |words: String| asked.fault(FaultKind::Invalid, words);
        let Some(reads) = sources::reads(source) else {
            return Err(invalid(format!(
                "`{source}` is no queue of SQS and no stream of Kinesis or DynamoDB: write its full name, \
                 for instance arn:aws:sqs:{}:ACCOUNT:QUEUE",
                self.at.location
            )));
        };
        if batch_size.is_some_and(|size| !(1..=10_000).contains(&size)) {
            return Err(invalid("a call can get 1 to 10000 events".to_owned()));
        }
        let is_queue = sources::is_queue(source);
        if is_queue && start.is_some() {
            return Err(invalid("a queue has no place to begin at; only a stream has".to_owned()));
        }
        let start = (!is_queue).then(|| start.unwrap_or(StartAt::Latest));
        let there = sources::mappings(self.account, self.at).await?;
        if let Some(there) = there.iter().find(|one| one.source == source) {
            let words = format!("{source} calls it already, as {}", there.id);
            return Err(asked.fault(FaultKind::Conflict, words));
        }
        let mut draft = Draft {
            title: format!("{source} calls {}", self.at.name),
            cost: Some(CostEffect {
                words: "Lambda reads it without a pause, which costs requests of the queue or stream; \
                        each call costs its time and memory."
                    .to_owned(),
                standing: true,
            }),
            undo: Some(self.undo(source)),
            ..Draft::default()
        };
        let fresh = if let Some(role) = sources::own_role(self.account, &self.function).await {
            draft.actions.push(Action::Side(SideAction::LetRead {
                role,
                policy: sources::read_policy(source),
                document: sources::read_document(source),
                source: source.to_owned(),
            }));
            true
        } else {
            draft.warnings.push(format!(
                "Its role {} must allow {} on it; Hearth changes only roles that it made.",
                self.function.role.as_deref().unwrap_or("is not known and"),
                reads.join(", ")
            ));
            false
        };
        let source = source.to_owned();
        draft.actions.push(Action::Side(SideAction::CreateMapping { source, batch_size, start, fresh }));
        Ok(draft)
    }

    async fn schedule(&self, expression: &str, rule: Option<&str>) -> Result<Draft> {
        let asked = self.asked("events:PutRule");
        let expression = expression.trim();
        let is_schedule = ["rate(", "cron("].iter().any(|kind| expression.starts_with(kind));
        if !is_schedule || !expression.ends_with(')') {
            let words =
                format!("`{expression}` is no schedule: write rate(5 minutes) or cron(0 12 * * ? *), in UTC");
            return Err(asked.fault(FaultKind::Invalid, words));
        }
        let often = rules::times_a_month(expression)
            .map(|times| format!(" It is called {times} times in a month of 730 hours."))
            .unwrap_or_default();
        let cost = format!("A schedule costs nothing by itself; each call costs its time and memory.{often}");
        let title = format!("Call {} by the clock, {expression}", self.at.name);
        self.new_rule((Some(expression.to_owned()), None), rule, title, cost).await
    }

    async fn pattern(&self, pattern: &str, rule: Option<&str>) -> Result<Draft> {
        let asked = self.asked("events:PutRule");
        let read: std::result::Result<serde_json::Map<String, serde_json::Value>, _> =
            serde_json::from_str(pattern);
        let pattern = match read {
            Ok(read) if !read.is_empty() => serde_json::Value::Object(read).to_string(),
            Ok(_) => return Err(asked.fault(FaultKind::Invalid, "an empty pattern would fit every event")),
            Err(error) => {
                let words = format!(
                    "the pattern is no JSON object ({error}): write for instance {{\"source\": [\"aws.ecs\"]}}"
                );
                return Err(asked.fault(FaultKind::Invalid, words));
            }
        };
        let cost =
            "Events of AWS's own services cost nothing, others $1 for a million put on the bus; each call \
                    costs its time and memory."
                .to_owned();
        let title = format!("Call {} for events like {pattern}", self.at.name);
        self.new_rule((None, Some(pattern)), rule, title, cost).await
    }

    /// A rule of its own on the default bus, by the clock or by a pattern.
    async fn new_rule(
        &self,
        (expression, pattern): (Option<String>, Option<String>),
        rule: Option<&str>,
        title: String,
        cost: String,
    ) -> Result<Draft> {
        let asked = self.asked("events:PutRule");
        let fires = expression.as_ref().or(pattern.as_ref()).map_or("", String::as_str);
        let what = format!("{} {fires}", self.at.name);
        let name = rule.map_or_else(|| name_for("hearth-", &what, &what, 64), str::to_owned);
        let takes = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
        if name.is_empty() || name.len() > 64 || !name.chars().all(takes) {
            let words =
                format!("`{name}` is no name of a rule: letters, digits, `.`, `-` and `_`, at most 64");
            return Err(asked.fault(FaultKind::Invalid, words));
        }
        if rules::rule(self.account, &self.at.location, &name).await?.is_some() {
            let words = format!("there is a rule `{name}` already; name another one");
            return Err(asked.fault(FaultKind::Conflict, words));
        }
        let (partition, owner) = self.owner();
        let arn = format!("arn:{partition}:events:{}:{owner}:rule/{name}", self.at.location);
        let target =
            Target { id: "hearth".to_owned(), function: self.function.resource.clone(), input: None };
        let mut actions = vec![SideAction::PutRule(Rule {
            name: name.clone(),
            expression,
            pattern,
            description: Some(format!("Calls {}", self.at.name)),
            on: true,
        })];
        actions.extend(self.allow(RULES, "hearth-", &arn, None).await?);
        actions.push(SideAction::PutTarget { rule: name.clone(), target });
        Ok(Draft {
            title,
            actions: actions.into_iter().map(Action::Side).collect(),
            cost: Some(CostEffect { words: cost, standing: true }),
            undo: Some(self.undo(&format!("rule:{name}"))),
            warnings: Vec::new(),
        })
    }

    async fn bucket(
        &self,
        name: &str,
        events: &[String],
        prefix: Option<&str>,
        suffix: Option<&str>,
    ) -> Result<Draft> {
        let asked = self.asked("s3:PutBucketNotificationConfiguration");
        let events = if events.is_empty() { vec![STORED.to_owned()] } else { events.to_vec() };
        if let Some(wrong) = events.iter().find(|event| !event.starts_with("s3:")) {
            let words =
                format!("`{wrong}` is nothing that happens in a bucket: write {STORED}, s3:ObjectRemoved:*");
            return Err(asked.fault(FaultKind::Invalid, words));
        }
        let before = bucket::notifications(self.account, &self.at.location, name).await?;
        let function = &self.function.resource;
        let what =
            format!("{} {} {}", events.join(","), prefix.unwrap_or_default(), suffix.unwrap_or_default());
        let id = name_for("hearth-", &self.at.name, &format!("{} {what}", self.at.name), 100);
        let same = before.entries().find(|entry| {
            entry.target == *function
                && entry.events == events
                && entry.prefix.as_deref() == prefix
                && entry.suffix.as_deref() == suffix
        });
        if let Some(same) = same {
            let words = format!("the bucket `{name}` calls it for this already, as {}", same.id);
            return Err(asked.fault(FaultKind::Conflict, words));
        }
        let xml = Notification::of_function(&id, function, &events, prefix, suffix);
        let (partition, owner) = self.owner();
        let allow =
            self.allow(BUCKETS, "hearth-s3-", &format!("arn:{partition}:s3:::{name}"), Some(owner)).await?;
        let put = SideAction::PutNotifications {
            bucket: name.to_owned(),
            text: before.with(&xml),
            entry: Entry::Comes { id: id.clone(), xml },
            others: before.entries().count(),
            fresh: allow.is_some(),
        };
        Ok(Draft {
            title: format!("Bucket {name} calls {} for {}", self.at.name, events.join(", ")),
            actions: allow.into_iter().chain([put]).map(Action::Side).collect(),
            cost: Some(per_call("S3 tells of it for nothing")),
            undo: Some(self.undo(&format!("s3:{name}/{id}"))),
            warnings: vec![format!(
                "When {} writes to {name} itself where it listens, each of its calls makes the next one.",
                self.at.name
            )],
        })
    }

    async fn topic(&self, topic: &str) -> Result<Draft> {
        let asked = self.asked("sns:Subscribe");
        if !is_topic(topic) {
            let words = format!(
                "`{topic}` is no topic: write its full name, for instance arn:aws:sns:{}:ACCOUNT:TOPIC",
                self.at.location
            );
            return Err(asked.fault(FaultKind::Invalid, words));
        }
        let function = &self.function.resource;
        if subscription(self.account, self.at, topic, function).await?.is_some() {
            return Err(asked.fault(FaultKind::Conflict, format!("{topic} calls it already")));
        }
        let allow = self.allow(TOPICS, "hearth-sns-", topic, None).await?;
        let subscribe = SideAction::Subscribe { topic: topic.to_owned(), function: function.clone() };
        Ok(Draft {
            title: format!("Each message of {topic} calls {}", self.at.name),
            actions: allow.into_iter().chain([subscribe]).map(Action::Side).collect(),
            cost: Some(per_call("SNS delivers to functions for nothing")),
            undo: Some(self.undo(topic)),
            warnings: Vec::new(),
        })
    }
}

fn per_call(free: &str) -> CostEffect {
    CostEffect { words: format!("{free}; each call costs its time and memory."), standing: true }
}
