//! Makes a change that a person has seen: plans again, compares, carries out request by request, and takes back what was
//! made when one fails.

use crate::AzureAccount;
use crate::action::Action;
use crate::plan::{Plan, plan};
use crate::run::Made;
use crate::sites::{Site, find};
use hearth_cloud::{Change, Changed, Fault, FaultKind, FunctionAddress, Progress, Result, Step};

pub(crate) async fn apply(
    account: &AzureAccount,
    change: &Change,
    digest: &str,
    progress: Progress,
) -> Result<Changed> {
    let plan = plan(account, change).await?;
    if plan.digest() != digest {
        return Err(Fault::plan_changed());
    }
    let of = u32::try_from(plan.actions.len()).unwrap_or(u32::MAX);
    let mut made = Made::default();
    for (index, action) in plan.actions.iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let step = |done| Step { number, of, operation: action.operation().to_owned(), done };
        progress(step(false));
        if let Err(fault) = account.carry_out(action, &plan.target, &mut made).await {
            return Err(taken_back(account, &plan, index, fault).await);
        }
        progress(step(true));
    }
    if matches!(change, Change::Delete { .. }) {
        return Ok(Changed { function: None, results: made.results });
    }
    let address = FunctionAddress::new(plan.target.region.clone(), plan.target.names.app.clone());
    let function = find(account, &address).await?.as_ref().map(Site::function);
    Ok(Changed { function, results: made.results })
}

/// Takes back what was made before a request failed, and says what stays.
async fn taken_back(account: &AzureAccount, plan: &Plan, failed: usize, mut fault: Fault) -> Fault {
    // A request that broke off or whose waiting failed may have been done.
    let begun = match fault.kind {
        FaultKind::BrokenOff | FaultKind::TimedOut | FaultKind::Other => &plan.actions[..=failed],
        _ => &plan.actions[..failed],
    };
    // All that follows it is inside the group.
    let group = begun.iter().position(|action| *action == Action::PutGroup);
    let mut left = Vec::new();
    for (index, action) in begun.iter().enumerate().rev() {
        if group.is_some_and(|group| index > group) {
            continue;
        }
        match account.take_back(action, &plan.target).await {
            Ok(()) if action.undone_by().is_some() => {}
            Ok(()) => left.push(action.operation()),
            Err(undo) if undo.kind == FaultKind::NotFound => {}
            Err(undo) => {
                tracing::warn!(fault = %undo, "a part of a change that failed stays");
                left.push(action.operation());
            }
        }
    }
    if !begun.is_empty() {
        let words = if left.is_empty() {
            " (the calls before it were taken back)".to_owned()
        } else {
            format!(" (these calls before it stay in force: {})", left.join(", "))
        };
        fault.message.push_str(&words);
    }
    fault
}
