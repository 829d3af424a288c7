//! From the usage of a function to what its plan counts. Must not know prices or who shares the bill.

use super::Metered;
use crate::Day;
use crate::billing::{Plan, billed_memory_mb, billed_time, gen1_ghz, rule};
use crate::charge::Quantity;
use crate::error::{Result, usage};
use crate::meter::Meter;
use crate::projection::FunctionUsage;
use crate::services::gb_seconds;
use hearth_model::Architecture;
use rust_decimal::Decimal;

/// What `usage` of a function counts on a plan that bills by use. A plan that rounds each call bills the sum of what was
/// rounded: of a sum of calls that is an estimate, which has bounds. So is memory that is billed as used and not known.
pub fn metered(
    function: &str,
    plan: Plan,
    region: &str,
    day: Day,
    used: &FunctionUsage,
) -> Result<Vec<Metered>> {
    let billed = billed_time(&rule(plan, used.package, day), used.requests, &used.time)?;
    let requests = Quantity::exact(used.requests);
    let memory = billed_memory_mb(
        plan,
        used.used_memory_mb.filter(|_| plan == Plan::AzureConsumption).unwrap_or(used.memory_mb),
    )?;
    let mut memory_time = gb_seconds(billed, Decimal::from(memory))?;
    if plan == Plan::AzureConsumption && used.used_memory_mb.is_none() {
        // It bills what calls were seen to use: at least its smallest step, at most what is configured.
        let least = billed_memory_mb(plan, 1)?;
        memory_time.low = gb_seconds(billed, Decimal::from(least))?.low;
    }
    let seconds = billed.per(Decimal::ONE_THOUSAND)?;
    let architecture = Some(used.architecture);
    let items: Vec<(Meter, Option<Architecture>, Quantity)> = match plan {
        Plan::LambdaOnDemand => {
            let mut items = vec![
                (Meter::LambdaRequests, None, requests),
                (Meter::LambdaDuration, architecture, memory_time),
            ];
            if used.ephemeral_mb > 512 {
                let above = gb_seconds(billed, Decimal::from(used.ephemeral_mb - 512))?;
                items.push((Meter::LambdaEphemeral, None, above));
            }
            items
        }
        Plan::AzureConsumption => vec![
            (Meter::AzureConsumptionExecutions, None, requests),
            (Meter::AzureConsumptionDuration, None, memory_time),
        ],
        Plan::AzureFlex => {
            vec![(Meter::AzureFlexExecutions, None, requests), (Meter::AzureFlexDuration, None, memory_time)]
        }
        Plan::GoogleGen1 => vec![
            (Meter::Gen1Invocations, None, requests),
            (Meter::Gen1Cpu, None, seconds.times(gen1_ghz(memory)?)?),
            (Meter::Gen1Memory, None, memory_time),
        ],
        Plan::CloudRunRequest => vec![
            (Meter::RunRequests, None, requests),
            (Meter::RunRequestCpu, None, seconds.times(used.vcpu.unwrap_or(Decimal::ONE))?),
            (Meter::RunRequestMemory, None, memory_time),
        ],
        other => return usage(format!("{other:?} is not billed by use alone")),
    };
    Ok(items
        .into_iter()
        .map(|(meter, architecture, quantity)| Metered {
            function: function.to_owned(),
            meter,
            region: region.to_owned(),
            architecture,
            quantity: quantity.value,
            bounds: (!quantity.is_exact()).then_some((quantity.low, quantity.high)),
        })
        .collect())
}
