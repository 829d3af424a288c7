//! The course of one call: a seat, init when it is new, the event, the answer or what went wrong, and the account
//! of it. Must not know how environments are chosen.

use crate::api::{Delivery, Signal};
use crate::ending::{Ending, Fate};
use crate::error::{Error, Result};
use crate::live::Live;
use crate::logs::{Owner, Report, end_line, init_start_line, report_line, start_line, timeout_line};
use crate::pool::{Pool, Seat};
use crate::slot::{Door, Slot};
use crate::variables::{self, Place};
use crate::{Completion, Job, PAYLOAD_LIMIT, parked, sys};
use base64::Engine as _;
use hearth_model::{
    Engine, Invocation, Micros, Outcome, Phases, RequestId, ServerStart, billed_milliseconds,
};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

const THROTTLED: &str = r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#;
const TOO_LARGE: &str = r#"{"Type":"User","message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}"#;

/// What is known of a call so far.
struct Course {
    job: Job,
    arrived: Instant,
    started_us: Micros,
    live: Option<Arc<Live>>,
    start: ServerStart,
    init: Micros,
    /// What its process had at most before it got the event, when it was born for it.
    early_memory: u64,
    signals: UnboundedSender<Signal>,
}

/// Runs `job` to its end.
pub(crate) async fn run(pool: Arc<Pool>, job: Job) -> Completion {
    let arrived = Instant::now();
    pool.site.outbox.room().await;
    let (signals, mut heard) = unbounded_channel();
    let started_us = pool.site.clock.now();
    let mut course = Course {
        arrived,
        started_us,
        live: None,
        start: ServerStart::None,
        init: Micros::ZERO,
        early_memory: 0,
        signals: signals.clone(),
        job,
    };
    if course.job.event.len() > PAYLOAD_LIMIT {
        let ending = Ending::refused(
            Outcome::FunctionError,
            "RequestEntityTooLargeException",
            &format!("the event has {} bytes; at most {PAYLOAD_LIMIT} are allowed", course.job.event.len()),
            TOO_LARGE,
        );
        return course.refused(ending);
    }
    pool.enter(&course.job.request_id, signals);
    let completion = course.ride(&pool, &mut heard).await;
    pool.leave(&course.job.request_id);
    pool.attend();
    completion
}

impl Course {
    async fn ride(&mut self, pool: &Arc<Pool>, heard: &mut UnboundedReceiver<Signal>) -> Completion {
        let live = match pool.acquire(&self.job) {
            Seat::Throttled => {
                return self.refused(Ending::refused(
                    Outcome::Throttled,
                    "TooManyRequestsException",
                    "Rate Exceeded.",
                    THROTTLED,
                ));
            }
            Seat::Closing => {
                return self.refused(Ending::refused(
                    Outcome::Cancelled,
                    "Hearth.Closed",
                    "Hearth is closing",
                    r#"{"errorType":"Hearth.Closed","errorMessage":"Hearth is closing"}"#,
                ));
            }
            Seat::Idle(live, start) => {
                self.start = start;
                self.sit(pool, &live);
                if let Some(slot) = live.slot() {
                    slot.desk.listen(self.signals.clone());
                }
                live
            }
            Seat::New(live, taken) => {
                self.start = ServerStart::Cold;
                match Box::pin(self.init(pool, live, taken, heard)).await {
                    Ok(live) => live,
                    Err(ending) => return self.conclude(pool, ending, self.init, None),
                }
            }
        };
        let Some(slot) = live.slot().cloned() else {
            let ending = self.broken("it has no process");
            return self.conclude(pool, ending, Micros::ZERO, None);
        };
        let timeout = Duration::from_micros(u64::try_from(self.job.function.timeout.0).unwrap_or(0));
        if self.start == ServerStart::Cold {
            // Nobody can tell any more once its process has ended, which a call can do at once.
            self.early_memory = sys::peak_memory(slot.process.pid());
        }
        let handed = Instant::now();
        slot.log.begin(&self.job.request_id, self.start == ServerStart::Cold);
        slot.log.platform(&[start_line(&self.job.request_id)]);
        slot.desk.deliver(self.delivery(pool));
        pool.attend();
        let deadline = tokio::time::Instant::from_std(handed + timeout);
        let ending = loop {
            match tokio::time::timeout_at(deadline, heard.recv()).await {
                Err(_) | Ok(None) => break Ending::timed_out(&self.job.function, &self.job.request_id),
                Ok(Some(signal)) => {
                    if let Some(ending) = Ending::of(signal, &self.job.function, &self.job.request_id, false)
                    {
                        break ending;
                    }
                }
            }
        };
        let at = ending.at.unwrap_or_else(Instant::now);
        let ran = micros(at.saturating_duration_since(handed).min(timeout));
        self.conclude(pool, ending, ran, Some(handed))
    }

    fn sit(&mut self, pool: &Pool, live: &Arc<Live>) {
        pool.seat_of(&self.job.request_id, live);
        self.live = Some(live.clone());
    }

    /// Brings a new environment to its first `/next`. As on AWS, an init that takes longer than its limit is
    /// begun again, once, within the function's own timeout.
    async fn init(
        &mut self,
        pool: &Arc<Pool>,
        mut live: Arc<Live>,
        mut taken: Option<Arc<Slot>>,
        heard: &mut UnboundedReceiver<Signal>,
    ) -> std::result::Result<Arc<Live>, Ending> {
        let engine = self.job.function.engine;
        let mut limit = pool.init_limit();
        let mut again = false;
        loop {
            self.sit(pool, &live);
            let asked = Instant::now();
            let started = self.start(pool, &live, taken.take()).await;
            if let Err(error) = started {
                return Err(self.unstartable(error));
            }
            let deadline = tokio::time::Instant::from_std(asked + limit);
            let ending = loop {
                match tokio::time::timeout_at(deadline, heard.recv()).await {
                    Err(_) | Ok(None) => break None,
                    Ok(Some(Signal::Ready(at))) => {
                        self.init = micros(at.saturating_duration_since(asked));
                        live.ready(self.init);
                        live.assign(&self.job.request_id);
                        // Only now: a refill would compete with the init that somebody waits for.
                        pool.parked.refill(engine);
                        return Ok(live);
                    }
                    Ok(Some(signal)) => {
                        if let Some(ending) =
                            Ending::of(signal, &self.job.function, &self.job.request_id, true)
                        {
                            break Some(ending);
                        }
                    }
                }
            };
            self.init = micros(asked.elapsed());
            pool.parked.refill(engine);
            if let Some(ending) = ending {
                return Err(ending);
            }
            if again {
                return Err(Ending::timed_out(&self.job.function, &self.job.request_id));
            }
            again = true;
            limit = Duration::from_micros(u64::try_from(self.job.function.timeout.0).unwrap_or(0));
            if let Some(slot) = live.slot() {
                slot.log.platform(&[format!(
                    "INIT_REPORT Init Duration: {:.2} ms\tPhase: init\tStatus: timeout",
                    self.init.as_milliseconds()
                )]);
                slot.desk.unlisten();
            }
            live.fail(Some(&self.job.request_id), "init took too long");
            pool.forget(&live);
            live = pool.rebirth(&self.job).ok_or_else(|| self.broken("its function is gone"))?;
        }
    }

    /// Gives `live` a process that loads the function: a parked one, a fork, or a new one.
    async fn start(&self, pool: &Arc<Pool>, live: &Arc<Live>, taken: Option<Arc<Slot>>) -> Result<()> {
        let site = &pool.site;
        let function = &self.job.function;
        let own_process = variables::need_own_process(&function.environment);
        let generic = match taken {
            Some(slot) => Some(slot),
            None if own_process => None,
            None => pool.parked.fork_now(function.engine).await,
        };
        let variables = |port, scratch: &Path| {
            variables::of_function(
                function,
                &Place {
                    environment: &live.id,
                    scratch,
                    clients: &site.clients,
                    region: &site.region,
                    port,
                    now: self.started_us,
                },
            )
        };
        let (slot, message) = if let Some(slot) = generic {
            let environment = variables(slot.port, &slot.scratch);
            let message = parked::assignment(&environment, &function.handler, &function.code_dir)?;
            (slot, Some(message))
        } else {
            let door = Door::open(site).await?;
            let environment = variables(door.port, &door.scratch);
            let launch = site.launch(function.engine, Some(&function.code_dir), environment)?;
            (Slot::spawn(site, door, launch).await?, None)
        };
        slot.log.own(Owner { function: function.id.clone(), environment: live.id.clone() });
        slot.log.platform(&[init_start_line(&site.version_words(function.engine, &function.runtime))]);
        let (weak_pool, weak_live) = (Arc::downgrade(pool), Arc::downgrade(live));
        slot.desk.on_idle(move || {
            if let (Some(pool), Some(live)) = (weak_pool.upgrade(), weak_live.upgrade()) {
                live.try_freeze(pool.freeze_after());
            }
        });
        let (weak_pool, weak_live) = (Arc::downgrade(pool), Arc::downgrade(live));
        slot.on_end(move |exit| {
            if let (Some(pool), Some(live)) = (weak_pool.upgrade(), weak_live.upgrade()) {
                pool.ended_idle(&live, &exit.words());
            }
        });
        live.attach(slot.clone());
        slot.desk.listen(self.signals.clone());
        if let Some(message) = message {
            slot.desk.assign(message);
        }
        Ok(())
    }

    fn delivery(&self, pool: &Pool) -> Delivery {
        let now = pool.site.clock.now();
        Delivery {
            request_id: self.job.request_id.clone(),
            event: self.job.event.clone(),
            deadline_ms: (now + self.job.function.timeout).0 / 1_000,
            arn: self.job.function.arn.clone(),
            trace_id: trace_id(&self.job.request_id, now),
            client_context: self.job.client_context.as_deref().map(client_context),
        }
    }

    /// A process that could not even be started.
    fn unstartable(&self, error: Error) -> Ending {
        let request = &self.job.request_id;
        let (kind, reason) = match &error {
            Error::Start { source, .. } if self.job.function.engine == Engine::Provided => (
                "Runtime.InvalidEntrypoint",
                if source.kind() == std::io::ErrorKind::NotFound {
                    "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]".to_owned()
                } else {
                    format!("fork/exec /var/task/bootstrap: {source}")
                },
            ),
            Error::Start { source, .. } => ("Hearth.StartFailed", format!("{error}: {source}")),
            Error::Engine(reason) => ("Hearth.EngineMissing", reason.clone()),
            other => ("Hearth.StartFailed", other.to_string()),
        };
        Ending::platform(
            Outcome::InitFailed,
            kind,
            format!("RequestId: {request} Error: {reason}"),
            Fate::Fail(reason),
        )
    }

    fn broken(&self, reason: &str) -> Ending {
        Ending::platform(
            Outcome::Crashed,
            "Hearth.Broken",
            format!("RequestId: {} Error: the environment broke: {reason}", self.job.request_id),
            Fate::Fail(reason.to_owned()),
        )
    }

    /// An answer without an environment.
    fn refused(&self, ending: Ending) -> Completion {
        Completion {
            invocation: self.invocation(&ending, Phases::default(), 0),
            response: ending.body,
            function_error: None,
            log_tail: Vec::new(),
        }
    }

    /// Writes the account, frees or ends the environment, and answers.
    fn conclude(&self, pool: &Arc<Pool>, ending: Ending, ran: Micros, handed: Option<Instant>) -> Completion {
        let request = &self.job.request_id;
        let Some(live) = &self.live else { return self.refused(ending) };
        let (init, ran) = if handed.is_some() { (self.init, ran) } else { (self.init, Micros::ZERO) };
        let waited = handed.map_or(Micros::ZERO, |handed| micros(handed - self.arrived) - init);
        let phases = Phases {
            queue_us: waited.max(Micros::ZERO),
            init_us: init,
            invoke_us: ran,
            freeze_us: Micros::ZERO,
        };
        let mut log_tail = Vec::new();
        if let Some(slot) = live.slot() {
            slot.desk.unlisten();
            if ending.fate != Fate::Keep {
                slot.process.kill();
            }
            if live.max_memory() == 0 {
                live.saw_memory(sys::peak_memory(slot.process.pid()).max(self.early_memory));
            }
            log_tail =
                slot.log.end(|| self.last_lines(&ending, init, ran, live.max_memory(), handed.is_some()));
        }
        let completion = Completion {
            invocation: self.invocation(&ending, phases, live.max_memory()),
            function_error: (ending.outcome != Outcome::Succeeded).then(|| "Unhandled".to_owned()),
            response: ending.body,
            log_tail,
        };
        match ending.fate {
            Fate::Keep => {
                let alive = live.finish(request, ran);
                if alive {
                    pool.release(live);
                } else {
                    live.fail(None, "its process ended after it had answered");
                    pool.forget(live);
                }
            }
            Fate::Fail(reason) => {
                live.count(ran);
                live.fail(Some(request), &reason);
                pool.forget(live);
            }
            Fate::Reap(reason) => {
                live.count(ran);
                live.reap(&reason);
                pool.forget(live);
            }
        }
        completion
    }

    fn last_lines(
        &self,
        ending: &Ending,
        init: Micros,
        ran: Micros,
        max_memory: u64,
        started: bool,
    ) -> Vec<String> {
        let request = &self.job.request_id;
        let mut lines = Vec::with_capacity(4);
        if !started {
            lines.push(start_line(request));
        }
        match ending.outcome {
            Outcome::TimedOut => lines.push(timeout_line(request, self.job.function.timeout)),
            Outcome::Crashed | Outcome::OutOfMemory | Outcome::InitFailed => {
                if let Some(message) = &ending.error_message {
                    lines.push(message.clone());
                }
            }
            _ => {}
        }
        lines.push(end_line(request));
        lines.push(report_line(&Report {
            request_id: request,
            duration: ran,
            billed_ms: billed_milliseconds(init, ran),
            memory_mb: self.job.function.memory_mb,
            max_memory_mb: megabytes(max_memory),
            init: (self.start == ServerStart::Cold).then_some(init),
            status: ending.status.as_ref().map(|(status, kind)| (*status, kind.as_deref())),
        }));
        lines
    }

    fn invocation(&self, ending: &Ending, phases: Phases, max_memory: u64) -> Invocation {
        let function = &self.job.function;
        Invocation {
            request_id: self.job.request_id.clone(),
            function_id: function.id.clone(),
            function_name: function.name.clone(),
            version: function.version,
            environment_id: self.live.as_ref().map(|live| live.id.clone()),
            environment_number: self.live.as_ref().map(|live| live.number),
            started_us: self.started_us,
            outcome: ending.outcome,
            start: self.start,
            phases,
            billed_ms: if self.live.is_some() {
                billed_milliseconds(phases.init_us, phases.invoke_us)
            } else {
                0
            },
            memory_mb: function.memory_mb,
            max_memory_mb: megabytes(max_memory),
            architecture: function.architecture,
            event_bytes: self.job.event.len() as u64,
            response_bytes: ending.body.len() as u64,
            error_type: ending.error_type.clone(),
            error_message: ending.error_message.clone(),
            source: self.job.source,
        }
    }
}

fn micros(duration: Duration) -> Micros {
    Micros(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

fn megabytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1024 * 1024)).unwrap_or(u32::MAX)
}

/// An X-Ray trace header made of the arrival's second and the request id.
fn trace_id(request: &RequestId, now: Micros) -> String {
    let digits: String = request.as_str().chars().filter(char::is_ascii_hexdigit).collect();
    format!(
        "Root=1-{:08x}-{digits:0<24.24};Parent={:0<16.16};Sampled=0",
        now.0 / 1_000_000,
        digits.get(digits.len().saturating_sub(16)..).unwrap_or_default(),
    )
}

/// The header that a runtime gets: plain JSON on one line, also when the caller sent base64.
fn client_context(text: &str) -> String {
    let text = text.trim();
    let decoded = (!text.starts_with('{'))
        .then(|| base64::engine::general_purpose::STANDARD.decode(text).ok())
        .flatten()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.unwrap_or_else(|| text.to_owned()).replace(['\r', '\n'], " ")
}
