//! Receipts of calls on each plan, against the worked figures of PRICES.md.

use super::*;
use hearth_model::{
    Architecture, InvocationSource, Micros, Phases, RequestId, ServerStart, billed_milliseconds,
};
use proptest::prelude::*;

fn invocation(outcome: Outcome, init_us: i64, invoke_us: i64, memory_mb: u32) -> Invocation {
    let throttled = outcome == Outcome::Throttled;
    Invocation {
        request_id: RequestId::from("r"),
        function_id: "f".into(),
        function_name: "kettle".to_owned(),
        version: 1,
        environment_id: None,
        environment_number: None,
        started_us: Micros::ZERO,
        outcome,
        start: if init_us > 0 { ServerStart::Cold } else { ServerStart::Warm },
        phases: Phases { init_us: Micros(init_us), invoke_us: Micros(invoke_us), ..Phases::default() },
        billed_ms: if throttled { 0 } else { billed_milliseconds(Micros(init_us), Micros(invoke_us)) },
        memory_mb,
        max_memory_mb: 0,
        architecture: Architecture::X86_64,
        event_bytes: 0,
        response_bytes: 0,
        error_type: None,
        error_message: None,
        source: InvocationSource::Test,
    }
}

fn receipt_of(invocation: &Invocation) -> Receipt {
    receipt(&PriceBook::bundled().unwrap(), "us-east-1", invocation).unwrap()
}

#[test]
fn a_cold_call_pays_for_the_request_the_handler_and_init() {
    let receipt = receipt_of(&invocation(Outcome::Succeeded, 265_720, 395_990, 512));
    let lines: Vec<_> = receipt
        .lines
        .iter()
        .map(|line| (line.name.as_str(), line.label.as_str(), line.amount_usd.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            ("request", "1 request", "0.0000002"),
            ("compute", "396 ms × 0.5 GB", "0.0000033000066"),
            ("init", "266 ms × 0.5 GB", "0.0000022166711"),
        ]
    );
    assert_eq!(receipt.total_usd, "0.0000057166777", "the sum of the lines");
    assert_eq!(receipt.per_usd, Some(174_926));
    assert_eq!(receipt.lines[1].tier.as_deref(), Some("first 6 billion"));
    assert!(receipt.lines[1].source.as_deref().unwrap().contains("Price List"), "{receipt:?}");
    assert_eq!(
        receipt.explained.as_deref(),
        Some(
            "1 request for $0.0000002, 396 ms × 0.5 GB for $0.0000033000066 and 266 ms × 0.5 GB of start-up for \
             $0.0000022166711: together $0.0000057166777 at list price in us-east-1, read on 2026-11-23, in the \
             first tier of the month and without the free tier."
        )
    );
    assert_eq!(receipt.words, "$1 buys 174,000 of these");
}

#[test]
fn a_warm_call_has_no_line_for_init() {
    let receipt = receipt_of(&invocation(Outcome::Succeeded, 0, 20_000, 1_024));
    assert_eq!(receipt.lines.len(), 2);
    assert_eq!(receipt.total_usd, "0.000000533334");
    assert_eq!(receipt.words, "$1 buys 1.8 million of these");
}

#[test]
fn a_throttled_call_costs_nothing() {
    let receipt = receipt_of(&invocation(Outcome::Throttled, 0, 0, 512));
    assert_eq!((receipt.total_usd.as_str(), receipt.per_usd, receipt.lines.len()), ("0", None, 0));
    assert!(receipt.explained.unwrap().contains("costs nothing"));
}

proptest! {
    #[test]
    fn lines_add_up_to_the_total_and_quantity_times_rate_to_each_line(
        init in 0_i64..10_000_000, invoke in 0_i64..900_000_000, memory in 128_u32..=10_240,
    ) {
        let receipt = receipt_of(&invocation(Outcome::Succeeded, init, invoke, memory));
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let mut sum = Decimal::ZERO;
        for line in &receipt.lines {
            prop_assert_eq!(decimal(&line.quantity) * decimal(&line.rate_usd), decimal(&line.amount_usd));
            sum += decimal(&line.amount_usd);
        }
        prop_assert_eq!(sum, decimal(&receipt.total_usd));
    }

    #[test]
    fn longer_and_larger_never_cost_less(
        invoke in 0_i64..900_000_000, more_us in 0_i64..1_000_000, memory in 128_u32..10_000, more_mb in 0_u32..240,
    ) {
        let total = |invoke, memory| {
            receipt_of(&invocation(Outcome::Succeeded, 0, invoke, memory)).total_usd.parse::<Decimal>().unwrap()
        };
        prop_assert!(total(invoke + more_us, memory) >= total(invoke, memory));
        prop_assert!(total(invoke, memory + more_mb) >= total(invoke, memory));
    }
}

fn at(plan: Plan, region: &str) -> BilledAt {
    BilledAt { plan, region: region.to_owned(), vcpu: None }
}

fn lines(receipt: &Receipt) -> Vec<(&str, &str, &str)> {
    receipt.lines.iter().map(|one| (one.name.as_str(), one.label.as_str(), one.amount_usd.as_str())).collect()
}

#[test]
fn a_call_on_azure_or_google_is_counted_in_the_steps_of_its_plan() {
    let book = PriceBook::bundled().unwrap();
    let used = |mut call: Invocation, max_memory_mb| {
        call.max_memory_mb = max_memory_mb;
        call
    };
    let call = |init, invoke, memory| invocation(Outcome::Succeeded, init, invoke, memory);
    let half = BilledAt { vcpu: Some(Decimal::new(5, 1)), ..at(Plan::CloudRunRequest, "us-central1") };
    type Line = (&'static str, &'static str, &'static str);
    let table: [(BilledAt, Invocation, &[Line], &str, &str); 5] = [
        (
            at(Plan::AzureConsumption, "eastus"),
            used(call(900_000, 28_000, 1_536), 100),
            &[("request", "1 execution", "0.0000002"), ("compute", "100 ms × 128 MB", "0.0000002")],
            "0.0000004",
            "it used 100 MB, counted in steps of 128 MB",
        ),
        (
            at(Plan::AzureConsumption, "eastus"),
            call(0, 250_000, 1_536),
            &[("request", "1 execution", "0.0000002"), ("compute", "250 ms × 1.5 GB", "0.000006")],
            "0.0000062",
            "what it used is not known",
        ),
        (
            at(Plan::AzureFlex, "eastus"),
            call(900_000, 28_000, 2_048),
            &[("request", "1 execution", "0.0000004"), ("compute", "1,000 ms × 2 GB", "0.000052")],
            "0.0000524",
            "It ran 28 ms, and a whole server counts for at least 1,000 ms",
        ),
        (
            at(Plan::GoogleGen1, "us-central1"),
            call(0, 240_000, 256),
            &[
                ("request", "1 invocation", "0.0000004"),
                ("processors", "300 ms × 0.4 GHz", "0.0000012"),
                ("memory", "300 ms × 256 MB", "0.0000001875"),
            ],
            "0.0000017875",
            "It ran 240 ms, counted in steps of 100 ms",
        ),
        (
            half,
            call(80_000, 40_000, 512),
            &[
                ("request", "1 request", "0.0000004"),
                ("processors", "200 ms × 0.5 vCPU", "0.0000024"),
                ("memory", "200 ms × 0.5 GB", "0.00000025"),
            ],
            "0.00000305",
            "It took 120 ms with its start-up",
        ),
    ];
    for (at, call, expected, total, words) in table {
        let receipt = receipt_at(&book, &at, &call).unwrap();
        assert_eq!((lines(&receipt).as_slice(), receipt.total_usd.as_str()), (expected, total), "{at:?}");
        assert_eq!((&receipt.plan, &receipt.price_region), (&at.plan.words().to_owned(), &at.region));
        let explained = receipt.explained.unwrap();
        assert!(explained.contains(words), "{explained}");
        assert!(explained.contains(&format!("at list price of {} in {}", at.plan.words(), at.region)));
        assert!(!receipt.lines.iter().any(|line| line.source.as_ref().is_none_or(String::is_empty)));
    }
}

#[test]
fn another_region_of_aws_has_its_own_prices() {
    let call = invocation(Outcome::Succeeded, 0, 1_000_000, 1_024);
    let receipt = receipt(&PriceBook::bundled().unwrap(), "af-south-1", &call).unwrap();
    assert_eq!((receipt.total_usd.as_str(), receipt.price_region.as_str()), ("0.00002237", "af-south-1"));
}

#[test]
fn a_call_has_no_price_where_servers_are_billed_or_the_book_has_none() {
    let book = PriceBook::bundled().unwrap();
    let call = invocation(Outcome::Succeeded, 0, 1_000, 3_584);
    for (plan, region, words) in [
        (Plan::AzurePremium, "eastus", "Azure Functions Premium bills servers"),
        (Plan::AzureAppService, "eastus", "Azure App Service bills servers"),
        (Plan::CloudRunInstance, "us-central1", "bills servers"),
        (
            Plan::AzureFlex,
            "westus",
            "no published price of azure/functions_flex/on_demand_executions in `westus`",
        ),
        (Plan::AzureConsumption, "atlantis", "`atlantis`"),
        (Plan::LambdaOnDemand, "us-east-9", "`us-east-9`"),
    ] {
        let error = receipt_at(&book, &at(plan, region), &call).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

proptest! {
    #[test]
    fn on_every_plan_lines_add_up_and_are_quantity_times_rate(
        plan in prop::sample::select(vec![
            (Plan::AzureConsumption, "eastus"), (Plan::AzureFlex, "eastus"), (Plan::GoogleGen1, "europe-west1"),
            (Plan::CloudRunRequest, "europe-west2"), (Plan::LambdaOnDemand, "eu-west-1"),
        ]),
        init in 0_i64..10_000_000, invoke in 1_i64..900_000_000, memory in 128_u32..=4_096, more in 0_i64..1_000_000,
    ) {
        let book = PriceBook::bundled().unwrap();
        let of = |invoke| receipt_at(&book, &at(plan.0, plan.1), &invocation(Outcome::Succeeded, init, invoke, memory)).unwrap();
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let one = of(invoke);
        let mut sum = Decimal::ZERO;
        for line in &one.lines {
            prop_assert_eq!(decimal(&line.quantity) * decimal(&line.rate_usd), decimal(&line.amount_usd));
            prop_assert!(line.amount_usd != "0", "nothing is free on a receipt: {:?}", line);
            sum += decimal(&line.amount_usd);
        }
        prop_assert_eq!(sum, decimal(&one.total_usd));
        prop_assert!(decimal(&of(invoke + more).total_usd) >= sum);
    }
}
