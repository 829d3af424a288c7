//! What is set around a function of an account: triggers, environments kept ready, layers.

use hearth_cloud::Sides;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names a region of an account.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CloudRegion {
    /// The account.
    pub account: String,
    /// The region; none: the account's own.
    #[serde(default)]
    pub region: Option<String>,
}

/// What is set around a function.
pub type CloudSides = Sides;
