//! Billed memory: what a provider makes of a memory size. Must not know prices.

use super::rules::Plan;
use crate::error::{Result, usage};
use rust_decimal::Decimal;

/// Most memory of Azure Consumption, which bills what was used.
/// Source: learn.microsoft.com/azure/azure-functions/functions-scale, read 2026-11.
pub const AZURE_CONSUMPTION_MB: u32 = 1_536;

/// The memory in MB that is billed for a function of `memory_mb`, configured or, on Azure Consumption, observed.
/// Sizes that the plan does not offer are errors.
pub fn billed_memory_mb(plan: Plan, memory_mb: u32) -> Result<u32> {
    let outside = |words: &str| usage(format!("{words}, not {memory_mb} MB"));
    match plan {
        Plan::LambdaOnDemand | Plan::LambdaProvisioned | Plan::LambdaEdge => {
            if (128..=10_240).contains(&memory_mb) {
                Ok(memory_mb)
            } else {
                outside("Lambda has 128 to 10240 MB of memory")
            }
        }
        Plan::AzureConsumption => {
            let rounded = memory_mb.max(1).div_ceil(128) * 128;
            if rounded > AZURE_CONSUMPTION_MB {
                outside("Azure Consumption has at most 1536 MB of memory")
            } else {
                Ok(rounded)
            }
        }
        Plan::AzureFlex => match [512, 2_048, 4_096].into_iter().find(|size| memory_mb <= *size) {
            Some(size) if memory_mb > 0 => Ok(size),
            _ => outside("Azure Flex has instances of 512, 2048 and 4096 MB"),
        },
        // Sizes of servers, which are billed whole.
        Plan::AzurePremium | Plan::AzureAppService => Ok(memory_mb),
        Plan::GoogleGen1 => match GEN1.iter().find(|(size, _)| memory_mb <= *size) {
            Some((size, _)) if memory_mb > 0 => Ok(*size),
            _ => outside("Google Cloud Functions has 128 to 16384 MB of memory"),
        },
        Plan::CloudRunRequest | Plan::CloudRunInstance => {
            if (128..=32_768).contains(&memory_mb) {
                Ok(memory_mb)
            } else {
                outside("Cloud Run has 128 to 32768 MB of memory")
            }
        }
        Plan::CloudflareWorkers => {
            if memory_mb <= 128 {
                Ok(128)
            } else {
                outside("Workers have 128 MB of memory")
            }
        }
        Plan::Fargate | Plan::FargateWindows => {
            if (512..=249_856).contains(&memory_mb) {
                Ok(memory_mb)
            } else {
                outside("Fargate has 512 MB to 244 GB of memory")
            }
        }
    }
}

/// Memory in MB and hundreds of MHz of first-generation Google functions
/// (cloud.google.com/functions/pricing-1stgen).
const GEN1: &[(u32, i64)] =
    &[(128, 2), (256, 4), (512, 8), (1_024, 14), (2_048, 24), (4_096, 48), (8_192, 48), (16_384, 96)];

/// The GHz that come with a memory size of a first-generation Google function.
pub fn gen1_ghz(memory_mb: u32) -> Result<Decimal> {
    let size = billed_memory_mb(Plan::GoogleGen1, memory_mb)?;
    let tenths = GEN1.iter().find(|(offered, _)| *offered == size).map_or(0, |(_, tenths)| *tenths);
    Ok(Decimal::new(tenths, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_billed_in_the_sizes_of_the_plan() {
        for (plan, asked, billed) in [
            (Plan::LambdaOnDemand, 129, 129),
            (Plan::AzureConsumption, 0, 128),
            (Plan::AzureConsumption, 129, 256),
            (Plan::AzureFlex, 600, 2_048),
            (Plan::GoogleGen1, 1_500, 2_048),
        ] {
            assert_eq!(billed_memory_mb(plan, asked).unwrap(), billed, "{plan:?} {asked} MB");
        }
        for (plan, asked) in [
            (Plan::LambdaOnDemand, 127),
            (Plan::LambdaOnDemand, 10_241),
            (Plan::AzureConsumption, 1_537),
            (Plan::AzureFlex, 4_097),
            (Plan::GoogleGen1, 0),
        ] {
            let error = billed_memory_mb(plan, asked).unwrap_err().to_string();
            assert!(error.contains(&format!("not {asked} MB")), "{error}");
        }
        assert_eq!(gen1_ghz(256).unwrap().to_string(), "0.4");
    }
}
