//! What Hearth itself asks of vendors: every request that leaves, counted by account, place and operation, and what of
//! it the vendor bills by another measure than requests. Owns the counting; must not know prices, nor what was asked.

use crate::AccountId;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnRequest {
    /// The account's id.
    pub account: String,
    /// The region, where the vendor has one for it.
    pub location: String,
    /// The vendor's service, for instance `CloudWatch`.
    pub service: String,
    /// Its operation, for instance `GetMetricData`.
    pub operation: String,
}

/// How often, and how much of what the vendor bills: metrics, minutes, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Requests, each try of one for itself.
    pub requests: u64,
    /// What is billed where that is not requests.
    pub units: u64,
}

impl Counted {
    fn add(&mut self, more: Self) {
        self.requests = self.requests.saturating_add(more.requests);
        self.units = self.units.saturating_add(more.units);
    }
}

/// The count of all accounts until somebody writes it down, and which were asked at all.
#[derive(Debug, Default)]
pub struct Tally {
    counts: Mutex<BTreeMap<OwnRequest, Counted>>,
    asked: Mutex<BTreeSet<String>>,
}

impl Tally {
    /// Adds to it.
    pub fn add(&self, request: OwnRequest, more: Counted) {
        self.note(&request.account);
        match self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(request) {
            Entry::Occupied(mut there) => there.get_mut().add(more),
            Entry::Vacant(free) => {
                free.insert(more);
            }
        }
    }

    /// Hands over what was counted since the last time, to be written down.
    pub fn take(&self) -> BTreeMap<OwnRequest, Counted> {
        std::mem::take(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes that an account's vendor was contacted.
    pub fn note(&self, account: &str) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.contains(account) {
            asked.insert(account.to_owned());
        }
    }

    /// Ids of the accounts whose vendor was contacted since the start.
    pub fn asked(&self) -> BTreeSet<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The counting of one account.
    pub fn of(self: &Arc<Self>, account: &AccountId) -> OwnTally {
        OwnTally { tally: Arc::clone(self), account: account.0.clone() }
    }
}

/// The count of one account.
#[derive(Clone, Debug)]
pub struct OwnTally {
    tally: Arc<Tally>,
    account: String,
}

impl OwnTally {
    /// A request leaves.
    pub fn sent(&self, location: &str, service: &str, operation: &str) {
        self.add(location, service, operation, Counted { requests: 1, units: 0 });
    }

    /// So much was asked for that the vendor bills by another measure.
    pub fn billed(&self, location: &str, service: &str, operation: &str, units: u64) {
        self.add(location, service, operation, Counted { requests: 0, units });
    }

    fn add(&self, location: &str, service: &str, operation: &str, more: Counted) {
        let request = OwnRequest {
            account: self.account.clone(),
            location: location.to_owned(),
            service: service.to_owned(),
            operation: operation.to_owned(),
        };
        self.tally.add(request, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_add_up_by_account_and_operation_and_are_handed_over_once() {
        let tally = Arc::new(Tally::default());
        let (one, other) = (tally.of(&AccountId("aws:a".into())), tally.of(&AccountId("aws:b".into())));
        one.sent("eu-west-1", "CloudWatch", "GetMetricData");
        one.sent("eu-west-1", "CloudWatch", "GetMetricData");
        one.billed("eu-west-1", "CloudWatch", "GetMetricData", 500);
        one.sent("eu-west-1", "Lambda", "ListFunctions");
        other.sent("eu-west-1", "Lambda", "ListFunctions");
        let counted: Vec<(String, Counted)> = tally
            .take()
            .into_iter()
            .map(|(request, counted)| (format!("{} {}", request.account, request.operation), counted))
            .collect();
        let count = |requests, units| Counted { requests, units };
        assert_eq!(
            counted,
            [
                ("aws:a GetMetricData".to_owned(), count(2, 500)),
                ("aws:a ListFunctions".to_owned(), count(1, 0)),
                ("aws:b ListFunctions".to_owned(), count(1, 0)),
            ]
        );
        assert!(tally.take().is_empty());
    }
}
