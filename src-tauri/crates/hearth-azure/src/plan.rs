//! From a change to the requests that make it, after looking at what is there. Changes nothing. Owns the order of
//! requests, what is warned of, and the digest that names a plan. Deploying is in [`crate::plan_deploy`].

use crate::action::{Action, Target};
use crate::arm::GROUPS;
use crate::fault::Asked;
use crate::names::{Names, TAG};
use crate::secret::Secret;
use crate::settings::{self, Values};
use crate::sites::{PlanKind, Site, existing, parts};
use crate::{AzureAccount, back, permissions, plan_deploy};
use hearth_cloud::{
    Change, CostEffect, FaultKind, FunctionAddress, Grant, Power, Result, Review, Settings, Undo, plan_digest,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Kinds of resources that Azure itself adds to Application Insights.
const ADDED_KINDS: [&str; 2] =
    ["microsoft.insights/actiongroups", "microsoft.alertsmanagement/smartdetectoralertrules"];

/// A plan.
pub(crate) struct Plan {
    pub(crate) title: String,
    pub(crate) target: Target,
    pub(crate) actions: Vec<Action>,
    cost: CostEffect,
    undo: Undo,
    warnings: Vec<String>,
    documents: Vec<(String, String)>,
    grants: BTreeMap<&'static str, Grant>,
}

impl Plan {
    /// The plan for people.
    pub(crate) fn review(&self) -> Review {
        Review {
            title: self.title.clone(),
            calls: self.actions.iter().map(|action| action.call(&self.target, self.may(action))).collect(),
            cost: self.cost.clone(),
            command_lines: self.actions.iter().map(|action| action.command_line(&self.target)).collect(),
            undo: self.undo.clone(),
            warnings: self.warnings.clone(),
            documents: self.documents.clone(),
            digest: self.digest(),
        }
    }

    fn may(&self, action: &Action) -> Grant {
        let all = action.permissions();
        let grants = all.iter().map(|name| self.grants.get(*name).copied().unwrap_or(Grant::Unknown));
        Grant::of_all(grants)
    }

    /// Names the plan: the same requests have the same digest.
    pub(crate) fn digest(&self) -> String {
        let sent = self.actions.iter().flat_map(|action| {
            let code = match action {
                Action::Publish { code, .. } => code.sha256.clone(),
                _ => String::new(),
            };
            [action.command_line(&self.target), code]
        });
        plan_digest(sent)
    }
}

/// What a kind of change decides.
pub(crate) struct Draft {
    pub(crate) title: String,
    pub(crate) target: Target,
    pub(crate) actions: Vec<Action>,
    pub(crate) cost: Option<CostEffect>,
    pub(crate) undo: Option<Undo>,
    pub(crate) warnings: Vec<String>,
    pub(crate) documents: Vec<(String, String)>,
}

impl Draft {
    pub(crate) fn new(title: String, target: Target, actions: Vec<Action>) -> Self {
        Self { title, target, actions, cost: None, undo: None, warnings: Vec::new(), documents: Vec::new() }
    }
}

pub(crate) async fn plan(account: &AzureAccount, change: &Change) -> Result<Plan> {
    let function = change.function();
    let draft = match change {
        Change::Deploy(wanted) => plan_deploy::deploy(account, wanted).await?,
        Change::Configure { settings, .. } => configure(account, function, settings).await?,
        Change::Delete { logs, .. } => delete(account, function, *logs).await?,
        Change::Power { power, .. } => switch(account, function, *power).await?,
        Change::DeployImage { .. } => {
            return Err(unable(function, "Hearth deploys container images to AWS Lambda only"));
        }
        Change::Publish { .. } | Change::PointAlias { .. } => {
            return Err(unable(function, "Azure Functions has no versions and no aliases"));
        }
        Change::LimitConcurrency { .. } => {
            return Err(unable(function, "Azure has no limit that stops one function; stop the app instead"));
        }
        Change::SetUrl { .. } => {
            return Err(unable(
                function,
                "a function over HTTP always has its address; its code says who may call it",
            ));
        }
        Change::Side { .. } => {
            return Err(unable(function, "Hearth changes triggers, layers and tags on AWS only"));
        }
        Change::Containers { .. } => {
            return Err(unable(function, "Hearth runs containers on AWS Fargate only"));
        }
        Change::TakeBack { calls, .. } => back::plan(account, function, calls).await?,
    };
    let names: Vec<&'static str> = draft.actions.iter().flat_map(Action::permissions).collect();
    let grants = permissions::grants(account, &names).await;
    Ok(Plan {
        title: draft.title,
        target: draft.target,
        actions: draft.actions,
        cost: draft.cost.unwrap_or_else(|| CostEffect {
            words: "These calls cost nothing, and nothing costs money while nobody calls.".to_owned(),
            standing: false,
        }),
        undo: draft.undo.unwrap_or(Undo::ByHand { words: "Set the earlier values again.".to_owned() }),
        warnings: draft.warnings,
        documents: draft.documents,
        grants,
    })
}

fn unable(function: &FunctionAddress, words: &str) -> hearth_cloud::Fault {
    Asked { operation: "the change", about: &function.location }.fault(FaultKind::Unable, words)
}

/// The target of changes to an app that is there.
pub(crate) async fn target(account: &AzureAccount, site: &Site) -> Result<Target> {
    Ok(Target {
        names: Names::new(&account.scope().await?, &site.region(), &site.name),
        region: site.region(),
        site_id: site.id.clone(),
        code_host: site.code_host(),
    })
}

/// A person's variables as settings.
pub(crate) fn values(environment: Option<&BTreeMap<String, String>>) -> Result<Values> {
    let Some(environment) = environment else { return Ok(Values::new()) };
    settings::check(environment)?;
    Ok(environment.iter().map(|(name, value)| (name.clone(), Secret::new(value))).collect())
}

/// Settings of an app that differ from what it has.
pub(crate) async fn changes(account: &AzureAccount, site: &Site, wanted: &Settings) -> Result<Vec<Action>> {
    let mut actions = Vec::new();
    let values = values(wanted.environment.as_ref())?;
    if !values.is_empty() {
        actions.push(Action::PutSettings { values });
    }
    if let Some(memory_mb) = wanted.memory_mb.filter(|size| *size != site.memory_mb()) {
        let asked = Asked { operation: "Microsoft.Web/sites/write", about: &site.name };
        if site.plan_kind() != PlanKind::Flex {
            let words = format!("on a {} the memory cannot be chosen", site.plan_kind().words());
            return Err(asked.fault(FaultKind::Unable, words));
        }
        plan_deploy::check_memory(memory_mb)?;
        let now: Value = account.get(&asked, &site.id, crate::arm::WEB).await?;
        actions.push(Action::PutMemory { memory_mb, site: with_memory(&now, memory_mb) });
    }
    Ok(actions)
}

/// What of an app may be written and would be lost if it were not put again.
const WRITABLE: [&str; 12] = [
    "serverFarmId",
    "httpsOnly",
    "clientAffinityEnabled",
    "clientCertEnabled",
    "clientCertMode",
    "clientCertExclusionPaths",
    "publicNetworkAccess",
    "virtualNetworkSubnetId",
    "keyVaultReferenceIdentity",
    "storageAccountRequired",
    "autoGeneratedDomainNameLabelScope",
    "functionAppConfig",
];

/// The app as it is, with another memory size: Azure's partial update does not take it.
fn with_memory(now: &Value, memory_mb: u32) -> Value {
    let mut properties = serde_json::Map::new();
    for name in WRITABLE {
        if let Some(value) = now["properties"].get(name).filter(|value| !value.is_null()) {
            properties.insert(name.to_owned(), value.clone());
        }
    }
    let mut site = json!({ "location": now["location"], "kind": now["kind"], "properties": properties });
    site["properties"]["functionAppConfig"]["scaleAndConcurrency"]["instanceMemoryMB"] = json!(memory_mb);
    for name in ["tags", "identity"] {
        if let Some(value) = now.get(name).filter(|value| !value.is_null()) {
            site[name] = value.clone();
        }
    }
    if let Some(identity) = site.get_mut("identity").and_then(Value::as_object_mut) {
        identity.retain(|name, _| name == "type" || name == "userAssignedIdentities");
    }
    site
}

async fn configure(account: &AzureAccount, function: &FunctionAddress, wanted: &Settings) -> Result<Draft> {
    let site = existing(account, function, "Microsoft.Web/sites/config/write").await?;
    let asked = Asked { operation: "Microsoft.Web/sites/config/write", about: &site.name };
    if wanted.runtime.is_some() || wanted.handler.is_some() || wanted.timeout_s.is_some() {
        let words = "runtime, handler and timeout go with the code on Azure; deploy it again";
        return Err(asked.fault(FaultKind::Unable, words));
    }
    let actions = changes(account, &site, wanted).await?;
    let title = format!("Change the settings of {} in {}", site.name, account.account.name);
    let mut draft = Draft::new(title, target(account, &site).await?, actions);
    draft.undo = Some(Undo::ByHand {
        words: format!(
            "Now its servers have {} MB. Values of settings cannot be brought back by Hearth: it keeps none.",
            site.memory_mb()
        ),
    });
    draft.warnings.push("New settings restart the app: calls that run are cut off.".to_owned());
    Ok(draft)
}

async fn switch(account: &AzureAccount, function: &FunctionAddress, power: Power) -> Result<Draft> {
    let site = existing(account, function, "Microsoft.Web/sites/read").await?;
    let before = if site.is_stopped() { Power::Stop } else { Power::Start };
    let (verb, back) = match power {
        Power::Start => ("Start", "stop"),
        Power::Stop => ("Stop", "start"),
        Power::Restart => ("Restart", "start"),
    };
    let actions = if power == before { Vec::new() } else { vec![Action::Power { power, before }] };
    let title = format!("{verb} {} in {}", site.name, account.account.name);
    let mut draft = Draft::new(title, target(account, &site).await?, actions);
    draft.undo = Some(if power == Power::Restart {
        Undo::ByHand { words: "There is nothing to take back.".to_owned() }
    } else {
        Undo::Command { command: hearth_line(account, back, function) }
    });
    match power {
        Power::Stop if site.plan_kind() == PlanKind::Premium => {
            draft.warnings.push(
                "A Premium plan is billed while its app is stopped; only deleting it ends that.".to_owned(),
            );
        }
        Power::Restart => draft.warnings.push("Calls that run are cut off.".to_owned()),
        _ => {}
    }
    Ok(draft)
}

#[derive(Deserialize)]
struct Held {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

/// What the list of what a group holds is called.
pub(crate) const GOES_ALONG: &str = "what goes with the resource group";

/// What an app's resource group holds.
pub(crate) struct InGroup {
    pub(crate) ids: Vec<String>,
    /// Those of them that Hearth did not make.
    pub(crate) strange: Vec<String>,
}

pub(crate) async fn in_group(account: &AzureAccount, names: &Names) -> Result<InGroup> {
    let asked =
        Asked { operation: "Microsoft.Resources/subscriptions/resourceGroups/resources/read", about: "" };
    let path = format!("{}/resources", names.group_id());
    let held: Vec<Held> = account.list(&asked, &path, GROUPS).await?;
    let own = names.ids();
    let is_strange = |one: &&Held| {
        !own.iter().any(|id| id.eq_ignore_ascii_case(&one.id))
            && !ADDED_KINDS.contains(&one.kind.to_lowercase().as_str())
    };
    let strange = held.iter().filter(is_strange).map(|one| one.id.clone()).collect();
    Ok(InGroup { ids: held.into_iter().map(|one| one.id).collect(), strange })
}

async fn delete(account: &AzureAccount, function: &FunctionAddress, logs: bool) -> Result<Draft> {
    let site = existing(account, function, "Microsoft.Web/sites/delete").await?;
    let asked = Asked { operation: "Microsoft.Web/sites/delete", about: "" };
    if parts(function).1.is_some() {
        let words = "Azure deletes a whole app; one function of it goes with its code";
        return Err(asked.fault(FaultKind::Unable, words));
    }
    let target = target(account, &site).await?;
    let is_own =
        site.tags().get(TAG) == Some(&site.name) && site.group().eq_ignore_ascii_case(&target.names.group);
    let mut draft = Draft::new(
        format!("Delete {} from {}", site.name, account.account.name),
        target,
        vec![Action::DeleteSite { with_plan: is_own }],
    );
    draft.cost =
        Some(CostEffect { words: "Nothing is billed for the app any more.".to_owned(), standing: false });
    draft.undo = Some(Undo::Impossible {
        words: "Azure keeps nothing of it that Hearth could bring back. Deploy it again from your own files."
            .to_owned(),
    });
    if !is_own {
        draft.warnings.push(
            "Hearth did not make this app: its plan, storage and logs stay, and a plan may be billed on."
                .to_owned(),
        );
        return Ok(draft);
    }
    let InGroup { ids, strange } = in_group(account, &draft.target.names).await?;
    if strange.is_empty() && logs {
        draft.actions = vec![Action::DeleteGroup];
        draft.documents.push((GOES_ALONG.to_owned(), ids.join("\n")));
        return Ok(draft);
    }
    draft.actions.push(Action::DeleteStorage);
    if strange.is_empty() {
        draft
            .warnings
            .push("Its logs stay and are billed as stored data; --with-logs deletes them too.".to_owned());
    } else {
        let words = format!(
            "The resource group stays, since it holds what Hearth did not make: {}.",
            strange.join(", ")
        );
        draft.warnings.push(words);
    }
    Ok(draft)
}

/// A command line of Hearth about a function.
pub(crate) fn hearth_line(account: &AzureAccount, verb: &str, function: &FunctionAddress) -> String {
    format!("hearth {verb} {} {}", function.name, account.account.flags(&function.location))
}
