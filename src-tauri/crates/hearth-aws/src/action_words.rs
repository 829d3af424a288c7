//! A request in words: what it makes, what is sent, and the same as a line for AWS's own command line. Values of
//! variables are masked and code is its size.

use crate::action::{Action, Code, ROLE_POLICY, Role, RoleOf, Todo, URL_STATEMENT};
use crate::logs::group;
use hearth_cloud::{Call, Grant, Settings, UrlAccess, quoted};
use hearth_model::Architecture;
use std::collections::BTreeMap;

/// What is shown in the place of a value.
pub(crate) const MASK: &str = "••••••••";

/// Parameters that are flags.
const FLAGS: [&str; 4] = ["force", "enabled", "no-enabled", "return-subscription-arn"];

pub(crate) type Parameters = Vec<(String, String)>;

impl Todo {
    /// The request as a review shows it.
    pub(crate) fn call(&self, may: Grant) -> Call {
        let action = &self.action;
        Call {
            operation: action.operation().to_owned(),
            makes: self.makes(),
            parameters: self.parameters(),
            permissions: action.permissions().into_iter().map(str::to_owned).collect(),
            may,
            undone_by: action.undone_by().map(str::to_owned),
        }
    }

    fn makes(&self) -> String {
        let name = &self.function.name;
        match &self.action {
            Action::CreateRole { role, of: RoleOf::Function, .. } => {
                format!("role {role}, which only Lambda may take on")
            }
            Action::CreateRole { role, of: RoleOf::Tasks, .. } => {
                format!("role {role}, which only tasks of ECS may take on")
            }
            Action::PutRolePolicy { allows, .. } => format!("that role may {allows}"),
            Action::DeleteRolePolicy { role } => format!("takes away what the role {role} may do"),
            Action::DeleteRole { role } => {
                format!("deletes the role {role}, which was made for {name} alone")
            }
            Action::CreateFunction { code, settings, .. } => {
                format!(
                    "function {name}, {}, {}; waits until it can be called",
                    shape(settings),
                    in_words(code)
                )
            }
            Action::UpdateCode { code, .. } => {
                format!("new code for {name}, {}; waits until it is in place", in_words(code))
            }
            Action::UpdateConfiguration { settings, .. } => {
                format!("{name}: {}; waits until it is in place", shape(settings))
            }
            Action::DeleteFunction => format!("deletes {name} with all its versions and aliases"),
            Action::DeleteLogGroup => format!("deletes all logs of {name}"),
            Action::PublishVersion { .. } => {
                format!("keeps the code and settings of {name} as they are now as a version")
            }
            Action::CreateAlias { alias, version, weights } => {
                format!("alias {alias} points at version {version}{}", parts(weights))
            }
            Action::DeleteAlias { alias } => format!("takes the alias {alias} away"),
            Action::UpdateAlias { before, version, weights } => format!(
                "alias {} points at version {version}{}, no longer at {}{}",
                before.name,
                parts(weights),
                before.version,
                parts(&before.weights)
            ),
            Action::PutConcurrency { limit: 0, .. } => format!("{name} answers no call at all"),
            Action::PutConcurrency { limit, .. } => {
                format!("at most {limit} of {name} at once, kept free for it")
            }
            Action::DeleteConcurrency { before } => {
                format!("{name} has no limit of its own any more; it was {before}")
            }
            Action::CreateUrl { access: UrlAccess::Public } => "a public HTTPS address".to_owned(),
            Action::CreateUrl { access: UrlAccess::Account } => {
                "an HTTPS address that only signed requests of this account may call".to_owned()
            }
            Action::DeleteUrl => format!("takes the HTTPS address of {name} away"),
            Action::AllowUrl => "lets anyone call that address".to_owned(),
            Action::DisallowUrl => "nobody may call that address without a signature any more".to_owned(),
            Action::Side(action) => action.makes(name),
            Action::Tasks(action) => action.makes(),
        }
    }

    /// What is sent, by the names that AWS's command line gives it.
    fn parameters(&self) -> Parameters {
        let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let function = named("function-name", &self.function.name);
        match &self.action {
            Action::CreateRole { role, trust, .. } => {
                vec![named("role-name", role), named("assume-role-policy-document", trust)]
            }
            Action::PutRolePolicy { role, policy, .. } => {
                vec![
                    named("role-name", role),
                    named("policy-name", ROLE_POLICY),
                    named("policy-document", policy),
                ]
            }
            Action::DeleteRolePolicy { role } => {
                vec![named("role-name", role), named("policy-name", ROLE_POLICY)]
            }
            Action::DeleteRole { role } => vec![named("role-name", role)],
            Action::CreateFunction { code, settings, role } => {
                let role = match role {
                    Role::There(arn) | Role::Ours(arn) => arn.clone(),
                    Role::Made(name) => format!("arn of the role {name}"),
                };
                let mut all = vec![function, named("role", &role)];
                match code {
                    Code::Zip { .. } => all.extend(of_code(code)),
                    Code::Image(image) => {
                        all.push(named("package-type", "Image"));
                        all.push(named("code", &format!("ImageUri={image}")));
                    }
                }
                all.extend(sent(settings));
                all
            }
            Action::UpdateCode { code, settings } => {
                let mut all = vec![function];
                all.extend(of_code(code));
                all.extend(settings.architecture.map(|it| named("architectures", architecture(it))));
                all
            }
            Action::UpdateConfiguration { settings, role } => {
                let mut all = vec![function];
                all.extend(role.as_ref().map(|role| named("role", role)));
                all.extend(sent(&Settings { architecture: None, ..settings.clone() }));
                all
            }
            Action::DeleteFunction | Action::DeleteUrl | Action::DeleteConcurrency { .. } => vec![function],
            Action::DeleteLogGroup => vec![named("log-group-name", &group(&self.function.name))],
            Action::PublishVersion { description } => vec![function, named("description", description)],
            Action::CreateAlias { alias, version, weights } => {
                vec![function, named("name", alias), named("function-version", version), routing(weights)]
            }
            Action::DeleteAlias { alias } => vec![function, named("name", alias)],
            Action::UpdateAlias { before, version, weights } => {
                vec![
                    function,
                    named("name", &before.name),
                    named("function-version", version),
                    routing(weights),
                ]
            }
            Action::PutConcurrency { limit, .. } => {
                vec![function, named("reserved-concurrent-executions", &limit.to_string())]
            }
            Action::CreateUrl { access } => vec![function, named("auth-type", auth(*access))],
            Action::AllowUrl => vec![
                function,
                named("statement-id", URL_STATEMENT),
                named("action", "lambda:InvokeFunctionUrl"),
                named("principal", "*"),
                named("function-url-auth-type", "NONE"),
            ],
            Action::DisallowUrl => vec![function, named("statement-id", URL_STATEMENT)],
            Action::Side(action) => action.parameters(&self.function.name),
            Action::Tasks(action) => action.parameters(&self.function.location),
        }
    }

    /// The same as a line for AWS's own command line; `flags` names the account and the region.
    pub(crate) fn command_line(&self, flags: &str) -> String {
        let (service, operation) = self.action.operation().split_once(':').unwrap_or_default();
        // What S3 does to buckets has a command line of its own.
        let service = if service == "s3" { "s3api" } else { service };
        let mut line = format!("aws {service} {}", dashed(operation));
        // The hash of the code is there to compare, not a parameter of theirs.
        for (name, value) in self.parameters().iter().filter(|(name, _)| name != "code-sha256") {
            line.push_str(" --");
            line.push_str(name);
            // What has no value is a flag, but for text that a person left empty.
            if !(value.is_empty() && FLAGS.contains(&name.as_str())) {
                line.push(' ');
                line.push_str(&quoted(value));
            }
        }
        line + flags
    }
}

/// Code as it is sent.
fn of_code(code: &Code) -> Parameters {
    let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    match code {
        Code::Zip { sha256, .. } => {
            vec![named("zip-file", "fileb://code.zip"), named("code-sha256", sha256)]
        }
        Code::Image(image) => vec![named("image-uri", image)],
    }
}

/// Code for people.
fn in_words(code: &Code) -> String {
    match code {
        Code::Zip { bytes, .. } => format!("code {}", size(bytes.len())),
        Code::Image(image) => format!("image {image}"),
    }
}

/// Settings as they are sent.
fn sent(settings: &Settings) -> Parameters {
    let environment = settings.environment.as_ref().map(|all| {
        let all: Vec<String> = all.keys().map(|name| format!("{name}={MASK}")).collect();
        format!("Variables={{{}}}", all.join(","))
    });
    let all = [
        ("runtime", settings.runtime.clone()),
        ("handler", settings.handler.clone()),
        ("memory-size", settings.memory_mb.map(|size| size.to_string())),
        ("timeout", settings.timeout_s.map(|seconds| seconds.to_string())),
        ("architectures", settings.architecture.map(|it| architecture(it).to_owned())),
        ("description", settings.description.clone()),
        ("environment", environment),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Settings for people.
fn shape(settings: &Settings) -> String {
    let variables = settings.environment.as_ref().map(|all| match all.len() {
        0 => "no variables".to_owned(),
        _ => format!("variables {}", all.keys().cloned().collect::<Vec<_>>().join(", ")),
    });
    let parts = [
        settings.runtime.clone(),
        settings.handler.as_ref().map(|handler| format!("handler {handler}")),
        settings.architecture.map(|it| architecture(it).to_owned()),
        settings.memory_mb.map(|size| format!("{size} MB")),
        settings.timeout_s.map(|seconds| format!("{seconds} s")),
        settings.description.as_ref().map(|_| "a description".to_owned()),
        variables,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn routing(weights: &BTreeMap<String, f64>) -> (String, String) {
    let weights: Vec<String> =
        weights.iter().map(|(version, part)| format!("\"{version}\":{part}")).collect();
    ("routing-config".to_owned(), format!("{{\"AdditionalVersionWeights\":{{{}}}}}", weights.join(",")))
}

fn parts(weights: &BTreeMap<String, f64>) -> String {
    let all: Vec<String> =
        weights.iter().map(|(version, part)| format!("{} % at {version}", part * 100.0)).collect();
    if all.is_empty() { String::new() } else { format!(" with {}", all.join(" and ")) }
}

pub(crate) fn architecture(it: Architecture) -> &'static str {
    match it {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "arm64",
    }
}

fn auth(access: UrlAccess) -> &'static str {
    match access {
        UrlAccess::Public => "NONE",
        UrlAccess::Account => "AWS_IAM",
    }
}

fn size(bytes: usize) -> String {
    if bytes < 1_000_000 {
        format!("{:.1} kB", bytes as f64 / 1e3)
    } else {
        format!("{:.1} MB", bytes as f64 / 1e6)
    }
}

/// `CreateFunction` as the command line writes it: `create-function`.
fn dashed(operation: &str) -> String {
    let mut text = String::new();
    for letter in operation.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_cloud::FunctionAddress;

    #[test]
    fn a_request_shows_what_is_sent_and_masks_values() {
        let settings = Settings {
            memory_mb: Some(256),
            environment: Some([("API_KEY".to_owned(), "s3cret".to_owned())].into()),
            ..Settings::default()
        };
        let action = Action::UpdateConfiguration { settings, role: None };
        let todo = Todo { function: FunctionAddress::new("eu-west-1", "tea"), action };
        let line = todo.command_line(" --region eu-west-1");
        assert_eq!(
            line,
            "aws lambda update-function-configuration --function-name tea --memory-size 256 \
             --environment 'Variables={API_KEY=••••••••}' --region eu-west-1"
        );
        let call = todo.call(Grant::Allowed);
        assert!(!format!("{call:?}").contains("s3cret"), "{call:?}");
        assert_eq!(call.makes, "tea: 256 MB, variables API_KEY; waits until it is in place");
    }
}
