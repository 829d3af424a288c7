//! The signals that end a command, and who hears them. Must not know what is ended.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many commands hear the signals themselves.
static HEARING: AtomicUsize = AtomicUsize::new(0);

/// While it is held, a command hears the signals itself: what it changed or began is put back or ended, and said, before
/// the process ends.
pub(crate) struct Hearing(());

impl Hearing {
    pub(crate) fn begin() -> Self {
        HEARING.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        HEARING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits for a signal that no command hears itself.
pub(crate) async fn unheard() {
    loop {
        ending().await;
        if HEARING.load(Ordering::SeqCst) == 0 {
            return;
        }
    }
}

/// Waits until a person or the system wants this process to end.
pub(crate) async fn ending() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let mut signals: Vec<_> = kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect();
        if let [interrupt, terminate, hangup] = signals.as_mut_slice() {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // Without signals the process is ended by whoever started it.
        std::future::pending::<()>().await;
    }
}
