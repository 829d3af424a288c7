//! How often a provider is asked: pauses that grow with chance when it throttles, and a limit on requests at once and
//! in a second for each service. Randomness is given, so that tests know it. Must not know what is asked.

use crate::Result;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

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
}
