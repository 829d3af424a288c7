//! The published distributions. Source: Shahrad and others, "Serverless in the Wild", USENIX ATC 2020, read 2026-11.
//! Must not know which functions are made of them.

use crate::Random;

const DAY_S: f64 = 86_400.0;

/// What calls a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Web requests.
    Http,
    /// A clock, always after the same time.
    Timer,
    /// A queue.
    Queue,
    /// Events of a storage or a stream.
    Event,
    /// Orchestration and the rest.
    Other,
}

impl Trigger {
    /// A trigger by its share of all functions.
    pub fn any(random: &mut Random) -> Self {
        random.pick(&[
            (Self::Http, 0.55),
            (Self::Timer, 0.16),
            (Self::Queue, 0.15),
            (Self::Other, 0.12),
            (Self::Event, 0.02),
        ])
    }
}

/// Calls a day: 45 % of applications at most one an hour, 36 % at most one a minute, 3 % more than one a second.
pub fn per_day(random: &mut Random, trigger: Trigger) -> f64 {
    let hourly = ((0.2, 24.0), 0.45);
    let classes = match trigger {
        Trigger::Queue | Trigger::Event => {
            [(hourly.0, 0.25), ((24.0, 1_440.0), 0.35), ((1_440.0, DAY_S), 0.3), ((DAY_S, 600_000.0), 0.1)]
        }
        Trigger::Http | Trigger::Timer | Trigger::Other => {
            [hourly, ((24.0, 1_440.0), 0.36), ((1_440.0, DAY_S), 0.16), ((DAY_S, 600_000.0), 0.03)]
        }
    };
    let (low, high): (f64, f64) = random.pick(&classes);
    random.between(low.ln(), high.ln()).exp()
}

/// Memory by Burr(c = 11.652, k = 0.221, lambda = 107.083) MB, in sizes that can be configured.
pub fn memory_mb(random: &mut Random) -> u32 {
    let used = 107.083 * ((1.0 - random.unit()).powf(-1.0 / 0.221) - 1.0).powf(1.0 / 11.652);
    let sizes = [128, 256, 512, 1_024, 2_048, 3_008];
    sizes.into_iter().find(|size| f64::from(*size) >= used).unwrap_or(3_008)
}

/// Usual duration by LogNormal(-0.38, 2.36), in seconds.
pub fn median_s(random: &mut Random) -> f64 {
    (-0.38 + 2.36 * random.normal()).exp().clamp(0.002, 600.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(count: usize, of: usize) -> f64 {
        count as f64 / of as f64
    }

    #[test]
    fn what_is_drawn_has_the_published_shares() {
        const MANY: usize = 20_000;
        let mut random = Random::new(1);
        let short = (0..MANY).filter(|_| median_s(&mut random) < 1.0).count();
        assert!((0.53..0.60).contains(&share(short, MANY)), "half are shorter than about a second: {short}");
        let small = (0..MANY).filter(|_| memory_mb(&mut random) <= 512).count();
        assert!((0.9..0.99).contains(&share(small, MANY)), "most applications are small: {small}");
        let rare = (0..MANY).filter(|_| per_day(&mut random, Trigger::Http) <= 24.0).count();
        assert!((0.43..0.47).contains(&share(rare, MANY)), "45 % are called at most once an hour: {rare}");
    }
}
