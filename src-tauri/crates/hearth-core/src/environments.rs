//! Servers: those that live, those that ended, their lives for lanes, and reaping them by hand.

use crate::api::{
    Empty, EnvironmentName, EnvironmentsQuery, FunctionName, LanePrice, LanesQuery, LanesSnapshot,
};
use crate::clouds::environments::calls::kept_idle;
use crate::functions::{existing, existing_or_deleted};
use crate::history::function_id;
use crate::spending;
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{
    Architecture, Environment, EnvironmentState, EnvironmentTransition, FunctionId, Invocation,
    LOCAL_ACCOUNT, Micros,
};
use hearth_store::{InvocationFilter, Scope};
use std::collections::{BTreeMap, HashMap};

/// Calls in one lanes snapshot; a longer look back is paged through Invocations.
const SNAPSHOT_CALLS: u32 = 10_000;

pub(crate) async fn list(app: &App, request: EnvironmentsQuery) -> Result<Vec<Environment>> {
    let function = function_id(app, request.function.as_deref()).await?;
    let mut servers = if request.include_ended {
        app.store().settled().await?;
        let kept = match app.view() {
            Scope::Demo => Vec::new(),
            _ => app.store().environments(function.as_ref(), true, u32::MAX).await?,
        };
        with_live(app, function.as_ref(), kept)
    } else {
        live(app, function.as_ref())
    };
    servers.sort_by(|left, right| right.born_us.cmp(&left.born_us).then_with(|| right.id.cmp(&left.id)));
    Ok(servers)
}

pub(crate) async fn reap(app: &App, request: EnvironmentName) -> Result<Empty> {
    if app.runtime().reap(&request.environment_id).await {
        return Ok(Empty {});
    }
    Err(ApiError::new(
        ErrorCode::NotFound,
        format!("the server {} does not exist any more", request.environment_id),
    ))
}

pub(crate) async fn reap_all(app: &App, request: FunctionName) -> Result<Empty> {
    let function = existing(app, &request.name).await?;
    app.runtime().reap_function(&function.id, "a person asked for a cold start").await;
    Ok(Empty {})
}

pub(crate) async fn lanes(app: &App, request: LanesQuery) -> Result<LanesSnapshot> {
    snapshot(app, request, SNAPSHOT_CALLS).await
}

async fn snapshot(app: &App, request: LanesQuery, most: u32) -> Result<LanesSnapshot> {
    let settings = app.settings();
    let (function, limit) = match request.function.as_deref() {
        None => (None, settings.default_concurrency),
        Some(name) => {
            let function = existing_or_deleted(app, name).await?;
            let limit = function.configuration.reserved_concurrency.unwrap_or(settings.default_concurrency);
            (Some(function.id), limit)
        }
    };
    app.store().settled().await?;
    let function = function.as_ref();
    // The demo has calls, and no servers that live.
    let demo = app.view() == Scope::Demo;
    let kept =
        if demo { Vec::new() } else { app.store().environments_since(function, request.from_us).await? };
    let mut environments = with_live(app, function, kept);
    environments.sort_by(|left, right| left.born_us.cmp(&right.born_us).then_with(|| left.id.cmp(&right.id)));
    let mut transitions =
        if demo { Vec::new() } else { app.store().transitions(function, request.from_us).await? };
    end_of_accounts(app, &mut environments, &mut transitions).await?;
    let asked = InvocationFilter {
        function_id: function.cloned(),
        scope: app.view(),
        from_us: Some(request.from_us),
        ..InvocationFilter::default()
    };
    let (mut ended, _) = app.store().invocations(&asked, None, most).await?;
    ended.reverse();
    let kept = ended.len() as u64;
    // Counted only when the limit was reached: counting reads as much as the calls themselves.
    let older = if kept < u64::from(most) {
        0
    } else {
        app.store().count_invocations(&asked).await?.rows.saturating_sub(kept)
    };
    let mut calls: BTreeMap<_, Invocation> = BTreeMap::new();
    // What the ledger has of a call counts more than the note that it runs, which may be a moment older.
    let running = if demo { Vec::new() } else { app.calls().running(function) };
    for call in running.into_iter().chain(ended) {
        calls.insert((call.started_us, call.request_id.clone()), call);
    }
    let invocations = once_each(calls.into_values());
    let prices = prices(app, function, &settings.price_region, &invocations).await?;
    let total = invocations.len() as u64 + older;
    Ok(LanesSnapshot {
        now_us: app.now(),
        environments,
        transitions,
        invocations,
        total,
        truncated: older > 0,
        limit,
        prices,
    })
}

/// One entry a request id, the one that ended before the one that runs.
fn once_each(calls: impl Iterator<Item = Invocation>) -> Vec<Invocation> {
    let mut places: HashMap<hearth_model::RequestId, usize> = HashMap::new();
    let mut kept: Vec<Invocation> = Vec::new();
    for call in calls {
        match places.get(&call.request_id) {
            Some(&place) if kept[place].outcome == hearth_model::Outcome::Running => kept[place] = call,
            Some(_) => {}
            None => {
                places.insert(call.request_id.clone(), kept.len());
                kept.push(call);
            }
        }
    }
    kept
}

/// Ends servers of accounts, of which no line says when they ended: as long after their last call as such servers are
/// kept. One that may still be kept goes on.
async fn end_of_accounts(
    app: &App,
    environments: &mut [Environment],
    transitions: &mut Vec<EnvironmentTransition>,
) -> Result<()> {
    if environments.iter().all(|server| server.function_id.place().is_none()) {
        return Ok(());
    }
    let placed = app.store().placed_functions(&app.view()).await?;
    let providers: HashMap<_, _> =
        placed.into_iter().map(|function| (function.id, function.provider)).collect();
    for server in environments.iter_mut().filter(|server| server.function_id.place().is_some()) {
        let provider = providers.get(&server.function_id).map_or("", String::as_str);
        let end = Micros(server.state_since_us.0.saturating_add(kept_idle(provider).0));
        if end > app.now() {
            (server.ended_us, server.end_reason) = (None, None);
            continue;
        }
        server.state = EnvironmentState::Reaped;
        server.state_since_us = end;
        server.ended_us = Some(end);
        server.end_reason = Some("inferred: such a server is kept no longer without a call".to_owned());
        transitions.push(EnvironmentTransition {
            environment_id: server.id.clone(),
            function_id: server.function_id.clone(),
            at_us: end,
            state: EnvironmentState::Reaped,
            request_id: None,
        });
    }
    transitions.sort_by_key(|change| change.at_us);
    Ok(())
}

/// What calls cost on lanes; nothing for a function of an account that bills no single calls.
async fn prices(
    app: &App,
    function: Option<&FunctionId>,
    usual_region: &str,
    invocations: &[Invocation],
) -> Result<Vec<LanePrice>> {
    let book = app.prices();
    let placed = match function {
        Some(id) => app.store().placed_functions(&Scope::from(id)).await?.into_iter().next(),
        None => None,
    };
    let of_account = placed.filter(|placed| placed.provider != LOCAL_ACCOUNT);
    let region = match &of_account {
        None if function.is_some_and(|id| id.place().is_some()) => return Ok(Vec::new()),
        None => usual_region.to_owned(),
        Some(placed) => match spending::lambda_region(placed, usual_region) {
            Some(region) => region,
            None => return Ok(Vec::new()),
        },
    };
    let prices = match (book.lambda(&region), of_account) {
        (Ok(prices), _) => prices,
        // Without prices of that region the lanes are still drawn.
        (Err(_), Some(_)) => return Ok(Vec::new()),
        (Err(error), None) => return Err(error.into()),
    };
    let occurs = |architecture| {
        architecture == Architecture::X86_64
            || invocations.iter().any(|call| call.architecture == architecture)
    };
    Ok([Architecture::X86_64, Architecture::Arm64]
        .into_iter()
        .filter(|architecture| occurs(*architecture))
        .map(|architecture| LanePrice {
            architecture,
            request_usd: prices.request_usd().normalize().to_string(),
            gb_second_usd: prices.gb_second_usd(architecture).normalize().to_string(),
        })
        .collect())
}

fn live(app: &App, function: Option<&FunctionId>) -> Vec<Environment> {
    if app.view() == Scope::Demo {
        return Vec::new();
    }
    let of_function = |server: &Environment| function.is_none_or(|id| *id == server.function_id);
    app.runtime().environments().into_iter().filter(of_function).collect()
}

/// Servers of the ledger, with those that live as they are now.
fn with_live(app: &App, function: Option<&FunctionId>, kept: Vec<Environment>) -> Vec<Environment> {
    let mut servers: HashMap<_, _> = kept.into_iter().map(|server| (server.id.clone(), server)).collect();
    for server in live(app, function) {
        servers.insert(server.id.clone(), server);
    }
    servers.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AppOptions, SystemClock, commands};
    use serde_json::json;
    use std::sync::Arc;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_snapshot_that_leaves_calls_out_says_how_many_there_are() {
        let data = tempfile::tempdir().unwrap();
        let options = AppOptions {
            data_dir: data.path().to_owned(),
            clock: Arc::new(SystemClock),
            worker_exe: None,
            place: crate::Place::default(),
        };
        let app = App::open(options).await.unwrap();
        let code = data.path().join("code");
        std::fs::create_dir(&code).unwrap();
        std::fs::write(code.join("bootstrap"), "#!/bin/sh\nexit 1\n").unwrap();
        let deploy = json!({ "source": { "kind": "path", "path": code } });
        let name = "code";
        // Whatever becomes of them, three calls are on record.
        commands::dispatch(&app, "deploy", deploy).await.unwrap();
        for _ in 0..3 {
            let invoke = json!({ "name": name, "event": "{}", "source": "test" });
            commands::dispatch(&app, "invoke", invoke).await.unwrap();
        }
        for (most, calls, truncated) in [(2, 2, true), (3, 3, false), (10, 3, false)] {
            let request = LanesQuery { function: Some(name.to_owned()), from_us: Micros::ZERO };
            let lanes = snapshot(&app, request, most).await.unwrap();
            assert_eq!((lanes.invocations.len(), lanes.total, lanes.truncated), (calls, 3, truncated));
        }
        app.close().await;
    }
}
