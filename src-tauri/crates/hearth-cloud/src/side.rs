//! What is set around a function and is no part of its code or configuration: what calls it by itself, environments
//! that are kept ready, layers and tags. How they are shown, and changes of them.

use crate::Fault;
use hearth_model::Architecture;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Where reading of a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StartAt {
    /// With what comes from now on.
    Latest,
    /// With the oldest that is still there.
    Oldest,
}

/// What calls a function by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum TriggerOf {
    /// A queue or a stream, which the vendor reads for the function.
    Source {
        /// The vendor's full name of it.
        source: String,
        /// Most events in one call.
        batch_size: Option<u32>,
        /// Where reading began; none for a queue.
        start: Option<StartAt>,
    },
    /// A rule that fires by the clock.
    Schedule {
        /// The rule.
        rule: String,
        /// When, in the vendor's words.
        expression: String,
    },
    /// A rule that fires for events that look like a pattern.
    Pattern {
        /// The rule.
        rule: String,
        /// The pattern, JSON.
        pattern: String,
    },
    /// What happens in a bucket.
    Bucket {
        /// The bucket.
        bucket: String,
        /// What happens, in the vendor's words.
        events: Vec<String>,
        /// What the names of its objects begin with.
        prefix: Option<String>,
        /// What they end with.
        suffix: Option<String>,
    },
    /// Messages of a topic.
    Topic {
        /// The vendor's full name of it.
        topic: String,
    },
    /// Somebody may call it, and Hearth knows of nothing that does.
    Permission {
        /// Who.
        principal: String,
        /// On behalf of what, when that is limited.
        source: Option<String>,
    },
}

/// One of what calls a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// Names it in a change.
    pub id: String,
    /// What it is.
    pub of: TriggerOf,
    /// Its state, in the vendor's words.
    pub state: String,
    /// Whether it calls; none where it cannot be turned off.
    pub on: Option<bool>,
    /// Why it does not work though it is on.
    pub problem: Option<String>,
}

/// An alias or a version, for which environments can be kept ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Keepable {
    /// The alias or the version.
    pub of: String,
    /// The version that it is.
    pub version: String,
    /// Memory size of that version.
    pub memory_mb: u32,
    /// Architecture of that version.
    pub architecture: Architecture,
    /// How many are to be kept ready; none when none are.
    pub wanted: Option<u32>,
    /// How many are ready.
    pub ready: u32,
    /// How far that is, in the vendor's words.
    pub state: Option<String>,
}

/// What is set around a function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sides {
    /// What calls it.
    pub triggers: Vec<Trigger>,
    /// Aliases, then versions, newest first.
    pub keepable: Vec<Keepable>,
    /// Versions of layers, in the order in which they are laid over each other.
    pub layers: Vec<String>,
    /// What could not be read, and why; the rest is true.
    pub unread: Vec<Fault>,
}

/// A layer of an account, in its newest version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// The vendor's full name of the version, which a function names.
    pub version: String,
    /// One line for people.
    pub description: String,
    /// Runtimes it says it is for; empty: it does not say.
    pub runtimes: Vec<String>,
}

/// A trigger to add.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum NewTrigger {
    /// Read a queue or a stream.
    Source {
        /// The vendor's full name of it.
        source: String,
        /// Most events in one call; none: the vendor's usual number.
        #[serde(default)]
        batch_size: Option<u32>,
        /// Where reading of a stream begins; none: with what comes from now on.
        #[serde(default)]
        start: Option<StartAt>,
    },
    /// A rule that fires by the clock.
    Schedule {
        /// When, in the vendor's words, for instance `rate(5 minutes)`.
        expression: String,
        /// What to call the rule; none: from the function's name.
        #[serde(default)]
        rule: Option<String>,
    },
    /// A rule that fires for events of the account's own bus that look like a pattern.
    Pattern {
        /// The pattern, JSON, for instance `{"source": ["aws.ecs"]}`.
        pattern: String,
        /// What to call the rule; none: from the function's name.
        #[serde(default)]
        rule: Option<String>,
    },
    /// What happens in a bucket.
    Bucket {
        /// The bucket.
        bucket: String,
        /// What; empty: whatever is stored there.
        #[serde(default)]
        events: Vec<String>,
        /// Only objects whose names begin so.
        #[serde(default)]
        prefix: Option<String>,
        /// Only objects whose names end so.
        #[serde(default)]
        suffix: Option<String>,
    },
    /// Messages of a topic.
    Topic {
        /// The vendor's full name of it.
        topic: String,
    },
}

/// A change of what is set around a function. The function is beside it, in [`crate::Change::Side`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum SideChange {
    /// Add what calls it.
    AddTrigger {
        /// What.
        trigger: NewTrigger,
    },
    /// Turn a trigger on or off.
    TurnTrigger {
        /// Its id.
        id: String,
        /// On.
        on: bool,
    },
    /// Remove a trigger.
    RemoveTrigger {
        /// Its id.
        id: String,
    },
    /// Keep environments ready.
    Keep {
        /// The alias or the version.
        of: String,
        /// How many; none keeps none.
        count: Option<u32>,
    },
    /// Attach and detach layers.
    Layers {
        /// Versions to attach; another version of the same layer gives way.
        #[serde(default)]
        attach: Vec<String>,
        /// Versions to detach.
        #[serde(default)]
        detach: Vec<String>,
    },
    /// Set and remove tags.
    Tags {
        /// Tags to set.
        #[serde(default)]
        set: BTreeMap<String, String>,
        /// Tags to remove.
        #[serde(default)]
        remove: Vec<String>,
    },
}
