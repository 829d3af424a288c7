//! Changes in an account: the review, and the change that a person said yes to. Owns what a change's code is packed
//! from, and that nothing is changed in a read-only account.

use super::accounts::info;
use super::bundle::{Bundle, bundle};
use super::functions::location;
use super::unfinished::{self, About, Note};
use super::{Clouds, api_error, containers, sides};
use crate::api::{
    CloudApply, CloudChange, CloudChangeName, CloudChangeRequest, CloudChanged, CloudReview, CodeSource,
    Empty,
};
use crate::app::blocking;
use crate::budgets::elsewhere::{self, Pulled};
use crate::deploy::check_name;
use crate::package::make_executable;
use crate::stage::Origin;
use crate::waits::Wait;
use crate::{ApiError, App, ErrorCode, Result, variables};
use hearth_azure::AZURE;
use hearth_cloud::{
    Account, Change, Course, Deploy, FunctionAddress, Journal, Power, Provider, Settings, SignIn, Step,
    quoted,
};
use hearth_model::{Architecture, Engine, HearthEvent, RequestId};
use std::fmt::Write as _;
use std::sync::Arc;

/// What helps when something stays that should not.
const LEFT: &str = "`hearth unfinished` lists what is left of changes, and takes it back.";

/// A change with everything it needs.
struct Meant {
    account: Account,
    provider: Arc<dyn Provider>,
    change: Change,
    about: About,
    /// The unfinished change that it takes back.
    takes_back: Option<String>,
}

pub(crate) async fn review(app: &App, request: CloudChangeRequest) -> Result<CloudReview> {
    let meant = mean(app, &request).await?;
    let reviewed = meant.provider.review(&meant.change).await;
    let mut review = reviewed.map_err(|fault| api_error(&meant.account, fault))?;
    containers::change::price(app, meant.provider.as_ref(), &meant.change, &mut review).await?;
    sides::price(app, meant.provider.as_ref(), &meant.change, &mut review).await;
    let address = meant.change.function().clone();
    Ok(CloudReview {
        locked: Clouds::check_unlocked(app, &meant.account).is_err(),
        command_line: meant.about.command_line,
        account: info(app, meant.account).await,
        region: address.location,
        name: address.name,
        review,
    })
}

pub(crate) async fn apply(app: &App, request: CloudApply) -> Result<CloudChanged> {
    let change_id = request.change_id.unwrap_or_else(RequestId::generate);
    // From here on, so that a person who thinks better of it at once is heard.
    let wait = app.waits().begin(&change_id);
    let meant = mean(app, &request.request).await?;
    Clouds::check_unlocked(app, &meant.account)?;
    let address = meant.change.function().clone();
    let (teller, account_id) = (app.clone(), meant.account.id.0.clone());
    let progress = Arc::new(move |step: Step| {
        teller.tell(HearthEvent::CloudStep {
            change_id: change_id.clone(),
            account: account_id.clone(),
            function: address.name.clone(),
            number: step.number,
            of: step.of,
            operation: step.operation,
            state: step.state,
            at_us: teller.now(),
        });
    });
    let course = Course::new(progress, wait.token.clone());
    make(app, meant, request.digest, Pulled::by_person(), course, Some(wait)).await
}

pub(crate) async fn cancel(app: &App, request: CloudChangeName) -> Result<Empty> {
    if app.waits().cancel(&request.change_id) {
        return Ok(Empty {});
    }
    let message = format!("there is nothing to cancel: no change `{}` is being made", request.change_id);
    Err(ApiError::new(ErrorCode::NotFound, message).with_hint("It has ended already, or never began."))
}

/// Limits how many servers a function may have, by a change that is reviewed as all are: for the brake, which acts by
/// itself where a person allowed it beforehand and lets go when a person says so.
pub(crate) async fn limit(
    app: &App,
    account: Account,
    function: FunctionAddress,
    limit: Option<u32>,
    pulled: Pulled,
) -> Result<()> {
    Clouds::check_unlocked(app, &account)?;
    let provider = Clouds::open(app, &account).await?;
    let request = CloudChangeRequest {
        account: account.id.0.clone(),
        region: Some(function.location.clone()),
        name: Some(function.name.clone()),
        change: CloudChange::LimitConcurrency { limit },
    };
    let about = About::new(&request.change, command_line(&request, &account, &function));
    let change = Change::LimitConcurrency { function, limit };
    let review = provider.review(&change).await.map_err(|fault| api_error(&account, fault))?;
    let meant = Meant { account, provider, change, about, takes_back: None };
    make(app, meant, review.digest, pulled, Course::unwatched(), None).await.map(drop)
}

/// A change that was begun is made to its end, or taken back, even when nobody waits for the answer any more; so long it
/// can be cancelled.
async fn make(
    app: &App,
    meant: Meant,
    digest: String,
    pulled: Pulled,
    course: Course,
    wait: Option<Wait>,
) -> Result<CloudChanged> {
    let Meant { account, provider, change, about, takes_back } = meant;
    let maker = app.clone();
    let note = Note::of(app, &account, &change, &about);
    let noted = note.clone();
    let making = app.tasks().spawn(async move {
        let _wait = wait;
        let brake = elsewhere::before(&maker, &account, provider.as_ref(), &change, &pulled).await?;
        let course = match &noted {
            Some(note) => course.noted(Arc::clone(note) as Arc<dyn Journal>),
            None => course,
        };
        let changed = provider.apply(&change, &digest, course).await;
        if changed.is_ok() {
            unfinished::settled(&maker, &account, &change, &about, takes_back.as_deref()).await;
        }
        // What was made is made, whether or not it could be noted.
        if let Err(error) = elsewhere::after(&maker, brake, changed.is_ok()).await {
            tracing::warn!(%error, "what the brake holds in an account is not noted");
        }
        changed.map_err(|fault| {
            let mut error = api_error(&account, fault);
            if noted.is_some_and(|note| note.is_left()) {
                error.hint.get_or_insert_with(|| LEFT.to_owned());
            }
            error
        })
    });
    let changed = match making.await {
        Ok(changed) => changed,
        Err(error) => {
            if let Some(note) = note {
                note.abandoned().await;
            }
            let stopped = ApiError::internal("a change stopped unexpectedly").with_hint(LEFT);
            Err(stopped.with_detail(error.to_string()))
        }
    };
    app.tell(HearthEvent::AccountsChanged);
    changed
}

/// From a person's words to a change.
async fn mean(app: &App, request: &CloudChangeRequest) -> Result<Meant> {
    let account = Clouds::account(app, &request.account).await?;
    let provider = Clouds::open(app, &account).await?;
    let place = location(&account, request.region.as_deref());
    let function = |name: &str| FunctionAddress::new(place.clone(), name);
    let named = || {
        request
            .name
            .as_deref()
            .map(function)
            .ok_or_else(|| ApiError::new(ErrorCode::InvalidInput, "the change names no function"))
    };
    if containers::change::is_of_containers(&request.change) {
        let change = containers::change::mean(provider.as_ref(), &place, request).await?;
        return Ok(meant(request, account, provider, change));
    }
    let change = match &request.change {
        CloudChange::TakeBack { unfinished } => unfinished::find(app, &account, unfinished).await?,
        CloudChange::Deploy { .. } => Change::Deploy(deploy(app, &account, request, place).await?),
        CloudChange::DeployImage { image, memory_mb, timeout_s, architecture, environment, role } => {
            if let Some(values) = environment {
                variables::check(values)?;
            }
            let function = named()?;
            check_name(&function.name)?;
            let settings = Settings {
                memory_mb: *memory_mb,
                timeout_s: *timeout_s,
                architecture: *architecture,
                environment: environment.clone(),
                ..Settings::default()
            };
            Change::DeployImage { function, image: image.clone(), settings, role: role.clone() }
        }
        CloudChange::Delete { logs } => Change::Delete { function: named()?, logs: *logs },
        CloudChange::Publish { description } => {
            Change::Publish { function: named()?, description: description.clone() }
        }
        CloudChange::PointAlias { alias, version, weights } => Change::PointAlias {
            function: named()?,
            alias: alias.clone(),
            version: version.clone(),
            weights: weights.clone(),
        },
        CloudChange::LimitConcurrency { limit } => {
            Change::LimitConcurrency { function: named()?, limit: *limit }
        }
        CloudChange::SetUrl { access } => Change::SetUrl { function: named()?, access: *access },
        CloudChange::Power { power } => Change::Power { function: named()?, power: *power },
        CloudChange::Side { change } => Change::Side { function: named()?, change: change.clone() },
        CloudChange::Configure { runtime, handler, memory_mb, timeout_s, description, environment } => {
            if let Some(values) = environment {
                variables::check(values)?;
            }
            let settings = Settings {
                runtime: runtime.clone(),
                handler: handler.clone(),
                memory_mb: *memory_mb,
                timeout_s: *timeout_s,
                description: description.clone(),
                environment: environment.clone(),
                ..Settings::default()
            };
            if settings == Settings::default() {
                return Err(ApiError::new(ErrorCode::InvalidInput, "nothing to change was named")
                    .with_hint("Name a memory size, a timeout or a variable."));
            }
            Change::Configure { function: named()?, settings }
        }
        _ => return Err(ApiError::internal("this change is about containers")),
    };
    Ok(meant(request, account, provider, change))
}

fn meant(
    request: &CloudChangeRequest,
    account: Account,
    provider: Arc<dyn Provider>,
    change: Change,
) -> Meant {
    let about = About::new(&request.change, command_line(request, &account, change.function()));
    let takes_back = match &request.change {
        CloudChange::TakeBack { unfinished } => Some(unfinished.clone()),
        _ => None,
    };
    Meant { account, provider, change, about, takes_back }
}

async fn deploy(app: &App, account: &Account, request: &CloudChangeRequest, place: String) -> Result<Deploy> {
    let CloudChange::Deploy {
        source,
        runtime,
        handler,
        memory_mb,
        timeout_s,
        architecture,
        environment,
        role,
        plan,
    } = &request.change
    else {
        return Err(ApiError::internal("this change is no deploy"));
    };
    if let Some(values) = environment {
        variables::check(values)?;
    }
    let staged = crate::deploy::bring(app, Origin::Source(source.clone()), handler.is_some()).await?;
    let name = request.name.clone().unwrap_or_else(|| staged.detected.name.clone());
    check_name(&name)?;
    let runtime = runtime.clone().or_else(|| staged.detected.runtime.clone());
    // A package that is Azure's already says itself what is called.
    let is_azures = account.provider == AZURE && staged.staging.path().join("host.json").is_file();
    let handler = handler.clone().or_else(|| staged.detected.handler.clone());
    let handler = handler.or_else(|| is_azures.then(String::new));
    let (Some(runtime), Some(handler)) = (runtime, handler) else {
        let problem = staged.detected.problems.first().cloned();
        return Err(ApiError::new(
            ErrorCode::InvalidPackage,
            problem.unwrap_or_else(|| "no runtime or no handler was found".to_owned()),
        )
        .with_hint("Name them with --runtime and --handler."));
    };
    let engine = Engine::of(&runtime).ok();
    if engine == Some(Engine::Quickjs) && account.sign_in != SignIn::Local {
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            "no cloud has the runtime `quickjs`; it exists only on this computer",
        )
        .with_hint("Deploy it with --runtime nodejs22.x."));
    }
    let Bundle { zip, sha256 } = blocking(move || {
        if engine == Some(Engine::Provided) {
            make_executable(staged.staging.path(), "bootstrap")?;
        }
        bundle(staged.staging.path())
    })
    .await?;
    let function = FunctionAddress::new(place, name);
    // A function that is there keeps what nobody named; a new one needs everything.
    let settings = Settings {
        runtime: Some(runtime),
        handler: Some(handler),
        memory_mb: *memory_mb,
        timeout_s: *timeout_s,
        architecture: *architecture,
        description: None,
        environment: environment.clone(),
    };
    Ok(Deploy { function, settings, code: zip, code_sha256: sha256, role: role.clone(), plan: plan.clone() })
}

fn arch_word(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "arm64",
    }
}

/// The same with Hearth's command line; values of variables are left to the reader.
fn command_line(request: &CloudChangeRequest, account: &Account, address: &FunctionAddress) -> String {
    let FunctionAddress { location, name } = address;
    let to = quoted(&format!("{}:{location}", request.account));
    let account = account.flags(location);
    if let Some(line) = containers::change::command_line(&request.change, name, &account) {
        return line;
    }
    match &request.change {
        CloudChange::Deploy {
            source,
            runtime,
            handler,
            memory_mb,
            timeout_s,
            architecture,
            environment,
            role,
            plan,
        } => {
            let from = match source {
                CodeSource::Path { path } => quoted(path),
                CodeSource::Upload { file_name, .. } => quoted(file_name),
                CodeSource::Sample { sample } => format!("--sample {sample}"),
                CodeSource::Function { name } => format!("--function {name}"),
                // The folder that `hearth code` writes, edited.
                CodeSource::Edited { name, .. } => quoted(&format!("./{name}")),
            };
            let mut line = format!("hearth deploy {from} --to {to} --name {name}");
            let mut add = |flag: &str, value: Option<String>| {
                if let Some(value) = value {
                    for part in [" --", flag, " ", &value] {
                        line.push_str(part);
                    }
                }
            };
            add("runtime", runtime.clone());
            add("handler", handler.as_deref().map(quoted));
            add("arch", architecture.map(|arch| arch_word(arch).to_owned()));
            add("memory", memory_mb.map(|size| size.to_string()));
            add("timeout", timeout_s.map(|seconds| seconds.to_string()));
            add("role", role.clone());
            add("plan", plan.clone());
            for name in environment.iter().flat_map(|all| all.keys()) {
                add("env", Some(format!("{name}=…")));
            }
            line
        }
        CloudChange::DeployImage { image, memory_mb, timeout_s, architecture, environment, role } => {
            let mut line = format!("hearth deploy --image {} --to {to} --name {name}", quoted(image));
            let settings = [
                ("arch", architecture.map(|arch| arch_word(arch).to_owned())),
                ("memory", memory_mb.map(|size| size.to_string())),
                ("timeout", timeout_s.map(|seconds| seconds.to_string())),
                ("role", role.clone()),
            ];
            for (flag, value) in settings.into_iter().filter_map(|(flag, value)| Some((flag, value?))) {
                write!(line, " --{flag} {value}").ok();
            }
            for name in environment.iter().flat_map(|all| all.keys()) {
                write!(line, " --env {name}=…").ok();
            }
            line
        }
        CloudChange::Delete { logs } => {
            format!("hearth delete {name} {account}{}", if *logs { " --with-logs" } else { "" })
        }
        CloudChange::Publish { .. } => format!("hearth publish {name} {account}"),
        CloudChange::PointAlias { alias, version, weights } => {
            let shares: Vec<String> =
                weights.iter().map(|(version, part)| format!("--share {version}={part} ")).collect();
            format!("hearth alias {name} {alias} {version} {}{account}", shares.concat())
        }
        CloudChange::LimitConcurrency { limit } => {
            let limit = limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
            format!("hearth limit {name} {limit} {account}")
        }
        CloudChange::SetUrl { access } => match access {
            Some(hearth_cloud::UrlAccess::Public) => format!("hearth url {name} --public {account}"),
            Some(hearth_cloud::UrlAccess::Account) => format!("hearth url {name} --signed {account}"),
            None => format!("hearth url {name} --remove {account}"),
        },
        CloudChange::Power { power } => {
            let verb = match power {
                Power::Start => "start",
                Power::Stop => "stop",
                Power::Restart => "restart",
            };
            format!("hearth {verb} {name} {account}")
        }
        CloudChange::TakeBack { unfinished } => format!("hearth unfinished take-back {unfinished}"),
        CloudChange::Side { change } => sides::command_line(change, name, &account),
        CloudChange::Configure { runtime, handler, memory_mb, timeout_s, description, environment } => {
            let mut line = format!("hearth configure {name} {account}");
            for (flag, text) in [("runtime", runtime), ("handler", handler), ("description", description)] {
                if let Some(text) = text {
                    write!(line, " --{flag} {}", quoted(text)).ok();
                }
            }
            for (flag, number) in [("memory", memory_mb), ("timeout", timeout_s)] {
                if let Some(number) = number {
                    write!(line, " --{flag} {number}").ok();
                }
            }
            for name in environment.iter().flat_map(|all| all.keys()) {
                write!(line, " --env {name}=…").ok();
            }
            line
        }
        _ => String::new(),
    }
}
