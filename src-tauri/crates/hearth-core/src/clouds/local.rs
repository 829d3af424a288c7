//! This computer as a provider like the others, so that what works through the trait is proved without a cloud. Owns the
//! translation only: deploying, calling and deleting are the use cases that the rest of Hearth has.

use super::bundle::bundle;
use crate::api::{FunctionName, LogsQuery};
use crate::app::blocking;
use crate::lambda::{CreateFunction, create, invoke, invoke_later, list, reserve_concurrency, update_code};
use crate::{ApiError, App, ErrorCode};
use bytes::Bytes;
use hearth_cloud::{
    Account, AccountId, Call, CallMode, CallOutcome, CallRequest, Capabilities, Capability, Change, Changed,
    CloudFunction, CostEffect, Course, Expiry, Fault, FaultKind, FunctionAddress, FunctionCode,
    FunctionState, Grant, Identity, LevelPolicy, LogRow, LogsRequest, MetricSeries, MetricsRequest, Page,
    Permission, Provider, PublishedVersion, Reply, Result, Review, SignIn, SignInState, Standing, Undo,
};
use hearth_model::{
    FunctionRecord, LOCAL_ACCOUNT, LOCAL_ACCOUNT_NUMBER, LOCAL_REGION, Micros, Phases, StepState,
    function_arn,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The account of this computer.
pub(crate) fn account() -> Account {
    Account {
        id: AccountId(LOCAL_ACCOUNT.to_owned()),
        name: LOCAL_ACCOUNT.to_owned(),
        provider: LOCAL_ACCOUNT.to_owned(),
        sign_in: SignIn::Local,
        state: SignInState::Present,
        expiry: Expiry::Never,
        found_in: vec!["this computer".to_owned()],
        location: Some(LOCAL_REGION.to_owned()),
        endpoint: None,
        number: Some(LOCAL_ACCOUNT_NUMBER.to_owned()),
        sign_in_command: None,
        problem: None,
    }
}

/// The local runtime behind the trait.
pub(crate) struct Local {
    app: App,
}

impl Local {
    pub(crate) fn open(app: App) -> Arc<dyn Provider> {
        Arc::new(Self { app })
    }

    fn shown(&self, record: &FunctionRecord) -> CloudFunction {
        CloudFunction {
            address: FunctionAddress::new(LOCAL_REGION, &record.name),
            resource: function_arn(&self.app.price_region(), &record.name),
            configuration: record.configuration.clone(),
            state: FunctionState::Active,
            state_reason: None,
            code_bytes: record.code.size_bytes,
            code_hash: record.code.sha256.clone(),
            changed_us: Some(record.deployed_us),
            role: None,
            version: None,
        }
    }

    async fn code_of(&self, name: &str) -> Result<FunctionCode> {
        let operation = "reading the code";
        let missing = || Fault::new(FaultKind::NotFound, operation, format!("there is no function `{name}`"));
        let record = self.find(name).await?.ok_or_else(missing)?;
        let root = self.app.packages().path(&record.code);
        let packed = blocking(move || bundle(&root)).await.map_err(|error| fault(operation, error))?;
        Ok(FunctionCode { function: self.shown(&record), zip: packed.zip.to_vec() })
    }

    async fn find(&self, name: &str) -> Result<Option<FunctionRecord>> {
        self.app.store().function(name).await.map_err(|error| fault("functions", ApiError::from(error)))
    }

    /// What a change comes down to here: one call.
    async fn planned(&self, change: &Change) -> Result<Review> {
        let name = &change.function().name;
        let before = self.find(name).await?;
        let existing = |what: &str| {
            let missing = || Fault::new(FaultKind::NotFound, what, format!("there is no function `{name}`"));
            before.as_ref().map(|_| ()).ok_or_else(missing)
        };
        let (operation, makes, line, undo) = match change {
            Change::Deploy(_) if before.is_some() => {
                let version = before.as_ref().map_or(0, |before| before.version);
                let undo = format!("hearth rollback {name} {version}");
                ("hearth:UpdateCode", format!("a new version of {name}"), "deploy PATH", undo)
            }
            Change::Deploy(_) => {
                ("hearth:Deploy", format!("function {name}"), "deploy PATH", format!("hearth delete {name}"))
            }
            Change::Delete { .. } => {
                existing("hearth:Delete")?;
                (
                    "hearth:Delete",
                    format!("deletes {name}; its history stays"),
                    "delete",
                    format!("hearth restore {name}"),
                )
            }
            Change::LimitConcurrency { .. } => {
                existing("hearth:Limit")?;
                let earlier = before.as_ref().and_then(|before| before.configuration.reserved_concurrency);
                let undo = format!("hearth configure {name} --limit {}", earlier.unwrap_or(0));
                ("hearth:Limit", format!("the most servers of {name} at once"), "configure", undo)
            }
            Change::DeployImage { .. }
            | Change::Configure { .. }
            | Change::Publish { .. }
            | Change::PointAlias { .. }
            | Change::Power { .. }
            | Change::Side { .. }
            | Change::Containers { .. }
            | Change::SetUrl { .. }
            | Change::TakeBack { .. } => {
                return Err(unable("this change"));
            }
        };
        let call = Call {
            operation: operation.to_owned(),
            makes,
            parameters: vec![("name".to_owned(), name.clone())],
            permissions: Vec::new(),
            may: Grant::Allowed,
            undone_by: None,
        };
        let code = if let Change::Deploy(deploy) = change { deploy.code_sha256.as_str() } else { "" };
        Ok(Review {
            title: format!("{operation} {name} on this computer"),
            digest: format!("{operation} {name} {code} {}", before.map_or(0, |before| before.version)),
            calls: vec![call],
            cost: CostEffect { words: "Nothing: it runs on this computer.".to_owned(), standing: false },
            command_lines: vec![format!("hearth {line} {name}")],
            undo: Undo::Command { command: undo },
            warnings: Vec::new(),
            documents: Vec::new(),
        })
    }

    async fn make(&self, change: &Change) -> Result<Changed> {
        let name = &change.function().name;
        let app = &self.app;
        let done = match change {
            Change::Deploy(deploy) => {
                let zip = Bytes::copy_from_slice(&deploy.code);
                if self.find(name).await?.is_some() {
                    update_code(app, name, zip).await.map(Some)
                } else {
                    let settings = deploy.settings.clone();
                    let request = CreateFunction {
                        name: name.clone(),
                        runtime: settings.runtime.unwrap_or_default(),
                        handler: settings.handler.unwrap_or_default(),
                        zip,
                        memory_mb: settings.memory_mb,
                        timeout_s: settings.timeout_s,
                        environment: settings.environment.unwrap_or_default(),
                        description: settings.description.unwrap_or_default(),
                        architecture: settings.architecture.unwrap_or_default(),
                    };
                    create(app, request).await.map(Some)
                }
            }
            Change::Delete { .. } => {
                crate::functions::delete(app, FunctionName { name: name.clone() }).await.map(|_| None)
            }
            Change::LimitConcurrency { limit, .. } => reserve_concurrency(app, name, *limit).await.map(Some),
            Change::DeployImage { .. }
            | Change::Configure { .. }
            | Change::Publish { .. }
            | Change::PointAlias { .. }
            | Change::Power { .. }
            | Change::Side { .. }
            | Change::Containers { .. }
            | Change::SetUrl { .. }
            | Change::TakeBack { .. } => {
                return Err(unable("this change"));
            }
        };
        let record = done.map_err(|error| fault("the change", error))?;
        Ok(Changed { function: record.map(|record| self.shown(&record)), results: Vec::new() })
    }
}

fn unable(action: &str) -> Fault {
    Fault::new(FaultKind::Unable, action, "this computer has no such thing")
}

fn fault(action: &str, error: ApiError) -> Fault {
    let kind = match error.code {
        ErrorCode::NotFound => FaultKind::NotFound,
        ErrorCode::Conflict => FaultKind::Conflict,
        ErrorCode::PlanChanged => FaultKind::PlanChanged,
        ErrorCode::InvalidInput | ErrorCode::InvalidPackage | ErrorCode::EngineMissing => FaultKind::Invalid,
        _ => FaultKind::Other,
    };
    Fault::new(kind, action, error.message)
}

fn whole(phases: &Phases) -> Micros {
    Micros(phases.init_us.0 + phases.invoke_us.0)
}

impl Provider for Local {
    fn capabilities(&self) -> Capabilities {
        use Capability as C;
        Capabilities::of([
            C::Deploy,
            C::ReadCode,
            C::Delete,
            C::Invoke,
            C::InvokeEvent,
            C::Logs,
            C::Versions,
            C::ReservedConcurrency,
            C::Environments,
        ])
    }

    fn locations(&self) -> Vec<String> {
        vec![LOCAL_REGION.to_owned()]
    }

    fn identity(&self) -> Reply<'_, Identity> {
        Box::pin(async {
            Ok(Identity { number: LOCAL_ACCOUNT_NUMBER.to_owned(), principal: "this computer".to_owned() })
        })
    }

    fn permissions(&self) -> Reply<'_, Vec<Permission>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn policies(&self) -> Vec<LevelPolicy> {
        Vec::new()
    }

    fn functions<'a>(
        &'a self,
        _location: &'a str,
        _cursor: Option<&'a str>,
    ) -> Reply<'a, Page<CloudFunction>> {
        Box::pin(async move {
            let records = list(&self.app).await.map_err(|error| fault("functions", error))?;
            Ok(Page::last(records.iter().map(|record| self.shown(record)).collect()))
        })
    }

    fn standing<'a>(&'a self, function: &'a FunctionAddress) -> Reply<'a, Standing> {
        Box::pin(async move {
            let missing = || {
                Fault::new(
                    FaultKind::NotFound,
                    "the function",
                    format!("there is no function `{}`", function.name),
                )
            };
            let record = self.find(&function.name).await?.ok_or_else(missing)?;
            let versions = self.app.store().versions(&record.id).await;
            let versions = versions.map_err(|error| fault("versions", ApiError::from(error)))?;
            Ok(Standing {
                function: self.shown(&record),
                versions: versions
                    .into_iter()
                    .map(|version| PublishedVersion {
                        version: version.version.to_string(),
                        description: version.cause,
                        made_us: Some(version.deployed_us),
                        code_hash: version.code.sha256,
                    })
                    .collect(),
                aliases: Vec::new(),
                url: None,
                event_sources: Vec::new(),
                provisioned: BTreeMap::new(),
                tags: BTreeMap::new(),
                unread: Vec::new(),
            })
        })
    }

    fn code<'a>(&'a self, function: &'a FunctionAddress) -> Reply<'a, FunctionCode> {
        Box::pin(self.code_of(&function.name))
    }

    fn call<'a>(&'a self, function: &'a FunctionAddress, request: CallRequest) -> Reply<'a, CallOutcome> {
        Box::pin(async move {
            if request.qualifier.is_some() || request.mode == CallMode::DryRun {
                return Err(unable("such a call"));
            }
            let event = Bytes::from(request.event);
            if request.mode == CallMode::Event {
                let begun = invoke_later(&self.app, &function.name, event, None).await;
                let id = begun.map_err(|error| fault("the call", error))?;
                return Ok(CallOutcome { request_id: Some(id.0), status: 202, ..CallOutcome::default() });
            }
            let answer =
                invoke(&self.app, &function.name, event).await.map_err(|error| fault("the call", error))?;
            Ok(CallOutcome {
                request_id: Some(answer.invocation.request_id.0.clone()),
                status: 200,
                payload: answer.payload.to_vec(),
                function_error: answer.function_error,
                log_tail: Some(answer.log_tail),
                version: Some(answer.invocation.version.to_string()),
                round_trip_us: whole(&answer.invocation.phases),
                told: None,
            })
        })
    }

    fn logs<'a>(
        &'a self,
        function: &'a FunctionAddress,
        request: &'a LogsRequest,
    ) -> Reply<'a, Page<LogRow>> {
        Box::pin(async move {
            let query = LogsQuery {
                function: Some(function.name.clone()),
                search: request.filter.clone().unwrap_or_default(),
                limit: Some(request.limit.clamp(1, 5_000)),
                ..LogsQuery::default()
            };
            let page =
                crate::history::logs(&self.app, query).await.map_err(|error| fault("the logs", error))?;
            let since = request.since_us.unwrap_or(Micros::ZERO);
            let lines = page.lines.into_iter().enumerate().filter(|(_, line)| line.at_us >= since);
            let rows = lines.map(|(number, line)| LogRow {
                at_us: line.at_us,
                id: format!("{}-{number}", line.at_us.0),
                stream: line.environment_id.0,
                text: line.text,
            });
            Ok(Page::last(rows.collect()))
        })
    }

    fn metrics<'a>(
        &'a self,
        _location: &'a str,
        _request: &'a MetricsRequest,
    ) -> Reply<'a, Vec<MetricSeries>> {
        Box::pin(async { Err(unable("metrics of a vendor")) })
    }

    fn review<'a>(&'a self, change: &'a Change) -> Reply<'a, Review> {
        Box::pin(self.planned(change))
    }

    fn apply<'a>(&'a self, change: &'a Change, digest: &'a str, course: Course) -> Reply<'a, Changed> {
        Box::pin(async move {
            let review = self.planned(change).await?;
            if review.digest != digest {
                return Err(Fault::plan_changed());
            }
            let operation = review.calls.into_iter().map(|call| call.operation).next().unwrap_or_default();
            if course.is_cancelled() {
                return Err(Fault::cancelled("nothing was made"));
            }
            course.tell((1, 1), &operation, StepState::Begun);
            let changed = self.make(change).await?;
            course.tell((1, 1), &operation, StepState::Done);
            Ok(changed)
        })
    }
}
