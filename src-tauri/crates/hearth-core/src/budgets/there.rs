//! The brake in accounts: what a budget of an account spent is known when its logs were read, and then the armed brake
//! stops what ran there lately, where a person allowed that for the account and the account is unlocked. Owns that
//! consent, and letting go of what was stopped so. Must not know how a cloud limits a function.

use super::elsewhere::{Pulled, Stopped};
use super::hold::{By, note, note_once};
use super::look::why;
use super::standing::Standing;
use super::watch::{Allowed, Watch};
use super::words::Month;
use crate::api::{BrakeConsentSet, BrakeMode, BrakeStatus, Empty};
use crate::clouds::{Clouds, changes};
use crate::{ApiError, App, ErrorCode, Result};
use hearth_cloud::{Account, Capability, FunctionAddress, quoted};
use hearth_model::{FunctionId, HearthEvent, LOCAL_ACCOUNT, Micros};
use hearth_store::{Scope, StoredBudget};
use serde_json::{Value, json};

/// Who spent the budget of an account is looked for among those that ran so lately.
const RECENT: Micros = Micros::from_seconds(3_600);

/// Gives or takes back the consent that the armed brake stops functions of an account by itself.
pub(crate) async fn consent(app: &App, request: BrakeConsentSet) -> Result<BrakeStatus> {
    let (id, name) = if request.allowed {
        let account = Clouds::account(app, &request.account).await?;
        can_limit(app, &account).await?;
        (account.id.0, account.name)
    } else {
        let seen = app.budgets().seen();
        let known = seen
            .may_stop
            .iter()
            .find(|(id, allowed)| **id == request.account || allowed.name == request.account);
        let Some((id, allowed)) = known else {
            return Err(ApiError::new(
                ErrorCode::NotFound,
                format!("the brake may not stop functions of `{}` anyway", request.account),
            ));
        };
        (id.clone(), allowed.name.clone())
    };
    let mut may_stop = app.budgets().seen().may_stop.clone();
    if request.allowed {
        may_stop.insert(id, Allowed { name: name.clone(), at_us: app.now() });
    } else {
        may_stop.remove(&id);
    }
    Watch::keep(app, |kept| kept.may_stop.clone_from(&may_stop)).await?;
    app.budgets().seen().may_stop = may_stop;
    let text = if request.allowed {
        format!("The armed brake may stop functions of {name} by itself while that account is unlocked.")
    } else {
        format!("The brake does not stop functions of {name} by itself any more.")
    };
    note(app, "consent", By::Person, &name, text, json!({})).await;
    app.budgets().wake();
    app.tell(HearthEvent::BrakeChanged);
    super::status(app, Empty {}).await
}

/// Refuses an account in which no function can be limited to 0.
async fn can_limit(app: &App, account: &Account) -> Result<()> {
    let refuse = |why: String, hint: &str| Err(ApiError::new(ErrorCode::InvalidInput, why).with_hint(hint));
    if account.id.as_str() == LOCAL_ACCOUNT {
        return refuse(
            "what is on this computer needs no consent".to_owned(),
            "The armed brake stops it by itself: hearth brake arm",
        );
    }
    // Google takes a limit of 0 for none at all, and Azure has no limit of a function.
    let provider = Clouds::open(app, account).await?;
    let can = provider.capabilities().can(Capability::ReservedConcurrency);
    if can && account.provider == hearth_aws::AWS {
        return Ok(());
    }
    refuse(
        format!(
            "no function of `{}` can be limited to 0 by the brake: only those on AWS Lambda",
            account.name
        ),
        "A budget of the account still tells.",
    )
}

/// Looks at the budget of an account, and stops or suggests to.
pub(super) async fn look(
    app: &App,
    budget: &StoredBudget,
    standing: &Standing,
    month: &Month,
    now: Micros,
) -> Result<()> {
    let Scope::Account(id) = &budget.scope else { return Ok(()) };
    let mode = app.budgets().seen().brake.mode();
    if id == LOCAL_ACCOUNT || mode == BrakeMode::Off || standing.spent < standing.amount {
        return Ok(());
    }
    let Some(why) = why(standing, month, None) else { return Ok(()) };
    for used in app.store().usage_by_function(&budget.scope, now - RECENT, now + Micros(1)).await? {
        let place = used.function_id.place().map(|(_, region, name)| FunctionAddress::new(region, name));
        let Some(address) = place.filter(|_| used.used.requests > 0) else { continue };
        let is_left = {
            let seen = app.budgets().seen();
            seen.brake.rests_until(&used.function_id, now).is_some()
                || seen.elsewhere.iter().any(|stopped| stopped.is_at(id, &address))
        };
        if is_left {
            continue;
        }
        let figures = standing.figures();
        match by_itself(app, id, mode).await {
            Ok(account) => {
                // Once: whatever comes of it, it is not tried again each second.
                app.budgets().seen().brake.rest(&used.function_id, now);
                let (stopper, reason) = (app.clone(), why.text.clone());
                app.tasks().spawn(async move { stop(&stopper, account, address, reason, figures).await });
            }
            Err(why_not) => {
                let once =
                    format!("there/{}/{}/{}/{why_not}", used.function_id, month.id, budget.changed_us.0);
                suggest(app, id, &address, &why.text, &why_not, figures, &once).await;
            }
        }
    }
    Ok(())
}

/// The account, when the brake may act in it by itself; else why not.
async fn by_itself(app: &App, id: &str, mode: BrakeMode) -> std::result::Result<Account, String> {
    if mode != BrakeMode::Armed {
        return Err("The brake only suggests".to_owned());
    }
    if !app.budgets().seen().may_stop.contains_key(id) {
        return Err(format!("It may not stop that by itself: hearth brake allow {}", quoted(id)));
    }
    let account = Clouds::account(app, id).await.map_err(|error| error.message)?;
    match Clouds::check_unlocked(app, &account) {
        Ok(()) => Ok(account),
        Err(_) => Err(format!("The account is read-only: hearth accounts unlock {}", quoted(id))),
    }
}

async fn suggest(
    app: &App,
    account: &str,
    address: &FunctionAddress,
    reason: &str,
    why_not: &str,
    figures: Value,
    once: &str,
) {
    let FunctionAddress { location, name } = address;
    let account = quoted(account);
    let text = format!(
        "Suggested to stop {name}, {location}: {reason}. {why_not}. Stop it: hearth brake pull {name} --account {account} \
         --region {location}"
    );
    if note_once(app, "suggested", By::Brake, name, text.clone(), figures, Some(once)).await {
        app.tell(HearthEvent::BudgetAlert { title: format!("Stop {name}?"), text, urgent: true });
    }
}

/// Stops one; what is done is noted where the change is made, and here why it could not be.
async fn stop(app: &App, account: Account, address: FunctionAddress, reason: String, figures: Value) {
    let (name, place) = (address.name.clone(), format!("{}, {}", account.name, address.location));
    let pulled = Pulled { by: By::Brake, reason: reason.clone() };
    let (title, text) = match changes::limit(app, account, address, Some(0), pulled).await {
        Ok(()) => (
            format!("The brake stopped {name}"),
            format!("In {place}: {reason}. It is released with Ctrl Shift B."),
        ),
        Err(error) => {
            let hint = error.hint.map(|hint| format!(" {hint}")).unwrap_or_default();
            let text = format!("{name} in {place} could not be stopped: {}.{hint}", error.message);
            note(app, "failed", By::Brake, &name, text.clone(), figures).await;
            (format!("The brake could not stop {name}"), text)
        }
    };
    app.tell(HearthEvent::BudgetAlert { title, text, urgent: true });
}

/// What the brake stopped by itself and a person may release with one key; all of it, or that with these names.
pub(super) fn stopped(app: &App, names: &[String]) -> Vec<Stopped> {
    let seen = app.budgets().seen();
    let is_meant = |stopped: &&Stopped| {
        stopped.by == By::Brake.word() && (names.is_empty() || names.contains(&stopped.told().function))
    };
    seen.elsewhere.iter().filter(is_meant).cloned().collect()
}

/// Lets go of one: its limit is what it was, and it is left alone for a while.
pub(super) async fn let_go(app: &App, stopped: &Stopped) -> Result<()> {
    let told = stopped.told();
    let account = Clouds::account(app, &told.account).await?;
    let address = FunctionAddress::new(told.region, told.function);
    let id = FunctionId::in_account(account.id.as_str(), &address.location, &address.name);
    changes::limit(app, account, address, told.former_concurrency, Pulled::by_person()).await?;
    app.budgets().seen().brake.rest(&id, app.now());
    Ok(())
}
