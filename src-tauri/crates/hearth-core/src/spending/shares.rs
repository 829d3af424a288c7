//! What each function has of a line of an account's bill, step by step. Owns that parts add up to the whole, to the last
//! place. Must not know which lines a bill has.

use super::bounds::Bounds;
use hearth_cost::{Basis, Decimal, Step, allocate};

/// A function's share of one group of a bill.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub(crate) quantity: Decimal,
    pub(crate) list: Decimal,
    pub(crate) after_grants: Decimal,
    pub(crate) list_steps: Vec<Step>,
    pub(crate) steps: Vec<Step>,
    /// What the amounts can be; none when they are exact.
    pub(crate) bounds: Option<Bounds>,
}

/// Places after the point of a share of money: so many that a trillion dollars still adds up without rounding.
pub(super) const PLACES: u32 = 15;

/// Every member's part of each step; amounts and quantities add up exactly, over members and over steps.
pub(super) fn split(steps: &[Step], weights: &[Decimal]) -> Vec<Vec<Step>> {
    let mut parts: Vec<Vec<Step>> = weights.iter().map(|_| Vec::with_capacity(steps.len())).collect();
    let is_money = |step: &Step| step.rate.is_sign_negative() && !step.rate.is_zero();
    let last = steps.iter().rposition(|step| !is_money(step));
    let mut left = weights.to_vec();
    for (place, step) in steps.iter().enumerate() {
        if is_money(step) {
            for (part, amount) in parts.iter_mut().zip(allocate(step.amount.round_dp(PLACES), weights)) {
                let quantity = Decimal::ONE;
                part.push(Step { label: step.label.clone(), quantity, rate: amount, amount });
            }
            continue;
        }
        // With one step everybody pays the same rate, and nothing has to be shared out. What the other steps left
        // over is in the last one.
        let quantities = if last == Some(place) { left.clone() } else { allocate(step.quantity, weights) };
        let amounts = if last == Some(0) {
            quantities.iter().map(|quantity| (quantity * step.rate).round_dp(PLACES)).collect()
        } else {
            allocate(step.amount.round_dp(PLACES), weights)
        };
        for (member, part) in parts.iter_mut().enumerate() {
            left[member] -= quantities[member];
            part.push(Step {
                label: step.label.clone(),
                quantity: quantities[member].normalize(),
                rate: step.rate,
                amount: amounts[member].normalize(),
            });
        }
    }
    parts
}

impl Share {
    /// The least and the most that it can be.
    pub(crate) fn bounds(&self) -> Bounds {
        self.bounds.unwrap_or_else(|| Bounds::exact(self.list, self.after_grants))
    }

    /// Exact, or estimated from sums.
    pub(crate) fn basis(&self) -> Basis {
        if self.bounds.is_some() { Basis::Estimated } else { Basis::Exact }
    }
}
