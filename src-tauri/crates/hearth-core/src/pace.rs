//! The pace of the local runtime: a keep-alive that is shorter while somebody watches lanes at a higher speed. Owns
//! the lease that brings the usual pace back when the watcher goes away. Must not know who watches; never touches a
//! measured duration.

use crate::api::{Pace, PaceRequest};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::Micros;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a pace lasts unless it is asked for again.
const LEASE: Duration = Duration::from_secs(30);
const FASTEST: u32 = 60;
/// Shortest keep-alive at any pace: a server must be seen to be idle.
const SHORTEST: Micros = Micros(100_000);

/// The pace that is set now.
#[derive(Debug)]
pub(crate) struct Pacing(Mutex<Leased>);

#[derive(Clone, Copy, Debug)]
struct Leased {
    speed: u32,
    /// Which request it is of, so that an older lease does not end a newer one.
    round: u64,
}

impl Default for Pacing {
    fn default() -> Self {
        Self(Mutex::new(Leased { speed: 1, round: 0 }))
    }
}

impl Pacing {
    fn leased(&self) -> MutexGuard<'_, Leased> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the runtime the timing of the settings at this pace, and says its keep-alive.
    pub(crate) fn apply(&self, app: &App) -> Micros {
        let speed = self.leased().speed;
        let settings = app.settings();
        let usual = settings.keep_alive_us;
        let keep_alive =
            if speed == 1 { usual } else { Micros(usual.0 / i64::from(speed)).max(SHORTEST.min(usual)) };
        app.runtime().set_timing(keep_alive, settings.freeze_after_us);
        keep_alive
    }

    fn lease(&self, speed: u32) -> u64 {
        let mut leased = self.leased();
        *leased = Leased { speed, round: leased.round + 1 };
        leased.round
    }

    /// Back to the usual pace, unless a newer lease holds.
    fn end(&self, round: u64) -> bool {
        let mut leased = self.leased();
        let is_newest = leased.round == round;
        if is_newest {
            leased.speed = 1;
        }
        is_newest
    }
}

pub(crate) async fn set(app: &App, request: PaceRequest) -> Result<Pace> {
    let PaceRequest { speed } = request;
    if !(1..=FASTEST).contains(&speed) {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("idle servers can be reaped 1 to {FASTEST} times faster, not {speed} times"),
        ));
    }
    let round = app.pace().lease(speed);
    let keep_alive_us = app.pace().apply(app);
    if speed == 1 {
        return Ok(Pace { speed, keep_alive_us, until_us: None });
    }
    let watched = app.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = tokio::time::sleep(LEASE) => {}
            () = watched.ending().cancelled() => return,
        }
        if watched.pace().end(round) {
            watched.pace().apply(&watched);
        }
    });
    let lease = Micros::from_seconds(i64::try_from(LEASE.as_secs()).unwrap_or(i64::MAX));
    Ok(Pace { speed, keep_alive_us, until_us: Some(Micros(app.now().0 + lease.0)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_lease_does_not_end_a_newer_one() {
        let pace = Pacing::default();
        let first = pace.lease(60);
        let second = pace.lease(60);
        assert!(!pace.end(first));
        assert_eq!(pace.leased().speed, 60);
        assert!(pace.end(second));
        assert_eq!(pace.leased().speed, 1);
    }
}
