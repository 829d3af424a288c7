//! Function apps as Azure describes them, and the same in the words of `hearth-cloud`.

use crate::AzureAccount;
use crate::arm::{WEB, at};
use crate::fault::Asked;
use crate::names::{CODE_TAG, HANDLER_TAG, TIMEOUT_TAG};
use crate::regions::{ALL, region};
use hearth_cloud::{CloudFunction, FaultKind, FunctionAddress, FunctionState, Page, Result};
use hearth_model::{Architecture, BilledAs, FunctionConfiguration, Micros};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Memory of one server of a Consumption plan: what is used counts, up to this.
const CONSUMPTION_MB: u32 = 1_536;
/// Memory of the smallest server of a Premium plan.
const PREMIUM_MB: u32 = 3_584;
/// Memory of a server of a Flex plan of which nobody said any.
pub(crate) const FLEX_MB: u32 = 2_048;

/// How an app is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlanKind {
    Flex,
    Consumption,
    Premium,
    /// An App Service plan, or one that Hearth does not know.
    Other,
}

impl PlanKind {
    /// As a person writes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "flex" => Some(Self::Flex),
            "consumption" => Some(Self::Consumption),
            "premium" => Some(Self::Premium),
            _ => None,
        }
    }

    /// The same for whoever prices it.
    fn billed_as(self) -> BilledAs {
        match self {
            Self::Flex => BilledAs::AzureFlex,
            Self::Consumption => BilledAs::AzureConsumption,
            Self::Premium => BilledAs::AzurePremium,
            Self::Other => BilledAs::AzureAppService,
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Flex => "Flex Consumption plan",
            Self::Consumption => "Consumption plan",
            Self::Premium => "Premium plan",
            Self::Other => "App Service plan",
        }
    }
}

/// An app, as Azure answers it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Site {
    pub(crate) id: String,
    pub(crate) name: String,
    location: String,
    #[serde(default)]
    pub(crate) kind: Option<String>,
    #[serde(default)]
    tags: Option<BTreeMap<String, String>>,
    pub(crate) properties: Properties,
}

/// What is read of an app's properties.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Properties {
    state: Option<String>,
    default_host_name: Option<String>,
    host_name_ssl_states: Option<Vec<HostName>>,
    pub(crate) server_farm_id: Option<String>,
    sku: Option<String>,
    pub(crate) function_app_config: Option<Value>,
    site_config: Option<SiteConfig>,
    last_modified_time_utc: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HostName {
    name: String,
    host_type: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SiteConfig {
    linux_fx_version: Option<String>,
}

impl Site {
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        self.tags.clone().unwrap_or_default()
    }

    pub(crate) fn region(&self) -> String {
        region(&self.location)
    }

    pub(crate) fn is_function_app(&self) -> bool {
        self.kind.as_deref().unwrap_or_default().split(',').any(|word| word == "functionapp")
    }

    /// The resource group, out of the id.
    pub(crate) fn group(&self) -> &str {
        group_of(&self.id)
    }

    pub(crate) fn plan_kind(&self) -> PlanKind {
        match self.properties.sku.as_deref() {
            Some("FlexConsumption") => PlanKind::Flex,
            Some("Dynamic") => PlanKind::Consumption,
            Some("ElasticPremium") => PlanKind::Premium,
            _ if self.properties.function_app_config.is_some() => PlanKind::Flex,
            _ => PlanKind::Other,
        }
    }

    /// The host that answers calls.
    pub(crate) fn host(&self) -> Option<&str> {
        self.properties.default_host_name.as_deref().filter(|name| !name.is_empty())
    }

    /// The host that takes code.
    pub(crate) fn code_host(&self) -> Option<String> {
        let names = self.properties.host_name_ssl_states.as_deref().unwrap_or_default();
        let named = names.iter().find(|one| one.host_type.as_deref() == Some("Repository"));
        // `app.azurewebsites.net` and `app-x1.region-01.azurewebsites.net` have `scm` after their first part.
        let guessed = || self.host()?.split_once('.').map(|(app, rest)| format!("{app}.scm.{rest}"));
        named.map(|one| one.name.clone()).or_else(guessed)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.properties.state.as_deref() == Some("Stopped")
    }

    fn flex(&self, section: &str, name: &str) -> Option<&Value> {
        self.properties.function_app_config.as_ref()?.get(section)?.get(name)
    }

    /// Language and version, for instance `("python", "3.12")`.
    fn language(&self) -> Option<(String, String)> {
        if let (Some(name), version) = (self.flex("runtime", "name"), self.flex("runtime", "version")) {
            let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
            return Some((text(Some(name)).to_lowercase(), text(version)));
        }
        let (name, version) =
            self.properties.site_config.as_ref()?.linux_fx_version.as_deref()?.split_once('|')?;
        Some((name.to_lowercase(), version.to_owned()))
    }

    /// The runtime in Hearth's words, for instance `python3.12` or `nodejs22.x`.
    pub(crate) fn runtime(&self) -> String {
        match self.language() {
            None => "unknown".to_owned(),
            Some((name, version)) if name == "node" => {
                format!("nodejs{}.x", version.split('.').next().unwrap_or_default())
            }
            Some((name, version)) => format!("{name}{version}"),
        }
    }

    /// The memory of one server, for a plan that a person chose it for.
    pub(crate) fn memory_mb(&self) -> u32 {
        match self.plan_kind() {
            PlanKind::Flex => self
                .flex("scaleAndConcurrency", "instanceMemoryMB")
                .and_then(Value::as_u64)
                .and_then(|size| u32::try_from(size).ok())
                .unwrap_or(FLEX_MB),
            PlanKind::Consumption => CONSUMPTION_MB,
            PlanKind::Premium | PlanKind::Other => PREMIUM_MB,
        }
    }

    /// Servers that are kept ready, by the group of functions they are for.
    pub(crate) fn always_ready(&self) -> BTreeMap<String, u32> {
        let kept = self.flex("scaleAndConcurrency", "alwaysReady").and_then(Value::as_array);
        let kept = kept.into_iter().flatten().filter_map(|one| {
            let count = one.get("instanceCount")?.as_u64()?;
            Some((one.get("name")?.as_str()?.to_owned(), u32::try_from(count).ok()?))
        });
        kept.collect()
    }

    /// The same in our words. Names of settings are not in a list: they are read with their values.
    pub(crate) fn function(&self) -> CloudFunction {
        let tags = self.tags();
        let tag = |name: &str| tags.get(name).cloned().unwrap_or_default();
        let usual_timeout_s = match self.plan_kind() {
            PlanKind::Consumption => 300,
            PlanKind::Flex | PlanKind::Premium | PlanKind::Other => 1_800,
        };
        let (state, state_reason) = match self.properties.state.as_deref() {
            Some("Running") => (FunctionState::Active, None),
            Some("Stopped") => {
                (FunctionState::Stopped, Some("calls are refused until it is started".to_owned()))
            }
            _ => (FunctionState::Unknown, None),
        };
        CloudFunction {
            address: FunctionAddress::new(self.region(), self.name.clone()),
            resource: self.id.clone(),
            configuration: FunctionConfiguration {
                runtime: self.runtime(),
                handler: tag(HANDLER_TAG),
                memory_mb: self.memory_mb(),
                timeout_s: tag(TIMEOUT_TAG).parse().unwrap_or(usual_timeout_s),
                environment_names: Vec::new(),
                reserved_concurrency: None,
                architecture: Architecture::X86_64,
                description: self.plan_kind().words().to_owned(),
                tasks: None,
                billed_as: Some(self.plan_kind().billed_as()),
            },
            state,
            state_reason,
            code_bytes: 0,
            code_hash: tag(CODE_TAG),
            changed_us: self.properties.last_modified_time_utc.as_deref().and_then(instant),
            role: None,
            version: None,
        }
    }
}

/// The resource group in the id of a resource.
pub(crate) fn group_of(id: &str) -> &str {
    let lower = id.to_ascii_lowercase();
    let mark = "/resourcegroups/";
    let Some(begin) = lower.find(mark).map(|found| found + mark.len()) else { return "" };
    id[begin..].split('/').next().unwrap_or_default()
}

/// An instant as Azure writes it, with or without the letter that says UTC.
pub(crate) fn instant(text: &str) -> Option<Micros> {
    let at = text.parse().or_else(|_| format!("{text}Z").parse::<jiff::Timestamp>()).ok()?;
    Some(Micros(at.as_microsecond()))
}

/// A page of the apps of a location.
pub(crate) async fn list(
    account: &AzureAccount,
    location: &str,
    cursor: Option<&str>,
) -> Result<Page<CloudFunction>> {
    let asked = Asked { operation: "Microsoft.Web/sites/read", about: location };
    let path = match cursor {
        Some(path) => path.to_owned(),
        None => at(&format!("{}/providers/Microsoft.Web/sites", account.scope().await?), WEB),
    };
    let (sites, next) = account.page::<Site>(&asked, &path).await?;
    let wanted = sites.iter().filter(|site| site.is_function_app());
    let wanted = wanted.filter(|site| location == ALL || site.region() == location);
    Ok(Page { items: wanted.map(Site::function).collect(), next })
}

/// One app by its name, none when it is not there.
pub(crate) async fn find(account: &AzureAccount, address: &FunctionAddress) -> Result<Option<Site>> {
    let asked = Asked { operation: "Microsoft.Web/sites/read", about: &address.location };
    let (app, _) = parts(address);
    let path = format!("{}/providers/Microsoft.Web/sites", account.scope().await?);
    let sites: Vec<Site> = account.list(&asked, &path, WEB).await?;
    let mut named: Vec<Site> = sites
        .into_iter()
        .filter(|site| site.is_function_app() && site.name.eq_ignore_ascii_case(app))
        .filter(|site| address.location == ALL || site.region() == address.location)
        .collect();
    match (named.pop(), named.len()) {
        (None, _) => Ok(None),
        // A list leaves out some of what one app says.
        (Some(site), 0) => account.find(&asked, &site.id, WEB).await,
        (Some(_), _) => Err(asked.fault(
            FaultKind::Conflict,
            format!("more than one app is called `{app}`; name the region with --region"),
        )),
    }
}

/// An app that must be there.
pub(crate) async fn existing(
    account: &AzureAccount,
    address: &FunctionAddress,
    operation: &str,
) -> Result<Site> {
    let asked = Asked { operation, about: &address.location };
    let missing =
        || asked.fault(FaultKind::NotFound, format!("there is no function app `{}`", parts(address).0));
    find(account, address).await?.ok_or_else(missing)
}

/// The app and, where one is named, the function in it: `app` or `app/function`.
pub(crate) fn parts(address: &FunctionAddress) -> (&str, Option<&str>) {
    match address.name.split_once('/') {
        Some((app, function)) => (app, Some(function)),
        None => (&address.name, None),
    }
}
