//! One open account: a subscription, its tokens and the way to Azure, and the trait's methods, each a line that leads to
//! the module which owns it.

use crate::arm::SUBSCRIPTIONS;
use crate::fault::Asked;
use crate::regions::{ALL, REGIONS, is_region};
use crate::token::Tokens;
use crate::wire::Wire;
use crate::{apply, call, cost, logs, metrics, permissions, plan, policies, sites, standing};
use hearth_cloud::{
    Account, BilledCost, CallOutcome, CallRequest, Capabilities, Capability, Change, Changed, CloudFunction,
    CostRequest, Course, FaultKind, FunctionAddress, Identity, LevelPolicy, LogRow, LogsRequest,
    MetricSeries, MetricsRequest, Page, Permission, Provider, Reply, Result, Review, Standing,
};
use hearth_model::Clock;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// A subscription, as Azure lists it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    pub(crate) subscription_id: String,
    #[serde(default)]
    pub(crate) display_name: String,
}

/// An Azure subscription, or an endpoint that speaks as one.
pub struct AzureAccount {
    pub(crate) account: Account,
    pub(crate) wire: Wire,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Arc<dyn Clock>,
    subscription: OnceCell<String>,
}

impl AzureAccount {
    pub(crate) fn new(account: Account, wire: Wire, tokens: Tokens, clock: Arc<dyn Clock>) -> Self {
        let subscription = OnceCell::new_with(account.number.clone());
        Self { account, wire, tokens, clock, subscription }
    }

    /// `/subscriptions/…`; an account that names no subscription must have exactly one.
    pub(crate) async fn scope(&self) -> Result<String> {
        let asked = Asked { operation: "Microsoft.Resources/subscriptions/read", about: "" };
        let id = self.subscription.get_or_try_init(|| async {
            let all: Vec<Subscription> = self.list(&asked, "/subscriptions", SUBSCRIPTIONS).await?;
            match all.as_slice() {
                [one] => Ok(one.subscription_id.clone()),
                [] => Err(asked.fault(FaultKind::NotFound, "this account sees no subscription")),
                [one, ..] => Err(asked.fault(
                    FaultKind::Invalid,
                    format!(
                        "this account sees {} subscriptions, among them `{}`; name one in AZURE_SUBSCRIPTION_ID \
                         or `azd config set defaults.subscription`",
                        all.len(),
                        one.display_name
                    ),
                )),
            }
        });
        let id = id.await?;
        if is_subscription(id) {
            Ok(format!("/subscriptions/{id}"))
        } else {
            Err(asked.fault(FaultKind::Invalid, format!("`{id}` is not the id of a subscription")))
        }
    }
}

/// Refuses a location that cannot be one.
pub(crate) fn check(location: &str) -> Result<()> {
    if is_region(location) {
        return Ok(());
    }
    let asked = Asked { operation: "asking Azure", about: "" };
    Err(asked.fault(FaultKind::Invalid, format!("`{location}` is not a region of Azure")))
}

/// Whether it may be put into a path or an argument.
pub(crate) fn is_subscription(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-')
}

impl Provider for AzureAccount {
    fn capabilities(&self) -> Capabilities {
        use Capability as C;
        // Azure has no versions, no aliases, no dry run and, for functions over HTTP, no call without waiting.
        Capabilities::of([
            C::Deploy,
            C::Delete,
            C::Configure,
            C::Invoke,
            C::Logs,
            C::Metrics,
            C::EventSources,
            C::Tags,
            C::Permissions,
            C::Power,
            C::BilledCost,
        ])
    }

    fn locations(&self) -> Vec<String> {
        std::iter::once(ALL).chain(REGIONS).map(str::to_owned).collect()
    }

    fn identity(&self) -> Reply<'_, Identity> {
        Box::pin(permissions::identity(self))
    }

    fn permissions(&self) -> Reply<'_, Vec<Permission>> {
        Box::pin(permissions::permissions(self))
    }

    fn policies(&self) -> Vec<LevelPolicy> {
        policies::policies(self.account.number.as_deref())
    }

    fn functions<'a>(&'a self, location: &'a str, cursor: Option<&'a str>) -> Reply<'a, Page<CloudFunction>> {
        Box::pin(async move {
            check(location)?;
            sites::list(self, location, cursor).await
        })
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

    fn billed<'a>(&'a self, request: &'a CostRequest) -> Reply<'a, BilledCost> {
        Box::pin(cost::billed(self, request))
    }

    fn review<'a>(&'a self, change: &'a Change) -> Reply<'a, Review> {
        Box::pin(async move {
            check(&change.function().location)?;
            Ok(plan::plan(self, change).await?.review())
        })
    }

    fn apply<'a>(&'a self, change: &'a Change, digest: &'a str, course: Course) -> Reply<'a, Changed> {
        Box::pin(async move {
            check(&change.function().location)?;
            apply::apply(self, change, digest, course).await
        })
    }
}
