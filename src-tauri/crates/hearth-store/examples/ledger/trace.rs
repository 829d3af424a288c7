//! A made-up trace: calls of many functions in the order of time, by the parameters that Shahrad and others
//! published of Azure Functions ("Serverless in the Wild", ATC 2020). The same for the same seed. Owns the
//! distributions; must not know the ledger's tables.

use hearth_model::{
    Architecture, EnvironmentId, FunctionId, Invocation, InvocationSource, LogLevel, LogLine, LogOrigin,
    Micros, Outcome, Phases, RequestId, ServerStart, billed_milliseconds,
};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const DAY_S: f64 = 86_400.0;
/// AWS keeps an idle server between these many seconds.
const KEEP_ALIVE_S: (f64, f64) = (300.0, 360.0);
/// Share of functions whose calls rise and fall with the day, and by how much.
const DIURNAL: f64 = 0.5;

/// SplitMix64: a few lines, and the same on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// In (0, 1).
    fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn pick<T: Copy>(&mut self, shares: &[(T, f64)]) -> T {
        let mut left = self.unit() * shares.iter().map(|(_, share)| share).sum::<f64>();
        for (value, share) in shares {
            left -= share;
            if left <= 0.0 {
                return *value;
            }
        }
        shares[shares.len() - 1].0
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Trigger {
    Http,
    Timer,
    Queue,
    Event,
    Other,
}

struct Function {
    id: FunctionId,
    name: String,
    trigger: Trigger,
    per_s: f64,
    median_s: f64,
    memory_mb: u32,
    architecture: Architecture,
    fails: f64,
    /// When each idle server ends, newest last, with its number.
    idle: Vec<(f64, f64, u32)>,
    servers: u32,
}

impl Function {
    fn new(random: &mut Random, index: usize) -> Self {
        let trigger = random.pick(&[
            (Trigger::Http, 0.55),
            (Trigger::Timer, 0.16),
            (Trigger::Queue, 0.15),
            (Trigger::Other, 0.12),
            (Trigger::Event, 0.02),
        ]);
        // Calls a day: 45 % of applications at most one an hour, 36 % at most one a minute, 3 % more than one a second.
        let hourly = ((0.2, 24.0), 0.45);
        let classes = match trigger {
            Trigger::Queue | Trigger::Event => [
                (hourly.0, 0.25),
                ((24.0, 1_440.0), 0.35),
                ((1_440.0, DAY_S), 0.3),
                ((DAY_S, 600_000.0), 0.1),
            ],
            Trigger::Http | Trigger::Timer | Trigger::Other => {
                [hourly, ((24.0, 1_440.0), 0.36), ((1_440.0, DAY_S), 0.16), ((DAY_S, 600_000.0), 0.03)]
            }
        };
        let (low, high): (f64, f64) = random.pick(&classes);
        let per_day = random.between(low.ln(), high.ln()).exp();
        // Burr(c = 11.652, k = 0.221, lambda = 107.083) MB, in sizes that can be configured.
        let used = 107.083 * ((1.0 - random.unit()).powf(-1.0 / 0.221) - 1.0).powf(1.0 / 11.652);
        let sizes = [128, 256, 512, 1_024, 2_048, 3_008];
        let memory_mb = sizes.into_iter().find(|size| f64::from(*size) >= used).unwrap_or(3_008);
        let fails = random.pick(&[(0.0, 0.5), (0.002, 0.3), (0.01, 0.15), (0.08, 0.05)]);
        let median_s = (-0.38 + 2.36 * random.normal()).exp().clamp(0.002, 600.0);
        Self {
            id: FunctionId(format!("01TRACE{index:019}")),
            name: format!("{}-{index:04}", ["orders", "mail", "thumbs", "report", "sync"][index % 5]),
            trigger,
            per_s: per_day / DAY_S,
            median_s,
            memory_mb,
            architecture: if random.unit() < 0.3 { Architecture::Arm64 } else { Architecture::X86_64 },
            fails,
            idle: Vec::new(),
            servers: 0,
        }
    }

    /// Seconds until the next call.
    fn gap(&self, random: &mut Random, at: f64) -> f64 {
        if self.trigger == Trigger::Timer {
            return 1.0 / self.per_s;
        }
        let mut at_s = at;
        let most = self.per_s * (1.0 + DIURNAL);
        loop {
            at_s -= random.unit().ln() / most;
            let wave = (std::f64::consts::TAU * (at_s / DAY_S - 0.25)).sin();
            if random.unit() * (1.0 + DIURNAL) < 1.0 + DIURNAL * wave {
                return at_s - at;
            }
        }
    }
}

/// Calls in the order of time, for ever.
pub(crate) struct Trace {
    random: Random,
    functions: Vec<Function>,
    next: BinaryHeap<Reverse<(i64, usize)>>,
    start: Micros,
}

impl Trace {
    /// Calls of so many functions from `start` on, of which about `rows` come within `days`.
    pub(crate) fn new(seed: u64, functions: usize, start: Micros, days: u32, rows: u64) -> Self {
        let mut random = Random::new(seed);
        let mut functions: Vec<Function> =
            (0..functions).map(|index| Function::new(&mut random, index)).collect();
        let sum: f64 = functions.iter().map(|function| function.per_s).sum();
        let wanted = rows as f64 / (f64::from(days) * DAY_S);
        for function in &mut functions {
            function.per_s *= wanted / sum;
        }
        let mut next = BinaryHeap::new();
        for (index, function) in functions.iter().enumerate() {
            let first = match function.trigger {
                Trigger::Timer => random.unit() / function.per_s,
                _ => function.gap(&mut random, 0.0),
            };
            next.push(Reverse(((first * 1e6) as i64, index)));
        }
        Self { random, functions, next, start }
    }

    /// Ids of the functions, busiest first.
    pub(crate) fn busiest(&self) -> Vec<FunctionId> {
        let mut functions: Vec<&Function> = self.functions.iter().collect();
        functions.sort_by(|left, right| right.per_s.total_cmp(&left.per_s));
        functions.into_iter().map(|function| function.id.clone()).collect()
    }

    /// The same functions, but other calls than those of any trace before.
    pub(crate) fn with_other_calls(mut self, seed: u64) -> Self {
        self.random = Random::new(seed);
        self
    }

    /// The next calls.
    pub(crate) fn take(&mut self, calls: usize) -> Vec<Invocation> {
        (0..calls).map(|_| self.call()).collect()
    }

    fn call(&mut self) -> Invocation {
        let Some(Reverse((at, index))) = self.next.pop() else { unreachable!("every function calls again") };
        let random = &mut self.random;
        let function = &mut self.functions[index];
        let at_s = at as f64 / 1e6;
        let gap = ((function.gap(random, at_s) * 1e6) as i64).max(1);
        self.next.push(Reverse((at + gap, index)));

        let duration_s = (function.median_s * (0.5 * random.normal()).exp()).clamp(0.000_2, 900.0);
        function.idle.retain(|(_, end, _)| *end >= at_s);
        let free = function.idle.iter().rposition(|(free, _, _)| *free <= at_s);
        let cold = free.is_none();
        let number = if let Some(position) = free {
            function.idle.remove(position).2
        } else {
            function.servers += 1;
            function.servers
        };
        let init_s = if cold { (-1.2 + 0.7 * random.normal()).exp().clamp(0.02, 10.0) } else { 0.0 };
        let free_at = at_s + init_s + duration_s;
        let end = free_at + random.between(KEEP_ALIVE_S.0, KEEP_ALIVE_S.1);
        function.idle.push((free_at, end, number));

        let failed = random.unit() < function.fails;
        let (init_us, invoke_us) = (Micros((init_s * 1e6) as i64), Micros((duration_s * 1e6) as i64));
        let id = (random.bits(), random.bits());
        Invocation {
            request_id: RequestId(uuid(id)),
            function_id: function.id.clone(),
            function_name: function.name.clone(),
            version: 1 + u32::from(random.unit() < 0.5),
            environment_id: Some(EnvironmentId(format!("01SERVER{index:06}{number:012}"))),
            environment_number: Some(number),
            started_us: self.start + Micros(at),
            outcome: if failed { Outcome::FunctionError } else { Outcome::Succeeded },
            start: if cold { ServerStart::Cold } else { ServerStart::Warm },
            phases: Phases { queue_us: Micros(40), init_us, invoke_us, freeze_us: Micros(30) },
            billed_ms: billed_milliseconds(init_us, invoke_us),
            memory_mb: function.memory_mb,
            max_memory_mb: function.memory_mb * 3 / 4,
            architecture: function.architecture,
            event_bytes: 200 + id.0 % 1_800,
            response_bytes: 20 + id.1 % 4_000,
            error_type: failed.then(|| ["TypeError", "TimeoutError", "KeyError"][index % 3].to_owned()),
            error_message: failed.then(|| format!("could not read order {} of 3 tries", id.0 % 1_000_000)),
            source: InvocationSource::LambdaApi,
        }
    }
}

fn uuid((high, low): (u64, u64)) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 50),
        low & 0xffff_ffff_ffff
    )
}

/// A line that a call logs.
pub(crate) fn line_of(call: &Invocation) -> LogLine {
    const DOING: [&str; 8] = [
        "loaded configuration in",
        "cache miss for customer",
        "wrote object to bucket, bytes",
        "retrying after a timeout of",
        "charged the card, cents",
        "queue is empty after",
        "validated the order with lines",
        "sent the mail to customer",
    ];
    let number = call.started_us.0.unsigned_abs();
    let failed = call.outcome != Outcome::Succeeded;
    LogLine {
        at_us: call.started_us,
        function_id: call.function_id.clone(),
        environment_id: call.environment_id.clone().unwrap_or_else(|| EnvironmentId(String::new())),
        request_id: Some(call.request_id.clone()),
        origin: LogOrigin::Function,
        level: if failed { LogLevel::Error } else { LogLevel::Info },
        text: match &call.error_message {
            Some(message) => format!("{}: {message}", call.error_type.as_deref().unwrap_or("Error")),
            None => format!("{} {}", DOING[(number / 7 % 8) as usize], number % 100_003),
        },
    }
}
