//! Functions: the list with its figures, one function, its configuration, and going back. Must not know where code
//! comes from or how it runs.

use crate::api::{
    ConfigureRequest, CostAccountName, Empty, FunctionDetail, FunctionName, FunctionStats, FunctionSummary,
    FunctionsList, FunctionsQuery, RollbackRequest,
};
use crate::deploy::no_such_handler;
use crate::detect::handler_file;
use crate::money::typical_receipt;
use crate::publish::{NewVersion, check_engine, publish, settle};
use crate::specs::read_again;
use crate::spending::{self, account_names};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cost::Decimal;
use hearth_model::{Engine, Environment, FunctionId, FunctionRecord, HearthEvent, Micros, function_arn};
use hearth_store::{FunctionOverview, Scope};

const DAY: Micros = Micros::from_seconds(86_400);

/// The function called `name`.
pub(crate) async fn existing(app: &App, name: &str) -> Result<FunctionRecord> {
    let found = app.store().function(name).await?;
    match found {
        Some(function) => Ok(function),
        None if app.view() == Scope::Demo => Err(ApiError::new(
            ErrorCode::NotFound,
            format!("there is no function named `{name}` on this computer"),
        )
        .with_hint("The demo is shown: its functions are made up and cannot be run or changed. `hearth demo off` removes it.")),
        None => Err(ApiError::new(ErrorCode::NotFound, format!("there is no function named `{name}`"))
            .with_hint("`hearth functions` and the screen Functions list those that exist.")),
    }
}

/// The function of the demo with this name or id, while the demo is shown.
async fn of_demo(app: &App, name: &str) -> Result<Option<FunctionRecord>> {
    if app.view() != Scope::Demo {
        return Ok(None);
    }
    let found = app.store().demo_functions(Some(name)).await?.into_iter().next();
    found.map(Some).ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, format!("the demo has no function named `{name}`"))
            .with_hint("Real functions are shown again after `hearth demo off`.")
    })
}

/// The function called `name` of those that are shown, or the one of that name that was deleted last: its history
/// stays.
pub(crate) async fn existing_or_deleted(app: &App, name: &str) -> Result<FunctionRecord> {
    if let Some(function) = of_demo(app, name).await? {
        return Ok(function);
    }
    if let Some(function) = of_account(app, name).await? {
        return Ok(function);
    }
    match app.store().function(name).await? {
        Some(function) => Ok(function),
        None => match app.store().deleted_function(name).await? {
            Some(function) => Ok(function),
            None => existing(app, name).await,
        },
    }
}

/// The function of an account that is asked for by its id, as [`FunctionId::in_account`] makes it; none when the words
/// are the name of a function of this computer.
async fn of_account(app: &App, name: &str) -> Result<Option<FunctionRecord>> {
    let id = FunctionId::from(name);
    if id.place().is_none() {
        return Ok(None);
    }
    let found = app.store().functions_of_accounts(Some(&id)).await?.into_iter().next();
    found.map(Some).ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, format!("no call of `{name}` was read yet"))
            .with_hint("Calls in accounts are read with `hearth sync --logs`.")
    })
}

pub(crate) async fn list(app: &App, request: FunctionsQuery) -> Result<FunctionsList> {
    let demo = app.view() == Scope::Demo;
    let mut functions =
        if demo { app.store().demo_functions(None).await? } else { app.store().functions().await? };
    // A service is not called: its cost is on the Cost screen, and a row of zeros here would be wrong.
    functions.retain(|function| function.configuration.tasks.is_none());
    let total = u32::try_from(functions.len()).unwrap_or(u32::MAX);
    let filter = request.filter.trim().to_lowercase();
    let matches = |function: &FunctionRecord| {
        [&function.name, &function.configuration.runtime, &function.configuration.handler]
            .iter()
            .any(|text| text.to_lowercase().contains(&filter))
    };
    let live = app.runtime().environments();
    let mut figures = app.store().overview(&app.view()).await?;
    let mut months = spending::lists(app, &spending::asked_of(app, &app.view()).await?).await?;
    let names = account_names(app).await?;
    let mut of_accounts = if demo { Vec::new() } else { app.store().functions_of_accounts(None).await? };
    of_accounts.retain(|function| function.configuration.tasks.is_none());
    let mut rows_of = |functions: Vec<FunctionRecord>| {
        let rows = functions.into_iter().filter(matches).map(|function| {
            let figures = figures.remove(&function.id).unwrap_or_default();
            let month = months.remove(&function.id).unwrap_or_default();
            summary(function, &names, &live, figures, month)
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|left, right| left.function.name.cmp(&right.function.name));
        rows
    };
    Ok(FunctionsList { functions: rows_of(functions), of_accounts: rows_of(of_accounts), total })
}

pub(crate) async fn get(app: &App, request: FunctionName) -> Result<FunctionDetail> {
    let function = match of_demo(app, &request.name).await? {
        Some(function) => function,
        None => match of_account(app, &request.name).await? {
            Some(function) => function,
            None => existing(app, &request.name).await?,
        },
    };
    let scope = Scope::from(&function.id);
    let overview = app.store().overview(&scope).await?.remove(&function.id).unwrap_or_default();
    let asked = spending::asked_of(app, &scope).await?;
    let month = spending::list(app, &asked).await?;
    let placed = asked.functions.iter().find(|placed| placed.id == function.id);
    let since = app.now() - DAY;
    let figures = app.store().totals(&Scope::from(&function.id), since, app.now() + Micros(1)).await?;
    let bars = app.store().duration_histogram(Some(&function.id), since).await?;
    // A function of this computer sees the region whose prices are used; one of an account, and of the demo, its own.
    let is_here = function.id.place().is_none() && !scope.is_demo();
    let region = if is_here { app.settings().price_region } else { function.region.clone() };
    Ok(FunctionDetail {
        arn: function_arn(&region, &function.name),
        versions: app.store().versions(&function.id).await?,
        typical_receipt: typical_receipt(app, &function, placed, &figures)?,
        duration_histogram: bars.into_iter().map(|bar| (bar.upper_ms, bar.warm, bar.cold)).collect(),
        summary: summary(
            function,
            &account_names(app).await?,
            &app.runtime().environments(),
            overview,
            month,
        ),
    })
}

pub(crate) async fn configure(app: &App, request: ConfigureRequest) -> Result<FunctionRecord> {
    let _publishing = app.publishing().lock().await;
    let before = existing(app, &request.name).await?;
    let mut configuration = before.configuration.clone();
    let code_choice = request.runtime.is_some() || request.handler.is_some();
    if let Some(runtime) = request.runtime {
        configuration.runtime = runtime;
    }
    if let Some(handler) = request.handler {
        handler.trim().clone_into(&mut configuration.handler);
    }
    if let Some(memory_mb) = request.memory_mb {
        configuration.memory_mb = memory_mb;
    }
    if let Some(timeout_s) = request.timeout_s {
        configuration.timeout_s = timeout_s;
    }
    match request.reserved_concurrency {
        None => {}
        Some(0) => configuration.reserved_concurrency = None,
        limit => configuration.reserved_concurrency = limit,
    }
    if let Some(description) = request.description {
        configuration.description = description;
    }
    if code_choice {
        let engine = check_engine(app, &configuration.runtime)?;
        if handler_file(&app.packages().path(&before.code), engine, &configuration.handler).is_none() {
            return Err(no_such_handler(engine, &configuration.handler));
        }
    }
    if request.environment.is_empty() && before.configuration.loads_the_same_as(&configuration) {
        return settle(app, before, configuration).await;
    }
    let mut variables = app.variables().of(&before.id, before.version)?;
    for (name, value) in request.environment {
        match value {
            Some(value) => drop(variables.insert(name, value)),
            None => drop(variables.remove(&name)),
        }
    }
    let new = NewVersion {
        name: before.name.clone(),
        code: before.code.clone(),
        before: Some(before),
        configuration,
        variables: Some(variables),
        cause: "configuration".to_owned(),
    };
    publish(app, new).await
}

pub(crate) async fn delete(app: &App, request: FunctionName) -> Result<Empty> {
    let _publishing = app.publishing().lock().await;
    let function = existing(app, &request.name).await?;
    app.store().set_deleted(&function.id, Some(app.now())).await?;
    app.specs().forget(&function.name);
    app.runtime().reap_function(&function.id, "the function was deleted").await;
    app.tell(HearthEvent::FunctionsChanged { name: function.name });
    Ok(Empty {})
}

pub(crate) async fn restore(app: &App, request: FunctionName) -> Result<FunctionRecord> {
    let _publishing = app.publishing().lock().await;
    if app.store().function(&request.name).await?.is_some() {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            format!("a function named `{}` exists, so the deleted one cannot come back", request.name),
        )
        .with_hint("Delete the one that exists first."));
    }
    let deleted = app.store().deleted_function(&request.name).await?.ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, format!("there is no deleted function named `{}`", request.name))
    })?;
    app.store().set_deleted(&deleted.id, None).await?;
    read_again(app, &request.name);
    app.tell(HearthEvent::FunctionsChanged { name: request.name.clone() });
    existing(app, &request.name).await
}

pub(crate) async fn rollback(app: &App, request: RollbackRequest) -> Result<FunctionRecord> {
    let _publishing = app.publishing().lock().await;
    let before = existing(app, &request.name).await?;
    let versions = app.store().versions(&before.id).await?;
    let target =
        versions.into_iter().find(|version| version.version == request.version).ok_or_else(|| {
            ApiError::new(
                ErrorCode::NotFound,
                format!("`{}` has no version {}", request.name, request.version),
            )
        })?;
    if target.version == before.version {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            format!("version {} is the newest one already", target.version),
        ));
    }
    Engine::of(&target.configuration.runtime)?;
    if !app.packages().path(&target.code).is_dir() {
        return Err(ApiError::new(
            ErrorCode::NotFound,
            format!("the code of version {} is not there any more", target.version),
        ));
    }
    let variables = app.variables().of(&before.id, target.version)?;
    let new = NewVersion {
        name: before.name.clone(),
        before: Some(before),
        configuration: target.configuration,
        code: target.code,
        variables: Some(variables),
        cause: format!("rollback to {}", target.version),
    };
    publish(app, new).await
}

fn summary(
    function: FunctionRecord,
    accounts: &[CostAccountName],
    live: &[Environment],
    figures: FunctionOverview,
    month: Decimal,
) -> FunctionSummary {
    let stats = FunctionStats {
        calls_24h: figures.invocations,
        errors_24h: figures.errors,
        throttles_24h: figures.throttles,
        cold_starts_24h: figures.cold_starts,
        p50_us: micros(figures.p50),
        p95_us: micros(figures.p95),
        p99_us: micros(figures.p99),
        month_list_usd: month.normalize().to_string(),
        calls_by_hour: figures.calls_by_hour.to_vec(),
        errors_by_hour: figures.errors_by_hour.to_vec(),
        last_call_us: figures.last_call,
    };
    let mut servers: Vec<Environment> =
        live.iter().filter(|server| server.function_id == function.id).cloned().collect();
    servers.sort_by_key(|server| server.born_us);
    let account = accounts.iter().find(|account| account.id == function.account);
    let account_name = account.map_or_else(|| function.account.clone(), |account| account.name.clone());
    let provider = account.map_or_else(|| "local".to_owned(), |account| account.provider.clone());
    FunctionSummary { function, account_name, provider, stats, servers }
}

fn micros(value: Option<f64>) -> Option<Micros> {
    value.map(|value| Micros(value.round() as i64))
}
