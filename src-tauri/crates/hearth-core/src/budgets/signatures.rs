//! Signatures of a runaway that need no rate: calls that call themselves, and calls that fail alike again and again.
//! Pure: knows no clock, no ledger and no prices.

use hearth_model::Micros;
use std::collections::{HashMap, VecDeque};

/// Calls in one chain, each made by the one before, at which AWS stops a loop.
pub(crate) const LOOP_CALLS: u32 = 16;
/// Calls of a function that are looked at for retries.
const RETRY_WINDOW: Micros = Micros::from_seconds(300);
/// Failures alike in that time that count as blind retries.
pub(crate) const RETRY_FAILURES: usize = 50;
/// Percent of the calls that must fail alike.
const RETRY_PERCENT: usize = 90;
/// Calls whose chain is remembered.
const CHAINS: usize = 20_000;

/// The failures of one function in the last minutes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Retries {
    /// When, and what failed: the error's type with the event's size; none for a call that did not fail.
    calls: VecDeque<(Micros, Option<(String, u64)>)>,
}

/// Calls that fail alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RetryStorm {
    pub(crate) failures: usize,
    pub(crate) calls: usize,
    pub(crate) error: String,
}

impl Retries {
    /// A call ended; `failure` is its error's type and its event's size.
    pub(crate) fn note(&mut self, at: Micros, failure: Option<(String, u64)>) {
        self.calls.push_back((at, failure));
        // More than this says nothing new.
        while self.calls.len() > 4 * RETRY_FAILURES
            || self.calls.front().is_some_and(|(first, _)| at - *first > RETRY_WINDOW)
        {
            self.calls.pop_front();
        }
    }

    /// Whether nothing of it is recent.
    pub(crate) fn is_over(&self, now: Micros) -> bool {
        self.calls.back().is_none_or(|(last, _)| now - *last > RETRY_WINDOW)
    }

    /// Whether the function is retried blindly: many calls with an event of one size fail with one error.
    pub(crate) fn storm(&self, now: Micros) -> Option<RetryStorm> {
        let recent: Vec<_> = self.calls.iter().filter(|(at, _)| now - *at <= RETRY_WINDOW).collect();
        let mut alike: HashMap<&(String, u64), usize> = HashMap::new();
        for failure in recent.iter().filter_map(|(_, failure)| failure.as_ref()) {
            *alike.entry(failure).or_default() += 1;
        }
        let ((error, _), failures) = alike.into_iter().max_by_key(|(_, count)| *count)?;
        (failures >= RETRY_FAILURES && failures * 100 >= recent.len() * RETRY_PERCENT).then(|| RetryStorm {
            failures,
            calls: recent.len(),
            error: error.clone(),
        })
    }
}

/// Which call was made by which, from the trace header that AWS's clients pass on from inside a function, or from whose
/// connection it came on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chains {
    depth: HashMap<String, u32>,
    order: VecDeque<String>,
}

impl Chains {
    /// A call began. `caller` is the trace header it came with. The answer is how many calls the chain has so far, this
    /// one included; 1 for a call that no other call made.
    pub(crate) fn begin(&mut self, request_id: &str, caller: Option<&str>) -> u32 {
        let Some(caller) = caller.and_then(root_of) else { return 1 };
        let calls = self.depth.get(&caller).copied().unwrap_or(1).saturating_add(1);
        let own = digits_of(request_id);
        // A header of its own call says nothing.
        if own == caller {
            return 1;
        }
        if self.depth.insert(own.clone(), calls).is_none() {
            self.order.push_back(own);
        }
        while self.order.len() > CHAINS {
            if let Some(oldest) = self.order.pop_front() {
                self.depth.remove(&oldest);
            }
        }
        calls
    }
}

/// The trace header of a call, as far as [`Chains`] looks at it.
pub(super) fn trace_of(request_id: &str) -> String {
    format!("Root=1-00000000-{}", digits_of(request_id))
}

/// The part of a trace id that the local runtime makes of the request id.
fn digits_of(request_id: &str) -> String {
    let digits: String = request_id.chars().filter(char::is_ascii_hexdigit).collect();
    format!("{digits:0<24.24}")
}

/// The same part of a header `Root=1-<8 digits>-<24 digits>;…`; none when it is something else.
fn root_of(header: &str) -> Option<String> {
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root=1-"))?;
    let (_, digits) = root.split_once('-')?;
    (digits.len() == 24).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn s(seconds: i64) -> Micros {
        Micros::from_seconds(seconds)
    }

    proptest! {
        #[test]
        fn fewer_or_mixed_failures_are_no_storm(failures in 0_usize..RETRY_FAILURES, well in 0_usize..200) {
            let mut retries = Retries::default();
            for call in 0..failures {
                retries.note(s(call as i64 / 10), Some(("ValueError".to_owned(), 7)));
            }
            for _ in 0..well {
                retries.note(s(10), None);
            }
            prop_assert_eq!(retries.storm(s(10)), None);
        }
    }

    #[test]
    fn fifty_failures_alike_are_a_storm_until_they_are_old() {
        let mut retries = Retries::default();
        for call in 0..60 {
            retries.note(s(call), Some(("ValueError".to_owned(), 7)));
        }
        let storm = retries.storm(s(60)).unwrap();
        assert_eq!((storm.failures, storm.calls, storm.error.as_str()), (60, 60, "ValueError"));
        assert_eq!(retries.storm(s(400)), None);
    }

    #[test]
    fn a_chain_counts_calls_that_each_made_the_next() {
        let mut chains = Chains::default();
        let header =
            |id: &str| format!("Root=1-67891233-{};Parent=53995c3f42cd8ad8;Sampled=0", digits_of(id));
        let ids: Vec<String> =
            (0..20).map(|call| format!("{call:08x}-1234-5678-9abc-def012345678")).collect();
        assert_eq!(chains.begin(&ids[0], None), 1);
        for call in 1..20 {
            assert_eq!(chains.begin(&ids[call], Some(&header(&ids[call - 1]))), call as u32 + 1);
        }
        // Many calls of one caller are a fan-out, not a loop.
        for call in 0..20 {
            assert_eq!(chains.begin(&format!("aaaa{call:020x}"), Some(&header(&ids[0]))), 2);
        }
        for nonsense in ["", "Root=1", "Root=1-1-2", "Self=x;Root=2-67891233-000000000000000000000000"] {
            assert_eq!(chains.begin("bb", Some(nonsense)), 1, "`{nonsense}`");
        }
    }
}
