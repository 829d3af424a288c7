//! Splitting an amount so that the parts add up to it exactly: largest remainders. Must not know what is split.

use rust_decimal::{Decimal, RoundingStrategy};

/// Digits after the point of a part, unless the amount itself has more.
const PLACES: u32 = 12;

/// Parts of `amount` in proportion to `weights`, which are not negative. They add up to it exactly; equal weights
/// differ by one unit of the last place at most, and the earlier ones get it. Without any weight the parts are equal.
pub fn allocate(amount: Decimal, weights: &[Decimal]) -> Vec<Decimal> {
    if weights.is_empty() {
        return Vec::new();
    }
    let amount = amount.normalize();
    let sum: Decimal = weights.iter().sum();
    let even = Decimal::ONE / Decimal::from(weights.len());
    let ratio = |weight: &Decimal| if sum.is_zero() { even } else { weight / sum };
    let places = amount.scale().max(PLACES);
    // What is below the last place is the remainder that decides who gets a unit more.
    let mut parts: Vec<(usize, Decimal, Decimal)> = weights
        .iter()
        .enumerate()
        .map(|(place, weight)| {
            let exact = amount * ratio(weight);
            let part = exact.round_dp_with_strategy(places, RoundingStrategy::ToZero);
            (place, part, (exact - part).abs())
        })
        .collect();
    let mut left = amount - parts.iter().map(|(_, part, _)| *part).sum::<Decimal>();
    let unit = Decimal::new(1, places.min(28));
    parts.sort_by(|one, other| other.2.cmp(&one.2).then(one.0.cmp(&other.0)));
    let step = if left.is_sign_negative() { -unit } else { unit };
    let mut turn = 0;
    while left.abs() >= unit {
        let count = parts.len();
        let part = &mut parts[turn % count];
        // Who has no weight gets nothing, however small.
        if sum.is_zero() || !weights[part.0].is_zero() {
            part.1 += step;
            left -= step;
        }
        turn += 1;
    }
    parts.sort_by_key(|(place, _, _)| *place);
    parts.into_iter().map(|(_, part, _)| part.normalize()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thirds_add_up_to_the_whole() {
        let parts = allocate(Decimal::ONE, &[Decimal::ONE, Decimal::ONE, Decimal::ONE]);
        let told: Vec<String> = parts.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["0.333333333334", "0.333333333333", "0.333333333333"]);
        assert_eq!(allocate(Decimal::TWO, &[Decimal::ZERO, Decimal::ZERO]), [Decimal::ONE, Decimal::ONE]);
        assert_eq!(allocate(Decimal::ONE, &[Decimal::ZERO, Decimal::ONE]), [Decimal::ZERO, Decimal::ONE]);
        assert_eq!(allocate(Decimal::ONE, &[]), []);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_follow_their_weights(
            nanos in 0_i64..1_000_000_000_000_000,
            places in 0_u32..18,
            weights in prop::collection::vec(0_u64..1_000_000_000_000, 1..60),
        ) {
            let amount = Decimal::new(nanos, places);
            let weights: Vec<Decimal> = weights.into_iter().map(Decimal::from).collect();
            let parts = allocate(amount, &weights);
            prop_assert_eq!(parts.iter().sum::<Decimal>(), amount);
            let sum: Decimal = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(!part.is_sign_negative() || part.is_zero());
                if !sum.is_zero() {
                    let fair = amount * (weight / sum);
                    prop_assert!((part - fair).abs() <= Decimal::new(2, 12), "{part} for {fair}");
                }
            }
        }
    }
}
