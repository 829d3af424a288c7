//! From the words of a what-if to the engine's targets: sizes that were left out follow the function's own. Owns what is
//! assumed of durations when memory changes. Must not price anything.

use super::offered::{committed, missing};
use super::plans::{FREE_STORAGE_MB, Pricing};
use crate::api::{WhatIfDuration, WhatIfPlan, WhatIfRequest};
use crate::{ApiError, ErrorCode, Result};
use hearth_cost::{
    Decimal, DurationAssumption, FargatePlatform, Plan, PremiumSku, PriceBook, Provider, ProvisionedTarget,
    SavingsPlan, Target, TargetPlan, billed_memory_mb, task_size,
};
use hearth_model::Architecture;

/// MB of memory that come with one processor on Lambda.
/// Source: docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html, read 2026-11.
const MB_PER_VCPU: u32 = 1_769;

/// What a function is set to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) memory_mb: u32,
    pub(crate) architecture: Architecture,
    pub(crate) ephemeral_mb: u32,
}

/// As things are.
pub(crate) fn as_it_is(pricing: &Pricing, now: Now) -> Target {
    let plan = match pricing.plan {
        Plan::AzureConsumption => TargetPlan::AzureConsumption,
        Plan::AzureFlex => TargetPlan::AzureFlex {
            instance_mb: billed_memory_mb(Plan::AzureFlex, now.memory_mb).unwrap_or(now.memory_mb),
            concurrency: 1,
            always_ready: 0,
        },
        Plan::GoogleGen1 => TargetPlan::GoogleGen1 { memory_mb: now.memory_mb, min_instances: 0 },
        Plan::CloudRunRequest => TargetPlan::CloudRunRequest {
            vcpu: pricing.vcpu().unwrap_or(Decimal::ONE),
            memory_mb: now.memory_mb,
            concurrency: 1,
            min_instances: 0,
        },
        _ => TargetPlan::Lambda {
            memory_mb: now.memory_mb,
            architecture: now.architecture,
            ephemeral_mb: now.ephemeral_mb,
            provisioned: None,
        },
    };
    Target::new(plan, pricing.region.clone())
}

/// As asked. What the plan does not have is refused, but where `lenient` it is left as it is.
pub(crate) fn as_asked(
    book: &PriceBook,
    request: &WhatIfRequest,
    pricing: &Pricing,
    now: Now,
    lenient: bool,
) -> Result<Target> {
    let wanted = Now {
        memory_mb: request.memory_mb.unwrap_or(now.memory_mb),
        architecture: request.architecture.unwrap_or(now.architecture),
        ephemeral_mb: request.ephemeral_mb.unwrap_or(now.ephemeral_mb),
    };
    if let Some(asked) = request.memory_mb.filter(|asked| !(128..=10_240).contains(asked)) {
        return refuse(format!("memory can be 128 to 10240 MB, not {asked}"));
    }
    if let Some(asked) = request.ephemeral_mb.filter(|asked| !(FREE_STORAGE_MB..=10_240).contains(asked)) {
        return refuse(format!("ephemeral storage can be {FREE_STORAGE_MB} to 10240 MB, not {asked}"));
    }
    let plan = match &request.plan {
        None if pricing.plan != Plan::LambdaOnDemand => as_it_is(pricing, wanted).plan,
        None => plan(&WhatIfPlan::Lambda, request, wanted, None)?,
        Some(asked) => plan(asked, request, wanted, pricing.vcpu().filter(|_| is_as_now(request, now)))?,
    };
    if let Some(error) = missing(request, &plan).filter(|_| !lenient) {
        return Err(error);
    }
    let region = match &request.region {
        Some(region) => known(book, &plan, region)?,
        None => region_for(book, &plan, &pricing.region),
    };
    let mut target = Target::new(plan, region);
    if let Some(traffic) = &request.traffic {
        target.traffic = decimal("traffic", traffic, Decimal::from(10_000))?;
    }
    if let (Some(text), Some(committed)) = (&request.savings_plan, committed(&target.plan)) {
        let plan = SavingsPlan::read(text, committed, &target.region).map_err(|error| {
            ApiError::new(ErrorCode::InvalidInput, error.to_string()).with_hint(
                "Write 1y or 3y for what the vendor publishes, or what a plan of your own takes off in percent.",
            )
        })?;
        // Nothing taken off is as without one.
        target.savings_plan = Some(plan).filter(|plan| !plan.percent.is_zero());
    }
    target.duration = duration(request, now.memory_mb, wanted.memory_mb, &target.plan)?;
    Ok(target)
}

/// Whether memory stays, and with it the processors that go with it.
fn is_as_now(request: &WhatIfRequest, now: Now) -> bool {
    request.memory_mb.is_none_or(|asked| asked == now.memory_mb)
}

/// The plan that is asked about; `vcpu` is what it has now, where that is known and stays.
fn plan(
    asked: &WhatIfPlan,
    request: &WhatIfRequest,
    wanted: Now,
    vcpu: Option<Decimal>,
) -> Result<TargetPlan> {
    let memory_mb = wanted.memory_mb;
    let processors = || {
        if let Some(vcpu) = vcpu {
            return vcpu;
        }
        let share = Decimal::from(memory_mb) / Decimal::from(MB_PER_VCPU);
        share.round_dp(2).clamp(Decimal::new(8, 2), Decimal::from(6))
    };
    Ok(match asked {
        WhatIfPlan::Lambda if memory_mb > 10_240 => {
            return refuse(format!("AWS Lambda has up to 10240 MB, not {memory_mb}: name a memory size"));
        }
        WhatIfPlan::Lambda => TargetPlan::Lambda {
            memory_mb,
            architecture: wanted.architecture,
            ephemeral_mb: wanted.ephemeral_mb.max(FREE_STORAGE_MB),
            provisioned: request.provisioned.filter(|count| *count > 0).map(|concurrency| {
                ProvisionedTarget {
                    concurrency,
                    hours: None,
                    share_percent: request.provisioned_percent.unwrap_or(100),
                }
            }),
        },
        WhatIfPlan::Fargate { vcpu, tasks, concurrency, spot, public_ipv4 } => {
            let least = match vcpu {
                Some(text) => decimal("processors", text, Decimal::from(32))?,
                None => processors(),
            };
            let Some((vcpu, memory_mb)) = task_size(least, memory_mb) else {
                return refuse(format!("Fargate has no task of {least} vCPU and {memory_mb} MB"));
            };
            TargetPlan::Fargate {
                vcpu,
                memory_mb,
                tasks: *tasks,
                concurrency: concurrency.unwrap_or(1),
                platform: match (wanted.architecture, spot) {
                    (Architecture::X86_64, false) => FargatePlatform::LinuxX86,
                    (Architecture::X86_64, true) => FargatePlatform::SpotX86,
                    (Architecture::Arm64, false) => FargatePlatform::LinuxArm,
                    (Architecture::Arm64, true) => FargatePlatform::SpotArm,
                },
                storage_gb: 20,
                public_ipv4: *public_ipv4,
            }
        }
        WhatIfPlan::AzureConsumption => TargetPlan::AzureConsumption,
        WhatIfPlan::AzureFlex { concurrency, always_ready } => {
            let sizes = [512, 2_048, 4_096];
            let Some(instance_mb) = sizes.into_iter().find(|size| *size >= memory_mb) else {
                return refuse(format!("Azure Flex has instances of up to 4096 MB, not {memory_mb}"));
            };
            let concurrency = concurrency.unwrap_or(1);
            TargetPlan::AzureFlex { instance_mb, concurrency, always_ready: *always_ready }
        }
        WhatIfPlan::AzurePremium { instances, concurrency } => {
            let sku = match memory_mb {
                0..=3_584 => PremiumSku::Ep1,
                3_585..=7_168 => PremiumSku::Ep2,
                _ => PremiumSku::Ep3,
            };
            TargetPlan::AzurePremium { sku, instances: *instances, concurrency: concurrency.unwrap_or(1) }
        }
        WhatIfPlan::GoogleGen1 { min_instances } => {
            TargetPlan::GoogleGen1 { memory_mb, min_instances: *min_instances }
        }
        WhatIfPlan::CloudRunRequest { concurrency, min_instances } => TargetPlan::CloudRunRequest {
            vcpu: processors(),
            memory_mb,
            concurrency: concurrency.unwrap_or(1),
            min_instances: *min_instances,
        },
        WhatIfPlan::CloudRunInstance { concurrency, instances } => TargetPlan::CloudRunInstance {
            vcpu: processors().max(Decimal::ONE),
            memory_mb,
            concurrency: concurrency.unwrap_or(1),
            instances: *instances,
        },
        WhatIfPlan::Cloudflare => TargetPlan::CloudflareWorkers,
        WhatIfPlan::OwnServer { server } => TargetPlan::OwnServer { server: server.clone() },
    })
}

/// Who has regions for a plan; none where one price holds for the world.
pub(crate) fn provider_of(plan: &TargetPlan) -> Option<Provider> {
    match plan {
        TargetPlan::AzureConsumption | TargetPlan::AzureFlex { .. } | TargetPlan::AzurePremium { .. } => {
            Some(Provider::Azure)
        }
        TargetPlan::GoogleGen1 { .. }
        | TargetPlan::CloudRunRequest { .. }
        | TargetPlan::CloudRunInstance { .. } => Some(Provider::Gcp),
        TargetPlan::CloudflareWorkers | TargetPlan::OwnServer { .. } | TargetPlan::Other { .. } => None,
        _ => Some(Provider::Aws),
    }
}

/// A region that somebody wrote; one that the vendor of the plan does not have is refused with those that it has.
fn known(book: &PriceBook, plan: &TargetPlan, region: &str) -> Result<String> {
    match provider_of(plan) {
        Some(provider) if !book.knows_region(provider, region) => {
            let message =
                format!("there are no {provider} prices for the region `{region}` in the price book");
            Err(ApiError::new(ErrorCode::InvalidInput, message)
                .with_hint(format!("It has prices for {}.", book.regions_of(provider).join(", "))))
        }
        _ => Ok(region.to_owned()),
    }
}

/// The region of a plan when none is asked for: the function's own where the vendor knows it, else one on the same
/// continent, else the vendor's usual one.
fn region_for(book: &PriceBook, plan: &TargetPlan, own: &str) -> String {
    let (provider, near) = match provider_of(plan) {
        Some(Provider::Azure) => (
            Provider::Azure,
            near(own, ["westeurope", "northeurope"], ["southeastasia", "japaneast"], "eastus"),
        ),
        Some(Provider::Gcp) => (
            Provider::Gcp,
            near(
                own,
                ["europe-west1", "europe-west4"],
                ["asia-northeast1", "asia-northeast2"],
                "us-central1",
            ),
        ),
        _ => (Provider::Aws, vec!["us-east-1"]),
    };
    if book.knows_region(provider, own) {
        return own.to_owned();
    }
    let known = near.iter().find(|region| book.knows_region(provider, region));
    known.or(near.last()).map_or_else(|| own.to_owned(), |region| (*region).to_owned())
}

fn near(
    own: &str,
    europe: [&'static str; 2],
    asia: [&'static str; 2],
    usual: &'static str,
) -> Vec<&'static str> {
    let mut regions = match own.split_once('-').map(|(continent, _)| continent) {
        Some("eu") => europe.to_vec(),
        Some("ap") => asia.to_vec(),
        _ => Vec::new(),
    };
    regions.push(usual);
    regions
}

/// Memory brings processors: a call that computes is as much faster, one that waits is not. Code that uses one processor
/// gains nothing above one.
fn duration(
    request: &WhatIfRequest,
    from_mb: u32,
    to_mb: u32,
    plan: &TargetPlan,
) -> Result<DurationAssumption> {
    let processors = |memory_mb: u32| Decimal::from(memory_mb.min(MB_PER_VCPU));
    let ratio = (processors(from_mb) / processors(to_mb)).round_dp(4).normalize();
    match &request.duration {
        WhatIfDuration::Measured { factor } => {
            let measured = decimal("duration", factor, Decimal::from(1_000))?;
            if measured.is_zero() {
                return refuse(format!("no call takes 0 times as long as before: `{factor}`"));
            }
            Ok(DurationAssumption::Measured { factor: measured })
        }
        WhatIfDuration::Range if matches!(plan, TargetPlan::Lambda { .. }) && ratio != Decimal::ONE => {
            let (low, high) = (ratio.min(Decimal::ONE), ratio.max(Decimal::ONE));
            let best = ((low + high) / Decimal::TWO).normalize();
            Ok(DurationAssumption::Range { best, low, high })
        }
        WhatIfDuration::Range | WhatIfDuration::Unchanged => Ok(DurationAssumption::Unchanged),
    }
}

/// A decimal from 0 to `most`.
pub(crate) fn decimal(what: &str, text: &str, most: Decimal) -> Result<Decimal> {
    match text.trim().parse::<Decimal>() {
        Ok(value) if !value.is_sign_negative() && value <= most => Ok(value.normalize()),
        _ => refuse(format!("{what} must be a number from 0 to {most}, not `{text}`")),
    }
}

fn refuse<T>(message: String) -> Result<T> {
    Err(ApiError::new(ErrorCode::InvalidInput, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Now =
        Now { memory_mb: 1_536, architecture: Architecture::Arm64, ephemeral_mb: FREE_STORAGE_MB };

    fn asked(request: &WhatIfRequest) -> Result<Target> {
        let pricing = Pricing {
            plan: Plan::LambdaOnDemand,
            region: "eu-west-1".to_owned(),
            vcpu_thousandths: None,
            paid: false,
        };
        as_asked(&PriceBook::bundled().unwrap(), request, &pricing, NOW, false)
    }

    #[test]
    fn less_memory_makes_a_range_from_waiting_to_computing() {
        let half = WhatIfRequest { memory_mb: Some(768), ..WhatIfRequest::default() };
        let two = Decimal::TWO;
        assert_eq!(
            asked(&half).unwrap().duration,
            DurationAssumption::Range { best: Decimal::new(15, 1), low: Decimal::ONE, high: two }
        );
        let unchanged = WhatIfRequest { duration: WhatIfDuration::Unchanged, ..half };
        assert_eq!(asked(&unchanged).unwrap().duration, DurationAssumption::Unchanged);
    }

    #[test]
    fn another_cloud_is_priced_on_the_same_continent() {
        for (plan, region) in [
            (WhatIfPlan::Lambda, "eu-west-1"),
            (WhatIfPlan::CloudRunRequest { concurrency: None, min_instances: 0 }, "europe-west1"),
        ] {
            let request = WhatIfRequest { plan: Some(plan), ..WhatIfRequest::default() };
            assert_eq!(asked(&request).unwrap().region, region);
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_value() {
        let traffic =
            |text: &str| WhatIfRequest { traffic: Some(text.to_owned()), ..WhatIfRequest::default() };
        for (request, words) in [
            (WhatIfRequest { memory_mb: Some(64), ..WhatIfRequest::default() }, "not 64"),
            (WhatIfRequest { ephemeral_mb: Some(1), ..WhatIfRequest::default() }, "512 to 10240 MB, not 1"),
            (WhatIfRequest { ephemeral_mb: Some(99_999), ..WhatIfRequest::default() }, "not 99999"),
            (
                WhatIfRequest {
                    duration: WhatIfDuration::Measured { factor: "0".to_owned() },
                    ..WhatIfRequest::default()
                },
                "`0`",
            ),
            (traffic("-1"), "`-1`"),
            (traffic("much"), "`much`"),
            (traffic("1e99"), "`1e99`"),
        ] {
            let error = asked(&request).unwrap_err();
            assert!(error.message.contains(words), "{error:?}");
        }
    }

    #[test]
    fn a_parameter_that_a_plan_does_not_have_is_refused_with_what_it_has() {
        let own = || hearth_cost::OwnServer { monthly: Decimal::TEN, count: 1, ..Default::default() };
        let plan = |plan: WhatIfPlan| WhatIfRequest { plan: Some(plan), ..WhatIfRequest::default() };
        let fargate = || {
            let (vcpu, tasks, concurrency) = (None, None, None);
            plan(WhatIfPlan::Fargate { vcpu, tasks, concurrency, spot: false, public_ipv4: false })
        };
        let arm = Some(Architecture::Arm64);
        for (request, name, has) in [
            (
                WhatIfRequest { provisioned: Some(5), ..fargate() },
                "AWS Fargate has no `provisioned`",
                "concurrency",
            ),
            (WhatIfRequest { ephemeral_mb: Some(1_024), ..fargate() }, "no `ephemeral`", "memory"),
            (
                WhatIfRequest { ephemeral_mb: Some(1_024), ..plan(WhatIfPlan::AzureConsumption) },
                "Azure Consumption has no `ephemeral`",
                "memory, traffic, region",
            ),
            (
                WhatIfRequest { architecture: arm, ..plan(WhatIfPlan::AzureConsumption) },
                "no `arch`",
                "memory",
            ),
            (
                WhatIfRequest { memory_mb: Some(512), ..plan(WhatIfPlan::Cloudflare) },
                "no `memory`",
                "traffic",
            ),
            (
                WhatIfRequest {
                    region: Some("eu-west-1".to_owned()),
                    ..plan(WhatIfPlan::OwnServer { server: own() })
                },
                "no `region`",
                "monthly",
            ),
            (
                WhatIfRequest {
                    savings_plan: Some("1y".to_owned()),
                    ..plan(WhatIfPlan::GoogleGen1 { min_instances: 0 })
                },
                "no `savings-plan`",
                "instances",
            ),
        ] {
            let error = asked(&request).unwrap_err();
            assert!(error.code == ErrorCode::InvalidInput && error.message.contains(name), "{error:?}");
            assert!(error.hint.as_ref().is_some_and(|hint| hint.contains(has)), "{error:?}");
        }
        assert!(asked(&WhatIfRequest { architecture: arm, ..fargate() }).is_ok());
    }

    #[test]
    fn a_savings_plan_is_a_term_of_the_vendor_or_a_percentage() {
        let percent = |text: &str| {
            let request = WhatIfRequest { savings_plan: Some(text.to_owned()), ..WhatIfRequest::default() };
            asked(&request).map(|target| target.savings_plan.map(|plan| plan.percent))
        };
        assert_eq!(percent("1y").unwrap(), Some(Decimal::from(12)), "eu-west-1 takes 12 % off");
        assert_eq!(percent("17").unwrap(), Some(Decimal::from(17)));
        assert_eq!(percent("0").unwrap(), None);
        for wrong in ["2y", "-1", "101", "much"] {
            let error = percent(wrong).unwrap_err();
            assert!(error.message.contains(&format!("`{wrong}`")), "{error:?}");
        }
    }
}
