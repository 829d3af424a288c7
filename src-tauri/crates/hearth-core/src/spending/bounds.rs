//! The least and the most that a bill can be where plans bill each call in steps and only sums of calls are known. Owns
//! that bounds of parts add up to those of the whole. Must not know how a bill is shown.

use super::sums::plain;
use crate::api::{CostAmount, CostBounds};
use hearth_cost::{Decimal, ScopeBill, allocate};

/// An amount in two views with the least and the most that each can be; the amount itself where it is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) list: (Decimal, Decimal),
    pub(crate) after_grants: (Decimal, Decimal),
}

impl Bounds {
    /// Bounds of what is known exactly.
    pub(crate) fn exact(list: Decimal, after_grants: Decimal) -> Self {
        Self { list: (list, list), after_grants: (after_grants, after_grants) }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.list = (self.list.0 + other.list.0, self.list.1 + other.list.1);
        self.after_grants =
            (self.after_grants.0 + other.after_grants.0, self.after_grants.1 + other.after_grants.1);
    }

    fn is_exact(&self) -> bool {
        self.list.0 == self.list.1 && self.after_grants.0 == self.after_grants.1
    }
}

/// An amount with its bounds, if it has any.
pub(crate) fn amount(list: Decimal, after_grants: Decimal, bounds: &Bounds) -> CostAmount {
    // Shares are rounded each for itself in the last places: an amount is never outside its own bounds.
    let ends = |amount: Decimal, (low, high): (Decimal, Decimal)| (low.min(amount), high.max(amount));
    let (list_low, list_high) = ends(list, bounds.list);
    let (after_low, after_high) = ends(after_grants, bounds.after_grants);
    CostAmount {
        list_usd: plain(list),
        after_grants_usd: plain(after_grants),
        bounds: (!bounds.is_exact()).then(|| CostBounds {
            list_low_usd: plain(list_low),
            list_high_usd: plain(list_high),
            after_grants_low_usd: plain(after_low),
            after_grants_high_usd: plain(after_high),
        }),
    }
}

/// The bills of a stretch of the month at the least and at the most that was used, at list price and after grants.
pub(crate) struct Ends {
    pub(crate) list: [ScopeBill; 2],
    pub(crate) after: [ScopeBill; 2],
}

impl Ends {
    /// The bounds of every member of the group at `place`, by what each of them used at least and at most.
    pub(crate) fn of(&self, place: usize, low: &[Decimal], high: &[Decimal]) -> Vec<Bounds> {
        let shares = |bill: &ScopeBill, weights: &[Decimal], list: bool| {
            let group = &bill.groups[place];
            allocate(if list { group.list } else { group.amount }.round_dp(super::shares::PLACES), weights)
        };
        let (list_low, list_high) = (shares(&self.list[0], low, true), shares(&self.list[1], high, true));
        let (after_low, after_high) =
            (shares(&self.after[0], low, false), shares(&self.after[1], high, false));
        (0..low.len())
            .map(|member| Bounds {
                list: (list_low[member], list_high[member]),
                after_grants: (after_low[member], after_high[member]),
            })
            .collect()
    }
}
