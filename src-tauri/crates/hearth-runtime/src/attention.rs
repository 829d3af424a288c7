//! Keeps the thread that calls run on awake for a moment after it handed something over, because what comes back mostly
//! comes at once and to be woken costs a warm call more than its own work. Must not know calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long it stays awake. A process that takes longer to answer takes so much longer than waking up does.
const MOMENT: Duration = Duration::from_micros(400);

pub(crate) struct Attention {
    since: Instant,
    /// Nanoseconds after `since`.
    until: AtomicU64,
    awake: AtomicBool,
}

impl Attention {
    pub(crate) fn new() -> Self {
        Self { since: Instant::now(), until: AtomicU64::new(0), awake: AtomicBool::new(false) }
    }

    /// Looks for what comes next without sleeping, for a moment. Others come first, on this thread and on this core.
    pub(crate) fn stay(self: &Arc<Self>) {
        self.until.store(self.now() + nanoseconds(MOMENT), Ordering::Relaxed);
        if self.awake.swap(true, Ordering::Relaxed) {
            return;
        }
        let attention = self.clone();
        tokio::spawn(async move {
            while attention.now() < attention.until.load(Ordering::Relaxed) {
                std::thread::yield_now();
                tokio::task::yield_now().await;
            }
            attention.awake.store(false, Ordering::Relaxed);
        });
    }

    fn now(&self) -> u64 {
        nanoseconds(self.since.elapsed())
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
