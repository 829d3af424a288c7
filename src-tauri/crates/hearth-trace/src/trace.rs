//! A made-up trace: calls of many functions in the order of time, by the published parameters. Owns how functions
//! are made of them; must not know the ledger's tables.

use crate::{Random, Servers, Trigger, median_s, memory_mb, per_day};
use hearth_model::{
    Architecture, EnvironmentId, FunctionId, Invocation, InvocationSource, LogLevel, LogLine, LogOrigin,
    Micros, Outcome, Phases, RequestId, ServerStart, billed_milliseconds,
};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const DAY_S: f64 = 86_400.0;
/// Share of functions whose calls rise and fall with the day, and by how much.
const DIURNAL: f64 = 0.5;

#[derive(Debug)]
struct Function {
    id: FunctionId,
    name: String,
    trigger: Trigger,
    per_s: f64,
    median_s: f64,
    memory_mb: u32,
    architecture: Architecture,
    fails: f64,
    servers: Servers,
}

impl Function {
    fn new(random: &mut Random, index: usize) -> Self {
        let trigger = Trigger::any(random);
        let per_day = per_day(random, trigger);
        let memory_mb = memory_mb(random);
        let fails = random.pick(&[(0.0, 0.5), (0.002, 0.3), (0.01, 0.15), (0.08, 0.05)]);
        let median_s = median_s(random);
        Self {
            id: FunctionId(format!("01TRACE{index:019}")),
            name: format!("{}-{index:04}", ["orders", "mail", "thumbs", "report", "sync"][index % 5]),
            trigger,
            per_s: per_day / DAY_S,
            median_s,
            memory_mb,
            architecture: if random.unit() < 0.3 { Architecture::Arm64 } else { Architecture::X86_64 },
            fails,
            servers: Servers::default(),
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
#[derive(Debug)]
pub struct Trace {
    random: Random,
    functions: Vec<Function>,
    next: BinaryHeap<Reverse<(i64, usize)>>,
    start: Micros,
}

impl Trace {
    /// Calls of so many functions from `start` on, of which about `rows` come within `days`.
    pub fn new(seed: u64, functions: usize, start: Micros, days: u32, rows: u64) -> Self {
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
    pub fn busiest(&self) -> Vec<FunctionId> {
        let mut functions: Vec<&Function> = self.functions.iter().collect();
        functions.sort_by(|left, right| right.per_s.total_cmp(&left.per_s));
        functions.into_iter().map(|function| function.id.clone()).collect()
    }

    /// The same functions, but other calls than those of any trace before.
    pub fn with_other_calls(mut self, seed: u64) -> Self {
        self.random = Random::new(seed);
        self
    }

    /// The next calls.
    pub fn take(&mut self, calls: usize) -> Vec<Invocation> {
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
        let placed = function.servers.place(at_s);
        let (cold, number) = (placed.cold, placed.number);
        let init_s = if cold { (-1.2 + 0.7 * random.normal()).exp().clamp(0.02, 10.0) } else { 0.0 };
        function.servers.busy_until(placed, at_s + init_s + duration_s, random);

        let failed = random.unit() < function.fails;
        let (init_us, invoke_us) = (Micros((init_s * 1e6) as i64), Micros((duration_s * 1e6) as i64));
        let request_id = random.request_id();
        let bytes = random.bits();
        Invocation {
            request_id: RequestId(request_id),
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
            event_bytes: 200 + bytes % 1_800,
            response_bytes: 20 + (bytes >> 32) % 4_000,
            error_type: failed.then(|| ["TypeError", "TimeoutError", "KeyError"][index % 3].to_owned()),
            error_message: failed.then(|| format!("could not read order {} of 3 tries", bytes % 1_000_000)),
            source: InvocationSource::LambdaApi,
        }
    }
}

/// A line that a call logs.
pub fn line_of(call: &Invocation) -> LogLine {
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
