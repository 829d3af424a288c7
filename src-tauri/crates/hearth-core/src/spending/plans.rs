//! Which prices hold for a function: plan and region by the account it lives in, and what its usage counts there.
//! Owns that a local function is priced as AWS Lambda. Must not add anything up.

use super::running::{Running, is_service};
use hearth_cost::{
    AZURE_CONSUMPTION_MB, BilledAt, Day, Decimal, FunctionUsage, Meter, Metered, Plan, Provider, Result,
    Time, metered,
};
use hearth_model::{Architecture, BilledAs};
use hearth_store::{PlacedFunction, SizedUsage};

/// Ephemeral storage that comes with every server.
pub(crate) const FREE_STORAGE_MB: u32 = 512;

/// Where a function's usage is priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pricing {
    /// Its plan.
    pub(crate) plan: Plan,
    /// The region whose prices hold.
    pub(crate) region: String,
    /// Processors of a server of Cloud Run, in thousandths; none where nobody told.
    pub(crate) vcpu_thousandths: Option<u32>,
    /// Whether somebody pays it.
    pub(crate) paid: bool,
}

/// The pricing of a function; `usual_region` for those that live on this computer.
pub(crate) fn pricing(function: &PlacedFunction, usual_region: &str) -> Pricing {
    let billed_as = function.configuration.as_ref().and_then(|configuration| configuration.billed_as);
    let plan = match (function.provider.as_str(), billed_as) {
        (_, Some(billed_as)) => plan(billed_as),
        ("azure", None) => Plan::AzureConsumption,
        ("google" | "gcp", None) => Plan::CloudRunRequest,
        _ if is_service(function) => Plan::Fargate,
        _ => Plan::LambdaOnDemand,
    };
    let local = function.provider == "local";
    let region = if local || function.region.is_empty() { usual_region } else { &function.region };
    let vcpu_thousandths = match billed_as {
        Some(BilledAs::CloudRunRequest { vcpu_thousandths }) => vcpu_thousandths,
        _ => None,
    };
    Pricing { plan, region: region.to_owned(), vcpu_thousandths, paid: !local }
}

fn plan(billed_as: BilledAs) -> Plan {
    match billed_as {
        BilledAs::AzureConsumption => Plan::AzureConsumption,
        BilledAs::AzureFlex => Plan::AzureFlex,
        BilledAs::AzurePremium => Plan::AzurePremium,
        BilledAs::AzureAppService => Plan::AzureAppService,
        BilledAs::GoogleGen1 => Plan::GoogleGen1,
        BilledAs::CloudRunRequest { .. } => Plan::CloudRunRequest,
        BilledAs::CloudRunInstance => Plan::CloudRunInstance,
    }
}

impl Pricing {
    /// Processors of a server of Cloud Run.
    pub(crate) fn vcpu(&self) -> Option<Decimal> {
        self.vcpu_thousandths.map(|thousandths| Decimal::new(i64::from(thousandths), 3))
    }

    /// Where a call is billed.
    pub(crate) fn billed_at(&self) -> BilledAt {
        BilledAt { plan: self.plan, region: self.region.clone(), vcpu: self.vcpu() }
    }
}

/// The region whose prices of Lambda hold for a function; none when it is not billed as Lambda.
pub(crate) fn lambda_region(function: &PlacedFunction, usual_region: &str) -> Option<String> {
    let pricing = pricing(function, usual_region);
    (pricing.plan == Plan::LambdaOnDemand).then_some(pricing.region)
}

/// Who counts the month of a plan.
pub(crate) fn provider(plan: Plan) -> Provider {
    match plan {
        Plan::AzureConsumption | Plan::AzureFlex | Plan::AzurePremium | Plan::AzureAppService => {
            Provider::Azure
        }
        Plan::GoogleGen1 | Plan::CloudRunRequest | Plan::CloudRunInstance => Provider::Gcp,
        Plan::CloudflareWorkers => Provider::Cloudflare,
        _ => Provider::Aws,
    }
}

/// Which part of a bill a meter belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Requests.
    Requests,
    /// Billed time, of handlers and of starts.
    Time,
    /// Ephemeral storage.
    Storage,
    /// Tasks that run whether they are called or not.
    AlwaysOn,
}

/// The part of a meter.
pub(crate) fn part(meter: Meter) -> Part {
    match meter {
        Meter::LambdaEphemeral => Part::Storage,
        Meter::FargateVcpu | Meter::FargateMemory => Part::AlwaysOn,
        meter if meter.unit() == hearth_cost::Unit::Request => Part::Requests,
        _ => Part::Time,
    }
}

/// The memory that a plan can bill of what is configured: all that is known of a sum of calls. Azure Consumption bills
/// what each call was seen to use, which receipts know and sums do not, so that this is the most it can be.
pub(crate) fn billed_memory(plan: Plan, memory_mb: u32) -> u32 {
    if plan == Plan::AzureConsumption { memory_mb.min(AZURE_CONSUMPTION_MB) } else { memory_mb }
}

/// Everything that a function used in a window, as its plan counts it.
pub(crate) fn counted(
    function: &str,
    pricing: &Pricing,
    day: Day,
    sizes: &[SizedUsage],
    running: &[Running],
) -> Result<Vec<Metered>> {
    let mut all = Vec::new();
    if pricing.plan != Plan::Fargate {
        for sized in sizes {
            all.extend(items(function, pricing, day, sized)?);
        }
    }
    for tasks in running {
        all.extend(task_items(function, pricing, tasks));
    }
    Ok(all)
}

/// What tasks of one size used: processors and memory by the hour, each with a meter of its own.
fn task_items(function: &str, pricing: &Pricing, tasks: &Running) -> [Metered; 2] {
    let hours = Decimal::from(tasks.task_seconds) / Decimal::from(3_600);
    let item = |meter: Meter, each: Decimal| Metered {
        function: function.to_owned(),
        meter,
        region: pricing.region.clone(),
        architecture: Some(tasks.architecture),
        quantity: (hours * each).round_dp(9).normalize(),
        bounds: None,
    };
    [
        item(Meter::FargateVcpu, Decimal::new(i64::from(tasks.vcpu_hundredths), 2)),
        item(Meter::FargateMemory, Decimal::from(tasks.memory_mb) / Decimal::from(1_024)),
    ]
}

/// What one size of a function used, as its plan counts it.
fn items(function: &str, pricing: &Pricing, day: Day, sized: &SizedUsage) -> Result<Vec<Metered>> {
    let mut usage = usage_of(sized);
    usage.memory_mb = billed_memory(pricing.plan, usage.memory_mb);
    usage.vcpu = pricing.vcpu();
    let mut counted = metered(function, pricing.plan, &pricing.region, day, &usage)?;
    if sized.storage_mb_ms > 0 && pricing.plan == Plan::LambdaOnDemand {
        counted.push(Metered {
            function: function.to_owned(),
            meter: Meter::LambdaEphemeral,
            region: pricing.region.clone(),
            architecture: None,
            quantity: gb_seconds(sized.storage_mb_ms),
            bounds: None,
        });
    }
    Ok(counted)
}

/// The same for the engine: sums of milliseconds that were rounded up one by one.
pub(crate) fn usage_of(sized: &SizedUsage) -> FunctionUsage {
    let time = Time::Sum { handler_ms: sized.compute_ms, init_ms: sized.init_ms };
    FunctionUsage::new(sized.requests, time, sized.memory_mb, sized.architecture)
}

/// MB·ms as GB-seconds: exact, since 1 024 000 = 2¹³ · 5³.
pub(crate) fn gb_seconds(mb_ms: u128) -> Decimal {
    let counted = Decimal::from(u64::try_from(mb_ms).unwrap_or(u64::MAX));
    (counted / Decimal::from(1_024_000)).normalize()
}

/// A meter for people.
pub(crate) fn meter_words(meter: Meter, architecture: Option<Architecture>) -> String {
    let words = match part(meter) {
        Part::Requests => "Requests".to_owned(),
        Part::Storage => "Ephemeral storage".to_owned(),
        Part::AlwaysOn if meter == Meter::FargateVcpu => "Processors of tasks".to_owned(),
        Part::AlwaysOn => "Memory of tasks".to_owned(),
        Part::Time => match meter.unit().name() {
            "vCPU-second" | "GHz-second" => "Processor time".to_owned(),
            _ if meter == Meter::LambdaDuration => "Duration".to_owned(),
            _ => "Memory time".to_owned(),
        },
    };
    match architecture {
        Some(Architecture::X86_64) => format!("{words}, x86"),
        Some(Architecture::Arm64) => format!("{words}, arm64"),
        None => words,
    }
}
