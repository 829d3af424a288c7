//! Functions, from all three places where Google keeps them: the Cloud Functions API v2, services of Cloud Run that were
//! built from a function (made in the console or by `gcloud run deploy --function`; the first API does not know them),
//! and the first generation. One list without doubles, in the words of `hearth-cloud`.

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::{Asked, is_closed};
use crate::wire::{Function, Functions, OldFunction, OldFunctions, RunService, Services};
use hearth_cloud::{CloudFunction, FaultKind, FunctionAddress, FunctionState, Result};
use hearth_model::{Architecture, BilledAs, FunctionConfiguration, Micros};
use std::collections::BTreeSet;

/// Most that is asked for in a page.
const PAGE: &str = "100";
/// Pages after which a list is not believed any more.
const MOST_PAGES: usize = 1_000;

/// A function where Google keeps it.
pub(crate) enum Kept {
    /// In the Cloud Functions API v2.
    New(Box<Function>),
    /// Only in Cloud Run.
    Run(Box<RunService>),
    /// The first generation.
    Old(Box<OldFunction>),
}

impl Kept {
    /// The service of Cloud Run behind it, by its full name.
    pub(crate) fn service(&self) -> Option<&str> {
        match self {
            Self::New(function) => {
                Some(function.service_config.service.as_str()).filter(|name| !name.is_empty())
            }
            Self::Run(service) => Some(&service.name),
            Self::Old(_) => None,
        }
    }

    /// Its address, when it has one.
    pub(crate) fn url(&self) -> Option<&str> {
        let url = match self {
            Self::New(function) if function.service_config.uri.is_empty() => &function.url,
            Self::New(function) => &function.service_config.uri,
            Self::Run(service) => &service.uri,
            Self::Old(function) => &function.https_trigger.as_ref()?.url,
        };
        (!url.is_empty()).then_some(url)
    }

    /// The same in our words.
    pub(crate) fn shown(&self, location: &str) -> CloudFunction {
        match self {
            Self::New(function) => new(location, function),
            Self::Run(service) => run(location, service),
            Self::Old(function) => old(location, function),
        }
    }
}

/// Every function of a location.
pub(crate) async fn list(account: &GoogleAccount, location: &str) -> Result<Vec<CloudFunction>> {
    let (news, runs, olds) = tokio::try_join!(
        news(account, location),
        unless_closed(runs(account, location)),
        unless_closed(olds(account, location)),
    )?;
    let own: BTreeSet<String> = news.iter().map(|function| function.service_config.service.clone()).collect();
    let of_run =
        runs.into_iter().filter(|service| service.build_config.is_some() && !own.contains(&service.name));
    let all = news
        .iter()
        .filter(|function| function.environment != "GEN_1")
        .map(|function| new(location, function));
    let all = all.chain(of_run.map(|service| run(location, &service)));
    let all = all.chain(olds.iter().map(|function| old(location, function)));
    let mut seen = BTreeSet::new();
    let mut all: Vec<CloudFunction> = all.filter(|function| seen.insert(function.address.clone())).collect();
    all.sort_by(|one, other| one.address.cmp(&other.address));
    Ok(all)
}

/// An API that the project never used holds nothing.
async fn unless_closed<T>(list: impl Future<Output = Result<Vec<T>>>) -> Result<Vec<T>> {
    match list.await {
        Err(fault) if is_closed(&fault) => Ok(Vec::new()),
        answer => answer,
    }
}

macro_rules! pages {
    ($account:expr, $asked:expr, $service:expr, $path:expr, $kind:ty, $items:ident) => {{
        let mut all = Vec::new();
        let mut token = String::new();
        for _ in 0..MOST_PAGES {
            let mut ask = Ask::get($asked, $service, $path).with("pageSize", PAGE);
            if !token.is_empty() {
                ask = ask.with("pageToken", token.as_str());
            }
            let page: $kind = $account.client.send(&ask).await?;
            all.extend(page.$items);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        all
    }};
}
pub(crate) use pages;

async fn news(account: &GoogleAccount, location: &str) -> Result<Vec<Function>> {
    let asked = Asked { operation: "cloudfunctions.functions.list", location };
    let path = format!("v2/{}/functions", account.parent(location)?);
    Ok(pages!(account, asked, Service::Functions, path.as_str(), Functions, functions))
}

async fn runs(account: &GoogleAccount, location: &str) -> Result<Vec<RunService>> {
    let asked = Asked { operation: "run.services.list", location };
    let path = format!("v2/{}/services", account.parent(location)?);
    Ok(pages!(account, asked, Service::Run, path.as_str(), Services, services))
}

async fn olds(account: &GoogleAccount, location: &str) -> Result<Vec<OldFunction>> {
    let asked = Asked { operation: "cloudfunctions.functions.list", location };
    let path = format!("v1/{}/functions", account.parent(location)?);
    let all = pages!(account, asked, Service::Functions, path.as_str(), OldFunctions, functions);
    Ok(all)
}

/// One function, or none when it is in none of the three.
pub(crate) async fn find(account: &GoogleAccount, address: &FunctionAddress) -> Result<Option<Kept>> {
    let location = address.location.as_str();
    let asked = Asked { operation: "cloudfunctions.functions.get", location };
    let path = account.name_of(address, "functions")?;
    let found: Option<Function> = there(account.read(asked, Service::Functions, format!("v2/{path}")).await)?;
    match found {
        Some(function) if function.environment != "GEN_1" => return Ok(Some(Kept::New(Box::new(function)))),
        _ => {}
    }
    let of_run = Asked { operation: "run.services.get", location };
    let service = format!("v2/{}", account.name_of(address, "services")?);
    let found: Option<RunService> = there(account.read(of_run, Service::Run, service).await)?;
    if let Some(service) = found.filter(|service| service.build_config.is_some()) {
        return Ok(Some(Kept::Run(Box::new(service))));
    }
    let found: Option<OldFunction> =
        there(account.read(asked, Service::Functions, format!("v1/{path}")).await)?;
    Ok(found.map(|function| Kept::Old(Box::new(function))))
}

/// What is not there, or in an API that the project never used, is none.
pub(crate) fn there<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.kind == FaultKind::NotFound || is_closed(&fault) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn new(location: &str, given: &Function) -> CloudFunction {
    let service = &given.service_config;
    let names = service.environment_variables.0.iter().cloned();
    let secret = service.secret_environment_variables.iter().map(|variable| variable.key.clone());
    let messages: Vec<&str> = given.state_messages.iter().map(|message| message.message.as_str()).collect();
    CloudFunction {
        address: FunctionAddress::new(location, last(&given.name)),
        resource: given.name.clone(),
        configuration: FunctionConfiguration {
            runtime: given.build_config.runtime.clone(),
            handler: given.build_config.entry_point.clone(),
            memory_mb: megabytes(&service.available_memory).unwrap_or(256),
            timeout_s: service.timeout_seconds.unwrap_or(60),
            environment_names: sorted(names.chain(secret)),
            reserved_concurrency: service.max_instance_count.filter(|most| *most > 0),
            tasks: None,
            billed_as: Some(BilledAs::CloudRunRequest {
                vcpu_thousandths: thousandths(&service.available_cpu),
            }),
            architecture: Architecture::X86_64,
            description: given.description.clone(),
        },
        state: match given.state.as_str() {
            "ACTIVE" => FunctionState::Active,
            "FAILED" => FunctionState::Failed,
            "DEPLOYING" | "DELETING" => FunctionState::Pending,
            _ => FunctionState::Unknown,
        },
        state_reason: (!messages.is_empty()).then(|| messages.join("; ")),
        // Google says which archive it is, neither how large nor its hash.
        code_bytes: 0,
        code_hash: given.build_config.source.storage_source.generation.clone(),
        changed_us: instant(&given.update_time),
        role: Some(service.service_account_email.clone()).filter(|email| !email.is_empty()),
        version: None,
    }
}

fn run(location: &str, given: &RunService) -> CloudFunction {
    let build = given.build_config.as_ref();
    let container = given.template.containers.first();
    let memory = container.and_then(|container| megabytes(container.resources.limits.get("memory")?));
    let names = container
        .into_iter()
        .flat_map(|container| container.env.iter().map(|variable| variable.name.clone()));
    // A service that says what it needs and not that its processor may idle keeps it all the time.
    let resources = container.map(|container| &container.resources);
    let billed_as = match resources.filter(|resources| !resources.limits.is_empty()) {
        Some(resources) if !resources.cpu_idle => BilledAs::CloudRunInstance,
        resources => BilledAs::CloudRunRequest {
            vcpu_thousandths: resources.and_then(|resources| thousandths(resources.limits.get("cpu")?)),
        },
    };
    CloudFunction {
        address: FunctionAddress::new(location, last(&given.name)),
        resource: given.name.clone(),
        configuration: FunctionConfiguration {
            // Its build says on which base it was made, which ends with the runtime.
            runtime: build.map(|build| last(&build.base_image).to_owned()).unwrap_or_default(),
            handler: build.map(|build| build.function_target.clone()).unwrap_or_default(),
            memory_mb: memory.unwrap_or(512),
            timeout_s: seconds(&given.template.timeout).unwrap_or(300),
            environment_names: sorted(names),
            reserved_concurrency: given.template.scaling.max_instance_count.filter(|most| *most > 0),
            tasks: None,
            billed_as: Some(billed_as),
            architecture: Architecture::X86_64,
            description: given.description.clone(),
        },
        state: match given.terminal_condition.state.as_str() {
            "CONDITION_SUCCEEDED" => FunctionState::Active,
            "CONDITION_FAILED" => FunctionState::Failed,
            "CONDITION_PENDING" | "CONDITION_RECONCILING" => FunctionState::Pending,
            _ => FunctionState::Unknown,
        },
        state_reason: Some(given.terminal_condition.message.clone()).filter(|message| !message.is_empty()),
        code_bytes: 0,
        code_hash: last(&given.latest_ready_revision).to_owned(),
        changed_us: instant(&given.update_time),
        role: Some(given.template.service_account.clone()).filter(|email| !email.is_empty()),
        version: None,
    }
}

fn old(location: &str, given: &OldFunction) -> CloudFunction {
    CloudFunction {
        address: FunctionAddress::new(location, last(&given.name)),
        resource: given.name.clone(),
        configuration: FunctionConfiguration {
            runtime: given.runtime.clone(),
            handler: given.entry_point.clone(),
            memory_mb: given.available_memory_mb.unwrap_or(256),
            timeout_s: seconds(&given.timeout).unwrap_or(60),
            environment_names: sorted(given.environment_variables.0.iter().cloned()),
            reserved_concurrency: given.max_instances.filter(|most| *most > 0),
            tasks: None,
            billed_as: Some(BilledAs::GoogleGen1),
            architecture: Architecture::X86_64,
            description: given.description.clone(),
        },
        state: match given.status.as_str() {
            "ACTIVE" => FunctionState::Active,
            "OFFLINE" => FunctionState::Failed,
            "DEPLOY_IN_PROGRESS" | "DELETE_IN_PROGRESS" => FunctionState::Pending,
            _ => FunctionState::Unknown,
        },
        state_reason: None,
        code_bytes: 0,
        code_hash: given.version_id.clone(),
        changed_us: instant(&given.update_time),
        role: Some(given.service_account_email.clone()).filter(|email| !email.is_empty()),
        version: None,
    }
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    names.collect::<BTreeSet<String>>().into_iter().collect()
}

/// The last part of a full name.
pub(crate) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// An instant as Google writes it: `2026-11-28T14:00:00.123456789Z`.
pub(crate) fn instant(text: &str) -> Option<Micros> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Micros(at.as_microsecond()))
}

/// A length of time as Google writes it: `300s`, `0.012345s`.
pub(crate) fn seconds(text: &str) -> Option<u32> {
    text.strip_suffix('s')?.split('.').next()?.parse().ok()
}

/// A size of memory as Kubernetes writes it: `256M`, `512Mi`, `1Gi`, `2G`, or bytes. Powers of ten and of two are told
/// apart by Google only in what it writes: a function of 256M has 256 MiB.
pub(crate) fn megabytes(text: &str) -> Option<u32> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let amount: f64 = digits.parse().ok()?;
    let megabytes = match &text[digits.len()..] {
        "M" | "Mi" | "MB" => amount,
        "G" | "Gi" | "GB" => amount * 1_024.0,
        "k" | "Ki" | "K" => amount / 1_024.0,
        "" => amount / 1_048_576.0,
        _ => return None,
    };
    Some(megabytes.round() as u32)
}

/// Processors as Kubernetes writes them, `1`, `0.5` or `583m`, in thousandths.
fn thousandths(text: &str) -> Option<u32> {
    let all = match text.strip_suffix('m') {
        Some(digits) => digits.parse::<f64>().ok()?,
        None => text.parse::<f64>().ok()? * 1_000.0,
    };
    (all > 0.0 && all <= 64_000.0).then(|| all.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_read_in_thousandths() {
        for (text, read) in
            [("1", Some(1_000)), ("0.1666", Some(167)), ("583m", Some(583)), ("", None), ("-1", None)]
        {
            assert_eq!(thousandths(text), read, "{text}");
        }
    }

    #[test]
    fn a_service_is_billed_by_request_where_its_processor_may_idle() {
        let billed = |resources: &str| {
            let text = format!(
                r#"{{"name":"projects/p/locations/l/services/tea","template":{{"containers":[{{"resources":{resources}}}]}}}}"#
            );
            run("l", &serde_json::from_str(&text).unwrap()).configuration.billed_as
        };
        let request = |vcpu_thousandths| Some(BilledAs::CloudRunRequest { vcpu_thousandths });
        assert_eq!(billed(r#"{"limits":{"cpu":"2","memory":"1Gi"},"cpuIdle":true}"#), request(Some(2_000)));
        assert_eq!(billed(r#"{"limits":{"cpu":"2"}}"#), Some(BilledAs::CloudRunInstance));
        assert_eq!(billed("{}"), request(None), "what is not said is Google's own default");
    }

    #[test]
    fn sizes_and_times_of_google_are_read() {
        for (text, size) in [("256M", 256), ("512Mi", 512), ("1Gi", 1_024), ("2G", 2_048), ("268435456", 256)]
        {
            assert_eq!(megabytes(text), Some(size), "{text}");
        }
        assert_eq!((megabytes("x"), megabytes(""), megabytes("1Q")), (None, None, None));
        assert_eq!((seconds("300s"), seconds("0.5s"), seconds("5")), (Some(300), Some(0), None));
        assert_eq!(instant("2026-11-28T14:00:00.250Z"), Some(Micros(1_795_874_400_250_000)));
    }

    #[test]
    fn values_of_variables_stay_outside() {
        let text = r#"{"name":"projects/p/locations/l/functions/tea","serviceConfig":{"environmentVariables":{"B":"planted","A":"planted"}}}"#;
        let function: Function = serde_json::from_str(text).unwrap();
        assert!(!format!("{function:?}").contains("planted"));
        assert_eq!(new("l", &function).configuration.environment_names, ["A", "B"]);
    }
}
