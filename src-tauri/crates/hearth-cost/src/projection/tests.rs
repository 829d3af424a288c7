//! What projections promise: hidden lines, ranges, assumptions, break-even.

use super::*;
use crate::billing::Time;
use crate::line::{Basis, LineKind};
use crate::services::{FargatePlatform, Grants, OwnServer};
use crate::{MonthLength, SavingsPlan};
use hearth_model::Architecture;

fn book() -> PriceBook {
    PriceBook::bundled().unwrap()
}

fn usage() -> FunctionUsage {
    let time = Time::Sum { handler_ms: 200 * 30_000_000, init_ms: 0 };
    FunctionUsage::new(30_000_000, time, 128, Architecture::X86_64)
}

fn lambda(memory_mb: u32, architecture: Architecture) -> TargetPlan {
    TargetPlan::Lambda { memory_mb, architecture, ephemeral_mb: 512, provisioned: None }
}

fn fargate(tasks: Option<u32>) -> TargetPlan {
    TargetPlan::Fargate {
        vcpu: "0.25".parse().unwrap(),
        memory_mb: 512,
        tasks,
        concurrency: 10,
        platform: FargatePlatform::LinuxX86,
        storage_gb: 20,
        public_ipv4: true,
    }
}

fn told(plan: TargetPlan, region: &str) -> Breakdown {
    let target = Target::new(plan, region);
    project(&book(), book().day(), &usage(), &target).unwrap_or_else(|error| panic!("{target:?}: {error}"))
}

fn every_plan() -> Vec<(TargetPlan, &'static str)> {
    let vcpu = Decimal::ONE;
    let server = OwnServer { monthly: Decimal::from(40), ..OwnServer::default() };
    vec![
        (lambda(128, Architecture::X86_64), "us-east-1"),
        (TargetPlan::LambdaEdge { memory_mb: 128 }, "us-east-1"),
        (TargetPlan::ManagedInstances { hours: 730, on_demand_hour: vcpu, paid_hour: vcpu }, "us-east-1"),
        (
            TargetPlan::MicroVms {
                used: crate::MicroVms {
                    vcpu_seconds: 9_600_000,
                    gb_seconds: 19_200_000,
                    ..Default::default()
                },
            },
            "us-east-1",
        ),
        (fargate(None), "eu-west-1"),
        (TargetPlan::AzureConsumption, "eastus"),
        (TargetPlan::AzureFlex { instance_mb: 512, concurrency: 4, always_ready: 0 }, "westus"),
        (TargetPlan::AzureFlex { instance_mb: 512, concurrency: 4, always_ready: 1 }, "eastus"),
        (
            TargetPlan::AzurePremium {
                sku: crate::services::azure::PremiumSku::Ep1,
                instances: None,
                concurrency: 100,
            },
            "eastus",
        ),
        (TargetPlan::GoogleGen1 { memory_mb: 128, min_instances: 1 }, "us-central1"),
        (
            TargetPlan::CloudRunRequest { vcpu, memory_mb: 512, concurrency: 1, min_instances: 1 },
            "europe-west3",
        ),
        (
            TargetPlan::CloudRunInstance { vcpu, memory_mb: 512, concurrency: 80, instances: None },
            "us-central1",
        ),
        (TargetPlan::CloudflareWorkers, "global"),
        (TargetPlan::OwnServer { server }, "here"),
        (TargetPlan::Other { offer: crate::services::others::OtherOffer::Vercel }, ""),
        (TargetPlan::Other { offer: crate::services::others::OtherOffer::IbmCodeEngine }, ""),
        (TargetPlan::Other { offer: crate::services::others::OtherOffer::Huawei }, ""),
        (TargetPlan::Other { offer: crate::services::others::OtherOffer::Oracle }, ""),
    ]
}

#[test]
fn every_plan_adds_up_and_says_what_is_unknown() {
    for (plan, region) in every_plan() {
        let bill = told(plan.clone(), region);
        assert!(bill.total > Decimal::ZERO, "{plan:?}");
        assert!(bill.low <= bill.total && bill.total <= bill.high, "{plan:?}");
        let sum: Decimal = bill.lines.iter().filter_map(|line| line.amount).sum();
        assert_eq!(sum, bill.total, "{plan:?}");
        for line in &bill.lines {
            let steps: Decimal = line.steps.iter().map(|step| step.quantity * step.rate).sum();
            match line.amount {
                None => {
                    assert!(line.basis == Basis::Unknown && line.note.is_some(), "{plan:?} {}", line.name);
                    assert!(bill.unknown.contains(&line.name));
                }
                Some(amount) => assert_eq!(steps, amount, "{plan:?} {}", line.name),
            }
            assert!(line.price.is_some() || line.amount.is_none() || line.basis == Basis::Entered);
        }
        assert!(!bill.assumptions.is_empty(), "{plan:?} prints its month");
        let json = serde_json::to_string(&bill).unwrap();
        assert_eq!(serde_json::from_str::<Breakdown>(&json).unwrap(), bill);
        let target = Target::new(plan, region);
        let json = serde_json::to_string(&target).unwrap();
        assert_eq!(serde_json::from_str::<Target>(&json).unwrap(), target, "{json}");
    }
}

#[test]
fn hidden_lines_are_always_there_and_unknown_until_they_are_known() {
    let bill = told(lambda(128, Architecture::X86_64), "us-east-1");
    let hidden: Vec<_> = bill.lines.iter().filter(|line| line.kind == LineKind::Hidden).collect();
    let names: Vec<_> = hidden.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["logs", "log_storage", "egress", "nat", "nat_ipv4", "polling"]);
    assert!(hidden.iter().all(|line| line.amount.is_none()));
    let note = |name: &str| bill.line(name).unwrap().note.clone().unwrap();
    assert!(note("nat").ends_with("tells; one is $0.045 an hour and $0.045 a GB"), "{}", note("nat"));
    assert!(note("nat_ipv4").ends_with("tells; one is $0.005 an hour"), "{}", note("nat_ipv4"));
    let gb = 1_073_741_824;
    let used = FunctionUsage {
        log_bytes: Some(10 * gb),
        kept_log_bytes: Some(100 * gb),
        bytes_out: Some(200 * gb),
        nat_gateways: Some(1),
        polled_metrics: Some(1_000),
        ..usage()
    };
    let target = Target::new(lambda(128, Architecture::X86_64), "us-east-1");
    let bill = project(&book(), book().day(), &used, &target).unwrap();
    let amount = |name: &str| bill.line(name).unwrap().amount.unwrap().to_string();
    assert_eq!(bill.unknown, Vec::<String>::new());
    assert_eq!(
        [
            amount("logs"),
            amount("log_storage"),
            amount("egress"),
            amount("nat"),
            amount("nat_ipv4"),
            amount("polling"),
        ],
        ["5", "3", "18", "41.85", "3.65", "0.01"]
    );
    let elsewhere = Target::new(lambda(128, Architecture::X86_64), "eu-west-1");
    let bill = project(&book(), book().day(), &used, &elsewhere).unwrap();
    assert!(bill.unknown.contains(&"logs".to_owned()), "no price of logs there is unknown, not free");
}

#[test]
fn the_published_example_is_met_with_and_without_grants_and_plan() {
    let bill = told(lambda(128, Architecture::X86_64), "us-east-1");
    assert_eq!(bill.total.to_string(), "18.500025", "becloudway-2");
    let mut target = Target::new(lambda(128, Architecture::X86_64), "us-east-1");
    target.grants = Grants::whole();
    target.savings_plan = Some(SavingsPlan { percent: Decimal::from(12) });
    let bill = project(&book(), book().day(), &usage(), &target).unwrap();
    let duration = bill.line("duration").unwrap();
    assert_eq!(duration.list.unwrap().to_string(), "12.500025");
    assert_eq!(duration.amount.unwrap().to_string(), "5.1333436", "350,000 GB-s at 0.0000166667 × 0.88");
    assert_eq!(bill.line("requests").unwrap().amount.unwrap().to_string(), "5.8");
}

#[test]
fn averages_and_ranges_make_a_range() {
    let average = Time::Average { milliseconds: Decimal::from(200) };
    let used = FunctionUsage { time: average, ..usage() };
    let target = Target::new(lambda(128, Architecture::X86_64), "us-east-1");
    let bill = project(&book(), book().day(), &used, &target).unwrap();
    assert_eq!(bill.line("duration").unwrap().basis, Basis::Estimated);
    assert_eq!((bill.low.to_string(), bill.high.to_string()), ("18.500025".into(), "18.562525125".into()));
    let half = DurationAssumption::Range {
        best: "0.75".parse().unwrap(),
        low: "0.5".parse().unwrap(),
        high: Decimal::ONE,
    };
    let target = Target { duration: half, plan: lambda(256, Architecture::X86_64), ..target };
    let bill = project(&book(), book().day(), &usage(), &target).unwrap();
    assert!(bill.low < bill.total && bill.total < bill.high);
    assert!(bill.assumptions.iter().any(|words| words.contains("between 0.5 and 1")));
    let measured = DurationAssumption::Measured { factor: "0.5".parse().unwrap() };
    let bill = project(&book(), book().day(), &usage(), &Target { duration: measured, ..target }).unwrap();
    assert!(bill.assumptions[0].contains("measured by tuning"));
}

#[test]
fn provisioned_concurrency_splits_requests_and_has_no_grant() {
    let plan = TargetPlan::Lambda {
        memory_mb: 128,
        architecture: Architecture::Arm64,
        ephemeral_mb: 1_024,
        provisioned: Some(ProvisionedTarget { concurrency: 10, hours: None, share_percent: 90 }),
    };
    let bill = told(plan, "us-east-1");
    let quantity = |name: &str| bill.line(name).unwrap().quantity.unwrap().to_string();
    assert_eq!(quantity("pc"), "3285000", "10 × 0.125 GB × 730 h");
    assert_eq!((quantity("requests"), quantity("spilled_requests")), ("27000000".into(), "3000000".into()));
    assert_eq!(quantity("ephemeral"), "3000000", "half a GB for 6,000,000 s");
}

#[test]
fn the_break_even_of_fargate_is_where_both_cost_the_same() {
    let day = book().day();
    let on_demand = Target::new(lambda(128, Architecture::X86_64), "us-east-1");
    let tasks = Target::new(fargate(Some(1)), "us-east-1");
    let found = break_even(&book(), day, &usage(), &on_demand, &tasks).unwrap().unwrap();
    // 0.25 × 730 × 0.04048 + 0.5 × 730 × 0.004445 + 730 × 0.005 a month, each request 0.6166675 millionths.
    assert_eq!(found.second.to_string(), "12.660025");
    assert!(found.second <= found.first && found.first - found.second < Decimal::new(1, 6));
    assert_eq!(found.requests_per_month, 20_529_743);
    assert_eq!(found.requests_per_second.to_string(), "7.811927");
    let curve = cost_curve(&book(), day, &usage(), &on_demand, &[found.requests_per_month - 1]).unwrap();
    assert!(curve[0].total < found.second, "one request less is cheaper on demand");
    let dear = OwnServer { monthly: Decimal::from(10_000), count: 1, ..OwnServer::default() };
    let server =
        |count| Target::new(TargetPlan::OwnServer { server: OwnServer { count, ..dear.clone() } }, "");
    let at = |target| break_even(&book(), day, &usage(), &on_demand, &target).unwrap();
    assert!(at(server(1)).is_some());
    assert_eq!(at(server(0)), None, "as many as the traffic needs, each dearer than its requests on demand");
    let never = Target::new(fargate(None), "us-east-1");
    let idle = FunctionUsage { time: Time::Sum { handler_ms: 0, init_ms: 0 }, ..usage() };
    assert!(break_even(&book(), day, &FunctionUsage { requests: 0, ..idle }, &on_demand, &never).is_err());
}

#[test]
fn what_cannot_be_is_refused_with_its_value() {
    let day = book().day();
    let refused = |target: Target| project(&book(), day, &usage(), &target).unwrap_err().to_string();
    let plain = || Target::new(lambda(128, Architecture::X86_64), "us-east-1");
    for (target, words) in [
        (Target { traffic: Decimal::NEGATIVE_ONE, ..plain() }, "-1 times"),
        (Target { region: "moon-1".into(), ..plain() }, "`moon-1`"),
        (Target { plan: lambda(64, Architecture::X86_64), ..plain() }, "not 64 MB"),
        (Target { savings_plan: Some(SavingsPlan { percent: Decimal::from(120) }), ..plain() }, "120"),
        (Target { plan: fargate(Some(0)), ..plain() }, "at least one task"),
        (
            Target {
                plan: TargetPlan::CloudRunRequest {
                    vcpu: Decimal::from(99),
                    memory_mb: 512,
                    concurrency: 1,
                    min_instances: 0,
                },
                region: "us-central1".into(),
                ..plain()
            },
            "not 99",
        ),
    ] {
        let message = refused(target);
        assert!(message.contains(words), "{words}: {message}");
    }
}

#[test]
fn china_is_paid_in_yuan_and_the_month_is_printed() {
    let mut target = Target::new(lambda(128, Architecture::X86_64), "cn-north-1");
    target.month = MonthLength::Days31;
    let bill = project(&book(), book().day(), &usage(), &target).unwrap();
    assert_eq!(bill.currency, Currency::Cny);
    assert!(bill.assumptions.iter().any(|words| words == "a month of 31 days"));
}
