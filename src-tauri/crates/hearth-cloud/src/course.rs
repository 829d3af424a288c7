//! The course of a change that is being made: its calls one after the other, and the way back when one fails or a person
//! cancelled it. It asks for that between the calls and while something is only waited for, so that no call which was
//! sent is cut. Before each call it tells a journal how that call is taken back, for the case that nobody comes to it.
//! Must not know a vendor, nor what a call does, nor where a journal is kept.

use crate::journal::{BegunCall, Journal};
use crate::pace::Backoff;
use crate::{Fault, FaultKind, Reply, Result};
use futures_util::future::BoxFuture;
use hearth_model::StepState;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Longest that taking back waits for a vendor to end what it is still making; a build takes some minutes.
const STILL_MADE: Duration = Duration::from_mins(20);
/// How often taking back is tried where the vendor throttles or the line breaks.
const BACK_TRIES: u32 = 5;
/// How it is asked meanwhile.
const ASKED_AGAIN: Backoff =
    Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(10), tries: u32::MAX };

/// A step of a change that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Counted from 1, over the calls of the review.
    pub number: u32,
    /// How many there are.
    pub of: u32,
    /// The call.
    pub operation: String,
    /// How far it is.
    pub state: StepState,
}

/// Who is told how far a change is.
pub type Progress = Arc<dyn Fn(Step) + Send + Sync>;

/// Who is told how far a change is, where that is noted, and whether a person cancelled it.
#[derive(Clone)]
pub struct Course {
    progress: Progress,
    cancelled: CancellationToken,
    journal: Option<Arc<dyn Journal>>,
}

/// A call that failed.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub fault: Fault,
    /// Whether the vendor may have taken it on by then, so that it is taken back too.
    pub was_taken: bool,
}

impl From<Fault> for Failed {
    /// A call that broke off or whose waiting failed may have been done; one that was refused was not.
    fn from(fault: Fault) -> Self {
        let was_taken = matches!(
            fault.kind,
            FaultKind::BrokenOff | FaultKind::TimedOut | FaultKind::Other | FaultKind::Cancelled
        );
        Self { fault, was_taken }
    }
}

/// How a call is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// By a call of its own.
    Call,
    /// It goes with what another call made, which has this index.
    With(usize),
    /// It makes nothing that could be taken back.
    Needless,
    /// Not at all.
    None,
}

/// What taking a call back came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// It is as if it had not been made.
    Done,
    /// It had made nothing.
    Nothing,
}

/// The calls of a change, by their index.
pub trait Calls: Send + Sync {
    /// What they do together, as the review says it.
    fn title(&self) -> String;

    /// Service and operation of each, in their order.
    fn operations(&self) -> Vec<&'static str>;

    /// Makes a call. What it waits for afterwards goes through [`Course::watch`].
    fn make<'a>(
        &'a mut self,
        index: usize,
        course: &'a Course,
    ) -> BoxFuture<'a, std::result::Result<(), Failed>>;

    /// How a call is taken back.
    fn way_back(&self, index: usize) -> WayBack;

    /// Takes a call back whose way is [`WayBack::Call`].
    fn take_back(&self, index: usize) -> Reply<'_, Back>;

    /// How a call is taken back by somebody who has nothing but this text, which [`crate::Change::TakeBack`] brings to
    /// the same vendor; none where it cannot be. It must hold no value of a variable, no code and no key.
    fn record(&self, index: usize) -> Option<String>;

    /// Whether a vendor refuses this call while it is still making what the call is about, so that it is sent again
    /// until it is taken: after a Hearth that was killed nobody else waits for that.
    fn waits(&self, _index: usize) -> bool {
        false
    }
}

impl Course {
    /// One that is watched, and ends when the token says so.
    pub fn new(progress: Progress, cancelled: CancellationToken) -> Self {
        Self { progress, cancelled, journal: None }
    }

    /// The same with a journal that outlives this process.
    #[must_use]
    pub fn noted(self, journal: Arc<dyn Journal>) -> Self {
        Self { journal: Some(journal), ..self }
    }

    /// One that nobody watches and nobody can cancel.
    pub fn unwatched() -> Self {
        Self::new(Arc::new(|_| {}), CancellationToken::new())
    }

    /// Whether a person cancelled it.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// Looks until something is so. It only reads, so that it is dropped at once when the change is cancelled.
    pub async fn watch<T>(&self, looking: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => Err(Fault::cancelled("")),
            seen = looking => seen,
        }
    }

    /// Waits before a call that was refused is sent again; false when it shall not be, since the change is cancelled.
    pub async fn pause(&self, pause: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.cancelled.cancelled() => false,
            () = sleep(pause) => true,
        }
    }

    /// Tells how far a call is; `place` is its number, counted from 1, and how many there are.
    pub fn tell(&self, place: (usize, usize), operation: &str, state: StepState) {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (number, of) = (count(place.0), count(place.1));
        (self.progress)(Step { number, of, operation: operation.to_owned(), state });
    }

    /// Makes the calls. When one fails or the change is cancelled, those that were made are taken back, the last first,
    /// and the fault says what was and what stays.
    pub async fn carry_out(&self, calls: &mut dyn Calls) -> Result<()> {
        let mut stay = Vec::new();
        let made = self.make_all(calls, &mut stay).await;
        if let Some(journal) = &self.journal {
            journal.ended(stay).await;
        }
        made
    }

    /// `stay` gets the calls that should have been taken back and were not.
    async fn make_all(&self, calls: &mut dyn Calls, stay: &mut Vec<BegunCall>) -> Result<()> {
        let operations = calls.operations();
        let of = operations.len();
        let tell = |index: usize, state| self.tell((index + 1, of), operations[index], state);
        for index in 0..of {
            if self.is_cancelled() {
                return Err(self.taken_back(calls, &operations, (index, None), stay).await);
            }
            if let Some(journal) = &self.journal {
                journal.begins(&calls.title(), noted(calls, index, operations[index])).await;
            }
            tell(index, StepState::Begun);
            if let Err(failed) = self.make(calls, index).await {
                let begun = if failed.was_taken { index + 1 } else { index };
                return Err(self.taken_back(calls, &operations, (begun, Some(failed.fault)), stay).await);
            }
            tell(index, StepState::Done);
        }
        // Cancelled in its last call: it is taken back, unless nothing of it can be, since then it is simply made.
        if self.is_cancelled() && (0..of).any(|index| calls.way_back(index) == WayBack::Call) {
            return Err(self.taken_back(calls, &operations, (of, None), stay).await);
        }
        Ok(())
    }

    /// Makes one call, again and again while the vendor is still busy with what it is about.
    async fn make(&self, calls: &mut dyn Calls, index: usize) -> std::result::Result<(), Failed> {
        let begun = Instant::now();
        let mut number = 1;
        loop {
            let outcome = calls.make(index, self).await;
            let is_busy = matches!(&outcome, Err(failed) if failed.fault.kind == FaultKind::Conflict);
            let may_wait = is_busy && calls.waits(index) && begun.elapsed() < STILL_MADE;
            if !may_wait || !self.pause(ASKED_AGAIN.pause(number, 1.0)).await {
                return outcome;
            }
            number += 1;
        }
    }

    /// Takes back the first calls of a change, and says so in the fault that it ended with; none when it was cancelled
    /// between its calls.
    async fn taken_back(
        &self,
        calls: &dyn Calls,
        operations: &[&'static str],
        (begun, ended): (usize, Option<Fault>),
        stay: &mut Vec<BegunCall>,
    ) -> Fault {
        // What a vendor is still making, because waiting for it ended, refuses to be taken back for a while.
        let goes_on = ended
            .as_ref()
            .filter(|fault| matches!(fault.kind, FaultKind::Cancelled | FaultKind::TimedOut))
            .and_then(|_| begun.checked_sub(1))
            .map(|last| if let WayBack::With(other) = calls.way_back(last) { other } else { last });
        let tell = |index: usize, state| self.tell((index + 1, operations.len()), operations[index], state);
        let mut came: Vec<Option<Result<Back>>> = vec![None; begun];
        for index in (0..begun).rev() {
            if calls.way_back(index) == WayBack::Call {
                tell(index, StepState::TakingBack);
                came[index] = Some(back(calls, index, goes_on == Some(index)).await);
            }
        }
        let (mut back, mut stays) = (Vec::new(), Vec::new());
        for index in (0..begun).rev() {
            let outcome = match calls.way_back(index) {
                WayBack::With(other) => came.get(other).cloned().flatten(),
                WayBack::Call | WayBack::None => came[index].clone(),
                WayBack::Needless => Some(Ok(Back::Nothing)),
            };
            let operation = operations[index];
            let state = match outcome {
                Some(Ok(Back::Nothing)) => StepState::TakenBack,
                Some(Ok(Back::Done)) => {
                    back.push(operation.to_owned());
                    StepState::TakenBack
                }
                Some(Err(fault)) => {
                    stays.push(format!("{operation} ({fault})"));
                    stay.insert(0, noted(calls, index, operation));
                    StepState::Stays
                }
                None => {
                    stays.push(format!("{operation} (nothing takes it back)"));
                    StepState::Stays
                }
            };
            tell(index, state);
        }
        self.ended(operations, begun, ended, &back, &stays)
    }

    /// The fault that a change ended with.
    fn ended(
        &self,
        operations: &[&'static str],
        begun: usize,
        ended: Option<Fault>,
        back: &[String],
        stays: &[String],
    ) -> Fault {
        let mut words = Vec::new();
        if !back.is_empty() {
            words.push(format!("these calls were taken back: {}", back.join(", ")));
        }
        if !stays.is_empty() {
            words.push(format!("these calls stay in force: {}", stays.join(", ")));
        }
        let failure = ended.filter(|fault| fault.kind != FaultKind::Cancelled);
        if !self.is_cancelled()
            && let Some(mut fault) = failure
        {
            if !words.is_empty() {
                let words = format!(" ({})", words.join("; "));
                fault.message.push_str(&words);
            }
            return fault;
        }
        if words.is_empty() {
            words.push("nothing was made".to_owned());
        }
        let mut message = format!("{begun} of {} calls had begun; {}", operations.len(), words.join("; "));
        if let Some(fault) = failure {
            message = format!("{message}; its last call had failed: {fault}");
        }
        Fault::cancelled(message)
    }
}

/// A call as a journal keeps it.
fn noted(calls: &dyn Calls, index: usize, operation: &str) -> BegunCall {
    BegunCall { operation: operation.to_owned(), record: calls.record(index) }
}

/// Takes one call back, with patience when it may still be going on.
async fn back(calls: &dyn Calls, index: usize, waits: bool) -> Result<Back> {
    let begun = Instant::now();
    let mut number = 1;
    loop {
        match calls.take_back(index).await {
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(Back::Nothing),
            Err(fault) if waits && fault.kind == FaultKind::Conflict && begun.elapsed() < STILL_MADE => {
                sleep(ASKED_AGAIN.pause(number, 1.0)).await;
                number += 1;
            }
            // What is asked for is that something is gone, so that asking twice does no harm.
            Err(fault) if fault.may_pass() && number < BACK_TRIES => {
                sleep(ASKED_AGAIN.pause(number, 1.0)).await;
                number += 1;
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests;
