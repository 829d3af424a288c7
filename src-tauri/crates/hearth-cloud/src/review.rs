//! What a person sees before anything changes: the exact calls in their order, the permissions they need, the cost
//! effect, the same as a command line, and how to undo it. A review is the plan itself: a provider that is told to go
//! on makes its plan again and refuses when it became another one.

use crate::change::Undo;
use crate::permission::Grant;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use ts_rs::TS;

/// One call that would be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Service and operation, for instance `lambda:CreateFunction`.
    pub operation: String,
    /// What it makes or changes, for people.
    pub makes: String,
    /// What is sent, `name` and value, with secrets masked and code as its size.
    pub parameters: Vec<(String, String)>,
    /// Permissions that it needs.
    pub permissions: Vec<String>,
    /// Whether the account has them.
    pub may: Grant,
    /// The call that takes it back, when one does.
    pub undone_by: Option<String>,
}

/// What a change does to the bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CostEffect {
    /// For people.
    pub words: String,
    /// Whether it costs money while nobody calls.
    pub standing: bool,
}

/// A change before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// What would happen, in one line.
    pub title: String,
    /// The calls, in their order.
    pub calls: Vec<Call>,
    /// What it does to the bill.
    pub cost: CostEffect,
    /// The same with the vendor's own command line.
    pub command_lines: Vec<String>,
    /// How to take it back.
    pub undo: Undo,
    /// What a person should know before saying yes.
    pub warnings: Vec<String>,
    /// Documents that would be made, such as a policy: name and text.
    pub documents: Vec<(String, String)>,
    /// Names this plan: what is applied must have the same.
    pub digest: String,
}

impl Review {
    /// Whether anything would be taken away for good.
    pub fn is_final(&self) -> bool {
        matches!(self.undo, Undo::Impossible { .. })
    }
}

/// Names a plan by what it would send, in the order of its calls: the same requests have the same digest.
pub fn plan_digest<T: AsRef<[u8]>>(sent: impl IntoIterator<Item = T>) -> String {
    let mut hash = Sha256::new();
    for part in sent {
        let part = part.as_ref();
        // With its length, so that what moves from one part to the next is told apart.
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_named_by_what_it_sends_and_in_which_order() {
        let digest = |parts: &[&str]| plan_digest(parts);
        assert_eq!(digest(&["a", "b"]), digest(&["a", "b"]));
        assert_eq!(digest(&["a", "b"]).len(), 32);
        for other in [&["b", "a"][..], &["ab", ""], &["a"], &["a", "b", ""]] {
            assert_ne!(digest(&["a", "b"]), digest(other), "{other:?}");
        }
    }
}
