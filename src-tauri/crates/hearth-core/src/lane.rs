//! The thread that calls run on: its own single-threaded tokio runtime, so that the steps of a call hand over to
//! each other without waking a second thread, and nothing else of Hearth (queries, windows, exports) makes a call
//! wait. Must not know what runs on it.

use std::io;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Lane {
    handle: Handle,
    /// Dropped to end the thread.
    _open: oneshot::Sender<()>,
}

impl Lane {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (open, closed) = oneshot::channel::<()>();
        std::thread::Builder::new().name("hearth-calls".to_owned()).spawn(move || {
            // An error says that the sender is gone, which is how this ends.
            runtime.block_on(closed).ok();
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, _open: open })
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}
