//! Lines that are easily forgotten: logs, data out, storage, addresses, polling. Owns which quantities are known; what
//! is not known is said, never zero.

use super::bill::{Used, plain};
use super::ledger::Ledger;
use super::plans::FREE_STORAGE_MB;
use crate::api::CostHidden;
use hearth_cost::{
    Day, Decimal, FunctionUsage, LineKind, Plan, PriceBook, Result, Target, TargetPlan, Time, project,
};
use hearth_model::{Architecture, FunctionId};
use std::collections::BTreeMap;

/// Hidden lines of each account and region; of one function when `only` says so.
pub(crate) fn hidden(ledger: &Ledger, only: Option<&FunctionId>) -> Result<Vec<CostHidden>> {
    let mut all = Vec::new();
    for account in &ledger.accounts {
        let mut regions: BTreeMap<&str, Vec<&Used>> = BTreeMap::new();
        for used in &account.used {
            if only.is_none_or(|only| *only == used.id) {
                regions.entry(&used.pricing.region).or_default().push(used);
            }
        }
        for (region, members) in regions {
            let lines = lines(ledger, &members, region)?;
            let known: Decimal = lines.iter().filter_map(|line| line.amount).sum();
            all.push(CostHidden {
                account: account.id.clone(),
                region: region.to_owned(),
                known_usd: plain(known),
                lines,
            });
        }
    }
    Ok(all)
}

fn lines(ledger: &Ledger, members: &[&Used], region: &str) -> Result<Vec<hearth_cost::Line>> {
    let (mut log_bytes, mut logged) = (0_u64, false);
    for used in members {
        if let Some(counts) = ledger.counts.get(&used.id) {
            log_bytes = log_bytes.saturating_add(counts.used.log_bytes);
            logged |= counts.used.log_lines > 0;
        }
    }
    let Some(first) = members.first() else { return Ok(Vec::new()) };
    let mut usage = FunctionUsage::new(0, Time::Sum { handler_ms: 0, init_ms: 0 }, 128, Architecture::X86_64);
    // Every call logs at least three lines of the platform: without any, logs were not recorded.
    usage.log_bytes = logged.then_some(log_bytes);
    // Hearth asks no cloud about functions of this computer.
    usage.polled_metrics = (!first.pricing.paid).then_some(0);
    of_plan(&ledger.book, ledger.day, first.pricing.plan, region, &usage)
}

/// The hidden lines of a plan.
fn of_plan(
    book: &PriceBook,
    day: Day,
    plan: Plan,
    region: &str,
    usage: &FunctionUsage,
) -> Result<Vec<hearth_cost::Line>> {
    let plan = match plan {
        Plan::AzureConsumption | Plan::AzureFlex => TargetPlan::AzureConsumption,
        Plan::GoogleGen1 => TargetPlan::GoogleGen1 { memory_mb: 128, min_instances: 0 },
        Plan::CloudRunRequest | Plan::CloudRunInstance => TargetPlan::CloudRunRequest {
            vcpu: Decimal::ONE,
            memory_mb: 512,
            concurrency: 1,
            min_instances: 0,
        },
        _ => TargetPlan::Lambda {
            memory_mb: 128,
            architecture: Architecture::X86_64,
            ephemeral_mb: FREE_STORAGE_MB,
            provisioned: None,
        },
    };
    let breakdown = project(book, day, usage, &Target::new(plan, region))?;
    Ok(breakdown.lines.into_iter().filter(|line| line.kind == LineKind::Hidden).collect())
}
