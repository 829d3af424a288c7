//! The two traits that every vendor implements: [`Vendor`] finds accounts and opens them, [`Provider`] is one open
//! account. Everything is asked through `dyn`, so that the rest of Hearth knows no vendor.

use crate::{
    Account, BilledCost, BilledQuestion, CallOutcome, CallRequest, Capabilities, Change, CloudFunction,
    Confirm, Containers, CostRequest, Course, Fault, FaultKind, FunctionAddress, FunctionCode, Identity,
    Layer, LevelPolicy, LiveLines, LogRow, LogsRequest, MetricSeries, MetricsRequest, Page, Permission,
    Pieces, Result, Review, Sides, SignInFlow, Standing,
};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use ts_rs::TS;

/// An answer that is waited for.
pub type Reply<'a, T> = BoxFuture<'a, Result<T>>;

/// What a change made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The function as it is now; none after it was deleted.
    pub function: Option<CloudFunction>,
    /// What the vendor answered that a person wants, such as an address or a version: name and value.
    pub results: Vec<(String, String)>,
}

/// Finds accounts of one vendor and opens them.
pub trait Vendor: Send + Sync {
    /// `aws`, `azure`, `google`, `local`.
    fn name(&self) -> &'static str;

    /// The accounts that the vendor's own tools keep on this computer. Reads files, asks nobody.
    fn discover(&self) -> Vec<Account>;

    /// Opens an account with what is kept now. Cheap, and asks nobody: a sign-in that was renewed counts from here on,
    /// so an open account is not held longer than what is done with it.
    fn open<'a>(&'a self, account: &'a Account) -> Reply<'a, Arc<dyn Provider>>;

    /// How a person signs in to an account; none where nobody can, for instance to keys in a file. Asks nobody.
    fn sign_in_flow(&self, account: &Account) -> Option<SignInFlow>;

    /// Goes through a [`SignInFlow::Page`]: tells what a person must confirm and ends when they did and the vendor's
    /// token is where the vendor's own tools keep it. May be dropped at any moment, and then nothing was kept.
    fn sign_in<'a>(&'a self, account: &'a Account, _confirm: Confirm) -> Reply<'a, ()> {
        let words = format!("signing in to {}", account.name);
        Box::pin(async move { Err(Fault::new(FaultKind::Unable, words, "")) })
    }
}

/// One open account. Every call has a time limit of its own and may be dropped at any moment; reading calls are
/// repeated with growing pauses when the vendor throttles, a [`Provider::call`] never is.
pub trait Provider: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Locations that functions may be in. Asks nobody.
    fn locations(&self) -> Vec<String>;

    /// Who the vendor says this account is.
    fn identity(&self) -> Reply<'_, Identity>;

    /// Which permissions the account has.
    fn permissions(&self) -> Reply<'_, Vec<Permission>>;

    /// The smallest policy for each level.
    fn policies(&self) -> Vec<LevelPolicy>;

    /// A page of the functions of a location.
    fn functions<'a>(&'a self, location: &'a str, cursor: Option<&'a str>) -> Reply<'a, Page<CloudFunction>>;

    /// The same with every version of each function, the newest code first.
    fn versions<'a>(&'a self, location: &'a str, _cursor: Option<&'a str>) -> Reply<'a, Page<CloudFunction>> {
        let words = "versions are listed function by function here";
        Box::pin(async move {
            Err(Fault::new(FaultKind::Unable, format!("listing versions in {location}"), words))
        })
    }

    /// One function with everything around it.
    fn standing<'a>(&'a self, function: &'a FunctionAddress) -> Reply<'a, Standing>;

    /// The code of a function.
    fn code<'a>(&'a self, function: &'a FunctionAddress) -> Reply<'a, FunctionCode> {
        let fault = unable("reading the code", function);
        Box::pin(async move { Err(fault) })
    }

    /// Calls a function once.
    fn call<'a>(&'a self, function: &'a FunctionAddress, request: CallRequest) -> Reply<'a, CallOutcome>;

    /// Calls a function once and hands its answer on as it comes; the outcome has the whole of it.
    fn call_streamed<'a>(
        &'a self,
        function: &'a FunctionAddress,
        _request: CallRequest,
        _pieces: Pieces,
    ) -> Reply<'a, CallOutcome> {
        let fault = unable("a streamed call", function);
        Box::pin(async move { Err(fault) })
    }

    /// Log lines as they are written, those that hold `filter`. The vendor bills it, so that only a person asks for it.
    fn tail<'a>(&'a self, function: &'a FunctionAddress, _filter: Option<&'a str>) -> Reply<'a, LiveLines> {
        let fault = unable("a live log", function);
        Box::pin(async move { Err(fault) })
    }

    /// A page of log lines, oldest first.
    fn logs<'a>(&'a self, function: &'a FunctionAddress, request: &'a LogsRequest)
    -> Reply<'a, Page<LogRow>>;

    /// Figures of many functions of a location at once.
    fn metrics<'a>(&'a self, location: &'a str, request: &'a MetricsRequest) -> Reply<'a, Vec<MetricSeries>>;

    /// What the vendor billed. Most vendors limit or bill this question, so that only a person asks it.
    fn billed<'a>(&'a self, request: &'a CostRequest) -> Reply<'a, BilledCost> {
        let words = format!("from {} to {}", request.since, request.until);
        Box::pin(async move { Err(Fault::new(FaultKind::Unable, "reading what was billed", words)) })
    }

    /// What the vendor charges for a service in a location: one JSON document of the vendor's for each product.
    fn list_prices<'a>(&'a self, service: &'a str, location: &'a str) -> Reply<'a, Vec<String>> {
        let words = format!("of {service} in {location}");
        Box::pin(async move { Err(Fault::new(FaultKind::Unable, "reading list prices", words)) })
    }

    /// What the vendor would read to say what it billed; none where asking has no price of that kind. Bills nothing.
    fn billed_question<'a>(&'a self, _request: &'a CostRequest) -> Reply<'a, Option<BilledQuestion>> {
        Box::pin(async { Ok(None) })
    }

    /// What is set around a function: what calls it by itself, environments kept ready, layers.
    fn sides<'a>(&'a self, function: &'a FunctionAddress) -> Reply<'a, Sides> {
        let words = format!("of {} in {}", function.name, function.location);
        Box::pin(async move { Err(Fault::new(FaultKind::Unable, "reading triggers and layers", words)) })
    }

    /// The layers of a location, each in its newest version.
    fn layers<'a>(&'a self, location: &'a str) -> Reply<'a, Vec<Layer>> {
        Box::pin(
            async move { Err(Fault::new(FaultKind::Unable, "listing layers", format!("in {location}"))) },
        )
    }

    /// The containers that it runs; none when it has no such thing.
    fn containers(&self) -> Option<&dyn Containers> {
        None
    }

    /// What a change would do. Changes nothing.
    fn review<'a>(&'a self, change: &'a Change) -> Reply<'a, Review>;

    /// Makes a change that a person has seen: `digest` is that of its review. When the plan has become another one,
    /// nothing is done and the fault is a conflict. When a call fails or the course is cancelled, what was made before
    /// is taken back as far as the review said.
    fn apply<'a>(&'a self, change: &'a Change, digest: &'a str, course: Course) -> Reply<'a, Changed>;
}

fn unable(action: &str, function: &FunctionAddress) -> Fault {
    Fault::new(FaultKind::Unable, format!("{action} of {}", function.name), "")
}
