//! Tunings that an earlier Hearth did not end: what they changed is put back, and said. Must not measure anything.

use super::desk::record;
use super::local::Local;
use super::run::{belt, finish};
use super::{get, read};
use crate::api::{Tuning, TuningName, TuningRestore, TuningStatus};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_store::TuningRecord;

/// Puts back what was left by a crash. What cannot be is said, and tried again by the next start or by a person.
pub(crate) async fn recover(app: &App) {
    let left = match app.store().tunings_to_restore().await {
        Ok(left) => left,
        Err(error) => {
            tracing::error!(%error, "the ledger does not say which tunings were not ended");
            return;
        }
    };
    for found in left {
        match put_back(app, &found).await {
            Ok(tuning) => tracing::warn!(
                function = tuning.plan.name,
                memory_mb = tuning.configuration.memory_mb,
                restore = ?tuning.restore,
                "a tuning was not ended; {}",
                tuning.problem.unwrap_or_default()
            ),
            Err(error) => tracing::error!(id = %found.id, %error, "a tuning could not be ended"),
        }
    }
}

/// Tries again to put a size back.
pub(crate) async fn again(app: &App, request: TuningName) -> Result<Tuning> {
    if app.tunings().find(&request.id).is_some() {
        return Err(ApiError::new(ErrorCode::Conflict, "that tuning is going on")
            .with_hint("Cancel it: then it puts the size back by itself."));
    }
    match app.store().tuning(&request.id).await? {
        Some(found) if !found.is_restored => put_back(app, &found).await,
        _ => get(app, request).await,
    }
}

async fn put_back(app: &App, found: &TuningRecord) -> Result<Tuning> {
    let mut tuning = read(found)?;
    let local = Local::named(app.clone(), &tuning.function_id, &tuning.plan.name, &found.configuration);
    let original_mb = found.configuration.memory_mb;
    let restored = belt(&tuning.plan.memory_mb, original_mb, found.set_memory_mb).restore(&local).await;
    if tuning.status == TuningStatus::Running {
        tuning.status = TuningStatus::Interrupted;
        tuning.problem = Some("Hearth ended while it ran".to_owned());
    }
    if restored.as_ref().is_ok_and(|restored| *restored == TuningRestore::Verified) {
        tuning.problem = Some(match tuning.status {
            TuningStatus::Interrupted => {
                format!("Hearth ended while it ran; {original_mb} MB is set again, and was read back.")
            }
            _ => format!("{original_mb} MB is set again, and was read back."),
        });
    }
    tuning.current_mb = None;
    tuning.ended_us.get_or_insert_with(|| app.now());
    finish(&mut tuning, restored);
    app.store().put_tuning(&record(&tuning, found.set_memory_mb)?).await?;
    Ok(tuning)
}
