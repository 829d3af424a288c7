//! What Hearth tells its windows while it happens. Must not know who listens.

use crate::{
    Environment, EnvironmentTransition, FunctionId, Invocation, LogLine, Micros, RequestId, TuningId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum HearthEvent {
    /// An environment changed its state; `environment` is how it is afterwards.
    EnvironmentChanged {
        /// The environment after the change.
        environment: Environment,
        /// The change.
        transition: EnvironmentTransition,
    },
    /// A request arrived.
    InvocationStarted {
        /// Its id.
        request_id: RequestId,
        /// For which function.
        function_id: FunctionId,
        /// That function's name.
        function_name: String,
        /// When.
        at_us: Micros,
    },
    /// A request was answered or refused.
    InvocationFinished {
        /// How it went.
        invocation: Invocation,
    },
    /// Lines were logged.
    Logged {
        /// The lines, oldest first.
        lines: Vec<LogLine>,
    },
    /// A function was deployed, changed, deleted or restored.
    FunctionsChanged {
        /// Its name.
        name: String,
    },
    /// Settings changed.
    SettingsChanged,
    /// A power tuning began, went on or ended: ask for it again.
    TuningChanged {
        /// Which.
        tuning_id: TuningId,
        /// The name of the function that is tuned.
        function_name: String,
        /// Calls that have ended.
        done: u32,
        /// Calls that there will be.
        total: u32,
        /// Whether it goes on.
        running: bool,
    },
    /// A budget passed an alert, spending runs away, or the brake acted: something to tell a person.
    BudgetAlert {
        /// In a few words.
        title: String,
        /// In a sentence.
        text: String,
        /// Whether it cannot wait.
        urgent: bool,
    },
    /// Budgets, or what the brake does or holds, changed.
    BrakeChanged,
    /// Accounts, what was chosen for them, or functions in them changed.
    AccountsChanged,
    /// A sign-in to an account began, went on or ended: ask for it again.
    SignInChanged,
    /// A change in an account goes on: one of its calls begins, is done, or is taken back.
    CloudStep {
        /// The change, by the id that its caller chose.
        change_id: RequestId,
        /// The account's id.
        account: String,
        /// The function's name.
        function: String,
        /// Which call, counted from 1.
        number: u32,
        /// How many there are.
        of: u32,
        /// The call, for instance `lambda:CreateFunction`.
        operation: String,
        /// How far it is.
        state: StepState,
        /// Since when.
        at_us: Micros,
    },
    /// What an account sends piece by piece, for whoever asked for it: an answer, or log lines as they are written.
    CloudPieces {
        /// The id that the caller chose.
        run_id: RequestId,
        /// The pieces, oldest first.
        pieces: Vec<CloudPiece>,
        /// No more come.
        ended: bool,
    },
}

/// How far a call of a change in an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It was sent, and is waited for.
    Begun,
    /// It is made.
    Done,
    /// The change was cancelled or another call failed, so that it is being taken back.
    TakingBack,
    /// It is as if it had not been made.
    TakenBack,
    /// It cannot be taken back, and stays in force.
    Stays,
}

/// One piece of an answer, or one log line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudPiece {
    /// When it came, or was logged.
    pub at_us: Micros,
    /// The log stream it is from; empty for an answer.
    pub stream: String,
    /// The text.
    pub text: String,
}

/// Events of the last moments in one message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventBatch {
    /// The events, oldest first.
    pub events: Vec<HearthEvent>,
    /// Events were dropped because the window was slow: ask again for what is shown.
    pub lagged: bool,
}
