//! The bills of a month: one for each account, with every function's share of every tier. Owns that all tables of the
//! Cost screen are sums of the same shares. Must not know SQL, days or how a bill is shown.

use super::bounds::{Bounds, Ends};
use super::plans::{self, Pricing};
use super::prices::PricedDays;
use super::running::Running;
use super::shares::{Share, split};
use hearth_cost::{
    Basis, Decimal, Grants, Meter, Metered, PriceSource, Result, ScopeBill, Step, Stretch, bill_month,
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
    pub(super) marginal: HashMap<String, Decimal>,
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

#[cfg(test)]
mod tests {
    use super::super::sums::{Sums, plain};
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
