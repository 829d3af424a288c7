//! Rules of EventBridge: what fires them, and whether they call a function. Only its own bus is looked at, on which all
//! schedules are.

use super::action::{Rule, Target};
use crate::AwsAccount;
use crate::fault::Asked;
use aws_sdk_eventbridge::types::RuleState;
use hearth_cloud::{FaultKind, Result};

/// A rule with what it calls.
pub(super) struct Found {
    pub(super) rule: Rule,
    pub(super) arn: String,
    /// The service that looks after it, when nobody else may change it.
    pub(super) managed_by: Option<String>,
}

/// The rules that call a function, by name.
pub(super) async fn calling(account: &AwsAccount, location: &str, function: &str) -> Result<Vec<Found>> {
    let asked = Asked { operation: "events:ListRuleNamesByTarget", location };
    let client = account.events(location)?;
    let (mut names, mut next) = (Vec::new(), None);
    loop {
        let answer =
            client.list_rule_names_by_target().target_arn(function).set_next_token(next).send().await;
        let answer = answer.map_err(|error| asked.failed(&error))?;
        names.extend(answer.rule_names().iter().cloned());
        next = answer.next_token().map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    let found =
        futures_util::future::try_join_all(names.iter().map(|name| rule(account, location, name))).await?;
    Ok(found.into_iter().flatten().collect())
}

/// One rule, none when it is not there.
pub(super) async fn rule(account: &AwsAccount, location: &str, name: &str) -> Result<Option<Found>> {
    let asked = Asked { operation: "events:DescribeRule", location };
    let answer = match account.events(location)?.describe_rule().name(name).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let fault = asked.failed(&error);
            return if fault.kind == FaultKind::NotFound { Ok(None) } else { Err(fault) };
        }
    };
    let text = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
    let rule = Rule {
        name: name.to_owned(),
        expression: text(answer.schedule_expression()),
        pattern: text(answer.event_pattern()),
        description: text(answer.description()),
        on: answer.state() != Some(&RuleState::Disabled),
    };
    Ok(Some(Found {
        rule,
        arn: answer.arn().unwrap_or_default().to_owned(),
        managed_by: text(answer.managed_by()),
    }))
}

/// What a rule calls: the targets that are the function, and how many others there are.
pub(super) async fn targets(
    account: &AwsAccount,
    location: &str,
    rule: &str,
    function: &str,
) -> Result<(Vec<Target>, usize)> {
    let asked = Asked { operation: "events:ListTargetsByRule", location };
    let client = account.events(location)?;
    let (mut ours, mut others, mut next) = (Vec::new(), 0, None);
    loop {
        let answer = client.list_targets_by_rule().rule(rule).set_next_token(next).send().await;
        let answer = answer.map_err(|error| asked.failed(&error))?;
        for target in answer.targets() {
            if target.arn() == function {
                ours.push(Target {
                    id: target.id().to_owned(),
                    function: function.to_owned(),
                    input: target.input().map(str::to_owned),
                });
            } else {
                others += 1;
            }
        }
        next = answer.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok((ours, others));
        }
    }
}

/// How often a `rate(…)` fires in a month of 730 hours; none for other expressions.
pub(super) fn times_a_month(expression: &str) -> Option<u64> {
    let inner = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (count, unit) = inner.trim().split_once(' ')?;
    let minutes = match unit.trim() {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 1_440,
        _ => return None,
    };
    let count: u64 = count.trim().parse().ok().filter(|count| *count > 0)?;
    // So long that no month has one.
    Some(730 * 60 / count.saturating_mul(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_says_how_often_it_fires() {
        assert_eq!(times_a_month("rate(5 minutes)"), Some(8_760));
        assert_eq!(times_a_month("rate(1 hour)"), Some(730));
        assert_eq!(times_a_month("rate(1 day)"), Some(30));
        assert_eq!(times_a_month("rate(4611686018427387904 hours)"), Some(0), "longer than numbers go");
        for other in ["cron(0 12 * * ? *)", "rate(0 minutes)", "rate(x)", "rate(1 week)"] {
            assert_eq!(times_a_month(other), None, "{other}");
        }
    }
}
