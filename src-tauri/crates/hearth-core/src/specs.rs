//! What the runtime is told about each function, kept so that a warm call reads neither ledger nor files. Owns when
//! that goes stale. Must not start anything.

use crate::functions::existing;
use crate::{App, Result};
use hearth_model::{Engine, FunctionRecord, Micros, function_arn};
use hearth_runtime::FunctionSpec;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Specifications by function name.
#[derive(Debug, Default)]
pub(crate) struct Specs {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Raised when anything changed, so that what was read before is not kept after.
    generation: u64,
    by_name: HashMap<String, Arc<FunctionSpec>>,
}

impl Specs {
    /// Forgets everything: a setting changed.
    pub(crate) fn forget_all(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.generation += 1;
        kept.by_name.clear();
    }

    /// Forgets one function: it changed.
    pub(crate) fn forget(&self, name: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.generation += 1;
        kept.by_name.remove(name);
    }

    fn look_up(&self, name: &str) -> std::result::Result<Arc<FunctionSpec>, u64> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_name.get(name).cloned().ok_or(kept.generation)
    }

    fn keep(&self, generation: u64, spec: &Arc<FunctionSpec>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.generation == generation {
            kept.by_name.insert(spec.name.clone(), Arc::clone(spec));
        }
    }
}

/// Forgets what was known of the function called `name` and reads it anew in the background, so that its first call,
/// which starts a server while somebody waits, does not read it as well.
pub(crate) fn read_again(app: &App, name: &str) {
    app.specs().forget(name);
    let (app, name) = (app.clone(), name.to_owned());
    tokio::spawn(async move {
        // Whoever calls it is told what is wrong with it.
        if let Err(error) = spec(&app, &name).await {
            tracing::debug!(%error, name, "a function could not be read ahead");
        }
    });
}

/// The specification of the function called `name`.
pub(crate) async fn spec(app: &App, name: &str) -> Result<Arc<FunctionSpec>> {
    let generation = match app.specs().look_up(name) {
        Ok(spec) => return Ok(spec),
        Err(generation) => generation,
    };
    let record = existing(app, name).await?;
    let spec = Arc::new(build(app, &record).await?);
    app.specs().keep(generation, &spec);
    Ok(spec)
}

async fn build(app: &App, record: &FunctionRecord) -> Result<FunctionSpec> {
    let settings = app.settings();
    let configuration = &record.configuration;
    let environment = app.variables().of(&record.id, record.version)?;
    // A function that the brake holds runs nothing, also in a version that was made a moment ago.
    let limit = match app.budgets().holds(&record.id) {
        Some(_) => 0,
        None => configuration.reserved_concurrency.unwrap_or(settings.default_concurrency),
    };
    let last_number = app.store().last_environment_number(&record.id).await?;
    Ok(FunctionSpec {
        id: record.id.clone(),
        name: record.name.clone(),
        version: record.version,
        arn: function_arn(&settings.price_region, &record.name),
        engine: Engine::of(&configuration.runtime)?,
        runtime: configuration.runtime.clone(),
        handler: configuration.handler.clone(),
        memory_mb: configuration.memory_mb,
        timeout: Micros::from_seconds(i64::from(configuration.timeout_s)),
        concurrency_limit: limit,
        environment,
        code_dir: app.packages().path(&record.code),
        architecture: configuration.architecture,
        first_environment_number: last_number + 1,
    })
}
