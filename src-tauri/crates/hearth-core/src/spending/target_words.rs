//! Targets of a what-if for people.

use super::plans::FREE_STORAGE_MB;
use hearth_cost::{FargatePlatform, PremiumSku, Target, TargetPlan};
use hearth_model::Architecture;

/// A plan for people, without its sizes.
pub(super) fn words_of_plan(plan: &TargetPlan) -> &'static str {
    match plan {
        TargetPlan::Lambda { .. } => "AWS Lambda",
        TargetPlan::Fargate { .. } => "AWS Fargate",
        TargetPlan::AzureConsumption => "Azure Consumption",
        TargetPlan::AzureFlex { .. } => "Azure Flex",
        TargetPlan::AzurePremium { .. } => "Azure Premium",
        TargetPlan::GoogleGen1 { .. } => "Google Cloud Functions, first generation,",
        TargetPlan::CloudRunRequest { .. } => "Cloud Run by request",
        TargetPlan::CloudRunInstance { .. } => "Cloud Run by instance",
        TargetPlan::CloudflareWorkers => "Cloudflare Workers",
        TargetPlan::OwnServer { .. } => "an own server",
        _ => "this plan",
    }
}

/// A target for people.
pub(crate) fn words(target: &Target) -> String {
    let chip = |architecture: &Architecture| match architecture {
        Architecture::X86_64 => "x86",
        Architecture::Arm64 => "arm64",
    };
    let what = match &target.plan {
        TargetPlan::Lambda { memory_mb, architecture, provisioned, ephemeral_mb } => {
            let storage = if *ephemeral_mb > FREE_STORAGE_MB {
                format!(", {ephemeral_mb} MB of storage")
            } else {
                String::new()
            };
            let kept = provisioned.as_ref().map(|kept| format!(", {} kept ready", kept.concurrency));
            format!("AWS Lambda, {}, {memory_mb} MB{storage}{}", chip(architecture), kept.unwrap_or_default())
        }
        TargetPlan::Fargate { vcpu, memory_mb, platform, .. } => {
            let spot = matches!(platform, FargatePlatform::SpotX86 | FargatePlatform::SpotArm);
            format!("AWS Fargate{}, tasks of {vcpu} vCPU and {memory_mb} MB", if spot { " Spot" } else { "" })
        }
        TargetPlan::AzureConsumption => "Azure Functions Consumption".to_owned(),
        TargetPlan::AzureFlex { instance_mb, .. } => {
            format!("Azure Functions Flex, instances of {instance_mb} MB")
        }
        TargetPlan::AzurePremium { sku, .. } => format!("Azure Functions Premium {}", sku_words(*sku)),
        TargetPlan::GoogleGen1 { memory_mb, .. } => {
            format!("Google Cloud Functions, first generation, {memory_mb} MB")
        }
        TargetPlan::CloudRunRequest { vcpu, memory_mb, .. } => {
            format!("Google Cloud Run by request, {vcpu} vCPU, {memory_mb} MB")
        }
        TargetPlan::CloudRunInstance { vcpu, memory_mb, .. } => {
            format!("Google Cloud Run by instance, {vcpu} vCPU, {memory_mb} MB")
        }
        TargetPlan::CloudflareWorkers => return "Cloudflare Workers".to_owned(),
        TargetPlan::OwnServer { .. } => return "own server".to_owned(),
        _ => "another plan".to_owned(),
    };
    format!("{what}, {}", target.region)
}

fn sku_words(sku: PremiumSku) -> &'static str {
    match sku {
        PremiumSku::Ep1 => "EP1",
        PremiumSku::Ep2 => "EP2",
        PremiumSku::Ep3 => "EP3",
    }
}
