//! Lines that are easily forgotten: logs, data out, storage, addresses, polling. Owns which quantities are known; what
//! is not known is said, never zero.

use super::bill::Used;
use super::ledger::Ledger;
use super::plans::FREE_STORAGE_MB;
use super::sums::plain;
use crate::api::CostHidden;
use hearth_cost::{
    Basis, Day, Decimal, FargatePlatform, FunctionUsage, Line, LineKind, Plan, PriceBook, Result, Target,
    TargetPlan, Time, project,
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
            let lines = lines(ledger, (&account.id, region), &members, only.is_some())?;
            let known: Decimal = lines.iter().filter_map(|line| line.amount).sum();
            all.push(CostHidden {
                account: account.id.clone(),
                region: region.to_owned(),
                known_usd: plain(known),
                lines,
            });
        }
    }
    if only.is_none() {
        // Also where no function did anything: asking costs the same.
        for ((account, region), metrics) in &ledger.polled {
            let is_there = |group: &CostHidden| group.account == *account && group.region == *region;
            if !all.iter().any(is_there) {
                all.push(asked_only(ledger, account, region, *metrics)?);
            }
        }
    }
    Ok(all)
}

/// The line of asking alone.
fn asked_only(ledger: &Ledger, account: &str, region: &str, metrics: u64) -> Result<CostHidden> {
    let line = asking(&ledger.book, ledger.day, metrics)?;
    let known = line.amount.unwrap_or_default();
    Ok(CostHidden {
        account: account.to_owned(),
        region: region.to_owned(),
        known_usd: plain(known),
        lines: vec![line],
    })
}

/// What asking CloudWatch for so many metrics costs. A metric costs the same everywhere, also where Lambda has no price
/// in the book.
pub(crate) fn asking(book: &PriceBook, day: Day, metrics: u64) -> Result<Line> {
    let mut usage = FunctionUsage::new(0, Time::Sum { handler_ms: 0, init_ms: 0 }, 128, Architecture::X86_64);
    usage.polled_metrics = Some(metrics);
    let lines = of_plan(book, day, Plan::LambdaOnDemand, "us-east-1", &usage)?;
    let line = lines.into_iter().find(|line| line.name == "polling");
    let mut line =
        line.ok_or_else(|| hearth_cost::Error::Book("it does not say what asking for metrics costs".into()))?;
    line.note = Some(COUNTED.to_owned());
    Ok(line)
}

const COUNTED: &str = "metrics that Hearth asked CloudWatch for, counted";

/// A list of functions does not tell it, and asking for each of them would be a request each.
const KEPT_READY: &str = "not known: a list of functions does not tell it; `hearth cost actual` asks what AWS billed \
                          for it";

fn lines(
    ledger: &Ledger,
    (account, region): (&str, &str),
    members: &[&Used],
    of_one: bool,
) -> Result<Vec<Line>> {
    let (mut log_bytes, mut logged) = (0_u64, false);
    for used in members {
        if let Some(counts) = ledger.counts.get(&used.id) {
            log_bytes = log_bytes.saturating_add(counts.used.log_bytes);
            logged |= counts.used.log_lines > 0;
        }
    }
    let mut usage = FunctionUsage::new(0, Time::Sum { handler_ms: 0, init_ms: 0 }, 128, Architecture::X86_64);
    // Every call logs at least three lines of the platform: without any, logs were not recorded.
    usage.log_bytes = logged.then_some(log_bytes);
    // Hearth asks no cloud about functions of this computer. It asks for all functions of a region together.
    let paid = members.iter().any(|used| used.pricing.paid);
    let polled = ledger.polled.get(&(account.to_owned(), region.to_owned())).copied().unwrap_or_default();
    usage.polled_metrics = (!paid || !of_one).then_some(if paid { polled } else { 0 });
    let mut all: Vec<Line> = Vec::new();
    let mut plans: Vec<TargetPlan> = Vec::new();
    for used in members {
        let plan = target(used.pricing.plan);
        if !plans.contains(&plan) {
            plans.push(plan);
            for line in of_plan(&ledger.book, ledger.day, used.pricing.plan, region, &usage)? {
                add(&mut all, line, used.pricing.plan);
            }
        }
    }
    if members.iter().any(|used| used.pricing.paid && used.pricing.plan == Plan::LambdaOnDemand) {
        all.push(Line::unknown(
            "provisioned",
            "Servers kept ready (provisioned concurrency)",
            LineKind::Hidden,
            "GB-second",
            KEPT_READY,
        ));
    }
    for line in &mut all {
        match line.name.as_str() {
            "polling" if of_one && paid => {
                line.note =
                    Some("counted for all functions of the account in the region together".to_owned());
            }
            "polling" if line.amount.is_some() => {
                line.note = Some(COUNTED.to_owned());
            }
            _ => {}
        }
    }
    Ok(all)
}

/// Adds a line of a plan. What two plans of a region have alike is one line, and what only has the same name is told
/// apart by the plan.
fn add(all: &mut Vec<Line>, mut line: Line, plan: Plan) {
    if all.contains(&line) {
        return;
    }
    if all.iter().any(|there| there.name == line.name) {
        line.name = format!("{}_{}", line.name, plan.words().to_lowercase().replace(' ', "_"));
        line.label = format!("{}, {}", line.label, plan.words());
    }
    all.push(line);
}

/// Something that has the hidden lines of a plan.
fn target(plan: Plan) -> TargetPlan {
    match plan {
        Plan::AzureConsumption | Plan::AzureFlex | Plan::AzurePremium | Plan::AzureAppService => {
            TargetPlan::AzureConsumption
        }
        Plan::GoogleGen1 => TargetPlan::GoogleGen1 { memory_mb: 128, min_instances: 0 },
        Plan::CloudRunRequest | Plan::CloudRunInstance => TargetPlan::CloudRunRequest {
            vcpu: Decimal::ONE,
            memory_mb: 512,
            concurrency: 1,
            min_instances: 0,
        },
        Plan::Fargate | Plan::FargateWindows => TargetPlan::Fargate {
            vcpu: Decimal::new(25, 2),
            memory_mb: 512,
            tasks: Some(1),
            concurrency: 1,
            platform: FargatePlatform::LinuxX86,
            storage_gb: 20,
            public_ipv4: false,
        },
        _ => TargetPlan::Lambda {
            memory_mb: 128,
            architecture: Architecture::X86_64,
            ephemeral_mb: FREE_STORAGE_MB,
            provisioned: None,
        },
    }
}

/// The hidden lines of a plan.
fn of_plan(book: &PriceBook, day: Day, plan: Plan, region: &str, usage: &FunctionUsage) -> Result<Vec<Line>> {
    let breakdown = project(book, day, usage, &Target::new(target(plan), region))?;
    let hidden = breakdown.lines.into_iter().filter(|line| line.kind == LineKind::Hidden);
    Ok(hidden
        .map(|line| match (plan, line.name.as_str()) {
            (Plan::Fargate | Plan::FargateWindows, "ipv4") => unknown(
                line,
                "whether its tasks have public addresses is not known: `hearth tasks` shows them for an account",
            ),
            _ => line,
        })
        .collect())
}

/// The same line when nobody knows how much of it there is.
fn unknown(line: Line, why: &str) -> Line {
    let note = Some(why.to_owned());
    let (steps, price) = (Vec::new(), None);
    Line { basis: Basis::Unknown, quantity: None, steps, list: None, amount: None, price, note, ..line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(plans: &[(Plan, &str)]) -> Vec<Line> {
        let book = PriceBook::bundled().unwrap();
        let mut usage =
            FunctionUsage::new(0, Time::Sum { handler_ms: 0, init_ms: 0 }, 128, Architecture::X86_64);
        usage.polled_metrics = Some(2_000);
        usage.bytes_out = Some(1 << 40);
        let mut all = Vec::new();
        for (plan, region) in plans {
            for line in of_plan(&book, book.day(), *plan, region, &usage).unwrap() {
                add(&mut all, line, *plan);
            }
        }
        all
    }

    fn names(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.name.as_str()).collect()
    }

    #[test]
    fn lines_follow_every_plan_of_a_region_and_what_is_alike_is_told_once() {
        let aws = lines_of(&[(Plan::LambdaOnDemand, "us-east-1"), (Plan::Fargate, "us-east-1")]);
        assert_eq!(
            names(&aws),
            ["logs", "log_storage", "egress", "nat", "nat_ipv4", "polling", "ipv4", "load_balancer"]
        );
        let line = |name: &str| aws.iter().find(|line| line.name == name).unwrap();
        assert_eq!(line("polling").amount, Some(Decimal::new(2, 2)), "$0.01 for 1,000 metrics");
        assert_eq!((line("ipv4").amount, line("ipv4").basis), (None, Basis::Unknown), "unknown is not zero");
        let azure = lines_of(&[(Plan::AzureConsumption, "eastus"), (Plan::AzureFlex, "eastus")]);
        assert_eq!(names(&azure), ["storage_account", "app_insights", "egress", "polling"]);
        // Two generations of Google price what leaves differently.
        let google = lines_of(&[(Plan::GoogleGen1, "us-central1"), (Plan::CloudRunRequest, "us-central1")]);
        let mut unique = names(&google);
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), google.len(), "{unique:?}");
        assert_eq!(unique.iter().filter(|name| name.starts_with("egress")).count(), 2, "{unique:?}");
    }
}
