//! The smallest policy for each level, and which permission belongs to which level. Owns the list of everything that
//! this crate asks AWS for.

use crate::action::OF_IMAGES;
use hearth_cloud::{Level, LevelPolicy};
use serde_json::json;

/// Every permission that something in this crate needs, with the smallest level it is needed for.
pub(crate) const PERMISSIONS: &[(&str, Level)] = &[
    ("lambda:ListFunctions", Level::Look),
    ("lambda:GetFunctionConfiguration", Level::Look),
    ("lambda:GetFunctionConcurrency", Level::Look),
    ("lambda:GetFunctionUrlConfig", Level::Look),
    ("lambda:GetPolicy", Level::Look),
    ("lambda:ListVersionsByFunction", Level::Look),
    ("lambda:ListAliases", Level::Look),
    ("lambda:ListEventSourceMappings", Level::Look),
    ("lambda:ListProvisionedConcurrencyConfigs", Level::Look),
    ("lambda:ListTags", Level::Look),
    ("lambda:GetEventSourceMapping", Level::Look),
    ("lambda:GetProvisionedConcurrencyConfig", Level::Look),
    ("lambda:ListLayers", Level::Look),
    ("events:ListRuleNamesByTarget", Level::Look),
    ("events:DescribeRule", Level::Look),
    ("events:ListTargetsByRule", Level::Look),
    ("s3:GetBucketNotification", Level::Look),
    ("sns:ListSubscriptionsByTopic", Level::Look),
    ("logs:FilterLogEvents", Level::Look),
    ("cloudwatch:GetMetricData", Level::Look),
    ("iam:SimulatePrincipalPolicy", Level::Look),
    ("pricing:GetProducts", Level::Look),
    ("ecs:ListClusters", Level::Look),
    ("ecs:DescribeClusters", Level::Look),
    ("ecs:ListServices", Level::Look),
    ("ecs:DescribeServices", Level::Look),
    ("ecs:ListTasks", Level::Look),
    ("ecs:DescribeTasks", Level::Look),
    ("ecs:ListTaskDefinitions", Level::Look),
    ("ecs:DescribeTaskDefinition", Level::Look),
    ("ecs:UpdateService", Level::Operate),
    ("ecs:StopTask", Level::Operate),
    ("lambda:InvokeFunction", Level::Operate),
    ("lambda:PutFunctionConcurrency", Level::Operate),
    ("lambda:DeleteFunctionConcurrency", Level::Operate),
    ("lambda:PublishVersion", Level::Operate),
    ("lambda:CreateAlias", Level::Operate),
    ("lambda:UpdateAlias", Level::Operate),
    ("lambda:DeleteAlias", Level::Operate),
    ("lambda:UpdateEventSourceMapping", Level::Operate),
    ("lambda:PutProvisionedConcurrencyConfig", Level::Operate),
    ("lambda:DeleteProvisionedConcurrencyConfig", Level::Operate),
    ("events:EnableRule", Level::Operate),
    ("events:DisableRule", Level::Operate),
    ("lambda:CreateFunction", Level::Deploy),
    ("lambda:UpdateFunctionCode", Level::Deploy),
    ("lambda:UpdateFunctionConfiguration", Level::Deploy),
    ("lambda:GetFunction", Level::Deploy),
    ("lambda:DeleteFunction", Level::Deploy),
    ("lambda:CreateFunctionUrlConfig", Level::Deploy),
    ("lambda:DeleteFunctionUrlConfig", Level::Deploy),
    ("lambda:AddPermission", Level::Deploy),
    ("lambda:RemovePermission", Level::Deploy),
    ("lambda:DeleteEventSourceMapping", Level::Deploy),
    ("lambda:TagResource", Level::Deploy),
    ("lambda:UntagResource", Level::Deploy),
    ("lambda:CreateEventSourceMapping", Level::Deploy),
    ("lambda:GetLayerVersion", Level::Deploy),
    ("events:PutRule", Level::Deploy),
    ("events:DeleteRule", Level::Deploy),
    ("events:PutTargets", Level::Deploy),
    ("events:RemoveTargets", Level::Deploy),
    ("s3:PutBucketNotification", Level::Deploy),
    ("sns:Subscribe", Level::Deploy),
    ("sns:Unsubscribe", Level::Deploy),
    ("iam:ListRolePolicies", Level::Deploy),
    ("logs:DeleteLogGroup", Level::Deploy),
    ("ecs:CreateCluster", Level::Deploy),
    ("ecs:DeleteCluster", Level::Deploy),
    ("ecs:RegisterTaskDefinition", Level::Deploy),
    ("ecs:DeregisterTaskDefinition", Level::Deploy),
    ("ecs:TagResource", Level::Deploy),
    ("ecs:RunTask", Level::Deploy),
    ("ecs:CreateService", Level::Deploy),
    ("ecs:DeleteService", Level::Deploy),
    ("logs:DescribeLogGroups", Level::Deploy),
    ("logs:CreateLogGroup", Level::Deploy),
    ("iam:GetRole", Level::Deploy),
    ("iam:CreateRole", Level::Deploy),
    ("iam:PutRolePolicy", Level::Deploy),
    ("iam:DeleteRolePolicy", Level::Deploy),
    ("iam:DeleteRole", Level::Deploy),
    ("iam:TagRole", Level::Deploy),
    ("iam:PassRole", Level::Deploy),
];

/// What AWS bills for each use, and what nothing else needs: a statement of its own, so that it can be left out.
const BILLED: [&str; 2] = ["ce:GetCostAndUsage", "logs:StartLiveTail"];

/// Those that only containers need.
pub(crate) fn for_containers(name: &str) -> bool {
    name.starts_with("ecs:") || matches!(name, "logs:DescribeLogGroups" | "logs:CreateLogGroup")
}

/// The name of a role that Hearth makes begins with it, so that a policy can be limited to such roles.
pub(crate) const ROLE_PREFIX: &str = "hearth-";

/// The smallest policies, each with what the smaller levels need.
pub(crate) fn policies() -> Vec<LevelPolicy> {
    Level::ALL.into_iter().map(|level| LevelPolicy { level, policy: policy(level) }).collect()
}

fn policy(level: Level) -> String {
    let named = PERMISSIONS.iter().filter(|(_, needs)| *needs <= level).map(|(name, _)| *name);
    let (roles, others): (Vec<&str>, Vec<&str>) =
        named.partition(|name| name.starts_with("iam:") && *name != "iam:SimulatePrincipalPolicy");
    // A statement of their own, so that who has no containers can leave it out.
    let (containers, others): (Vec<&str>, Vec<&str>) =
        others.into_iter().partition(|name| for_containers(name));
    let mut statements = vec![
        json!({ "Sid": "Hearth", "Effect": "Allow", "Action": others, "Resource": "*" }),
        json!({ "Sid": "HearthContainers", "Effect": "Allow", "Action": containers, "Resource": "*" }),
    ];
    if !roles.is_empty() {
        statements.push(json!({
            "Sid": "HearthOwnRoles",
            "Effect": "Allow",
            "Action": roles,
            "Resource": format!("arn:aws:iam::*:role/{ROLE_PREFIX}*"),
        }));
    }
    if level == Level::Deploy {
        statements
            .push(json!({ "Sid": "HearthImages", "Effect": "Allow", "Action": OF_IMAGES, "Resource": "*" }));
    }
    statements.push(json!({ "Sid": "HearthBilled", "Effect": "Allow", "Action": BILLED, "Resource": "*" }));
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    serde_json::to_string_pretty(&policy).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_for_looking_changes_nothing_and_one_for_deploying_touches_only_our_roles() {
        let all = policies();
        assert!(!all[0].policy.contains("Create") && !all[0].policy.contains("InvokeFunction"));
        assert!(all[1].policy.contains("lambda:InvokeFunction") && !all[1].policy.contains("iam:CreateRole"));
        let deploy: serde_json::Value = serde_json::from_str(&all[2].policy).unwrap();
        assert_eq!(deploy["Statement"][2]["Resource"], "arn:aws:iam::*:role/hearth-*");
        assert!(deploy["Statement"][1]["Action"].to_string().contains("ecs:RunTask"));
        assert!(!deploy["Statement"][0]["Action"].to_string().contains("iam:CreateRole"));
    }
}
