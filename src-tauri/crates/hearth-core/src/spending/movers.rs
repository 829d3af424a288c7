//! What changed most: a function's dollars a day before and since a change of its configuration, or against the month
//! before. Must not know SQL.

use super::plans::{Pricing, counted};
use super::running::Running;
use crate::api::{CostFlag, CostMover};
use hearth_cost::{Day, Decimal, PriceBook};
use hearth_model::{FunctionId, Grain, Micros};
use hearth_store::SizedUsage;
use rust_decimal::prelude::ToPrimitive as _;

/// Movers that are told.
const MOST: usize = 5;

/// A function's month against the one before.
pub(crate) struct Compared<'a> {
    pub(crate) id: &'a FunctionId,
    pub(crate) name: &'a str,
    /// Dollars of each day of the month so far.
    pub(crate) days: &'a [f64],
    /// Dollars a day of this month so far.
    pub(crate) a_day: f64,
    /// Dollars a day of the month before; none when the function did nothing in it.
    pub(crate) before_a_day: Option<f64>,
}

/// Percent from `before` to `since`; none when there was nothing before.
pub(crate) fn percent(before: Option<f64>, since: f64) -> Option<f64> {
    before.filter(|before| *before > 0.0).map(|before| (since / before - 1.0) * 100.0)
}

/// The largest changes, largest first. `elapsed` is how much of the last day has passed.
pub(crate) fn movers(
    functions: &[Compared<'_>],
    flags: &[CostFlag],
    from: Micros,
    before_name: &str,
) -> Vec<CostMover> {
    let mut all: Vec<CostMover> = functions
        .iter()
        .filter_map(|function| {
            since_flag(function, flags, from).or_else(|| {
                let before = function.before_a_day.unwrap_or_default();
                (before > 0.0 || function.a_day > 0.0).then(|| CostMover {
                    function_id: function.id.clone(),
                    name: function.name.to_owned(),
                    before_a_day_usd: before,
                    since_a_day_usd: function.a_day,
                    percent: percent(function.before_a_day, function.a_day),
                    since_us: from,
                    words: if before > 0.0 {
                        format!("vs {before_name}")
                    } else {
                        "new this month".to_owned()
                    },
                })
            })
        })
        .collect();
    let size = |mover: &CostMover| (mover.since_a_day_usd - mover.before_a_day_usd).abs();
    all.sort_by(|one, other| size(other).total_cmp(&size(one)).then_with(|| one.name.cmp(&other.name)));
    all.truncate(MOST);
    all
}

/// Before and since the last change that has a price, when there is a whole day on either side of it.
fn since_flag(function: &Compared<'_>, flags: &[CostFlag], from: Micros) -> Option<CostMover> {
    let flag = flags.iter().rev().find(|flag| flag.billed && flag.function_id == *function.id)?;
    let day = usize::try_from((flag.at_us - from).0.div_euclid(Grain::Day.length().0)).ok()?;
    // The day of the change belongs to neither side, and the last day is not over.
    let before = function.days.get(..day).filter(|days| !days.is_empty())?;
    let since = function.days.get(day + 1..function.days.len().saturating_sub(1));
    let since = since.filter(|days| !days.is_empty())?;
    let mean = |days: &[f64]| days.iter().sum::<f64>() / days.len() as f64;
    let (before, since) = (mean(before), mean(since));
    (before > 0.0).then(|| CostMover {
        function_id: function.id.clone(),
        name: function.name.to_owned(),
        before_a_day_usd: before,
        since_a_day_usd: since,
        percent: percent(Some(before), since),
        since_us: flag.at_us,
        words: format!("since v{} on {}", flag.version, super::period::day_of(flag.at_us).strftime("%-d %b")),
    })
}

/// What sizes cost at the first paid tier: good enough for a comparison in percent.
pub(crate) fn rough(
    book: &PriceBook,
    day: Day,
    pricing: &Pricing,
    sizes: &[SizedUsage],
    running: &[Running],
) -> f64 {
    let priced = |item: hearth_cost::Metered| -> Option<f64> {
        let row = book.price(item.meter, &item.region, item.architecture, day).ok()?;
        let rate = row.unit_tiers().into_iter().map(|tier| tier.price).find(|price| !price.is_zero())?;
        Decimal::checked_mul(item.quantity, rate)?.to_f64()
    };
    counted("", pricing, day, sizes, running).unwrap_or_default().into_iter().filter_map(priced).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_with_a_price_is_compared_before_and_since() {
        let id = FunctionId::from("f");
        let flag = CostFlag {
            at_us: Grain::Day.length() + Grain::Day.length() + Micros(5),
            function_id: id.clone(),
            name: "search".to_owned(),
            version: 41,
            billed: true,
            words: String::new(),
        };
        let compared = |days: &'static [f64]| Compared {
            id: Box::leak(Box::new(FunctionId::from("f"))),
            name: "search",
            days,
            a_day: 2.0,
            before_a_day: Some(4.0),
        };
        let told = movers(
            &[compared(&[1.0, 3.0, 9.0, 4.0, 0.5])],
            std::slice::from_ref(&flag),
            Micros::ZERO,
            "October",
        );
        assert_eq!(
            (told[0].before_a_day_usd, told[0].since_a_day_usd, told[0].percent),
            (2.0, 4.0, Some(100.0))
        );
        assert_eq!(told[0].words, "since v41 on 3 Jan");
        // Without a whole day since, the month before is all there is.
        let told = movers(&[compared(&[1.0, 3.0, 9.0, 4.0])], &[flag], Micros::ZERO, "October");
        assert_eq!((told[0].percent, told[0].words.as_str()), (Some(-50.0), "vs October"));
    }
}
