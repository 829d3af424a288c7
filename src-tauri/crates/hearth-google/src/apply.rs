//! Makes a change that a person has seen: plans again, compares, carries out request by request, and takes back what was
//! made when one fails.

use crate::GoogleAccount;
use crate::client::{Ask, Service};
use crate::fault::{Asked, masked};
use crate::functions::find;
use crate::plan::{code, plan};
use crate::request::{Kind, Request};
use crate::wire::{Operation, Upload};
use hearth_cloud::{Change, Changed, Fault, FaultKind, Progress, Result, Step};
use serde_json::Value;
use std::fmt::Write as _;

/// What one request leaves for those after it.
#[derive(Default)]
struct Made {
    upload_url: String,
    source: Value,
}

/// A request that failed, and whether Google had taken it on by then.
struct Failed {
    fault: Fault,
    was_taken: bool,
}

pub(crate) async fn apply(
    account: &GoogleAccount,
    change: &Change,
    digest: &str,
    progress: Progress,
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
    let requests = plan.requests();
    let of = u32::try_from(requests.len()).unwrap_or(u32::MAX);
    let mut made = Made::default();
    for (index, request) in requests.iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let step = |done| Step { number, of, operation: request.operation.to_owned(), done };
        progress(step(false));
        if let Err(Failed { fault, was_taken }) = account.carry_out(request, location, &mut made).await {
            let begun = if was_taken { &requests[..=index] } else { &requests[..index] };
            let fault = account.take_back(begun, location, fault).await;
            return Err(masked(fault, &values));
        }
        progress(step(true));
    }
    let found = find(account, change.function()).await?;
    let mut results = Vec::new();
    if let (Some(url), Change::Deploy(_) | Change::SetUrl { .. }) =
        (found.as_ref().and_then(|kept| kept.url()), change)
    {
        results.push(("url".to_owned(), url.to_owned()));
    }
    Ok(Changed { function: found.map(|kept| kept.shown(location)), results })
}

impl GoogleAccount {
    async fn carry_out(
        &self,
        request: &Request,
        location: &str,
        made: &mut Made,
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
                let waited = self.wait(operation, request.service, request.version(), &asked).await;
                waited.map_err(|fault| Failed { fault, was_taken: true })?;
            }
        }
        Ok(())
    }

    /// Takes back what was begun, the last first, and says in the fault what stays.
    async fn take_back(&self, begun: &[Request], location: &str, mut fault: Fault) -> Fault {
        let (mut back, mut left) = (Vec::new(), Vec::new());
        for request in begun.iter().rev() {
            let Some(undo) = &request.undo else { continue };
            match self.carry_out(undo, location, &mut Made::default()).await {
                Ok(()) => back.push(undo.operation),
                Err(failed) if failed.fault.kind == FaultKind::NotFound => {}
                Err(failed) => {
                    tracing::warn!(fault = %failed.fault, "a part of a change that failed stays");
                    left.push(request.operation);
                }
            }
        }
        if !back.is_empty() {
            write!(fault.message, " (taken back by {})", back.join(", ")).ok();
        }
        if !left.is_empty() {
            write!(fault.message, " (these calls stay in force: {})", left.join(", ")).ok();
        }
        fault
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
