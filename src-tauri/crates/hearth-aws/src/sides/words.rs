//! A request about what is set around a function in words: what it makes, and what is sent by the names of AWS's
//! command line.

use super::action::{Entry, Rule, SideAction, Statement, Target};
use super::notifications::Notifications;
use crate::action_words::Parameters;
use hearth_cloud::StartAt;
use serde_json::json;

impl SideAction {
    pub(crate) fn makes(&self, name: &str) -> String {
        match self {
            Self::LetRead { role, source, .. } => format!("{role} may read {source}"),
            Self::ForbidRead { role, source, .. } => format!("{role} may read {source} no longer"),
            Self::CreateMapping { source, batch_size, start, .. } => format!(
                "Lambda reads {source} and calls {name}{}{}; waits until it does",
                batch_size.map(|size| format!(", at most {size} at once")).unwrap_or_default(),
                match start {
                    Some(StartAt::Latest) => ", with what comes from now on",
                    Some(StartAt::Oldest) => ", with the oldest that is still there",
                    None => "",
                }
            ),
            Self::TurnMapping { source, on: true, .. } => format!("{source} calls {name} again"),
            Self::TurnMapping { source, on: false, .. } => {
                format!("{source} calls {name} no longer, until it is turned on")
            }
            Self::DeleteMapping { source, .. } => format!("{source} calls {name} no longer"),
            Self::PutRule(rule) => format!("rule {}, {}", rule.name, fires(rule)),
            Self::TurnRule { rule, on } => {
                format!("rule {rule} {}", if *on { "fires again" } else { "does not fire" })
            }
            Self::DeleteRule(rule) => format!("deletes the rule {}, which calls nothing else", rule.name),
            Self::PutTarget { rule, .. } => format!("rule {rule} calls {name}"),
            Self::RemoveTarget { rule, .. } => format!("rule {rule} calls {name} no longer"),
            Self::Allow(statement) => {
                format!("lets {} call {name}, and nothing else of it", statement.source)
            }
            Self::Disallow(statement) => match statement.source.as_str() {
                "" => format!("{} may call {name} no longer", statement.principal),
                source => format!("{source} may call {name} no longer"),
            },
            Self::PutNotifications { bucket, entry: Entry::Comes { .. }, others, .. } => {
                format!("bucket {bucket} calls {name}; {}", stay(*others))
            }
            Self::PutNotifications { bucket, entry: Entry::Goes { .. }, others, .. } => {
                format!("bucket {bucket} calls {name} no longer for this; {}", stay(*others))
            }
            Self::Subscribe { topic, .. } => format!("each message of {topic} calls {name}"),
            Self::Unsubscribe { topic, .. } => format!("messages of {topic} call {name} no longer"),
            Self::Keep { of, count, before: None } => format!("{count} of {name} at {of} are kept ready"),
            Self::Keep { of, count, before: Some(before) } => {
                format!("{count} of {name} at {of} are kept ready; it was {before}")
            }
            Self::KeepNone { of, before } => format!("none of {name} at {of} is kept ready; it was {before}"),
            Self::SetLayers { layers, .. } if layers.is_empty() => {
                format!("{name} has no layer; waits until it is in place")
            }
            Self::SetLayers { layers, .. } => {
                format!("{name} has the layers {}; waits until they are in place", layers.join(", "))
            }
            Self::SetTags { tags, .. } => {
                let all: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
                format!("tags of {name}: {}", all.join(", "))
            }
            Self::RemoveTags { before, .. } => {
                format!("{name} loses the tags {}", before.keys().cloned().collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// What is sent, by the names that AWS's command line gives it. A name with an empty value is a flag.
    pub(crate) fn parameters(&self, name: &str) -> Parameters {
        let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let function = named("function-name", name);
        match self {
            Self::LetRead { role, policy, document, .. } => {
                vec![
                    named("role-name", role),
                    named("policy-name", policy),
                    named("policy-document", document),
                ]
            }
            Self::ForbidRead { role, policy, .. } => {
                vec![named("role-name", role), named("policy-name", policy)]
            }
            Self::CreateMapping { source, batch_size, start, .. } => {
                let mut all = vec![function, named("event-source-arn", source)];
                all.extend(batch_size.map(|size| named("batch-size", &size.to_string())));
                all.extend(start.map(|start| named("starting-position", position(start))));
                all
            }
            Self::TurnMapping { id, on, .. } => {
                vec![named("uuid", id), named(if *on { "enabled" } else { "no-enabled" }, "")]
            }
            Self::DeleteMapping { id, .. } => vec![named("uuid", id)],
            Self::PutRule(rule) => {
                let mut all = vec![named("name", &rule.name)];
                all.extend(rule.expression.as_ref().map(|text| named("schedule-expression", text)));
                all.extend(rule.pattern.as_ref().map(|text| named("event-pattern", text)));
                all.extend(rule.description.as_ref().map(|text| named("description", text)));
                all.push(named("state", if rule.on { "ENABLED" } else { "DISABLED" }));
                all
            }
            Self::TurnRule { rule, .. } => vec![named("name", rule)],
            Self::DeleteRule(rule) => vec![named("name", &rule.name)],
            Self::PutTarget { rule, target } => {
                vec![named("rule", rule), named("targets", &target_json(target))]
            }
            Self::RemoveTarget { rule, target } => vec![named("rule", rule), named("ids", &target.id)],
            Self::Allow(Statement { id, principal, source, account }) => {
                let mut all = vec![
                    function,
                    named("statement-id", id),
                    named("action", "lambda:InvokeFunction"),
                    named("principal", principal),
                ];
                all.extend((!source.is_empty()).then(|| named("source-arn", source)));
                all.extend(account.as_ref().map(|account| named("source-account", account)));
                all
            }
            Self::Disallow(statement) => vec![function, named("statement-id", &statement.id)],
            Self::PutNotifications { bucket, text, .. } => {
                let whole = Notifications::parse(text).map(|all| all.json().to_string()).unwrap_or_default();
                vec![named("bucket", bucket), named("notification-configuration", &whole)]
            }
            Self::Subscribe { topic, function } => vec![
                named("topic-arn", topic),
                named("protocol", "lambda"),
                named("notification-endpoint", function),
                named("return-subscription-arn", ""),
            ],
            Self::Unsubscribe { subscription, .. } => vec![named("subscription-arn", subscription)],
            Self::Keep { of, count, .. } => vec![
                function,
                named("qualifier", of),
                named("provisioned-concurrent-executions", &count.to_string()),
            ],
            Self::KeepNone { of, .. } => vec![function, named("qualifier", of)],
            Self::SetLayers { layers, .. } => vec![function, named("layers", &json!(layers).to_string())],
            Self::SetTags { function, tags, .. } => {
                vec![named("resource", function), named("tags", &json!(tags).to_string())]
            }
            Self::RemoveTags { function, before } => {
                let keys: Vec<&String> = before.keys().collect();
                vec![named("resource", function), named("tag-keys", &json!(keys).to_string())]
            }
        }
    }
}

/// Where reading of a stream begins, in AWS's word.
pub(super) fn position(start: StartAt) -> &'static str {
    match start {
        StartAt::Latest => "LATEST",
        StartAt::Oldest => "TRIM_HORIZON",
    }
}

fn target_json(target: &Target) -> String {
    let mut one = json!({ "Id": target.id, "Arn": target.function });
    if let Some(input) = &target.input {
        one["Input"] = json!(input);
    }
    json!([one]).to_string()
}

fn fires(rule: &Rule) -> String {
    match (&rule.expression, &rule.pattern) {
        (Some(expression), _) => format!("which fires at {expression}"),
        (None, Some(pattern)) => format!("which fires for {pattern}"),
        (None, None) => "which never fires".to_owned(),
    }
}

fn stay(others: usize) -> String {
    match others {
        0 => "it has no other notification".to_owned(),
        1 => "its other notification stays".to_owned(),
        more => format!("its {more} other notifications stay"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{Action, Todo};
    use hearth_cloud::FunctionAddress;

    #[test]
    fn requests_are_lines_that_the_command_line_of_aws_takes() {
        let line = |action| {
            let function = FunctionAddress::new("eu-west-1", "tea");
            Todo { function, action: Action::Side(action) }.command_line(" --region eu-west-1")
        };
        let source = "arn:aws:sqs:eu-west-1:1:orders".to_owned();
        assert_eq!(
            line(SideAction::CreateMapping {
                source: source.clone(),
                batch_size: Some(5),
                start: None,
                fresh: true
            }),
            "aws lambda create-event-source-mapping --function-name tea --event-source-arn \
             arn:aws:sqs:eu-west-1:1:orders --batch-size 5 --region eu-west-1"
        );
        assert_eq!(
            line(SideAction::TurnMapping { id: "u".into(), source, on: false }),
            "aws lambda update-event-source-mapping --uuid u --no-enabled --region eu-west-1"
        );
        let text = "<NotificationConfiguration></NotificationConfiguration>".to_owned();
        let entry = Entry::Goes { id: "x".into(), xml: String::new() };
        let put = SideAction::PutNotifications { bucket: "b".into(), text, entry, others: 0, fresh: false };
        assert_eq!(
            line(put),
            "aws s3api put-bucket-notification-configuration --bucket b --notification-configuration '{}' \
             --region eu-west-1"
        );
    }
}
