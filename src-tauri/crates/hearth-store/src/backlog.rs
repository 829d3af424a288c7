//! What was stored lately: how many log lines no index knows yet, and how long it has been quiet. Owns when the next
//! lines are indexed, so that indexing leaves the processors to calls. Must not know how.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Nothing was stored for so long: nobody is in the way.
const QUIET: Duration = Duration::from_secs(1);
/// So many lines a search looks at without anybody noticing: until then, indexing waits for a quiet moment.
const SOME: i64 = 250;
/// So many lines may wait at most, about: beyond, indexing goes before whoever stores more.
pub(crate) const MOST: i64 = 20_000;
/// While calls go on, indexing rests so many times as long as it works.
const RESTS: u32 = 19;

/// Shared by those who store and the upkeep.
pub(crate) struct Backlog {
    changed: Notify,
    waiting: AtomicI64,
    last: Mutex<Instant>,
}

/// What the upkeep does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nothing waits.
    Idle,
    /// Looks again after this time.
    Wait(Duration),
    /// Indexes one piece.
    Piece,
    /// Indexes until no more than [`MOST`] lines wait, and lets nobody in between.
    CatchUp,
}

impl Backlog {
    pub(crate) fn new() -> Self {
        Self { changed: Notify::new(), waiting: AtomicI64::new(0), last: Mutex::new(Instant::now()) }
    }

    /// Something was stored, with so many log lines.
    pub(crate) fn stored(&self, lines: usize) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let lines = i64::try_from(lines).unwrap_or(i64::MAX);
        let before = self.waiting.fetch_add(lines, Ordering::Relaxed);
        let crossed = |limit: i64| before <= limit && before + lines > limit;
        if crossed(0) || crossed(SOME) || before + lines > MOST {
            self.changed.notify_one();
        }
    }

    /// So many lines were indexed.
    pub(crate) fn indexed(&self, lines: usize) {
        self.waiting.fetch_sub(i64::try_from(lines).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// The ledger was asked and tells `there` lines where `counted` were thought to wait before.
    pub(crate) fn correct(&self, counted: i64, there: i64) {
        // Lines that were stored meanwhile stay counted: once too often is put right again, never would not be.
        self.waiting.fetch_add(there - counted, Ordering::Relaxed);
    }

    /// How many lines wait.
    pub(crate) fn waiting(&self) -> i64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Has the upkeep look at once.
    pub(crate) fn wake(&self) {
        self.changed.notify_one();
    }

    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// What to do after a piece that took `worked` and ended at `ended`.
    pub(crate) fn turn(&self, worked: Duration, ended: Instant) -> Turn {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        turn(self.waiting(), last.elapsed(), worked, ended.elapsed())
    }
}

/// `quiet` is how long nothing was stored, `rested` how long nothing was indexed after a piece that took `worked`.
fn turn(waiting: i64, quiet: Duration, worked: Duration, rested: Duration) -> Turn {
    let until_quiet = QUIET.saturating_sub(quiet);
    if waiting <= 0 {
        Turn::Idle
    } else if waiting > MOST {
        Turn::CatchUp
    } else if until_quiet.is_zero() {
        Turn::Piece
    } else if waiting > SOME {
        let rest = (worked * RESTS).saturating_sub(rested);
        if rest.is_zero() { Turn::Piece } else { Turn::Wait(rest.min(until_quiet)) }
    } else {
        Turn::Wait(until_quiet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Duration = Duration::ZERO;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_few_lines_wait_until_it_is_quiet() {
        assert_eq!(turn(0, NONE, NONE, NONE), Turn::Idle);
        assert_eq!(turn(1, ms(300), NONE, ms(10_000)), Turn::Wait(ms(700)));
        assert_eq!(turn(SOME, ms(999), NONE, ms(10_000)), Turn::Wait(ms(1)));
        assert_eq!(turn(1, QUIET, ms(10), NONE), Turn::Piece);
    }

    #[test]
    fn without_a_pause_indexing_goes_on_and_takes_a_twentieth() {
        assert_eq!(turn(SOME + 1, NONE, ms(10), ms(190)), Turn::Piece);
        assert_eq!(turn(SOME + 1, NONE, ms(10), ms(150)), Turn::Wait(ms(40)));
        assert_eq!(turn(SOME + 1, ms(980), ms(10), NONE), Turn::Wait(ms(20)));
    }

    #[test]
    fn never_more_wait_than_a_search_can_look_at() {
        assert_eq!(turn(MOST + 1, NONE, ms(10), NONE), Turn::CatchUp);
    }
}
