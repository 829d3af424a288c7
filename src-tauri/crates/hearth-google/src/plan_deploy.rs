//! The plan of a deploy and of new settings: code is adapted and uploaded, then a function is made or changed. Owns what
//! Google does not take and which settings differ from what is there.

mod parts;

use crate::GoogleAccount;
use crate::adapter::{Adapted, adapt, runtime_of};
use crate::back::{LABEL, Record};
use crate::client::Service;
use crate::fault::Asked;
use crate::functions::Kept;
use crate::plan::{Draft, before, hearth_line};
use crate::request::{Kind, Request};
use crate::standing::existing;
use hearth_cloud::{
    CloudFunction, CostEffect, Deploy, Fault, FaultKind, FunctionAddress, Result, Settings, Undo,
};
use hearth_model::Architecture;
use parts::{Parts, command};
use reqwest::Method;
use serde_json::json;

/// Largest zip that Google takes.
const LARGEST: usize = 100 * 1024 * 1024;
/// Memory and timeout of a new function that nobody chose any for, as Google has them.
const USUAL_MEMORY_MB: u32 = 256;
const USUAL_TIMEOUT_S: u32 = 60;
const LONGEST_S: u32 = 3_600;
const MEMORY_MB: std::ops::RangeInclusive<u32> = 128..=32_768;

const CREATE: &str = "cloudfunctions.functions.create";
const UPDATE: &str = "cloudfunctions.functions.update";
const SOURCE: &str = "cloudfunctions.functions.sourceCodeSet";
const ACT_AS: &str = "iam.serviceAccounts.actAs";

pub(crate) async fn deploy(account: &GoogleAccount, wanted: &Deploy) -> Result<Draft> {
    let function = &wanted.function;
    let asked = Asked { operation: "deploying", location: &function.location };
    check_name(function, &asked)?;
    check(&wanted.settings, &asked)?;
    let there = before(account, function).await?;
    let now = there.as_ref().map(|kept| kept.shown(&function.location));
    match &there {
        Some(Kept::Run(_)) => {
            return Err(unable(
                &asked,
                &format!(
                    "{0} was made with Cloud Run, which takes code only from a bucket; deploy it with `gcloud run deploy {0} --source . --function {1}`",
                    function.name,
                    now.as_ref().map_or("ENTRY", |now| now.configuration.handler.as_str())
                ),
            ));
        }
        Some(Kept::Old(_)) => {
            return Err(unable(
                &asked,
                "it is a function of the first generation; deploy it under another name, or move it with Google's own upgrade first",
            ));
        }
        Some(Kept::New(_)) | None => {}
    }
    let needs = "a new function needs a runtime and a handler";
    let current = now.as_ref().map(|now| &now.configuration);
    let runtime = wanted.settings.runtime.clone().or_else(|| current.map(|now| now.runtime.clone()));
    let handler = wanted.settings.handler.clone().or_else(|| current.map(|now| now.handler.clone()));
    let (Some(runtime), Some(handler)) = (runtime, handler) else {
        return Err(asked.fault(FaultKind::Invalid, needs));
    };
    let memory = wanted.settings.memory_mb.or(current.map(|now| now.memory_mb)).unwrap_or(USUAL_MEMORY_MB);
    let timeout = wanted.settings.timeout_s.or(current.map(|now| now.timeout_s)).unwrap_or(USUAL_TIMEOUT_S);
    let adapted = adapt(&wanted.code, &runtime, &handler, (memory, timeout), &asked)?;
    if adapted.zip.len() > LARGEST {
        let words = format!("the zip has {} MB; Google takes at most 100 MB", adapted.zip.len() / 1_000_000);
        return Err(asked.fault(FaultKind::Invalid, words));
    }
    let mut requests = upload(account, function, &adapted)?;
    let mut warnings: Vec<String> = Vec::new();
    if !adapted.added.is_empty() {
        let names: Vec<&str> = adapted.added.iter().map(|(name, _)| name.as_str()).collect();
        warnings.push(format!(
            "{} {} added to the package, not to your folder, so that Google can call {handler}; the review shows them.",
            names.join(" and "),
            if names.len() == 1 { "is" } else { "are" }
        ));
    }
    let (title, undo) = match &now {
        None => {
            requests.push(create(account, wanted, &adapted)?);
            warnings.push("Google builds a container first, which takes minutes; builds beyond its free tier are billed.".to_owned());
            let command = hearth_line(account, &format!("delete {}", function.name), function);
            ("Deploy", Undo::Command { command })
        }
        Some(now) => {
            warnings.extend(lost_variables(now, &wanted.settings));
            requests.push(update(account, wanted, &adapted, now)?);
            let words = format!(
                "The revision of now stays: `{}` sends calls back to it.",
                hearth_line(account, &format!("alias {} traffic REVISION", function.name), function)
            );
            ("New code for", Undo::ByHand { words })
        }
    };
    let to = if now.is_none() { "to" } else { "in" };
    Ok(Draft {
        title: format!("{title} {} {to} {}, {}", function.name, account.account.name, function.location),
        requests,
        cost: Some(CostEffect {
            words: "Nothing for calls while nobody calls; each call costs its time, processor and memory. The containers that it is built into are stored, which is billed."
                .to_owned(),
            standing: true,
        }),
        undo: Some(undo),
        warnings,
        documents: adapted.added,
    })
}

/// New settings, or a new most of instances, without new code.
pub(crate) async fn configure(
    account: &GoogleAccount,
    function: &FunctionAddress,
    settings: &Settings,
    most: Option<u32>,
) -> Result<Draft> {
    let asked = Asked { operation: UPDATE, location: &function.location };
    check(settings, &asked)?;
    let kept = existing(account, function, UPDATE).await?;
    if !matches!(kept, Kept::New(_)) {
        return Err(unable(
            &asked,
            "Hearth changes only functions of the Cloud Functions API v2; this one was made elsewhere",
        ));
    }
    if settings.runtime.is_some() || settings.handler.is_some() {
        return Err(unable(
            &asked,
            "on Google runtime and handler are part of the code; deploy it again with them",
        ));
    }
    let now = kept.shown(&function.location);
    let mut body = Parts::default();
    body.settings(settings);
    if let Some(most) = most {
        body.set("serviceConfig.maxInstanceCount", json!(most));
    }
    let mut request = body.patch(account, function)?;
    request.makes = format!("{}: {}; waits until it is in place", function.name, body.words());
    request.command = Some(command(function, "deploy", &body));
    let configuration = &now.configuration;
    let earlier =
        configuration.reserved_concurrency.map_or_else(|| "none".to_owned(), |most| most.to_string());
    let undo = if most.is_some() {
        Undo::Command {
            command: hearth_line(account, &format!("limit {} {earlier}", function.name), function),
        }
    } else {
        Undo::ByHand {
            words: format!(
                "Now it has {} MB and {} s; set them again. Values of variables cannot be brought back.",
                configuration.memory_mb, configuration.timeout_s
            ),
        }
    };
    Ok(Draft {
        title: format!(
            "Change the settings of {} in {}, {}",
            function.name, account.account.name, function.location
        ),
        requests: vec![request],
        undo: Some(undo),
        warnings: lost_variables(&now, settings).into_iter().collect(),
        ..Draft::default()
    })
}

fn upload(account: &GoogleAccount, function: &FunctionAddress, adapted: &Adapted) -> Result<Vec<Request>> {
    let path = format!("v2/{}/functions:generateUploadUrl", account.parent(&function.location)?);
    let mut place = Request::new(SOURCE, Service::Functions, Method::POST, path, Some(json!({})));
    place.kind = Kind::NewUpload;
    "an address for the code, good for 30 minutes".clone_into(&mut place.makes);
    place.waits = false;
    let mut put = Request::new(SOURCE, Service::Functions, Method::PUT, String::new(), None);
    put.kind = Kind::Upload(adapted.zip.as_slice().into());
    put.makes = format!("puts the code there, {:.1} kB", adapted.zip.len() as f64 / 1e3);
    put.waits = false;
    put.sha256 = Some(adapted.sha256.clone());
    Ok(vec![place, put])
}

fn create(account: &GoogleAccount, wanted: &Deploy, adapted: &Adapted) -> Result<Request> {
    let function = &wanted.function;
    let mut settings = wanted.settings.clone();
    settings.memory_mb.get_or_insert(USUAL_MEMORY_MB);
    settings.timeout_s.get_or_insert(USUAL_TIMEOUT_S);
    let mut body = Parts::default();
    body.code(adapted);
    body.settings(&settings);
    // A server takes one call at a time, as on Lambda and on this computer.
    body.set("serviceConfig.maxInstanceRequestConcurrency", json!(1));
    body.set("environment", json!("GEN_2"));
    body.set("labels", json!({ LABEL: function.name }));
    if let Some(role) = &wanted.role {
        body.set("serviceConfig.serviceAccountEmail", json!(role));
    }
    let path = format!("v2/{}/functions", account.parent(&function.location)?);
    let mut request = Request::new(CREATE, Service::Functions, Method::POST, path, Some(body.value()));
    request.query.push(("functionId", function.name.clone()));
    request.kind = Kind::Send { takes_code: true };
    request.more_permissions = vec![ACT_AS];
    request.sha256 = Some(adapted.sha256.clone());
    request.makes = format!("function {}: {}; waits until it can be called", function.name, body.words());
    request.command = Some(command(function, "deploy", &body));
    let path = format!("v2/{}", account.name_of(function, "functions")?);
    let undo =
        Request::new("cloudfunctions.functions.delete", Service::Functions, Method::DELETE, path, None);
    request.undo = Some(Box::new(undo));
    request.record = Some(Record::DeleteFunction);
    Ok(request)
}

fn update(
    account: &GoogleAccount,
    wanted: &Deploy,
    adapted: &Adapted,
    now: &CloudFunction,
) -> Result<Request> {
    let configuration = &now.configuration;
    let settings = Settings {
        memory_mb: wanted.settings.memory_mb.filter(|size| *size != configuration.memory_mb),
        timeout_s: wanted.settings.timeout_s.filter(|seconds| *seconds != configuration.timeout_s),
        description: wanted.settings.description.clone().filter(|text| *text != configuration.description),
        environment: wanted.settings.environment.clone(),
        ..Settings::default()
    };
    let mut body = Parts::default();
    body.code(adapted);
    body.settings(&settings);
    if let Some(role) = &wanted.role {
        body.set("serviceConfig.serviceAccountEmail", json!(role));
    }
    let mut request = body.patch(account, &wanted.function)?;
    request.kind = Kind::Send { takes_code: true };
    if let Some((_, mask)) = request.query.iter_mut().find(|(name, _)| *name == "updateMask") {
        mask.push_str(",buildConfig.source");
    }
    request.more_permissions = vec![ACT_AS];
    request.sha256 = Some(adapted.sha256.clone());
    request.makes =
        format!("new code for {}: {}; waits until it is in place", wanted.function.name, body.words());
    request.command = Some(command(&wanted.function, "deploy", &body));
    Ok(request)
}

fn check_name(function: &FunctionAddress, asked: &Asked<'_>) -> Result<()> {
    let name = &function.name;
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let is_good = name.len() <= 63
        && name.chars().all(plain)
        && name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && !name.ends_with('-');
    if is_good {
        return Ok(());
    }
    Err(asked.fault(
        FaultKind::Invalid,
        format!("`{name}` cannot be the name of a function of Google: small letters, digits and hyphens, a letter first; choose one with --name"),
    ))
}

fn check(settings: &Settings, asked: &Asked<'_>) -> Result<()> {
    let wrong = |words: String| Err(asked.fault(FaultKind::Invalid, words));
    if let Some(size) = settings.memory_mb.filter(|size| !MEMORY_MB.contains(size)) {
        return wrong(format!("Google gives a function 128 to 32768 MB, not {size}"));
    }
    if let Some(seconds) = settings.timeout_s.filter(|seconds| !(1..=LONGEST_S).contains(seconds)) {
        return wrong(format!("Google lets a function run for 1 to {LONGEST_S} s, not {seconds}"));
    }
    if settings.architecture == Some(Architecture::Arm64) {
        return Err(unable(asked, "Google runs functions on x86 alone"));
    }
    if let Some(runtime) = settings.runtime.as_deref().filter(|runtime| runtime_of(runtime).is_none()) {
        return wrong(format!("Google has no runtime for `{runtime}`; Hearth deploys Python and Node there"));
    }
    Ok(())
}

fn unable(asked: &Asked<'_>, words: &str) -> Fault {
    asked.fault(FaultKind::Unable, words)
}

/// Variables that a change would take away.
fn lost_variables(before: &CloudFunction, settings: &Settings) -> Option<String> {
    let wanted = settings.environment.as_ref()?;
    let lost = before.configuration.environment_names.iter().filter(|name| !wanted.contains_key(*name));
    let lost: Vec<&str> = lost.map(String::as_str).collect();
    (!lost.is_empty()).then(|| format!("These variables go away: {}.", lost.join(", ")))
}
