//! Where and how usage would run instead, and what is assumed of it. Owns the form in which what-if asks.

use super::usage::FunctionUsage;
use crate::error::{Result, usage};
use crate::month::MonthLength;
use crate::savings::SavingsPlan;
use crate::services::azure::PremiumSku;
use crate::services::lambda_extras::MicroVms;
use crate::services::others::OtherOffer;
use crate::services::{FargatePlatform, Grants, OwnServer};
use hearth_model::Architecture;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What becomes of durations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", tag = "assume")]
pub enum DurationAssumption {
    /// They stay as they were.
    #[default]
    Unchanged,
    /// Tuning measured how many times as long they are.
    Measured {
        /// 0.5 for half as long.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        factor: Decimal,
    },
    /// Somewhere between two factors: the cost becomes a range.
    Range {
        /// The best guess.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        best: Decimal,
        /// The shortest.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        low: Decimal,
        /// The longest.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        high: Decimal,
    },
}

impl DurationAssumption {
    /// In words, for the list of assumptions.
    pub(super) fn words(&self, used: &FunctionUsage, plan: &TargetPlan) -> String {
        let same = matches!(plan, TargetPlan::Lambda { memory_mb, architecture, .. }
            if *memory_mb == used.memory_mb && *architecture == used.architecture);
        match self {
            Self::Unchanged if same => String::new(),
            Self::Unchanged => "duration assumed unchanged".to_owned(),
            Self::Measured { factor } => {
                format!("duration {} times as long, measured by tuning", factor.normalize())
            }
            Self::Range { low, high, .. } => {
                format!("duration between {} and {} times as long", low.normalize(), high.normalize())
            }
        }
    }
}

/// Environments kept ready all month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProvisionedTarget {
    /// How many.
    pub concurrency: u32,
    /// Hours of the month that they are kept; none for all of it.
    pub hours: Option<u32>,
    /// Percent of the requests that they answer; the others spill over to on demand.
    pub share_percent: u8,
}

/// A plan with its sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "plan")]
pub enum TargetPlan {
    /// AWS Lambda.
    Lambda {
        /// Memory.
        memory_mb: u32,
        /// Processors.
        architecture: Architecture,
        /// Ephemeral storage, 512 or more.
        ephemeral_mb: u32,
        /// Environments kept ready.
        provisioned: Option<ProvisionedTarget>,
    },
    /// Lambda@Edge.
    LambdaEdge {
        /// Memory.
        memory_mb: u32,
    },
    /// Lambda Managed Instances.
    ManagedInstances {
        /// Instance-hours of the month.
        hours: u32,
        /// On-demand price of an hour.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        on_demand_hour: Decimal,
        /// What an hour costs after discounts.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        paid_hour: Decimal,
    },
    /// Lambda MicroVMs, which are counted apart from requests.
    MicroVms {
        /// What they used.
        used: MicroVms,
    },
    /// AWS Fargate, tasks that run all month.
    Fargate {
        /// Processors of a task, `0.25`.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        vcpu: Decimal,
        /// Memory of a task.
        memory_mb: u32,
        /// How many; none for as many as the traffic needs.
        tasks: Option<u32>,
        /// Requests that one task runs at the same time.
        concurrency: u32,
        /// What it runs on.
        platform: FargatePlatform,
        /// Storage in GB; 20 comes with a task.
        storage_gb: u32,
        /// Whether each task has a public IPv4 address.
        public_ipv4: bool,
    },
    /// Azure Functions, Consumption: observed memory.
    AzureConsumption,
    /// Azure Functions, Flex Consumption.
    AzureFlex {
        /// 512, 2048 or 4096.
        instance_mb: u32,
        /// Requests that one instance runs at the same time.
        concurrency: u32,
        /// Instances that are always ready.
        always_ready: u32,
    },
    /// Azure Functions, Premium.
    AzurePremium {
        /// Size.
        sku: PremiumSku,
        /// How many; none for as many as the traffic needs.
        instances: Option<u32>,
        /// Requests that one instance runs at the same time.
        concurrency: u32,
    },
    /// Google Cloud Functions, first generation.
    GoogleGen1 {
        /// Memory, rounded up to a size it offers.
        memory_mb: u32,
        /// Instances kept idle.
        min_instances: u32,
    },
    /// Cloud Run or Cloud Functions of the second generation, billed while requests run.
    CloudRunRequest {
        /// Processors of an instance.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        vcpu: Decimal,
        /// Memory of an instance.
        memory_mb: u32,
        /// Requests that one instance runs at the same time.
        concurrency: u32,
        /// Instances kept idle.
        min_instances: u32,
    },
    /// Cloud Run billed by the instance, all month.
    CloudRunInstance {
        /// Processors of an instance.
        #[serde(with = "rust_decimal::serde::str")]
        #[ts(type = "string")]
        vcpu: Decimal,
        /// Memory of an instance.
        memory_mb: u32,
        /// Requests that one instance runs at the same time.
        concurrency: u32,
        /// How many; none for as many as the traffic needs.
        instances: Option<u32>,
    },
    /// Cloudflare Workers, paid.
    CloudflareWorkers,
    /// A server of one's own; a count of 0 is for as many as the traffic needs.
    OwnServer {
        /// What its owner says of it.
        server: OwnServer,
    },
    /// A smaller offer, for comparison.
    Other {
        /// Whose.
        offer: OtherOffer,
    },
}

/// A plan in a region, under terms, with assumptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The plan.
    #[serde(flatten)]
    pub plan: TargetPlan,
    /// The vendor's name of the region; not used where one price holds for the world.
    pub region: String,
    /// How many times the traffic: `1` for the same.
    #[serde(with = "rust_decimal::serde::str", default = "one")]
    #[ts(type = "string")]
    pub traffic: Decimal,
    /// What becomes of durations.
    #[serde(default)]
    pub duration: DurationAssumption,
    /// What is left of the grants.
    #[serde(default)]
    pub grants: Grants,
    /// How long a month is.
    #[serde(default)]
    pub month: MonthLength,
    /// A commitment.
    #[serde(default)]
    pub savings_plan: Option<SavingsPlan>,
}

fn one() -> Decimal {
    Decimal::ONE
}

impl Target {
    /// A plan in a region at list price, everything else unchanged.
    pub fn new(plan: TargetPlan, region: impl Into<String>) -> Self {
        Self {
            plan,
            region: region.into(),
            traffic: Decimal::ONE,
            duration: DurationAssumption::Unchanged,
            grants: Grants::default(),
            month: MonthLength::default(),
            savings_plan: None,
        }
    }

    /// Where prices are looked up.
    pub(super) fn region(&self) -> &str {
        match self.plan {
            TargetPlan::Other { offer } => offer.region(),
            TargetPlan::CloudflareWorkers | TargetPlan::OwnServer { .. } => "global",
            _ => &self.region,
        }
    }

    /// Refuses factors that cannot be.
    pub(super) fn check(&self) -> Result<()> {
        let factor = |what: &str, value: Decimal| {
            if value.is_sign_negative() || value > Decimal::from(1_000_000) {
                return usage(format!("{what} cannot be {value} times what it was"));
            }
            Ok(())
        };
        factor("traffic", self.traffic)?;
        match &self.duration {
            DurationAssumption::Unchanged => Ok(()),
            DurationAssumption::Measured { factor: measured } => factor("a duration", *measured),
            DurationAssumption::Range { best, low, high } => {
                for value in [best, low, high] {
                    factor("a duration", *value)?;
                }
                if low <= best && best <= high {
                    Ok(())
                } else {
                    usage(format!("{low}, {best} and {high} are no range of a duration"))
                }
            }
        }
    }
}
