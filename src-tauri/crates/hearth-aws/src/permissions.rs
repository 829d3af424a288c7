//! Who an account is and what it may do: STS says who, IAM's simulator says what. An account that may not ask the
//! simulator gets "unknown", never a guess.

use crate::fault::Asked;
use crate::policies::{PERMISSIONS, for_containers};
use crate::{AwsAccount, REGIONS};
use aws_sdk_iam::types::PolicyEvaluationDecisionType as Decision;
use hearth_cloud::{Grant, Identity, Permission, Result};
use std::collections::BTreeMap;

pub(crate) async fn identity(account: &AwsAccount) -> Result<Identity> {
    let location = account.account.location.as_deref().unwrap_or(REGIONS[0]);
    let asked = Asked { operation: "sts:GetCallerIdentity", location };
    let answer = account.sts().get_caller_identity().send().await.map_err(|error| asked.failed(&error))?;
    Ok(Identity {
        number: answer.account().unwrap_or_default().to_owned(),
        principal: answer.arn().unwrap_or_default().to_owned(),
    })
}

pub(crate) async fn permissions(account: &AwsAccount) -> Result<Vec<Permission>> {
    let identity = identity(account).await?;
    let names: Vec<&str> = PERMISSIONS.iter().map(|(name, _)| *name).collect();
    let grants = grants(account, &identity, &names).await;
    Ok(PERMISSIONS
        .iter()
        .map(|(name, level)| Permission {
            name: (*name).to_owned(),
            level: *level,
            grant: grants.get(*name).copied().unwrap_or(Grant::Unknown),
            optional: for_containers(name),
        })
        .collect())
}

/// What the simulator says of these permissions; what it does not say is left out.
pub(crate) async fn grants(
    account: &AwsAccount,
    identity: &Identity,
    names: &[&str],
) -> BTreeMap<String, Grant> {
    // The root of an account may everything, and the simulator does not take it.
    if identity.principal.ends_with(":root") {
        return names.iter().map(|name| ((*name).to_owned(), Grant::Allowed)).collect();
    }
    let mut found = BTreeMap::new();
    let mut marker = None;
    loop {
        let answer = account
            .iam()
            .simulate_principal_policy()
            .policy_source_arn(source(&identity.principal))
            .set_action_names(Some(names.iter().map(|name| (*name).to_owned()).collect()))
            .set_marker(marker.take())
            .send()
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let asked = Asked { operation: "iam:SimulatePrincipalPolicy", location: "" };
                tracing::info!(fault = %asked.failed(&error), "permissions of an account are not known");
                return found;
            }
        };
        for result in answer.evaluation_results() {
            let grant = match result.eval_decision() {
                Decision::Allowed => Grant::Allowed,
                Decision::ExplicitDeny | Decision::ImplicitDeny => Grant::Denied,
                _ => Grant::Unknown,
            };
            found.insert(result.eval_action_name().to_owned(), grant);
        }
        marker = answer.marker().map(str::to_owned);
        if !answer.is_truncated() || marker.is_none() {
            return found;
        }
    }
}

/// The role behind a session of it: the simulator takes roles and users.
fn source(principal: &str) -> String {
    let parts: Vec<&str> = principal.splitn(6, ':').collect();
    if let [arn, partition, "sts", region, number, resource] = parts.as_slice()
        && let Some(role) = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next())
    {
        return format!("{arn}:{partition}:iam:{region}:{number}:role/{role}");
    }
    principal.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_simulated_as_its_role() {
        assert_eq!(source("arn:aws:sts::1:assumed-role/Dev/me"), "arn:aws:iam::1:role/Dev");
        assert_eq!(source("arn:aws:iam::1:user/tea"), "arn:aws:iam::1:user/tea");
    }
}
