//! Birth, reuse, limits, freezing and removal of environments.

use crate::kit::{ECHO, Kit, cold, job, json, process_state};
use hearth_model::{EnvironmentState as State, Micros, Outcome, ServerStart, StartTier};
use hearth_runtime::{FunctionSpec, ParkedCounts};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn the_second_call_reuses_the_environment_and_is_not_charged_for_init() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(ECHO));
    let first = kit.call(&spec, "{\"a\":1}").await;
    let second = kit.call(&spec, "{}").await;
    assert_eq!(first.invocation.outcome, Outcome::Succeeded, "{:?}", first.response);
    assert_eq!(json(&first)["event"]["a"], 1);
    assert_eq!(json(&first)["id"], first.invocation.request_id.as_str());
    assert_eq!(first.invocation.start, ServerStart::Cold);
    assert!(first.invocation.phases.init_us > Micros::ZERO, "a cold start has an init");
    assert_eq!(json(&second)["count"], 2, "memory is kept");
    assert_eq!(second.invocation.environment_id, first.invocation.environment_id);
    assert_eq!(second.invocation.phases.init_us, Micros::ZERO);
    assert_eq!(first.invocation.environment_number, Some(1));
    assert!(first.invocation.max_memory_mb > 0, "memory is measured");
}

#[tokio::test]
async fn an_idle_environment_is_stopped_and_woken_by_the_next_call() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(ECHO));
    let first = kit.call(&spec, "{}").await;
    let pid = u32::try_from(json(&first)["pid"].as_u64().expect("pid")).expect("pid");
    kit.until_state(State::Frozen).await;
    kit.until("state T in the process table", || process_state(pid) == Some('T')).await;
    let second = kit.call(&spec, "{}").await;
    assert_eq!(second.invocation.start, ServerStart::Thawed);
    assert_eq!(json(&second)["count"], 2);
    kit.until("all changes as events", || kit.states().len() >= 7).await;
    let states = kit.states();
    let expected =
        [State::Init, State::Warm, State::Busy, State::Warm, State::Frozen, State::Thaw, State::Busy];
    assert_eq!(states[..7], expected, "each change is one event, in order");
}

#[tokio::test]
async fn without_freezing_it_stays_warm() {
    let kit = Kit::with(|options| options.freeze_after = Micros::from_seconds(600)).await;
    let spec = Arc::new(kit.python(ECHO));
    kit.call(&spec, "{}").await;
    let second = kit.call(&spec, "{}").await;
    assert_eq!(second.invocation.start, ServerStart::Warm);
    kit.runtime.set_timing(Micros::from_seconds(600), Micros::ZERO);
    kit.until_state(State::Frozen).await;
}

#[tokio::test]
async fn what_a_node_function_left_to_do_goes_on_until_it_is_frozen() {
    let kit = Kit::with(|options| options.freeze_after = Micros::from_seconds(600)).await;
    let text = "let late = 0; export const handler = async (event) => { \
        if (event.leave) setTimeout(() => { late += 1; }, 10); return late; };";
    let spec = Arc::new(kit.node(text));
    for expected in 0..3 {
        assert_eq!(json(&kit.call(&spec, "{\"leave\":true}").await), expected, "nothing has run too early");
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Nothing was left by this one: the process waits in a blocking read.
        assert_eq!(json(&kit.call(&spec, "{}").await), expected + 1, "the timer ran between the calls");
    }
}

#[tokio::test]
async fn calls_at_once_get_an_environment_each_up_to_the_limit() {
    let kit = Kit::new().await;
    let slow = "
import os, time
def handler(event, context):
    time.sleep(0.5)
    return os.getpid()
";
    let spec = Arc::new(FunctionSpec { concurrency_limit: 3, ..kit.python(slow) });
    let calls = (0..5).map(|_| kit.call(&spec, "{}"));
    let done = futures_util::future::join_all(calls).await;
    let pids: HashSet<_> = done
        .iter()
        .filter(|done| done.invocation.outcome == Outcome::Succeeded)
        .map(|done| done.response.to_vec())
        .collect();
    assert_eq!(pids.len(), 3, "three environments");
    let throttled: Vec<_> =
        done.iter().filter(|done| done.invocation.outcome == Outcome::Throttled).collect();
    assert_eq!(throttled.len(), 2);
    assert_eq!(json(throttled[0])["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert_eq!(throttled[0].function_error, None, "a throttle is not the function's error");
    assert_eq!(throttled[0].invocation.environment_id, None);
}

#[tokio::test]
async fn a_forced_cold_start_gets_a_new_environment_also_at_the_limit() {
    let kit = Kit::new().await;
    let spec = Arc::new(FunctionSpec { concurrency_limit: 1, ..kit.python(ECHO) });
    let first = kit.call(&spec, "{}").await;
    let second = kit.runtime.invoke(cold(&spec, "{}")).await;
    assert_eq!(second.invocation.outcome, Outcome::Succeeded);
    assert_eq!(second.invocation.start, ServerStart::Cold);
    assert_ne!(first.invocation.environment_id, second.invocation.environment_id);
    assert_eq!(second.invocation.environment_number, Some(2));
}

#[tokio::test]
async fn an_idle_environment_is_reaped_after_the_keep_alive() {
    let kit = Kit::with(|options| options.keep_alive = Micros(50_000)).await;
    let spec = Arc::new(kit.python(ECHO));
    let first = kit.call(&spec, "{}").await;
    let pid = u32::try_from(json(&first)["pid"].as_u64().expect("pid")).expect("pid");
    kit.until("no environment", || kit.runtime.environments().is_empty()).await;
    kit.until("the process is gone", || process_state(pid).is_none()).await;
    kit.until("a last event", || kit.states().last() == Some(&State::Reaped)).await;
}

#[tokio::test]
async fn a_new_version_reaps_idle_environments_and_lets_busy_ones_finish() {
    let kit = Kit::new().await;
    let waiting = "
import time
def handler(event, context):
    time.sleep(event['s'])
    return 'old'
";
    let old = Arc::new(kit.python(waiting));
    kit.call(&old, "{\"s\":0}").await;
    let (busy, new) = (kit.call(&old, "{\"s\":0.6}"), async {
        kit.until_state(State::Busy).await;
        let new = FunctionSpec { version: 2, id: old.id.clone(), ..kit.python(ECHO) };
        kit.call(&Arc::new(new), "{}").await
    });
    let (busy, new) = tokio::join!(busy, new);
    assert_eq!(json(&busy), "old", "a busy environment answers");
    assert_eq!(new.invocation.version, 2);
    kit.until("only version 2", || {
        kit.runtime.environments().iter().map(|environment| environment.version).eq([2])
    })
    .await;
}

#[tokio::test]
async fn a_running_call_can_be_cancelled() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python("import time\ndef handler(event, context):\n    time.sleep(60)\n"));
    let job = job(&spec, "{}");
    let request = job.request_id.clone();
    let (done, cancelled) = tokio::join!(kit.runtime.invoke(job), async {
        kit.until_state(State::Busy).await;
        kit.runtime.cancel(&request).await
    });
    assert!(cancelled, "it was running");
    assert_eq!(done.invocation.outcome, Outcome::Cancelled);
    assert!(!kit.runtime.cancel(&request).await, "it runs no more");
    assert!(kit.runtime.environments().is_empty(), "its environment is gone");
}

#[tokio::test]
async fn one_environment_can_be_removed_by_hand() {
    let kit = Kit::new().await;
    let spec = Arc::new(kit.python(ECHO));
    let id = kit.call(&spec, "{}").await.invocation.environment_id.expect("environment");
    assert!(kit.runtime.reap(&id).await);
    assert!(!kit.runtime.reap(&id).await, "it is gone");
    let next = kit.call(&spec, "{}").await;
    assert_eq!(next.invocation.start, ServerStart::Cold);
}

#[tokio::test]
async fn parked_processes_become_environments_and_are_refilled() {
    let kit = Kit::with(|options| options.parked = ParkedCounts { python: 2, node: 1, quickjs: 0 }).await;
    let parked = || kit.runtime.engines().iter().map(|engine| engine.parked).sum::<usize>();
    kit.until("three parked processes", || parked() == 3).await;
    let code = "export const handler = async (event) => ({ event, stage: process.env.STAGE });";
    for spec in [kit.python(ECHO), kit.node(code)] {
        let spec = Arc::new(spec);
        let done = kit.call(&spec, "{\"a\":1}").await;
        assert_eq!(done.invocation.outcome, Outcome::Succeeded, "{:?}", done.response);
        let id = done.invocation.environment_id.clone();
        let environments = kit.runtime.environments();
        let environment = environments.iter().find(|environment| Some(&environment.id) == id.as_ref());
        assert_eq!(environment.expect("it lives").tier, StartTier::Parked);
        assert_eq!(json(&done)["event"]["a"], 1);
        kit.until("refilled", || parked() == 3).await;
    }
    // Some variables act only when a process starts.
    let mut own = kit.node(code);
    own.environment.insert("NODE_OPTIONS".to_owned(), "--no-warnings".to_owned());
    own.environment.insert("STAGE".to_owned(), "test".to_owned());
    let done = kit.call(&Arc::new(own), "{}").await;
    assert_eq!(json(&done)["stage"], "test");
    let environments = kit.runtime.environments();
    assert_eq!(environments.last().expect("it lives").tier, StartTier::Spawned);
}

#[tokio::test]
async fn closing_lets_a_short_call_finish_and_ends_the_rest() {
    let kit = Kit::with(|options| options.parked = ParkedCounts { python: 2, node: 0, quickjs: 0 }).await;
    kit.until("parked Pythons", || kit.runtime.engines()[0].parked == 2).await;
    let spec = Arc::new(
        kit.python("import time\ndef handler(event, context):\n    time.sleep(event)\n    return 1\n"),
    );
    let began = std::time::Instant::now();
    let (short, long, ()) = tokio::join!(kit.call(&spec, "0.3"), kit.call(&spec, "60"), async {
        kit.until("two busy environments", || {
            kit.runtime.environments().iter().filter(|environment| environment.state == State::Busy).count()
                == 2
        })
        .await;
        kit.runtime.shutdown().await;
    });
    assert_eq!(short.invocation.outcome, Outcome::Succeeded);
    assert_eq!(long.invocation.outcome, Outcome::Lost);
    assert!(began.elapsed().as_secs() < 10, "closing takes three seconds at most");
    assert!(kit.runtime.environments().is_empty());
    assert_eq!(kit.call(&spec, "0").await.invocation.outcome, Outcome::Cancelled, "nothing begins any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_of_calls_is_answered_completely_with_freezing_between() {
    let kit = Kit::with(|options| options.parked = ParkedCounts { python: 2, node: 0, quickjs: 0 }).await;
    let spec = Arc::new(FunctionSpec { concurrency_limit: 8, ..kit.python(ECHO) });
    let callers = (0..8).map(|caller| {
        let (kit, spec) = (&kit, &spec);
        async move {
            for number in 0..150 {
                let event = format!("[{caller},{number}]");
                let done = kit.call(spec, &event).await;
                assert_eq!(done.invocation.outcome, Outcome::Succeeded, "{:?}", done.response);
                assert_eq!(json(&done)["event"].to_string(), event, "each caller gets its own answer");
                assert_eq!(json(&done)["id"], done.invocation.request_id.as_str());
            }
        }
    });
    futures_util::future::join_all(callers).await;
    kit.until("all frozen", || {
        let environments = kit.runtime.environments();
        environments.iter().all(|environment| environment.state == State::Frozen)
            && environments.iter().map(|environment| environment.invocations).sum::<u32>() == 1_200
    })
    .await;
    let environments = kit.runtime.environments();
    assert!(environments.len() <= 8, "never more than the limit");
}
