//! How often a provider is asked: pauses that grow with chance when it throttles, a limit on requests at once and in a
//! second for each service, and how slowly an answer may come. Randomness is given, so that tests know it. Must not know
//! what is asked.

use crate::Result;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

/// How to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest first pause.
    pub first: Duration,
    /// The longest pause at all.
    pub longest: Duration,
    /// Tries in all.
    pub tries: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(250), longest: Duration::from_secs(20), tries: 6 }
    }
}

impl Backoff {
    /// The pause after the try `number` (from 1): by chance between nothing and a length that doubles ("full jitter"),
    /// so that many who were refused at once do not come back at once. `chance` is 0 to 1.
    pub fn pause(&self, number: u32, chance: f64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(number.saturating_sub(1).min(20)));
        doubled.min(self.longest).mul_f64(chance.clamp(0.0, 1.0))
    }

    /// Asks until it works, until the fault is one that does not pass, or until the tries are used up.
    pub async fn ask<T, F: Future<Output = Result<T>>>(
        &self,
        chance: impl Fn() -> f64,
        mut ask: impl FnMut() -> F,
    ) -> Result<T> {
        let mut number = 1;
        loop {
            match ask().await {
                Err(fault) if fault.may_pass() && number < self.tries => {
                    sleep(self.pause(number, chance())).await;
                    number += 1;
                }
                answer => return answer,
            }
        }
    }
}

/// At most so many requests a second, spread evenly.
#[derive(Debug)]
pub struct Rate {
    gap: Duration,
    next: Mutex<Option<Instant>>,
}

impl Rate {
    /// This many a second; 0 counts as 1.
    pub fn per_second(requests: u32) -> Self {
        Self { gap: Duration::from_secs(1) / requests.max(1), next: Mutex::new(None) }
    }

    /// Waits for its turn.
    pub async fn turn(&self) {
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let at = next.map_or(now, |next| next.max(now));
            *next = Some(at + self.gap);
            at
        };
        sleep_until(at).await;
    }
}

/// Whether an answer comes at all. A server that sends a byte now and then would else hold whoever asked for as long as
/// the whole request may take.
#[derive(Debug)]
pub struct Flow {
    until: Instant,
    came: usize,
}

impl Flow {
    /// Bytes that must come in each [`Flow::STRETCH`], unless the answer ends.
    pub const LEAST: usize = 512;
    /// How long so many bytes may take.
    pub const STRETCH: Duration = Duration::from_secs(10);

    /// From now on.
    pub fn begin() -> Self {
        Self { until: Instant::now() + Self::STRETCH, came: 0 }
    }

    /// Waits for the next piece; none when too little came in time.
    pub async fn piece<T>(&self, piece: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.until, piece).await.ok()
    }

    /// Counts the bytes of a piece.
    pub fn came(&mut self, bytes: usize) {
        self.came += bytes;
        if self.came >= Self::LEAST {
            *self = Self::begin();
        }
    }

    /// Why an answer was not waited for, for people.
    pub fn too_slow() -> String {
        format!(
            "its answer was not waited for: fewer than {} bytes came in {} s",
            Self::LEAST,
            Self::STRETCH.as_secs()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, FaultKind};

    fn throttled() -> Fault {
        Fault::new(FaultKind::Throttled, "x", "")
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_vary() {
        let backoff = Backoff::default();
        assert_eq!(backoff.pause(1, 1.0), Duration::from_millis(250));
        assert_eq!(backoff.pause(3, 0.5), Duration::from_millis(500));
        assert_eq!(backoff.pause(40, 1.0), Duration::from_secs(20));
        assert_eq!(backoff.pause(5, 0.0), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_is_asked_again_and_a_missing_permission_is_not() {
        let mut asked = 0;
        let answer: Result<u32> = Backoff::default()
            .ask(
                || 1.0,
                || {
                    asked += 1;
                    let answer = if asked < 3 { Err(throttled()) } else { Ok(7) };
                    async move { answer }
                },
            )
            .await;
        assert_eq!((answer.unwrap(), asked), (7, 3));

        let mut asked = 0;
        let refused: Result<u32> = Backoff::default()
            .ask(
                || 1.0,
                || {
                    asked += 1;
                    async { Err(Fault::new(FaultKind::NotAllowed { permission: "p".into() }, "x", "")) }
                },
            )
            .await;
        assert!(refused.is_err());
        assert_eq!(asked, 1);

        let begun = Instant::now();
        let refused: Result<u32> = Backoff::default().ask(|| 1.0, || async { Err(throttled()) }).await;
        assert!(refused.is_err(), "it gives up");
        assert_eq!(begun.elapsed(), Duration::from_millis(250 + 500 + 1_000 + 2_000 + 4_000));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_are_spread_over_the_second() {
        let rate = Rate::per_second(10);
        let begun = Instant::now();
        for _ in 0..11 {
            rate.turn().await;
        }
        assert_eq!(begun.elapsed().as_millis(), 1_000, "the first goes at once, then one every 100 ms");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_drips_is_left_and_one_that_is_only_slow_is_not() {
        let begun = Instant::now();
        let mut drips = Flow::begin();
        while drips.piece(sleep(Duration::from_secs(1))).await.is_some() {
            drips.came(1);
        }
        assert_eq!(begun.elapsed(), Flow::STRETCH);

        let mut slow = Flow::begin();
        for _ in 0..100 {
            assert!(slow.piece(sleep(Duration::from_secs(9))).await.is_some());
            slow.came(Flow::LEAST);
        }
    }
}
