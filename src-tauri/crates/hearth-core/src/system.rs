//! Hearth itself: what it is, where its data is, what it can run, and its settings.

use crate::api::{AppInfo, Empty, EngineInfo, MemoryLimit, Settings};
use crate::ledger::care::retention;
use crate::{App, Result, settings};
use hearth_model::{Engine, HearthEvent};
use hearth_runtime::EngineStatus;

pub(crate) async fn info(app: &App, _request: Empty) -> Result<AppInfo> {
    let servers = app.runtime().environments();
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        owner_pid: std::process::id(),
        data_dir: app.data_dir().display().to_string(),
        now_us: app.now(),
        price_region: app.settings().price_region,
        price_regions: app.prices().regions().map(str::to_owned).collect(),
        price_date: app.prices().date().to_owned(),
        // Prices and accounts are asked when a person asks; what functions contact is theirs.
        hosts_contacted: app.clouds().hosts().into_iter().chain(app.price_shelf().hosts()).collect(),
        engines: app.engines(),
        servers: u32::try_from(servers.len()).unwrap_or(u32::MAX),
        servers_memory_bytes: app.runtime().memory_bytes().await,
        memory_limit: match app.runtime().memory_limit() {
            Ok(()) => MemoryLimit::Cgroup,
            Err(_) => MemoryLimit::Sampled,
        },
        memory_limit_reason: app.runtime().memory_limit().err().map(str::to_owned),
        recording_problem: app.store().problem(),
    })
}

pub(crate) async fn settings(app: &App, _request: Empty) -> Result<Settings> {
    Ok(app.settings())
}

pub(crate) async fn set_settings(app: &App, request: Settings) -> Result<Settings> {
    settings::check(&request, &app.prices())?;
    settings::keep(app.store(), &request).await?;
    app.replace_settings(request.clone());
    app.pace().apply(app);
    app.store().set_retention(retention(&request));
    app.specs().forget_all();
    app.tell(HearthEvent::SettingsChanged);
    Ok(request)
}

/// An engine in the words of the user interface.
pub(crate) fn engine_info(status: EngineStatus) -> EngineInfo {
    let numbers = |count: usize| -> Option<String> {
        let version = status.version.as_deref()?.trim_start_matches('v');
        Some(version.split('.').take(count).collect::<Vec<_>>().join("."))
    };
    let runtime = match status.engine {
        Engine::Python => numbers(2).map(|version| format!("python{version}")).unwrap_or_default(),
        Engine::Node => numbers(1).map(|version| format!("nodejs{version}.x")).unwrap_or_default(),
        Engine::Provided => "provided.al2023".to_owned(),
        Engine::Quickjs => "quickjs".to_owned(),
    };
    EngineInfo {
        engine: status.engine,
        runtime,
        path: status.path.map(|path| path.display().to_string()),
        available: status.available,
        reason: status.reason,
        parked: u32::try_from(status.parked).unwrap_or(u32::MAX),
        version: status.version,
    }
}
