//! The bills of a month: one for each account, with every function's share of every tier. Owns that all tables of the
//! Cost screen are sums of the same shares. Must not know SQL, days or how a bill is shown.

use super::bounds::{self, Bounds, Ends};
use super::plans::{self, Part, Pricing, part};
use super::prices::PricedDays;
use super::running::Running;
use crate::api::{CostAmount, CostParts};
use hearth_cost::{
    Basis, Decimal, Grants, Meter, Metered, PriceSource, Result, ScopeBill, Step, Stretch, Unit, allocate,
    bill_month,
};
use hearth_model::{Architecture, FunctionId};
use hearth_store::SizedUsage;
use std::collections::{BTreeMap, HashMap};

/// What one function used, and where it is priced.
pub(crate) struct Used {
    pub(crate) id: FunctionId,
    pub(crate) pricing: Pricing,
    pub(crate) sizes: Vec<SizedUsage>,
    /// Tasks of a service.
    pub(crate) running: Vec<Running>,
}

/// What functions used in days that share prices.
pub(crate) struct Billed<'a> {
    pub(crate) days: &'a PricedDays,
    pub(crate) used: Vec<Used>,
}

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

/// Everything in an account that shares a price and its tiers.
pub(crate) struct Group {
    /// In which of the stretches that were billed.
    pub(crate) place: usize,
    pub(crate) meter: Meter,
    pub(crate) architecture: Option<Architecture>,
    pub(crate) region: String,
    pub(crate) quantity: Decimal,
    pub(crate) list: Decimal,
    pub(crate) after_grants: Decimal,
    pub(crate) list_steps: Vec<Step>,
    pub(crate) steps: Vec<Step>,
    pub(crate) price: PriceSource,
    pub(crate) shares: BTreeMap<FunctionId, Share>,
}

/// One account's month.
pub(crate) struct Bill {
    pub(crate) groups: Vec<Group>,
    marginal: HashMap<String, Decimal>,
}

/// Money of a function or an account, exact.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) list: Decimal,
    pub(crate) after_grants: Decimal,
    pub(crate) requests: Decimal,
    pub(crate) compute: Decimal,
    pub(crate) start_up: Decimal,
    pub(crate) storage: Decimal,
    pub(crate) always_on: Decimal,
    pub(crate) bounds: Bounds,
}

impl Sums {
    pub(crate) fn add(&mut self, other: &Self) {
        self.list += other.list;
        self.after_grants += other.after_grants;
        self.requests += other.requests;
        self.compute += other.compute;
        self.start_up += other.start_up;
        self.storage += other.storage;
        self.always_on += other.always_on;
        self.bounds.add(&other.bounds);
    }

    pub(crate) fn amount(&self) -> CostAmount {
        bounds::amount(self.list, self.after_grants, &self.bounds)
    }

    pub(crate) fn parts(&self) -> CostParts {
        CostParts {
            requests_usd: plain(self.requests),
            compute_usd: plain(self.compute),
            start_up_usd: plain(self.start_up),
            storage_usd: plain(self.storage),
            always_on_usd: plain(self.always_on),
        }
    }
}

/// A decimal without zeros that say nothing.
pub(crate) fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

/// By the key of a price: who used it, and how much.
type Members<'a> = BTreeMap<String, Vec<(&'a FunctionId, Metered)>>;

/// The bill of one account. `grants` is what is free in it each month; `only` is the one function whose marginal cost is
/// asked for, if it is not that of all of them.
pub(crate) fn bill(stretches: &[Billed<'_>], grants: &Grants, only: Option<&FunctionId>) -> Result<Bill> {
    let members = stretches.iter().map(members).collect::<Result<Vec<_>>>()?;
    // A bill takes the whole account once more for each function in it: who is not asked about counts as one.
    let list = priced(stretches, &members, |_| false, &Grants::default())?;
    let after = priced(stretches, &members, |id| only.is_none_or(|only| only == id), grants)?;
    let mut marginal: HashMap<String, Decimal> = HashMap::new();
    for share in after.iter().flat_map(|bill| &bill.functions) {
        *marginal.entry(share.function.clone()).or_default() += share.marginal;
    }
    let ends = ends(stretches, &members, grants)?;
    let groups = members
        .iter()
        .zip(list)
        .zip(after)
        .zip(ends)
        .enumerate()
        .flat_map(|(place, (((members, list), after), ends))| {
            groups(place, members, list, after, ends.as_ref())
        })
        .collect();
    Ok(Bill { groups, marginal })
}

/// One item a function and price: sizes of one function share it.
fn members<'a>(stretch: &'a Billed<'_>) -> Result<Members<'a>> {
    let PricedDays { book, day, .. } = stretch.days;
    let mut members = Members::new();
    for function in &stretch.used {
        let (id, pricing) = (function.id.as_str(), &function.pricing);
        for item in plans::counted(id, pricing, *day, &function.sizes, &function.running)? {
            let row = book.price(item.meter, &item.region, item.architecture, *day)?;
            let users = members.entry(row.key()).or_default();
            match users.last_mut() {
                Some((id, there)) if **id == function.id => there.add(&item),
                _ => users.push((&function.id, item)),
            }
        }
    }
    Ok(members)
}

fn priced(
    stretches: &[Billed<'_>],
    members: &[Members<'_>],
    own: impl Fn(&FunctionId) -> bool,
    grants: &Grants,
) -> Result<Vec<ScopeBill>> {
    let items: Vec<Vec<Metered>> = members.iter().map(|members| together(members, &own)).collect();
    let stretches: Vec<Stretch<'_>> = stretches
        .iter()
        .zip(&items)
        .map(|(stretch, items)| Stretch { book: &stretch.days.book, day: stretch.days.day, items })
        .collect();
    bill_month(&stretches, grants, None)
}

/// Every stretch at the least and at the most that was used; none where everything is exact.
fn ends(stretches: &[Billed<'_>], members: &[Members<'_>], grants: &Grants) -> Result<Vec<Option<Ends>>> {
    let exact = members.iter().flat_map(BTreeMap::values).flatten().all(|(_, item)| item.bounds.is_none());
    if exact {
        return Ok(stretches.iter().map(|_| None).collect());
    }
    let at = |quantity: fn(&Metered) -> Decimal, grants: &Grants| -> Result<Vec<ScopeBill>> {
        let members: Vec<Members<'_>> = members
            .iter()
            .map(|members| {
                let end = |item: &Metered| Metered { quantity: quantity(item), bounds: None, ..item.clone() };
                let all = members.iter().map(|(key, users)| {
                    (key.clone(), users.iter().map(|(id, item)| (*id, end(item))).collect())
                });
                all.collect()
            })
            .collect();
        priced(stretches, &members, |_| false, grants)
    };
    let list = Grants::default();
    let low = at(Metered::low, &list)?.into_iter().zip(at(Metered::low, grants)?);
    let high = at(Metered::high, &list)?.into_iter().zip(at(Metered::high, grants)?);
    let all = low.zip(high).map(|((list_low, after_low), (list_high, after_high))| {
        Some(Ends { list: [list_low, list_high], after: [after_low, after_high] })
    });
    Ok(all.collect())
}

/// The items of a bill; functions that are not their `own` are added up.
fn together(members: &Members<'_>, own: impl Fn(&FunctionId) -> bool) -> Vec<Metered> {
    let mut items = Vec::new();
    for members in members.values() {
        let mut others: Option<Metered> = None;
        for (id, item) in members {
            if own(id) {
                items.push(item.clone());
            } else if let Some(others) = &mut others {
                others.add(item);
            } else {
                others = Some(Metered { function: String::new(), ..item.clone() });
            }
        }
        items.extend(others);
    }
    items
}

/// Groups of a bill come in the order of the keys of their prices, as `members` do.
fn groups(
    place: usize,
    members: &Members<'_>,
    list: ScopeBill,
    after: ScopeBill,
    ends: Option<&Ends>,
) -> Vec<Group> {
    members
        .values()
        .zip(list.groups)
        .zip(after.groups)
        .enumerate()
        .map(|(number, ((members, list), after))| {
            let estimated = members.iter().any(|(_, item)| item.bounds.is_some());
            let mut bounds = ends.filter(|_| estimated).map(|ends| {
                let of = |end: fn(&Metered) -> Decimal| -> Vec<Decimal> {
                    members.iter().map(|(_, item)| end(item)).collect()
                };
                ends.of(number, &of(Metered::low), &of(Metered::high)).into_iter()
            });
            let weights: Vec<Decimal> = members.iter().map(|(_, item)| item.quantity).collect();
            let list_steps = split(&list.steps, &weights);
            let steps = split(&after.steps, &weights);
            let shares: BTreeMap<FunctionId, Share> = members
                .iter()
                .zip(list_steps)
                .zip(steps)
                .map(|(((id, item), list_steps), steps)| {
                    let share = Share {
                        quantity: item.quantity,
                        list: list_steps.iter().map(|step| step.amount).sum(),
                        after_grants: steps.iter().map(|step| step.amount).sum(),
                        list_steps,
                        steps,
                        bounds: bounds.as_mut().and_then(Iterator::next),
                    };
                    ((*id).clone(), share)
                })
                .collect();
            let first = &members[0].1;
            Group {
                place,
                meter: first.meter,
                architecture: first.architecture,
                region: after.region,
                quantity: after.quantity,
                list: shares.values().map(|share| share.list).sum(),
                after_grants: shares.values().map(|share| share.after_grants).sum(),
                list_steps: list.steps,
                steps: after.steps,
                price: after.price,
                shares,
            }
        })
        .collect()
}

/// Every member's part of each step; amounts and quantities add up exactly, over members and over steps.
fn split(steps: &[Step], weights: &[Decimal]) -> Vec<Vec<Step>> {
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

impl Group {
    /// The least and the most that it can be.
    pub(crate) fn bounds(&self) -> Bounds {
        let mut all = Bounds::default();
        for share in self.shares.values() {
            all.add(&share.bounds());
        }
        all
    }

    /// Exact, or estimated from sums.
    pub(crate) fn basis(&self) -> Basis {
        let estimated = self.shares.values().any(|share| share.bounds.is_some());
        if estimated { Basis::Estimated } else { Basis::Exact }
    }
}

impl Bill {
    /// GB-seconds that a function's bill counts: memory over time, of calls and of tasks.
    pub(crate) fn gb_seconds(&self, id: &FunctionId) -> Decimal {
        let counted = |group: &Group| {
            let share = group.shares.get(id)?;
            match (part(group.meter), group.meter.unit()) {
                (Part::Time, Unit::GbSecond) => Some(share.quantity),
                (Part::AlwaysOn, Unit::GbHour) => Some((share.quantity * Decimal::from(3_600)).round_dp(3)),
                _ => None,
            }
        };
        self.groups.iter().filter_map(counted).sum()
    }

    /// What the bill would be less without a function.
    pub(crate) fn marginal(&self, id: &FunctionId) -> Decimal {
        self.marginal.get(id.as_str()).copied().unwrap_or_default()
    }

    /// Every function's sums of one of the stretches. Time is split into handlers and starts by what each was billed.
    pub(crate) fn sums(&self, place: usize, used: &[Used]) -> HashMap<FunctionId, Sums> {
        used.iter()
            .map(|function| {
                let mut sums = Sums::default();
                for group in self.groups.iter().filter(|group| group.place == place) {
                    let Some(share) = group.shares.get(&function.id) else { continue };
                    sums.list += share.list;
                    sums.after_grants += share.after_grants;
                    sums.bounds.add(&share.bounds());
                    match part(group.meter) {
                        Part::Requests => sums.requests += share.list,
                        Part::Storage => sums.storage += share.list,
                        Part::AlwaysOn => sums.always_on += share.list,
                        Part::Time => {
                            let split = time_weights(&function.sizes, group.architecture);
                            let parts = allocate(share.list, &split);
                            sums.compute += parts[0];
                            sums.start_up += parts[1];
                        }
                    }
                }
                (function.id.clone(), sums)
            })
            .collect()
    }
}

/// Memory × time of handlers and of starts, of one architecture where the price depends on it.
fn time_weights(sizes: &[SizedUsage], architecture: Option<Architecture>) -> [Decimal; 2] {
    let mut weights = [Decimal::ZERO; 2];
    for size in sizes.iter().filter(|size| architecture.is_none_or(|wanted| wanted == size.architecture)) {
        let memory = Decimal::from(size.memory_mb);
        weights[0] += Decimal::from(size.compute_ms) * memory;
        weights[1] += Decimal::from(size.init_ms) * memory;
    }
    if weights[0].is_zero() && weights[1].is_zero() {
        weights[0] = Decimal::ONE;
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_cost::{Day, Plan, PriceBook};
    use hearth_model::Micros;
    use proptest::prelude::*;

    /// A month at the prices of one book.
    fn whole(used: Vec<Used>, grants: &Grants) -> (Bill, Vec<Used>) {
        let (book, day) = (PriceBook::bundled().unwrap(), Day::constant(2026, 11, 20));
        let days = PricedDays { from: Micros(0), to: Micros(1), book, day };
        let billed = Billed { days: &days, used };
        (bill(std::slice::from_ref(&billed), grants, None).unwrap(), billed.used)
    }

    fn used(id: u32, sizes: Vec<SizedUsage>) -> Used {
        let pricing = Pricing {
            plan: Plan::LambdaOnDemand,
            region: "us-east-1".to_owned(),
            vcpu_thousandths: None,
            paid: false,
        };
        Used { id: FunctionId::from(format!("f{id}").as_str()), pricing, sizes, running: Vec::new() }
    }

    fn sized(requests: u64, compute_ms: u64, init_ms: u64, arm: bool, memory_mb: u32) -> SizedUsage {
        SizedUsage {
            memory_mb,
            architecture: if arm { Architecture::Arm64 } else { Architecture::X86_64 },
            requests,
            compute_ms,
            init_ms,
            storage_mb_ms: u128::from(compute_ms),
            event_bytes: 0,
            response_bytes: 0,
        }
    }

    fn size() -> impl Strategy<Value = SizedUsage> {
        let requests = prop_oneof![0_u64..1_000, 0_u64..40_000_000_000];
        (requests, 0_u64..9_000_000_000_000, 0_u64..1_000_000_000, any::<bool>(), 128_u32..10_240)
            .prop_map(|(requests, compute, init, arm, memory)| sized(requests, compute, init, arm, memory))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn shares_steps_parts_and_meters_all_add_up_to_the_bill(
            sizes in prop::collection::vec(prop::collection::vec(size(), 1..3), 1..6),
        ) {
            let functions = sizes.into_iter().enumerate().map(|(id, sizes)| used(id as u32, sizes)).collect();
            let (bill, functions) = whole(functions, &Grants::whole());
            let sums = bill.sums(0, &functions);
            let mut all = Sums::default();
            for function in sums.values() {
                prop_assert_eq!(
                    function.requests + function.compute + function.start_up + function.storage,
                    function.list
                );
                all.add(function);
            }
            let list: Decimal = bill.groups.iter().map(|group| group.list).sum();
            let after: Decimal = bill.groups.iter().map(|group| group.after_grants).sum();
            prop_assert_eq!((all.list, all.after_grants), (list, after));
            prop_assert!(after <= list);
            for group in &bill.groups {
                for share in group.shares.values() {
                    let quantity: Decimal = share.list_steps.iter().map(|step| step.quantity).sum();
                    prop_assert_eq!(quantity, share.quantity, "tiers of {}", group.meter);
                }
            }
            let slack = Decimal::new(1, 9);
            for function in &functions {
                let marginal = bill.marginal(&function.id);
                prop_assert!(marginal >= -slack && marginal <= after + slack, "{marginal} of {after}");
            }
        }
    }

    #[test]
    fn a_small_function_pays_rate_times_quantity() {
        let (bill, functions) =
            whole(vec![used(1, vec![sized(10, 1_000, 200, false, 1_024)])], &Grants::default());
        let sums = bill.sums(0, &functions)[&functions[0].id];
        assert_eq!(plain(sums.requests), "0.000002");
        assert_eq!(plain(sums.compute), "0.0000166667");
        assert_eq!(plain(sums.start_up), "0.00000333334");
    }
}
