//! Requests and answers of what-if: another size, traffic, region, plan or cloud for calls that were made.
//!
//! Money is exact decimals in text, US dollars unless the month beside it names another currency; numbers (`f64`) are for
//! drawing only.

use super::CostScope;
use hearth_cost::{BreakEven, Breakdown, Currency, OwnServer};
use hearth_model::{Architecture, Micros};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a function would run instead. Sizes that are left out follow the function's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "plan", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WhatIfPlan {
    /// AWS Lambda.
    #[default]
    Lambda,
    /// AWS Fargate, tasks that run all month.
    Fargate {
        /// Processors of a task, `0.25`.
        #[serde(default)]
        vcpu: Option<String>,
        /// How many tasks; none for as many as the traffic needs.
        #[serde(default)]
        tasks: Option<u32>,
        /// Requests that one task runs at the same time; none for 1.
        #[serde(default)]
        concurrency: Option<u32>,
        /// On spare capacity that AWS may take back.
        #[serde(default)]
        spot: bool,
        /// With a public IPv4 address for each task.
        #[serde(default)]
        public_ipv4: bool,
    },
    /// Azure Functions, Consumption.
    AzureConsumption,
    /// Azure Functions, Flex Consumption.
    AzureFlex {
        /// Requests that one instance runs at the same time; none for 1.
        #[serde(default)]
        concurrency: Option<u32>,
        /// Instances that are always ready.
        #[serde(default)]
        always_ready: u32,
    },
    /// Azure Functions, Premium.
    AzurePremium {
        /// How many instances; none for as many as the traffic needs.
        #[serde(default)]
        instances: Option<u32>,
        /// Requests that one instance runs at the same time; none for 1.
        #[serde(default)]
        concurrency: Option<u32>,
    },
    /// Google Cloud Functions, first generation.
    GoogleGen1 {
        /// Instances kept idle.
        #[serde(default)]
        min_instances: u32,
    },
    /// Cloud Run, billed while requests run.
    CloudRunRequest {
        /// Requests that one instance runs at the same time; none for 1.
        #[serde(default)]
        concurrency: Option<u32>,
        /// Instances kept idle.
        #[serde(default)]
        min_instances: u32,
    },
    /// Cloud Run, billed by the instance.
    CloudRunInstance {
        /// Requests that one instance runs at the same time; none for 1.
        #[serde(default)]
        concurrency: Option<u32>,
        /// How many instances; none for as many as the traffic needs.
        #[serde(default)]
        instances: Option<u32>,
    },
    /// Cloudflare Workers, paid.
    Cloudflare,
    /// A server of one's own.
    OwnServer {
        /// What its owner says of it.
        server: OwnServer,
    },
}

/// What becomes of durations when memory or processors change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "assume", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WhatIfDuration {
    /// Between unchanged (it waits) and in proportion to the processor (it computes): a range.
    #[default]
    Range,
    /// They stay as they were.
    Unchanged,
    /// Tuning measured how many times as long they are.
    Measured {
        /// `0.5` for half as long.
        factor: String,
    },
}

/// Asks what a month would cost if something were different.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct WhatIfRequest {
    /// Whose history.
    pub scope: CostScope,
    /// Days of history before now, 1 to 365; 30 when left out.
    pub days: Option<u32>,
    /// Another memory size in MB.
    pub memory_mb: Option<u32>,
    /// Other processors.
    pub architecture: Option<Architecture>,
    /// How many times the traffic, a decimal: `2` for twice.
    pub traffic: Option<String>,
    /// Environments kept ready on Lambda.
    pub provisioned: Option<u32>,
    /// Percent of the requests that meet one of them; 100 when left out.
    pub provisioned_percent: Option<u8>,
    /// Ephemeral storage in MB, 512 to 10240.
    pub ephemeral_mb: Option<u32>,
    /// Another region, as the vendor of the plan names it.
    pub region: Option<String>,
    /// Another plan; Lambda when left out.
    pub plan: Option<WhatIfPlan>,
    /// A commitment of the other plan: `1y` or `3y` for what its vendor publishes, or a percentage that it takes off.
    pub savings_plan: Option<String>,
    /// What becomes of durations.
    pub duration: WhatIfDuration,
    /// The month whose days the ghost follows, `2026-11`; the current one when left out.
    pub month: Option<String>,
}

/// A month that was worked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WhatIfMonth {
    /// In words: `AWS Lambda, arm64, 1 024 MB, us-east-1`.
    pub words: String,
    /// In what the amounts of this month are paid: yuan in a region of China, dollars everywhere else.
    pub currency: Currency,
    /// Best guess, in its currency.
    pub usd: String,
    /// The least.
    pub low_usd: String,
    /// The most.
    pub high_usd: String,
    /// Lines that open to rate × quantity, when one function was asked about.
    pub breakdown: Option<Breakdown>,
    /// Names of lines that nobody knows: the amount is "at least" while there are any.
    pub unknown: Vec<String>,
}

/// What would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WhatIfAnswer {
    /// Start of the history.
    pub from_us: Micros,
    /// Its end: now.
    pub to_us: Micros,
    /// Days of it that have usage behind them; a month is worked out from so many.
    pub days: f64,
    /// Calls in it.
    pub requests: u64,
    /// A month as things are.
    pub before: WhatIfMonth,
    /// A month as asked.
    pub after: WhatIfMonth,
    /// After less before, most favourable; `unknown` where the two are paid in different currencies, which have no
    /// difference.
    pub change_low_usd: String,
    /// After less before, best guess; in the currency of both, or `unknown`.
    pub change_usd: String,
    /// After less before, least favourable; or `unknown`.
    pub change_high_usd: String,
    /// Whether nothing was changed.
    pub same: bool,
    /// What was assumed, for people.
    pub assumptions: Vec<String>,
    /// The days of the month so far, if it had been so from its first day; without days in another currency than dollars.
    pub ghost: WhatIfGhost,
    /// From which traffic on the other plan is cheaper; none when that never happens or nothing runs all the time.
    pub break_even: Option<BreakEven>,
    /// Parameters that the plan that was asked about has, by their names on the command line.
    pub has: Vec<String>,
    /// Regions in which the plan that was asked about has a price, in alphabetical order; empty where one price holds for
    /// the world.
    pub regions: Vec<String>,
    /// Both costs over traffic, for drawing; empty without a plan that runs all the time.
    pub curve: WhatIfCurve,
    /// The day of the price book.
    pub price_date: String,
}

/// Dollars of each day of the month so far, for drawing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WhatIfGhost {
    /// Start of each day, seconds since 1970 UTC.
    pub time: Vec<f64>,
    /// As it was.
    pub before: Vec<f64>,
    /// Best guess.
    pub after: Vec<f64>,
    /// The least.
    pub low: Vec<f64>,
    /// The most.
    pub high: Vec<f64>,
}

/// Two costs over traffic, for drawing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WhatIfCurve {
    /// Requests a month.
    pub requests: Vec<f64>,
    /// Dollars a month as things are.
    pub before: Vec<f64>,
    /// Dollars a month as asked.
    pub after: Vec<f64>,
}
