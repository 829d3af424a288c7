//! The seat belt: how a memory size is put back. Owns the one rule of what to do about what is found, the same at the
//! end of a tuning, on the way out and after a crash. Must not know where the size is kept.

use super::tunable::Tunable;
use crate::api::TuningRestore;
use crate::{ErrorCode, Result};
use std::time::Duration;

/// Tries to put a size back before that is left to the next start.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What a tuning changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Belt {
    /// The size before.
    pub(crate) original_mb: u32,
    /// Sizes that the tuning has set, or may have: it notes each before it sets it.
    pub(crate) touched_mb: Vec<u32>,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Set this size, then look again.
    Set(u32),
    /// Nothing more.
    End(TuningRestore),
}

impl Belt {
    /// What to do when `memory_mb` is set now. A size that the tuning never set was chosen by somebody else, and theirs
    /// is not to be undone; one that it did set is taken for its own.
    pub(crate) fn step(&self, memory_mb: Option<u32>) -> Step {
        match memory_mb {
            None => Step::End(TuningRestore::Gone),
            Some(size) if size == self.original_mb => Step::End(TuningRestore::Verified),
            Some(size) if self.touched_mb.contains(&size) => Step::Set(self.original_mb),
            Some(_) => Step::End(TuningRestore::ChangedByOthers),
        }
    }

    /// Puts the size back and reads it again: ends only on what was read, never on what was written. An error says
    /// that it is still pending.
    pub(crate) async fn restore(&self, tunable: &impl Tunable) -> Result<TuningRestore> {
        let mut pause = FIRST_PAUSE;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.once(tunable).await {
                Ok(Some(end)) => return Ok(end),
                Ok(None) if tries >= TRIES => return Ok(TuningRestore::Pending),
                Err(error) if tries >= TRIES => return Err(error),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, tries, "a memory size was not put back yet");
                    tokio::time::sleep(pause).await;
                    pause *= if error.code == ErrorCode::Conflict { 4 } else { 2 };
                }
            }
        }
    }

    async fn once(&self, tunable: &impl Tunable) -> Result<Option<TuningRestore>> {
        match self.step(setting(tunable).await?) {
            Step::End(end) => return Ok(Some(end)),
            Step::Set(size) => tunable.put_back(size).await?,
        }
        match self.step(setting(tunable).await?) {
            Step::End(end) => Ok(Some(end)),
            Step::Set(_) => Ok(None),
        }
    }
}

async fn setting(tunable: &impl Tunable) -> Result<Option<u32>> {
    Ok(tunable.read().await?.map(|setting| setting.memory_mb))
}
