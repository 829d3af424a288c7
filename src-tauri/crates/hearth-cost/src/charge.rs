//! From a quantity and a row of the book to a line. Owns the arithmetic of tiers, grants and discounts. Must not
//! know where quantities come from.

use crate::book::{PriceBook, Row, Tier, plain};
use crate::error::{Error, Result};
use crate::line::{Basis, Line, LineKind, PriceSource, Step};
use crate::savings::SavingsPlan;
use rust_decimal::Decimal;

/// How much was used: a best value and, when that is estimated, its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The best value.
    pub value: Decimal,
    /// The least it can be.
    pub low: Decimal,
    /// The most it can be.
    pub high: Decimal,
}

impl Quantity {
    /// A quantity that is known exactly.
    pub fn exact(value: impl Into<Decimal>) -> Self {
        let value = value.into();
        Self { value, low: value, high: value }
    }

    /// Whether its bounds are the value.
    pub fn is_exact(&self) -> bool {
        self.low == self.value && self.high == self.value
    }

    /// The same in another unit: each figure times `factor`.
    pub fn times(self, factor: Decimal) -> Result<Self> {
        let by = |value: Decimal| {
            value.checked_mul(factor).map(|new| new.normalize()).ok_or_else(|| Error::TooLarge(plain(value)))
        };
        Ok(Self { value: by(self.value)?, low: by(self.low)?, high: by(self.high)? })
    }

    /// The same in another unit: each figure divided by `divisor`, which has no other prime factors than 2, 3
    /// and 5.
    pub fn per(self, divisor: Decimal) -> Result<Self> {
        let by = |value: Decimal| {
            value.checked_div(divisor).map(|new| new.normalize()).ok_or_else(|| Error::TooLarge(plain(value)))
        };
        Ok(Self { value: by(self.value)?, low: by(self.low)?, high: by(self.high)? })
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self { value: self.value + other.value, low: self.low + other.low, high: self.high + other.high }
    }
}

/// A grant that is deducted as money: units valued at a rate that may not be the region's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MoneyGrant {
    pub(crate) units: Decimal,
    pub(crate) rate: Decimal,
}

/// A quantity on its way to a line.
pub(crate) struct Charge<'a> {
    book: &'a PriceBook,
    row: &'a Row,
    name: &'a str,
    label: String,
    quantity: Quantity,
    kind: LineKind,
    grants: bool,
    free: Decimal,
    money: Option<MoneyGrant>,
    savings: Option<Decimal>,
    note: Option<String>,
}

impl<'a> Charge<'a> {
    pub(crate) fn new(
        book: &'a PriceBook,
        row: &'a Row,
        name: &'a str,
        label: impl Into<String>,
        quantity: Quantity,
    ) -> Self {
        Self {
            book,
            row,
            name,
            label: label.into(),
            quantity,
            kind: LineKind::Service,
            grants: false,
            free: Decimal::ZERO,
            money: None,
            savings: None,
            note: None,
        }
    }

    /// Whether units that the price itself gives away count as free.
    pub(crate) fn grants(mut self, grants: bool) -> Self {
        self.grants = grants;
        self
    }

    /// The first `units` are free.
    pub(crate) fn free(mut self, units: Decimal) -> Self {
        self.free = units;
        self
    }

    /// Money is taken off, never more than the line costs.
    pub(crate) fn money(mut self, grant: Option<MoneyGrant>) -> Self {
        self.money = grant;
        self
    }

    /// A savings plan covers this line.
    pub(crate) fn savings(mut self, plan: Option<&SavingsPlan>) -> Self {
        self.savings = plan.map(|plan| plan.percent);
        self
    }

    pub(crate) fn hidden(mut self) -> Self {
        self.kind = LineKind::Hidden;
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The line.
    pub(crate) fn line(self) -> Result<Line> {
        for figure in [self.quantity.value, self.quantity.low, self.quantity.high] {
            if figure.is_sign_negative() && !figure.is_zero() {
                return Err(Error::Usage(format!(
                    "{} cannot be negative: {}",
                    self.label.to_lowercase(),
                    plain(figure)
                )));
            }
        }
        let (steps, list) = self.price(self.quantity.value)?;
        let amount = total(&steps);
        let exact = self.quantity.is_exact();
        let bound = |figure: Decimal| -> Result<Option<Decimal>> {
            if exact { Ok(None) } else { Ok(Some(total(&self.price(figure)?.0))) }
        };
        let (low, high) = (bound(self.quantity.low)?, bound(self.quantity.high)?);
        Ok(Line {
            name: self.name.to_owned(),
            label: self.label,
            kind: self.kind,
            basis: if exact { Basis::Exact } else { Basis::Estimated },
            quantity: Some(self.quantity.value.normalize()),
            unit: self.row.meter.unit().name().to_owned(),
            steps,
            list: Some(list),
            amount: Some(amount),
            low,
            high,
            price: Some(PriceSource::of(self.book, self.row)),
            note: self.note,
        })
    }

    /// Steps that add up to the amount of `quantity`, and the amount at list price.
    fn price(&self, quantity: Decimal) -> Result<(Vec<Step>, Decimal)> {
        let published = self.row.unit_tiers();
        let paid = without_grant(&published);
        let list = total(&tiered(&paid, Decimal::ZERO, quantity)?);
        let free = self.free.min(quantity).max(Decimal::ZERO);
        let mut steps = Vec::with_capacity(3);
        if !free.is_zero() {
            steps.push(Step::new("free each month", free, Decimal::ZERO)?);
        }
        let tiers = if self.grants { &published } else { &paid };
        steps.extend(tiered(tiers, Decimal::ZERO, quantity - free)?);
        if let Some(grant) = self.money {
            let charge = total(&steps);
            let worth = grant.units.checked_mul(grant.rate).unwrap_or(Decimal::ZERO);
            if worth >= charge {
                // More is given than was used: the step takes off exactly what is there.
                if !charge.is_zero() {
                    steps.push(Step::new("free each month, as money", Decimal::ONE, -charge)?);
                }
            } else if !worth.is_zero() {
                steps.push(Step::new("free each month, as money", grant.units, -grant.rate)?);
            }
        }
        if let Some(percent) = self.savings.filter(|percent| !percent.is_zero()) {
            let charge = total(&steps);
            let label = format!("savings plan, {} % off", plain(percent));
            steps.push(Step::new(label, charge, -(percent / Decimal::ONE_HUNDRED))?);
        }
        Ok((steps, list))
    }
}

/// Sum of the steps.
fn total(steps: &[Step]) -> Decimal {
    steps.iter().map(|step| step.amount).sum::<Decimal>().normalize()
}

/// Tiers without the units that the published price gives away: what they cost once those are used up.
pub(crate) fn without_grant(tiers: &[Tier]) -> Vec<Tier> {
    match tiers {
        [free, paid, rest @ ..] if free.price.is_zero() => {
            let first = Tier { from: Decimal::ZERO, price: paid.price };
            std::iter::once(first).chain(rest.iter().cloned()).collect()
        }
        _ => tiers.to_vec(),
    }
}

/// The steps of `quantity` units of which `before` others came first. A quantity of zero keeps one step, so that
/// the rate is told.
pub(crate) fn tiered(tiers: &[Tier], before: Decimal, quantity: Decimal) -> Result<Vec<Step>> {
    let end = before.checked_add(quantity).ok_or_else(|| Error::TooLarge(plain(quantity)))?;
    let mut steps = Vec::with_capacity(tiers.len());
    for (place, tier) in tiers.iter().enumerate() {
        let upper = tiers.get(place + 1).map(|next| next.from);
        let from = tier.from.max(before);
        let to = upper.map_or(end, |upper| upper.min(end));
        if to > from
            || (quantity.is_zero() && tier.from <= before && upper.is_none_or(|upper| before < upper))
        {
            steps.push(Step::new(tier_label(tiers, place), (to - from).max(Decimal::ZERO), tier.price)?);
        }
    }
    Ok(steps)
}

fn tier_label(tiers: &[Tier], place: usize) -> String {
    let edge = |value: Decimal| crate::words::quantity(value);
    let free = tiers[place].price.is_zero() && tiers.len() > 1;
    match (place, tiers.get(place + 1)) {
        (0, None) => "all".to_owned(),
        (0, Some(next)) if free => format!("first {}, free", edge(next.from)),
        (0, Some(next)) => format!("first {}", edge(next.from)),
        (_, Some(next)) => format!("{} to {}", edge(tiers[place].from), edge(next.from)),
        (_, None) => format!("over {}", edge(tiers[place].from)),
    }
}

#[cfg(test)]
#[path = "charge_tests.rs"]
mod tests;
