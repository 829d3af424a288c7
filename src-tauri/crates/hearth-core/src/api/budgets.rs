//! Budgets and the brake: what is set, how the month stands, what is held and what was done.

use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whose money a budget is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum BudgetScope {
    /// Everything that is shown: real data, or the demo in its place.
    All,
    /// One account.
    Account {
        /// Its id, for instance `local`.
        account: String,
    },
    /// One function.
    Function {
        /// Its name.
        function: String,
    },
}

/// A budget to set, in the place of the one that the scope has.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BudgetSet {
    /// Whose.
    pub scope: BudgetScope,
    /// US dollars for a calendar month in UTC, an exact decimal above 0.
    pub amount_usd: String,
    /// Percent of it at which people are told, 1 to 1000; at most ten.
    pub alerts: Vec<u32>,
}

/// A budget to delete.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BudgetDelete {
    /// Whose.
    pub scope: BudgetScope,
}

/// How a budget stands, from well to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BudgetState {
    /// Under its first alert.
    Under,
    /// Past an alert.
    Alert,
    /// It will not last at the live rate, which is not usual.
    Runaway,
    /// Spent.
    Over,
}

/// A budget and how its month stands.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// Whose.
    pub scope: BudgetScope,
    /// The scope in words: `All functions`, an account's name, a function's name.
    pub subject: String,
    /// US dollars for a month, an exact decimal.
    pub amount_usd: String,
    /// Percent at which people are told, ascending.
    pub alerts: Vec<u32>,
    /// What this month came to so far, of each vendor at its list price and of this computer at AWS's, without free
    /// tiers: an exact decimal.
    pub spent_usd: String,
    /// Part of the budget that is spent, in percent, rounded down to two places.
    pub spent_percent: f64,
    /// What the scope spends in US dollars an hour, an estimate: here what runs now, in accounts the mean of the last
    /// days, since nobody tells of a call there while it runs; `0` when nothing does.
    pub usd_per_hour: String,
    /// What the month comes to at that rate, an estimate.
    pub projected_usd: String,
    /// Times the usual rate; none when history is too short.
    pub times_usual: Option<f64>,
    /// Since when it runs away; none while it does not.
    pub runaway_since_us: Option<Micros>,
    /// How it stands.
    pub state: BudgetState,
    /// What of it is not known, and what to do about it; none while all of it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub unknown: Option<String>,
}

/// What the brake does when something runs away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BrakeMode {
    /// Nothing; budgets still tell.
    Off,
    /// It asks before it stops a function.
    #[default]
    Suggest,
    /// It stops the function by itself.
    Armed,
}

/// A mode to set.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakeModeSet {
    /// Which.
    pub mode: BrakeMode,
}

/// Functions that the brake is to hold, to let go of, or to leave alone.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakeFunctions {
    /// Their names; none for all that it can be about.
    #[serde(default)]
    pub functions: Vec<String>,
}

/// A function that the brake holds: its limit of servers is 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Braked {
    /// Its name.
    pub function: String,
    /// The limit that a release brings back; none is no limit of its own.
    pub former_concurrency: Option<u32>,
    /// Since when.
    pub since_us: Micros,
    /// Who pulled: `person` or `brake`.
    pub by: String,
    /// Why, in words.
    pub reason: String,
}

/// A function in an account that was stopped: its limit is 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakedElsewhere {
    /// The account's id.
    pub account: String,
    /// What a person calls the account.
    pub account_name: String,
    /// The region.
    pub region: String,
    /// The function's name.
    pub function: String,
    /// The limit that it had; none is no limit of its own.
    pub former_concurrency: Option<u32>,
    /// Since when.
    pub since_us: Micros,
    /// Who pulled: `person`, who releases it with a review, or `brake`, which a release without one lets go of.
    pub by: String,
    /// Why, in words.
    pub reason: String,
}

/// A person's consent that the armed brake stops functions of an account by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakeConsent {
    /// The account's id.
    pub account: String,
    /// What a person called the account.
    pub account_name: String,
    /// Since when.
    pub since_us: Micros,
}

/// Gives that consent, or takes it back.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakeConsentSet {
    /// The account's id, or its name.
    pub account: String,
    /// Whether the brake may.
    pub allowed: bool,
}

/// A function that the brake would stop if it were armed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakeSuggestion {
    /// Its name.
    pub function: String,
    /// Why, in words.
    pub reason: String,
    /// Since when.
    pub since_us: Micros,
}

/// What a function spends now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LiveSpend {
    /// Its name.
    pub function: String,
    /// US dollars an hour at AWS's list price, an estimate over the last minutes.
    pub usd_per_hour: String,
}

/// Budgets and the brake as they stand now.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakeStatus {
    /// What the brake does.
    pub mode: BrakeMode,
    /// The functions that it holds, oldest first.
    pub held: Vec<Braked>,
    /// Functions in accounts that were stopped, oldest first.
    pub held_elsewhere: Vec<BrakedElsewhere>,
    /// Accounts in which the armed brake may stop functions by itself, while they are unlocked.
    pub may_stop: Vec<BrakeConsent>,
    /// What it would stop, oldest first.
    pub suggestions: Vec<BrakeSuggestion>,
    /// Released functions that it leaves alone, with until when.
    pub resting: Vec<(String, Micros)>,
    /// The budgets, the widest scope first.
    pub budgets: Vec<Budget>,
    /// What spends now, the most first.
    pub live: Vec<LiveSpend>,
    /// All of it together in US dollars an hour, an estimate.
    pub usd_per_hour: String,
    /// The month, `2026-11`, in UTC.
    pub month: String,
    /// When it ends.
    pub month_ends_us: Micros,
    /// Region of the prices.
    pub price_region: String,
    /// Day of the price book.
    pub price_date: String,
    /// What must be known of it: it works only while Hearth runs, and the money is what AWS would charge.
    pub notes: Vec<String>,
}

/// Asks for what was done.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakeHistoryQuery {
    /// How many entries, 1 to 1000.
    pub limit: u32,
}

/// One thing that budgets or the brake did.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakeHistoryEntry {
    /// When.
    pub at_us: Micros,
    /// `threshold`, `runaway`, `suggested`, `pulled`, `failed`, `kept`, `released`, `mode`, `consent`, `budget`.
    pub kind: String,
    /// `person` or `brake`.
    pub by: String,
    /// The scope or function in words.
    pub subject: String,
    /// The whole of it in words.
    pub text: String,
    /// The figures it stands on.
    #[ts(type = "Record<string, string | number | null>")]
    pub figures: serde_json::Value,
}

/// What the brake would do about a function now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RehearsedAct {
    /// Stop it: the brake is armed and there is a reason.
    Stops,
    /// Ask whether to stop it.
    Asks,
    /// Nothing, since the brake is off; there is a reason.
    Off,
    /// Nothing: it was released a short time ago and is left alone.
    Rests,
    /// Nothing more: it is stopped already.
    Holds,
    /// Nothing: there is no reason to.
    Runs,
}

/// A function in a rehearsal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Rehearsed {
    /// Its name.
    pub function: String,
    /// What the brake would do about it now.
    pub act: RehearsedAct,
    /// It does not run: the brake would act with its next call.
    pub at_next_call: bool,
    /// Why there would be something to do; none while nothing is wrong.
    pub reason: Option<String>,
    /// What it spent this month so far: list price, no free tier, an exact decimal.
    pub spent_usd: String,
    /// What it spends now in US dollars an hour, an estimate.
    pub usd_per_hour: String,
    /// Its calls of the last 24 hours: so many a day would be refused.
    pub calls_24h: u64,
    /// The limit that a release brings back; none is no limit of its own.
    pub former_concurrency: Option<u32>,
}

/// What the brake would do now. Nothing was done for it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BrakeRehearsal {
    /// When.
    pub at_us: Micros,
    /// What the brake is set to.
    pub mode: BrakeMode,
    /// Functions on this computer that spend, or that there is a reason to stop: those first.
    pub functions: Vec<Rehearsed>,
    /// Which calls would be refused, in words.
    pub refused: String,
    /// What a refused call would be told.
    pub answer: String,
    /// How to let go again.
    pub release: String,
    /// What must be known of it.
    pub notes: Vec<String>,
}
