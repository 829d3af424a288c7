//! The signals that end a command. Must not know what is ended.

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
