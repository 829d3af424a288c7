//! Permissions: which an account has, and the smallest policy for each thing a person wants to do. Must not know a
//! vendor's policy language: a policy is text to copy.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How much a person wants to do with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// List and read: functions, logs, metrics.
    Look,
    /// Also call functions and change limits.
    Operate,
    /// Also deploy and delete.
    Deploy,
}

impl Level {
    /// All, the smallest first.
    pub const ALL: [Self; 3] = [Self::Look, Self::Operate, Self::Deploy];
}

/// Whether a permission is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The vendor says yes.
    Allowed,
    /// The vendor says no.
    Denied,
    /// The vendor does not tell this account.
    Unknown,
}

/// One permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    /// Its name, for instance `lambda:InvokeFunction`.
    pub name: String,
    /// The smallest level that needs it.
    pub level: Level,
    /// Whether it is there.
    pub grant: Grant,
}

/// The smallest policy for a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LevelPolicy {
    /// The level.
    pub level: Level,
    /// The policy, to copy.
    pub policy: String,
}
