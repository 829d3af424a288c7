//! Alerts of budgets and of the brake as notifications of the desktop, for who does not look at the window. Must not
//! know when to alert.

use hearth_model::{EventBatch, HearthEvent};
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt as _;

/// Shows what a batch has to tell. A desktop without notifications is no error: the window tells it too.
pub(crate) fn tell(app: &AppHandle, batch: &EventBatch) {
    for (title, text) in alerts(batch) {
        if let Err(error) = app.notification().builder().title(title).body(text).show() {
            tracing::debug!(%error, "the desktop shows no notification");
        }
    }
}

fn alerts(batch: &EventBatch) -> impl Iterator<Item = (&str, &str)> {
    batch.events.iter().filter_map(|event| match event {
        HearthEvent::BudgetAlert { title, text, .. } => Some((title.as_str(), text.as_str())),
        HearthEvent::EnvironmentChanged { .. }
        | HearthEvent::InvocationStarted { .. }
        | HearthEvent::InvocationFinished { .. }
        | HearthEvent::Logged { .. }
        | HearthEvent::FunctionsChanged { .. }
        | HearthEvent::SettingsChanged
        | HearthEvent::BrakeChanged
        | HearthEvent::AccountsChanged
        | HearthEvent::SignInChanged
        | HearthEvent::CloudStep { .. }
        | HearthEvent::CloudPieces { .. }
        | HearthEvent::TuningChanged { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_alerts_are_told() {
        let alert = HearthEvent::BudgetAlert {
            title: "The brake stopped kettle".to_owned(),
            text: "Kettle spent its budget.".to_owned(),
            urgent: true,
        };
        let batch = EventBatch {
            events: vec![HearthEvent::SettingsChanged, alert, HearthEvent::BrakeChanged],
            lagged: false,
        };
        let told: Vec<_> = alerts(&batch).collect();
        assert_eq!(told, [("The brake stopped kettle", "Kettle spent its budget.")]);
    }
}
