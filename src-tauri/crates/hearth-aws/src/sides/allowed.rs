//! Who may call a function: the statements of its policy that Hearth can read.

use super::action::Statement;
use crate::AwsAccount;
use crate::fault::Asked;
use hearth_cloud::{FaultKind, FunctionAddress, Result};
use serde_json::Value;

/// The statements of a function's policy; none when it has no policy.
pub(super) async fn statements(account: &AwsAccount, at: &FunctionAddress) -> Result<Vec<Statement>> {
    Ok(policy(account, at).await?.iter().filter_map(statement).collect())
}

/// Whether a function's policy has a statement of this name, whatever it says.
pub(crate) async fn has_statement(account: &AwsAccount, at: &FunctionAddress, id: &str) -> Result<bool> {
    Ok(policy(account, at).await?.iter().any(|one| one["Sid"] == id))
}

async fn policy(account: &AwsAccount, at: &FunctionAddress) -> Result<Vec<Value>> {
    let asked = Asked { operation: "lambda:GetPolicy", location: &at.location };
    match account.lambda(&at.location)?.get_policy().function_name(&at.name).send().await {
        Ok(answer) => Ok(parse(answer.policy().unwrap_or_default())),
        Err(error) => {
            let fault = asked.failed(&error);
            if fault.kind == FaultKind::NotFound { Ok(Vec::new()) } else { Err(fault) }
        }
    }
}

/// Whether a statement lets `principal` call on behalf of `source`. A pattern counts for what it begins with.
pub(super) fn lets_in(statement: &Statement, principal: &str, source: &str) -> bool {
    let covers = match statement.source.split_once('*') {
        Some((begin, _)) => source.starts_with(begin),
        None => statement.source.is_empty() || statement.source == source,
    };
    statement.principal == principal && covers
}

fn parse(policy: &str) -> Vec<Value> {
    let mut policy: Value = serde_json::from_str(policy).unwrap_or_default();
    if let Value::Array(statements) = policy["Statement"].take() { statements } else { Vec::new() }
}

/// A statement that lets somebody call the function; others are not Hearth's to judge.
fn statement(given: &Value) -> Option<Statement> {
    let calls = |action: &Value| matches!(action.as_str(), Some("lambda:InvokeFunction" | "lambda:*"));
    let action = &given["Action"];
    let may_call = calls(action) || action.as_array().is_some_and(|all| all.iter().any(calls));
    if given["Effect"] != "Allow" || !may_call {
        return None;
    }
    let principal = &given["Principal"];
    let principal =
        ["Service", "AWS"].iter().find_map(|kind| principal[*kind].as_str()).or(principal.as_str())?;
    // Names of conditions are written in any case.
    let condition = |wanted: &str| {
        let tests = given["Condition"].as_object()?;
        tests.values().filter_map(Value::as_object).flatten().find_map(|(name, value)| {
            let value = value.as_str().or_else(|| value.get(0)?.as_str())?;
            name.eq_ignore_ascii_case(wanted).then(|| value.to_owned())
        })
    };
    Some(Statement {
        id: given["Sid"].as_str()?.to_owned(),
        principal: principal.to_owned(),
        source: condition("AWS:SourceArn").unwrap_or_default(),
        account: condition("AWS:SourceAccount"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_who_may_call() {
        let policy = r#"{"Statement":[
            {"Sid":"a","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction",
             "Condition":{"StringEquals":{"AWS:SourceAccount":"1"},"ArnLike":{"aws:sourcearn":"arn:aws:s3:::photos"}}},
            {"Sid":"b","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl"},
            {"Sid":"c","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},
             "Action":["lambda:InvokeFunction"],"Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:events:x:1:rule/*"}}},
            {"Sid":"d","Effect":"Deny","Principal":"*","Action":"lambda:InvokeFunction"}]}"#;
        let all: Vec<Statement> = parse(policy).iter().filter_map(statement).collect();
        let ids: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["a", "c"]);
        assert_eq!(all[0].account.as_deref(), Some("1"));
        assert!(lets_in(&all[0], "s3.amazonaws.com", "arn:aws:s3:::photos"));
        assert!(!lets_in(&all[0], "s3.amazonaws.com", "arn:aws:s3:::photos-2"));
        assert!(lets_in(&all[1], "events.amazonaws.com", "arn:aws:events:x:1:rule/tick"));
        assert!(!lets_in(&all[1], "sns.amazonaws.com", "arn:aws:events:x:1:rule/tick"));
        assert!(parse("no policy").is_empty());
    }
}
