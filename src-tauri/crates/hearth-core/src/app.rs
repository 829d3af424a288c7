//! The App.

use crate::Result;
use crate::owner::OwnerLock;
use hearth_model::{Clock, HearthEvent};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Events that a slow listener may be behind before it loses some.
const EVENTS_KEPT: usize = 8_192;

/// What an [`App`] is opened with.
#[derive(Clone)]
pub struct AppOptions {
    /// The data folder; made when it is not there.
    pub data_dir: PathBuf,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// The `hearth` binary that `QuickJS` workers are started from; none means this executable.
    pub worker_exe: Option<PathBuf>,
}

/// The running Hearth: a cheap handle that every use case is given.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    options: AppOptions,
    lock: OwnerLock,
    events: broadcast::Sender<HearthEvent>,
}

impl App {
    /// Opens a data folder and becomes its owner.
    #[expect(clippy::unused_async, reason = "the runtime and the ledger start here next")]
    pub async fn open(options: AppOptions) -> Result<Self> {
        std::fs::create_dir_all(&options.data_dir).ok();
        let lock = OwnerLock::take(&options.data_dir)?;
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        Ok(Self { inner: Arc::new(Inner { options, lock, events }) })
    }

    /// Everything that happens from now on; see [`crate::batch::Batches`].
    pub fn subscribe(&self) -> broadcast::Receiver<HearthEvent> {
        self.inner.events.subscribe()
    }

    /// Tells other processes where this one listens. Tokens are not written down.
    pub fn set_addresses(&self, ui: Option<String>, lambda: Option<String>) {
        self.inner.lock.write_note(ui, lambda);
    }

    /// Where the browser host writes uploaded zips, each as `<id>.zip`.
    pub fn uploads_dir(&self) -> PathBuf {
        self.inner.options.data_dir.join("uploads")
    }

    /// Ends servers, writes what is left and gives the data folder free, in at most 3 s.
    #[expect(clippy::unused_async, reason = "the runtime and the ledger end here next")]
    pub async fn close(&self) {
        self.inner.lock.release();
    }
}
