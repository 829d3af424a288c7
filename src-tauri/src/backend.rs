//! Who answers the window's commands: this process when it owns the data folder, else the owner over its socket.
//! When another owner ends, the window takes over. Must not know the window.

use hearth_core::commands::Body;
use hearth_core::{AppOptions, Place, Result, SystemClock};
use hearth_host::socket::Client;
use hearth_host::{Caller, Events};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::RwLock;

/// How long requests of other processes may take when the window is closed.
const GRACE: Duration = Duration::from_secs(3);

/// Where commands go.
#[derive(Clone)]
pub(crate) struct Backend {
    options: AppOptions,
    /// None after [`Backend::close`].
    caller: Arc<RwLock<Option<Arc<Caller>>>>,
}

impl Backend {
    /// Becomes the owner of the data folder, or the client of its owner.
    pub(crate) async fn open(data_dir: &Path) -> Result<Self> {
        let options = AppOptions {
            data_dir: data_dir.to_owned(),
            clock: Arc::new(SystemClock),
            worker_exe: Some(worker_beside_window()),
            place: Place::of_system(),
        };
        let caller = open(options.clone()).await?;
        Ok(Self { options, caller: Arc::new(RwLock::new(Some(caller))) })
    }

    /// Runs a command.
    pub(crate) async fn call(&self, command: &str, payload: Value) -> Result<Body> {
        self.caller().await?.call(command, payload).await
    }

    /// Everything that happens from now on; it ends when the owner does.
    pub(crate) async fn events(&self) -> Result<Events> {
        self.caller().await?.events().await
    }

    /// Ends what this process runs.
    pub(crate) async fn close(&self) {
        let Some(caller) = self.caller.write().await.take() else { return };
        // A command that is still being answered keeps its own handle; the process ends without it.
        if let Some(caller) = Arc::into_inner(caller) {
            caller.end(GRACE).await;
        }
    }

    /// The caller, after taking over from an owner that has ended.
    async fn caller(&self) -> Result<Arc<Caller>> {
        if let Some(caller) = self.living().await {
            return Ok(caller);
        }
        let mut place = self.caller.write().await;
        // Another command may have taken over while this one waited for its turn.
        if let Some(caller) = place.as_ref()
            && self.lives(caller).await
        {
            return Ok(Arc::clone(caller));
        }
        let caller = open(self.options.clone()).await?;
        *place = Some(Arc::clone(&caller));
        Ok(caller)
    }

    async fn living(&self) -> Option<Arc<Caller>> {
        let caller = self.caller.read().await.clone()?;
        self.lives(&caller).await.then_some(caller)
    }

    async fn lives(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Owner(_) => true,
            Caller::Client(..) => matches!(Client::connect(&self.options.data_dir).await, Ok(Some(_))),
        }
    }
}

/// A caller that, where it owns the data folder, goes on until the window is closed.
async fn open(options: AppOptions) -> Result<Arc<Caller>> {
    let caller = Caller::open(options).await?;
    if let Caller::Owner(owner) = &caller {
        owner.app().stay(None, None);
    }
    Ok(Arc::new(caller))
}

/// The `hearth` binary beside this one: re-executing the window itself would load WebKit into each QuickJS worker.
fn worker_beside_window() -> PathBuf {
    let name = format!("hearth{}", std::env::consts::EXE_SUFFIX);
    std::env::current_exe()
        .ok()
        .and_then(|exe| exe.parent().map(|folder| folder.join(&name)))
        .filter(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from(name))
}
