//! Versions: every deploy and every change of configuration or code makes one. Owns what a configuration may be, and
//! the order in which a version comes to be: secrets, ledger, runtime, listeners. Must not know where code comes from.

use crate::specs::read_again;
use crate::variables::{self, Variables};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_model::{
    CodePackage, Engine, FunctionConfiguration, FunctionId, FunctionRecord, HearthEvent, LOCAL_ACCOUNT,
    LOCAL_REGION,
};

/// Memory size of a function that nobody chose one for, as on AWS.
pub(crate) const USUAL_MEMORY_MB: u32 = 128;
/// Timeout of a function that nobody chose one for. AWS has 3 s, which a first run with a debugger in mind outlasts.
pub(crate) const USUAL_TIMEOUT_S: u32 = 10;

/// A version to make.
pub(crate) struct NewVersion {
    pub(crate) name: String,
    /// The function as it is, when there is one.
    pub(crate) before: Option<FunctionRecord>,
    pub(crate) configuration: FunctionConfiguration,
    pub(crate) code: CodePackage,
    /// Values of the environment variables; none leaves them as they are.
    pub(crate) variables: Option<Variables>,
    /// `deploy`, `configuration`, `code`, `rollback to 3`.
    pub(crate) cause: String,
}

/// Makes a version. The caller holds `app.publishing()`.
pub(crate) async fn publish(app: &App, new: NewVersion) -> Result<FunctionRecord> {
    let mut configuration = new.configuration;
    check(&configuration)?;
    let now = app.now();
    let (id, version, created_us) = match &new.before {
        Some(before) => (before.id.clone(), before.version + 1, before.created_us),
        None => (FunctionId::generate(), 1, now),
    };
    let values = match new.variables {
        Some(values) => values,
        None => app.variables().of(&id, version)?,
    };
    variables::check(&values)?;
    configuration.environment_names = values.keys().cloned().collect();
    app.variables().set(&id, version, &values)?;
    let record = FunctionRecord {
        id,
        account: LOCAL_ACCOUNT.to_owned(),
        region: LOCAL_REGION.to_owned(),
        name: new.name,
        version,
        configuration,
        code: new.code,
        created_us,
        deployed_us: now,
        deleted_us: None,
    };
    app.store().put_function(&record, &new.cause).await?;
    read_again(app, &record.name);
    if new.before.is_some() {
        app.runtime().reap_function(&record.id, &format!("version {version} was deployed")).await;
    }
    app.budgets().wake();
    app.tell(HearthEvent::FunctionsChanged { name: record.name.clone() });
    Ok(record)
}

/// Keeps the version and its servers: nothing changed that a server has loaded. The caller holds `app.publishing()`.
pub(crate) async fn settle(
    app: &App,
    before: FunctionRecord,
    configuration: FunctionConfiguration,
) -> Result<FunctionRecord> {
    check(&configuration)?;
    let versions = app.store().versions(&before.id).await?;
    let cause =
        versions.iter().find(|version| version.version == before.version).map_or("deploy", |it| &it.cause);
    let record = FunctionRecord { configuration, ..before };
    app.store().put_function(&record, cause).await?;
    read_again(app, &record.name);
    app.budgets().wake();
    app.tell(HearthEvent::FunctionsChanged { name: record.name.clone() });
    Ok(record)
}

/// Refuses what AWS would refuse.
fn check(configuration: &FunctionConfiguration) -> Result<()> {
    let refuse = |message: String| Err(ApiError::new(ErrorCode::InvalidInput, message));
    Engine::of(&configuration.runtime)?;
    if !(128..=10_240).contains(&configuration.memory_mb) {
        return refuse(format!("the memory is 128 to 10240 MB, not {} MB", configuration.memory_mb));
    }
    if !(1..=900).contains(&configuration.timeout_s) {
        return refuse(format!("the timeout is 1 to 900 seconds, not {}", configuration.timeout_s));
    }
    if configuration.reserved_concurrency.is_some_and(|limit| limit > 1_000) {
        return refuse("the limit of servers is at most 1000".to_owned());
    }
    let handler = &configuration.handler;
    if handler.is_empty() || handler.len() > 128 || handler.chars().any(char::is_whitespace) {
        return refuse(format!("`{handler}` cannot be a handler: it has 1 to 128 characters and no spaces"));
    }
    if configuration.description.chars().count() > 256 {
        return refuse("the description is longer than 256 characters".to_owned());
    }
    Ok(())
}

/// What to know of a runtime that another version runs here; none when the versions are the same.
pub(crate) fn another_version(app: &App, runtime: &str) -> Option<String> {
    let engine = Engine::of(runtime).ok()?;
    let (name, wanted) = match engine {
        Engine::Python => ("Python", runtime.strip_prefix("python")?),
        Engine::Node => ("Node.js", runtime.strip_prefix("nodejs")?.trim_end_matches(".x")),
        Engine::Provided | Engine::Quickjs => return None,
    };
    let info = app.engines().into_iter().find(|info| info.engine == engine)?;
    let version = info.version?;
    let is_same = wanted.is_empty() || version == wanted || version.starts_with(&format!("{wanted}."));
    (!is_same).then(|| format!("`{runtime}` runs on {name} {version} here, which is what this computer has"))
}

/// Refuses a runtime that nothing on this computer runs.
pub(crate) fn check_engine(app: &App, runtime: &str) -> Result<Engine> {
    let engine = Engine::of(runtime)?;
    let info = app.engines().into_iter().find(|info| info.engine == engine);
    match info {
        Some(info) if info.available => Ok(engine),
        info => {
            let why = info.and_then(|info| info.reason).unwrap_or_else(|| "it was not found".to_owned());
            Err(ApiError::new(ErrorCode::EngineMissing, format!("`{runtime}` cannot run on this computer: {why}"))
                .with_hint(match engine {
                    Engine::Python => "Install Python 3 (Debian and Ubuntu: `apt install python3`), then start Hearth again.",
                    Engine::Node => "Install Node.js 18 or newer, then start Hearth again; plain JavaScript also runs on quickjs.",
                    Engine::Provided => "Deploy it on Linux.",
                    Engine::Quickjs => "Install the `hearth` program beside the window's, then start Hearth again.",
                }))
        }
    }
}
