//! From a change to the requests that make it, after looking at what is there. Changes nothing. Owns the order of
//! requests, what is warned of, and the digest that names a plan; deploying is in [`crate::plan_deploy`].

use crate::back::Record;
use crate::client::Service;
use crate::fault::Asked;
use crate::functions::{Kept, find};
use crate::policy::Guarded;
use crate::request::{Kind, Request};
use crate::standing::{TRAFFIC, aliases, behind, existing};
use crate::wire::Traffic;
use crate::{GoogleAccount, back, permissions, plan_deploy};
use hearth_cloud::{
    Change, CostEffect, FaultKind, FunctionAddress, Grant, Result, Review, Settings, Undo, UrlAccess,
    plan_digest, quoted,
};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A plan.
pub(crate) struct Plan {
    draft: Draft,
    grants: BTreeMap<String, Grant>,
}

/// What a kind of change decides.
#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) title: String,
    pub(crate) requests: Vec<Request>,
    pub(crate) cost: Option<CostEffect>,
    pub(crate) undo: Option<Undo>,
    pub(crate) warnings: Vec<String>,
    pub(crate) documents: Vec<(String, String)>,
}

impl Plan {
    pub(crate) fn title(&self) -> &str {
        &self.draft.title
    }

    pub(crate) fn requests(&self) -> &[Request] {
        &self.draft.requests
    }

    /// The plan for people.
    pub(crate) fn review(&self, account: &GoogleAccount, change: &Change) -> Review {
        let draft = &self.draft;
        let flags = format!(" --region {} --project {}", change.function().location, account.project);
        let usual = || CostEffect {
            words: "These calls cost nothing, and nothing costs money while nobody calls.".to_owned(),
            standing: false,
        };
        Review {
            title: draft.title.clone(),
            calls: draft.requests.iter().map(|request| request.call(self.may(request))).collect(),
            cost: draft.cost.clone().unwrap_or_else(usual),
            command_lines: draft
                .requests
                .iter()
                .filter_map(|request| Some(format!("{}{flags}", request.command.as_ref()?)))
                .collect(),
            undo: draft
                .undo
                .clone()
                .unwrap_or(Undo::ByHand { words: "Set the earlier values again.".to_owned() }),
            warnings: draft.warnings.clone(),
            documents: draft.documents.clone(),
            digest: self.digest(),
        }
    }

    fn may(&self, request: &Request) -> Grant {
        let names = request.permissions().into_iter();
        let grants = names.map(|name| self.grants.get(name).copied().unwrap_or(Grant::Unknown));
        Grant::of_all(grants)
    }

    /// Names the plan: the same requests have the same digest.
    pub(crate) fn digest(&self) -> String {
        let sent = self.draft.requests.iter().flat_map(|request| {
            let parameters = request.parameters().into_iter().map(|(name, value)| format!("{name}={value}"));
            std::iter::once(request.operation.to_owned()).chain(parameters).collect::<Vec<_>>()
        });
        plan_digest(sent)
    }
}

pub(crate) async fn plan(account: &GoogleAccount, change: &Change) -> Result<Plan> {
    let function = change.function();
    let unable = |words: &str| {
        let asked = Asked { operation: "the change", location: &function.location };
        Err(asked.fault(FaultKind::Unable, words))
    };
    let draft = match change {
        Change::Deploy(wanted) => plan_deploy::deploy(account, wanted).await?,
        Change::Configure { settings, .. } => {
            plan_deploy::configure(account, function, settings, None).await?
        }
        Change::LimitConcurrency { limit: Some(0), .. } => {
            return unable("Google takes no limit of 0; take away who may call it instead, or delete it");
        }
        Change::LimitConcurrency { limit, .. } => {
            let most = limit.unwrap_or(0);
            plan_deploy::configure(account, function, &Settings::default(), Some(most)).await?
        }
        Change::Delete { logs, .. } => delete(account, function, *logs).await?,
        Change::Publish { .. } => {
            return unable("Google keeps a revision of each deploy by itself; there is nothing to publish");
        }
        Change::PointAlias { alias, version, weights, .. } => {
            point(account, function, alias, version, weights).await?
        }
        Change::SetUrl { access: Some(access), .. } => open_to(account, function, *access).await?,
        Change::SetUrl { access: None, .. } => {
            return unable("a function of Google always has its address; say who may call it instead");
        }
        Change::Power { .. } => {
            return unable("Google has nothing to start or stop; take away who may call it instead");
        }
        Change::Side { .. } => return unable("Hearth changes triggers, layers and tags on AWS only"),
        Change::DeployImage { .. } => {
            return unable("Google makes a function of source code; run an image in Cloud Run");
        }
        Change::Containers { .. } => return unable("Hearth runs containers on AWS Fargate only"),
        Change::TakeBack { calls, .. } => back::plan(account, function, calls).await?,
    };
    let names: Vec<&str> = draft.requests.iter().flat_map(Request::permissions).collect();
    let grants = permissions::grants(account, &names).await;
    Ok(Plan { draft, grants })
}

/// The request that deletes a function where it is kept.
pub(crate) fn deletion(account: &GoogleAccount, function: &FunctionAddress, kept: &Kept) -> Result<Request> {
    let name = &function.name;
    let mut request = match kept {
        Kept::New(_) | Kept::Old(_) => {
            let version = if matches!(kept, Kept::Old(_)) { "v1" } else { "v2" };
            let path = format!("{version}/{}", account.name_of(function, "functions")?);
            Request::new("cloudfunctions.functions.delete", Service::Functions, Method::DELETE, path, None)
        }
        Kept::Run(_) => {
            let path = format!("v2/{}", account.name_of(function, "services")?);
            Request::new("run.services.delete", Service::Run, Method::DELETE, path, None)
        }
    };
    request.makes = match kept {
        Kept::Run(_) => format!("deletes the service {name} with all its revisions"),
        _ => format!("deletes {name} with its service and all its revisions"),
    };
    request.command = Some(match kept {
        Kept::New(_) => format!("gcloud functions delete {name} --gen2 --quiet"),
        Kept::Old(_) => format!("gcloud functions delete {name} --no-gen2 --quiet"),
        Kept::Run(_) => format!("gcloud run services delete {name} --quiet"),
    });
    Ok(request)
}

async fn delete(account: &GoogleAccount, function: &FunctionAddress, logs: bool) -> Result<Draft> {
    let kept = existing(account, function, "cloudfunctions.functions.delete").await?;
    let name = &function.name;
    let request = deletion(account, function, &kept)?;
    let mut warnings = vec![
        "Its containers stay in Artifact Registry (gcf-artifacts or cloud-run-source-deploy) and are billed as stored data."
            .to_owned(),
    ];
    if logs {
        warnings.push(
            "Its logs stay: Google deletes them by themselves after 30 days, and not for one function alone."
                .to_owned(),
        );
    }
    Ok(Draft {
        title: format!("Delete {name} from {}, {}", account.account.name, function.location),
        requests: vec![request],
        cost: Some(CostEffect {
            words: "Nothing is billed for calls any more; stored containers are.".to_owned(),
            standing: false,
        }),
        undo: Some(Undo::Impossible {
            words: "Google keeps nothing that a function could be brought back from. Deploy it again from your own files."
                .to_owned(),
        }),
        warnings,
        documents: Vec::new(),
    })
}

/// Traffic of a service as it is written. The newest revision has no name there, whatever it is.
fn to_latest(percent: u32) -> Traffic {
    Traffic {
        r#type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST".to_owned(),
        percent: Some(percent),
        ..Traffic::default()
    }
}

fn to_revision(revision: &str, percent: Option<u32>, tag: &str) -> Traffic {
    Traffic {
        r#type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION".to_owned(),
        revision: revision.to_owned(),
        percent,
        tag: tag.to_owned(),
    }
}

async fn point(
    account: &GoogleAccount,
    function: &FunctionAddress,
    alias: &str,
    version: &str,
    weights: &BTreeMap<String, f64>,
) -> Result<Draft> {
    let asked = Asked { operation: "run.services.update", location: &function.location };
    let wrong = |words: String| Err(asked.fault(FaultKind::Invalid, words));
    let kept = existing(account, function, asked.operation).await?;
    let Some(service) = behind(account, function, &kept).await? else {
        return Err(asked.fault(FaultKind::Unable, "a function of the first generation has no revisions"));
    };
    let percents = weights.iter().map(|(revision, part)| (revision.clone(), (part * 100.0).round() as u32));
    let percents: Vec<(String, u32)> = percents.collect();
    let given: u32 = percents.iter().map(|(_, percent)| percent).sum();
    if weights.values().any(|part| !(0.0..=1.0).contains(part))
        || given > 100
        || weights.contains_key(version)
    {
        return wrong(
            "parts of the traffic are 0 to 1, together at most 1, and go to other revisions".to_owned(),
        );
    }
    let mut before = service.traffic.clone();
    if before.is_empty() {
        before.push(to_latest(100));
    }
    let mut after: Vec<Traffic> = before.clone();
    if alias == TRAFFIC {
        // Tags stay; who gets how much is said anew.
        after.retain(|part| !part.tag.is_empty());
        for part in &mut after {
            part.percent = None;
        }
        after.push(if version == "latest" {
            to_latest(100 - given)
        } else {
            to_revision(version, Some(100 - given), "")
        });
        after.extend(percents.iter().map(|(revision, percent)| to_revision(revision, Some(*percent), "")));
    } else {
        if !weights.is_empty() {
            return wrong(format!("the tag `{alias}` leads to one revision; only `{TRAFFIC}` can be shared"));
        }
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        if alias.is_empty() || alias.len() > 46 || !alias.chars().all(plain) {
            return wrong(format!("`{alias}` cannot be a tag: small letters, digits and hyphens"));
        }
        after.retain(|part| part.tag != alias || part.percent.is_some());
        for part in after.iter_mut().filter(|part| part.tag == alias) {
            part.tag = String::new();
        }
        after.push(to_revision(version, None, alias));
    }
    let request = shift(account, function, &service.etag, &after, Some(&before))?;
    let earlier = aliases(&service.traffic_statuses).into_iter().find(|one| one.name == alias);
    let undo = match earlier {
        Some(earlier) => {
            let mut command = hearth_line(
                account,
                &format!("alias {} {alias} {}", function.name, earlier.version),
                function,
            );
            for (revision, part) in &earlier.weights {
                write!(command, " --share {revision}={part}").ok();
            }
            Undo::Command { command }
        }
        None => Undo::ByHand {
            words: "A tag that nobody calls does no harm; it goes with the function.".to_owned(),
        },
    };
    Ok(Draft {
        title: format!("Point {alias} of {} at another revision", function.name),
        requests: vec![request],
        undo: Some(undo),
        warnings: vec!["The next deploy sends all traffic to its new revision again.".to_owned()],
        ..Draft::default()
    })
}

fn shift(
    account: &GoogleAccount,
    function: &FunctionAddress,
    etag: &str,
    after: &[Traffic],
    before: Option<&[Traffic]>,
) -> Result<Request> {
    let path = format!("v2/{}", account.name_of(function, "services")?);
    // The etag refuses when somebody else changed it meanwhile; taking back must not be refused by our own change.
    let body = if before.is_some() {
        json!({ "traffic": after, "etag": etag })
    } else {
        json!({ "traffic": after })
    };
    let mut request = Request::new("run.services.update", Service::Run, Method::PATCH, path, Some(body));
    request.query.push(("updateMask", "traffic".to_owned()));
    let parts = after.iter().map(|part| {
        let revision = if part.revision.is_empty() { "the newest revision" } else { &part.revision };
        let tag = if part.tag.is_empty() {
            String::new()
        } else {
            format!(" at the address of the tag {}", part.tag)
        };
        format!("{} % to {revision}{tag}", part.percent.unwrap_or(0))
    });
    request.makes = format!("traffic of {}: {}", function.name, parts.collect::<Vec<_>>().join(", "));
    let shares = after.iter().filter(|part| part.percent.is_some_and(|percent| percent > 0)).map(|part| {
        let revision = if part.revision.is_empty() { "LATEST" } else { &part.revision };
        format!("{revision}={}", part.percent.unwrap_or(0))
    });
    let tags = after
        .iter()
        .filter(|part| !part.tag.is_empty())
        .map(|part| format!("{}={}", part.tag, part.revision));
    let mut command = format!("gcloud run services update-traffic {}", function.name);
    let shares: Vec<String> = shares.collect();
    let tags: Vec<String> = tags.collect();
    if !shares.is_empty() {
        write!(command, " --to-revisions {}", quoted(&shares.join(","))).ok();
    }
    if !tags.is_empty() {
        write!(command, " --set-tags {}", quoted(&tags.join(","))).ok();
    }
    request.command = Some(command);
    if let Some(before) = before {
        request.undo = Some(Box::new(shift(account, function, etag, before, None)?));
    }
    Ok(request)
}

pub(crate) async fn open_to(
    account: &GoogleAccount,
    function: &FunctionAddress,
    access: UrlAccess,
) -> Result<Draft> {
    let kept = existing(account, function, "run.services.setIamPolicy").await?;
    let guarded = Guarded::of(account, function, &kept)?;
    let policy = guarded.read(account, &function.location).await?;
    let public = access == UrlAccess::Public;
    let mut draft = Draft { title: format!("Who may call {}", function.name), ..Draft::default() };
    if guarded.is_public(&policy) == public {
        draft.undo = Some(Undo::ByHand { words: "Nothing changes.".to_owned() });
        return Ok(draft);
    }
    let set = |policy: serde_json::Value| {
        let path = format!("{}:setIamPolicy", guarded.path);
        let body = json!({ "policy": policy });
        let mut request = Request::new(guarded.writes, guarded.service, Method::POST, path, Some(body));
        request.waits = false;
        request
    };
    let mut request = set(guarded.changed(&policy, public));
    let mut before = policy.clone();
    // Taking back must not be refused by our own change.
    if let Some(fields) = before.as_object_mut() {
        fields.remove("etag");
    }
    request.undo = Some(Box::new(set(before)));
    request.record = Some(Record::Access { public: !public });
    let name = &function.name;
    let (makes, verb, back) = if public {
        (format!("lets anybody call {name}"), "add", "--signed")
    } else {
        (format!("only accounts that may invoke {name} can call it"), "remove", "--public")
    };
    request.makes = makes;
    request.command = Some(match &kept {
        Kept::Old(_) => format!("gcloud functions {verb}-invoker-policy-binding {name} --member allUsers"),
        _ => format!(
            "gcloud run services {verb}-iam-policy-binding {name} --member allUsers --role roles/run.invoker"
        ),
    });
    draft.requests.push(request);
    draft.undo =
        Some(Undo::Command { command: hearth_line(account, &format!("url {name} {back}"), function) });
    if public {
        draft.warnings.push(
            "Anybody on the internet who knows the address can call it, and you pay for it.".to_owned(),
        );
    }
    Ok(draft)
}

/// A command line of Hearth about a function.
pub(crate) fn hearth_line(account: &GoogleAccount, words: &str, function: &FunctionAddress) -> String {
    format!("hearth {words} {}", account.account.flags(&function.location))
}

/// Whether there is a function of this name, and where it is kept.
pub(crate) async fn before(account: &GoogleAccount, function: &FunctionAddress) -> Result<Option<Kept>> {
    find(account, function).await
}

/// The zip of a plan, for those who carry it out.
pub(crate) fn code(request: &Request) -> Option<&[u8]> {
    if let Kind::Upload(zip) = &request.kind { Some(zip) } else { None }
}
