//! One open account: a client for each service and region, and the trait's methods, each a line that leads to the module
//! which owns it.

use crate::counting::Counting;
use crate::fault::Asked;
use crate::functions::Listed;
use crate::regions::{OPT_IN_REGIONS, REGIONS, is_region};
use crate::waiting::RetryAfter;
use crate::{
    apply, call, code, cost, functions, logs, metrics, permissions, plan, policies, prices, sides, standing,
    stream,
};
use aws_config::{Region, SdkConfig};
use hearth_cloud::{
    Account, BilledCost, CallOutcome, CallRequest, Capabilities, Capability, Change, Changed, CloudFunction,
    Containers, CostRequest, Course, FaultKind, FunctionAddress, FunctionCode, Identity, Layer, LevelPolicy,
    LiveLines, LogRow, LogsRequest, MetricSeries, MetricsRequest, OwnTally, Page, Permission, Pieces,
    Provider, Reply, Result, Review, Sides, Standing, quoted,
};
use hearth_model::Clock;
use std::sync::Arc;

/// Services that are asked once for all regions are counted under no region.
const EVERYWHERE: &str = "";

/// A client of a service that waits as long as AWS says, and whose requests are counted.
macro_rules! client {
    ($service:ident, $account:expr, $config:expr, $location:expr) => {{
        let counting = Counting { own: $account.own.clone(), location: $location.to_owned() };
        let config = $service::config::Builder::from($config).interceptor(RetryAfter).interceptor(counting);
        $service::Client::from_conf(config.build())
    }};
}

/// An AWS account, or an endpoint that speaks as one.
pub struct AwsAccount {
    pub(crate) account: Account,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) own: OwnTally,
    config: SdkConfig,
}

impl AwsAccount {
    pub(crate) fn new(account: Account, config: SdkConfig, clock: Arc<dyn Clock>, own: OwnTally) -> Self {
        Self { account, clock, own, config }
    }

    /// The configuration for a region, which is checked since it becomes part of a host's name.
    pub(crate) fn at(&self, location: &str) -> Result<SdkConfig> {
        if is_region(location) {
            Ok(self.config.to_builder().region(Region::new(location.to_owned())).build())
        } else {
            let asked = Asked { operation: "asking AWS", location: "" };
            Err(asked.fault(FaultKind::Invalid, format!("`{location}` is not a region")))
        }
    }

    pub(crate) fn lambda(&self, location: &str) -> Result<aws_sdk_lambda::Client> {
        Ok(client!(aws_sdk_lambda, self, &self.at(location)?, location))
    }

    pub(crate) fn logs_client(&self, location: &str) -> Result<aws_sdk_cloudwatchlogs::Client> {
        Ok(client!(aws_sdk_cloudwatchlogs, self, &self.at(location)?, location))
    }

    pub(crate) fn cloudwatch(&self, location: &str) -> Result<aws_sdk_cloudwatch::Client> {
        Ok(client!(aws_sdk_cloudwatch, self, &self.at(location)?, location))
    }

    pub(crate) fn ecs(&self, location: &str) -> Result<aws_sdk_ecs::Client> {
        Ok(client!(aws_sdk_ecs, self, &self.at(location)?, location))
    }

    pub(crate) fn events(&self, location: &str) -> Result<aws_sdk_eventbridge::Client> {
        Ok(client!(aws_sdk_eventbridge, self, &self.at(location)?, location))
    }

    pub(crate) fn sns(&self, location: &str) -> Result<aws_sdk_sns::Client> {
        Ok(client!(aws_sdk_sns, self, &self.at(location)?, location))
    }

    pub(crate) fn cost_explorer(&self) -> aws_sdk_costexplorer::Client {
        client!(aws_sdk_costexplorer, self, &self.config, EVERYWHERE)
    }

    pub(crate) fn pricing(&self) -> aws_sdk_pricing::Client {
        let config = self.config.to_builder().region(Region::from_static(prices::REGION)).build();
        client!(aws_sdk_pricing, self, &config, EVERYWHERE)
    }

    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        client!(aws_sdk_iam, self, &self.config, EVERYWHERE)
    }

    pub(crate) fn sts(&self) -> aws_sdk_sts::Client {
        client!(aws_sdk_sts, self, &self.config, EVERYWHERE)
    }

    /// `--profile …` or `--endpoint-url …`, as AWS's command line wants it.
    pub(crate) fn flags(&self, location: &str) -> String {
        let account = match (&self.account.endpoint, self.account.id.as_str().starts_with("endpoint:")) {
            (Some(url), true) => format!(" --endpoint-url {}", quoted(url)),
            (_, false) if self.account.name != crate::discover::ENVIRONMENT => {
                format!(" --profile {}", quoted(&self.account.name))
            }
            _ => String::new(),
        };
        if location.is_empty() { account } else { format!(" --region {location}{account}") }
    }
}

impl Provider for AwsAccount {
    fn capabilities(&self) -> Capabilities {
        use Capability as C;
        Capabilities::of([
            C::Deploy,
            C::DeployImage,
            C::ReadCode,
            C::Delete,
            C::Configure,
            C::Invoke,
            C::InvokeEvent,
            C::InvokeDryRun,
            C::InvokeStream,
            C::Logs,
            C::LiveTail,
            C::Metrics,
            C::Versions,
            C::Publish,
            C::Aliases,
            C::Url,
            C::EventSources,
            C::Triggers,
            C::Layers,
            C::ReservedConcurrency,
            C::ProvisionedConcurrency,
            C::Tags,
            C::Permissions,
            C::BilledCost,
            C::ListPrices,
            C::Containers,
        ])
    }

    fn locations(&self) -> Vec<String> {
        REGIONS.iter().chain(OPT_IN_REGIONS).map(|region| (*region).to_owned()).collect()
    }

    fn identity(&self) -> Reply<'_, Identity> {
        Box::pin(permissions::identity(self))
    }

    fn permissions(&self) -> Reply<'_, Vec<Permission>> {
        Box::pin(permissions::permissions(self))
    }

    fn policies(&self) -> Vec<LevelPolicy> {
        policies::policies()
    }

    fn functions<'a>(&'a self, location: &'a str, cursor: Option<&'a str>) -> Reply<'a, Page<CloudFunction>> {
        Box::pin(functions::list(self, location, cursor, Listed::Newest))
    }

    fn versions<'a>(&'a self, location: &'a str, cursor: Option<&'a str>) -> Reply<'a, Page<CloudFunction>> {
        Box::pin(functions::list(self, location, cursor, Listed::EveryVersion))
    }

    fn standing<'a>(&'a self, function: &'a FunctionAddress) -> Reply<'a, Standing> {
        Box::pin(standing::standing(self, function))
    }

    fn code<'a>(&'a self, function: &'a FunctionAddress) -> Reply<'a, FunctionCode> {
        Box::pin(code::code(self, function))
    }

    fn call<'a>(&'a self, function: &'a FunctionAddress, request: CallRequest) -> Reply<'a, CallOutcome> {
        Box::pin(call::call(self, function, request))
    }

    fn call_streamed<'a>(
        &'a self,
        function: &'a FunctionAddress,
        request: CallRequest,
        pieces: Pieces,
    ) -> Reply<'a, CallOutcome> {
        Box::pin(stream::call(self, function, request, pieces))
    }

    fn tail<'a>(&'a self, function: &'a FunctionAddress, filter: Option<&'a str>) -> Reply<'a, LiveLines> {
        Box::pin(stream::tail(self, function, filter))
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

    fn sides<'a>(&'a self, function: &'a FunctionAddress) -> Reply<'a, Sides> {
        Box::pin(sides::sides(self, function))
    }

    fn layers<'a>(&'a self, location: &'a str) -> Reply<'a, Vec<Layer>> {
        Box::pin(sides::account_layers(self, location))
    }

    fn billed<'a>(&'a self, request: &'a CostRequest) -> Reply<'a, BilledCost> {
        Box::pin(cost::billed(self, request))
    }

    fn list_prices<'a>(&'a self, service: &'a str, location: &'a str) -> Reply<'a, Vec<String>> {
        Box::pin(prices::products(self, service, location))
    }

    fn containers(&self) -> Option<&dyn Containers> {
        Some(self)
    }

    fn review<'a>(&'a self, change: &'a Change) -> Reply<'a, Review> {
        Box::pin(async move { Ok(Box::pin(plan::plan(self, change)).await?.review(self, change)) })
    }

    fn apply<'a>(&'a self, change: &'a Change, digest: &'a str, course: Course) -> Reply<'a, Changed> {
        Box::pin(apply::apply(self, change, digest, course))
    }
}
