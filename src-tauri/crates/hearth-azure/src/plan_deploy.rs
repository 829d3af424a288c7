//! Plans a deploy: a new app with all that it needs in a resource group of its own, or new code for one that is there.

use crate::AzureAccount;
use crate::action::{Action, Code, NewSite, Target};
use crate::adapter::{Language, Prepared, Wanted, prepare};
use crate::arm::GROUPS;
use crate::fault::Asked;
use crate::names::{CODE_TAG, HANDLER_TAG, INSIGHTS_TAG, Names, TAG, TIMEOUT_TAG, is_app_name};
use crate::plan::{Draft, changes, hearth_line, target, values};
use crate::regions::{ALL, region};
use crate::sites::{FLEX_MB, PlanKind, Site, find, parts};
use hearth_cloud::{CostEffect, Deploy, FaultKind, Result, Undo};
use serde::Deserialize;
use std::collections::BTreeMap;

const ASKED: Asked<'static> = Asked { operation: "deploying", about: "" };
const GROUP: Asked<'static> =
    Asked { operation: "Microsoft.Resources/subscriptions/resourceGroups/read", about: "" };
/// Memory sizes that Flex has.
const SIZES: [u32; 3] = [512, 2_048, 4_096];
/// Timeout of a new function that nobody chose any for, as on this computer.
const USUAL_TIMEOUT_S: u32 = 10;
/// Longest timeout of a Consumption plan.
const CONSUMPTION_LONGEST_S: u32 = 600;

#[derive(Deserialize)]
pub(crate) struct Group {
    location: String,
    #[serde(default)]
    tags: Option<BTreeMap<String, String>>,
}

impl Group {
    /// Whether Hearth made it for an app.
    pub(crate) fn is_for(&self, app: &str) -> bool {
        self.tags.as_ref().and_then(|tags| tags.get(TAG)).is_some_and(|name| name == app)
    }
}

/// The resource group of an app, none when it is not there.
pub(crate) async fn group(account: &AzureAccount, names: &Names) -> Result<Option<Group>> {
    account.find::<Group>(&GROUP, &names.group_id(), GROUPS).await
}

pub(crate) fn check_memory(memory_mb: u32) -> Result<()> {
    if SIZES.contains(&memory_mb) {
        return Ok(());
    }
    let words = format!("a server on Flex has 512, 2048 or 4096 MB, not {memory_mb}");
    Err(ASKED.fault(FaultKind::Invalid, words))
}

pub(crate) async fn deploy(account: &AzureAccount, wanted: &Deploy) -> Result<Draft> {
    let function = &wanted.function;
    if parts(function).1.is_some() {
        let words =
            format!("`{}` names a function in an app; code is deployed to the whole app", function.name);
        return Err(ASKED.fault(FaultKind::Invalid, words));
    }
    if wanted.role.is_some() {
        return Err(
            ASKED.fault(FaultKind::Unable, "an app on Azure has an identity of its own and takes no role")
        );
    }
    let Some(runtime) = wanted.settings.runtime.as_deref() else {
        return Err(ASKED.fault(FaultKind::Invalid, "a deploy needs a runtime"));
    };
    let (language, version) = Language::of(runtime)?;
    let kind = match wanted.plan.as_deref() {
        None => None,
        Some(text) => Some(PlanKind::parse(text).ok_or_else(|| {
            ASKED.fault(
                FaultKind::Invalid,
                format!("`{text}` is no plan; choose flex, consumption or premium"),
            )
        })?),
    };
    match find(account, function).await? {
        Some(site) => again(account, wanted, &site, language, kind).await,
        None => first(account, wanted, (language, version), kind.unwrap_or(PlanKind::Flex)).await,
    }
}

/// The package, and the tags that say what is in it.
fn package(
    wanted: &Deploy,
    language: Language,
    memory_mb: u32,
    timeout_s: u32,
) -> Result<(Prepared, BTreeMap<String, String>)> {
    let handler = wanted.settings.handler.as_deref().filter(|handler| !handler.is_empty());
    let about = Wanted { language, app: &wanted.function.name, handler, memory_mb, timeout_s };
    let prepared = prepare(&wanted.code, &wanted.code_sha256, &about)?;
    let mut tags = BTreeMap::from([(CODE_TAG.to_owned(), prepared.sha256.clone())]);
    if !prepared.added.is_empty() {
        tags.insert(HANDLER_TAG.to_owned(), handler.unwrap_or_default().to_owned());
        tags.insert(TIMEOUT_TAG.to_owned(), timeout_s.to_string());
    }
    Ok((prepared, tags))
}

fn documents(prepared: &Prepared) -> Vec<(String, String)> {
    let named = |(name, text): &(String, String)| (format!("added to the package: {name}"), text.clone());
    prepared.added.iter().map(named).collect()
}

fn cost(kind: PlanKind) -> CostEffect {
    let words = match kind {
        PlanKind::Premium => {
            "A Premium plan is billed by the hour for at least one server, also while nobody calls. Storage and logs \
             are billed by what they hold."
        }
        _ => {
            "Nothing for the app while nobody calls; each call costs its time and memory. Storage and logs are billed \
             by what they hold, which is little."
        }
    };
    CostEffect { words: words.to_owned(), standing: kind == PlanKind::Premium }
}

async fn first(
    account: &AzureAccount,
    wanted: &Deploy,
    (language, version): (Language, String),
    kind: PlanKind,
) -> Result<Draft> {
    let name = &wanted.function.name;
    if !is_app_name(name) {
        let words = format!("`{name}` cannot be the name of an app: use 2 to 60 letters, digits and hyphens");
        return Err(ASKED.fault(FaultKind::Invalid, words));
    }
    if wanted.function.location == ALL {
        let words = "a new app needs a region: add it to the account, as in --to ACCOUNT:westeurope";
        return Err(ASKED.fault(FaultKind::Invalid, words));
    }
    let memory_mb = match (kind, wanted.settings.memory_mb) {
        (PlanKind::Flex, size) => size.unwrap_or(FLEX_MB),
        (_, None) => 0,
        (_, Some(_)) => {
            let words = format!("on a {} the memory cannot be chosen", kind.words());
            return Err(ASKED.fault(FaultKind::Unable, words));
        }
    };
    if kind == PlanKind::Flex {
        check_memory(memory_mb)?;
    }
    let timeout_s = wanted.settings.timeout_s.unwrap_or(USUAL_TIMEOUT_S);
    check_timeout(kind, timeout_s)?;
    let (prepared, mut tags) = package(wanted, language, memory_mb, timeout_s)?;
    let scope = account.scope().await?;
    let names = Names::new(&scope, &wanted.function.location, name);
    let mut actions = Vec::new();
    match group(account, &names).await? {
        None => actions.push(Action::PutGroup),
        // What an earlier try left is gone on with.
        Some(group) if group.is_for(name) => {
            if region(&group.location) != wanted.function.location {
                let words = format!("the resource group `{}` is in {} already", names.group, group.location);
                return Err(ASKED.fault(FaultKind::Conflict, words));
            }
        }
        Some(_) => {
            let words = format!("there is a resource group `{}` that Hearth did not make", names.group);
            return Err(ASKED.fault(FaultKind::Conflict, words));
        }
    }
    tags.insert(TAG.to_owned(), name.clone());
    tags.insert(INSIGHTS_TAG.to_owned(), names.component_id());
    actions.push(Action::PutStorage);
    if kind == PlanKind::Flex {
        actions.push(Action::PutContainer);
    }
    actions.extend([Action::PutPlan { kind }, Action::PutWorkspace, Action::PutComponent]);
    actions.push(Action::PutSite(NewSite {
        kind,
        runtime: (language.name(), version),
        memory_mb,
        values: values(wanted.settings.environment.as_ref())?,
        tags,
    }));
    let code = Code { zip: prepared.zip.clone(), sha256: prepared.sha256.clone() };
    actions.extend([Action::Publish { code, kind }, Action::SyncTriggers]);
    let target =
        Target { site_id: names.site_id(), names, region: wanted.function.location.clone(), code_host: None };
    let title = format!("Deploy {name} to {}, {}", account.account.name, wanted.function.location);
    let mut draft = Draft::new(title, target, actions);
    draft.cost = Some(cost(kind));
    draft.undo = Some(Undo::Command {
        command: format!("{} --with-logs", hearth_line(account, "delete", &wanted.function)),
    });
    draft.documents = documents(&prepared);
    draft.warnings.push(
        "The storage account's key is put into the app's settings, as Azure's own tools do it; a managed identity \
         would need the right to give roles."
            .to_owned(),
    );
    if kind == PlanKind::Consumption {
        draft.warnings.push(
            "Microsoft retires Linux on the Consumption plan in September 2028; Flex follows it.".to_owned(),
        );
    }
    shared_servers(language, &mut draft);
    Ok(draft)
}

/// New code for an app that is there.
async fn again(
    account: &AzureAccount,
    wanted: &Deploy,
    site: &Site,
    language: Language,
    kind: Option<PlanKind>,
) -> Result<Draft> {
    let has = site.plan_kind();
    if kind.is_some_and(|kind| kind != has) {
        let words = format!(
            "`{}` is on a {}; an app cannot change its plan, so delete it first",
            site.name,
            has.words()
        );
        return Err(ASKED.fault(FaultKind::Conflict, words));
    }
    let runtime = site.runtime();
    if !runtime.starts_with(if language == Language::Node { "nodejs" } else { language.name() }) {
        let words = format!("`{}` runs {runtime}; code for another language needs another app", site.name);
        return Err(ASKED.fault(FaultKind::Conflict, words));
    }
    let timeout_s = wanted.settings.timeout_s.unwrap_or(match site.function().configuration {
        of if !of.handler.is_empty() => of.timeout_s,
        _ => USUAL_TIMEOUT_S,
    });
    check_timeout(has, timeout_s)?;
    let memory_mb = wanted.settings.memory_mb.unwrap_or_else(|| site.memory_mb());
    let (prepared, tags) = package(wanted, language, memory_mb, timeout_s)?;
    let mut actions = changes(account, site, &wanted.settings).await?;
    let code = Code { zip: prepared.zip.clone(), sha256: prepared.sha256.clone() };
    actions.extend([Action::Publish { code, kind: has }, Action::SyncTriggers, Action::PutTags { tags }]);
    let title = format!("New code for {} in {}, {}", site.name, account.account.name, site.region());
    let mut draft = Draft::new(title, target(account, site).await?, actions);
    draft.cost = Some(cost(has));
    draft.undo = Some(Undo::ByHand {
        words: "The code that is there now is replaced, and Azure keeps no version of it. Deploy it again."
            .to_owned(),
    });
    draft.documents = documents(&prepared);
    if !site.tags().contains_key(TAG) {
        draft
            .warnings
            .push("Hearth did not make this app: the functions that are in it now go away.".to_owned());
    }
    if wanted.settings.runtime.as_deref() != Some(runtime.as_str()) {
        draft.warnings.push(format!("The app runs {runtime}, which stays."));
    }
    shared_servers(language, &mut draft);
    Ok(draft)
}

fn check_timeout(kind: PlanKind, timeout_s: u32) -> Result<()> {
    if kind == PlanKind::Consumption && timeout_s > CONSUMPTION_LONGEST_S {
        let words = format!("on a Consumption plan a call takes at most 600 s, not {timeout_s}");
        return Err(ASKED.fault(FaultKind::Invalid, words));
    }
    Ok(())
}

/// What is unlike Lambda about where the code will run.
fn shared_servers(language: Language, draft: &mut Draft) {
    if language == Language::Node && !draft.documents.is_empty() {
        draft.warnings.push(
            "A server on Azure answers several calls at once, unlike Lambda: they share global variables."
                .to_owned(),
        );
    }
}
