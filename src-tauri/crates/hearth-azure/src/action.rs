//! The changing requests to Azure, each as a value: what a review shows and what is sent come from the same place. Code
//! and values of settings are inside and must not be printed; a review gets them masked.

use crate::arm::{COMPONENTS, GROUPS, STORAGE, TAGS, WEB, WORKSPACES};
use crate::kudu;
use crate::names::Names;
use crate::secret::Secret;
use crate::settings::{self, Values};
use crate::sites::PlanKind;
use hearth_cloud::Power;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a secret is shown.
pub(crate) const MASK: &str = "***";
/// The setting with the connection string of the code's storage, on Flex.
pub(crate) const CODE_STORAGE: &str = "DEPLOYMENT_STORAGE_CONNECTION_STRING";
/// Most servers of a new app on Flex: Azure's own default.
const MOST_SERVERS: u32 = 100;

/// Code to bring.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) zip: Arc<[u8]>,
    pub(crate) sha256: String,
}

/// A new app.
#[derive(Clone, PartialEq)]
pub(crate) struct NewSite {
    pub(crate) kind: PlanKind,
    /// Language and version, in Azure's words.
    pub(crate) runtime: (&'static str, String),
    pub(crate) memory_mb: u32,
    pub(crate) values: Values,
    pub(crate) tags: BTreeMap<String, String>,
}

/// One changing request.
#[derive(Clone, PartialEq)]
pub(crate) enum Action {
    PutGroup,
    PutStorage,
    PutContainer,
    PutPlan {
        kind: PlanKind,
    },
    PutWorkspace,
    PutComponent,
    PutSite(NewSite),
    /// Another memory size: the app is put again as it is, but for that.
    PutMemory {
        memory_mb: u32,
        site: Value,
    },
    PutSettings {
        values: Values,
    },
    Publish {
        code: Code,
        kind: PlanKind,
    },
    SyncTriggers,
    PutTags {
        tags: BTreeMap<String, String>,
    },
    Power {
        power: Power,
        before: Power,
    },
    DeleteSite {
        with_plan: bool,
    },
    DeleteStorage,
    DeleteGroup,
}

/// What the requests are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) names: Names,
    pub(crate) region: String,
    pub(crate) site_id: String,
    /// The host that takes code, when the app is there.
    pub(crate) code_host: Option<String>,
}

/// Secrets that are known only while the requests are sent.
#[derive(Default)]
pub(crate) struct Filled {
    pub(crate) storage: Option<Secret>,
    pub(crate) insights: Option<Secret>,
}

/// A request to Resource Manager.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) version: &'static str,
    pub(crate) body: Option<Value>,
}

impl Action {
    /// The request; `filled` has the secrets, none masks them. What goes to another host has none here.
    pub(crate) fn request(&self, target: &Target, filled: Option<&Filled>) -> Option<Request> {
        let names = &target.names;
        let put = |path: String, version: &'static str, body: Value| {
            Some(Request { method: Method::PUT, path, version, body: Some(body) })
        };
        let bare = |method: Method, path: String, version: &'static str| {
            Some(Request { method, path, version, body: None })
        };
        let tags = json!({ crate::names::TAG: names.app });
        let region = &target.region;
        match self {
            Self::PutGroup => put(names.group_id(), GROUPS, json!({ "location": region, "tags": tags })),
            Self::PutStorage => put(
                names.storage_id(),
                STORAGE,
                json!({
                    "location": region,
                    "kind": "StorageV2",
                    "sku": { "name": "Standard_LRS" },
                    "tags": tags,
                    "properties": {
                        "minimumTlsVersion": "TLS1_2",
                        "allowBlobPublicAccess": false,
                        "supportsHttpsTrafficOnly": true,
                    },
                }),
            ),
            Self::PutContainer => put(names.container_id(), STORAGE, json!({ "properties": {} })),
            Self::PutPlan { kind } => put(names.plan_id(), WEB, plan(*kind, region, &tags)),
            Self::PutWorkspace => put(
                names.workspace_id(),
                WORKSPACES,
                json!({
                    "location": region,
                    "tags": tags,
                    "properties": { "sku": { "name": "PerGB2018" }, "retentionInDays": 30 },
                }),
            ),
            Self::PutComponent => put(
                names.component_id(),
                COMPONENTS,
                json!({
                    "location": region,
                    "kind": "web",
                    "tags": tags,
                    "properties": { "Application_Type": "web", "WorkspaceResourceId": names.workspace_id() },
                }),
            ),
            Self::PutSite(new) => put(target.site_id.clone(), WEB, site(new, target, filled)),
            Self::PutMemory { site, .. } => put(target.site_id.clone(), WEB, site.clone()),
            Self::PutSettings { values } => {
                put(format!("{}/config/appsettings", target.site_id), WEB, settings::masked(values))
            }
            Self::Publish { .. } => None,
            Self::SyncTriggers => bare(Method::POST, format!("{}/syncfunctiontriggers", target.site_id), WEB),
            Self::PutTags { tags } => Some(Request {
                method: Method::PATCH,
                path: format!("{}/providers/Microsoft.Resources/tags/default", target.site_id),
                version: TAGS,
                body: Some(json!({ "operation": "Merge", "properties": { "tags": tags } })),
            }),
            Self::Power { power, .. } => {
                let word = match power {
                    Power::Start => "start",
                    Power::Stop => "stop",
                    Power::Restart => "restart",
                };
                bare(Method::POST, format!("{}/{word}", target.site_id), WEB)
            }
            Self::DeleteSite { with_plan } => {
                bare(Method::DELETE, format!("{}?deleteEmptyServerFarm={with_plan}", target.site_id), WEB)
            }
            Self::DeleteStorage => bare(Method::DELETE, names.storage_id(), STORAGE),
            Self::DeleteGroup => bare(Method::DELETE, names.group_id(), GROUPS),
        }
    }

    /// The permission that it needs first, which is also its word.
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Self::PutGroup => "Microsoft.Resources/subscriptions/resourceGroups/write",
            Self::PutStorage => "Microsoft.Storage/storageAccounts/write",
            Self::PutContainer => "Microsoft.Storage/storageAccounts/blobServices/containers/write",
            Self::PutPlan { .. } => "Microsoft.Web/serverfarms/write",
            Self::PutWorkspace => "Microsoft.OperationalInsights/workspaces/write",
            Self::PutComponent => "Microsoft.Insights/components/write",
            Self::PutSite(_) | Self::PutMemory { .. } => "Microsoft.Web/sites/write",
            Self::PutSettings { .. } => "Microsoft.Web/sites/config/write",
            Self::Publish { .. } => kudu::PUBLISH,
            Self::SyncTriggers => "Microsoft.Web/sites/syncfunctiontriggers/action",
            Self::PutTags { .. } => "Microsoft.Resources/tags/write",
            Self::Power { power: Power::Start, .. } => "Microsoft.Web/sites/start/action",
            Self::Power { power: Power::Stop, .. } => "Microsoft.Web/sites/stop/action",
            Self::Power { power: Power::Restart, .. } => "Microsoft.Web/sites/restart/action",
            Self::DeleteSite { .. } => "Microsoft.Web/sites/delete",
            Self::DeleteStorage => "Microsoft.Storage/storageAccounts/delete",
            Self::DeleteGroup => "Microsoft.Resources/subscriptions/resourceGroups/delete",
        }
    }

    /// Permissions that it needs.
    pub(crate) fn permissions(&self) -> Vec<&'static str> {
        let mut all = vec![self.operation()];
        match self {
            Self::PutSite(_) => all.extend([
                "Microsoft.Web/serverfarms/join/action",
                "Microsoft.Storage/storageAccounts/listKeys/action",
                "Microsoft.Insights/components/read",
            ]),
            Self::PutComponent => all.push("Microsoft.OperationalInsights/workspaces/sharedKeys/action"),
            Self::PutSettings { .. } => all.push("Microsoft.Web/sites/config/list/action"),
            Self::SyncTriggers => all.push("Microsoft.Web/sites/functions/read"),
            Self::DeleteSite { with_plan: true } => all.push("Microsoft.Web/serverfarms/delete"),
            _ => {}
        }
        all
    }

    /// The call that takes it back when a later one fails. A group takes everything in it along.
    pub(crate) fn undone_by(&self) -> Option<&'static str> {
        match self {
            Self::PutGroup => Some("Microsoft.Resources/subscriptions/resourceGroups/delete"),
            Self::Power { power: Power::Start, before: Power::Stop } => {
                Some("Microsoft.Web/sites/stop/action")
            }
            Self::Power { power: Power::Stop, before: Power::Start } => {
                Some("Microsoft.Web/sites/start/action")
            }
            _ => None,
        }
    }
}

fn plan(kind: PlanKind, region: &str, tags: &Value) -> Value {
    let (name, tier, word) = match kind {
        PlanKind::Consumption => ("Y1", "Dynamic", "functionapp"),
        PlanKind::Premium => ("EP1", "ElasticPremium", "elastic"),
        PlanKind::Flex | PlanKind::Other => ("FC1", "FlexConsumption", "functionapp"),
    };
    json!({
        "location": region,
        "kind": word,
        "sku": { "name": name, "tier": tier },
        "tags": tags,
        // Linux, in Azure's word.
        "properties": { "reserved": true },
    })
}

fn site(new: &NewSite, target: &Target, filled: Option<&Filled>) -> Value {
    let names = &target.names;
    let secret = |of: fn(&Filled) -> Option<&Secret>| {
        filled.map_or(MASK, |filled| of(filled).map_or("", Secret::reveal)).to_owned()
    };
    let storage = secret(|filled| filled.storage.as_ref());
    let mut settings: BTreeMap<String, String> = BTreeMap::new();
    settings.insert("AzureWebJobsStorage".to_owned(), storage.clone());
    settings.insert(
        "APPLICATIONINSIGHTS_CONNECTION_STRING".to_owned(),
        secret(|filled| filled.insights.as_ref()),
    );
    let (language, version) = &new.runtime;
    let mut config = Map::new();
    config.insert("minTlsVersion".to_owned(), json!("1.2"));
    let mut properties = Map::new();
    if new.kind == PlanKind::Flex {
        // Flex takes runtime and build out of its own section, and refuses settings that say the same.
        settings.insert(CODE_STORAGE.to_owned(), storage);
        let container =
            format!("https://{}.blob.core.windows.net/{}", names.storage, crate::names::CONTAINER);
        let app_config = json!({
            "deployment": { "storage": {
                "type": "blobContainer",
                "value": container,
                "authentication": {
                    "type": "StorageAccountConnectionString",
                    "storageAccountConnectionStringName": CODE_STORAGE,
                },
            } },
            "runtime": { "name": language, "version": version },
            "scaleAndConcurrency": {
                "instanceMemoryMB": new.memory_mb,
                "maximumInstanceCount": MOST_SERVERS,
            },
        });
        properties.insert("functionAppConfig".to_owned(), app_config);
    } else {
        let mut plain = |name: &str, value: &str| settings.insert(name.to_owned(), value.to_owned());
        plain("FUNCTIONS_EXTENSION_VERSION", "~4");
        plain("FUNCTIONS_WORKER_RUNTIME", language);
        plain("SCM_DO_BUILD_DURING_DEPLOYMENT", "true");
        plain("ENABLE_ORYX_BUILD", "true");
        if new.kind == PlanKind::Premium {
            plain("WEBSITE_CONTENTSHARE", &names.app.to_lowercase());
            plain("WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", &storage);
        }
        let word = if *language == "python" { "Python" } else { "Node" };
        config.insert("linuxFxVersion".to_owned(), json!(format!("{word}|{version}")));
        properties.insert("reserved".to_owned(), json!(true));
    }
    for (name, value) in &new.values {
        let value = if filled.is_some() { value.reveal() } else { MASK };
        settings.insert(name.clone(), value.to_owned());
    }
    let settings: Vec<Value> =
        settings.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    config.insert("appSettings".to_owned(), Value::Array(settings));
    properties.insert("serverFarmId".to_owned(), json!(names.plan_id()));
    properties.insert("httpsOnly".to_owned(), json!(true));
    // The address has a part that is this subscription's alone, so that a name need not be free in the whole world.
    properties.insert("autoGeneratedDomainNameLabelScope".to_owned(), json!("TenantReuse"));
    properties.insert("siteConfig".to_owned(), Value::Object(config));
    json!({
        "location": target.region,
        "kind": "functionapp,linux",
        "tags": new.tags,
        "properties": properties,
    })
}
