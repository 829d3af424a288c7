//! What happens to environments while nobody calls: freezing and reaping in time, and the memory limit while they
//! work. Both tasks sleep when there is nothing to do. Must not know calls.

use crate::api::Signal;
use crate::outbox::lock;
use crate::pool::Pool;
use crate::sys;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How often the memory of working environments is summed.
const SAMPLE: Duration = Duration::from_millis(20);
/// Every so many samples the whole process table is searched for members that left the process tree.
const WHOLE: u32 = 10;
/// Longest sleep, so that a runtime that is gone is noticed.
const NAP: Duration = Duration::from_secs(30);

/// Freezes and reaps on time.
pub(crate) async fn keep(pool: Weak<Pool>) {
    loop {
        let Some(pool) = pool.upgrade() else { return };
        let (keep_alive, freeze_after) = (pool.keep_alive(), pool.freeze_after());
        pool.reap_idle_since(keep_alive);
        for live in pool.idle() {
            live.try_freeze(freeze_after);
        }
        let due = pool.idle().iter().filter_map(|live| live.due(freeze_after, keep_alive)).min();
        *lock(&pool.wakes_at) = due;
        let nap = due.map_or(NAP, |due| due.saturating_duration_since(Instant::now()).min(NAP));
        // Rounded up by a millisecond: the timer's own grain would wake it just too early.
        let nap = tokio::time::sleep(nap + Duration::from_millis(1));
        let nudge = pool.nudge.clone();
        // A runtime that is dropped while this sleeps ends its processes at once.
        drop(pool);
        tokio::select! {
            () = nap => {}
            () = nudge.notified() => {}
        }
    }
}

/// Sums the memory of working process groups, and ends those that outgrow their limit where the kernel does not.
pub(crate) async fn watch_memory(pool: Weak<Pool>) {
    let mut turn = 0_u32;
    loop {
        let Some(pool) = pool.upgrade() else { return };
        if pool.is_quiet() {
            let busy = pool.busy.clone();
            drop(pool);
            tokio::select! {
                () = busy.notified() => {}
                () = tokio::time::sleep(NAP) => {}
            }
            continue;
        }
        tokio::time::sleep(SAMPLE).await;
        turn = turn.wrapping_add(1);
        sample(&pool, turn.is_multiple_of(WHOLE));
    }
}

fn sample(pool: &Arc<Pool>, whole: bool) {
    for running in pool.running() {
        let Some(live) = running.live else { continue };
        let Some(slot) = live.slot() else { continue };
        if slot.process.has_ended() {
            continue;
        }
        let bytes = sys::group_memory(slot.process.pid(), whole);
        live.saw_memory(bytes);
        // The kernel counts pages that processes share once; here they count for each.
        if !slot.is_limited_by_the_kernel() && bytes > u64::from(live.function.memory_mb) * 1024 * 1024 {
            // The reason first, so that the call does not take the kill for a crash. A call that has just been
            // answered no longer listens; then its environment dies idle.
            let _ = running.signals.send(Signal::OutOfMemory { bytes });
            slot.process.kill();
        }
    }
}
