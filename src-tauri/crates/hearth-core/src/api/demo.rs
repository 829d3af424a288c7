//! The demo: made-up data that is shown in the place of real data while it is on.

use hearth_model::Micros;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks for the demo.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct DemoOn {
    /// Chance: the same seed on the same day gives the same demo. 1 when left out.
    #[ts(optional, type = "number")]
    pub seed: Option<u64>,
    /// About how many calls, 1,000 to 2,000,000. 250,000 when left out.
    #[ts(optional)]
    pub calls: Option<u32>,
}

/// Whether there is a demo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum DemoState {
    /// There is none.
    #[default]
    Off,
    /// It is being made; real data is shown until it is done.
    Making,
    /// It is there and is shown in the place of real data, which goes on being recorded.
    On,
    /// It is being removed.
    Removing,
}

/// The demo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct DemoStatus {
    /// Whether it is there.
    pub state: DemoState,
    /// How much of it is made, 0 to 100.
    pub percent: u32,
    /// Calls that it has, or has so far.
    pub calls: u64,
    /// Functions that it has.
    pub functions: u32,
    /// Chance that it was made of.
    #[ts(type = "number")]
    pub seed: u64,
    /// Its first instant.
    pub from_us: Option<Micros>,
    /// When it was made: it tells of the 90 days until then.
    pub made_us: Option<Micros>,
}
