//! The table of billing rules. Owns steps, minimums and whether init is billed, each with its days. A reported
//! billed duration always wins over this table, which is for estimates.

use crate::Day;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A way to pay for running time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Plan {
    /// Lambda on demand.
    LambdaOnDemand,
    /// Lambda with provisioned concurrency.
    LambdaProvisioned,
    /// Lambda@Edge.
    LambdaEdge,
    /// Fargate on Linux.
    Fargate,
    /// Fargate on Windows.
    FargateWindows,
    /// Azure Functions, Consumption.
    AzureConsumption,
    /// Azure Functions, Flex Consumption.
    AzureFlex,
    /// Azure Functions on a Premium plan: instances by the hour.
    AzurePremium,
    /// Azure Functions on an App Service plan: instances by the hour.
    AzureAppService,
    /// Google Cloud Functions, first generation.
    GoogleGen1,
    /// Cloud Run while requests run.
    CloudRunRequest,
    /// Cloud Run by the instance, and jobs.
    CloudRunInstance,
    /// Cloudflare Workers: processor time.
    CloudflareWorkers,
}

impl Plan {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::LambdaOnDemand | Self::LambdaProvisioned | Self::LambdaEdge => "AWS Lambda",
            Self::Fargate | Self::FargateWindows => "AWS Fargate",
            Self::AzureConsumption => "Azure Functions Consumption",
            Self::AzureFlex => "Azure Functions Flex",
            Self::AzurePremium => "Azure Functions Premium",
            Self::AzureAppService => "Azure App Service",
            Self::GoogleGen1 => "Google Cloud Functions",
            Self::CloudRunRequest | Self::CloudRunInstance => "Google Cloud Run",
            Self::CloudflareWorkers => "Cloudflare Workers",
        }
    }

    /// Whether servers are billed as long as they are there, so that a call has no price of its own.
    pub fn bills_servers(self) -> bool {
        matches!(
            self,
            Self::Fargate
                | Self::FargateWindows
                | Self::AzurePremium
                | Self::AzureAppService
                | Self::CloudRunInstance
        )
    }
}

/// How the code is packed, which decides whether init is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Package {
    /// A zip with a managed runtime.
    #[default]
    Zip,
    /// A container image.
    Image,
    /// A zip with a runtime of its own.
    CustomRuntime,
}

/// Whether init is part of the billed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InitBilling {
    /// Init is billed together with the duration: sum first, one rounding.
    Billed,
    /// Init is free.
    Free,
    /// Announced, and seen both ways in real lines.
    Unclear,
}

/// How time becomes billed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Rounded up to a multiple of this, in milliseconds.
    pub step_ms: u32,
    /// At least this, in milliseconds.
    pub minimum_ms: u32,
    /// Whether init counts.
    pub init: InitBilling,
    /// Where this is known from.
    pub source: &'static str,
}

impl Rule {
    const fn new(step_ms: u32, minimum_ms: u32, init: InitBilling, source: &'static str) -> Self {
        Self { step_ms, minimum_ms, init, source }
    }

    /// Milliseconds billed for one run of `duration_us` after an init of `init_us`: sum first, one ceiling.
    /// While init billing is unclear it is not counted here; [`Rule::with_init`] gives the other answer.
    pub fn billed_ms(&self, duration_us: u64, init_us: u64) -> u64 {
        let init_us = if self.init == InitBilling::Billed { init_us } else { 0 };
        let milliseconds = duration_us.saturating_add(init_us).div_ceil(1_000);
        let step = u64::from(self.step_ms.max(1));
        // A run of no time at all is still one step long.
        milliseconds.div_ceil(step).saturating_mul(step).max(u64::from(self.minimum_ms))
    }

    /// The same rule with init billed.
    #[must_use]
    pub fn with_init(self) -> Self {
        Self { init: InitBilling::Billed, ..self }
    }
}

const ONE_MS_SINCE: Day = Day::constant(2020, 12, 1);
/// Announced for this day.
const INIT_ANNOUNCED: Day = Day::constant(2025, 8, 1);
/// Real lines of 2025-08-15 and 08-18 still left init out; by this day it was in.
const INIT_SEEN: Day = Day::constant(2025, 10, 29);

const LAMBDA: &str = "aws.amazon.com/lambda/pricing; AWS blog of 2020-12 on 1 ms; REPORT lines of 2025";

/// The rule of a plan for code packed as `package` on `day`.
pub fn rule(plan: Plan, package: Package, day: Day) -> Rule {
    use InitBilling::{Billed, Free, Unclear};
    let lambda_step = if day < ONE_MS_SINCE { 100 } else { 1 };
    match plan {
        Plan::LambdaOnDemand => {
            let init = match package {
                Package::Zip if day < INIT_ANNOUNCED => Free,
                Package::Zip if day < INIT_SEEN => Unclear,
                Package::Zip | Package::Image | Package::CustomRuntime => Billed,
            };
            Rule::new(lambda_step, 0, init, LAMBDA)
        }
        Plan::LambdaProvisioned => Rule::new(lambda_step, 0, Billed, LAMBDA),
        // 50 ms until the price per millisecond came.
        Plan::LambdaEdge => Rule::new(if day < ONE_MS_SINCE { 50 } else { 1 }, 0, Free, LAMBDA),
        Plan::Fargate => Rule::new(1_000, 60_000, Billed, "aws.amazon.com/fargate/pricing"),
        Plan::FargateWindows => Rule::new(1_000, 300_000, Billed, "aws.amazon.com/fargate/pricing"),
        Plan::AzureConsumption => Rule::new(1, 100, Free, "learn.microsoft.com functions-consumption-costs"),
        Plan::AzureFlex => Rule::new(100, 1_000, Free, "learn.microsoft.com flex-consumption-plan"),
        Plan::AzurePremium | Plan::AzureAppService => {
            Rule::new(1, 0, Billed, "Retail Prices API: hours of instances, whatever runs on them")
        }
        Plan::GoogleGen1 => Rule::new(100, 0, Free, "cloud.google.com/functions/pricing-1stgen"),
        Plan::CloudRunRequest => Rule::new(100, 0, Billed, "cloud.google.com/run/pricing"),
        Plan::CloudRunInstance => Rule::new(100, 60_000, Billed, "cloud.google.com/run/pricing"),
        Plan::CloudflareWorkers => Rule::new(1, 0, Free, "developers.cloudflare.com/workers"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn init_is_billed_by_day_and_package() {
        let init = |package, day: &str| rule(Plan::LambdaOnDemand, package, day.parse().unwrap()).init;
        assert_eq!(init(Package::Zip, "2025-05-12"), InitBilling::Free);
        assert_eq!(init(Package::Zip, "2025-08-18"), InitBilling::Unclear);
        assert_eq!(init(Package::Zip, "2025-10-29"), InitBilling::Billed);
        assert_eq!(init(Package::Image, "2022-04-01"), InitBilling::Billed);
        assert_eq!(init(Package::CustomRuntime, "2022-04-01"), InitBilling::Billed);
    }

    #[test]
    fn the_sum_is_rounded_once() {
        let now = rule(Plan::LambdaOnDemand, Package::Zip, Day::constant(2026, 1, 1));
        assert_eq!(now.billed_ms(265_720, 395_990), 662, "opentelemetry-lambda PR 2011, not 266 + 396 + …");
        assert_eq!(now.billed_ms(1_233_960, 463_512), 1_698, "a REPORT line of 2026-10-08");
        let before = rule(Plan::LambdaOnDemand, Package::Zip, Day::constant(2025, 5, 12));
        assert_eq!(before.billed_ms(154_640, 98_400), 155, "UBC, 2025-05-12");
    }

    #[test]
    fn steps_and_minimums_are_those_of_the_plan() {
        for (plan, day, microseconds, expected) in [
            (Plan::LambdaOnDemand, "2020-11-30", 28_000, 100),
            (Plan::LambdaOnDemand, "2020-12-01", 28_000, 28),
            (Plan::AzureConsumption, "2026-11-01", 28_001, 100),
            (Plan::AzureConsumption, "2026-11-01", 100_001, 101),
            (Plan::AzureFlex, "2026-11-01", 1, 1_000),
            (Plan::AzureFlex, "2026-11-01", 1_000_001, 1_100),
            (Plan::GoogleGen1, "2026-11-01", 240_000, 300),
            (Plan::Fargate, "2026-11-01", 1_000_000, 60_000),
            (Plan::FargateWindows, "2026-11-01", 300_000_001, 301_000),
        ] {
            let rule = rule(plan, Package::Zip, day.parse().unwrap());
            assert_eq!(rule.billed_ms(microseconds, 0), expected, "{plan:?} {microseconds} µs");
        }
    }
}
