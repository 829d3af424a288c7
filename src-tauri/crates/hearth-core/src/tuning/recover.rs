//! Tunings that an earlier Hearth did not end: what they changed is put back, and said; in an account as soon as it may
//! be changed. Must not measure anything.

use super::desk::record;
use super::place::Place;
use super::run::{belt, finish};
use super::{get, read};
use crate::api::{Tuning, TuningName, TuningRestore, TuningStatus};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cloud::{Account, quoted};
use hearth_model::{HearthEvent, LOCAL_ACCOUNT};
use hearth_store::TuningRecord;
use std::time::Duration;

const INTERRUPTED: &str = "Hearth ended while it ran";
/// How long who allows changes in an account waits for what is put back there.
const PATIENCE: Duration = Duration::from_secs(30);

/// Puts back what was left by a crash. What cannot be is said, and tried again by the next start or by a person.
pub(crate) async fn recover(app: &App) {
    let left = match app.store().tunings_to_restore().await {
        Ok(left) => left,
        Err(error) => {
            tracing::error!(%error, "the ledger does not say which tunings were not ended");
            return;
        }
    };
    let mut there = Vec::new();
    for found in left {
        match read(&found) {
            // A vendor is asked beside everything else: nobody waits for it to look at this computer.
            Ok(tuning) if tuning.account != LOCAL_ACCOUNT => there.push((found, tuning)),
            _ => tell(&found, put_back(app, &found).await),
        }
    }
    for (found, mut tuning) in there {
        if tuning.status == TuningStatus::Running {
            interrupt(app, &mut tuning);
            finish(&mut tuning, Ok(TuningRestore::Pending));
            if let Err(error) = keep(app, &found, &tuning).await {
                tracing::error!(id = %found.id, %error, "a tuning could not be ended");
            }
        }
        let after = app.clone();
        app.tunings().tasks.spawn(async move {
            tell(&found, Box::pin(put_back(&after, &found)).await);
        });
    }
}

/// Puts back what is left in an account that may be changed from now on, and waits some time for that.
pub(crate) async fn may_be_changed(app: &App, account: &Account) {
    let Ok(left) = app.store().tunings_to_restore().await else { return };
    for found in left {
        let is_there = found.function_id.place().is_some_and(|(id, ..)| id == account.id.as_str());
        if !is_there || app.tunings().find(&found.id).is_some() {
            continue;
        }
        let after = app.clone();
        let putting = app.tunings().tasks.spawn(async move {
            tell(&found, Box::pin(put_back(&after, &found)).await);
        });
        // It goes on when nobody waits any more.
        tokio::time::timeout(PATIENCE, putting).await.ok();
    }
}

fn tell(found: &TuningRecord, ended: Result<Tuning>) {
    match ended {
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

fn interrupt(app: &App, tuning: &mut Tuning) {
    tuning.status = TuningStatus::Interrupted;
    tuning.problem = Some(INTERRUPTED.to_owned());
    tuning.current_mb = None;
    tuning.ended_us.get_or_insert_with(|| app.now());
}

async fn keep(app: &App, found: &TuningRecord, tuning: &Tuning) -> Result<()> {
    Ok(app.store().put_tuning(&record(tuning, found.set_memory_mb)?).await?)
}

async fn put_back(app: &App, found: &TuningRecord) -> Result<Tuning> {
    // The start and a person may both want it; who comes second finds it done.
    let _alone = app.tunings().restoring.lock().await;
    let found = app.store().tuning(&found.id).await?.unwrap_or_else(|| found.clone());
    let mut tuning = read(&found)?;
    if found.is_restored {
        return Ok(tuning);
    }
    let original_mb = found.configuration.memory_mb;
    let restored = match Place::left(app, &tuning).await {
        Ok(place) => belt(&tuning.plan.memory_mb, original_mb, found.set_memory_mb).restore(&place).await,
        Err(error) => Err(error),
    };
    if tuning.status == TuningStatus::Running || tuning.status == TuningStatus::Interrupted {
        interrupt(app, &mut tuning);
    } else {
        tuning.problem = None;
    }
    if restored.as_ref().is_ok_and(|restored| *restored == TuningRestore::Verified) {
        tuning.problem = Some(match tuning.status {
            TuningStatus::Interrupted => {
                format!("{INTERRUPTED}; {original_mb} MB is set again, and was read back.")
            }
            _ => format!("{original_mb} MB is set again, and was read back."),
        });
    }
    let is_left = tuning.account != LOCAL_ACCOUNT
        && !matches!(
            restored,
            Ok(TuningRestore::Verified | TuningRestore::ChangedByOthers | TuningRestore::Gone)
        );
    finish(&mut tuning, restored);
    if is_left {
        let account = quoted(&tuning.account);
        let way = format!("It is put back once changes are allowed there: hearth accounts unlock {account}");
        tuning.problem = Some(tuning.problem.map_or(way.clone(), |problem| format!("{problem} {way}")));
    }
    keep(app, &found, &tuning).await?;
    app.tell(HearthEvent::TuningChanged {
        tuning_id: tuning.id.clone(),
        function_name: tuning.plan.name.clone(),
        done: tuning.done,
        total: tuning.total,
        running: false,
    });
    Ok(tuning)
}
