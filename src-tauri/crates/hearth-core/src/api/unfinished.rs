//! Changes in accounts that came to no end.

use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A change in an account that was half made when Hearth was killed, or that could not be taken back wholly.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnfinishedChange {
    /// Its id.
    pub id: String,
    /// The account's id.
    pub account: String,
    /// Its name; the id when there is no such account any more.
    pub account_name: String,
    /// Whose account it is, for instance `aws`.
    pub provider: String,
    /// The region.
    pub region: String,
    /// The function, or what else it is about.
    pub function: String,
    /// What it does, as its review said.
    pub title: String,
    /// The same as a command line; values of variables are left to the reader.
    pub command_line: String,
    /// Whether it deploys code or an image, which can simply be done again.
    pub is_deploy: bool,
    /// The folder or file that it deploys, when it deploys one.
    pub folder: Option<String>,
    /// When it began.
    pub begun_us: Micros,
    /// The calls that had begun, in their order: the last one may not have been sent.
    pub calls: Vec<UnfinishedCall>,
}

/// A call that had begun.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnfinishedCall {
    /// Service and operation.
    pub operation: String,
    /// Whether it is known how it is taken back.
    pub can_be_taken_back: bool,
}

/// Names such a change.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnfinishedName {
    /// Its id.
    pub id: String,
}
