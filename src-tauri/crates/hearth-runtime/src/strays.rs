//! Processes that a function started and that left its process group: they are known by the folder for temporary files
//! that they were given, which no other process has. Owns when they are looked for; where control groups hold
//! everything that a function starts, nobody needs to look. Must not know invocations.

use crate::sys;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long strays of servers that ended gather before they are looked for.
const PAUSE: Duration = Duration::from_millis(300);

/// Folders of environments that have ended and whose strays were not looked for yet.
#[derive(Default)]
pub(crate) struct Strays {
    left: Mutex<HashSet<PathBuf>>,
    /// One look serves all that have ended meanwhile.
    looking: tokio::sync::Mutex<()>,
}

impl Strays {
    /// Ends what the environment with this folder left behind, in the background.
    pub(crate) fn end(self: &Arc<Self>, scratch: PathBuf) {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).insert(scratch);
        let strays = Arc::clone(self);
        tokio::spawn(async move {
            let _looking = strays.looking.lock().await;
            // Reading the table of processes is not to compete with the next start, nor to be done for each end.
            tokio::time::sleep(PAUSE).await;
            let left = std::mem::take(&mut *strays.left.lock().unwrap_or_else(PoisonError::into_inner));
            if !left.is_empty() {
                tokio::task::spawn_blocking(move || {
                    told(sys::end_processes_with("TMPDIR", |folder| left.contains(folder)));
                })
                .await
                .ok();
            }
        });
    }
}

/// Ends what any environment with a folder below `scratch` has left behind, and returns how many there were.
pub(crate) fn end_all(scratch: &Path) -> usize {
    told(sys::end_processes_with("TMPDIR", |folder| folder != scratch && folder.starts_with(scratch)))
}

fn told(ended: usize) -> usize {
    if ended > 0 {
        tracing::info!(ended, "ended processes that functions had left behind");
    }
    ended
}
