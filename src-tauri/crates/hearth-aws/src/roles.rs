//! The roles that Hearth makes: their names, their tags, and what is inside them. Owns that a role counts as Hearth's
//! only when its tag says for whom it was made. Changes nothing.

use crate::AwsAccount;
use crate::action::{Action, ROLE_POLICY, Role, RoleOf};
use crate::fault::Asked;
use crate::policies::ROLE_PREFIX;
use hearth_cloud::{FaultKind, FunctionAddress, Result};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// A role that is there.
pub(crate) struct Found {
    pub(crate) arn: String,
    tags: Vec<(String, String)>,
}

impl Found {
    /// Whether Hearth made it for this.
    pub(crate) fn is_for(&self, of: RoleOf, name: &str) -> bool {
        self.tags.iter().any(|(key, value)| key == of.tag() && value == name)
    }
}

/// A role by its name; none when it is not there.
pub(crate) async fn find(account: &AwsAccount, role: &str) -> Result<Option<Found>> {
    let asked = Asked { operation: "iam:GetRole", location: "" };
    match account.iam().get_role().role_name(role).send().await {
        Ok(answer) => Ok(answer.role().map(|role| Found {
            arn: role.arn().to_owned(),
            tags: role.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect(),
        })),
        Err(error) => {
            let fault = asked.failed(&error);
            if fault.kind == FaultKind::NotFound { Ok(None) } else { Err(fault) }
        }
    }
}

/// Names of the policies inside a role; none when it is not there.
pub(crate) async fn policies(account: &AwsAccount, role: &str) -> Result<Vec<String>> {
    let asked = Asked { operation: "iam:ListRolePolicies", location: "" };
    let mut pages = account.iam().list_role_policies().role_name(role).into_paginator().items().send();
    let mut names = Vec::new();
    while let Some(name) = pages.next().await {
        match name.map_err(|error| asked.failed(&error)) {
            Ok(name) => names.push(name),
            Err(fault) if fault.kind == FaultKind::NotFound => break,
            Err(fault) => return Err(fault),
        }
    }
    Ok(names)
}

/// What a role that is there still lacks, because the change that made it came to no end.
pub(crate) async fn rest(
    account: &AwsAccount,
    (role, found): (&str, &Found),
    (of, name): (RoleOf, &str),
    policy: Action,
) -> Option<Action> {
    if !found.is_for(of, name) {
        return None;
    }
    // Who may not look there may hardly write there.
    let inside = policies(account, role).await.ok()?;
    (!inside.iter().any(|one| one == ROLE_POLICY)).then_some(policy)
}

/// The role of a new function: one that Hearth made for it before, or a new one.
pub(crate) async fn role_for(
    account: &AwsAccount,
    function: &FunctionAddress,
) -> Result<(Vec<Action>, Role)> {
    let role = role_name(function);
    let logs = format!("arn:aws:logs:{}:*:log-group:/aws/lambda/{}", function.location, function.name);
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [logs.clone(), format!("{logs}:*")],
        }],
    });
    let policy = Action::PutRolePolicy {
        role: role.clone(),
        policy: policy.to_string(),
        allows: "write its own logs and nothing else",
    };
    if let Some(found) = find(account, &role).await? {
        if !found.is_for(RoleOf::Function, &function.name) {
            return Ok((Vec::new(), Role::There(found.arn)));
        }
        let rest = rest(account, (&role, &found), (RoleOf::Function, &function.name), policy).await;
        return Ok((rest.into_iter().collect(), Role::Ours(found.arn)));
    }
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }],
    });
    let create = Action::CreateRole { role: role.clone(), trust: trust.to_string(), of: RoleOf::Function };
    Ok((vec![create, policy], Role::Made(role)))
}

/// The name of the role that Hearth makes for a function; IAM takes 64 characters.
pub(crate) fn role_name(function: &FunctionAddress) -> String {
    let name = format!("{ROLE_PREFIX}{}-{}", function.location, function.name);
    if name.len() <= 64 {
        return name;
    }
    let hash = Sha256::digest(name.as_bytes());
    let hash = hash.iter().take(4).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    });
    format!("{}-{hash}", &name[..55])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_of_a_function_has_a_name_that_iam_takes() {
        assert_eq!(role_name(&FunctionAddress::new("eu-west-1", "tea")), "hearth-eu-west-1-tea");
        let long = role_name(&FunctionAddress::new("ap-southeast-2", "x".repeat(64)));
        assert_eq!(long.len(), 64, "{long}");
        let other = role_name(&FunctionAddress::new("ap-southeast-2", format!("{}y", "x".repeat(63))));
        assert_ne!(long, other, "the hash keeps them apart");
    }
}
