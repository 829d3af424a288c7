//! Makes a change that a person has seen: plans again, compares, and makes the calls of the plan in their course.

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::{Asked, masked};
use crate::functions::find;
use crate::plan::{code, plan};
use crate::request::{Kind, Request};
use crate::wire::{Operation, Upload};
use futures_util::future::BoxFuture;
use hearth_cloud::{Back, Calls, Change, Changed, Course, Failed, Fault, FaultKind, Reply, Result, WayBack};
use reqwest::Method;
use serde_json::Value;

/// What one request leaves for those after it.
#[derive(Default)]
struct Made {
    upload_url: String,
    source: Value,
}

/// The requests of a plan, and what they have made so far.
struct Making<'a> {
    account: &'a GoogleAccount,
    title: &'a str,
    location: &'a str,
    requests: &'a [Request],
    made: Made,
}

pub(crate) async fn apply(
    account: &GoogleAccount,
    change: &Change,
    digest: &str,
    course: Course,
) -> Result<Changed> {
    // Google's message may quote a value that it was sent.
    let values: Vec<&str> = match change {
        Change::Deploy(deploy) => {
            deploy.settings.environment.iter().flat_map(|all| all.values()).map(String::as_str).collect()
        }
        Change::Configure { settings, .. } => {
            settings.environment.iter().flat_map(|all| all.values()).map(String::as_str).collect()
        }
        _ => Vec::new(),
    };
    let plan = plan(account, change).await?;
    let location = &change.function().location;
    if plan.digest() != digest {
        return Err(Fault::plan_changed());
    }
    let mut making =
        Making { account, title: plan.title(), location, requests: plan.requests(), made: Made::default() };
    course.carry_out(&mut making).await.map_err(|fault| masked(fault, &values))?;
    let found = find(account, change.function()).await?;
    let mut results = Vec::new();
    if let (Some(url), Change::Deploy(_) | Change::SetUrl { .. }) =
        (found.as_ref().and_then(|kept| kept.url()), change)
    {
        results.push(("url".to_owned(), url.to_owned()));
    }
    Ok(Changed { function: found.map(|kept| kept.shown(location)), results })
}

impl Calls for Making<'_> {
    fn title(&self) -> String {
        self.title.to_owned()
    }

    fn operations(&self) -> Vec<&'static str> {
        self.requests.iter().map(|request| request.operation).collect()
    }

    fn make<'a>(
        &'a mut self,
        index: usize,
        course: &'a Course,
    ) -> BoxFuture<'a, std::result::Result<(), Failed>> {
        Box::pin(self.account.carry_out(&self.requests[index], self.location, &mut self.made, course))
    }

    fn way_back(&self, index: usize) -> WayBack {
        let request = &self.requests[index];
        match request.kind {
            Kind::NewUpload => WayBack::Needless,
            _ if request.undo.is_some() => WayBack::Call,
            _ => WayBack::None,
        }
    }

    fn take_back(&self, index: usize) -> Reply<'_, Back> {
        Box::pin(async move {
            let Some(undo) = &self.requests[index].undo else { return Ok(Back::Nothing) };
            let (mut nothing, course) = (Made::default(), Course::unwatched());
            let undone = self.account.carry_out(undo, self.location, &mut nothing, &course).await;
            undone.map(|()| Back::Done).map_err(|failed| failed.fault)
        })
    }

    fn record(&self, index: usize) -> Option<String> {
        self.requests[index].record.as_ref().and_then(|record| serde_json::to_string(record).ok())
    }

    /// A function that is still being made is not changed and not deleted.
    fn waits(&self, index: usize) -> bool {
        let request = &self.requests[index];
        request.waits && matches!(request.service, Service::Functions) && request.method != Method::POST
    }
}

impl GoogleAccount {
    async fn carry_out(
        &self,
        request: &Request,
        location: &str,
        made: &mut Made,
        course: &Course,
    ) -> std::result::Result<(), Failed> {
        let asked = Asked { operation: request.operation, location };
        let refused = |fault: Fault| Failed {
            was_taken: matches!(fault.kind, FaultKind::BrokenOff | FaultKind::TimedOut),
            fault,
        };
        match &request.kind {
            Kind::NewUpload => {
                let answer: Upload = self.client.send(&ask(asked, request, None)).await.map_err(refused)?;
                made.upload_url = answer.upload_url;
                made.source = answer.storage_source;
            }
            Kind::Upload(_) => {
                let zip = code(request).unwrap_or_default().to_vec();
                self.client.upload(&asked, &made.upload_url, zip).await.map_err(refused)?;
            }
            Kind::Send { takes_code } => {
                let source = takes_code.then_some(&made.source);
                let ask = ask(asked, request, source);
                if !request.waits {
                    let _: Value = self.client.send(&ask).await.map_err(refused)?;
                    return Ok(());
                }
                let operation: Operation = self.client.send(&ask).await.map_err(refused)?;
                let waited = self.wait(operation, request.service, request.version(), &asked);
                course.watch(waited).await.map_err(|fault| Failed { fault, was_taken: true })?;
            }
        }
        Ok(())
    }
}

fn ask<'a>(asked: Asked<'a>, request: &Request, source: Option<&Value>) -> Ask<'a> {
    let mut body = request.body.clone();
    if let (Some(source), Some(body)) = (source, &mut body) {
        body["buildConfig"]["source"]["storageSource"] = source.clone();
    }
    let service: Service = request.service;
    Ask {
        asked,
        service,
        method: request.method.clone(),
        path: request.path.clone(),
        query: request.query.clone(),
        body,
        reads: false,
    }
}
