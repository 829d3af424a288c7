//! The demo universe: 90 days of made-up calls over all providers, made and removed as a whole. While it is on, every
//! list, chart and log shows it and nothing else ([`crate::App::view`]); real data goes on being recorded, unseen.
//!
//! Owns the switch and the making. All rows are ordinary ones of accounts that the ledger keeps apart, so that figures
//! and calls agree as they do for real data. Must not know how it is shown.

mod calls;
mod functions;
mod make;
mod services;
mod versions;

use crate::api::{DemoOn, DemoState, DemoStatus, Empty};
use crate::{ApiError, App, ErrorCode, Result, budgets};
use hearth_model::HearthEvent;
use hearth_store::{Scope, Store};
use std::sync::{Mutex, PoisonError, RwLock};
use tokio_util::sync::CancellationToken;

const KEY: &str = "demo";
const USUAL_CALLS: u32 = 250_000;

/// The switch.
#[derive(Debug, Default)]
pub(crate) struct Demo {
    status: RwLock<DemoStatus>,
    /// Ends the making that is going on.
    cancel: Mutex<CancellationToken>,
    /// Held while it is made or removed.
    working: tokio::sync::Mutex<()>,
}

impl Demo {
    /// As it was left. What was begun and not finished is removed by [`tidy`].
    pub(crate) async fn load(store: &Store) -> Result<Self> {
        let kept = store.setting(KEY).await?;
        let status = kept.and_then(|text| serde_json::from_str::<DemoStatus>(&text).ok()).unwrap_or_default();
        Ok(Self { status: RwLock::new(status), ..Self::default() })
    }

    pub(crate) fn status(&self) -> DemoStatus {
        self.status.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whose data is shown.
    pub(crate) fn view(&self) -> Scope {
        if self.status().state == DemoState::On { Scope::Demo } else { Scope::All }
    }

    fn set(&self, status: DemoStatus) {
        *self.status.write().unwrap_or_else(PoisonError::into_inner) = status;
    }

    fn cancel(&self) -> CancellationToken {
        self.cancel.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn begin(&self) -> CancellationToken {
        let token = CancellationToken::new();
        *self.cancel.lock().unwrap_or_else(PoisonError::into_inner) = token.clone();
        token
    }
}

/// Removes what a Hearth that was killed meanwhile has left.
pub(crate) async fn tidy(app: &App) {
    if matches!(app.demo().status().state, DemoState::Making | DemoState::Removing)
        && let Err(error) = off(app, Empty {}).await
    {
        tracing::warn!(?error, "a demo that was not finished stays for now");
    }
}

/// How it is.
pub(crate) async fn status(app: &App, _request: Empty) -> Result<DemoStatus> {
    Ok(app.demo().status())
}

/// Makes the demo and shows it. Answers when it is done; [`off`] cancels it.
pub(crate) async fn on(app: &App, request: DemoOn) -> Result<DemoStatus> {
    let calls = request.calls.unwrap_or(USUAL_CALLS);
    if !(1_000..=2_000_000).contains(&calls) {
        let message = format!("a demo has 1,000 to 2,000,000 calls, not {calls}");
        return Err(ApiError::new(ErrorCode::InvalidInput, message));
    }
    let demo = app.demo();
    let _working = demo.working.try_lock().map_err(|_| busy(&demo.status()))?;
    if demo.status().state == DemoState::On {
        return Ok(demo.status());
    }
    let cancelled = demo.begin();
    let mut status = DemoStatus {
        state: DemoState::Making,
        seed: request.seed.unwrap_or(1),
        made_us: Some(app.now()),
        ..DemoStatus::default()
    };
    keep(app, &status).await?;
    match make::make(app, &mut status, calls, &cancelled).await {
        Ok(()) => {
            status.state = DemoState::On;
            status.percent = 100;
            keep(app, &status).await?;
            let (busiest, ..) = functions::ACCOUNTS[0];
            budgets::make_of_demo(app, busiest).await?;
            told(app);
            Ok(status)
        }
        Err(error) => {
            remove(app).await?;
            Err(error)
        }
    }
}

/// Removes the demo, or cancels its making; real data is shown again.
pub(crate) async fn off(app: &App, _request: Empty) -> Result<DemoStatus> {
    let demo = app.demo();
    demo.cancel().cancel();
    let _working = demo.working.lock().await;
    // Also rows of a demo that an older Hearth brought in with a file.
    if demo.status().state != DemoState::Off || !app.store().demo_functions(None).await?.is_empty() {
        remove(app).await?;
    }
    Ok(demo.status())
}

async fn remove(app: &App) -> Result<()> {
    let status = DemoStatus { state: DemoState::Removing, ..app.demo().status() };
    keep(app, &status).await?;
    told(app);
    app.store().remove_demo().await?;
    keep(app, &DemoStatus::default()).await?;
    budgets::changed(app).await?;
    told(app);
    Ok(())
}

async fn keep(app: &App, status: &DemoStatus) -> Result<()> {
    let text = serde_json::to_string(status).map_err(|error| {
        ApiError::internal("the demo's state could not be written").with_detail(error.to_string())
    })?;
    app.store().set_setting(KEY, &text).await?;
    app.demo().set(status.clone());
    Ok(())
}

/// Windows ask for everything again.
fn told(app: &App) {
    app.tell(HearthEvent::SettingsChanged);
    app.tell(HearthEvent::FunctionsChanged { name: String::new() });
}

fn busy(status: &DemoStatus) -> ApiError {
    let doing = if status.state == DemoState::Removing { "removed" } else { "made" };
    ApiError::new(ErrorCode::Conflict, format!("the demo is being {doing} already"))
        .with_hint("Wait a moment, or cancel with `hearth demo off`.")
}
