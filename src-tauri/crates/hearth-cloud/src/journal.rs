//! What is kept of a change while it is made, so that it can be taken back by a process that did not make it. Owns the
//! words; must not know a vendor, nor where they are kept.

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// A call that was about to be sent: it may have been made, in part or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BegunCall {
    /// Service and operation, for instance `lambda:CreateFunction`.
    pub operation: String,
    /// How it is taken back, in words that only its vendor reads; none: not at all. Holds no secret.
    pub record: Option<String>,
}

/// Where a change is noted while it is made. Noting never fails: what cannot be kept is said elsewhere, and the change
/// goes on.
pub trait Journal: Send + Sync {
    /// Notes a call before it is sent; it outlives this process when this returns. `title` is what the change does.
    fn begins<'a>(&'a self, title: &'a str, call: BegunCall) -> BoxFuture<'a, ()>;

    /// The change has ended, made or taken back, but for these calls, which should have been taken back and were not.
    fn ended(&self, stay: Vec<BegunCall>) -> BoxFuture<'_, ()>;
}
