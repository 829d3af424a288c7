//! Functions: listing them page by page, and one function's configuration in the words of `hearth-cloud`. Values of
//! environment variables are dropped here, before anybody else can see them.

use crate::AwsAccount;
use crate::fault::Asked;
use aws_sdk_lambda::primitives::{DateTime, DateTimeFormat};
use aws_sdk_lambda::types::{
    Architecture as AwsArchitecture, FunctionConfiguration as Given, FunctionVersion, State,
};
use hearth_cloud::{CloudFunction, FunctionAddress, FunctionState, Page, Result};
use hearth_model::{Architecture, FunctionConfiguration, Micros};

/// What stands for the runtime of a function that is a container image.
pub(crate) const IMAGE: &str = "image";

/// Most that AWS gives in a page.
const PAGE: i32 = 50;

/// Which of a function's versions are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    Newest,
    EveryVersion,
}

pub(crate) async fn list(
    account: &AwsAccount,
    location: &str,
    cursor: Option<&str>,
    listed: Listed,
) -> Result<Page<CloudFunction>> {
    let asked = Asked { operation: "lambda:ListFunctions", location };
    let answer = account
        .lambda(location)?
        .list_functions()
        .max_items(PAGE)
        .set_function_version((listed == Listed::EveryVersion).then_some(FunctionVersion::All))
        .set_marker(cursor.map(str::to_owned))
        .send()
        .await
        .map_err(|error| asked.failed(&error))?;
    let next = answer.next_marker().filter(|marker| !marker.is_empty()).map(str::to_owned);
    let version =
        |given: &Given| given.version().filter(|_| listed == Listed::EveryVersion).map(str::to_owned);
    let items = answer
        .functions()
        .iter()
        .map(|given| CloudFunction { version: version(given), ..function(location, given) })
        .collect();
    Ok(Page { items, next })
}

/// One function, or none when it is not there.
pub(crate) async fn find(account: &AwsAccount, address: &FunctionAddress) -> Result<Option<CloudFunction>> {
    let asked = Asked { operation: "lambda:GetFunctionConfiguration", location: &address.location };
    let client = account.lambda(&address.location)?;
    match client.get_function_configuration().function_name(&address.name).send().await {
        Ok(answer) => {
            // This answer has the fields of a list's entry as a type of its own.
            let given = Given::builder()
                .set_function_name(answer.function_name)
                .set_function_arn(answer.function_arn)
                .set_runtime(answer.runtime)
                .set_role(answer.role)
                .set_handler(answer.handler)
                .code_size(answer.code_size)
                .set_description(answer.description)
                .set_timeout(answer.timeout)
                .set_memory_size(answer.memory_size)
                .set_last_modified(answer.last_modified)
                .set_code_sha256(answer.code_sha256)
                .set_environment(answer.environment)
                .set_architectures(answer.architectures)
                .set_state(answer.state)
                .set_state_reason(answer.state_reason)
                .build();
            Ok(Some(function(&address.location, &given)))
        }
        Err(error) => {
            let fault = asked.failed(&error);
            if fault.kind == hearth_cloud::FaultKind::NotFound { Ok(None) } else { Err(fault) }
        }
    }
}

/// The same in our words.
pub(crate) fn function(location: &str, given: &Given) -> CloudFunction {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let variables = given.environment().and_then(|environment| environment.variables());
    let mut names: Vec<String> = variables.map(|all| all.keys().cloned().collect()).unwrap_or_default();
    names.sort();
    let architecture = match given.architectures().first() {
        Some(AwsArchitecture::Arm64) => Architecture::Arm64,
        _ => Architecture::X86_64,
    };
    let runtime = given.runtime().map(|runtime| runtime.as_str().to_owned());
    CloudFunction {
        address: FunctionAddress::new(location, text(given.function_name())),
        resource: text(given.function_arn()),
        configuration: FunctionConfiguration {
            // A container image has no runtime of its own.
            runtime: runtime.filter(|runtime| !runtime.is_empty()).unwrap_or_else(|| IMAGE.to_owned()),
            handler: text(given.handler()),
            memory_mb: given.memory_size().and_then(|size| u32::try_from(size).ok()).unwrap_or(128),
            timeout_s: given.timeout().and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(3),
            environment_names: names,
            reserved_concurrency: None,
            tasks: None,
            billed_as: None,
            architecture,
            description: text(given.description()),
        },
        state: match given.state() {
            Some(State::Active) => FunctionState::Active,
            Some(State::Pending) => FunctionState::Pending,
            Some(State::Inactive) => FunctionState::Inactive,
            Some(State::Failed) => FunctionState::Failed,
            _ => FunctionState::Unknown,
        },
        state_reason: given.state_reason().map(str::to_owned).filter(|reason| !reason.is_empty()),
        code_bytes: u64::try_from(given.code_size()).unwrap_or_default(),
        code_hash: text(given.code_sha256()),
        changed_us: given.last_modified().and_then(instant),
        role: given.role().map(str::to_owned),
        version: None,
    }
}

/// An instant as Lambda writes it: `2026-11-28T14:00:00.000+0000`.
pub(crate) fn instant(text: &str) -> Option<Micros> {
    let text = match text.strip_suffix("+0000") {
        Some(rest) => format!("{rest}Z"),
        None => text.to_owned(),
    };
    let at = DateTime::from_str(&text, DateTimeFormat::DateTimeWithOffset).ok()?;
    Some(Micros(i64::try_from(at.as_nanos() / 1_000).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_lambda::types::EnvironmentResponse;

    #[test]
    fn values_of_variables_stay_outside_and_instants_are_read() {
        let environment =
            EnvironmentResponse::builder().variables("B", "planted").variables("A", "planted").build();
        let given = Given::builder()
            .function_name("tea")
            .environment(environment)
            .last_modified("2026-11-28T14:00:00.250+0000")
            .build();
        let function = function("eu-west-1", &given);
        assert_eq!(function.configuration.environment_names, ["A", "B"]);
        assert_eq!(function.changed_us, Some(Micros(1_795_874_400_250_000)));
        assert!(!format!("{function:?}").contains("planted"));
    }
}
