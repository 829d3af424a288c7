//! Gathers events into batches for a window: one message every 50 ms or 500 events, whichever comes first.
//! Must not know who reads them.

use hearth_model::{EventBatch, HearthEvent};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

/// How long events are gathered after the first one of a batch.
pub const BATCH_TIME: Duration = Duration::from_millis(50);
/// How many events a batch holds at most.
pub const BATCH_EVENTS: usize = 500;

/// Batches of one listener.
#[derive(Debug)]
pub struct Batches {
    receiver: Receiver<HearthEvent>,
    pending: EventBatch,
    deadline: Option<Instant>,
    closed: bool,
}

impl Batches {
    /// Batches of what `receiver` hears from now on.
    pub fn new(receiver: Receiver<HearthEvent>) -> Self {
        Self { receiver, pending: EventBatch::default(), deadline: None, closed: false }
    }

    /// The next batch, or none when Hearth has closed. Dropping the future loses nothing: what was gathered stays
    /// for the next call.
    pub async fn next(&mut self) -> Option<EventBatch> {
        loop {
            if self.pending.events.len() >= BATCH_EVENTS {
                return Some(self.take());
            }
            if self.closed {
                let empty = self.pending.events.is_empty() && !self.pending.lagged;
                return (!empty).then(|| self.take());
            }
            let received = match self.deadline {
                None => self.receiver.recv().await,
                Some(deadline) => match tokio::time::timeout_at(deadline, self.receiver.recv()).await {
                    Ok(received) => received,
                    Err(_) => return Some(self.take()),
                },
            };
            match received {
                Ok(event) => self.pending.events.push(event),
                Err(RecvError::Lagged(_)) => self.pending.lagged = true,
                Err(RecvError::Closed) => self.closed = true,
            }
            self.deadline.get_or_insert_with(|| Instant::now() + BATCH_TIME);
        }
    }

    fn take(&mut self) -> EventBatch {
        self.deadline = None;
        std::mem::take(&mut self.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::broadcast;

    #[tokio::test(start_paused = true)]
    async fn events_of_50_ms_come_in_one_batch() {
        let (sender, receiver) = broadcast::channel(16);
        let mut batches = Batches::new(receiver);
        for _ in 0..3 {
            sender.send(HearthEvent::SettingsChanged).unwrap();
        }
        let batch = batches.next().await.unwrap();
        assert_eq!(batch.events.len(), 3);
        assert!(!batch.lagged);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_listener_is_told_that_it_missed_events() {
        let (sender, receiver) = broadcast::channel(4);
        let mut batches = Batches::new(receiver);
        for _ in 0..10 {
            sender.send(HearthEvent::SettingsChanged).unwrap();
        }
        let batch = batches.next().await.unwrap();
        assert!(batch.lagged, "6 of 10 events did not fit in the channel");
        assert_eq!(batch.events.len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_batch_never_holds_more_than_500_events_and_the_end_is_seen() {
        let (sender, receiver) = broadcast::channel(2_048);
        let mut batches = Batches::new(receiver);
        for _ in 0..501 {
            sender.send(HearthEvent::SettingsChanged).unwrap();
        }
        drop(sender);
        assert_eq!(batches.next().await.unwrap().events.len(), 500);
        assert_eq!(batches.next().await.unwrap().events.len(), 1);
        assert!(batches.next().await.is_none());
    }
}
