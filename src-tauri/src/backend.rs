//! Who answers the window's commands: this process when it owns the data folder, else the owner over its socket.
//! When another owner ends, the window takes over; when the data folder cannot be opened, each try says why. Must not
//! know the window.

use hearth_core::commands::Body;
use hearth_core::{ApiError, AppOptions, ErrorCode, Place, Result, SystemClock};
use hearth_host::socket::Client;
use hearth_host::{Caller, Events};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::RwLock;

/// How long requests of other processes may take when the window is closed.
const GRACE: Duration = Duration::from_secs(3);
/// A page asks for many things at once: one failed try speaks for all of them.
const SAME_FAILURE: Duration = Duration::from_secs(1);

/// Where commands go.
#[derive(Clone)]
pub(crate) struct Backend {
    options: AppOptions,
    caller: Arc<RwLock<Answering>>,
}

/// Who answers now.
enum Answering {
    Somebody(Arc<Caller>),
    /// The data folder could not be opened, then.
    Nobody(ApiError, Instant),
    Closed,
}

impl Backend {
    /// Becomes the owner of the data folder, or the client of its owner. Where neither is possible, commands say why.
    pub(crate) async fn open(data_dir: &Path) -> Self {
        let options = AppOptions {
            data_dir: data_dir.to_owned(),
            clock: Arc::new(SystemClock),
            worker_exe: Some(worker_beside_window()),
            place: Place::of_system(),
        };
        let answering = match open(options.clone()).await {
            Ok(caller) => Answering::Somebody(caller),
            Err(error) => failed(error),
        };
        Self { options, caller: Arc::new(RwLock::new(answering)) }
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
        let before = std::mem::replace(&mut *self.caller.write().await, Answering::Closed);
        let Answering::Somebody(caller) = before else { return };
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
        // Another command may have taken over, or failed to, while this one waited for its turn.
        match &*place {
            Answering::Somebody(caller) if self.lives(caller).await => return Ok(Arc::clone(caller)),
            Answering::Nobody(error, at) if at.elapsed() < SAME_FAILURE => return Err(error.clone()),
            Answering::Closed => {
                return Err(ApiError::new(ErrorCode::Internal, "the window is being closed"));
            }
            Answering::Somebody(_) | Answering::Nobody(..) => {}
        }
        match open(self.options.clone()).await {
            Ok(caller) => {
                *place = Answering::Somebody(Arc::clone(&caller));
                Ok(caller)
            }
            Err(error) => {
                *place = failed(error.clone());
                Err(error)
            }
        }
    }

    async fn living(&self) -> Option<Arc<Caller>> {
        let Answering::Somebody(caller) = &*self.caller.read().await else { return None };
        let caller = Arc::clone(caller);
        self.lives(&caller).await.then_some(caller)
    }

    async fn lives(&self, caller: &Caller) -> bool {
        match caller {
            Caller::Owner(_) => true,
            Caller::Client(..) => matches!(Client::connect(&self.options.data_dir).await, Ok(Some(_))),
        }
    }
}

fn failed(error: ApiError) -> Answering {
    tracing::error!(%error, hint = error.hint.as_deref().unwrap_or(""), "the data folder cannot be opened");
    Answering::Nobody(error, Instant::now())
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
