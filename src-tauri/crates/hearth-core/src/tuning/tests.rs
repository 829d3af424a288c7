//! The seat belt under every order of failures, and the course of a tuning over a double.

use super::belt::Step;
use super::desk::Desk;
use super::price::{Prices, Server};
use super::run::{belt, run};
use super::tunable::{Measured, Setting, Tunable};
use super::{marks, plan};
use crate::api::{Tuning, TuningEvent, TuningPlan, TuningRestore, TuningStatus};
use crate::{ApiError, ErrorCode, Result};
use bytes::Bytes;
use hearth_cost::PriceBook;
use hearth_model::{
    Architecture, FunctionConfiguration, FunctionId, Invocation, InvocationSource, ManualClock, Micros,
    Outcome, Phases, RequestId, ServerStart, TuningId, billed_milliseconds,
};
use hearth_store::{Store, StoreOptions};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

const ORIGINAL: u32 = 300;

/// How one attempt to set a size goes.
#[derive(Clone, Copy, Debug)]
enum Write {
    Done,
    Refused,
    /// It was written, and the answer was lost.
    Unheard,
}

/// A provider in memory.
#[derive(Default)]
struct Double {
    memory_mb: Mutex<Option<u32>>,
    writes: Mutex<VecDeque<Write>>,
    wrote: Mutex<Vec<u32>>,
    /// Sizes at which calls fail.
    failing: Vec<u32>,
    /// Somebody else sets this size after so many calls.
    other: Mutex<Option<(usize, u32)>>,
    calls: Mutex<Vec<(u32, Bytes)>>,
    /// Cancels after so many calls.
    cancel_after: Option<(usize, CancellationToken)>,
    /// Where to look whether a size was noted before it is set.
    noted: Option<(Store, TuningId)>,
}

impl Double {
    fn with(memory_mb: u32) -> Self {
        Self { memory_mb: Mutex::new(Some(memory_mb)), ..Self::default() }
    }

    fn memory_mb(&self) -> Option<u32> {
        *self.memory_mb.lock().unwrap()
    }
}

impl Tunable for Double {
    async fn read(&self) -> Result<Option<Setting>> {
        Ok(self.memory_mb().map(|memory_mb| Setting { memory_mb, version: 1 }))
    }

    async fn set_memory(&self, memory_mb: u32) -> Result<()> {
        if let Some((store, id)) = &self.noted
            && memory_mb != ORIGINAL
        {
            let kept = store.tuning(id).await.unwrap().unwrap();
            assert_eq!((kept.set_memory_mb, kept.is_restored), (Some(memory_mb), false), "noted, then set");
        }
        let write = self.writes.lock().unwrap().pop_front().unwrap_or(Write::Done);
        if !matches!(write, Write::Refused) {
            *self.memory_mb.lock().unwrap() = Some(memory_mb);
            self.wrote.lock().unwrap().push(memory_mb);
        }
        match write {
            Write::Done => Ok(()),
            Write::Refused | Write::Unheard => Err(ApiError::new(ErrorCode::Network, "no answer")),
        }
    }

    async fn invoke(&self, event: Bytes, cold: bool, _cancel: &CancellationToken) -> Result<Measured> {
        let memory_mb = self.memory_mb().unwrap();
        let count = {
            let mut calls = self.calls.lock().unwrap();
            calls.push((memory_mb, event));
            calls.len()
        };
        let mut other = self.other.lock().unwrap();
        if let Some((_, size)) = other.take_if(|(after, _)| count >= *after) {
            *self.memory_mb.lock().unwrap() = Some(size);
        }
        if let Some((after, cancel)) = &self.cancel_after
            && count >= *after
        {
            cancel.cancel();
        }
        let fails = self.failing.contains(&memory_mb);
        Ok(Measured {
            invocation: called(memory_mb, cold, fails),
            problem: fails.then(|| "it ran out of memory".to_owned()),
        })
    }

    fn concurrency(&self) -> usize {
        4
    }
}

/// A call that is faster with more memory, down to 100 ms from 1024 MB on.
fn called(memory_mb: u32, cold: bool, fails: bool) -> Invocation {
    let invoke_us = Micros(102_400_000 / i64::from(memory_mb.min(1_024)));
    let init_us = if cold { Micros(50_000) } else { Micros::ZERO };
    Invocation {
        request_id: RequestId::generate(),
        function_id: FunctionId::from("F1"),
        function_name: "kettle".to_owned(),
        version: 1,
        environment_id: None,
        environment_number: None,
        started_us: Micros::ZERO,
        outcome: if fails { Outcome::OutOfMemory } else { Outcome::Succeeded },
        start: if cold { ServerStart::Cold } else { ServerStart::Warm },
        phases: Phases { init_us, invoke_us, ..Phases::default() },
        billed_ms: billed_milliseconds(init_us, invoke_us),
        memory_mb,
        max_memory_mb: 60,
        architecture: Architecture::X86_64,
        event_bytes: 2,
        response_bytes: 2,
        error_type: None,
        error_message: None,
        source: InvocationSource::Tuning,
    }
}

fn event(event: &str, weight: u32) -> TuningEvent {
    TuningEvent { event: event.to_owned(), weight }
}

fn tuning(sizes: &[u32], parallel: bool) -> Tuning {
    let plan = TuningPlan {
        name: "kettle".to_owned(),
        memory_mb: sizes.to_vec(),
        runs: 8,
        cold_runs: 2,
        events: vec![event("1", 3), event("2", 1)],
        parallel,
        account: None,
        region: None,
        digest: None,
    };
    Tuning {
        id: TuningId::from("T1"),
        function_id: FunctionId::from("F1"),
        version: 1,
        account: "local".to_owned(),
        total: plan::calls(&plan),
        plan,
        configuration: FunctionConfiguration {
            runtime: "quickjs".to_owned(),
            handler: "index.handler".to_owned(),
            memory_mb: ORIGINAL,
            timeout_s: 3,
            environment_names: Vec::new(),
            reserved_concurrency: None,
            architecture: Architecture::X86_64,
            description: String::new(),
            tasks: None,
            billed_as: None,
        },
        status: TuningStatus::Running,
        restore: TuningRestore::Pending,
        started_us: Micros::ZERO,
        ended_us: None,
        done: 0,
        current_mb: None,
        sizes: Vec::new(),
        cheapest_mb: None,
        fastest_mb: None,
        balanced_mb: None,
        price_region: "us-east-1".to_owned(),
        price_date: "2026-11-23".to_owned(),
        remarks: Vec::new(),
        problem: None,
    }
}

/// Runs a tuning over a double to its end and answers what the ledger kept.
async fn tuned(mut double: Double, tuning: Tuning, cancel: CancellationToken) -> (Double, Tuning) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(Micros(1)));
    let options = StoreOptions { data_dir: folder.path().to_owned(), clock: clock.clone() };
    let store = Store::open(options).await.unwrap();
    let (events, _) = tokio::sync::broadcast::channel(4);
    let id = tuning.id.clone();
    double.noted = Some((store.clone(), id.clone()));
    let desk = Desk::new(store.clone(), clock, events, tuning);
    desk.keep(None).await.unwrap();
    let prices = Prices::new(PriceBook::bundled().unwrap(), "us-east-1".to_owned());
    run(&double, &desk, &prices, &cancel).await;
    let kept = store.tuning(&id).await.unwrap().unwrap();
    let ended: Tuning = serde_json::from_str(&kept.document).unwrap();
    assert_eq!(kept.is_restored, ended.restore != TuningRestore::Pending);
    assert_eq!(kept.is_complete, ended.status == TuningStatus::Done);
    double.noted = None;
    store.close().await;
    (double, ended)
}

#[tokio::test]
async fn every_size_is_measured_marked_and_the_configuration_put_back() {
    for parallel in [false, true] {
        let plan = tuning(&[128, 512, 1_024, 2_048], parallel);
        let (double, ended) = tuned(Double::with(ORIGINAL), plan, CancellationToken::new()).await;
        assert_eq!((ended.status, ended.restore), (TuningStatus::Done, TuningRestore::Verified), "{ended:?}");
        assert_eq!(double.memory_mb(), Some(ORIGINAL));
        assert_eq!((ended.done, ended.total), (40, 40));
        let sizes: Vec<_> = ended
            .sizes
            .iter()
            .map(|size| {
                let (warm, cold) = (size.warm.as_ref().unwrap(), size.cold.as_ref().unwrap());
                assert_eq!((warm.calls, cold.calls), (8, 2), "cold and warm apart");
                (
                    size.memory_mb,
                    warm.duration_p50_us.0,
                    warm.billed_p95_ms,
                    cold.init_p50_us.0,
                    cold.billed_p50_ms,
                )
            })
            .collect();
        assert_eq!(
            sizes,
            [
                (128, 800_000, 800, 50_000, 850),
                (512, 200_000, 200, 50_000, 250),
                (1_024, 100_000, 100, 50_000, 150),
                (2_048, 100_000, 100, 50_000, 150),
            ]
        );
        let price = &ended.sizes[0].warm.as_ref().unwrap().usd_per_million;
        assert_eq!(price, "1.86667", "800 ms × 0.125 GB × $0.0000166667 and $0.2 for the requests");
        assert_eq!(
            (ended.fastest_mb, ended.balanced_mb),
            (Some(1_024), Some(1_024)),
            "of equals the cheaper"
        );
        assert_eq!(ended.cheapest_mb, Some(1_024), "the same money, but faster");
        let ones = double.calls.lock().unwrap().iter().filter(|(_, event)| &event[..] == b"1").count();
        assert_eq!(ones, 32, "three of four calls send the event of weight 3");
        assert_eq!(ended.duration_factor(128, 512).unwrap().to_string(), "0.25");
        assert_eq!(ended.duration_factor(128, 640), None);
    }
}

#[tokio::test]
async fn a_size_that_fails_is_skipped_with_its_reason() {
    let double = Double { failing: vec![128], ..Double::with(ORIGINAL) };
    double.writes.lock().unwrap().extend([Write::Done, Write::Refused]);
    let (double, ended) = tuned(double, tuning(&[128, 256, 512], false), CancellationToken::new()).await;
    let skipped: Vec<_> = ended.sizes.iter().map(|size| size.skipped.as_deref()).collect();
    assert_eq!(
        skipped,
        [Some("it ran out of memory"), Some("The size could not be set: no answer"), None],
        "{ended:?}"
    );
    assert_eq!((ended.status, ended.cheapest_mb), (TuningStatus::Done, Some(512)));
    assert_eq!((ended.done, ended.total), (30, 30));
    assert_eq!(double.memory_mb(), Some(ORIGINAL));
}

#[tokio::test]
async fn a_cancelled_tuning_puts_the_size_back_and_keeps_what_it_found() {
    let cancel = CancellationToken::new();
    let double = Double { cancel_after: Some((15, cancel.clone())), ..Double::with(ORIGINAL) };
    let (double, ended) = tuned(double, tuning(&[128, 256, 512], false), cancel).await;
    assert_eq!((ended.status, ended.restore), (TuningStatus::Cancelled, TuningRestore::Verified));
    assert_eq!(ended.sizes.len(), 1, "the size that was measured whole stays");
    assert_eq!(double.memory_mb(), Some(ORIGINAL));
    assert_eq!(double.calls.lock().unwrap().len(), 15, "nothing is called after that");
}

#[tokio::test]
async fn what_somebody_else_sets_meanwhile_ends_the_tuning_and_stays() {
    let double = Double::with(ORIGINAL);
    *double.other.lock().unwrap() = Some((15, 3_000));
    let (double, ended) = tuned(double, tuning(&[128, 256, 512], false), CancellationToken::new()).await;
    assert_eq!((ended.status, ended.restore), (TuningStatus::Failed, TuningRestore::ChangedByOthers));
    assert!(ended.problem.unwrap().contains("somebody set 3000 MB while 256 MB was measured"));
    assert_eq!(double.memory_mb(), Some(3_000));
}

#[tokio::test]
async fn a_size_that_cannot_be_put_back_is_kept_as_pending() {
    let double = Double::with(ORIGINAL);
    double.writes.lock().unwrap().push_back(Write::Done);
    double.writes.lock().unwrap().extend([Write::Refused; 20]);
    let (double, ended) = tuned(double, tuning(&[128], false), CancellationToken::new()).await;
    assert_eq!((ended.restore, double.memory_mb()), (TuningRestore::Pending, Some(128)));
    assert!(ended.problem.unwrap().contains("300 MB has to be set"));
}

#[test]
fn events_are_sent_by_weight_and_spread_evenly() {
    let order = plan::order(&[event("1", 3), event("2", 1)], 8);
    assert_eq!(order, [0, 0, 1, 0, 0, 0, 1, 0]);
    assert_eq!(plan::order(&[event("1", 1)], 2), [0, 0]);
}

fn server(memory_mb: u32) -> Server {
    Server { memory_mb, architecture: Architecture::X86_64, vcpu: None }
}

#[test]
fn sizes_that_are_equally_fast_are_said_to_be() {
    let mut tuned = tuning(&[512, 1_024], false);
    let prices = Prices::new(PriceBook::bundled().unwrap(), "us-east-1".to_owned());
    for memory_mb in [1_024, 2_048] {
        let calls = [Measured { invocation: called(memory_mb, false, false), problem: None }];
        tuned.sizes.push(marks::size(server(memory_mb), &calls, None, &prices).unwrap());
    }
    marks::mark(&mut tuned);
    assert_eq!(tuned.cheapest_mb, Some(1_024));
    assert!(tuned.remarks[0].contains("equally fast"), "{:?}", tuned.remarks);
}

#[test]
fn plans_that_cannot_be_are_refused_with_the_value() {
    let good = tuning(&[512, 128, 512], false).plan;
    assert_eq!(plan::checked(good.clone()).unwrap().memory_mb, [128, 512]);
    type Change = fn(&mut TuningPlan);
    let wrong: [(Change, &str); 7] = [
        (|plan| plan.memory_mb.clear(), "not 0"),
        (|plan| plan.memory_mb.push(64), "64 MB"),
        (|plan| plan.runs = 0, "not 0"),
        (|plan| plan.cold_runs = 101, "not 101"),
        (|plan| plan.events.clear(), "not 0"),
        (|plan| plan.events[0].weight = 0, "not 0"),
        (|plan| plan.events[0].event = "{".to_owned(), "not JSON"),
    ];
    for (change, words) in wrong {
        let mut plan = good.clone();
        change(&mut plan);
        let error = plan::checked(plan).unwrap_err();
        assert!(error.code == ErrorCode::InvalidInput && error.message.contains(words), "{error:?}");
    }
}

fn write() -> impl Strategy<Value = Write> {
    prop::sample::select(vec![Write::Done, Write::Refused, Write::Unheard])
}

/// One size of a tuning that is killed: how setting it goes, and what somebody else sets after it.
fn sizes() -> impl Strategy<Value = Vec<(u32, Write, Option<u32>)>> {
    let size = prop::sample::select(vec![128_u32, 256, 300, 512, 1_024]);
    let other = prop::option::weighted(0.2, prop::sample::select(vec![128_u32, 300, 512, 4_096]));
    prop::collection::vec((size, write(), other), 1..6)
}

proptest! {
    /// Killed before or after any step, whatever was written or not, whoever else changed it: the next start leaves the
    /// size of before, or one that the tuning never set.
    #[test]
    fn after_a_kill_at_any_moment_the_size_is_put_back(
        mut sizes in sizes(), kill_at in 0_usize..12, failures in prop::collection::vec(write(), 0..4),
    ) {
        sizes.sort_by_key(|(size, ..)| *size);
        sizes.dedup_by_key(|(size, ..)| *size);
        let double = Double::with(ORIGINAL);
        let planned: Vec<u32> = sizes.iter().map(|(size, ..)| *size).collect();
        let (mut noted, mut by_others, mut step) = (None, None, 0);
        for (size, write, other) in sizes {
            if step == kill_at { break; }
            noted = Some(size);
            step += 1;
            if step == kill_at { break; }
            if !matches!(write, Write::Refused) {
                *double.memory_mb.lock().unwrap() = Some(size);
                by_others = None;
            }
            step += 1;
            if let Some(other) = other {
                *double.memory_mb.lock().unwrap() = Some(other);
                by_others = Some(other);
                // The tuning looks before it sets the next size, and goes no further.
                break;
            }
        }
        double.writes.lock().unwrap().extend(failures);
        let belt = belt(&planned, ORIGINAL, noted);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let restored = runtime.block_on(belt.restore(&double)).unwrap();
        let kept = by_others.filter(|size| *size != ORIGINAL && !belt.touched_mb.contains(size));
        let expected = if kept.is_some() { TuningRestore::ChangedByOthers } else { TuningRestore::Verified };
        prop_assert_eq!((restored, double.memory_mb()), (expected, Some(kept.unwrap_or(ORIGINAL))));
        prop_assert!(double.wrote.lock().unwrap().iter().all(|size| *size == ORIGINAL));
        // Doing it again, as the start after the next would, changes nothing.
        prop_assert_eq!(belt.step(double.memory_mb()), Step::End(expected));
    }
}
