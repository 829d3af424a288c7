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

impl Grant {
    /// Whether all of these are there: one that is not decides, then one that is not known.
    pub fn of_all(grants: impl IntoIterator<Item = Self>) -> Self {
        grants.into_iter().fold(Self::Allowed, |worst, grant| match (worst, grant) {
            (Self::Denied, _) | (_, Self::Denied) => Self::Denied,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Allowed, Self::Allowed) => Self::Allowed,
        })
    }
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
    /// Whether an account for functions does well without it: containers or the bill need it.
    pub optional: bool,
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

#[cfg(test)]
mod tests {
    use super::Grant::{self, Allowed, Denied, Unknown};

    #[test]
    fn one_permission_that_is_not_there_decides_then_one_that_is_not_known() {
        assert_eq!(Grant::of_all([]), Allowed);
        assert_eq!(Grant::of_all([Allowed, Unknown, Allowed]), Unknown);
        assert_eq!(Grant::of_all([Unknown, Denied, Allowed]), Denied);
    }
}
