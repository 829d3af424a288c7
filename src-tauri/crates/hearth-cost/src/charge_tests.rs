//! Properties of tiers: continuous, monotone, indifferent to splitting; and the same as plain integers.

use super::*;
use crate::meter::Meter;
use hearth_model::Architecture;
use proptest::prelude::*;

fn duration() -> Vec<Tier> {
    let book = PriceBook::bundled().unwrap();
    book.price(Meter::LambdaDuration, "us-east-1", Some(Architecture::X86_64), book.day())
        .unwrap()
        .unit_tiers()
}

fn cost(tiers: &[Tier], before: Decimal, quantity: Decimal) -> Decimal {
    total(&tiered(tiers, before, quantity).unwrap())
}

#[test]
fn every_tier_of_the_book_is_continuous_at_its_edges() {
    let book = PriceBook::bundled().unwrap();
    let one = Decimal::ONE;
    for row in book.rows().iter().filter(|row| row.tiers.len() > 1) {
        let tiers = row.unit_tiers();
        for pair in tiers.windows(2) {
            let edge = pair[1].from;
            let at = cost(&tiers, Decimal::ZERO, edge);
            assert_eq!(
                at - cost(&tiers, Decimal::ZERO, edge - one),
                pair[0].price,
                "{} below {edge}",
                row.key()
            );
            assert_eq!(
                cost(&tiers, Decimal::ZERO, edge + one) - at,
                pair[1].price,
                "{} above {edge}",
                row.key()
            );
        }
    }
}

#[test]
fn nothing_used_still_tells_the_rate() {
    let steps = tiered(&duration(), Decimal::ZERO, Decimal::ZERO).unwrap();
    assert_eq!(
        (steps.len(), steps[0].amount.is_zero(), plain(steps[0].rate)),
        (1, true, "0.0000166667".to_owned())
    );
}

#[test]
fn a_price_with_a_grant_of_its_own_has_a_list_price_without() {
    let book = PriceBook::bundled().unwrap();
    let row = book.price(Meter::InternetOut, "us-east-1", None, book.day()).unwrap();
    let quantity = Quantity::exact(150);
    let told =
        |grants| Charge::new(&book, row, "egress", "Data out", quantity).grants(grants).line().unwrap();
    assert_eq!(told(false).amount.unwrap().to_string(), "13.5");
    assert_eq!(told(true).amount.unwrap().to_string(), "4.5");
    assert_eq!(told(true).list.unwrap().to_string(), "13.5");
    assert_eq!(told(true).steps[0].label, "first 100, free");
}

#[test]
fn quantities_beyond_exactness_and_below_zero_are_errors() {
    let book = PriceBook::bundled().unwrap();
    let row = book.price(Meter::LambdaRequests, "us-east-1", None, book.day()).unwrap();
    let line = |quantity| Charge::new(&book, row, "requests", "Requests", Quantity::exact(quantity)).line();
    assert!(matches!(line(Decimal::NEGATIVE_ONE), Err(Error::Usage(_))));
    assert!(matches!(Quantity::exact(Decimal::MAX).times(Decimal::TEN), Err(Error::TooLarge(_))));
}

proptest! {
    #[test]
    fn splitting_a_quantity_changes_nothing(first in 0_u64..30_000_000_000, second in 0_u64..30_000_000_000) {
        let tiers = duration();
        let (one, two) = (Decimal::from(first), Decimal::from(second));
        prop_assert_eq!(
            cost(&tiers, Decimal::ZERO, one) + cost(&tiers, one, two),
            cost(&tiers, Decimal::ZERO, one + two)
        );
    }

    #[test]
    fn more_never_costs_less(quantity in 0_u64..30_000_000_000, more in 0_u64..30_000_000_000) {
        let tiers = duration();
        let of = |quantity: u64| cost(&tiers, Decimal::ZERO, Decimal::from(quantity));
        prop_assert!(of(quantity + more) >= of(quantity));
    }

    #[test]
    fn decimals_agree_with_integers(mb_ms in 0_u64..18_000_000_000_000_000_000) {
        // In units of 10⁻¹⁰ dollars for each 1/1 024 000 of a GB-second.
        let rates: [(i128, i128); 3] =
            [(0, 166_667), (6_000_000_000 * 1_024_000, 150_000), (15_000_000_000 * 1_024_000, 133_334)];
        let used = i128::from(mb_ms);
        let mut integer = 0_i128;
        for (place, (from, rate)) in rates.iter().enumerate() {
            let to = rates.get(place + 1).map_or(used, |next| next.0.min(used));
            integer += (to - from).max(0) * rate;
        }
        let quantity = Quantity::exact(mb_ms).per(Decimal::from(1_024_000)).unwrap().value;
        let told = cost(&duration(), Decimal::ZERO, quantity);
        let exact = Decimal::from_i128_with_scale(integer / 1_024_000, 10);
        // The integer lost what is below one unit; nothing else may differ.
        prop_assert!((told - exact).abs() <= Decimal::new(1, 10), "{told} and {exact}");
    }

    #[test]
    fn every_line_is_the_sum_of_its_steps(
        quantity in 0_u64..30_000_000_000, free in 0_u64..1_000_000, percent in 0_u32..100, worth in 0_u64..1_000_000,
    ) {
        let book = PriceBook::bundled().unwrap();
        let row = book.price(Meter::LambdaDuration, "us-east-1", Some(Architecture::X86_64), book.day()).unwrap();
        let plan = SavingsPlan { percent: Decimal::from(percent) };
        let money = MoneyGrant { units: Decimal::from(worth), rate: Decimal::new(1, 2) };
        let line = Charge::new(&book, row, "duration", "Duration", Quantity::exact(quantity))
            .free(Decimal::from(free))
            .money(Some(money))
            .savings(Some(&plan))
            .line()
            .unwrap();
        let sum: Decimal = line.steps.iter().map(|step| step.quantity * step.rate).sum();
        prop_assert_eq!(sum, line.amount.unwrap());
        prop_assert!(!sum.is_sign_negative() || sum.is_zero());
        prop_assert!(line.amount.unwrap() <= line.list.unwrap());
    }
}
