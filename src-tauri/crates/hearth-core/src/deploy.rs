//! Deploying: from a folder, zip, file, upload or sample to a function that can be called. Owns what is taken from the
//! request, what from the function that exists, and what is detected.

use crate::api::{CodeSource, DeployRequest, Deployed, Detected, Empty, InspectRequest, Sample};
use crate::app::blocking;
use crate::clouds::code::kept;
use crate::detect::{detect, handler_file, is_function_name};
use crate::functions::existing;
use crate::package::make_executable;
use crate::publish::{NewVersion, USUAL_MEMORY_MB, USUAL_TIMEOUT_S, another_version, check_engine, publish};
use crate::stage::{Origin, Staged};
use crate::variables::Variables;
use crate::{ApiError, App, ErrorCode, Result, events, samples};
use bytes::Bytes;
use hearth_model::{Architecture, Engine, FunctionConfiguration, FunctionRecord};
use std::path::Path;

/// Bytes of a handler's source that are read to suggest an event.
const SOURCE_BYTES: u64 = 256 * 1024;

pub(crate) async fn inspect(app: &App, request: InspectRequest) -> Result<Detected> {
    Ok(bring(app, Origin::Source(request.source), false).await?.detected)
}

pub(crate) async fn samples(app: &App, _request: Empty) -> Result<Vec<Sample>> {
    let engines = app.engines();
    let packages = app.packages().clone();
    blocking(move || {
        samples::sample_folders()
            .into_iter()
            .map(|(name, folder)| {
                let staging = packages.stage()?;
                crate::package::write_embedded(folder, staging.path())?;
                let detected = detect(staging.path(), &name, &engines);
                let runtime = detected.runtime.unwrap_or_default();
                let handler_file = Engine::of(&runtime)
                    .ok()
                    .zip(detected.handler)
                    .and_then(|(engine, handler)| handler_file(staging.path(), engine, &handler));
                Ok(Sample {
                    name,
                    description: samples::description(folder, handler_file.as_deref()),
                    runtime,
                    available: detected.engine_available,
                })
            })
            .collect()
    })
    .await
}

pub(crate) async fn deploy(app: &App, request: DeployRequest) -> Result<Deployed> {
    if let Some(name) = &request.name {
        check_name(name)?;
    }
    let upload = match &request.source {
        CodeSource::Upload { upload, .. } => app.stage().upload_path(upload),
        CodeSource::Path { .. }
        | CodeSource::Sample { .. }
        | CodeSource::Function { .. }
        | CodeSource::Edited { .. } => None,
    };
    let staged = bring(app, Origin::Source(request.source), request.handler.is_some()).await?;
    let name = request.name.unwrap_or_else(|| staged.detected.name.clone());
    let plan = Plan {
        name,
        runtime: request.runtime,
        handler: request.handler,
        memory_mb: request.memory_mb,
        timeout_s: request.timeout_s,
        variables: request.environment,
        description: None,
        architecture: None,
        strict: true,
        must_be_new: false,
    };
    let deployed = install(app, staged, plan).await?;
    if let Some(path) = upload
        && let Err(error) = std::fs::remove_file(path)
    {
        tracing::warn!(%error, "an upload stays after its deploy");
    }
    Ok(deployed)
}

/// What a deploy asks for; what is none is detected or stays.
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) runtime: Option<String>,
    pub(crate) handler: Option<String>,
    pub(crate) memory_mb: Option<u32>,
    pub(crate) timeout_s: Option<u32>,
    pub(crate) variables: Option<Variables>,
    pub(crate) description: Option<String>,
    pub(crate) architecture: Option<Architecture>,
    /// Whether a handler whose file is missing is refused. AWS takes it and fails at the first call.
    pub(crate) strict: bool,
    /// Whether a function of that name is a conflict.
    pub(crate) must_be_new: bool,
}

/// Brings code off the async threads.
pub(crate) async fn bring(app: &App, origin: Origin, handler_given: bool) -> Result<Staged> {
    let stage = app.stage();
    let origin = match origin {
        Origin::Source(CodeSource::Function { name }) => {
            let function = existing(app, &name).await?;
            Origin::Kept { folder: app.packages().path(&function.code), function: Box::new(function) }
        }
        Origin::Source(CodeSource::Edited { code, name, files }) => {
            Origin::Edited { folder: kept(app, &code)?, name, files }
        }
        other => other,
    };
    blocking(move || stage.bring(&origin, handler_given)).await
}

/// Brings a zip from memory.
pub(crate) async fn bring_zip(app: &App, zip: Bytes) -> Result<Staged> {
    bring(app, Origin::Zip(zip), true).await
}

/// Makes a version out of brought code.
pub(crate) async fn install(app: &App, staged: Staged, plan: Plan) -> Result<Deployed> {
    let _publishing = app.publishing().lock().await;
    let before = app.store().function(&plan.name).await?;
    if plan.must_be_new && before.is_some() {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            format!("a function named `{}` exists already", plan.name),
        ));
    }
    let configuration = configuration(&staged, &plan, before.as_ref())?;
    let engine = check_engine(app, &configuration.runtime)?;
    let found = handler_file(staged.staging.path(), engine, &configuration.handler);
    if plan.strict && found.is_none() {
        return Err(no_such_handler(engine, &configuration.handler));
    }
    let suggested_event = suggest(staged.staging.path(), found.as_deref());
    let Staged { staging, mut detected } = staged;
    detected.problems.extend(another_version(app, &configuration.runtime));
    let packages = app.packages().clone();
    let code = blocking(move || {
        if engine == Engine::Provided {
            make_executable(staging.path(), "bootstrap")?;
        }
        packages.keep(staging)
    })
    .await?;
    let created = before.is_none();
    let new = NewVersion {
        name: plan.name,
        before,
        configuration,
        code,
        variables: plan.variables,
        cause: "deploy".to_owned(),
    };
    let function = publish(app, new).await?;
    Ok(Deployed { function, detected, created, suggested_event })
}

fn configuration(
    staged: &Staged,
    plan: &Plan,
    before: Option<&FunctionRecord>,
) -> Result<FunctionConfiguration> {
    let detected = &staged.detected;
    let old = before.map(|before| &before.configuration);
    // What a function was set to stays, as long as the new code still has it.
    let kept = old.filter(|old| {
        plan.runtime.is_none()
            && Engine::of(&old.runtime)
                .is_ok_and(|engine| handler_file(staged.staging.path(), engine, &old.handler).is_some())
    });
    let runtime = plan
        .runtime
        .clone()
        .or_else(|| kept.map(|old| old.runtime.clone()))
        .or_else(|| detected.runtime.clone());
    let handler = plan
        .handler
        .clone()
        .or_else(|| kept.map(|old| old.handler.clone()))
        .or_else(|| detected.handler.clone());
    let (Some(runtime), Some(handler)) = (runtime, handler) else {
        let problem = detected.problems.first().cloned().unwrap_or_else(|| "no handler was found".to_owned());
        let hint = if detected.runtime.is_none() {
            "Choose the folder that holds the function's own files."
        } else {
            "Add a handler, or name the one that is there: in the window under Handler, on the command line with --handler."
        };
        return Err(ApiError::new(ErrorCode::InvalidPackage, problem).with_hint(hint));
    };
    Ok(FunctionConfiguration {
        runtime,
        handler,
        memory_mb: plan.memory_mb.or(old.map(|old| old.memory_mb)).unwrap_or(USUAL_MEMORY_MB),
        timeout_s: plan.timeout_s.or(old.map(|old| old.timeout_s)).unwrap_or(USUAL_TIMEOUT_S),
        environment_names: Vec::new(),
        reserved_concurrency: old.and_then(|old| old.reserved_concurrency),
        architecture: plan.architecture.or(old.map(|old| old.architecture)).unwrap_or_default(),
        description: plan.description.clone().or(old.map(|old| old.description.clone())).unwrap_or_default(),
        tasks: None,
        billed_as: None,
    })
}

/// An event that the package brings itself, or one of the library that fits what the handler reads.
fn suggest(root: &Path, handler_file: Option<&str>) -> String {
    let mut own: Vec<_> = std::fs::read_dir(root.join("events"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    own.sort();
    for path in std::iter::once(root.join("event.json")).chain(own) {
        if let Ok(text) = std::fs::read_to_string(path)
            && crate::invoke::check_event(text.as_bytes()).is_ok()
        {
            return text.trim_end().to_owned();
        }
    }
    let source = handler_file.and_then(|file| {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(root.join(file)).ok()?;
        std::io::Read::read_to_end(&mut std::io::Read::take(file, SOURCE_BYTES), &mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    });
    events::suggest(&source.unwrap_or_default())
}

pub(crate) fn check_name(name: &str) -> Result<()> {
    if is_function_name(name) {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::InvalidInput, format!("`{name}` cannot be the name of a function"))
        .with_hint("A name has 1 to 64 letters, digits, hyphens and underscores."))
}

pub(crate) fn no_such_handler(engine: Engine, handler: &str) -> ApiError {
    let module = handler.rsplit_once('.').map_or(handler, |(module, _)| module);
    let wanted = match engine {
        Engine::Provided => "an executable called bootstrap".to_owned(),
        Engine::Python => format!("the file {}.py", module.replace('.', "/")),
        Engine::Node | Engine::Quickjs => format!("the file {module}.js, {module}.mjs or {module}.cjs"),
    };
    ApiError::new(
        ErrorCode::InvalidPackage,
        format!("the handler `{handler}` needs {wanted}, which is not in the package"),
    )
    .with_hint("Write the handler as file.function, for instance app.handler.")
}
