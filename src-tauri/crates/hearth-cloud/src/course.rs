//! The course of a change that is being made: its calls one after the other, and the way back when one fails or a person
//! cancelled it. It asks for that between the calls and while something is only waited for, so that no call which was
//! sent is cut. Must not know a vendor, nor what a call does.

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

/// Who is told how far a change is, and whether a person cancelled it.
#[derive(Clone)]
pub struct Course {
    progress: Progress,
    cancelled: CancellationToken,
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
}

impl Course {
    /// One that is watched, and ends when the token says so.
    pub fn new(progress: Progress, cancelled: CancellationToken) -> Self {
        Self { progress, cancelled }
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
        let operations = calls.operations();
        let of = operations.len();
        let tell = |index: usize, state| self.tell((index + 1, of), operations[index], state);
        for index in 0..of {
            if self.is_cancelled() {
                return Err(self.taken_back(calls, &operations, index, None).await);
            }
            tell(index, StepState::Begun);
            if let Err(failed) = calls.make(index, self).await {
                let begun = if failed.was_taken { index + 1 } else { index };
                return Err(self.taken_back(calls, &operations, begun, Some(failed.fault)).await);
            }
            tell(index, StepState::Done);
        }
        // Cancelled in its last call: it is taken back, unless nothing of it can be, since then it is simply made.
        if self.is_cancelled() && (0..of).any(|index| calls.way_back(index) == WayBack::Call) {
            return Err(self.taken_back(calls, &operations, of, None).await);
        }
        Ok(())
    }

    /// Takes back the first calls of a change, and says so in the fault that it ended with; none when it was cancelled
    /// between its calls.
    async fn taken_back(
        &self,
        calls: &dyn Calls,
        operations: &[&'static str],
        begun: usize,
        ended: Option<Fault>,
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
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Calls of a test: what making and taking back each comes to.
    struct Three {
        cancel_in: Option<(usize, CancellationToken)>,
        fails: Option<(usize, FaultKind)>,
        /// How often taking the call with this index back is refused because it still goes on.
        busy: Mutex<Vec<u32>>,
        ways: [WayBack; 3],
        done: Arc<Mutex<Vec<String>>>,
    }

    impl Three {
        fn new(ways: [WayBack; 3]) -> Self {
            let done = Arc::default();
            Self { cancel_in: None, fails: None, busy: Mutex::new(vec![0; 3]), ways, done }
        }
    }

    impl Calls for Three {
        fn operations(&self) -> Vec<&'static str> {
            vec!["s:One", "s:Two", "s:Three"]
        }

        fn make<'a>(
            &'a mut self,
            index: usize,
            course: &'a Course,
        ) -> BoxFuture<'a, std::result::Result<(), Failed>> {
            Box::pin(async move {
                self.done.lock().unwrap().push(format!("make {index}"));
                if let Some((_, token)) = self.cancel_in.as_ref().filter(|(at, _)| *at == index) {
                    token.cancel();
                }
                if let Some((_, kind)) = self.fails.as_ref().filter(|(at, _)| *at == index) {
                    return Err(Fault::new(kind.clone(), "s:x", "no").into());
                }
                // Something that never becomes so.
                if index == 1 && self.cancel_in.as_ref().is_some_and(|(at, _)| *at == 1) {
                    course.watch(std::future::pending::<Result<()>>()).await?;
                }
                Ok(())
            })
        }

        fn way_back(&self, index: usize) -> WayBack {
            self.ways[index]
        }

        fn take_back(&self, index: usize) -> Reply<'_, Back> {
            Box::pin(async move {
                let mut busy = self.busy.lock().unwrap();
                if busy[index] > 0 {
                    busy[index] -= 1;
                    return Err(Fault::new(FaultKind::Conflict, "s:Undo", "still being made"));
                }
                self.done.lock().unwrap().push(format!("back {index}"));
                Ok(Back::Done)
            })
        }
    }

    type Told = Arc<Mutex<Vec<(u32, StepState)>>>;

    fn course(token: &CancellationToken) -> (Course, Told) {
        let told = Told::default();
        let teller = Arc::clone(&told);
        let progress = Arc::new(move |step: Step| teller.lock().unwrap().push((step.number, step.state)));
        (Course::new(progress, token.clone()), told)
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_at_once_and_what_still_goes_on_is_taken_back_as_soon_as_that_is_allowed() {
        use StepState as S;
        let token = CancellationToken::new();
        let (course, told) = course(&token);
        let mut calls = Three::new([WayBack::Call; 3]);
        calls.cancel_in = Some((1, token));
        calls.busy.lock().unwrap()[1] = 3;
        let fault = course.carry_out(&mut calls).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Cancelled);
        assert_eq!(
            fault.to_string(),
            "the change was cancelled: 2 of 3 calls had begun; these calls were taken back: s:Two, s:One"
        );
        assert_eq!(*calls.done.lock().unwrap(), ["make 0", "make 1", "back 1", "back 0"]);
        assert_eq!(
            *told.lock().unwrap(),
            [
                (1, S::Begun),
                (1, S::Done),
                (2, S::Begun),
                (2, S::TakingBack),
                (1, S::TakingBack),
                (2, S::TakenBack),
                (1, S::TakenBack)
            ]
        );
    }

    #[tokio::test]
    async fn no_call_is_sent_after_it_was_cancelled_and_what_cannot_be_taken_back_is_named() {
        let token = CancellationToken::new();
        let (course, _) = course(&token);
        let mut calls = Three::new([WayBack::None, WayBack::Call, WayBack::Call]);
        calls.cancel_in = Some((0, token.clone()));
        let fault = course.carry_out(&mut calls).await.unwrap_err();
        assert_eq!(*calls.done.lock().unwrap(), ["make 0"]);
        assert_eq!(
            fault.message,
            "1 of 3 calls had begun; these calls stay in force: s:One (nothing takes it back)"
        );

        let fault = course.carry_out(&mut Three::new([WayBack::Call; 3])).await.unwrap_err();
        assert_eq!(fault.message, "0 of 3 calls had begun; nothing was made", "cancelled before it began");
    }

    #[tokio::test]
    async fn cancelled_in_its_last_call_it_is_taken_back_unless_nothing_of_it_can_be() {
        for (ways, is_made) in [([WayBack::Call; 3], false), ([WayBack::None; 3], true)] {
            let token = CancellationToken::new();
            let (course, _) = course(&token);
            let mut calls = Three::new(ways);
            calls.cancel_in = Some((2, token));
            assert_eq!(course.carry_out(&mut calls).await.is_ok(), is_made);
        }
    }

    #[tokio::test]
    async fn a_call_that_was_refused_is_not_taken_back_and_one_that_broke_off_is() {
        for (kind, done) in [
            (FaultKind::Invalid, vec!["make 0", "make 1", "back 0"]),
            (FaultKind::BrokenOff, vec!["make 0", "make 1", "back 1", "back 0"]),
        ] {
            let (course, _) = course(&CancellationToken::new());
            let mut calls = Three::new([WayBack::Call; 3]);
            calls.fails = Some((1, kind.clone()));
            let fault = course.carry_out(&mut calls).await.unwrap_err();
            assert_eq!(fault.kind, kind);
            assert!(fault.message.starts_with("no (these calls were taken back: "), "{fault}");
            assert_eq!(*calls.done.lock().unwrap(), done);
        }
    }

    #[tokio::test]
    async fn what_goes_with_another_goes_only_when_that_does() {
        let (course, _) = course(&CancellationToken::new());
        let mut calls = Three::new([WayBack::Call, WayBack::With(0), WayBack::With(0)]);
        calls.fails = Some((2, FaultKind::Other));
        let fault = course.carry_out(&mut calls).await.unwrap_err();
        assert!(fault.message.contains("taken back: s:Three, s:Two, s:One"), "{fault}");
        assert_eq!(calls.done.lock().unwrap().last().unwrap(), "back 0");

        let mut calls = Three::new([WayBack::Call, WayBack::With(0), WayBack::With(0)]);
        calls.fails = Some((2, FaultKind::Other));
        calls.busy.lock().unwrap()[0] = 1;
        let fault = course.carry_out(&mut calls).await.unwrap_err();
        assert!(!fault.message.contains("taken back:") && fault.message.contains("s:One (s:Undo"), "{fault}");
    }
}
