//! What can be asked of each plan. Owns refusing a parameter that a plan does not have, which would change nothing and
//! look like an answer. Must not price anything.

use super::target_words::words_of_plan;
use crate::api::WhatIfRequest;
use crate::{ApiError, ErrorCode};
use hearth_cost::{Committed, FargatePlatform, TargetPlan};

/// Parameters of a plan by their names on the command line; every plan has traffic and durations.
pub(super) fn parameters(plan: &TargetPlan) -> &'static [&'static str] {
    match plan {
        TargetPlan::Lambda { .. } => {
            &["memory", "arch", "traffic", "provisioned", "ephemeral", "savings-plan", "region"]
        }
        TargetPlan::Fargate { platform: FargatePlatform::SpotX86 | FargatePlatform::SpotArm, .. } => {
            &["memory", "arch", "traffic", "concurrency", "instances", "region"]
        }
        TargetPlan::Fargate { .. } => {
            &["memory", "arch", "traffic", "concurrency", "instances", "savings-plan", "region"]
        }
        TargetPlan::AzureConsumption => &["memory", "traffic", "region"],
        TargetPlan::AzurePremium { .. } => {
            &["memory", "traffic", "concurrency", "instances", "savings-plan", "region"]
        }
        TargetPlan::GoogleGen1 { .. } => &["memory", "traffic", "instances", "region"],
        TargetPlan::AzureFlex { .. }
        | TargetPlan::CloudRunRequest { .. }
        | TargetPlan::CloudRunInstance { .. } => &["memory", "traffic", "concurrency", "instances", "region"],
        TargetPlan::OwnServer { .. } => &["traffic", "concurrency", "instances", "monthly"],
        _ => &["traffic"],
    }
}

/// What a commitment to the plan covers; none where there is none.
pub(super) fn committed(plan: &TargetPlan) -> Option<Committed> {
    match plan {
        _ if !parameters(plan).contains(&"savings-plan") => None,
        TargetPlan::Lambda { .. } => Some(Committed::Lambda),
        TargetPlan::Fargate { .. } => Some(Committed::Fargate),
        TargetPlan::AzurePremium { .. } => Some(Committed::AzurePremium),
        _ => None,
    }
}

/// The first parameter that was asked for and that the plan does not have.
pub(super) fn missing(request: &WhatIfRequest, plan: &TargetPlan) -> Option<ApiError> {
    let has = parameters(plan);
    let asked = [
        ("memory", request.memory_mb.is_some()),
        ("arch", request.architecture.is_some()),
        ("provisioned", request.provisioned.is_some_and(|count| count > 0)),
        ("provisioned", request.provisioned_percent.is_some()),
        ("ephemeral", request.ephemeral_mb.is_some()),
        ("savings-plan", request.savings_plan.is_some()),
        ("region", request.region.is_some()),
    ];
    let (name, _) = asked.into_iter().find(|(name, asked)| *asked && !has.contains(name))?;
    let message = format!("{} has no `{name}` that could be another one", words_of_plan(plan));
    Some(
        ApiError::new(ErrorCode::InvalidInput, message)
            .with_hint(format!("What can be another one: {}.", has.join(", "))),
    )
}
