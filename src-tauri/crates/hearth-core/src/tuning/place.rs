//! Where a function is tuned: on this computer or in an account. Owns the way from a plan to one of the two. Must not
//! know how either is called or changed.

use super::account::{self, Reviewed, There};
use super::local::{self, Local};
use super::price::Prices;
use super::tunable::{Measured, Setting, Tunable};
use crate::api::{Tuning, TuningPlan, TuningReview};
use crate::functions::existing;
use crate::{App, Result};
use bytes::Bytes;
use hearth_cost::Decimal;
use hearth_model::{FunctionConfiguration, FunctionId, LOCAL_ACCOUNT};
use tokio_util::sync::CancellationToken;

/// Something to tune, wherever it is.
pub(crate) enum Place {
    Here(Local),
    There(Box<There>),
}

/// A function that a plan names, with what a tuning must know of it.
pub(crate) struct Subject {
    pub(crate) place: Place,
    pub(crate) id: FunctionId,
    pub(crate) account: String,
    pub(crate) version: u32,
    pub(crate) configuration: FunctionConfiguration,
    pub(crate) prices: Prices,
    pub(crate) remarks: Vec<String>,
    /// What is done in the account; none on this computer.
    pub(crate) review: Option<TuningReview>,
    /// The plan with what it left open.
    pub(crate) plan: TuningPlan,
}

impl Subject {
    pub(crate) async fn of(app: &App, mut plan: TuningPlan) -> Result<Self> {
        let Some(account) = account::named(app, &plan).await? else {
            (plan.account, plan.region) = (None, None);
            let function = existing(app, &plan.name).await?;
            return Ok(Self {
                place: Place::Here(Local::new(app.clone(), &function)),
                id: function.id,
                account: function.account,
                version: function.version,
                configuration: function.configuration,
                prices: Prices::now(app),
                remarks: local::remarks(),
                review: None,
                plan,
            });
        };
        // The first call after a size was set starts a server.
        plan.cold_runs = plan.cold_runs.max(1);
        let Reviewed { there, function, pricing, review } = There::reviewed(app, account, &plan).await?;
        let account = there.account().id.0.clone();
        let region = function.address.location;
        (plan.account, plan.region) = (Some(account.clone()), Some(region.clone()));
        Ok(Self {
            id: there.id(),
            place: Place::There(Box::new(there)),
            account,
            version: 0,
            configuration: function.configuration,
            remarks: account::remarks(&pricing),
            prices: Prices::of_plan(app, pricing),
            review: Some(review),
            plan,
        })
    }
}

impl Place {
    /// The function of a tuning that an earlier Hearth did not end.
    pub(crate) async fn left(app: &App, tuning: &Tuning) -> Result<Self> {
        let configuration = &tuning.configuration;
        if tuning.account != LOCAL_ACCOUNT {
            let there = There::left(app, &tuning.function_id, configuration.architecture).await?;
            return Ok(Self::There(Box::new(there)));
        }
        Ok(Self::Here(Local::named(app.clone(), &tuning.function_id, &tuning.plan.name, configuration)))
    }
}

impl Tunable for Place {
    async fn read(&self) -> Result<Option<Setting>> {
        match self {
            Self::Here(local) => local.read().await,
            Self::There(there) => there.read().await,
        }
    }

    async fn set_memory(&self, memory_mb: u32) -> Result<()> {
        match self {
            Self::Here(local) => local.set_memory(memory_mb).await,
            Self::There(there) => there.set_memory(memory_mb).await,
        }
    }

    async fn put_back(&self, memory_mb: u32) -> Result<()> {
        match self {
            Self::Here(local) => local.put_back(memory_mb).await,
            Self::There(there) => there.put_back(memory_mb).await,
        }
    }

    async fn invoke(&self, event: Bytes, cold: bool, cancel: &CancellationToken) -> Result<Measured> {
        match self {
            Self::Here(local) => local.invoke(event, cold, cancel).await,
            Self::There(there) => there.invoke(event, cold, cancel).await,
        }
    }

    fn concurrency(&self) -> usize {
        match self {
            Self::Here(local) => local.concurrency(),
            Self::There(there) => there.concurrency(),
        }
    }

    fn starts_servers(&self) -> bool {
        match self {
            Self::Here(local) => local.starts_servers(),
            Self::There(there) => there.starts_servers(),
        }
    }

    fn vcpu(&self) -> Option<Decimal> {
        match self {
            Self::Here(local) => local.vcpu(),
            Self::There(there) => there.vcpu(),
        }
    }
}
