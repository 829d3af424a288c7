//! Events on their way to Hearth's core, in order. State changes never wait; log readers take a permit first, so
//! a slow core slows the functions that log instead of filling memory. Must not know what the events mean.

use hearth_model::HearthEvent;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};

/// Batches of log lines that may wait; one is at most one read of a pipe.
const LOG_BATCHES: usize = 32;
/// Events that wait before new invocations wait too.
const CROWDED: usize = 20_000;
const CHANNEL: usize = 256;
/// How long events gather before they are carried.
const GATHER: std::time::Duration = std::time::Duration::from_millis(5);

#[derive(Clone)]
pub(crate) struct Outbox {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    filled: Notify,
    emptied: Notify,
    permits: Arc<Semaphore>,
}

struct Queue {
    waiting: VecDeque<(HearthEvent, Option<OwnedSemaphorePermit>)>,
    receiver: Option<mpsc::Sender<HearthEvent>>,
    sending: bool,
}

impl Outbox {
    /// An outbox and the task that empties it, which ends with the runtime.
    pub(crate) fn start() -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue { waiting: VecDeque::new(), receiver: None, sending: false }),
            filled: Notify::new(),
            emptied: Notify::new(),
            permits: Arc::new(Semaphore::new(LOG_BATCHES)),
        });
        tokio::spawn(forward(Arc::downgrade(&shared)));
        Self { shared }
    }

    /// Where events go from now on.
    pub(crate) fn receiver(&self) -> mpsc::Receiver<HearthEvent> {
        let (sender, receiver) = mpsc::channel(CHANNEL);
        self.queue().receiver = Some(sender);
        receiver
    }

    /// Sends a small event; never waits.
    pub(crate) fn push(&self, event: HearthEvent) {
        self.push_with(event, None);
    }

    /// Sends log lines under a permit.
    pub(crate) fn push_with(&self, event: HearthEvent, permit: Option<OwnedSemaphorePermit>) {
        let mut queue = self.queue();
        if queue.receiver.is_none() {
            return;
        }
        queue.waiting.push_back((event, permit));
        drop(queue);
        self.shared.filled.notify_one();
    }

    /// Waits until there is room for another batch of log lines.
    pub(crate) async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        self.shared.permits.clone().acquire_owned().await.ok()
    }

    /// Returns at once unless the core is far behind.
    pub(crate) async fn room(&self) {
        self.below(CROWDED).await;
    }

    /// Waits until everything was handed over.
    pub(crate) async fn flushed(&self) {
        self.below(1).await;
    }

    async fn below(&self, limit: usize) {
        loop {
            let emptied = self.shared.emptied.notified();
            tokio::pin!(emptied);
            emptied.as_mut().enable();
            {
                let queue = self.queue();
                if queue.waiting.len() + usize::from(queue.sending) < limit || queue.receiver.is_none() {
                    return;
                }
            }
            emptied.await;
        }
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        lock(&self.shared.queue)
    }
}

async fn forward(shared: std::sync::Weak<Shared>) {
    loop {
        let Some(shared) = shared.upgrade() else { return };
        let next = {
            let mut queue = lock(&shared.queue);
            let next = queue.waiting.pop_front().zip(queue.receiver.clone());
            queue.sending = next.is_some();
            next
        };
        if let Some(((event, permit), receiver)) = next {
            if receiver.send(event).await.is_err() {
                // Nobody listens any more: what waits is dropped, and log readers go on.
                let mut queue = lock(&shared.queue);
                if queue.receiver.as_ref().is_some_and(mpsc::Sender::is_closed) {
                    queue.receiver = None;
                    queue.waiting.clear();
                }
            }
            drop(permit);
            lock(&shared.queue).sending = false;
            shared.emptied.notify_waiters();
            continue;
        }
        // Wakes now and then to notice that the runtime is gone.
        let filled = tokio::time::timeout(std::time::Duration::from_secs(5), shared.filled.notified());
        if filled.await.is_ok() {
            // The events of one call come within a moment; carrying each by itself would slow the call down.
            tokio::time::sleep(GATHER).await;
        }
    }
}

/// A poisoned lock only says that a thread panicked elsewhere; the data is still whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
