//! One environment's log: who owns it, which invocation runs, and the tail of that invocation. Must not know how
//! the process is run.

use super::level::{goes_on, level_of};
use super::lines::Lines;
use super::pipe::Pipe;
use crate::outbox::{Outbox, lock};
use hearth_model::{
    Clock, EnvironmentId, FunctionId, HearthEvent, LogLevel, LogLine, LogOrigin, Micros, RequestId,
};
use std::io;
use std::sync::{Arc, Mutex};
use tokio::sync::OwnedSemaphorePermit;

/// Bytes of log that an answer carries.
const TAIL: usize = 4096;
/// Lines kept until the function is known.
const EARLY: usize = 100;
/// One read of the pipe, and so the most that one event carries.
const READ: usize = 64 * 1024;
/// Most that is drained in passing; a function that prints faster than that is left to the reader.
const DRAIN: usize = 16 * READ;

/// Whose log it is.
#[derive(Clone)]
pub(crate) struct Owner {
    pub(crate) function: FunctionId,
    pub(crate) environment: EnvironmentId,
}

pub(crate) struct LogBook {
    pipe: Pipe,
    page: Mutex<Page>,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Page {
    owner: Option<Owner>,
    request: Option<RequestId>,
    lines: Lines,
    tail: Vec<u8>,
    buffer: Vec<u8>,
    batch: Vec<LogLine>,
    /// How loud the function's last line was.
    level: Option<LogLevel>,
    /// Lines that came before the function was known, for instance a warning at the start of an interpreter.
    early: Vec<String>,
}

impl LogBook {
    pub(crate) fn new(pipe: Pipe, outbox: Outbox, clock: Arc<dyn Clock>) -> Self {
        Self { pipe, page: Mutex::new(Page::default()), outbox, clock }
    }

    /// From now on lines belong to `owner`.
    pub(crate) fn own(&self, owner: Owner) {
        let mut page = lock(&self.page);
        page.owner = Some(owner);
    }

    /// Begins an invocation: its tail starts empty. Lines before it were init's, and belong to it too when
    /// `keep_init` says that the environment was born for it.
    pub(crate) fn begin(&self, request: &RequestId, keep_init: bool) {
        let mut page = lock(&self.page);
        self.drain(&mut page, None);
        if !keep_init {
            page.tail.clear();
        }
        page.request = Some(request.clone());
    }

    /// Ends the invocation: takes what was printed so far without waiting, and adds the platform's `lines`.
    pub(crate) fn end(&self, lines: impl FnOnce() -> Vec<String>) -> Vec<u8> {
        let mut page = lock(&self.page);
        self.drain(&mut page, None);
        self.note(&mut page, &lines());
        page.request = None;
        let start = page.tail.len().saturating_sub(TAIL);
        let tail = page.tail.split_off(start);
        page.tail.clear();
        tail
    }

    /// Adds platform lines.
    pub(crate) fn platform(&self, lines: &[String]) {
        let mut page = lock(&self.page);
        self.drain(&mut page, None);
        self.note(&mut page, lines);
    }

    /// Takes what was printed so far, without waiting.
    pub(crate) fn drain_now(&self) {
        let mut page = lock(&self.page);
        self.drain(&mut page, None);
    }

    /// Reads until `ended`, and then what is left.
    pub(crate) async fn read(&self, ended: impl Future<Output = ()>) {
        tokio::pin!(ended);
        loop {
            let Some(permit) = self.outbox.permit().await else { return };
            tokio::select! {
                readable = self.pipe.readable() => match readable {
                    Ok(()) => match self.read_once(permit) {
                        Ok(0) => return,
                        Ok(_) => {}
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                        Err(error) => {
                            tracing::warn!(%error, "could not read a function's log");
                            return;
                        }
                    },
                    Err(error) => {
                        tracing::warn!(%error, "could not wait for a function's log");
                        return;
                    }
                },
                () = &mut ended => break,
            }
        }
        // The leader is gone; a grandchild that left the group may hold the pipe, so its end is not awaited.
        while let Some(permit) = self.outbox.permit().await {
            if !matches!(self.read_once(permit), Ok(1..)) {
                break;
            }
        }
    }

    /// Closes the line that never ended.
    pub(crate) fn close(&self) {
        let mut page = lock(&self.page);
        self.drain(&mut page, None);
        let now = self.clock.now();
        let mut open = Vec::new();
        page.lines.finish(|line| open.push(line));
        for line in open {
            page.write(LogOrigin::Function, line, now);
        }
        self.send(&mut page, None);
    }

    fn read_once(&self, permit: OwnedSemaphorePermit) -> io::Result<usize> {
        let mut page = lock(&self.page);
        let mut buffer = std::mem::take(&mut page.buffer);
        buffer.resize(READ, 0);
        let count = self.pipe.read(&mut buffer);
        if let Ok(count) = &count {
            self.add(&mut page, &buffer[..*count]);
            self.send(&mut page, Some(permit));
        }
        page.buffer = buffer;
        count
    }

    fn drain(&self, page: &mut Page, permit: Option<OwnedSemaphorePermit>) {
        let mut buffer = std::mem::take(&mut page.buffer);
        buffer.resize(READ, 0);
        let mut left = DRAIN;
        while left > 0 {
            let Ok(count @ 1..) = self.pipe.read_now(&mut buffer) else { break };
            self.add(page, &buffer[..count]);
            left = left.saturating_sub(count);
        }
        page.buffer = buffer;
        self.send(page, permit);
    }

    fn add(&self, page: &mut Page, bytes: &[u8]) {
        // One instant for one read: it says when a line was read.
        let now = self.clock.now();
        let mut lines = std::mem::take(&mut page.lines);
        lines.add(bytes, |line| page.write(LogOrigin::Function, line, now));
        page.lines = lines;
    }

    fn note(&self, page: &mut Page, lines: &[String]) {
        let now = self.clock.now();
        let mut open = Vec::new();
        if !lines.is_empty() {
            // A platform line never lands inside a line that the function has not ended.
            page.lines.finish(|line| open.push(line));
        }
        for line in open {
            page.write(LogOrigin::Function, line, now);
        }
        for line in lines {
            page.write(LogOrigin::Platform, line.clone(), now);
        }
        self.send(page, None);
    }

    fn send(&self, page: &mut Page, permit: Option<OwnedSemaphorePermit>) {
        if !page.batch.is_empty() {
            let lines = std::mem::take(&mut page.batch);
            self.outbox.push_with(HearthEvent::Logged { lines }, permit);
        }
    }
}

impl Page {
    fn write(&mut self, origin: LogOrigin, text: String, now: Micros) {
        if self.owner.is_none() {
            if self.early.len() < EARLY {
                self.early.push(text);
            }
            return;
        }
        for early in std::mem::take(&mut self.early) {
            self.keep(LogOrigin::Function, early, now);
        }
        self.keep(origin, text, now);
    }

    fn keep(&mut self, origin: LogOrigin, text: String, now: Micros) {
        let Some(owner) = &self.owner else { return };
        self.tail.extend_from_slice(text.as_bytes());
        self.tail.push(b'\n');
        if self.tail.len() > 4 * TAIL {
            let cut = self.tail.len() - TAIL;
            self.tail.drain(..cut);
        }
        let level = match (origin, self.level) {
            (LogOrigin::Platform, _) => LogLevel::Info,
            (_, Some(before)) if goes_on(&text) => before,
            _ => level_of(&text),
        };
        self.level = (origin == LogOrigin::Function).then_some(level);
        self.batch.push(LogLine {
            at_us: now,
            function_id: owner.function.clone(),
            environment_id: owner.environment.clone(),
            request_id: self.request.clone(),
            origin,
            level,
            text,
        });
    }
}
