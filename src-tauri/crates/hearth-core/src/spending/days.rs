//! The days of a month, for drawing: every function's exact sums of the month spread over its days by what it used on
//! each. Numbers are floats here and nowhere before. Must not price anything.

use super::sums::Sums;
use crate::api::{CostColumn, CostDays};
use hearth_cost::Decimal;
use hearth_model::{FunctionId, Grain, Micros};
use hearth_store::UsageDays;
use rust_decimal::prelude::ToPrimitive as _;
use std::collections::HashMap;

/// Functions that have a colour of their own in the chart.
const OWN_COLUMNS: usize = 5;

/// Dollars a day of one function, by part.
#[derive(Clone, Debug, Default)]
pub(crate) struct Daily {
    pub(crate) requests: Vec<f64>,
    pub(crate) compute: Vec<f64>,
    pub(crate) start_up: Vec<f64>,
    pub(crate) storage: Vec<f64>,
    pub(crate) always_on: Vec<f64>,
}

impl Daily {
    /// The same days of somebody else on top.
    pub(crate) fn add(&mut self, other: &Self) {
        let more = [&other.requests, &other.compute, &other.start_up, &other.storage, &other.always_on];
        for (sum, more) in self.parts().into_iter().zip(more) {
            sum.resize(sum.len().max(more.len()), 0.0);
            add(sum, more);
        }
    }

    fn parts(&mut self) -> [&mut Vec<f64>; 5] {
        [&mut self.requests, &mut self.compute, &mut self.start_up, &mut self.storage, &mut self.always_on]
    }

    /// All parts together.
    pub(crate) fn total(&self) -> Vec<f64> {
        (0..self.requests.len())
            .map(|day| {
                let called = self.requests[day] + self.compute[day] + self.start_up[day] + self.storage[day];
                called + self.always_on[day]
            })
            .collect()
    }
}

/// Days from `from` until `until`, which may lie within the last of them.
pub(crate) fn count(from: Micros, until: Micros) -> usize {
    let length = Grain::Day.length().0;
    usize::try_from(
        (until - from).0.max(0).div_euclid(length) + i64::from((until - from).0.rem_euclid(length) > 0),
    )
    .unwrap_or_default()
}

/// What functions cost in days that share prices, until an instant.
pub(crate) type PricedSums = (Micros, HashMap<FunctionId, Sums>);

/// Spreads each function's sums over the days on which it used something, those of each stretch over its own days;
/// `tasks` weighs the days of services.
pub(crate) fn spread(
    stretches: &[PricedSums],
    steps: &UsageDays,
    tasks: &HashMap<FunctionId, Vec<f64>>,
    from: Micros,
    days: usize,
) -> HashMap<FunctionId, Daily> {
    // The stretch that an instant lies in.
    let place = |at: Micros| {
        let place = stretches.iter().position(|(to, _)| at < *to);
        place.unwrap_or(stretches.len().saturating_sub(1))
    };
    let mut weights: Vec<HashMap<&FunctionId, Daily>> = stretches.iter().map(|_| HashMap::new()).collect();
    for step in steps.iter() {
        let day = (step.at_us - from).0.div_euclid(Grain::Day.length().0);
        let Some(day) = usize::try_from(day).ok().filter(|day| *day < days) else { continue };
        let Some(weights) = weights.get_mut(place(step.at_us)) else { continue };
        let daily = weights.entry(&step.function_id).or_insert_with(|| empty(days));
        let usage = &step.usage;
        let memory = f64::from(usage.memory_mb);
        daily.requests[day] += usage.requests as f64;
        daily.compute[day] += usage.compute_ms as f64 * memory;
        daily.start_up[day] += usage.init_ms as f64 * memory;
        daily.storage[day] += usage.storage_mb_ms as f64;
    }
    let mut spread: HashMap<FunctionId, Daily> = HashMap::new();
    for (stretch, ((_, sums), mut weights)) in stretches.iter().zip(weights).enumerate() {
        for (id, sums) in sums {
            let whole = spread.entry(id.clone()).or_insert_with(|| empty(days));
            let mut daily = weights.remove(id).unwrap_or_else(|| empty(days));
            for (day, dollars) in tasks.get(id).into_iter().flatten().enumerate() {
                if place(from + Micros(day as i64 * Grain::Day.length().0)) == stretch {
                    daily.always_on[day] = *dollars;
                }
            }
            let money = [sums.requests, sums.compute, sums.start_up, sums.storage, sums.always_on];
            for ((part, dollars), whole) in daily.parts().into_iter().zip(money).zip(whole.parts()) {
                let weight: f64 = part.iter().sum();
                let each = if weight > 0.0 { number(dollars) / weight } else { 0.0 };
                for (value, whole) in part.iter().zip(whole.iter_mut()) {
                    *whole += value * each;
                }
            }
        }
    }
    spread
}

fn empty(days: usize) -> Daily {
    let none = || vec![0.0; days];
    Daily { requests: none(), compute: none(), start_up: none(), storage: none(), always_on: none() }
}

/// A function for the columns.
pub(crate) struct Named<'a> {
    pub(crate) id: &'a FunctionId,
    pub(crate) name: &'a str,
    pub(crate) account: &'a str,
    pub(crate) account_name: &'a str,
}

/// The columns of the chart; `functions` are dearest first.
pub(crate) fn columns(
    daily: &HashMap<FunctionId, Daily>,
    functions: &[Named<'_>],
    from: Micros,
    days: usize,
) -> CostDays {
    let mut all = empty(days);
    let mut columns: Vec<CostColumn> = Vec::new();
    let mut accounts: Vec<CostColumn> = Vec::new();
    for (place, function) in functions.iter().enumerate() {
        let Some(own) = daily.get(function.id) else { continue };
        let total = own.total();
        let mut own = own.clone();
        for (sum, part) in all.parts().into_iter().zip(own.parts()) {
            add(sum, part);
        }
        if place < OWN_COLUMNS || functions.len() == OWN_COLUMNS + 1 {
            columns.push(CostColumn {
                id: function.id.to_string(),
                name: function.name.to_owned(),
                usd: total.clone(),
            });
        } else {
            if place == OWN_COLUMNS {
                let name = format!("{} others", functions.len() - OWN_COLUMNS);
                columns.push(CostColumn { id: String::new(), name, usd: vec![0.0; days] });
            }
            if let Some(others) = columns.last_mut() {
                add(&mut others.usd, &total);
            }
        }
        match accounts.iter_mut().find(|account| account.id == function.account) {
            Some(account) => add(&mut account.usd, &total),
            None => accounts.push(CostColumn {
                id: function.account.to_owned(),
                name: function.account_name.to_owned(),
                usd: total,
            }),
        }
    }
    let second = |day: usize| (from.0 + day as i64 * Grain::Day.length().0) as f64 / 1e6;
    CostDays {
        time: (0..days).map(second).collect(),
        requests: all.requests,
        compute: all.compute,
        start_up: all.start_up,
        storage: all.storage,
        always_on: all.always_on,
        functions: columns,
        accounts,
    }
}

fn add(sum: &mut [f64], more: &[f64]) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}

/// A decimal at the pixel.
pub(crate) fn number(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}
