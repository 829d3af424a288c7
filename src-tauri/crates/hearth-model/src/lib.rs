//! Plain data that every part of Hearth shares: ids, units, functions, environments with their state machine,
//! invocations, log lines, chart series and events.
//!
//! Owns the words and their shapes. Must not do I/O, read a clock, know SQL, HTTP, prices or a user interface.

mod environment;
mod event;
mod function;
mod ids;
mod invocation;
mod log;
mod series;
mod units;

pub use environment::{
    Environment, EnvironmentEvent, EnvironmentState, EnvironmentTransition, IllegalTransition, StartTier,
};
pub use event::{CloudPiece, EventBatch, HearthEvent, StepState};
pub use function::{
    Account, Architecture, BilledAs, CodePackage, Engine, FunctionConfiguration, FunctionRecord,
    FunctionVersion, LOCAL_ACCOUNT, LOCAL_ACCOUNT_NUMBER, LOCAL_REGION, ServiceTasks, UnknownRuntime,
    function_arn,
};
pub use ids::{EnvironmentId, FunctionId, RequestId, TuningId};
pub use invocation::{
    Invocation, InvocationPayloads, InvocationSource, Outcome, Phases, ServerStart, billed_milliseconds,
};
pub use log::{LogLevel, LogLine, LogOrigin};
pub use series::{Grain, SERIES_COLUMNS, Series, SeriesQuery};
pub use units::{Clock, ManualClock, Micros};
