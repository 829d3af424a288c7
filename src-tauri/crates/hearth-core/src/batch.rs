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
/// How many bytes of log text a batch holds at most. A function can print faster than any window can show.
pub const BATCH_LOG_BYTES: usize = 512 * 1024;

/// Batches of one listener.
#[derive(Debug)]
pub struct Batches {
    receiver: Receiver<HearthEvent>,
    pending: EventBatch,
    pending_log_bytes: usize,
    deadline: Option<Instant>,
    closed: bool,
}

impl Batches {
    /// Batches of what `receiver` hears from now on.
    pub fn new(receiver: Receiver<HearthEvent>) -> Self {
        Self { receiver, pending: EventBatch::default(), pending_log_bytes: 0, deadline: None, closed: false }
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
                Ok(event) => self.add(event),
                Err(RecvError::Lagged(_)) => self.pending.lagged = true,
                Err(RecvError::Closed) => self.closed = true,
            }
            self.deadline.get_or_insert_with(|| Instant::now() + BATCH_TIME);
        }
    }

    fn add(&mut self, event: HearthEvent) {
        if let HearthEvent::Logged { lines } = &event {
            self.pending_log_bytes += lines.iter().map(|line| line.text.len()).sum::<usize>();
            if self.pending_log_bytes > BATCH_LOG_BYTES {
                // The ledger has the lines: the window is told to ask for what it shows.
                self.pending.lagged = true;
                return;
            }
        }
        self.pending.events.push(event);
    }

    fn take(&mut self) -> EventBatch {
        self.pending_log_bytes = 0;
        self.deadline = None;
        std::mem::take(&mut self.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_model::{LogLevel, LogLine, LogOrigin, Micros};
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
    async fn a_function_that_prints_without_end_does_not_fill_a_batch() {
        let (sender, receiver) = broadcast::channel(64);
        let mut batches = Batches::new(receiver);
        let line = LogLine {
            at_us: Micros::ZERO,
            function_id: "f".into(),
            environment_id: "e".into(),
            request_id: None,
            origin: LogOrigin::Function,
            level: LogLevel::Info,
            text: "x".repeat(BATCH_LOG_BYTES / 4),
        };
        for _ in 0..10 {
            sender.send(HearthEvent::Logged { lines: vec![line.clone()] }).unwrap();
        }
        sender.send(HearthEvent::SettingsChanged).unwrap();
        let batch = batches.next().await.unwrap();
        assert_eq!(batch.events.len(), 5, "four pieces of log, and what is no log");
        assert!(batch.lagged);
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
