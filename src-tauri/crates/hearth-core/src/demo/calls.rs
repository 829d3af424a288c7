//! Calls of the demo in the order of time: bursts that follow hours and weekdays, servers that are born and kept,
//! failures. The same for the same seed and day. Must not know the ledger.

use super::functions::{DAYS, Made, Rhythm};
use super::versions::Versions;
use hearth_model::{
    EnvironmentId, FunctionId, Grain, Invocation, InvocationSource, Micros, Outcome, Phases, RequestId,
    ServerStart, billed_milliseconds,
};
use hearth_trace::{Random, Servers};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

const DAY_S: f64 = 86_400.0;
/// The most that a rhythm and growth together multiply calls by.
const MOST: f64 = 2.6;
/// Calls of a burst, on average: people click more than once.
const BURST: f64 = 6.0;
/// Servers that are born at once, at most, whatever the burst.
const LONGEST_S: f64 = 890.0;

/// One function and what it is doing.
struct Source {
    made: Made,
    id: FunctionId,
    versions: Versions,
    per_s: f64,
    random: Random,
    servers: Servers,
    version: u32,
    upcoming: VecDeque<f64>,
    /// Where the last burst began, in seconds since the demo began.
    at_s: f64,
}

/// All calls from the begin of the demo until `end`.
pub(super) struct Calls {
    sources: Vec<Source>,
    next: BinaryHeap<Reverse<(i64, usize)>>,
    start: Micros,
    end: Micros,
}

/// The first instant of a demo that ends then.
pub(super) fn start(end: Micros) -> Micros {
    Micros(Grain::Day.floor(end).0 - (DAYS - 1) * Grain::Day.length().0)
}

impl Calls {
    /// About `wanted` calls of some functions.
    pub(super) fn new(
        seed: u64,
        functions: Vec<(FunctionId, Made, Versions)>,
        end: Micros,
        wanted: u32,
    ) -> Self {
        let start = start(end);
        let a_day: f64 = functions.iter().map(|(_, made, _)| made.per_day).sum();
        let scale = f64::from(wanted) / (a_day * DAYS as f64);
        let mut sources: Vec<Source> = functions
            .into_iter()
            .enumerate()
            .map(|(index, (id, made, versions))| Source {
                per_s: made.per_day * scale / DAY_S,
                random: Random::new(seed.wrapping_mul(31).wrapping_add(index as u64)),
                servers: Servers::default(),
                version: 0,
                upcoming: VecDeque::new(),
                at_s: 0.0,
                made,
                id,
                versions,
            })
            .collect();
        let mut next = BinaryHeap::new();
        for (index, source) in sources.iter_mut().enumerate() {
            next.push(Reverse((micros(source.next_s(start)), index)));
        }
        Self { sources, next, start, end }
    }

    /// The next calls, at most so many; none when all were made.
    pub(super) fn take(&mut self, most: usize) -> Vec<Invocation> {
        let mut calls = Vec::with_capacity(most);
        while calls.len() < most
            && let Some(Reverse((at, index))) = self.next.pop()
        {
            let started = self.start + Micros(at);
            if started >= self.end {
                continue;
            }
            let source = &mut self.sources[index];
            calls.push(source.call(index, started, at as f64 / 1e6, self.end));
            // Two calls of one function never arrive in the same microsecond.
            let next = micros(source.next_s(self.start)).max(at + 1);
            self.next.push(Reverse((next, index)));
        }
        calls
    }
}

fn micros(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}

impl Source {
    /// When the next call comes, in seconds since the demo began.
    fn next_s(&mut self, start: Micros) -> f64 {
        if let Some(at) = self.upcoming.pop_front() {
            return at;
        }
        if self.made.rhythm == Rhythm::Clock {
            let first = self.at_s == 0.0;
            self.at_s += if first { self.random.unit() / self.per_s } else { 1.0 / self.per_s };
            return self.at_s;
        }
        let rate = self.per_s / BURST * MOST;
        loop {
            self.at_s -= self.random.unit().ln() / rate;
            let weight = weight(self.made.rhythm, start.0 as f64 / 1e6 + self.at_s) * growth(self.at_s);
            if self.random.unit() * MOST < weight {
                break;
            }
        }
        let mut at = self.at_s;
        while self.random.unit() < 1.0 - 1.0 / BURST {
            at += -self.random.unit().ln() * 9.0;
            self.upcoming.push_back(at);
        }
        let first = self.at_s;
        self.at_s = at;
        first
    }

    fn call(&mut self, index: usize, started_us: Micros, at_s: f64, end: Micros) -> Invocation {
        let (version, memory_mb) = self.versions.at(started_us);
        if version != self.version {
            // New code comes with new servers.
            self.servers.end();
            self.version = version;
        }
        let random = &mut self.random;
        // A smaller function has less of a processor and takes longer.
        let slower = (f64::from(self.made.memory_mb) / f64::from(memory_mb)).powf(0.4);
        let duration_s =
            (self.made.median_ms / 1e3 * slower * (0.45 * random.normal()).exp()).clamp(0.000_3, LONGEST_S);
        let placed = self.servers.place(at_s);
        let init_s = if placed.cold {
            (self.made.init_ms / 1e3 * (0.25 * random.normal()).exp()).clamp(0.004, 9.9)
        } else {
            0.0
        };
        self.servers.busy_until(placed, at_s + init_s + duration_s, random);
        let fails = self.made.broken.map_or(self.made.fails, |days| {
            let since = started_us - (end - Micros(days * Grain::Day.length().0));
            if (0..2 * Grain::Hour.length().0).contains(&since.0) { 0.6 } else { self.made.fails }
        });
        let failed = random.unit() < fails;
        let (init_us, invoke_us) = (Micros(micros(init_s)), Micros(micros(duration_s).max(1)));
        let request_id = RequestId(random.request_id());
        let bytes = random.bits();
        let error = ["TypeError", "TimeoutError", "KeyError", "ConnectionResetError"][index % 4];
        Invocation {
            request_id,
            function_id: self.id.clone(),
            function_name: self.made.name.clone(),
            version,
            environment_id: Some(EnvironmentId(format!("DEMOSERVER{index:04}{:012}", placed.number))),
            environment_number: Some(placed.number),
            started_us,
            outcome: if failed { Outcome::FunctionError } else { Outcome::Succeeded },
            start: if placed.cold { ServerStart::Cold } else { ServerStart::Warm },
            phases: Phases { queue_us: Micros(900), init_us, invoke_us, freeze_us: Micros::ZERO },
            billed_ms: billed_milliseconds(init_us, invoke_us),
            memory_mb,
            max_memory_mb: (f64::from(memory_mb) * random.between(0.3, 0.85)) as u32,
            architecture: self.made.architecture,
            event_bytes: 200 + bytes % 1_800,
            response_bytes: 20 + (bytes >> 32) % 4_000,
            error_type: failed.then(|| error.to_owned()),
            error_message: failed.then(|| format!("order {} could not be read", bytes % 1_000_000)),
            source: InvocationSource::LambdaApi,
        }
    }
}

/// How much is going on at an instant, about 1 on average; `at_s` since 1970 UTC.
fn weight(rhythm: Rhythm, at_s: f64) -> f64 {
    let hour = at_s.rem_euclid(DAY_S) / 3_600.0;
    let weekend = matches!((at_s / DAY_S).floor() as i64 % 7, 2 | 3);
    let bump = |peak: f64, width: f64| {
        let away = (hour - peak + 36.0).rem_euclid(24.0) - 12.0;
        (-away * away / width).exp()
    };
    match rhythm {
        Rhythm::Office if weekend => 0.25,
        Rhythm::Office => 0.25 + 2.0 * bump(13.0, 18.0),
        Rhythm::Shop => {
            (0.3 + 0.9 * bump(12.5, 14.0) + 1.3 * bump(20.0, 7.0)) * if weekend { 1.25 } else { 1.0 }
        }
        Rhythm::Even | Rhythm::Clock => 1.0,
    }
}

/// Business grows a little in the 90 days.
fn growth(at_s: f64) -> f64 {
    0.85 + 0.3 * at_s / (DAYS as f64 * DAY_S)
}

#[cfg(test)]
mod tests {
    use super::super::functions::functions;
    use super::*;

    const END: Micros = Micros(1_795_435_200_000_000);

    fn all(seed: u64, wanted: u32) -> Vec<Invocation> {
        let mut random = Random::new(seed);
        let functions = functions(&mut random)
            .into_iter()
            .enumerate()
            .map(|(index, made)| {
                let versions = Versions::of(&made, start(END), END, &mut random);
                (FunctionId(format!("F{index}")), made, versions)
            })
            .collect();
        let mut calls = Calls::new(seed, functions, END, wanted);
        let mut all = Vec::new();
        loop {
            let some = calls.take(1_000);
            if some.is_empty() {
                return all;
            }
            all.extend(some);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_90_days_and_another_one_others() {
        let calls = all(1, 20_000);
        assert_eq!(calls, all(1, 20_000));
        assert_ne!(calls[..100], all(2, 20_000)[..100]);
        assert!((14_000..28_000).contains(&calls.len()), "about as many as wanted: {}", calls.len());
        assert!(calls.is_sorted_by_key(|call| call.started_us), "in the order of time");
        assert!(calls[0].started_us >= start(END) && calls.last().unwrap().started_us < END);
        let ids: std::collections::HashSet<&str> =
            calls.iter().map(|call| call.request_id.as_str()).collect();
        assert_eq!(ids.len(), calls.len(), "request ids are unique");
        let cold = calls.iter().filter(|call| call.start == ServerStart::Cold).count();
        assert!(cold * 2 < calls.len() && cold > 100, "some are cold, most are not: {cold}");
        assert!(calls.iter().any(|call| call.outcome.is_error()));
        let sizes: std::collections::BTreeSet<u32> = calls
            .iter()
            .filter(|call| call.function_name == "search-index")
            .map(|call| call.memory_mb)
            .collect();
        assert_eq!(sizes, [1_024, 1_536].into(), "search-index got more memory");
    }

    #[test]
    fn a_rhythm_never_asks_for_more_than_is_drawn_and_knows_the_weekend() {
        // 2026-11-21 is a Saturday.
        let saturday = 1_795_219_200.0;
        for rhythm in [Rhythm::Office, Rhythm::Shop, Rhythm::Even] {
            for hour in 0..7 * 24 {
                let weight = weight(rhythm, saturday + f64::from(hour) * 3_600.0);
                assert!(
                    weight > 0.0 && weight * growth(DAYS as f64 * DAY_S) <= MOST,
                    "{rhythm:?} {hour}: {weight}"
                );
            }
        }
        let noon = 13.0 * 3_600.0;
        assert!(weight(Rhythm::Office, saturday + noon) < 0.3);
        assert!(weight(Rhythm::Office, saturday + 2.0 * DAY_S + noon) > 2.0);
    }
}
