//! Carries what the runtime reports into the ledger and to every listener. Must not decide anything.

use hearth_model::HearthEvent;
use hearth_store::Store;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

/// Carries until `end`, and then what is still under way.
pub(crate) async fn carry(
    mut reports: mpsc::Receiver<HearthEvent>,
    store: Store,
    listeners: broadcast::Sender<HearthEvent>,
    end: CancellationToken,
) {
    loop {
        tokio::select! {
            () = end.cancelled() => break,
            report = reports.recv() => match report {
                Some(report) => keep(report, &store, &listeners).await,
                None => return,
            },
        }
    }
    while let Ok(report) = reports.try_recv() {
        keep(report, &store, &listeners).await;
    }
}

async fn keep(report: HearthEvent, store: &Store, listeners: &broadcast::Sender<HearthEvent>) {
    match report {
        HearthEvent::EnvironmentChanged { environment, transition } => {
            store.environment(&environment, &transition);
            listeners.send(HearthEvent::EnvironmentChanged { environment, transition }).ok();
        }
        // Waiting here is wanted: a function that logs faster than the disk writes is slowed down, not cut.
        HearthEvent::Logged { lines } if listeners.receiver_count() == 0 => store.log(lines).await,
        HearthEvent::Logged { lines } => {
            store.log(lines.clone()).await;
            listeners.send(HearthEvent::Logged { lines }).ok();
        }
        // Calls are recorded by whoever made them, before they are answered.
        other @ (HearthEvent::InvocationStarted { .. }
        | HearthEvent::InvocationFinished { .. }
        | HearthEvent::FunctionsChanged { .. }
        | HearthEvent::SettingsChanged
        | HearthEvent::TuningChanged { .. }
        | HearthEvent::BudgetAlert { .. }
        | HearthEvent::BrakeChanged
        | HearthEvent::AccountsChanged
        | HearthEvent::SignInChanged
        | HearthEvent::CloudStep { .. }
        | HearthEvent::CloudPieces { .. }) => {
            listeners.send(other).ok();
        }
    }
}
