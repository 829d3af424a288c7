//! How the runtime is set up, and what it found on this computer.

use hearth_model::{Clock, Engine, Micros};
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Settings of one runtime.
#[derive(Clone)]
pub struct RuntimeOptions {
    /// Scratch folder: log pipes, process records, the runtime clients and each environment's `/tmp`.
    pub run_dir: PathBuf,
    /// Where Python keeps compiled modules, a folder for each package, since packages are read-only. None: nowhere.
    pub bytecode_dir: Option<PathBuf>,
    /// The `hearth` binary, started as `hearth worker quickjs`; none switches QuickJS off.
    pub worker_exe: Option<PathBuf>,
    /// Where time stamps come from.
    pub clock: Arc<dyn Clock>,
    /// How long an idle environment is kept.
    pub keep_alive: Micros,
    /// How long an idle environment stays awake; zero freezes it at once.
    pub freeze_after: Micros,
    /// How many processes are prepared for each engine.
    pub parked: ParkedCounts,
    /// The region that functions see, for instance `us-east-1`.
    pub price_region: String,
    /// Where interpreters are looked for; none means the `PATH` of this process.
    pub search_path: Option<OsString>,
}

impl fmt::Debug for RuntimeOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RuntimeOptions")
            .field("run_dir", &self.run_dir)
            .field("bytecode_dir", &self.bytecode_dir)
            .field("worker_exe", &self.worker_exe)
            .field("keep_alive", &self.keep_alive)
            .field("freeze_after", &self.freeze_after)
            .field("parked", &self.parked)
            .field("price_region", &self.price_region)
            .finish_non_exhaustive()
    }
}

/// Processes kept ready for each engine; zero switches parking off for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParkedCounts {
    /// Forked from a Python zygote.
    pub python: usize,
    /// Node processes.
    pub node: usize,
    /// `QuickJS` workers.
    pub quickjs: usize,
}

impl Default for ParkedCounts {
    fn default() -> Self {
        Self { python: 2, node: 2, quickjs: 2 }
    }
}

impl ParkedCounts {
    /// Nothing is prepared.
    pub const NONE: Self = Self { python: 0, node: 0, quickjs: 0 };

    /// The count for `engine`.
    pub fn of(self, engine: Engine) -> usize {
        match engine {
            Engine::Python => self.python,
            Engine::Node => self.node,
            Engine::Quickjs => self.quickjs,
            Engine::Provided => 0,
        }
    }
}

/// What the runtime knows of one engine on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineStatus {
    /// Which engine.
    pub engine: Engine,
    /// The real interpreter, behind any shim.
    pub path: Option<PathBuf>,
    /// Its version, for instance `3.11.7`.
    pub version: Option<String>,
    /// Whether functions can run on it.
    pub available: bool,
    /// Why not, in words.
    pub reason: Option<String>,
    /// Processes that are ready now.
    pub parked: usize,
}
