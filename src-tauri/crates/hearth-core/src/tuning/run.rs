//! The course of one tuning: for each size note, set, measure; at the end put back, whatever happened. Owns that order.
//! Must not know where the function runs.

use super::belt::Belt;
use super::desk::Desk;
use super::price::{Prices, Server};
use super::tunable::{Measured, Tunable};
use super::{marks, plan};
use crate::api::{TuningRestore, TuningStatus};
use crate::{ApiError, ErrorCode, Result};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use hearth_model::LOCAL_ACCOUNT;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often something is tried that is in conflict with something else, for instance an update that still goes on.
const TRIES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Runs a tuning to its end.
pub(crate) async fn run(tunable: &impl Tunable, desk: &Desk, prices: &Prices, cancel: &CancellationToken) {
    let mut course = Course { tunable, desk, prices, cancel, set_mb: None };
    let measured = course.measure().await;
    course.end(measured).await;
}

struct Course<'a, T> {
    tunable: &'a T,
    desk: &'a Desk,
    prices: &'a Prices,
    cancel: &'a CancellationToken,
    /// The size that was set last, or about to be.
    set_mb: Option<u32>,
}

impl<T: Tunable> Course<'_, T> {
    async fn measure(&mut self) -> Result<()> {
        for memory_mb in self.desk.now().plan.memory_mb {
            if self.cancel.is_cancelled() {
                return Ok(());
            }
            self.undisturbed().await?;
            self.desk.keep(Some(memory_mb)).await?;
            self.set_mb = Some(memory_mb);
            self.desk.change(|tuning| tuning.current_mb = Some(memory_mb));
            let mut calls = Vec::new();
            let skipped = match self.set(memory_mb).await {
                Ok(()) => self.calls(&mut calls).await,
                Err(error) => Some(format!("The size could not be set: {}", error.message)),
            };
            if self.cancel.is_cancelled() {
                return Ok(());
            }
            let architecture = self.desk.now().configuration.architecture;
            let server = Server { memory_mb, architecture, vcpu: self.tunable.vcpu() };
            let size = marks::size(server, &calls, skipped, self.prices)?;
            let planned = plan::calls_of_size(&self.desk.now().plan);
            self.desk.change(|tuning| {
                tuning.sizes.push(size);
                // Calls that a skipped size did not need.
                tuning.done = planned * u32::try_from(tuning.sizes.len()).unwrap_or(u32::MAX);
            });
        }
        Ok(())
    }

    /// An error when somebody changed the function meanwhile: what would be measured is not what was asked for.
    async fn undisturbed(&self) -> Result<()> {
        let conflict = |message: String| {
            Err(ApiError::new(ErrorCode::Conflict, message)
                .with_hint("Tune it again when nobody changes it."))
        };
        let tuning = self.desk.now();
        let Some(setting) = self.tunable.read().await? else {
            return conflict("the function was deleted while it was tuned".to_owned());
        };
        let expected = self.set_mb.unwrap_or(tuning.configuration.memory_mb);
        if setting.version != tuning.version {
            if tuning.account != LOCAL_ACCOUNT {
                return conflict("somebody gave it other code while it was tuned".to_owned());
            }
            return conflict(format!(
                "version {} was made while version {} was tuned",
                setting.version, tuning.version
            ));
        }
        // A size that was skipped because it could not be set leaves the one before.
        let skipped = tuning.sizes.last().is_some_and(|size| size.skipped.is_some());
        if setting.memory_mb != expected && !skipped {
            return conflict(format!(
                "somebody set {} MB while {expected} MB was measured",
                setting.memory_mb
            ));
        }
        Ok(())
    }

    /// Sets a size, and waits for what else is being done to the function.
    async fn set(&self, memory_mb: u32) -> Result<()> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            match self.tunable.set_memory(memory_mb).await {
                Err(error) if error.code == ErrorCode::Conflict => self.wait(&mut pause).await,
                other => return other,
            }
        }
        self.tunable.set_memory(memory_mb).await
    }

    async fn wait(&self, pause: &mut Duration) {
        tokio::select! {
            () = tokio::time::sleep(*pause) => *pause *= 2,
            () = self.cancel.cancelled() => {}
        }
    }

    /// Cold starts, then warm calls. Answers why the size is skipped.
    async fn calls(&self, calls: &mut Vec<Measured>) -> Option<String> {
        let plan = self.desk.now().plan;
        let events: Vec<Bytes> =
            plan.events.iter().map(|event| Bytes::from(event.event.clone().into_bytes())).collect();
        let order = plan::order(&plan.events, plan.runs.max(plan.cold_runs));
        let event =
            |index: usize| order.get(index).and_then(|event| events.get(*event)).cloned().unwrap_or_default();
        let cold_at_once = if self.tunable.starts_servers() { 1 } else { self.tunable.concurrency().max(1) };
        let cold = stream::iter(0..plan.cold_runs as usize).map(|index| self.call(event(index), true));
        let mut answers = std::pin::pin!(cold.buffer_unordered(cold_at_once));
        while let Some(answer) = answers.next().await {
            if let Some(why) = self.take(answer, calls) {
                return Some(why);
            }
        }
        let at_once = if plan.parallel { self.tunable.concurrency() } else { 1 };
        // Where calls cost money no more are made than the preview said.
        let most_rounds = if self.tunable.starts_servers() { 3 } else { 1 };
        // The first warm calls may have to start servers, which counts among the cold ones; they are made up for.
        let mut missing = plan.runs as usize;
        let mut rounds = 0;
        while missing > 0 && rounds < most_rounds && !self.cancel.is_cancelled() {
            rounds += 1;
            let answers = stream::iter(0..missing).map(|index| self.call(event(index), false));
            let mut answers = std::pin::pin!(answers.buffer_unordered(at_once));
            while let Some(answer) = answers.next().await {
                if let Some(why) = self.take(answer, calls) {
                    return Some(why);
                }
            }
            let warm = calls.iter().filter(|call| !is_cold(call)).count();
            missing = (plan.runs as usize).saturating_sub(warm);
        }
        None
    }

    /// Takes a call in. Answers why the size is skipped.
    fn take(&self, answer: Result<Option<Measured>>, calls: &mut Vec<Measured>) -> Option<String> {
        let measured = match answer {
            Ok(Some(measured)) => measured,
            Ok(None) => return None,
            Err(error) => return Some(format!("A call could not be made: {}", error.message)),
        };
        if self.cancel.is_cancelled() {
            return None;
        }
        let why = measured.problem.clone();
        calls.push(measured);
        let done = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        self.desk.change(|tuning| {
            let planned = plan::calls_of_size(&tuning.plan);
            let before = planned * u32::try_from(tuning.sizes.len()).unwrap_or(u32::MAX);
            tuning.done = before + done.min(planned);
        });
        why
    }

    /// One call; one that is refused for want of servers is made again. None when the tuning is cancelled.
    async fn call(&self, event: Bytes, cold: bool) -> Result<Option<Measured>> {
        let mut pause = FIRST_PAUSE;
        let mut tries = 0;
        loop {
            if self.cancel.is_cancelled() {
                return Ok(None);
            }
            tries += 1;
            let measured = self.tunable.invoke(event.clone(), cold, self.cancel).await?;
            if !measured.is_throttled() || tries >= TRIES {
                return Ok(Some(measured));
            }
            self.wait(&mut pause).await;
        }
    }

    /// Puts the size back and writes down how it ended.
    async fn end(&self, measured: Result<()>) {
        let tuning = self.desk.now();
        let belt = belt(&tuning.plan.memory_mb, tuning.configuration.memory_mb, self.set_mb);
        let restored = belt.restore(self.tunable).await;
        self.desk.change(|tuning| {
            tuning.current_mb = None;
            tuning.ended_us = Some(self.desk.instant());
            tuning.status = match &measured {
                Err(_) => TuningStatus::Failed,
                Ok(()) if self.cancel.is_cancelled() => TuningStatus::Cancelled,
                Ok(()) if tuning.sizes.iter().all(|size| size.warm.is_none()) => TuningStatus::Failed,
                Ok(()) => TuningStatus::Done,
            };
            marks::mark(tuning);
            tuning.problem = match measured {
                Err(error) => Some(error.message),
                Ok(()) if tuning.status == TuningStatus::Failed => {
                    Some("no size could be measured; each says why".to_owned())
                }
                Ok(()) => None,
            };
            finish(tuning, restored);
        });
        if let Err(error) = self.desk.keep(self.set_mb).await {
            tracing::error!(%error, "how a tuning ended was not recorded; the next start looks at it again");
        }
    }
}

fn is_cold(call: &Measured) -> bool {
    call.invocation.start == hearth_model::ServerStart::Cold
}

/// The belt of a tuning that has set sizes in ascending order up to `set_mb`, or was about to.
pub(crate) fn belt(sizes: &[u32], original_mb: u32, set_mb: Option<u32>) -> Belt {
    let touched_mb = sizes.iter().copied().filter(|size| set_mb.is_some_and(|set| *size <= set)).collect();
    Belt { original_mb, touched_mb }
}

/// Notes what became of the memory size, in words when it is not as before.
pub(crate) fn finish(tuning: &mut crate::api::Tuning, restored: Result<TuningRestore>) {
    let words = match &restored {
        Ok(TuningRestore::Verified) => None,
        Ok(TuningRestore::ChangedByOthers) => {
            Some("Somebody else set another memory size meanwhile; that one stays.".to_owned())
        }
        Ok(TuningRestore::Gone) => Some("The function is gone, so there is nothing to put back.".to_owned()),
        Ok(TuningRestore::Pending) => Some(format!(
            "The memory size was not put back yet: {} MB has to be set.",
            tuning.configuration.memory_mb
        )),
        Err(error) => Some(format!(
            "The memory size was not put back yet, {} MB has to be set: {}.",
            tuning.configuration.memory_mb, error.message
        )),
    };
    tuning.restore = restored.unwrap_or(TuningRestore::Pending);
    if let Some(words) = words {
        tuning.problem =
            Some(tuning.problem.take().map_or(words.clone(), |before| format!("{before}. {words}")));
    }
}
