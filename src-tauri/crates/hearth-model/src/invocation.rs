//! One invocation: what came, what it cost in time and memory, how it ended. Owns the outcomes and the rule of
//! billed milliseconds for on-demand Lambda. Must not know prices or storage.

use crate::{Architecture, EnvironmentId, FunctionId, Micros, RequestId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How an invocation ended. A failing function is data, not an error of Hearth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Still going on.
    Running,
    /// The handler answered.
    Succeeded,
    /// The handler raised or rejected, or its answer was not JSON.
    FunctionError,
    /// It ran past the function's timeout and was ended.
    TimedOut,
    /// Its process group outgrew the memory size and was ended.
    OutOfMemory,
    /// The code could not be loaded: import error, syntax error, no such handler.
    InitFailed,
    /// The process ended before it answered.
    Crashed,
    /// Refused: the function's limit of environments was reached.
    Throttled,
    /// Hearth itself ended while it ran.
    Lost,
    /// A person cancelled it.
    Cancelled,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 10] = [
        Self::Running,
        Self::Succeeded,
        Self::FunctionError,
        Self::TimedOut,
        Self::OutOfMemory,
        Self::InitFailed,
        Self::Crashed,
        Self::Throttled,
        Self::Lost,
        Self::Cancelled,
    ];

    /// Whether it counts as an error in rates and charts; throttles are counted apart, as AWS does.
    pub fn is_error(self) -> bool {
        match self {
            Self::Running | Self::Succeeded | Self::Throttled | Self::Cancelled => false,
            Self::FunctionError
            | Self::TimedOut
            | Self::OutOfMemory
            | Self::InitFailed
            | Self::Crashed
            | Self::Lost => true,
        }
    }

    /// The word stored and sent for this outcome.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::FunctionError => "function_error",
            Self::TimedOut => "timed_out",
            Self::OutOfMemory => "out_of_memory",
            Self::InitFailed => "init_failed",
            Self::Crashed => "crashed",
            Self::Throttled => "throttled",
            Self::Lost => "lost",
            Self::Cancelled => "cancelled",
        }
    }

    /// The outcome for a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InvocationSource {
    /// The Test page.
    Test,
    /// Buttons of the Lanes page.
    Lanes,
    /// The command line.
    CommandLine,
    /// The AWS Lambda API.
    LambdaApi,
    /// A power tuning.
    Tuning,
    /// Nobody here: a call in an account, read from the log that the account keeps. What the log does not say (event,
    /// answer) is not known.
    Logs,
    /// The same, of a log without durations as they were billed: start and billed time are inferred.
    LogsInferred,
}

impl InvocationSource {
    /// The word stored and sent for this source.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Lanes => "lanes",
            Self::CommandLine => "command_line",
            Self::LambdaApi => "lambda_api",
            Self::Tuning => "tuning",
            Self::Logs => "logs",
            Self::LogsInferred => "logs_inferred",
        }
    }

    /// The source for a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Test,
            Self::Lanes,
            Self::CommandLine,
            Self::LambdaApi,
            Self::Tuning,
            Self::Logs,
            Self::LogsInferred,
        ]
        .into_iter()
        .find(|source| source.as_str() == word)
    }

    /// Whether it was read from the log of an account.
    pub fn is_of_logs(self) -> bool {
        matches!(self, Self::Logs | Self::LogsInferred)
    }
}

/// What kind of server the request met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServerStart {
    /// None: it was refused before a server was touched.
    None,
    /// A new one was born for it.
    Cold,
    /// One that was awake.
    Warm,
    /// One that was frozen and woke for it.
    Thawed,
}

impl ServerStart {
    /// The word stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Cold => "cold",
            Self::Warm => "warm",
            Self::Thawed => "thawed",
        }
    }

    /// The value for a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::None, Self::Cold, Self::Warm, Self::Thawed].into_iter().find(|start| start.as_str() == word)
    }
}

/// Where the time of one invocation went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Phases {
    /// From arrival until a server had it, without init: waiting and, for a frozen one, waking.
    pub queue_us: Micros,
    /// Init, when a server was born for it; else 0.
    pub init_us: Micros,
    /// From handing the event over until the answer.
    pub invoke_us: Micros,
    /// From the answer until the server was frozen; 0 when it was not frozen at once, and in the answer of a call itself,
    /// which is given before.
    pub freeze_us: Micros,
}

/// Billed milliseconds of on-demand Lambda: init and duration together, rounded up, since 2025-08-01.
pub fn billed_milliseconds(init: Micros, duration: Micros) -> u64 {
    u64::try_from((init.0 + duration.0).max(0)).unwrap_or(0).div_ceil(1_000)
}

/// One invocation as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    /// Its id.
    pub request_id: RequestId,
    /// The function.
    pub function_id: FunctionId,
    /// That function's name.
    pub function_name: String,
    /// The version that ran.
    pub version: u32,
    /// The server that ran it; none when it was refused.
    pub environment_id: Option<EnvironmentId>,
    /// That server's number.
    pub environment_number: Option<u32>,
    /// Arrival.
    pub started_us: Micros,
    /// How it ended.
    pub outcome: Outcome,
    /// What kind of server it met.
    pub start: ServerStart,
    /// Where the time went.
    pub phases: Phases,
    /// Billed milliseconds on Lambda.
    pub billed_ms: u64,
    /// Memory size of the configuration.
    pub memory_mb: u32,
    /// Most memory used, in MB, rounded up.
    pub max_memory_mb: u32,
    /// Architecture that it is priced for.
    pub architecture: Architecture,
    /// Bytes of the event.
    pub event_bytes: u64,
    /// Bytes of the answer.
    pub response_bytes: u64,
    /// Error type, as the function or the platform named it.
    pub error_type: Option<String>,
    /// Error message in one line.
    pub error_message: Option<String>,
    /// Who asked.
    pub source: InvocationSource,
}

impl Invocation {
    /// Billed milliseconds of the handler and of init, in this order; together they are `billed_ms`.
    ///
    /// The sum is rounded up once, so init takes what is left after the handler's own whole milliseconds.
    pub fn billed_split(&self) -> (u64, u64) {
        if self.phases.init_us <= Micros::ZERO {
            return (self.billed_ms, 0);
        }
        let handler = billed_milliseconds(Micros::ZERO, self.phases.invoke_us).min(self.billed_ms);
        (handler, self.billed_ms - handler)
    }
}

/// Event and answer of one invocation, kept up to a limit each so that a run can be looked at and repeated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvocationPayloads {
    /// The event as it came, or its beginning.
    pub event: Vec<u8>,
    /// The answer as it went out, or its beginning.
    pub response: Vec<u8>,
    /// Whether either was cut.
    pub truncated: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn billed_time_rounds_the_sum_up() {
        assert_eq!(
            billed_milliseconds(Micros(395_990), Micros(265_720)),
            662,
            "the line 395.99 + 265.72 → 662 of opentelemetry-lambda PR 2011"
        );
        assert_eq!(billed_milliseconds(Micros::ZERO, Micros(1)), 1);
        assert_eq!(billed_milliseconds(Micros::ZERO, Micros(2_000)), 2);
    }
}
