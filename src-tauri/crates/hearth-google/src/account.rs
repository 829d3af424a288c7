//! One open account: a project with a sign-in, and the trait's methods, each a line that leads to the module which owns
//! it.

use crate::client::{Ask, Client, Service};
use crate::fault::Asked;
use crate::regions::{REGIONS, is_name, is_region};
use crate::{apply, call, cost, functions, logs, metrics, permissions, plan, standing};
use hearth_cloud::{
    Account, BilledCost, BilledQuestion, CallOutcome, CallRequest, Capabilities, Capability, Change, Changed,
    CloudFunction, CostRequest, Course, FaultKind, FunctionAddress, Identity, LevelPolicy, LogRow,
    LogsRequest, MetricSeries, MetricsRequest, Page, Permission, Provider, Reply, Result, Review, Standing,
};
use serde::de::DeserializeOwned;

/// A project of Google, or an endpoint that speaks as one.
pub struct GoogleAccount {
    pub(crate) account: Account,
    pub(crate) project: String,
    pub(crate) client: Client,
}

impl GoogleAccount {
    pub(crate) fn new(account: Account, project: String, client: Client) -> Self {
        Self { account, project, client }
    }

    /// `projects/PROJECT/locations/LOCATION`; the location is checked since it becomes part of an address.
    pub(crate) fn parent(&self, location: &str) -> Result<String> {
        if is_region(location) {
            return Ok(format!("projects/{}/locations/{location}", self.project));
        }
        let asked = Asked { operation: "asking Google", location: "" };
        Err(asked.fault(FaultKind::Invalid, format!("`{location}` is not a region")))
    }

    /// The full name of something in a location, for instance of a function.
    pub(crate) fn name_of(&self, function: &FunctionAddress, kind: &str) -> Result<String> {
        let parent = self.parent(&function.location)?;
        if is_name(&function.name) {
            return Ok(format!("{parent}/{kind}/{}", function.name));
        }
        let asked = Asked { operation: "asking Google", location: "" };
        Err(asked.fault(FaultKind::Invalid, format!("`{}` cannot be the name of a function", function.name)))
    }

    /// Reads something.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        asked: Asked<'_>,
        service: Service,
        path: String,
    ) -> Result<T> {
        self.client.send(&Ask::get(asked, service, path)).await
    }
}

impl Provider for GoogleAccount {
    fn capabilities(&self) -> Capabilities {
        use Capability as C;
        // Not here: calls that nobody waits for, limits of zero and environments kept by version, which Google has not.
        Capabilities::of([
            C::Deploy,
            C::Delete,
            C::Configure,
            C::Invoke,
            C::InvokeDryRun,
            C::Logs,
            C::Metrics,
            C::Versions,
            C::Aliases,
            C::UrlAccess,
            C::EventSources,
            C::Tags,
            C::Permissions,
            C::Environments,
            C::BilledCost,
        ])
    }

    fn locations(&self) -> Vec<String> {
        // An endpoint is one place, whatever region it is asked for.
        if self.account.id.as_str().starts_with("endpoint:") {
            return self.account.location.iter().cloned().collect();
        }
        REGIONS.iter().map(|region| (*region).to_owned()).collect()
    }

    fn identity(&self) -> Reply<'_, Identity> {
        Box::pin(permissions::identity(self))
    }

    fn permissions(&self) -> Reply<'_, Vec<Permission>> {
        Box::pin(permissions::permissions(self))
    }

    fn policies(&self) -> Vec<LevelPolicy> {
        permissions::policies()
    }

    fn functions<'a>(
        &'a self,
        location: &'a str,
        _cursor: Option<&'a str>,
    ) -> Reply<'a, Page<CloudFunction>> {
        Box::pin(async move { Ok(Page::last(functions::list(self, location).await?)) })
    }

    fn standing<'a>(&'a self, function: &'a FunctionAddress) -> Reply<'a, Standing> {
        Box::pin(standing::standing(self, function))
    }

    fn call<'a>(&'a self, function: &'a FunctionAddress, request: CallRequest) -> Reply<'a, CallOutcome> {
        Box::pin(call::call(self, function, request))
    }

    fn logs<'a>(
        &'a self,
        function: &'a FunctionAddress,
        request: &'a LogsRequest,
    ) -> Reply<'a, Page<LogRow>> {
        Box::pin(logs::logs(self, function, request))
    }

    fn metrics<'a>(&'a self, location: &'a str, request: &'a MetricsRequest) -> Reply<'a, Vec<MetricSeries>> {
        Box::pin(metrics::metrics(self, location, request))
    }

    fn billed_question<'a>(&'a self, request: &'a CostRequest) -> Reply<'a, Option<BilledQuestion>> {
        Box::pin(async move { Ok(Some(cost::question(self, request).await?)) })
    }

    fn billed<'a>(&'a self, request: &'a CostRequest) -> Reply<'a, BilledCost> {
        Box::pin(cost::billed(self, request))
    }

    fn review<'a>(&'a self, change: &'a Change) -> Reply<'a, Review> {
        Box::pin(async move { Ok(plan::plan(self, change).await?.review(self, change)) })
    }

    fn apply<'a>(&'a self, change: &'a Change, digest: &'a str, course: Course) -> Reply<'a, Changed> {
        Box::pin(apply::apply(self, change, digest, course))
    }
}
