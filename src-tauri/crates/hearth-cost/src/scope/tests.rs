//! What a bill of a scope promises: the parts are the whole, whatever it is split into.

use super::*;
use crate::billing::{Plan, Time};
use crate::projection::FunctionUsage;
use proptest::prelude::*;

fn book() -> PriceBook {
    PriceBook::bundled().unwrap()
}

fn item(function: &str, meter: Meter, region: &str, quantity: impl Into<Decimal>) -> Metered {
    let architecture = (meter == Meter::LambdaDuration).then_some(Architecture::X86_64);
    Metered {
        function: function.to_owned(),
        meter,
        region: region.to_owned(),
        architecture,
        quantity: quantity.into(),
        bounds: None,
    }
}

fn bill(items: &[Metered], grants: &Grants) -> ScopeBill {
    bill_scope(&book(), book().day(), items, grants, None).unwrap()
}

#[test]
fn tiers_count_the_account_and_not_each_function() {
    let each = 4_000_000_000_u64;
    let items = [
        item("a", Meter::LambdaDuration, "us-east-1", each),
        item("b", Meter::LambdaDuration, "us-east-1", each),
        item("c", Meter::LambdaDuration, "us-west-2", each),
    ];
    let bill = bill(&items, &Grants::default());
    let east = &bill.groups[0];
    assert_eq!(east.amount.to_string(), "130000.2", "6 billion at one price, 2 billion at the next");
    assert_eq!(bill.groups[1].amount.to_string(), "66666.8", "the other region has tiers of its own");
    let shares: Vec<_> = bill.functions.iter().map(|share| share.after_grants.to_string()).collect();
    assert_eq!(shares, ["65000.1", "65000.1", "66666.8"]);
    assert_eq!(bill.functions[0].marginal.to_string(), "63333.4", "what goes is the dearer first tier's end");
}

#[test]
fn the_aws_grant_is_one_for_all_regions_and_architectures() {
    let mut arm = item("b", Meter::LambdaDuration, "us-east-1", 600_000);
    arm.architecture = Some(Architecture::Arm64);
    let items = [
        item("a", Meter::LambdaDuration, "eu-west-1", 200_000),
        arm,
        item("a", Meter::LambdaRequests, "eu-west-1", 400_000),
        item("b", Meter::LambdaRequests, "us-east-1", 800_000),
    ];
    let bill = bill(&items, &Grants::whole());
    let free: Decimal = bill
        .groups
        .iter()
        .flat_map(|group| &group.steps)
        .filter(|step| step.rate.is_zero())
        .map(|step| step.quantity)
        .sum();
    assert_eq!(free, Decimal::from(1_400_000), "400,000 GB-s and a million requests");
    // Half of the GB-seconds and a sixth of the requests are paid.
    assert_eq!(bill.total.to_string(), "5.70669", "100,000 x86 + 300,000 arm + 200,000 requests");
    assert!(bill.functions.iter().all(|share| share.after_grants < share.list));
}

#[test]
fn google_takes_money_off_at_the_price_of_tier_1() {
    let dear = [item("a", Meter::RunRequestCpu, "europe-west3", 180_000)];
    let total = bill(&dear, &Grants::whole()).total;
    assert_eq!(total.to_string(), "1.728", "180,000 × 0.0000336 less 4.32, not free");
    // The first generation shares them: both together have two million requests free, not each.
    let both = [
        item("a", Meter::RunRequests, "us-central1", 2_000_000),
        item("b", Meter::Gen1Invocations, "us-central1", 2_000_000),
    ];
    assert_eq!(bill(&both, &Grants::whole()).total.to_string(), "0.8");
    let little = [item("a", Meter::RunRequestCpu, "europe-west3", 100_000)];
    assert!(bill(&little, &Grants::whole()).total.is_zero(), "never below nothing");
}

#[test]
fn azure_grants_hold_for_a_subscription() {
    let items = [
        item("a", Meter::AzureConsumptionExecutions, "eastus", 700_000),
        item("b", Meter::AzureConsumptionExecutions, "eastus", 700_000),
    ];
    assert_eq!(bill(&items, &Grants::whole()).total.to_string(), "0.08", "400,000 beyond the million");
    assert_eq!(bill(&items, &Grants::default()).total.to_string(), "0.28");
    let left = Grants { requests: crate::Grant::Left(Decimal::from(400_000)), ..Grants::default() };
    assert_eq!(bill(&items, &left).total.to_string(), "0.2", "600,000 were used elsewhere");
}

#[test]
fn a_grant_ends_between_n_and_one_more() {
    for (requests, total) in [(999_999_u64, "0"), (1_000_000, "0"), (1_000_001, "0.0000002")] {
        let items = [item("a", Meter::LambdaRequests, "us-east-1", requests)];
        assert_eq!(bill(&items, &Grants::whole()).total.to_string(), total, "{requests}");
    }
}

#[test]
fn what_cannot_be_on_one_bill_is_refused() {
    let refused = |items: &[Metered]| {
        bill_scope(&book(), book().day(), items, &Grants::default(), None).unwrap_err().to_string()
    };
    let mixed =
        [item("a", Meter::LambdaRequests, "us-east-1", 1), item("a", Meter::LambdaRequests, "cn-north-1", 1)];
    assert!(refused(&mixed).contains("CNY"));
    assert!(refused(&[item("a", Meter::LambdaRequests, "us-east-1", -1)]).contains("-1"));
    assert!(refused(&[item("a", Meter::LambdaRequests, "moon-1", 1)]).contains("moon-1"));
}

#[test]
fn usage_of_functions_becomes_items_of_their_plan() {
    let time = Time::Sum { handler_ms: 1_000_000, init_ms: 0 };
    let used =
        FunctionUsage { ephemeral_mb: 1_536, ..FunctionUsage::new(10_000, time, 1_024, Architecture::Arm64) };
    let items = metered("kettle", Plan::LambdaOnDemand, "us-east-1", book().day(), &used).unwrap();
    let told: Vec<_> = items.iter().map(|item| (item.meter, item.quantity.to_string())).collect();
    assert_eq!(
        told,
        [
            (Meter::LambdaRequests, "10000".to_owned()),
            (Meter::LambdaDuration, "1000".to_owned()),
            (Meter::LambdaEphemeral, "1000".to_owned()),
        ]
    );
    for plan in [Plan::AzureConsumption, Plan::AzureFlex, Plan::GoogleGen1, Plan::CloudRunRequest] {
        let region =
            if matches!(plan, Plan::AzureConsumption | Plan::AzureFlex) { "eastus" } else { "us-central1" };
        let items = metered("kettle", plan, region, book().day(), &used).unwrap();
        assert!(bill(&items, &Grants::default()).total > Decimal::ZERO, "{plan:?}");
    }
    assert!(metered("kettle", Plan::Fargate, "us-east-1", book().day(), &used).is_err());
}

#[test]
fn a_sum_of_calls_that_are_billed_in_steps_keeps_its_bounds() {
    let sum = Time::Sum { handler_ms: 1_000_000, init_ms: 0 };
    let used = FunctionUsage::new(10_000, sum, 1_024, Architecture::X86_64);
    let of = |plan: Plan, region: &str| metered("kettle", plan, region, book().day(), &used).unwrap();
    assert!(of(Plan::LambdaOnDemand, "us-east-1").iter().all(|item| item.bounds.is_none()), "1 ms is exact");
    for (plan, region) in [
        (Plan::AzureConsumption, "eastus"),
        (Plan::AzureFlex, "eastus"),
        (Plan::GoogleGen1, "us-central1"),
        (Plan::CloudRunRequest, "us-central1"),
    ] {
        let items = of(plan, region);
        assert_eq!((items[0].quantity, items[0].bounds), (Decimal::from(10_000), None), "calls are counted");
        for item in &items[1..] {
            assert!(item.low() < item.high() && item.low() <= item.quantity, "{plan:?}: {item:?}");
            assert!(item.quantity <= item.high(), "{plan:?}: {item:?}");
        }
        if plan == Plan::AzureConsumption {
            let smallest = items[1].high() / Decimal::from(8);
            assert!(items[1].low() <= smallest, "the memory that is billed may be 128 MB: {:?}", items[1]);
        }
        let mut both = items[1].clone();
        both.add(&items[1]);
        assert_eq!(
            (both.low(), both.high()),
            (items[1].low() * Decimal::TWO, items[1].high() * Decimal::TWO)
        );
    }
}

fn used() -> impl Strategy<Value = Vec<(u8, u8, u64)>> {
    prop::collection::vec((0_u8..4, 0_u8..6, 0_u64..8_000_000_000), 1..12)
}

fn items(used: &[(u8, u8, u64)]) -> Vec<Metered> {
    let of = |(function, kind, quantity): &(u8, u8, u64)| {
        let (meter, region) = match kind {
            0 => (Meter::LambdaRequests, "us-east-1"),
            1 => (Meter::LambdaDuration, "us-east-1"),
            2 => (Meter::LambdaDuration, "eu-west-1"),
            3 => (Meter::LambdaEphemeral, "us-east-1"),
            4 => (Meter::RunRequestCpu, "europe-west3"),
            _ => (Meter::AzureConsumptionDuration, "eastus"),
        };
        item(&format!("f{function}"), meter, region, *quantity)
    };
    used.iter().map(of).collect()
}

proptest! {
    #[test]
    fn parts_are_the_whole_in_every_view(used in used(), free in any::<bool>()) {
        let grants = if free { Grants::whole() } else { Grants::default() };
        let bill = bill(&items(&used), &grants);
        let sum = |part: fn(&FunctionShare) -> Decimal| bill.functions.iter().map(part).sum::<Decimal>();
        prop_assert_eq!(sum(|share| share.after_grants), bill.total);
        prop_assert_eq!(sum(|share| share.list), bill.list);
        prop_assert!(bill.total <= bill.list);
        for group in &bill.groups {
            let steps: Decimal = group.steps.iter().map(|step| step.amount).sum();
            prop_assert_eq!(steps, group.amount);
        }
        for share in &bill.functions {
            prop_assert!(!share.after_grants.is_sign_negative() || share.after_grants.is_zero());
            prop_assert!(!share.marginal.is_sign_negative() || share.marginal.is_zero());
        }
    }

    #[test]
    fn splitting_a_month_or_a_function_changes_nothing(used in used(), cut in 0_u64..8_000_000_000) {
        let whole = items(&used);
        let halves: Vec<Metered> = whole
            .iter()
            .flat_map(|item| {
                let first = item.quantity.min(Decimal::from(cut));
                [Metered { quantity: first, ..item.clone() }, Metered { quantity: item.quantity - first, ..item.clone() }]
            })
            .collect();
        let (one, other) = (bill(&whole, &Grants::whole()), bill(&halves, &Grants::whole()));
        prop_assert_eq!(one.total, other.total);
        for (one, other) in one.functions.iter().zip(&other.functions) {
            prop_assert!((one.after_grants - other.after_grants).abs() < Decimal::new(1, 9));
        }
    }

    #[test]
    fn more_usage_never_costs_less(used in used(), more in 0_u64..1_000_000_000, which in any::<prop::sample::Index>()) {
        let before = items(&used);
        let mut after = before.clone();
        which.get_mut(&mut after).quantity += Decimal::from(more);
        // A hair for shares of a grant that have no end.
        prop_assert!(bill(&after, &Grants::whole()).total + Decimal::new(1, 9) >= bill(&before, &Grants::whole()).total);
    }
}

/// The bundled book with requests of Lambda in us-east-1 at another price, of a later day.
fn dearer() -> PriceBook {
    let mut rows = book().rows().to_vec();
    for row in rows.iter_mut().filter(|row| row.meter == Meter::LambdaRequests && row.region == "us-east-1") {
        for tier in &mut row.tiers {
            tier.price *= Decimal::TWO;
        }
    }
    let day = book().day().tomorrow().unwrap();
    PriceBook::new(day, "a test".to_owned(), book().sources().clone(), rows).unwrap()
}

fn month(first: &[Metered], second: &[Metered], grants: &Grants) -> Vec<ScopeBill> {
    let (old, new) = (book(), dearer());
    let stretches = [
        Stretch { book: &old, day: old.day(), items: first },
        Stretch { book: &new, day: new.day(), items: second },
    ];
    bill_month(&stretches, grants, None).unwrap()
}

#[test]
fn a_price_that_changes_holds_from_its_day_and_the_grant_is_given_once() {
    let requests = [item("a", Meter::LambdaRequests, "us-east-1", 800_000)];
    let bills = month(&requests, &requests, &Grants::default());
    assert_eq!((bills[0].total.to_string(), bills[1].total.to_string()), ("0.16".into(), "0.32".into()));
    let bills = month(&requests, &requests, &Grants::whole());
    // The first 200,000 of the second stretch use up the million that is free.
    assert_eq!((bills[0].total.to_string(), bills[1].total.to_string()), ("0".into(), "0.24".into()));
    let marginal: Decimal = bills.iter().flat_map(|bill| &bill.functions).map(|share| share.marginal).sum();
    assert_eq!(marginal.to_string(), "0.24");
}

#[test]
fn tiers_go_on_after_a_price_has_changed() {
    let duration = |function| [item(function, Meter::LambdaDuration, "us-east-1", 4_000_000_000_u64)];
    let bills = month(&duration("a"), &duration("b"), &Grants::default());
    let whole = bill(&[duration("a"), duration("b")].concat(), &Grants::default());
    assert_eq!(bills[0].total + bills[1].total, whole.total);
    assert_eq!(bills[1].groups[0].steps.len(), 2, "2 billion at each of two prices");
    let (old, new) = (book(), dearer());
    let lists = list_month(&[
        Stretch { book: &old, day: old.day(), items: &duration("a") },
        Stretch { book: &new, day: new.day(), items: &duration("b") },
    ]);
    assert_eq!(lists.unwrap().values().sum::<Decimal>(), whole.list);
}
