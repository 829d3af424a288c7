//! Makes a change that a person has seen: plans again, compares, carries out request by request, and takes back what was
//! made when one fails.

use crate::AwsAccount;
use crate::functions::find;
use crate::plan::plan;
use crate::run::Made;
use hearth_cloud::{Change, Changed, Fault, FaultKind, Progress, Result, Step};

pub(crate) async fn apply(
    account: &AwsAccount,
    change: &Change,
    digest: &str,
    progress: Progress,
) -> Result<Changed> {
    let plan = Box::pin(plan(account, change)).await?;
    if plan.digest() != digest {
        return Err(Fault::plan_changed());
    }
    let of = u32::try_from(plan.todo.len()).unwrap_or(u32::MAX);
    let mut made = Made::default();
    for (index, todo) in plan.todo.iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let step = |done| Step { number, of, operation: todo.action.operation().to_owned(), done };
        progress(step(false));
        if let Err(mut fault) = account.carry_out(todo, &mut made).await {
            let mut left = Vec::new();
            // A request that broke off or whose waiting failed may have been done.
            let begun = match fault.kind {
                FaultKind::BrokenOff | FaultKind::TimedOut | FaultKind::Other => &plan.todo[..=index],
                _ => &plan.todo[..index],
            };
            for todo in begun.iter().rev() {
                match account.take_back(todo, &made).await {
                    Ok(()) if todo.action.undone_by().is_some() => {}
                    Ok(()) => left.push(todo.action.operation()),
                    Err(undo) if undo.kind == FaultKind::NotFound => {}
                    Err(undo) => {
                        tracing::warn!(fault = %undo, "a part of a change that failed stays");
                        left.push(todo.action.operation());
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
            return Err(fault);
        }
        progress(step(true));
    }
    let function = match change {
        Change::Containers { .. } => None,
        _ => find(account, change.function()).await?,
    };
    Ok(Changed { function, results: made.results })
}
