//! What one process may ask next, and who waits for its answer. Pure bookkeeping under one lock; knows no HTTP.

use crate::outbox::lock;
use crate::process::Exit;
use bytes::Bytes;
use hearth_model::RequestId;
use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// What an invocation is told while it waits.
#[derive(Debug)]
pub(crate) enum Signal {
    /// The process asked for its first invocation.
    Ready(Instant),
    /// The process could not load the function.
    InitError { body: Bytes, kind: Option<String> },
    /// The answer.
    Response { body: Bytes, at: Instant },
    /// The answer was longer than Lambda allows.
    TooLarge { bytes: u64, at: Instant },
    /// The handler failed.
    Error { body: Bytes, kind: Option<String>, at: Instant },
    /// The process ended.
    Exited(Exit),
    /// The process group outgrew its memory and was ended.
    OutOfMemory { bytes: u64 },
    /// A person ended the call or its environment.
    Cancelled,
    /// Hearth closes.
    Closing,
}

/// One event on its way to a process, with the headers that go with it.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) request_id: RequestId,
    pub(crate) event: Bytes,
    pub(crate) deadline_ms: i64,
    pub(crate) arn: String,
    pub(crate) trace_id: String,
    pub(crate) client_context: Option<String>,
}

/// A call that the protocol does not allow now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not in this state.
    State,
    /// Not this request.
    Request,
}

/// Called when the process waits for an invocation and there is none.
type IdleHook = Box<dyn Fn() + Send + Sync>;

#[derive(Default)]
pub(crate) struct Desk {
    state: Mutex<State>,
    idle: OnceLock<IdleHook>,
    spoken: CancellationToken,
}

#[derive(Default)]
struct State {
    /// Answers for a parked process, oldest first.
    assignments: VecDeque<Bytes>,
    assignment_waiter: Option<oneshot::Sender<Bytes>>,
    /// Told when a rehearsal's result came.
    rehearsal: Option<oneshot::Sender<()>>,
    next_waiter: Option<oneshot::Sender<Delivery>>,
    queued: Option<Delivery>,
    /// Whether the process ever asked for an invocation.
    initialised: bool,
    /// The invocation that the process holds, until it answered.
    running: Option<RequestId>,
    listener: Option<mpsc::UnboundedSender<Signal>>,
    /// The first word of a process that spoke before anybody listened: a fast one does, on a busy machine.
    unheard: Option<Signal>,
    ended: Option<Exit>,
}

impl Desk {
    /// Registers what happens when the process becomes idle.
    pub(crate) fn on_idle(&self, hook: impl Fn() + Send + Sync + 'static) {
        // A process serves one environment only; a second hook would be a bug that changes nothing.
        drop(self.idle.set(Box::new(hook)));
    }

    /// Everything that happens from now on is told to `listener`. A process that has ended says so at once.
    pub(crate) fn listen(&self, listener: mpsc::UnboundedSender<Signal>) {
        let mut state = lock(&self.state);
        if let Some(signal) = state.unheard.take() {
            tell(&listener, signal);
        }
        if let Some(exit) = state.ended {
            tell(&listener, Signal::Exited(exit));
        }
        state.listener = Some(listener);
    }

    /// Nobody waits for this process any more.
    pub(crate) fn unlisten(&self) {
        lock(&self.state).listener = None;
    }

    /// Hands an event over, now or when the process asks next.
    pub(crate) fn deliver(&self, delivery: Delivery) {
        let mut state = lock(&self.state);
        state.running = Some(delivery.request_id.clone());
        state.queued = match state.next_waiter.take() {
            Some(waiter) => waiter.send(delivery).err(),
            None => Some(delivery),
        };
    }

    /// Gives a parked process something to do, now or when it asks.
    pub(crate) fn assign(&self, message: Bytes) {
        let mut state = lock(&self.state);
        let message = match state.assignment_waiter.take() {
            Some(waiter) => match waiter.send(message) {
                Ok(()) => return,
                Err(message) => message,
            },
            None => message,
        };
        state.assignments.push_back(message);
    }

    /// Resolves when the next rehearsal was answered.
    pub(crate) fn rehearsed(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        lock(&self.state).rehearsal = Some(sender);
        receiver
    }

    /// Resolves once the process made its first call.
    pub(crate) async fn spoken(&self) {
        self.spoken.cancelled().await;
    }

    /// Whether the process waits for an invocation.
    pub(crate) fn is_waiting(&self) -> bool {
        lock(&self.state).next_waiter.as_ref().is_some_and(|waiter| !waiter.is_closed())
    }

    /// The process has ended.
    pub(crate) fn ended(&self, exit: Exit) {
        let mut state = lock(&self.state);
        state.ended = Some(exit);
        state.next_waiter = None;
        state.assignment_waiter = None;
        if let Some(listener) = &state.listener {
            tell(listener, Signal::Exited(exit));
        }
    }

    /// `GET /hearth/assignment`.
    pub(super) fn ask_assignment(&self) -> oneshot::Receiver<Bytes> {
        self.spoken.cancel();
        let (sender, receiver) = oneshot::channel();
        let mut state = lock(&self.state);
        match state.assignments.pop_front() {
            Some(message) => {
                if let Err(message) = sender.send(message) {
                    state.assignments.push_front(message);
                }
            }
            None => state.assignment_waiter = Some(sender),
        }
        receiver
    }

    /// `POST /hearth/rehearsal`.
    pub(super) fn rehearsal_answered(&self) {
        if let Some(waiter) = lock(&self.state).rehearsal.take() {
            // The one who waited may have given up.
            let _ = waiter.send(());
        }
    }

    /// `GET …/invocation/next`.
    pub(super) fn ask_next(&self, at: Instant) -> Result<oneshot::Receiver<Delivery>, Refusal> {
        let (sender, receiver) = oneshot::channel();
        let mut state = lock(&self.state);
        if state.running.is_some() && state.queued.is_none() {
            return Err(Refusal::State);
        }
        if !state.initialised {
            state.initialised = true;
            state.first_word(Signal::Ready(at));
        }
        match state.queued.take() {
            Some(delivery) => state.queued = sender.send(delivery).err(),
            None => state.next_waiter = Some(sender),
        }
        let idle = state.running.is_none();
        drop(state);
        if idle && let Some(hook) = self.idle.get() {
            hook();
        }
        Ok(receiver)
    }

    /// A delivery that could not be written to a broken connection waits for the next one.
    pub(super) fn give_back(&self, delivery: Delivery) {
        let mut state = lock(&self.state);
        if state.running.as_ref() == Some(&delivery.request_id) {
            state.queued = Some(delivery);
        }
    }

    /// `POST …/invocation/{id}/response` or `/error`: one answer for each invocation.
    pub(super) fn answer(&self, request: &str, signal: Signal) -> Result<(), Refusal> {
        let mut state = lock(&self.state);
        match &state.running {
            None => return Err(Refusal::State),
            Some(running) if running.as_str() != request || state.queued.is_some() => {
                return Err(Refusal::Request);
            }
            Some(_) => {}
        }
        state.running = None;
        if let Some(listener) = &state.listener {
            tell(listener, signal);
        }
        Ok(())
    }

    /// `POST …/init/error`: only before the first invocation.
    pub(super) fn init_error(&self, body: Bytes, kind: Option<String>) -> Result<(), Refusal> {
        let mut state = lock(&self.state);
        if state.initialised {
            return Err(Refusal::State);
        }
        state.first_word(Signal::InitError { body, kind });
        Ok(())
    }
}

impl State {
    /// Tells how init went, now or to the listener that comes.
    fn first_word(&mut self, signal: Signal) {
        match &self.listener {
            Some(listener) => tell(listener, signal),
            None => self.unheard = Some(signal),
        }
    }
}

/// A listener that went away has already decided how its invocation ended.
fn tell(listener: &mpsc::UnboundedSender<Signal>, signal: Signal) {
    if listener.send(signal).is_err() {
        tracing::trace!("an invocation ended before its process spoke");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(id: &str) -> Delivery {
        Delivery {
            request_id: RequestId::from(id),
            event: Bytes::from_static(b"{}"),
            deadline_ms: 0,
            arn: String::new(),
            trace_id: String::new(),
            client_context: None,
        }
    }

    fn answer(desk: &Desk, id: &str) -> Result<(), Refusal> {
        desk.answer(id, Signal::Response { body: Bytes::new(), at: Instant::now() })
    }

    #[test]
    fn an_invocation_is_answered_once_and_by_its_own_id() {
        let desk = Desk::default();
        assert_eq!(answer(&desk, "a"), Err(Refusal::State), "nothing runs yet");
        let mut next = desk.ask_next(Instant::now()).expect("idle");
        desk.deliver(delivery("a"));
        assert_eq!(next.try_recv().expect("delivered").request_id.as_str(), "a");
        assert_eq!(desk.ask_next(Instant::now()).err(), Some(Refusal::State), "it holds an invocation");
        assert_eq!(answer(&desk, "b"), Err(Refusal::Request));
        assert_eq!(answer(&desk, "a"), Ok(()));
        assert_eq!(answer(&desk, "a"), Err(Refusal::State), "it was answered");
    }

    #[test]
    fn an_event_waits_for_a_process_that_has_not_asked_yet() {
        let desk = Desk::default();
        desk.deliver(delivery("a"));
        let mut next = desk.ask_next(Instant::now()).expect("an event waits");
        assert_eq!(next.try_recv().expect("delivered at once").request_id.as_str(), "a");
    }

    #[test]
    fn init_errors_are_refused_after_init() {
        let desk = Desk::default();
        assert_eq!(desk.init_error(Bytes::new(), None), Ok(()));
        let _next = desk.ask_next(Instant::now());
        assert_eq!(desk.init_error(Bytes::new(), None), Err(Refusal::State));
    }

    #[test]
    fn a_process_that_is_ready_before_anybody_listens_is_heard() {
        let desk = Desk::default();
        let _next = desk.ask_next(Instant::now()).expect("idle");
        let (sender, mut receiver) = mpsc::unbounded_channel();
        desk.listen(sender);
        assert!(matches!(receiver.try_recv(), Ok(Signal::Ready(_))), "else the call waits for init in vain");

        let desk = Desk::default();
        assert_eq!(desk.init_error(Bytes::new(), None), Ok(()));
        let (sender, mut receiver) = mpsc::unbounded_channel();
        desk.listen(sender);
        assert!(matches!(receiver.try_recv(), Ok(Signal::InitError { .. })));
    }

    #[test]
    fn a_listener_of_an_ended_process_hears_its_end() {
        let desk = Desk::default();
        desk.ended(Exit::Code(3));
        let (sender, mut receiver) = mpsc::unbounded_channel();
        desk.listen(sender);
        assert!(matches!(receiver.try_recv(), Ok(Signal::Exited(Exit::Code(3)))));
    }
}
