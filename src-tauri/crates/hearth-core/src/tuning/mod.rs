//! Power tuning: a function is measured at several memory sizes, and has its configuration again afterwards, whatever
//! happens. Owns the commands and which tunings run. Must not know where a function runs: see [`tunable`].

mod account;
mod answer;
mod belt;
mod desk;
mod local;
mod marks;
mod place;
mod plan;
mod price;
mod recover;
mod run;
#[cfg(test)]
mod tests;
mod tunable;

pub(crate) use plan::preview;
pub(crate) use recover::{again as restore, may_be_changed, recover};

use crate::api::{Empty, Tuning, TuningName, TuningPlan, TuningRestore, TuningStatus, TuningsQuery};
use crate::clouds::Clouds;
use crate::functions::existing_or_deleted;
use crate::{ApiError, App, ErrorCode, Result};
use desk::Desk;
use hearth_model::{FunctionId, TuningId};
use hearth_store::TuningRecord;
use place::{Place, Subject};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Tunings that are listed unless more are asked for.
const LISTED: u32 = 100;
const MOST_LISTED: u32 = 500;

/// The tunings that run now, at most one a function.
#[derive(Debug, Default)]
pub(crate) struct Tunings {
    running: Mutex<HashMap<FunctionId, Running>>,
    /// Held while a size is put back that an earlier Hearth left.
    restoring: tokio::sync::Mutex<()>,
    tasks: TaskTracker,
}

#[derive(Clone, Debug)]
struct Running {
    desk: Arc<Desk>,
    cancel: CancellationToken,
}

impl Tunings {
    fn running(&self) -> MutexGuard<'_, HashMap<FunctionId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, id: &TuningId) -> Option<Running> {
        self.running().values().find(|running| running.desk.now().id == *id).cloned()
    }

    /// Cancels every tuning, and returns once each has put back what it changed.
    pub(crate) async fn end(&self) {
        for running in self.running().values() {
            running.cancel.cancel();
        }
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Begins a tuning, which goes on by itself.
pub(crate) async fn start(app: &App, request: TuningPlan) -> Result<Tuning> {
    let seen = request.digest.clone();
    let subject = Box::pin(Subject::of(app, plan::checked(request)?)).await?;
    let Subject { place, id, account, version, configuration, prices, remarks, review, mut plan } = subject;
    plan.digest = None;
    if let Place::There(there) = &place {
        Clouds::check_unlocked(app, there.account())?;
    }
    if let Some(review) = &review
        && seen.as_ref() != Some(&review.digest)
    {
        let message = format!("what tuning `{}` does is not what was seen", plan.name);
        return Err(ApiError::new(ErrorCode::PlanChanged, message).with_hint("Look at the preview again."));
    }
    if let Some(problem) = app.store().problem() {
        return Err(ApiError::new(ErrorCode::DiskFull, "nothing can be recorded, so nothing is tuned")
            .with_hint("Make room on the disk that holds the data folder, then tune again.")
            .with_detail(problem));
    }
    if app.store().tunings_to_restore().await?.iter().any(|other| other.function_id == id) {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            format!("`{}` is being tuned, or waits for its memory size to be put back", plan.name),
        )
        .with_hint("Wait for that tuning, or cancel it; Tuning lists it, and can put the size back."));
    }
    let tuning = Tuning {
        id: TuningId::generate(),
        function_id: id.clone(),
        version,
        account,
        total: plan::calls(&plan),
        plan,
        configuration,
        status: TuningStatus::Running,
        restore: TuningRestore::Pending,
        started_us: app.now(),
        ended_us: None,
        done: 0,
        current_mb: None,
        sizes: Vec::new(),
        cheapest_mb: None,
        fastest_mb: None,
        balanced_mb: None,
        price_region: prices.region().to_owned(),
        price_date: prices.date().to_owned(),
        remarks,
        problem: None,
    };
    let desk = Arc::new(Desk::new(app.store().clone(), app.clock(), app.events(), tuning));
    let running = Running { desk: Arc::clone(&desk), cancel: CancellationToken::new() };
    let cancel = running.cancel.clone();
    {
        let mut all = app.tunings().running();
        if all.contains_key(&id) || app.tunings().tasks.is_closed() {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                format!("`{}` is being tuned", desk.now().plan.name),
            )
            .with_hint("Wait for that tuning, or cancel it; Tuning lists it."));
        }
        all.insert(id.clone(), running);
    }
    // Committed before anything is changed: what cannot be undone after a crash is not begun.
    if let Err(error) = desk.keep(None).await {
        app.tunings().running().remove(&id);
        return Err(error);
    }
    let begun = desk.now();
    let course = app.clone();
    app.tunings().tasks.spawn(async move {
        run::run(&place, &desk, &prices, &cancel).await;
        course.tunings().running().remove(&id);
        desk.tell();
    });
    Ok(begun)
}

/// Ends a tuning; it puts back what it changed and then is `cancelled`.
pub(crate) async fn cancel(app: &App, request: TuningName) -> Result<Empty> {
    let Some(running) = app.tunings().find(&request.id) else {
        get(app, request).await?;
        return Err(ApiError::new(ErrorCode::NotFound, "that tuning has ended already"));
    };
    running.cancel.cancel();
    Ok(Empty {})
}

pub(crate) async fn get(app: &App, request: TuningName) -> Result<Tuning> {
    if let Some(running) = app.tunings().find(&request.id) {
        return Ok(running.desk.now());
    }
    match app.store().tuning(&request.id).await? {
        Some(record) => read(&record),
        None => Err(ApiError::new(ErrorCode::NotFound, format!("there is no tuning {}", request.id))
            .with_hint("Tuning lists those that there are.")),
    }
}

pub(crate) async fn list(app: &App, request: TuningsQuery) -> Result<Vec<Tuning>> {
    let limit = request.limit.unwrap_or(LISTED);
    if !(1..=MOST_LISTED).contains(&limit) {
        let message = format!("1 to {MOST_LISTED} tunings can be listed, not {limit}");
        return Err(ApiError::new(ErrorCode::InvalidInput, message));
    }
    let function = match &request.name {
        Some(name) => Some(existing_or_deleted(app, name).await?.id),
        None => None,
    };
    let records = app.store().tunings(function.as_ref(), limit).await?;
    let newest = |record: &TuningRecord| app.tunings().find(&record.id).map(|running| Ok(running.desk.now()));
    records.iter().map(|record| newest(record).unwrap_or_else(|| read(record))).collect()
}

/// The newest tuning of a function that measured everything: what what-if may call "measured by tuning".
pub(crate) async fn latest_tuning(app: &App, function: &FunctionId) -> Result<Option<Tuning>> {
    app.store().latest_tuning(function).await?.as_ref().map(read).transpose()
}

/// The newest complete tuning of a function, by its name.
pub(crate) async fn latest(app: &App, request: crate::api::FunctionName) -> Result<Option<Tuning>> {
    let function = existing_or_deleted(app, &request.name).await?;
    latest_tuning(app, &function.id).await
}

fn read(record: &TuningRecord) -> Result<Tuning> {
    serde_json::from_str(&record.document).map_err(|error| {
        ApiError::internal(format!("the tuning {} cannot be read", record.id)).with_detail(error.to_string())
    })
}
