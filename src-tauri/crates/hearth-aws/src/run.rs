//! Carries one request out, and takes one back. Owns waiting until AWS has done what it took. Must not decide what is
//! done.

use crate::AwsAccount;
use crate::action::{Action, Code, ROLE_POLICY, Role, TAG, Todo, URL_STATEMENT};
use crate::action_words::architecture;
use crate::fault::Asked;
use crate::logs::group;
use aws_sdk_iam::types::Tag;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    AliasRoutingConfiguration, Architecture as AwsArchitecture, Environment, FunctionCode,
    FunctionUrlAuthType, LastUpdateStatus, PackageType, Runtime, State,
};
use hearth_cloud::pace::Backoff;
use hearth_cloud::{Back, Course, Fault, FaultKind, FunctionAddress, Result, Settings, UrlAccess};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Longest that AWS is given to put code or settings in place.
const IN_PLACE: Duration = Duration::from_mins(5);
/// How a new role is waited for: IAM tells Lambda of it within some seconds.
pub(crate) const ROLE_KNOWN: Backoff =
    Backoff { first: Duration::from_secs(2), longest: Duration::from_secs(6), tries: 10 };

/// What one request leaves for those after it, and for people.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) role_arn: Option<String>,
    /// The task definition that was made, `family:revision`.
    pub(crate) definition: Option<String>,
    /// Tasks that were started.
    pub(crate) tasks: Vec<String>,
    /// The event source mapping that was made.
    pub(crate) mapping: Option<String>,
    /// The subscription that was made.
    pub(crate) subscription: Option<String>,
    pub(crate) results: Vec<(String, String)>,
}

impl AwsAccount {
    /// Carries a request out, and waits until it is in place unless the course is cancelled.
    pub(crate) async fn carry_out(&self, todo: &Todo, made: &mut Made, course: &Course) -> Result<()> {
        let at = &todo.function;
        let asked = Asked { operation: todo.action.operation(), location: &at.location };
        let name = &at.name;
        macro_rules! send {
            ($request:expr) => {
                $request.send().await.map_err(|error| asked.failed(&error))?
            };
        }
        match &todo.action {
            Action::CreateRole { role, trust, of } => {
                let tag = Tag::builder().key(of.tag()).value(name).build();
                let tag = tag.map_err(|error| asked.fault(FaultKind::Other, error.to_string()))?;
                let answer = send!(
                    self.iam().create_role().role_name(role).assume_role_policy_document(trust).tags(tag)
                );
                made.role_arn = answer.role().map(|role| role.arn().to_owned());
            }
            Action::PutRolePolicy { role, policy, .. } => {
                let request = self.iam().put_role_policy().role_name(role).policy_name(ROLE_POLICY);
                send!(request.policy_document(policy));
            }
            Action::DeleteRolePolicy { role } => {
                send!(self.iam().delete_role_policy().role_name(role).policy_name(ROLE_POLICY));
            }
            Action::DeleteRole { role } => {
                send!(self.iam().delete_role().role_name(role));
            }
            Action::CreateFunction { code, settings, role } => {
                let role = match role {
                    Role::There(arn) => (Some(arn.clone()), false),
                    Role::Ours(arn) => (Some(arn.clone()), true),
                    Role::Made(_) => (made.role_arn.clone(), true),
                };
                self.create(at, code, settings, role, course, &asked).await?;
                course.watch(self.in_place(at, &asked)).await?;
            }
            Action::UpdateCode { code, settings } => {
                let request = self.lambda(&at.location)?.update_function_code().function_name(name);
                let request = match settings.architecture {
                    Some(it) => request.architectures(AwsArchitecture::from(architecture(it))),
                    None => request,
                };
                send!(match code {
                    Code::Zip { bytes, .. } => request.zip_file(Blob::new(bytes.to_vec())),
                    Code::Image(image) => request.image_uri(image),
                });
                course.watch(self.in_place(at, &asked)).await?;
            }
            Action::UpdateConfiguration { settings, role } => {
                let request = self.lambda(&at.location)?.update_function_configuration();
                send!(
                    request
                        .function_name(name)
                        .set_role(role.clone())
                        .set_runtime(settings.runtime.as_deref().map(Runtime::from))
                        .set_handler(settings.handler.clone())
                        .set_memory_size(settings.memory_mb.map(u32::cast_signed))
                        .set_timeout(settings.timeout_s.map(u32::cast_signed))
                        .set_description(settings.description.clone())
                        .set_environment(settings.environment.as_ref().map(environment))
                );
                course.watch(self.in_place(at, &asked)).await?;
            }
            Action::DeleteFunction => {
                send!(self.lambda(&at.location)?.delete_function().function_name(name));
            }
            Action::DeleteLogGroup => {
                let answer =
                    self.logs_client(&at.location)?.delete_log_group().log_group_name(group(name)).send();
                if let Err(error) = answer.await {
                    let fault = asked.failed(&error);
                    // A function that was never called has none.
                    if fault.kind != FaultKind::NotFound {
                        return Err(fault);
                    }
                }
            }
            Action::PublishVersion { description } => {
                let request = self.lambda(&at.location)?.publish_version().function_name(name);
                let answer = send!(request.description(description));
                made.results.push(("version".to_owned(), answer.version().unwrap_or_default().to_owned()));
            }
            Action::CreateAlias { alias, version, weights } => {
                let request = self.lambda(&at.location)?.create_alias().function_name(name).name(alias);
                send!(request.function_version(version).routing_config(routing(weights)));
            }
            Action::DeleteAlias { alias } => {
                send!(self.lambda(&at.location)?.delete_alias().function_name(name).name(alias));
            }
            Action::UpdateAlias { before, version, weights } => {
                self.update_alias(at, &before.name, version, weights, &asked).await?;
            }
            Action::PutConcurrency { limit, .. } => self.put_concurrency(at, *limit, &asked).await?,
            Action::DeleteConcurrency { .. } => {
                send!(self.lambda(&at.location)?.delete_function_concurrency().function_name(name));
            }
            Action::CreateUrl { access } => {
                let kind = match access {
                    UrlAccess::Public => FunctionUrlAuthType::None,
                    UrlAccess::Account => FunctionUrlAuthType::AwsIam,
                };
                let request = self.lambda(&at.location)?.create_function_url_config().function_name(name);
                let answer = send!(request.auth_type(kind));
                made.results.push(("url".to_owned(), answer.function_url().to_owned()));
            }
            Action::DeleteUrl => {
                send!(self.lambda(&at.location)?.delete_function_url_config().function_name(name));
            }
            Action::AllowUrl => self.allow_url(at, &asked).await?,
            Action::DisallowUrl => {
                let request = self.lambda(&at.location)?.remove_permission().function_name(name);
                send!(request.statement_id(URL_STATEMENT));
            }
            Action::Side(action) => self.carry_out_side(at, action, made, course).await?,
            Action::Tasks(action) => self.carry_out_tasks(&at.location, action, made, course).await?,
        }
        Ok(())
    }

    /// Takes a request back that was carried out. What cannot be taken back is left as it is.
    pub(crate) async fn take_back(&self, todo: &Todo, made: &Made) -> Result<Back> {
        let at = &todo.function;
        let back = |action: Action| Todo { function: at.clone(), action };
        let mut nothing = Made::default();
        let undo = match &todo.action {
            Action::Side(action) => return self.take_back_side(at, action, made).await,
            Action::Tasks(action) => return self.take_back_tasks(&at.location, action, made).await,
            Action::CreateRole { role, .. } => back(Action::DeleteRole { role: role.clone() }),
            Action::PutRolePolicy { role, .. } => back(Action::DeleteRolePolicy { role: role.clone() }),
            Action::CreateFunction { .. } => back(Action::DeleteFunction),
            Action::CreateUrl { .. } => back(Action::DeleteUrl),
            Action::AllowUrl => back(Action::DisallowUrl),
            Action::DisallowUrl => back(Action::AllowUrl),
            Action::PutConcurrency { before: None, limit } => {
                back(Action::DeleteConcurrency { before: *limit })
            }
            Action::PutConcurrency { before: Some(limit), .. }
            | Action::DeleteConcurrency { before: limit } => {
                back(Action::PutConcurrency { limit: *limit, before: None })
            }
            Action::UpdateAlias { before, .. } => {
                let asked = Asked { operation: "lambda:UpdateAlias", location: &at.location };
                let back = self.update_alias(at, &before.name, &before.version, &before.weights, &asked);
                return back.await.map(|()| Back::Done);
            }
            Action::CreateAlias { alias, .. } => back(Action::DeleteAlias { alias: alias.clone() }),
            Action::DeleteRolePolicy { .. }
            | Action::DeleteRole { .. }
            | Action::UpdateCode { .. }
            | Action::UpdateConfiguration { .. }
            | Action::DeleteFunction
            | Action::DeleteLogGroup
            | Action::PublishVersion { .. }
            | Action::DeleteAlias { .. }
            | Action::DeleteUrl => return Ok(Back::Nothing),
        };
        Box::pin(self.carry_out(&undo, &mut nothing, &Course::unwatched())).await.map(|()| Back::Done)
    }

    async fn create(
        &self,
        at: &FunctionAddress,
        code: &Code,
        settings: &Settings,
        (role, is_new): (Option<String>, bool),
        course: &Course,
        asked: &Asked<'_>,
    ) -> Result<()> {
        let client = self.lambda(&at.location)?;
        let mut number = 1;
        loop {
            let answer = client
                .create_function()
                .function_name(&at.name)
                .set_role(role.clone())
                .set_package_type(matches!(code, Code::Image(_)).then_some(PackageType::Image))
                .code(match code {
                    Code::Zip { bytes, .. } => {
                        FunctionCode::builder().zip_file(Blob::new(bytes.to_vec())).build()
                    }
                    Code::Image(image) => FunctionCode::builder().image_uri(image).build(),
                })
                .set_runtime(settings.runtime.as_deref().map(Runtime::from))
                .set_handler(settings.handler.clone())
                .set_memory_size(settings.memory_mb.map(u32::cast_signed))
                .set_timeout(settings.timeout_s.map(u32::cast_signed))
                .set_description(settings.description.clone())
                .set_environment(settings.environment.as_ref().map(environment))
                .set_architectures(
                    settings.architecture.map(|it| vec![AwsArchitecture::from(architecture(it))]),
                )
                .tags(TAG, &at.name)
                .send()
                .await;
            let fault = match answer {
                Ok(_) => return Ok(()),
                Err(error) => asked.failed(&error),
            };
            if fault.kind != FaultKind::Invalid || !fault.message.contains("cannot be assumed") {
                return Err(fault);
            }
            // Only a role that was made just now becomes known by waiting.
            if !is_new || number >= ROLE_KNOWN.tries {
                let role = role.unwrap_or_default();
                let words = format!(
                    "Lambda cannot take on the role `{role}`: it is not there, or does not trust lambda.amazonaws.com. Leave --role out to have one made"
                );
                return Err(Fault { message: words, ..fault });
            }
            // Never at once: the role is known after some seconds, not after some tries.
            if !course.pause(ROLE_KNOWN.pause(number, 0.5 + rand::random::<f64>() / 2.0)).await {
                return Err(fault);
            }
            number += 1;
        }
    }

    /// Waits until AWS has put in place what it took.
    pub(crate) async fn in_place(&self, at: &FunctionAddress, asked: &Asked<'_>) -> Result<()> {
        let client = self.lambda(&at.location)?;
        let begun = Instant::now();
        let mut pause = Duration::from_millis(100);
        loop {
            let answer = client.get_function_configuration().function_name(&at.name).send().await;
            let answer = answer.map_err(|error| asked.failed(&error))?;
            let failed = matches!(answer.state(), Some(State::Failed))
                || matches!(answer.last_update_status(), Some(LastUpdateStatus::Failed));
            if failed {
                let why =
                    answer.state_reason().or(answer.last_update_status_reason()).unwrap_or("no reason given");
                return Err(asked.fault(FaultKind::Other, why));
            }
            let pending = matches!(answer.state(), Some(State::Pending))
                || matches!(answer.last_update_status(), Some(LastUpdateStatus::InProgress));
            if !pending {
                return Ok(());
            }
            if begun.elapsed() > IN_PLACE {
                return Err(asked.fault(FaultKind::TimedOut, "AWS has not put it in place after 5 minutes"));
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(3));
        }
    }

    async fn update_alias(
        &self,
        at: &FunctionAddress,
        alias: &str,
        version: &str,
        weights: &BTreeMap<String, f64>,
        asked: &Asked<'_>,
    ) -> Result<()> {
        let request = self.lambda(&at.location)?.update_alias().function_name(&at.name).name(alias);
        let request = request.function_version(version).routing_config(routing(weights));
        request.send().await.map(|_| ()).map_err(|error| asked.failed(&error))
    }

    async fn put_concurrency(&self, at: &FunctionAddress, limit: u32, asked: &Asked<'_>) -> Result<()> {
        let request = self.lambda(&at.location)?.put_function_concurrency().function_name(&at.name);
        let request = request.reserved_concurrent_executions(limit.cast_signed());
        request.send().await.map(|_| ()).map_err(|error| asked.failed(&error))
    }

    async fn allow_url(&self, at: &FunctionAddress, asked: &Asked<'_>) -> Result<()> {
        let request = self.lambda(&at.location)?.add_permission().function_name(&at.name);
        let request = request
            .statement_id(URL_STATEMENT)
            .action("lambda:InvokeFunctionUrl")
            .principal("*")
            .function_url_auth_type(FunctionUrlAuthType::None);
        request.send().await.map(|_| ()).map_err(|error| asked.failed(&error))
    }
}

fn environment(values: &BTreeMap<String, String>) -> Environment {
    let values = values.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Environment::builder().set_variables(Some(values)).build()
}

fn routing(weights: &BTreeMap<String, f64>) -> AliasRoutingConfiguration {
    let weights = weights.iter().map(|(version, part)| (version.clone(), *part)).collect();
    AliasRoutingConfiguration::builder().set_additional_version_weights(Some(weights)).build()
}
