//! Hearth itself: what it is, what it can run, and its settings.

use hearth_model::{Engine, Micros};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Nothing to say.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Empty {}

/// An engine on this computer.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EngineInfo {
    /// Which.
    pub engine: Engine,
    /// Runtime identifier that fits it best, for instance `python3.11`.
    pub runtime: String,
    /// Version, for instance `3.11.7`.
    pub version: Option<String>,
    /// The real interpreter, behind any shim.
    pub path: Option<String>,
    /// Whether functions can run on it.
    pub available: bool,
    /// Why not, and what to install.
    pub reason: Option<String>,
    /// Parked processes that wait for a function.
    pub parked: u32,
}

/// How environments are held to their memory size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum MemoryLimit {
    /// The kernel holds it, through a control group for each environment.
    Cgroup,
    /// Memory is summed every 20 ms, and an environment over its size is ended.
    Sampled,
}

/// What Hearth is and where.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppInfo {
    /// Version.
    pub version: String,
    /// Process id of the owner of the data folder.
    pub owner_pid: u32,
    /// The data folder.
    pub data_dir: String,
    /// Hearth's clock now.
    pub now_us: Micros,
    /// Region of the prices.
    pub price_region: String,
    /// Regions that the price book has, in alphabetical order.
    pub price_regions: Vec<String>,
    /// Day of the price book.
    pub price_date: String,
    /// Hosts that Hearth contacted since it started; empty: it never does by itself.
    pub hosts_contacted: Vec<String>,
    /// The engines.
    pub engines: Vec<EngineInfo>,
    /// Servers that exist now.
    pub servers: u32,
    /// Memory that they hold now, summed over their processes, in bytes; not the peaks.
    pub servers_memory_bytes: u64,
    /// How environments are limited in memory.
    pub memory_limit: MemoryLimit,
    /// Why the kernel does not hold memory limits, when it does not.
    pub memory_limit_reason: Option<String>,
    /// Why recording stopped, when it has.
    pub recording_problem: Option<String>,
}

/// Settings of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Idle time after which a server is reaped, 1 s to 24 h.
    pub keep_alive_us: Micros,
    /// Idle time after which a server is frozen; 0 at once.
    pub freeze_after_us: Micros,
    /// Most servers at once for a function without a limit of its own, 1 to 200.
    pub default_concurrency: u32,
    /// Region of the prices.
    pub price_region: String,
    /// `system`, `dark`, `light` or `hc`.
    pub theme: String,
    /// `system` or `reduced`.
    pub motion: String,
    /// Days for which single calls, their payloads and logs are kept, 1 to 3,650.
    pub raw_days: u32,
    /// Size of the ledger in MB above which the oldest of them go earlier, 64 to 1,000,000.
    pub max_ledger_mb: u32,
    /// Days for which charts and costs are kept, 31 to 3,650.
    pub rollup_days: u32,
    /// Whether single letters and signs are keys; chords with Ctrl or Alt always are.
    pub single_keys: bool,
    /// Keys that a person changed: the action's id, then the keys as they are pressed (`Ctrl K`, `g f`), empty for none.
    pub keys: BTreeMap<String, String>,
    /// The folder with events that a person chose; none: nobody chose one.
    pub events_folder: Option<String>,
}

/// Asks for a pace of the local runtime.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PaceRequest {
    /// How many times faster than the clock idle servers are reaped, 1 to 60; 1 is the usual pace.
    pub speed: u32,
}

/// The pace of the local runtime. It shortens the keep-alive and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Pace {
    /// How many times faster than the clock idle servers are reaped.
    pub speed: u32,
    /// Idle time after which a server is reaped at this pace.
    pub keep_alive_us: Micros,
    /// When the usual pace comes back by itself, unless it is asked for again; none at the usual pace.
    pub until_us: Option<Micros>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keep_alive_us: Micros::from_seconds(300),
            freeze_after_us: Micros::ZERO,
            default_concurrency: 20,
            price_region: "us-east-1".to_owned(),
            theme: "system".to_owned(),
            motion: "system".to_owned(),
            raw_days: 90,
            max_ledger_mb: 4_096,
            rollup_days: 800,
            single_keys: true,
            keys: BTreeMap::new(),
            events_folder: None,
        }
    }
}
