//! What code does to a plan: a function that is made of a zip or of a container image, or that gets another one. Owns
//! that a function stays what it was made of, and what an image may be called.

use crate::AwsAccount;
use crate::action::{Action, Code, Role};
use crate::fault::Asked;
use crate::functions::{IMAGE, find};
use crate::plan::{Draft, hearth_line, lost_variables};
use crate::roles::role_for;
use hearth_cloud::{CloudFunction, CostEffect, Deploy, FaultKind, FunctionAddress, Result, Settings, Undo};

/// Largest zip that AWS takes in a request.
const LARGEST: usize = 50 * 1024 * 1024;
/// Memory and timeout of a new function that nobody chose any for, as on this computer.
const USUAL_MEMORY_MB: u32 = 128;
const USUAL_TIMEOUT_S: u32 = 10;

/// A function of a zip.
pub(crate) async fn zip(account: &AwsAccount, wanted: &Deploy) -> Result<Draft> {
    let function = &wanted.function;
    let asked = Asked { operation: "deploying", location: &function.location };
    if wanted.code.len() > LARGEST {
        return Err(asked.fault(
            FaultKind::Invalid,
            format!("the zip has {} MB; AWS takes at most 50 MB in a request", wanted.code.len() / 1_000_000),
        ));
    }
    let code = Code::Zip { bytes: wanted.code.clone(), sha256: wanted.code_sha256.clone() };
    with_code(account, function, code, &wanted.settings, wanted.role.as_ref()).await
}

/// Makes a function of code, or gives code to one that is there.
async fn with_code(
    account: &AwsAccount,
    function: &FunctionAddress,
    code: Code,
    wanted: &Settings,
    role: Option<&String>,
) -> Result<Draft> {
    let asked = Asked { operation: "deploying", location: &function.location };
    let is_image = matches!(code, Code::Image(_));
    let cost = CostEffect {
        words: "Nothing while nobody calls; each call costs its time and memory, see the function's Cost."
            .to_owned(),
        standing: false,
    };
    let undo_by_delete = Undo::Command { command: hearth_line(account, "delete", function) };
    let Some(before) = find(account, function).await? else {
        if !is_image && (wanted.runtime.is_none() || wanted.handler.is_none()) {
            return Err(asked.fault(FaultKind::Invalid, "a new function needs a runtime and a handler"));
        }
        let (mut actions, role) = match role {
            Some(arn) => (Vec::new(), Role::There(arn.clone())),
            None => role_for(account, function).await?,
        };
        let mut settings = wanted.clone();
        settings.memory_mb.get_or_insert(USUAL_MEMORY_MB);
        settings.timeout_s.get_or_insert(USUAL_TIMEOUT_S);
        settings.architecture.get_or_insert_default();
        actions.push(Action::CreateFunction { code, settings, role });
        return Ok(Draft {
            title: format!("Deploy {} to {}, {}", function.name, account.account.name, function.location),
            actions,
            cost: Some(cost),
            undo: Some(undo_by_delete),
            ..Draft::default()
        });
    };
    if is_image != (before.configuration.runtime == IMAGE) {
        let (was, is) = if is_image { ("a zip", "an image") } else { ("an image", "a zip") };
        let name = &function.name;
        let words = format!(
            "`{name}` was made of {was}, and AWS cannot make it {is}: choose another name, or delete it first"
        );
        return Err(asked.fault(FaultKind::Conflict, words));
    }
    let mut actions = vec![Action::UpdateCode { code, settings: wanted.clone() }];
    let settings = differing(&before, wanted);
    let mut warnings = Vec::new();
    if settings != Settings::default() || role.is_some() {
        warnings.extend(lost_variables(&before, &settings));
        actions.push(Action::UpdateConfiguration { settings, role: role.cloned() });
    }
    Ok(Draft {
        title: format!("New code for {} in {}, {}", function.name, account.account.name, function.location),
        actions,
        cost: Some(cost),
        undo: Some(Undo::ByHand {
            words:
                "The code that is there now is replaced. Publish it as a version first, or deploy it again."
                    .to_owned(),
        }),
        warnings,
    })
}

/// What of the settings is not so already. The architecture goes with the code.
fn differing(before: &CloudFunction, wanted: &Settings) -> Settings {
    let now = &before.configuration;
    Settings {
        runtime: wanted.runtime.clone().filter(|runtime| *runtime != now.runtime),
        handler: wanted.handler.clone().filter(|handler| *handler != now.handler),
        memory_mb: wanted.memory_mb.filter(|size| *size != now.memory_mb),
        timeout_s: wanted.timeout_s.filter(|seconds| *seconds != now.timeout_s),
        architecture: None,
        description: wanted.description.clone().filter(|description| *description != now.description),
        environment: wanted.environment.clone(),
    }
}

/// A function of a container image.
pub(crate) async fn image(
    account: &AwsAccount,
    function: &FunctionAddress,
    image: &str,
    settings: &Settings,
    role: Option<&String>,
) -> Result<Draft> {
    let asked = Asked { operation: "deploying", location: &function.location };
    if let Some(problem) = problem(image, &function.location) {
        return Err(asked.fault(FaultKind::Invalid, problem));
    }
    let mut draft = with_code(account, function, Code::Image(image.to_owned()), settings, role).await?;
    if !image.contains('@') {
        draft.warnings.push(
            "Lambda takes what the tag names now. An image that is pushed later under the same tag counts only when it is deployed again."
                .to_owned(),
        );
    }
    Ok(draft)
}

/// Why an image cannot be one of Lambda's; none when it can, as far as its name tells.
fn problem(image: &str, location: &str) -> Option<String> {
    let example = format!("111122223333.dkr.ecr.{location}.amazonaws.com/tea:4");
    let Some((registry, name)) = image.split_once('/') else {
        return Some(format!(
            "`{image}` names no registry; Lambda takes images of ECR, for instance {example}"
        ));
    };
    let is_tagged = name.contains('@') || name.contains(':');
    if name.is_empty() || !is_tagged || image.contains(char::is_whitespace) {
        return Some(format!("`{image}` names no tag and no digest; write it as {example}"));
    }
    // Other registries are those of emulators.
    let region = registry.split_once(".dkr.ecr.").and_then(|(_, rest)| rest.split('.').next())?;
    (region != location).then(|| {
        format!("the image is in {region} and the function in {location}; Lambda takes images of its own region only")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_named_with_its_registry_and_tag_in_the_functions_region() {
        let digest = format!("111122223333.dkr.ecr.eu-west-1.amazonaws.com/tea@sha256:{}", "a".repeat(64));
        for image in
            ["111122223333.dkr.ecr.eu-west-1.amazonaws.com/tea/green:4", "127.0.0.1:5000/tea:4", &digest]
        {
            assert_eq!(problem(image, "eu-west-1"), None, "{image}");
        }
        for (image, words) in [
            ("tea:4", "names no registry"),
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/tea", "names no tag"),
            ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/te a:4", "names no tag"),
            ("111122223333.dkr.ecr.us-east-1.amazonaws.com/tea:4", "the image is in us-east-1"),
        ] {
            let said = problem(image, "eu-west-1");
            assert!(said.as_deref().is_some_and(|said| said.contains(words)), "{image}: {said:?}");
        }
    }
}
